"""Golden machines: each folder of tests/machines holds a real snapshot, the report and the repair that it must give.

`pytest --update-golden` rewrites them; read the difference before you commit it.
"""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from tfdoctor.diagnose import diagnose
from tfdoctor.facts import decode, encode
from tfdoctor.matrix import Matrix
from tfdoctor.plan.mending.mend import mend
from tfdoctor.plan.model import Situation, Target
from tfdoctor.render import text
from tfdoctor.render.plan import text as plan_text
from tfdoctor.render.view import view

MACHINES = sorted(path.parent for path in (Path(__file__).parent / "machines").glob("*/snapshot.json"))
MATRIX = Matrix.locate()


def drawn(show: Callable[[Console], None]) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    show(Console(file=stream, width=100))
    stream.seek(0)
    return "\n".join(line.rstrip() for line in stream.read().splitlines()) + "\n"


def report(folder: Path) -> str:
    snapshot = decode((folder / "snapshot.json").read_bytes())
    diagnosis = diagnose(snapshot, MATRIX, debug=True)
    return drawn(lambda console: text.show(console, view(snapshot, diagnosis, MATRIX), verbose=True))


def repair(folder: Path) -> str:
    situation = Situation(snapshot=decode((folder / "snapshot.json").read_bytes()))
    answer = mend(Target(repair=True), situation, MATRIX)
    return drawn(lambda console: plan_text.show(console, answer, verbose=True))


def test_there_are_machines() -> None:
    assert len(MACHINES) >= 3


@pytest.mark.parametrize("made", [report, repair], ids=["report", "repair"])
@pytest.mark.parametrize("folder", MACHINES, ids=lambda folder: folder.name)
def test_a_machine_gives_its_report_and_repair(
    folder: Path, made: Callable[[Path], str], pytestconfig: pytest.Config
) -> None:
    golden = folder / f"{made.__name__}.txt"
    if pytestconfig.getoption("--update-golden"):
        golden.write_text(made(folder))
    assert made(folder) == golden.read_text()


@pytest.mark.parametrize("folder", MACHINES, ids=lambda folder: folder.name)
def test_a_snapshot_survives_being_saved(folder: Path) -> None:
    snapshot = decode((folder / "snapshot.json").read_bytes())
    assert decode(encode(snapshot)) == snapshot
