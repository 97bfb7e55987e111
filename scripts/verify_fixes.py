#!/usr/bin/env python3
"""What `tfdoctor drift --code --fix --write` does for real programs, tried in the release that they go to.

    scripts/verify_fixes.py PROGRAMS ENVIRONMENTS RUNS ANSWERS [NAME...]

`programs.fetch` filled PROGRAMS, `programs.run` wrote RUNS. Each program that `--fix` changes is copied, rewritten, and
run in the second release of its pair; ANSWERS gets one JSON line for each, and what is there is not run again. A
program is cured where nothing raises any more that did not raise in the first release; it gets further where it does
not, and more of its lines run, or fewer places raise; it is worse off where nothing raised, or where other errors come
and fewer of its lines run than in either release. Exit 1 where one is worse off.
"""

import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

from programs.fetch import Row, programs
from programs.judge import Event, raised
from programs.run import environments, run
from verify_programs import runs

from tfdoctor.drift.compare import compare
from tfdoctor.drift.edits import edits
from tfdoctor.drift.fix import plan
from tfdoctor.drift.releases import span
from tfdoctor.matrix import Matrix

Told = dict[str, Any]
WORSE: Final = "worse off"


def rewritten(row: Row, folder: Path, matrix: Matrix) -> int:
    """Rewrite a copied program and return how many changes were made."""
    before, after = row["pair"]
    made = 0
    for one in plan(list(edits(compare(span(before, after, matrix), matrix, [folder]).hits))):
        if one.after != one.before:
            Path(one.path).write_bytes(one.after)
            made += len(one.made)
    return made


def tried(row: Row, folder: Path, python: Path, matrix: Matrix) -> Told:
    """Run a rewritten copy of a program."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / row["name"]
        shutil.copytree(folder / row["name"], copy)
        made = rewritten(row, copy, matrix)
        found = run(row, copy, python) if made else {}
    return {"program": row["name"], "made": made, **found}


def ran(told: Told) -> int:
    """How many lines of a program ran."""
    return sum(map(len, told.get("lines", {}).values()))


def judged(first: Told, second: Told, fixed: Told) -> str:
    """Say what became of a program: of its runs in both releases, and of the rewritten one in the second."""
    old, new = raised(first, second), raised(first, fixed)
    if not new:
        return "cured" if old else "worked, and works"
    if not old:
        return WORSE
    if ran(fixed) > ran(second) or len(new) < len(old):
        return "gets further"
    if {_told(one) for one in new} == {_told(one) for one in old}:  # an argument less may be a line less
        return "as before"
    # What mends a guarded call runs no handler of it.
    return WORSE if ran(fixed) < min(ran(first), ran(second)) else "as before"


def _told(event: Event) -> tuple[str, str]:
    return event.where.rpartition(":")[0], event.text


def main() -> int:
    """Try what was not tried yet, and judge all."""
    folder, pythons = Path(sys.argv[1]), environments(Path(sys.argv[2]))
    told, answers, matrix = runs(Path(sys.argv[3])), Path(sys.argv[4]), Matrix.locate()
    known = (
        {one["program"]: one for one in map(json.loads, answers.read_text().splitlines())} if answers.exists() else {}
    )
    counts: Counter[str] = Counter()
    for row in programs(sys.argv[5:]):
        both = [told.get((row["name"], release), []) for release in row["pair"]]
        if not all(both) or any(rows[0]["status"] == "late" for rows in both):
            continue
        if both[0][0]["status"] == "failed" and not both[0][0].get("tests"):
            continue  # it does not work in the first release
        if row["name"] not in known:
            known[row["name"]] = tried(row, folder, pythons[row["pair"][1]], matrix)
            with answers.open("a") as file:
                file.write(json.dumps(known[row["name"]]) + "\n")
        fixed = known[row["name"]]
        verdict = judged(both[0][0], both[1][0], fixed) if fixed["made"] else "nothing to rewrite"
        counts[verdict] += 1
        if fixed["made"]:
            print(f"{row['name']} {' -> '.join(row['pair'])}: {fixed['made']} changes, {verdict}")
    for name, count in sorted(counts.items()):
        print(f"{name}: {count}")
    return int(bool(counts[WORSE]))


if __name__ == "__main__":
    sys.exit(main())
