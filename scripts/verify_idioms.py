"""What `tfdoctor drift --code` says of short snippets, against what they met in every release.

    scripts/verify_idioms.py [--list FILE] [--runs FILE] [--pairs neighbours|asked|all] [--show]

`python -m idioms.run` wrote the runs. A snippet counts for a pair of releases where it works in the first. It breaks
where it ends with an error in the second: recall is the part of those that drift lists as an error at the line that
raised or at one on the way there, surely or as possible. A listed error is false where its line ran in the second and
no error passed through it; where the snippet failed later that is counted apart, for what is wrong in one line may
raise in another. Precision is the part of the sure ones that are not false. Both are counted by snippet too, for one
cause shows in many pairs. Exit 1 below the bars.
"""

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from idioms.run import LIST, RUNS, Row, idioms, runs

from tfdoctor.drift.change import Hit
from tfdoctor.drift.changes import changes
from tfdoctor.drift.code.use import Use
from tfdoctor.drift.compare import touching
from tfdoctor.drift.guard import Guard
from tfdoctor.drift.match import hits
from tfdoctor.drift.reading import read
from tfdoctor.drift.releases import ordered, span
from tfdoctor.matrix import Matrix

ASKED: Final = (("2.3", "2.6"), ("1.15", "2.3"), ("2.1", "2.4"), ("2.10", "2.11"), ("2.15", "2.16"))
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


def pairs(releases: list[str], which: str) -> list[tuple[str, str]]:
    """Return the pairs of releases that are compared."""
    near = list(pairwise(releases))
    return {"neighbours": near, "asked": list(ASKED), "all": list(combinations(releases, 2))}[which]


def judged(told: dict[str, dict[str, Row]], folder: Path, which: str, matrix: Matrix) -> Iterator[Judged]:
    """Judge every snippet in every pair of releases that it counts for."""
    releases = sorted({minor for row in told.values() for minor in row}, key=ordered)
    guard = Guard(debug=True)
    uses = {name: [use for use in read([folder / f"{name}.py"], guard) if isinstance(use, Use)] for name in told}
    for before, after in pairs(releases, which):
        between = span(before, after, matrix)
        known = changes(between, matrix)
        for name, row in told.items():
            ran = [row.get(minor, {}).get("status") for minor in (before, after)]
            if ran[0] == "done" and ran[1] in {"done", "failed"}:
                found = [*hits(uses[name], known, between, matrix), *touching(uses[name], between, matrix, guard)]
                yield one(name, (before, after), row[after], found)


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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", type=Path, default=LIST)
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--pairs", choices=("neighbours", "asked", "all"), default="neighbours")
    parser.add_argument("--show", action="store_true", help="show each error that is not listed surely, each false one")
    options = parser.parse_args()
    kept, rows = runs(options.runs), idioms(options.list)
    told = {row.name: kept[row.name, row.digest] for row in rows if (row.name, row.digest) in kept}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for row in rows:
            (folder / f"{row.name}.py").write_text(row.code, encoding="utf-8")
        every = list(judged(told, folder, options.pairs, Matrix.locate()))
    if options.show:
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
