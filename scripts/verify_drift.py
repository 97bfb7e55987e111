#!/usr/bin/env python3
"""What `tfdoctor drift --code` says of small trainings, against trainings in both releases for real.

    scripts/verify_drift.py ENVIRONMENTS [--pairs 2.3-2.6 ...] [--seeds 5] [--output FILE]

Each program of scripts/trainings runs with some seeds in both releases of a pair (ENVIRONMENTS/RELEASE is the ready
environment of a release, as for scripts/harvest_ops.py). A number differs where its means are further apart than noise
explains (Welch's t above 4). Each such difference, and each error, must be explained by a change that drift lists for
the program as more than possible; then the lines that keep the old behaviour are written into a copy, which runs in
the second release. What FILE holds is not trained again; ours is compat_matrix/evidence/trainings.jsonl. Exit 1 where a
difference is not explained, or is still there with those lines.
"""

import argparse
import difflib
import hashlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from knowing.environments import chosen

from tfdoctor.drift.answer import Answer
from tfdoctor.drift.change import Hit
from tfdoctor.drift.compare import compare
from tfdoctor.drift.edits import edits
from tfdoctor.drift.fix import plan
from tfdoctor.drift.releases import span
from tfdoctor.matrix import Matrix

PROGRAMS: Final = Path(__file__).parent / "trainings"
PAIRS: Final = ("2.3-2.6", "1.15-2.3", "2.1-2.4", "2.10-2.11", "2.15-2.16")
LIMIT: Final = 900  # seconds of one training
FAR: Final = 4.0  # Welch's t from which two means differ
Row = dict[str, Any]


def trained(python: Path, program: Path, seed: int) -> Row:
    """Run a program with a seed; return what it reports, or its error."""
    variables = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONHASHSEED": "0"}
    words = [str(python), "-W", "ignore", str(program), str(seed)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, env=variables, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return {"error": f"TimeoutError: {LIMIT} s"}
    lines = [line for line in (done.stderr if done.returncode else done.stdout).splitlines() if line.strip()]
    if done.returncode or not lines:
        return {"error": lines[-1][:300] if lines else f"exit code {done.returncode}"}
    found: Row = json.loads(lines[-1])
    return found


def remembered(output: Path | None) -> dict[tuple[str, str], list[Row]]:
    """The trainings of earlier runs, in the order of their seeds, by release and program."""
    kept: dict[tuple[str, str], list[Row]] = {}
    for line in output.read_text().splitlines() if output and output.exists() else []:
        row = json.loads(line)
        kept.setdefault((row["release"], row["sha256"]), []).append(row["row"])
    return kept


def differs(before: list[float], after: list[float]) -> float:
    """Welch's t of two samples; without any spread 0 where they are equal, else infinite."""
    apart = abs(statistics.fmean(before) - statistics.fmean(after))
    spread = (statistics.variance(before) / len(before) + statistics.variance(after) / len(after)) ** 0.5
    if apart <= 1e-6 * max(abs(statistics.fmean(before)), 1e-6):
        return 0.0
    return apart / spread if spread else float("inf")


def beyond(before: list[Row], after: list[Row]) -> dict[str, str]:
    """What differs beyond noise: the name of a number with both means, or "error"."""
    errors = [{row["error"].partition(":")[0] for row in rows if "error" in row} for rows in (before, after)]
    if errors[0] or errors[1]:
        shown = next((row["error"] for row in after if "error" in row), "none")
        return {} if errors[0] == errors[1] else {"error": shown}
    found = {}
    for name in before[0]:
        one, other = [row[name] for row in before], [row[name] for row in after]
        if differs(one, other) > FAR:
            found[name] = f"{statistics.fmean(one):.4g} -> {statistics.fmean(other):.4g}"
    return found


def mended(program: Path, answer: Answer, folder: Path) -> Path | None:
    """A copy of the program with the lines that keep the old behaviour; None where there are none.

    What `--fix` writes, and what its reader does with the other suggestions for arguments ("metrics=[...]").
    """
    fixes = plan(list(edits(answer.hits)))
    before = program.read_text()
    after = next((fix.after.decode() for fix in fixes if fix.path == str(program)), before)
    for hit in answer.hits:
        argument = hit.use.owner.rpartition("(")[2].rstrip(")")
        told = hit.change.keep.rstrip(".")
        if hit.use.kind == "string" and told.startswith(f"{argument}="):
            after = after.replace(f'{argument}=["{hit.use.given[0].literal}"]', told)
        elif told.startswith("without "):
            for name in hit.change.parameters:
                after = re.sub(rf", {name}=[\w.]+", "", after)
    if after == before:
        return None
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        if line[0] in "+-":
            print(f"      {line}")
    copy = folder / program.name
    copy.write_text(after)
    return copy


def explains(name: str, hit: Hit) -> bool:
    """Whether a listed change is one that explains a difference: an error, or other numbers."""
    return hit.confidence != "possible" and hit.change.effect == ("raises" if name == "error" else "results")


def main() -> int:
    """Train, compare, print; keep the rows in a file, if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environments", type=Path)
    parser.add_argument("--pairs", nargs="+", default=PAIRS)
    parser.add_argument("--programs", nargs="+", type=Path, default=sorted(PROGRAMS.glob("[!_]*.py")))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    matrix = Matrix.locate()
    pythons = {one.minor: options.environments / one.name / "bin" / "python" for one in chosen()}
    kept = remembered(options.output)
    counts = {"differences": 0, "explained": 0, "removed": 0, "listed": 0}

    def runs(minor: str, program: Path) -> list[Row]:
        key = (minor, hashlib.sha256(program.read_bytes()).hexdigest())
        rows = kept.setdefault(key, [])
        for seed in range(len(rows) + 1, options.seeds + 1):
            rows.append(trained(pythons[minor], program, seed))
            if options.output:
                with options.output.open("a") as file:
                    told = {"release": minor, "program": program.name, "sha256": key[1], "row": rows[-1]}
                    file.write(json.dumps(told) + "\n")
        return rows[: options.seeds]

    for pair in options.pairs:
        before, after = pair.split("-")
        for program in options.programs:
            answer = compare(span(before, after, matrix), matrix, [program])
            sure = [hit for hit in answer.hits if any(explains(name, hit) for name in ("error", "number"))]
            told = sorted({hit.change.what for hit in sure})
            counts["listed"] += len(told)
            found = beyond(runs(before, program), runs(after, program))
            print(f"{pair} {program.stem}: {found or 'the same'}")
            for what in told:
                print(f"    listed: {what}")
            counts["differences"] += len(found)
            counts["explained"] += sum(any(explains(name, hit) for hit in sure) for name in found)
            if not found:
                continue
            with tempfile.TemporaryDirectory() as scratch:
                copy = mended(program, answer, Path(scratch))
                left = beyond(runs(before, program), runs(after, copy)) if copy else found
            print(f"    with the lines that keep the old behaviour: {left or 'the same'}")
            counts["removed"] += 0 if set(left) - set(found) else len(found) - len(left)
    print(counts)
    return int(min(counts["explained"], counts["removed"]) < counts["differences"])


if __name__ == "__main__":
    sys.exit(main())
