"""Measures how far the experiments' values move by themselves: `compat_matrix/evidence/behaviour_noise.json`.

In each release the experiments run twice more, with oneDNN on and off (from 2.5 on, where TF_ENABLE_ONEDNN_OPTS
counts), and with one thread and two; the greatest distance from the first run, as a part of the largest number of a
value, is its noise. Words that change have the noise 1. A way in which experiments crash is broken on this machine and
does not count: oneDNN switched on in 2.5 and 2.6 divides by zero on processors that it does not know. The options are
those of scripts/harvest_behaviour.py, which comes before and after: its first runs are what all others are compared
with, and it folds the noise into the table.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from knowing.environments import Environment, chosen, prepared
from knowing.experiments import FIRST, ONEDNN, REPEATS, THREADS, Runs, Way
from knowing.fold_behaviour import moved
from packaging.version import Version

from tfdoctor.matrix.behaviour import Outcome

ROOT = Path(__file__).resolve().parent.parent
FIRST_ONEDNN = Version("2.5")


def ways(minor: str, speed: str) -> list[Way]:
    """Return the ways of running besides the first; "quick": one of each cause, those that are not the default."""
    onednn = ONEDNN if Version(minor) >= FIRST_ONEDNN else ()
    if speed == "quick":
        flipped = onednn[:1] if Version(minor) >= Version("2.9") else onednn[1:]
        return [REPEATS[0], *flipped, THREADS[0]]
    return [*REPEATS, *onednn, *THREADS]


def main() -> int:
    """Run, then write what moved."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, help="folder of ready environments")
    parser.add_argument("--answers", type=Path, default=ROOT / "build" / "behaviour", help="where answers are kept")
    parser.add_argument("--output", type=Path, default=ROOT / "compat_matrix" / "evidence" / "behaviour_noise.json")
    parser.add_argument("--release", action="append", help='minors to run, in this order ("2.3") [default: all]')
    parser.add_argument("--quick", action="store_true", help="one run for each cause instead of two")
    parser.add_argument("--fold-only", action="store_true", help="run nothing, write what is there")
    options = parser.parse_args()
    runs = Runs(options.answers)
    environments = {one.minor: one for one in chosen()}
    if not options.fold_only:
        for minor in options.release or environments:
            _run(environments[minor], runs, options.environments, "quick" if options.quick else "whole")
    text = folded(runs, list(environments))
    options.output.write_text(text, encoding="utf-8", newline="\n")
    print(f"{options.output.name}: {len(text.encode()):,} bytes")
    return 0


def _run(one: Environment, runs: Runs, ready: Path | None, speed: str) -> None:
    with tempfile.TemporaryDirectory() as scratch, prepared(one, ready, Path(scratch)) as (python, variables):
        for way in (FIRST, *ways(one.minor, speed)):
            runs.make(one.minor, way, python, variables)
            print(f"{one.name}: {way.name}", file=sys.stderr)


def folded(runs: Runs, minors: list[str]) -> str:
    """Return the noise of each release, and in which ways it was measured."""
    made: dict[str, list[str]] = {}
    noise = {}
    for minor in minors:
        others = {way: runs.outcomes(minor, way) for way in ways(minor, "whole") if runs.kept(minor, way)}
        whole = {way: found for way, found in others.items() if not any(map(crashed, found.values()))}
        if whole and runs.kept(minor, FIRST):
            made[minor] = [way.name for way in whole]
            noise[minor] = moved([runs.outcomes(minor, FIRST), *whole.values()])
    return json.dumps({"runs": made, "noise": noise}, indent=0, sort_keys=False) + "\n"


def crashed(outcome: Outcome) -> bool:
    """Whether the process of an experiment ended by itself."""
    return outcome.error.startswith("Crash:")


if __name__ == "__main__":
    sys.exit(main())
