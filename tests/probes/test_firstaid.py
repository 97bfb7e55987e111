"""The first aid as a single file, by every Python at hand: what it writes is diagnosed as the probes' own facts."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.probes.test_foreign import INTERPRETERS
from tfdoctor.diagnose import diagnose
from tfdoctor.facts import Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.probes import environ, take_snapshot
from tfdoctor.tickets.read import read_one

ROOT = Path(__file__).parent.parent.parent
MATRIX = Matrix.locate()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firstaid")
    script = ROOT / "scripts" / "build_onefile.py"
    subprocess.run([sys.executable, script, "--first-aid-only", "-o", folder], check=True, capture_output=True)
    return folder / "tfdoctor-firstaid.pyz"


def found(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    return [(row.code, row.severity, row.message) for row in diagnose(snapshot, MATRIX).findings]


@pytest.mark.parametrize("version", sorted(INTERPRETERS))
def test_every_version(file: Path, version: str, tmp_path: Path) -> None:
    place = tmp_path / "answer.json"
    done = subprocess.run(
        [INTERPRETERS[version], file, place], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    if version < "3":
        assert done.returncode == 1
        assert "too old" in done.stderr
        return
    assert (done.returncode, done.stdout) == (0, "")
    assert "not redacted" in done.stderr
    told = read_one(str(place)).snapshot
    asked = take_snapshot(INTERPRETERS[version])
    assert told.interpreter.version == asked.interpreter.version
    assert known(told.installation.distributions) == known(asked.installation.distributions)
    assert (told.system.os, told.system.arch, told.system.libc_version) == (
        asked.system.os,
        asked.system.arch,
        asked.system.libc_version,
    )
    assert set(known(asked.cpu.flags) or ()) == set(known(told.cpu.flags) or ())
    assert found(told) == found(asked)


def test_to_standard_output_and_wrong_words(file: Path, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, file], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert {"interpreter", "installation", "host", "failures"} == set(json.loads(done.stdout))
    for words in (["--what"], ["a", "b"]):
        done = subprocess.run([sys.executable, file, *words], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("usage:")
    done = subprocess.run([sys.executable, file, "--help"], capture_output=True, text=True, check=True)
    assert "tfdoctor triage" in done.stdout
    nowhere = tmp_path / "no" / "folder.json"
    done = subprocess.run([sys.executable, file, nowhere], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot write" in done.stderr


def test_an_import_that_fails_is_in_the_log(file: Path, tmp_path: Path) -> None:
    place = tmp_path / "answer.json"
    subprocess.run([sys.executable, file, "--load", place], check=True, capture_output=True, cwd=tmp_path)
    assert "No module named 'tensorflow'" in str(read_one(str(place)).snapshot.log)


def test_first_aid_takes_the_same_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(environ.__file__).parent / "foreign")  # where it stands alone
    hostfacts = importlib.import_module("hostfacts")
    for ours, theirs in ((environ.ALLOWED, hostfacts._ALLOWED), (environ._SECRET, hostfacts._SECRET)):
        assert theirs.pattern.replace("(?:", "(") == ours.pattern.replace("(?:", "(")
        assert theirs.flags == ours.flags
