"""Pins that no lock has and whose files lock_files.json has all the same: GPU stacks, environments with companions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from companions.table import read_runs
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import LockedFile, best_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from locks.index import Index
    from locks.state import State

Place: TypeAlias = tuple[str, str, str | None]
"""An interpreter, a platform, the GNU C library: "3.9", "linux-x86_64", "2.35"."""

_NEWEST_GLIBC = "2.35"  # the stacks' own wheels are for older ones; a machine of 2022 can run all releases
_ANY_PYTHON = "3.9"  # NVIDIA's wheels hold no code for an interpreter


def wanted(root: Path) -> dict[str, set[Place]]:
    """Return the pins ("nvidia-cudnn-cu11==8.6.0.163") and where each is to be installed."""
    found: dict[str, set[Place]] = {}
    if not (root / "compat_matrix" / "stacks.toml").exists():
        return found
    for pin, place in (*_stacks(root), *_companions(root)):
        found.setdefault(pin, set()).add(place)
    return found


def _stacks(root: Path) -> Iterator[tuple[str, Place]]:
    for stack in Matrix(root / "compat_matrix").stacks.rows:
        for text in stack.requirements:
            need = Requirement(text)
            version = next(iter(need.specifier)).version
            yield f"{canonicalize_name(need.name)}=={version}", (_ANY_PYTHON, f"{stack.os}-{stack.arch}", _NEWEST_GLIBC)


def _companions(root: Path) -> Iterator[tuple[str, Place]]:
    for run in read_runs(root / "compat_matrix" / "evidence" / "companions.jsonl"):
        for pin in run.pins if any(not use.error for use in run.uses) else ():
            yield pin, (run.python, "linux-x86_64", _NEWEST_GLIBC)


def add(state: State, index: Index, root: Path) -> list[str]:
    """Remember the files of these pins; return the pins that have none."""
    lacking = []
    for pin, places in sorted(wanted(root).items()):
        name, _, version = pin.partition("==")
        rows = state.files.setdefault(pin, {})
        for python, platform, glibc in sorted(places, key=str):
            if best_file(rows, python, platform, glibc, None) is not None:
                continue
            listed = {file.name: file for file in index.files(name).get(Version(version), [])}
            best = best_file(listed, python, platform, glibc, None)
            if best is None:
                lacking.append(f"{pin} for CPython {python} on {platform}")
                continue
            rows[best] = LockedFile(best, listed[best].sha256, listed[best].size)
    return lacking
