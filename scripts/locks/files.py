"""Which file each pin of a lock installs, and the oldest system that can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import parse_wheel_filename
from packaging.version import Version

from tfdoctor.matrix.locks import LockedFile, best_file

if TYPE_CHECKING:
    from locks.index import Index
    from locks.space import Target
    from tfdoctor.matrix import Matrix

_LEGACY = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


class MissingFileError(Exception):
    """A pin has neither a fitting wheel nor a source archive; the text names it."""


def system_of(rung: str, target: Target) -> tuple[str | None, str | None]:
    """Return the GNU C library and the macOS that a lock was resolved for."""
    if target.os == "linux":
        return ("2.17" if rung == "manylinux2014" else rung.removeprefix("manylinux_").replace("_", ".")), None
    return None, (rung if target.os == "macos" else None)


def choose(target: Target, pins: dict[str, str], rung: str, index: Index) -> dict[str, LockedFile]:
    """Return the file of each pin by name.

    Raises:
        MissingFileError: a pin has none.
    """
    glibc, macos = system_of(rung, target)
    chosen = {}
    for name, version in pins.items():
        listed = {file.name: file for file in index.files(name).get(Version(version), [])}
        best = best_file(listed, target.python, target.platform, glibc, macos)
        if best is None:
            raise MissingFileError(f"no file of {name} {version} fits")
        chosen[name] = LockedFile(best, listed[best].sha256, listed[best].size)
    return chosen


def oldest_system(target: Target, pins: dict[str, str], files: dict[str, LockedFile], matrix: Matrix) -> str | None:
    """Return the oldest GNU C library or macOS for all files; TensorFlow's own is read from its libraries."""
    if target.os == "windows":
        return None
    needs = [need for file in files.values() if (need := _needs(file.name, target.os))]
    for name, version in pins.items():
        release = matrix.releases.get(name, version) if name in matrix.releases.distributions else None
        build = release.build(target.os, target.arch) if release else None
        own = build and (build.glibc if target.os == "linux" else build.macos)
        if own:
            major, minor = (*own.split("."), "0")[:2]
            needs.append((int(major), int(minor)))
    return "{}.{}".format(*max(needs)) if needs else None


def _needs(name: str, os: str) -> tuple[int, int] | None:
    if not name.endswith(".whl"):
        return None
    found = []
    for tag in {tag.platform for tag in parse_wheel_filename(name)[3]}:
        if os == "linux" and tag.startswith("manylinux_"):
            found.append((int(tag.split("_")[1]), int(tag.split("_")[2])))
        elif os == "linux" and tag.partition("_")[0] in _LEGACY:
            found.append(_LEGACY[tag.partition("_")[0]])
        elif os == "macos" and tag.startswith("macosx_"):
            found.append((int(tag.split("_")[1]), int(tag.split("_")[2])))
    return min(found, default=None)
