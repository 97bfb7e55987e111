"""What `tfdoctor drift --code` says of short snippets, against what they met in every release.

    scripts/verify_idioms.py [--list FILE] [--runs FILE] [--pairs neighbours|asked|all] [--show]

`python -m idioms.run` wrote the runs. A snippet counts for a pair of releases where it works in the first. It breaks
where it ends with an error in the second: recall is the part of those that drift lists as an error at the line that
raised or at one on the way there, surely or as possible. A listed error is false where its line ran in the second and
no error passed through it; where the snippet failed later that is counted apart, for what is wrong in one line may
raise in another. Precision is the part of the sure ones that are not false. Both are counted by snippet too, for one
cause shows in many pairs. Exit 1 below the bars.
"""

import sys
from collections import Counter, defaultdict
from typing import Final, NamedTuple

from idioms.listed import listed, options
from idioms.run import LIST, RUNS, Row

from tfdoctor.drift.change import Hit
from tfdoctor.matrix import Matrix

BARS: Final = {"recall": 0.75, "precision": 0.99}
GRADES: Final = ("at its line", "on the way", "as possible", "as another effect", "elsewhere", "not")
LISTED: Final = GRADES[:3]


class Judged(NamedTuple):
    """What is said of one snippet between two releases: how its error is listed ("" where it has none), false hits."""

    name: str
    pair: tuple[str, str]
    grade: str
    text: str
    sure: int
    false: list[Hit]
    early: list[Hit]


def one(name: str, pair: tuple[str, str], row: Row, hits: list[Hit]) -> Judged:
    """Judge one snippet in one pair."""
    raising = [hit for hit in hits if hit.change.effect == "raises"]
    sure = [hit for hit in raising if hit.confidence != "possible"]
    failed = row["status"] == "failed"
    lines = [row["line"], *row["through"]] if failed else []
    ran = [hit for hit in sure if (hit.use.at or hit.use.line) in row["ran"] and not _at(hit, lines)]
    grade, text = "", ""
    if failed:
        text = f"{row['line']}: {row['error']}: {' '.join(row['message'].split())}"
        ways = (
            any(_at(hit, lines[:1]) for hit in sure),
            any(_at(hit, lines) for hit in sure),
            any(_at(hit, lines) for hit in raising),
            any(_at(hit, lines[:1]) for hit in hits),
            bool(raising),
            True,
        )
        grade = GRADES[ways.index(True)]
    return Judged(name, pair, grade, text, len(sure), [] if failed else ran, ran if failed else [])


def _at(hit: Hit, lines: list[int]) -> bool:
    return any(hit.use.line <= line <= hit.use.end_line for line in lines)


def main() -> int:
    """Compare, count and judge."""
    asked = options(__doc__.splitlines()[0], LIST, RUNS)
    rows = listed(asked.list, asked.runs, asked.pairs, Matrix.locate())
    every = [one(row.name, row.pair, row.after, row.hits) for row in rows]
    if asked.show:
        show(every)
    return report(every)


def show(every: list[Judged]) -> None:
    """Print what is missed and what is false, each snippet's pairs together."""
    lines: dict[str, list[str]] = defaultdict(list)
    for row in every:
        pair = "->".join(row.pair)
        if row.grade and row.grade not in GRADES[:2]:
            lines[f"{row.name}: {row.grade}: {row.text[:160]}"].append(pair)
        for word, found in (("FALSE", row.false), ("EARLY", row.early)):
            for hit in found:
                lines[f"{row.name}: {word} {hit.use.line}: {hit.change.what} ({hit.confidence})"].append(pair)
    for text, spans in sorted(lines.items()):
        print(f"{text}  [{', '.join(spans)}]")


def report(every: list[Judged]) -> int:
    """Print the figures; 1 below the bars."""
    broke = [row for row in every if row.grade]
    grades = Counter(row.grade for row in broke)
    names = {row.name for row in broke}
    sure = names - {row.name for row in broke if row.grade not in GRADES[:2]}
    listed = names - {row.name for row in broke if row.grade not in LISTED}
    told, false = sum(row.sure for row in every), sum(len(row.false) for row in every)
    early = sum(len(row.early) for row in every)
    recall = sum(grades[grade] for grade in LISTED) / len(broke) if broke else 0.0
    precision = 1 - false / told if told else 1.0
    print(f"{len({row.name for row in every})} snippets, {len(every)} times from one release to another")
    print(f"errors: {len(broke)}, listed " + ", ".join(f"{grade} {grades[grade]}" for grade in GRADES))
    print(
        f"  {recall:.1%} at a line of theirs, {sum(grades[one] for one in GRADES[:2]) / max(1, len(broke)):.1%} surely"
    )
    print(f"snippets that break: {len(names)}; always listed surely {len(sure)}, with possible ones {len(listed)}")
    print(f"errors listed surely: {told}, false {false}: {precision:.1%} right; {early} ran before another line failed")
    print(f"snippets with a false one: {len({row.name for row in every if row.false})}")
    return int(recall < BARS["recall"] or precision < BARS["precision"])


if __name__ == "__main__":
    sys.exit(main())
