"""The runs of companions as they are kept, the table of the pairs that work, and the page for people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from packaging.version import Version

from companions.uses import USES
from tfdoctor.matrix.companions import FORMAT, CompanionRun


class Use(msgspec.Struct, frozen=True):
    """What happened to one companion; `error` is "" where it could be imported and used."""

    name: str
    version: str
    error: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A line of evidence/companions.jsonl: one environment made from one plan.

    Attributes:
        digest: of the pins.
        stages: those of scripts/smoke_tf.py that passed.
        failed: the first that did not, or why there was no environment.
        uses: the companions that were asked for, as used one by one.
        unknown: what the plan could not judge.
        seconds: of planning, installation, stages and uses.
    """

    tensorflow: str
    python: str
    interpreter: str
    date: str
    system: str
    digest: str
    stages: tuple[str, ...]
    failed: str | None
    uses: tuple[Use, ...]
    pins: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    seconds: float = 0.0


def read_runs(path: Path) -> list[Run]:
    """Return the runs, in the order in which they came."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [msgspec.json.decode(line, type=Run) for line in lines]


def fold(root: Path, runs: Iterable[Run]) -> None:
    """Write companions.json, the pairs that work, and docs/companions.md, from the newest run of each set of pins."""
    newest = list({run.digest: run for run in runs}.values())
    newest.sort(key=lambda run: (Version(run.tensorflow), run.date))
    rows = [
        CompanionRun(
            run.tensorflow, run.interpreter, run.date, run.digest, run.failed is None,
            {use.name: use.version for use in run.uses if not use.error},
        )
        for run in newest
    ]  # fmt: skip
    lines = ",\n".join(msgspec.json.encode(row).decode() for row in rows if row.used)
    text = f'{{"format":{FORMAT},"runs":[\n{lines}\n]}}\n'
    (root / "compat_matrix" / "companions.json").write_text(text, encoding="utf-8", newline="\n")
    (root / "docs" / "companions.md").write_text(page(newest), encoding="utf-8", newline="\n")


_HEAD = """# Companions

Made by `scripts/verify_companions.py --fold`. For the last patch of each minor of TensorFlow: the release of each
companion that `tfdoctor plan --with` chooses, in an environment made from the plan alone (installed without
dependencies, Linux x86_64, CPU). TensorFlow went through the stages of scripts/smoke_tf.py there (import, one
operation, one training epoch, save and load, TensorBoard); then each companion was imported and used in a process of
its own, without network (scripts/companions/uses.py).

A version: imported and used (basis installed). "fails": its newest run ended with an error (below).
"no": no release that fits has a file for a CPython of this TensorFlow, or none fits; `plan` says so and exits with 3.
"""


def page(runs: list[Run]) -> str:
    """Return the page for people."""
    found: dict[str, dict[str, Use]] = {}
    stages: dict[str, dict[str, None]] = {}
    pairs: dict[tuple[str, str, str], str] = {}
    for run in runs:  # later runs replace earlier ones
        found.setdefault(run.tensorflow, {}).update({use.name: use for use in run.uses})
        stages.setdefault(run.tensorflow, {})[f"{run.interpreter}: {run.failed or 'trained'}"] = None
        pairs |= {(run.tensorflow, use.name, use.version): use.error for use in run.uses}
    named = {name for uses in found.values() for name in uses}
    names = [name for name in USES if name in named]
    lines = [_HEAD, "| TensorFlow | environments | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for tensorflow in sorted(found, key=Version, reverse=True):
        cells = [_cell(found[tensorflow].get(name)) for name in names]
        lines.append(f"| {tensorflow} | {'; '.join(stages[tensorflow])} | " + " | ".join(cells) + " |")
    failures = [
        f"- TensorFlow {tensorflow}, {name} {version}: {error}"
        for (tensorflow, name, version), error in pairs.items()
        if error
    ]
    taken = sum(bool(use.error) for uses in found.values() for use in uses.values())
    counts = f"Pairs imported and used: {len(pairs) - len(failures)}. Pairs that failed: {len(failures)}"
    lines += ["", f"{counts}, of which plans take {taken} now.", *failures]
    return "\n".join(lines) + "\n"


def _cell(use: Use | None) -> str:
    if use is None:
        return "no"
    return f"{use.version} fails" if use.error else use.version
