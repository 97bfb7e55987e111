"""Resolves a lock for every TensorFlow release, Python and platform into `compat_matrix/locks.json`.

Run `python scripts/build_locks.py`. What is locked already stays (--again resolves anew what is chosen), so it can be
stopped and run again; the runs in evidence/locks.jsonl (scripts/verify_locks.py) become the locks' basis. Needs uv,
the network and an interpreter for each CPython from 3.6 to 3.13. Writes docs/locks.md too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from locks import further
from locks.files import MissingFileError, choose, oldest_system, system_of
from locks.index import Index
from locks.page import page
from locks.pythons import interpreters
from locks.sizes import fill
from locks.solve import Hints, Override, Problem, Solved, UnsolvableError
from locks.space import Target, targets
from locks.state import State
from locks.table import Entry
from packaging.version import Version

from tfdoctor.matrix import Matrix

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "compat_matrix" / "evidence" / "environments.json"
EVERY = 60  # seconds between two writes of the table
NOT_PINNED = {"pip", "wheel"}


class _Overrides(msgspec.Struct, frozen=True):
    override: tuple[Override, ...]


class Builder:
    """Resolves targets one by one; of one release the newest Python first, the others take over its pins."""

    def __init__(self, state: State, uv: str) -> None:
        from pypi_simple import PyPISimple

        self.matrix = Matrix.locate()
        self.index = Index(PyPISimple())
        self.state = state
        self.uv = uv
        rows = msgspec.toml.decode((self.matrix.root / "lock_overrides.toml").read_bytes(), type=_Overrides)
        self.overrides = list(rows.override)
        self.pythons = interpreters()
        self.guard = threading.Lock()
        self.hints: dict[tuple[str, str], Hints] = {}
        self.seeds: dict[str, dict[str, str]] = {
            name: dict(pin.split("==") for pin in pins if pin.split("==")[0] not in NOT_PINNED)
            for name, pins in msgspec.json.decode(SEEDS.read_bytes()).items()
        }

    def preferred(self, target: Target) -> dict[str, str]:
        """Return pins that are known to work: those proven for the next release of the minor, and of a like lock."""
        digits = target.python.replace(".", "")
        minor = Version(target.version).release[:2]
        pins: dict[str, str] = {}
        near = [
            entry
            for entry in list(self.state.entries.values())
            if entry.pins and entry.target.version == target.version and entry.target.extra in {"", target.extra}
        ]
        near.sort(key=lambda entry: (entry.target.platform == target.platform, entry.target.python == target.python))
        for entry in near:
            pins |= entry.pins or {}
        for name, seed in self.seeds.items():
            version, _, tag = name.partition("-cp")
            if Version(version).release[:2] == minor and tag == digits:
                pins |= seed
        return {name: version for name, version in pins.items() if not name.startswith("tensorflow")}

    def _solve(self, target: Target) -> Solved:
        hints = self.hints.setdefault((target.version, target.os), Hints())
        problem = Problem(target, self.matrix.bounds, self.index, self.overrides, self.uv)
        return problem.solve(self.pythons[target.python], self.preferred(target), hints)

    def _twin(self, target: Target) -> Solved | None:
        """Return the pins of the like lock of tensorflow, where the wheels' metadata ask for the same."""
        twin = msgspec.structs.replace(target, distribution="tensorflow")
        entry = self.state.entries.get(twin)
        if twin == target or entry is None or entry.pins is None:
            return None
        wheels = [
            release.wheel(target.python, target.os, target.arch)
            for name in (target.distribution, "tensorflow")
            if (release := self.matrix.releases.get(name, target.version))
        ]
        first, second = ((wheel.requires, wheel.requires_python) if wheel else None for wheel in wheels)
        if first is None or first != second:
            return None
        rung = entry.macos or "pc-windows-msvc"
        if entry.glibc is not None:
            old = Version(entry.glibc) <= Version("2.17")
            rung = "manylinux2014" if old else f"manylinux_{entry.glibc.replace('.', '_')}"
        return Solved({**entry.pins, target.distribution: target.version}, rung)

    def build(self, target: Target) -> Entry:
        """Return the lock of a target, or the refusal."""
        if target.python not in self.pythons:
            return Entry(target=target, reason=f"not resolved: no CPython {target.python} at hand")
        try:
            try:
                solved = self._twin(target) or self._solve(target)
                files = choose(target, solved.pins, solved.rung, self.index)
            except MissingFileError:  # its own wheel may be for a newer system than its twin's
                solved = self._solve(target)
                files = choose(target, solved.pins, solved.rung, self.index)
        except (UnsolvableError, MissingFileError) as error:
            return Entry(target=target, reason=str(error))
        for text in solved.violated:
            print(f"  {target}: not kept: {text}")
        with self.guard:
            self.state.add_files(solved.pins, files)
        oldest = oldest_system(target, solved.pins, files, self.matrix)
        glibc, macos = system_of(solved.rung, target)
        own = {name: version for name, version in solved.pins.items() if name != target.distribution}
        sdists = frozenset(name for name in own if files[name].is_sdist)
        return Entry(
            target=target,
            pins=own,
            sdists=sdists,
            glibc=oldest or glibc if target.os == "linux" else None,
            macos=oldest or macos if target.os == "macos" else None,
        )


