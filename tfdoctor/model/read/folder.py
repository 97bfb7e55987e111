"""The files of a model: their names and sizes, within bounds, without following a loop of links."""

import os
import stat
from pathlib import Path
from typing import Final

_SEEN: Final = 20_000  # entries
_SHOWN: Final = 200
_DEPTH: Final = 8


def listing(path: Path, *, deep: bool = True) -> tuple[int, tuple[tuple[str, int], ...], list[str]]:
    """Return the bytes of all files in a folder, the first 200 (name, bytes) by name, and remarks.

    Links to files count as files; links to folders are not followed.
    """
    found: list[tuple[str, int]] = []
    remarks: list[str] = []
    folders = [("", 0)]
    seen = 0
    while folders and seen < _SEEN:
        name, depth = folders.pop()
        try:
            with os.scandir(path / name) as entries:
                for entry in entries:
                    seen += 1
                    inner = f"{name}/{entry.name}" if name else entry.name
                    if seen >= _SEEN:
                        remarks.append(f"more than {_SEEN} files: the rest are not counted")
                        break
                    if entry.is_dir(follow_symlinks=False):
                        if deep and depth < _DEPTH:
                            folders.append((inner, depth + 1))
                    elif (size := _size(entry)) is not None:
                        found.append((inner, size))
        except OSError as error:
            remarks.append(f"{name or '.'}: {error.strerror or error}")
    return sum(size for _, size in found), tuple(sorted(found)[:_SHOWN]), remarks


def _size(entry: "os.DirEntry[str]") -> int | None:
    try:
        status = entry.stat()
    except OSError:  # a link to nothing, or to itself
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
