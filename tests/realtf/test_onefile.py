"""The single files, built and run by every CPython at hand, each with an empty site-packages and no variables."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.realtf.conftest import HERE, an_interpreter

ROOT = Path(__file__).parent.parent.parent
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PLATFORM = f"{platform.machine()}-manylinux2014"

pytestmark = [
    pytest.mark.realtf,
    pytest.mark.skipif(sys.platform != "linux", reason="the targets that are built here are Linux's"),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("onefile")
    targets = [word for python in PYTHONS for word in ("--target", f"{python}-{PLATFORM}")]
    script = ROOT / "scripts" / "build_onefile.py"
    variables = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([sys.executable, script, "-o", folder, *targets], check=True, env=variables)
    return folder


def bare(folder: Path, version: str) -> Path:
    """An interpreter whose site-packages is empty."""
    subprocess.run([an_interpreter(version), "-m", "venv", "--without-pip", folder], check=True)
    assert list(folder.glob("lib/*/site-packages/*")) == []
    return folder / "bin" / "python"


def run(python: Path | str, file: Path, *words: str, scratch: Path) -> subprocess.CompletedProcess[str]:
    scratch.mkdir()
    variables = {"PATH": "/usr/bin:/bin", "TMPDIR": str(scratch)}
    done = subprocess.run(
        [python, file, *words], capture_output=True, text=True, check=False, env=variables, cwd="/", timeout=120
    )
    assert list(scratch.iterdir()) == [], "something was left in the temporary folder"
    return done


@pytest.mark.parametrize("version", PYTHONS)
def test_it_runs_where_nothing_is_installed(files: Path, version: str, tmp_path: Path) -> None:
    python = bare(tmp_path / "env", version)
    done = run(python, files / "tfdoctor.pyz", "check", "-p", str(python), "--format", "json", scratch=tmp_path / "tmp")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["primary"] == "tensorflow-not-installed"
    assert found["subject"]["python"].startswith(version)


def test_the_same_bytes_again(files: Path, tmp_path: Path) -> None:
    script = ROOT / "scripts" / "build_onefile.py"
    subprocess.run([sys.executable, script, "-o", tmp_path, "--first-aid-only"], check=True)
    assert (tmp_path / "tfdoctor-firstaid.pyz").read_bytes() == (files / "tfdoctor-firstaid.pyz").read_bytes()


def test_an_old_python_is_told_what_to_do(files: Path, tmp_path: Path) -> None:
    done = run(an_interpreter("3.9"), files / "tfdoctor.pyz", "check", scratch=tmp_path / "tmp")
    assert done.returncode == 2
    assert "needs Python 3.10" in done.stderr
    assert "tfdoctor-firstaid.pyz" in done.stderr


def test_no_room_to_unpack(files: Path) -> None:
    done = subprocess.run(
        [sys.executable, files / "tfdoctor.pyz", "--version"],
        capture_output=True, text=True, check=False, env={"TMPDIR": "/proc"}, cwd="/proc",
    )  # fmt: skip
    assert done.returncode in {0, 2}  # Python may know another folder for temporary files
    assert "Traceback" not in done.stderr


def test_a_python_that_it_was_not_built_for(files: Path, tmp_path: Path) -> None:
    if HERE in PYTHONS[:1]:
        pytest.skip("this is the one that it is built for")
    script = ROOT / "scripts" / "build_onefile.py"
    variables = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([sys.executable, script, "-o", tmp_path, "--target", f"3.10-{PLATFORM}"], check=True, env=variables)
    done = run(sys.executable, tmp_path / "tfdoctor.pyz", "--version", scratch=tmp_path / "tmp")
    assert done.returncode == 2
    assert f"has nothing for {HERE}-" in done.stderr
    assert f"it has 3.10-{PLATFORM}" in done.stderr
    assert files.exists()
