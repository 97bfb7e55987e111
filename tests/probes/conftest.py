"""A real virtual environment to examine, and what can be laid into its site-packages."""

import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tfdoctor.facts import Distribution, Snapshot, known
from tfdoctor.probes import take_snapshot


class Patient:
    """A virtual environment of the running Python without any distribution."""

    def __init__(self, root: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", root], check=True)
        self.root = root
        self.python = str(root / "bin" / "python")
        self.site = next(root.glob("lib/python3*/site-packages"))

    def file(self, path: str, content: str | bytes = "") -> Path:
        """Write one file below site-packages."""
        place = self.site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    def install(
        self,
        name: str,
        version: str,
        files: Mapping[str, str | bytes] | None = None,
        *,
        headers: tuple[str, ...] = (),
        record: bool = True,
        site: Path | None = None,
    ) -> Path:
        """Write a distribution as an installer would; return its metadata folder."""
        home, self.site = self.site, site or self.site
        stem = f"{name.replace('-', '_')}-{version}.dist-info"
        lines = []
        for path, content in (files or {}).items():
            data = self.file(path, content).read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(data)}")
        text = "\n".join(("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *headers))
        folder = self.file(f"{stem}/METADATA", f"{text}\n\nName: the description\n").parent
        self.file(f"{stem}/INSTALLER", "pip\n")
        if record:
            lines += [f"{stem}/METADATA,,", f"{stem}/RECORD,,", "../../../bin/tool,,"]
            self.file(f"{stem}/RECORD", "\n".join(lines) + "\n")
        self.site = home
        return folder

    def snapshot(self) -> Snapshot:
        """Examine it."""
        return take_snapshot(self.python, debug=True)

    def distribution(self, name: str) -> Distribution:
        """Examine it and return one distribution."""
        found = known(self.snapshot().installation.distributions) or ()
        return next(item for item in found if item.name == name)


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Patient:
    """An empty environment; the current folder is an empty one too."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "PYTHONNOUSERSITE"):
        monkeypatch.delenv(name, raising=False)
    return Patient(tmp_path / "patient")


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    """Make an executable shell script of a text; return its path."""

    def make(text: str) -> str:
        path = tmp_path / f"program{len(list(tmp_path.iterdir()))}"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.fixture
def environ() -> dict[str, str]:
    """The environment variables of this process."""
    return dict(os.environ)
