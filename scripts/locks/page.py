"""docs/locks.md from the table."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from packaging.version import Version

from locks.space import DISTRIBUTIONS, PLATFORMS
from locks.table import basis_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from locks.table import Entry

KINDS = ("trained", "installed", "resolved", "refused")
_INSTALLED = re.compile(r"^\| (\d\S+) \| (\S+) \| ([^|]+) \|", re.MULTILINE)


def kind(entry: Entry) -> str:
    """Return the basis of a lock, or "refused"."""
    return "refused" if entry.pins is None else basis_of(entry.evidence)


def page(entries: Iterable[Entry], installs: Path, checked: str) -> str:
    """Return the page; `installs` is docs/installs.md, which has what plain pip gives."""
    rows = list(entries)
    plain = {found[1]: found[3].strip() for found in _INSTALLED.finditer(installs.read_text(encoding="utf-8"))}
    lines = [
        "# Locks",
        "",
        f"Made by `scripts/build_locks.py` on {checked}; the runs are those of `scripts/verify_locks.py`: a fresh",
        "environment with nothing but the lock, then the stages of scripts/smoke_tf.py (import, one operation, one",
        "training epoch, save and load, TensorBoard callback and program), on Linux x86_64 without a GPU.",
        "",
        "trained: all stages passed. installed: it could be imported and a later stage failed. resolved: the pins fit",
        "each other, the release's metadata and the bounds of the matrix; not run. refused: no such pins.",
        "",
        *_goals([entry for entry in rows if _run_here(entry)], plain),
        "",
        *_counts(rows),
        "",
        "## TensorFlow on Linux x86_64",
        "",
        "One line for each release and CPython. Plain pip was tried on the newest CPython of each release alone.",
        "",
        "| TensorFlow | CPython | lock | stages | date | interpreter | plain pip |",
        "|---|---|---|---|---|---|---|",
        *_releases(rows, plain),
        "",
        *_refusals(rows),
        *_builds(rows),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _goals(here: list[Entry], plain: dict[str, str]) -> list[str]:
    """Say how far the runs are, each group of locks on Linux x86_64 by its count."""
    versions = sorted({Version(entry.target.version) for entry in here})
    last = {str(max(v for v in versions if v.release[:2] == minor)) for minor in {v.release[:2] for v in versions}}
    newest: dict[str, Version] = {}
    for entry in here:
        python = Version(entry.target.python)
        newest[entry.target.version] = max(newest.get(entry.target.version, python), python)
    old = {str(version) for version in versions if version < Version("1.13")}
    groups = {
        "every release from 1.13.1 on, newest CPython": [
            e for e in here if e.target.version not in old and Version(e.target.python) == newest[e.target.version]
        ],
        "the last patch of every minor from 1.13 on, every CPython": [
            e for e in here if e.target.version in last - old
        ],
        "1.4 to 1.12, CPython 3.6": [e for e in here if e.target.version in old],
        "every release, every CPython": here,
    }
    works = sum(word == "works" for word in plain.values())
    lines = ["| Linux x86_64, tensorflow | locks | trained |", "|---|---:|---:|"]
    for name, entries in groups.items():
        lines.append(f"| {name} | {len(entries)} | {sum(kind(entry) == 'trained' for entry in entries)} |")
    return [*lines, f"| beside it: plain `pip install`, newest CPython (docs/installs.md) | {len(plain)} | {works} |"]


def _run_here(entry: Entry) -> bool:
    target = entry.target
    return target.distribution == "tensorflow" and target.platform == "linux-x86_64" and target.extra == ""


def _counts(rows: list[Entry]) -> list[str]:
    counts = Counter(((e.target.distribution, e.target.platform, e.target.extra), kind(e)) for e in rows)
    groups = sorted(
        {group for group, _ in counts}, key=lambda g: (DISTRIBUTIONS.index(g[0]), PLATFORMS.index(g[1]), g[2])
    )
    lines = [f"| distribution | platform | {' | '.join(KINDS)} |", "|---|---|" + "---:|" * len(KINDS)]
    for name, platform, extra in groups:
        asked = f"{name} with {extra}" if extra == "tensorboard" else f"{name}[{extra}]" if extra else name
        numbers = [counts[(name, platform, extra), word] for word in KINDS]
        lines.append(f"| {asked} | {platform} | {' | '.join(map(str, numbers))} |")
    totals = [sum(kind(entry) == word for entry in rows) for word in KINDS]
    return [*lines, f"| all | | {' | '.join(map(str, totals))} |"]


def _releases(rows: list[Entry], plain: dict[str, str]) -> list[str]:
    here = [entry for entry in rows if _run_here(entry)]
    here.sort(key=lambda entry: (Version(entry.target.version), Version(entry.target.python)), reverse=True)
    lines, seen = [], set()
    for entry in here:
        version, run = entry.target.version, entry.evidence
        stages = f"{len(run.stages)} passed" + (f"; {_cell(run.failed)}" if run.failed else "") if run else ""
        date, interpreter = (run.date, run.interpreter) if run else ("", "")
        pip = "" if version in seen else plain.get(version, "")
        seen.add(version)
        lines.append(
            f"| {version} | {entry.target.python} | {kind(entry)} | {stages} | {date} | {interpreter} | {pip} |"
        )
    return lines


def _refusals(rows: list[Entry]) -> list[str]:
    groups: dict[tuple[str, str], list[str]] = {}
    for entry in rows:
        if entry.pins is None:
            target = entry.target
            name = f"{target.distribution}[{target.extra}]" if target.extra else target.distribution
            spot = f"{target.platform}, CPython {target.python}"
            groups.setdefault((f"{name} {target.version}", entry.reason), []).append(spot)
    if not groups:
        return ["Nothing was refused.", ""]
    lines = ["## Refused", "", "| release | where | reason |", "|---|---|---|"]
    for (name, reason), spots in sorted(groups.items()):
        lines.append(f"| {name} | {'; '.join(sorted(spots))} | {_cell(reason)} |")
    return [*lines, ""]


def _builds(rows: list[Entry]) -> list[str]:
    counts = Counter(
        (f"{name} {(entry.pins or {})[name]}", entry.target.platform) for entry in rows for name in entry.sdists
    )
    lines = ["## Pins without a wheel", "", "These are built when they are installed.", ""]
    lines += ["| pin | platform | locks |", "|---|---|---:|"]
    return [*lines, *(f"| {pin} | {platform} | {count} |" for (pin, platform), count in sorted(counts.items()))]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
