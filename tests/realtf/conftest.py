"""What the tests with real TensorFlow share: uv, interpreters, and a look whether the index can be reached."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def uv(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    return subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="session", autouse=True)
def _index(tmp_path_factory: pytest.TempPathFactory) -> None:
    target = str(tmp_path_factory.mktemp("target"))
    try:
        reachable = uv("pip", "install", "--dry-run", "--target", target, "six").returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        reachable = False
    if not reachable:
        pytest.skip("no uv, or the index cannot be reached")


def an_interpreter(version: str) -> str:
    root = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
    found = [str(path) for path in sorted(root.glob(f"{version}.*/bin/python"))]
    found += [path for path in (shutil.which(f"python{version}"),) if path]
    if version == HERE:
        found.insert(0, sys.executable)
    if not found:
        pytest.skip(f"no CPython {version} here")
    return found[0]


def an_environment(folder: Path, version: str, *requirements: str) -> Path:
    made = uv("venv", "-q", "-p", an_interpreter(version), str(folder))
    assert made.returncode == 0, made.stderr
    add(folder, *requirements)
    return folder


def add(folder: Path, *requirements: str) -> None:
    done = uv("pip", "install", "-q", "-p", str(folder / "bin" / "python"), *requirements)
    assert done.returncode == 0, done.stderr
