"""Tiny wheels, a matrix that knows them, and environments without any index."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tfdoctor.matrix import Matrix

BESIDE = Path(sys.executable).parent
MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
WHEELS = {  # alpha does not want the beta that goes with it: whoever looks at dependencies refuses them
    "alpha": ("1.0", ["beta<1"]),
    "beta": ("2.0", []),
    "gamma": ("3.1", []),
}


def tool(name: str) -> str:
    """The path of a program of the test group."""
    found = shutil.which(name, path=f"{BESIDE}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def wheel(folder: Path, name: str, version: str, requires: list[str]) -> Path:
    """Make a wheel with one module that knows its version."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f'version = "{version}"\n',
        f"{info}/METADATA": "".join(
            f"{line}\n"
            for line in (
                "Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}",
                *(f"Requires-Dist: {row}" for row in requires),
            )
        ),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }  # fmt: skip
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text)}\n")
    files[f"{info}/RECORD"] = "".join(rows) + f"{info}/RECORD,,\n"
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return target


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tiny wheels, in a path with a space."""
    folder = tmp_path_factory.mktemp("the wheels") / "wheels"
    folder.mkdir()
    for name, (version, requires) in WHEELS.items():
        wheel(folder, name, version, requires)
    return folder


@pytest.fixture(scope="session")
def matrix(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    """The real matrix, but the files that locks know are the tiny wheels."""
    root = tmp_path_factory.mktemp("matrix")
    for path in Matrix.locate().root.iterdir():
        if path.name != "lock_files.json":
            (root / path.name).symlink_to(path)
    files = {
        f"{path.name.split('-')[0]}=={path.name.split('-')[1]}": [
            [path.name, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size]
        ]
        for path in wheels.iterdir()
    }
    (root / "lock_files.json").write_bytes(msgspec.json.encode(files))
    return Matrix(root)


@pytest.fixture(scope="session")
def offline(wheels: Path) -> dict[str, str]:
    """The environment of a program that has no index, only the wheels."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}
    return kept | {
        "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels.as_uri(),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_NO_CONFIG": "1", "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(wheels), "UV_OFFLINE": "1",
    }  # fmt: skip


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(offline: dict[str, str], tmp_path: Path) -> Run:
    """Run a program without any index; `set_` adds variables."""

    def runs(*words: str | Path, set_: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=tmp_path, env=offline | (set_ or {}), capture_output=True, text=True, timeout=120, check=False
        )

    return runs
