#!/usr/bin/env python3
"""What `tfdoctor drift --code` says of short programs that go on working, against the numbers that they print.

    scripts/verify_numbers.py [--list FILE] [--runs FILE] [--pairs neighbours|asked|all] [--show]

`python -m idioms.run --numbers` wrote the runs. A program counts for a pair of releases where it works in both. It
changed where it prints other numbers, beyond what float32 explains, or other words in quotes: recall is the part of
those for which drift lists other results, surely or as possible, anywhere in them; what was measured in cases that the
program may not meet is listed aside, and does not count. Of those that did not change the
ones with other results listed surely are counted: what they print need not show the change, but each is looked at.
Exit 1 below the bars.
"""

import sys
from collections import Counter, defaultdict
from typing import Final, NamedTuple

from idioms.listed import Listed, listed, options
from idioms.run import NUMBERS, NUMBERS_RUNS

from tfdoctor.drift.measured import MEASURED
from tfdoctor.matrix import Matrix

BARS: Final = {"recall": 0.60, "unmoved": 0.10}  # changes listed; of the unchanged those with a change listed surely
GRADES: Final = ("surely", "as possible", "as another effect", "aside", "not")
NEAR: Final = 1e-3  # of the larger number: as far as float32 goes apart in a few steps
ROUND: Final = 1.5e-4  # one in the fourth decimal, to which most programs round
FAR: Final = 0.05  # of the larger number: beyond rounding, small as both are
LEAST: Final = 1e-7  # what is nearer is nothing
UNSEEN: Final = frozenset({"tf32-default-on-ampere"})  # only a GPU shows it
Printed = list[float | str | None]


class Judged(NamedTuple):
    """A program between two releases: what it first prints otherwise ("" for nothing), how other results are listed."""

    name: str
    pair: tuple[str, str]
    text: str
    grade: str
    told: list[str]


def differs(one: float | str | None, other: float | str | None) -> bool:
    """Whether a number or word is another one; None moves by itself."""
    if one is None or other is None:
        return False
    if isinstance(one, str) or isinstance(other, str):
        return one != other
    apart, scale = abs(one - other), max(abs(one), abs(other))
    return apart > max(LEAST, NEAR * scale) and (apart > ROUND or apart > FAR * scale)


def changed(before: Printed, after: Printed) -> str:
    """Return the first thing that is printed otherwise; "" where all is the same."""
    for one, other in zip(before, after, strict=False):
        if differs(one, other):
            return f"{one} -> {other}"
    return "" if len(before) == len(after) else f"{len(before)} -> {len(after)} numbers and words"


def judged(row: Listed) -> Judged:
    """Judge one program in one pair."""
    results = [hit for hit in row.hits if hit.change.effect == "results" and hit.change.finding not in UNSEEN]
    sure = [hit for hit in results if hit.confidence != "possible"]
    mine = sure or [hit for hit in results if hit.change.finding != MEASURED]
    others = [hit for hit in row.hits if hit.change.effect in {"raises", "warns"}]
    grade = GRADES[(bool(sure), bool(mine), bool(others), bool(results), True).index(True)]
    told = sorted({f"{hit.use.line}: {hit.change.what} ({hit.confidence})" for hit in mine})
    return Judged(row.name, row.pair, changed(row.before["printed"], row.after["printed"]), grade, told)


def main() -> int:
    """Compare, count and judge."""
    asked = options(__doc__.splitlines()[0], NUMBERS, NUMBERS_RUNS)
    rows = listed(asked.list, asked.runs, asked.pairs, Matrix.locate())
    every = [judged(row) for row in rows if row.after["status"] == "done"]
    if asked.show:
        show(every)
    return report(every)


def show(every: list[Judged]) -> None:
    """Print what is missed and what is listed without a change, each program's pairs together."""
    lines: dict[str, list[str]] = defaultdict(list)
    for row in every:
        pair = "->".join(row.pair)
        if row.text and row.grade != GRADES[0]:
            lines[f"{row.name}: {row.grade}: {row.text}"].append(pair)
        if not row.text and row.grade == GRADES[0]:
            for told in row.told:
                lines[f"{row.name}: SAME, listed {told}"].append(pair)
    for text, spans in sorted(lines.items()):
        print(f"{text}  [{', '.join(spans)}]")


def report(every: list[Judged]) -> int:
    """Print the figures; 1 below the bars."""
    other, same = [row for row in every if row.text], [row for row in every if not row.text]
    grades = Counter(row.grade for row in other)
    recall = sum(grades[one] for one in GRADES[:2]) / len(other) if other else 0.0
    unmoved = sum(row.grade == GRADES[0] for row in same)
    part = unmoved / len(same) if same else 0.0
    print(f"{len({row.name for row in every})} programs, {len(every)} times from one release to another")
    print(f"other numbers: {len(other)}, other results listed " + ", ".join(f"{one} {grades[one]}" for one in GRADES))
    print(f"  {recall:.1%} listed, {grades[GRADES[0]] / max(1, len(other)):.1%} surely")
    print(f"the same numbers: {len(same)}, other results listed surely all the same {unmoved} ({part:.1%})")
    return int(recall < BARS["recall"] or part > BARS["unmoved"])


if __name__ == "__main__":
    sys.exit(main())
