"""Golden machines: each folder of tests/machines holds a real snapshot and the report that it must give.

`pytest --update-golden` rewrites the reports; read the difference before you commit it.
"""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tfdoctor.diagnose import diagnose
from tfdoctor.facts import decode, encode
from tfdoctor.matrix import Matrix
from tfdoctor.render import text
from tfdoctor.render.view import view

MACHINES = sorted(path.parent for path in (Path(__file__).parent / "machines").glob("*/snapshot.json"))
MATRIX = Matrix.locate()


def report(folder: Path) -> str:
    snapshot = decode((folder / "snapshot.json").read_bytes())
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    diagnosis = diagnose(snapshot, MATRIX, debug=True)
    text.show(Console(file=stream, width=100), view(snapshot, diagnosis, MATRIX), verbose=True)
    stream.seek(0)
    return "\n".join(line.rstrip() for line in stream.read().splitlines()) + "\n"


def test_there_are_machines() -> None:
    assert len(MACHINES) >= 3


@pytest.mark.parametrize("folder", MACHINES, ids=lambda folder: folder.name)
def test_a_machine_gives_its_report(folder: Path, pytestconfig: pytest.Config) -> None:
    golden = folder / "report.txt"
    if pytestconfig.getoption("--update-golden"):
        golden.write_text(report(folder))
    assert report(folder) == golden.read_text()


@pytest.mark.parametrize("folder", MACHINES, ids=lambda folder: folder.name)
def test_a_snapshot_survives_being_saved(folder: Path) -> None:
    snapshot = decode((folder / "snapshot.json").read_bytes())
    assert decode(encode(snapshot)) == snapshot
