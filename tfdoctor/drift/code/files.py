"""Finds the programs and notebooks in what the user names, in a steady order."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tfdoctor.drift.code.use import Skipped
from tfdoctor.errors import UsageError

ENDINGS: Final = (".py", ".pyw", ".ipynb")
LARGEST: Final = 2 << 20  # bytes
_CACHES: Final = frozenset({
    ".git", ".hg", ".svn", "__pycache__", ".ipynb_checkpoints", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".tox",
    ".nox", ".eggs",
})  # fmt: skip
FOREIGN: Final = {
    "node_modules": "modules of Node.js",
    "site-packages": "installed distributions",
    "dist-packages": "installed distributions",
}
_ENVIRONMENT: Final = ("pyvenv.cfg", "conda-meta")


def find(paths: Sequence[Path]) -> Iterator[Path | Skipped]:
    """Yield each program once: files that are named whatever they are called, those in folders by their endings.

    Raises:
        UsageError: a path does not exist.
    """
    seen: set[str] = set()
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
    for path in paths:
        every = list(_within(path)) if path.is_dir() else list(_named(path))
        for found in every or [Skipped(str(path), "no program or notebook in it")]:
            if isinstance(found, Path):
                real = os.path.realpath(found)
                if real in seen:
                    continue
                seen.add(real)
            yield found


def _named(path: Path) -> Iterator[Path | Skipped]:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        yield Skipped(str(path), "no regular file")
    elif status.st_size > LARGEST:
        yield Skipped(str(path), f"{status.st_size / (1 << 20):.1f} MB: larger than {LARGEST >> 20} MB")
    else:
        yield path


def _within(folder: Path) -> Iterator[Path | Skipped]:
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Skipped(str(current), error.strerror or str(error))
            continue
        folders = []
        for entry in entries:
            path = current / entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif entry.name.lower().endswith(ENDINGS):
                    yield from _named(path)
            except OSError as error:  # a link to nowhere
                yield Skipped(str(path), error.strerror or str(error))
        inner = []
        for path in folders:
            reason = _left_out(path)
            if reason:
                yield Skipped(str(path), reason)
            elif path.name not in _CACHES:
                inner.append(path)
        waiting.extend(reversed(inner))


def _left_out(folder: Path) -> str:
    if folder.name in FOREIGN:
        return FOREIGN[folder.name]
    if any((folder / name).exists() for name in _ENVIRONMENT):
        return "a Python environment"
    return ""
