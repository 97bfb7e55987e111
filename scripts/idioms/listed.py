"""What drift lists for the snippets, for each pair of releases that both ran them."""

import argparse
import tempfile
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from idioms.run import Row, idioms, runs
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
KINDS: Final = ("neighbours", "asked", "all")


class Listed(NamedTuple):
    """A snippet that worked in the first of two releases: how it went in both, and what drift lists."""

    name: str
    pair: tuple[str, str]
    before: Row
    after: Row
    hits: list[Hit]


def pairs(releases: list[str], which: str) -> list[tuple[str, str]]:
    """Return the pairs of releases that are compared."""
    near = list(pairwise(releases))
    return {"neighbours": near, "asked": list(ASKED), "all": list(combinations(releases, 2))}[which]


def options(told: str, snippets: Path, ran: Path) -> argparse.Namespace:
    """Read the command line: `list`, `runs`, `pairs` and `show`.

    Args:
        told: what the script does.
        snippets: the list, where none is given.
        ran: what happened to them, where nothing is given.
    """
    parser = argparse.ArgumentParser(description=told)
    parser.add_argument("--list", type=Path, default=snippets)
    parser.add_argument("--runs", type=Path, default=ran)
    parser.add_argument("--pairs", choices=KINDS, default=KINDS[0])
    parser.add_argument("--show", action="store_true", help="show what is missed, and what is listed and is not so")
    return parser.parse_args()


def listed(snippets: Path, ran: Path, which: str, matrix: Matrix) -> Iterator[Listed]:
    """Yield what is listed for each snippet in each pair of releases that it counts for.

    Args:
        snippets: the list.
        ran: what happened to them.
        which: one of KINDS.
        matrix: what drift knows.
    """
    kept, rows = runs(ran), idioms(snippets)
    told = {row.name: kept[row.name, row.digest] for row in rows if (row.name, row.digest) in kept}
    guard = Guard(debug=True)
    with tempfile.TemporaryDirectory() as scratch:
        uses = {}
        for row in rows:
            path = Path(scratch, f"{row.name}.py")
            path.write_text(row.code, encoding="utf-8")
            uses[row.name] = [use for use in read([path], guard) if isinstance(use, Use)]
    releases = sorted({minor for row in told.values() for minor in row}, key=ordered)
    for before, after in pairs(releases, which):
        between = span(before, after, matrix)
        known = changes(between, matrix)
        for name, answers in told.items():
            first, second = answers.get(before, {}), answers.get(after, {})
            if first.get("status") == "done" and second.get("status") in {"done", "failed"}:
                found = [*hits(uses[name], known, between, matrix), *touching(uses[name], between, matrix, guard)]
                yield Listed(name, (before, after), first, second, found)