def main() -> int:
    """Resolve what is chosen and missing, then write table and page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], help="releases, such as 2.6.5 [default: all]")
    parser.add_argument("--distribution", nargs="*", default=[], help="[default: all]")
    parser.add_argument("--platform", nargs="*", default=[], help="[default: all]")
    parser.add_argument("--extra", nargs="*", default=None, help="[default: all]")
    parser.add_argument("--again", action="store_true", help="resolve anew what is locked")
    parser.add_argument("--retry", action="store_true", help="try refusals again")
    parser.add_argument("--fold", action="store_true", help="resolve nothing: only take over the evidence")
    parser.add_argument("--files", action="store_true", help="resolve nothing: only files of GPU stacks and companions")
    parser.add_argument("--jobs", type=int, default=4, help="releases at once: uv mostly waits for the index")
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--date", default=dt.datetime.now(tz=dt.timezone.utc).date().isoformat())
    options = parser.parse_args()
    state = State(ROOT, options.date)
    if not options.fold:
        builder = Builder(state, options.uv)
        chosen = [
            target
            for target in targets(builder.matrix)
            if (not options.only or target.version in options.only)
            and (not options.distribution or target.distribution in options.distribution)
            and (not options.platform or target.platform in options.platform)
            and (options.extra is None or target.extra in options.extra)
        ]
        if not options.files:
            run(builder, chosen, again=options.again, retry=options.retry, jobs=options.jobs)
        for text in further.add(state, builder.index, ROOT):
            print(f"no file of {text}")
        if lacking := fill(state, builder.index):
            print(f"{lacking} files whose size is not known")
    state.fold()
    state.write()
    text = page(state.entries.values(), ROOT / "docs" / "installs.md", state.date)
    (ROOT / "docs" / "locks.md").write_text(text, encoding="utf-8", newline="\n")
    print(state.summary())
    return 0


def run(builder: Builder, chosen: list[Target], *, again: bool, retry: bool, jobs: int) -> None:
    """Resolve the targets, several releases at once, and write the table now and then.

    The targets of one release stay in one thread and in order: each takes over pins of the ones before.
    """
    entries = builder.state.entries
    releases: dict[str, list[Target]] = {}
    for target in chosen:
        known = entries.get(target)
        if known is None or again or (known.pins is None and retry):
            releases.setdefault(target.version, []).append(target)
    written, guard = [time.monotonic()], builder.guard

    def work(targets: list[Target]) -> None:
        for target in targets:
            entry = builder.build(target)
            found = f"{len(entry.pins)} pins" if entry.pins is not None else entry.reason
            print(f"{target}: {found}", flush=True)
            with guard:
                entries[target] = entry
                if time.monotonic() - written[0] > EVERY:
                    builder.state.fold()
                    builder.state.write()
                    written[0] = time.monotonic()

    with ThreadPoolExecutor(jobs) as pool:
        for _ in pool.map(work, releases.values()):
            pass


if __name__ == "__main__":
    sys.exit(main())
