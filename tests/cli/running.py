"""The command as a user calls it, and environments to call it on."""

import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from tfdoctor.cli import main

Run = Callable[..., tuple[int, str, str]]
"""Runs a command with some words: exit code, standard output, standard error."""


def ended(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """Run the command and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["tfdoctor", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        main()
    code = stopped.value.code
    assert isinstance(code, int)
    return code


def site(folder: Path) -> Path:
    """Make an empty environment and return where its distributions lie."""
    venv.create(folder, symlinks=True)
    return next((folder / "lib").glob("python*")) / "site-packages"


def installed(where: Path, name: str, version: str, record: str = "") -> None:
    """Tell of a distribution that it is installed."""
    info = where / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "RECORD").write_text(record)


def a_tensorflow(folder: Path, version: str, **others: str) -> Path:
    """An environment in which a TensorFlow stands, as far as its files tell; nothing of it can be imported."""
    where = site(folder)
    (where / "tensorflow").mkdir()
    (where / "tensorflow" / "__init__.py").touch()
    for name, number in {"tensorflow": version, **others}.items():
        installed(where, name, number, "tensorflow/__init__.py,,\n" if name == "tensorflow" else "")
    return folder
