"""Finds the files that are meant: folders are walked in order; links, devices and unreadable files are left alone."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tfdoctor.tickets.inputs.entry import Rejected

TEXTS: Final = frozenset({"", ".txt", ".md", ".markdown", ".rst", ".log", ".out", ".err"})
SUFFIXES: Final = TEXTS | {".json", ".jsonl", ".ndjson", ".zip"}


def suffix(name: str) -> str:
    """The suffix of a file in lower case; that of what is inside where it is gzip ("a.log.gz": ".log")."""
    return Path(name.lower().removesuffix(".gz")).suffix


def stem(path: Path) -> str:
    """The path of a file without its suffixes: the id of what is in it, where it has none of its own."""
    name = path.as_posix()
    if name.lower().endswith(".gz"):
        name = name[:-3]
    # Only what is known as a suffix: in "issue-2.4" it is none.
    own = Path(name).suffix
    return name.removesuffix(own) if own.lower() in SUFFIXES else name


def walk(folder: Path, skipped: "Counter[str]") -> Iterator[Path | Rejected]:
    """Yield the files in a folder and below it, in the order of their names; `skipped` counts the others by kind.

    A link is never followed: what it names is in the folder under its own name, or is not the folder's.
    """
    try:
        with os.scandir(folder) as found:
            inside = sorted(found, key=lambda item: item.name)
    except OSError as error:
        yield Rejected(str(folder), error.strerror or str(error), folder.name)
        return
    for item in inside:
        if item.name.startswith("."):
            skipped["hidden"] += 1
        elif item.is_symlink():
            skipped["a link"] += 1
        elif item.is_dir(follow_symlinks=False):
            yield from walk(Path(item.path), skipped)
        elif not item.is_file(follow_symlinks=False):
            skipped["no regular file"] += 1
        elif suffix(item.name) not in SUFFIXES:
            skipped["of another kind"] += 1
        else:
            yield Path(item.path)


def special(path: Path) -> str:
    """Say what a named file is where it is no regular file: "pipe" (or socket), "device", else ""."""
    mode = path.stat().st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        return "pipe"
    return "" if stat.S_ISREG(mode) else "device"
