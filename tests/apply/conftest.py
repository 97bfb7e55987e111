"""Real environments and tiny wheels to install into them, without any index."""

import base64
import ensurepip
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tfdoctor.apply import Asked
from tfdoctor.plan.model import Chosen, Plan, Step, Target

MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"


@dataclass
class Wheels:
    """A folder of wheels, and the settings by which pip and uv know no other place."""

    folder: Path
    home: Path

    def add(self, name: str, version: str, files: Mapping[str, str | bytes] | None = None, *headers: str) -> Path:
        """Make one wheel; without files it holds one module that knows its version."""
        stem = f"{name.replace('-', '_')}-{version}"
        info = f"{stem}.dist-info"
        text = "\n".join(("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *headers))
        contents: dict[str, str | bytes] = {
            **(files or {f"{name.replace('-', '_')}/__init__.py": f"__version__ = {version!r}\n"}),
            f"{info}/METADATA": f"{text}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/top_level.txt": f"{name.replace('-', '_')}\n",
        }
        rows = []
        path = self.folder / f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for place, content in contents.items():
                data = content.encode() if isinstance(content, str) else content
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                rows.append(f"{place},sha256={digest},{len(data)}\n")
                file.writestr(place, data)
            file.writestr(f"{info}/RECORD", "".join(rows) + f"{info}/RECORD,,\n")
        return path

    @property
    def pip(self) -> dict[str, str]:
        """Variables by which pip, and it alone, finds the wheels."""
        return {**self._plain, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder)}

    @property
    def uv(self) -> dict[str, str]:
        """Variables by which uv finds the wheels; it keeps a cache of its own."""
        cache = str(self.home / "cache")
        return {**self._plain, "UV_OFFLINE": "1", "UV_FIND_LINKS": str(self.folder), "UV_CACHE_DIR": cache}

    @property
    def _plain(self) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": os.devnull}


@dataclass
class Voice:
    """Stands for the user: keeps what is told and asked."""

    answer: bool = True
    told: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def progress(self, line: str) -> None:
        self.told.append(line)

    def confirm(self, question: str) -> bool:
        self.questions.append(question)
        return self.answer

    def asked(self, environ: Mapping[str, str], requirements: str = "", download: int = 0, limit: float = 60) -> Asked:
        return Asked(
            environ=environ,
            confirm=self.confirm,
            progress=self.progress,
            requirements=requirements,
            download=download,
            limit=limit,
        )


@dataclass
class Patient:
    """A virtual environment that is there before the plan."""

    root: Path

    @property
    def python(self) -> str:
        return str(self.root / "bin" / "python")

    @property
    def site(self) -> Path:
        return self.root / "lib" / f"python{MINOR}" / "site-packages"

    def install(self, wheels: Wheels, *requirements: str) -> None:
        """Install with uv, which does not depend on what the test breaks."""
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        assert uv is not None
        command = [uv, "pip", "install", "-q", "--python", self.python, "--no-deps", *requirements]
        subprocess.run(command, check=True, env=wheels.uv)

    def version(self, module: str) -> str:
        """What the environment's own Python imports, "" where it cannot."""
        code = f"import {module}; print({module}.__version__, end='')"
        done = subprocess.run([self.python, "-I", "-B", "-c", code], capture_output=True, text=True, check=False)
        return done.stdout

    def state(self) -> dict[str, tuple[object, ...]]:
        """Everything in it: kind, mode, time and content of each file, folder and link."""
        found: dict[str, tuple[object, ...]] = {}
        for path in sorted(self.root.rglob("*")):
            status = path.lstat()
            name = str(path.relative_to(self.root))
            if path.is_symlink():
                found[name] = ("link", str(path.readlink()))
            elif path.is_dir():
                found[name] = ("folder", status.st_mode, status.st_mtime_ns)
            else:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found[name] = ("file", status.st_mode, status.st_mtime_ns, digest)
        return found


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of a failure stays; that of a test goes with the test's files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("tmp")))


@pytest.fixture
def wheels(tmp_path: Path) -> Wheels:
    for name in ("wheels", "home"):
        (tmp_path / name).mkdir()
    return Wheels(tmp_path / "wheels", tmp_path / "home")


@pytest.fixture
def voice() -> Voice:
    return Voice()


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Patient]:
    """An environment without pip, as uv makes them; its path has a space."""
    root = tmp_path / "my env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root], check=True)
    yield Patient(root)
    for folder in [root, *root.rglob("*")]:
        if folder.is_dir() and not folder.is_symlink():
            folder.chmod(0o755)


@pytest.fixture
def pip_patient(patient: Patient, wheels: Wheels) -> Patient:
    """An environment with pip, whose wheel is the one that Python brings; uv installs it in a tenth of the time."""
    (bundled,) = (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")
    shutil.copy(bundled, wheels.folder)
    wheels.add("first", "1.0")
    patient.install(wheels, "pip", "first==1.0")
    return patient


def plan_of(*steps: Step, version: str = "2.6.5") -> Plan:
    """Make a plan of steps; its requirements are those of its install steps."""
    new = any(step.kind == "create-environment" for step in steps)
    return Plan(
        target=Target(tensorflow=version, repair=not new),
        chosen=Chosen(
            distribution="tensorflow", version=version, python=MINOR, os="linux", arch="x86_64", accelerator="cpu"
        ),
        requirements=tuple(line for step in steps for line in step.requirements),
        basis="resolved",
        evidence=(),
        steps=steps,
    )


def create(interpreter: str = sys.executable) -> Step:
    return Step(kind="create-environment", text="Make a new environment.", python=MINOR, interpreter=interpreter)


def install(*requirements: str, reinstall: bool = False, dependencies: bool = False) -> Step:
    return Step(
        kind="install",
        text=f"Install {', '.join(requirements)}.",
        requirements=requirements,
        reinstall=reinstall,
        dependencies=dependencies,
    )


def uninstall(*names: str) -> Step:
    return Step(kind="uninstall", text=f"Uninstall {', '.join(names)}.", distributions=names)


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], str]:
    """Make a program of a name from lines of shell; return the folder to put on PATH."""

    def make(name: str, text: str) -> str:
        path = tmp_path / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path.parent)

    return make


@pytest.fixture
def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
