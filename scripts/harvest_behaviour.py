"""Harvests what the experiments give in 1.15 and every 2.x minor into `compat_matrix/behaviour.json`.

Each release is run. `python scripts/harvest_behaviour.py` makes an environment of each with uv, from the pins in
compat_matrix/evidence/environments.json, one after the other, and removes it; `--environments FOLDER` takes those that
are there as FOLDER/RELEASE. What a release gave is kept in `--answers`, so that a run that was ended goes on where it
was; `--again NAME` runs an experiment once more. scripts/measure_noise.py says how much of a difference is noise: where
it was not run in a release, the most that was seen in another one counts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from pathlib import Path

from knowing.environments import Environment, chosen, prepared
from knowing.experiments import FIRST, SPEEDS, Runs, suite
from knowing.fold_behaviour import fastest, fold, inherited, merged

ROOT = Path(__file__).resolve().parent.parent
NOISE = ROOT / "compat_matrix" / "evidence" / "behaviour_noise.json"


def main() -> int:
    """Harvest, then write the table of the releases that have answers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, help="folder of ready environments")
    parser.add_argument("--output", type=Path, default=ROOT / "compat_matrix" / "behaviour.json")
    parser.add_argument("--answers", type=Path, default=ROOT / "build" / "behaviour", help="where answers are kept")
    parser.add_argument("--release", action="append", help='minors to run, in this order ("2.3") [default: all]')
    parser.add_argument("--again", action="append", default=[], help="an experiment to run although it is there")
    parser.add_argument("--speed", action="store_true", help="run the experiments of speed too, three times")
    parser.add_argument("--fold-only", action="store_true", help="run nothing, write the table of what is there")
    parser.add_argument("--date", default=dt.datetime.now(tz=dt.timezone.utc).date().isoformat())
    options = parser.parse_args()
    runs = Runs(options.answers)
    environments = {one.minor: one for one in chosen()}
    if not options.fold_only:
        for minor in options.release or environments:
            _run(environments[minor], runs, options)
    text, count = folded(runs, list(environments), options.date)
    options.output.write_text(text, encoding="utf-8", newline="\n")
    print(f"{options.output.name}: {count} of {len(environments)} releases, {len(text.encode()):,} bytes")
    return 0 if count == len(environments) else 1


def _run(one: Environment, runs: Runs, options: argparse.Namespace) -> None:
    with (
        tempfile.TemporaryDirectory() as scratch,
        prepared(one, options.environments, Path(scratch)) as (python, variables),
    ):
        found = runs.make(one.minor, FIRST, python, variables, options.again)
        for way in SPEEDS if options.speed else ():
            runs.make(one.minor, way, python, variables, options.again)
    failed = sum("error" in outcome for outcome in found["outcomes"].values())
    print(f"{one.name}: {len(found['outcomes'])} experiments, {failed} can't run", file=sys.stderr)


def folded(runs: Runs, minors: list[str], date: str) -> tuple[str, int]:
    """Return the table of the minors that have answers, and how many there are."""
    noise = json.loads(NOISE.read_text(encoding="utf-8"))["noise"] if NOISE.exists() else {}
    there = [(minor, kept) for minor in minors if (kept := runs.kept(minor, FIRST))]
    measured = [
        {"minor": minor, **{key: kept["about"][key] for key in ("tensorflow", "keras", "numpy", "python")}}
        for minor, kept in there
    ]
    outcomes, levels = [], []
    for minor, _ in there:
        times = [found for way in SPEEDS if (found := runs.outcomes(minor, way))]
        speed, spread = fastest(times) if times else ({}, {})
        outcomes.append({**runs.outcomes(minor, FIRST), **speed})
        quiet = noise[minor] if minor in noise else inherited(list(noise.values()))
        levels.append(merged(quiet, spread))
    return fold(measured, outcomes, levels, suite(), date), len(there)


if __name__ == "__main__":
    sys.exit(main())
