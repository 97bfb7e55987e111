"""Puts it together: the changes between two releases, and which of them touch the user's code."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tfdoctor.drift import private_names, quoted
from tfdoctor.drift.answer import Answer, Read
from tfdoctor.drift.change import EFFECTS, Hit
from tfdoctor.drift.changes import changes
from tfdoctor.drift.code import Skipped, Use
from tfdoctor.drift.guard import Guard
from tfdoctor.drift.match import hits
from tfdoctor.drift.reading import read
from tfdoctor.drift.releases import Span
from tfdoctor.drift.saved import uses as held
from tfdoctor.drift.sources import Sources
from tfdoctor.drift.unchanged import unchanged
from tfdoctor.facts.saved import SavedModel
from tfdoctor.matrix import Matrix


def compare(
    span: Span, matrix: Matrix, code: Sequence[Path] = (), model: SavedModel | None = None, *, debug: bool = False
) -> Answer:
    """Return what changed between two releases, and where it touches the files and folders of `code` or a model.

    Raises:
        UsageError: a path does not exist.
    """
    guard = Guard(debug=debug)
    found = changes(span, matrix, guard)
    same = guard.tried("what did not change", lambda: tuple(unchanged(span, matrix))) or ()
    if not code and model is None:
        return Answer(span.before, span.after, found, same, crashes=tuple(guard.crashes))
    told, uses = _read(code, model, guard)
    touched = guard.tried("the search in the code", lambda: list(hits(uses, found, span, matrix))) or []
    more = touching(uses, span, matrix, guard)
    found += tuple({id(hit.change): hit.change for hit in more}.values())
    touched = sorted((*touched, *more), key=_order)
    placed = tuple(_placed(touched, guard))
    return Answer(span.before, span.after, found, same, told, placed, tuple(guard.crashes))


def touching(uses: Sequence[Use], span: Span, matrix: Matrix, guard: Guard) -> list[Hit]:
    """Return the places that changes touch which are looked for only where something is used."""
    found = guard.tried("what is not public", lambda: list(private_names.hits(uses, span, matrix))) or []
    found += guard.tried("names in quotes", lambda: list(quoted.hits(uses, span, matrix))) or []
    return found


def _read(code: Sequence[Path], model: SavedModel | None, guard: Guard) -> tuple[Read, list[Use]]:
    uses: list[Use] = []
    skipped: list[Skipped] = []
    for row in read(code, guard):
        if isinstance(row, Use):
            uses.append(row)
        else:
            skipped.append(row)
    files, count = len({use.path for use in uses}), len(uses)
    if model is not None:
        uses += guard.tried("the saved model", lambda: list(held(model))) or []
    return Read(files, count, tuple(skipped), model.path if model else ""), uses


def _placed(hits: Sequence[Hit], guard: Guard) -> Iterator[Hit]:
    """Yield the places with their lines: a file in which they are not found costs no other its own."""
    sources = Sources()
    for hit in hits:
        yield guard.tried(f"the lines of {hit.use.path}", partial(sources.placed, hit)) or hit


def _order(hit: Hit) -> tuple[int, str, int, int, int]:
    use = hit.use
    return EFFECTS.index(hit.change.effect), use.path, use.cell or 0, use.line, use.column
