"""Puts it together: the changes between two releases, and which of them touch the user's code."""

from collections.abc import Sequence
from pathlib import Path

from tfdoctor.drift.answer import Answer, Read
from tfdoctor.drift.change import EFFECTS, Hit
from tfdoctor.drift.changes import changes
from tfdoctor.drift.releases import Span
from tfdoctor.drift.same import unchanged
from tfdoctor.facts.saved import SavedModel
from tfdoctor.matrix import Matrix


def compare(span: Span, matrix: Matrix, code: Sequence[Path] = (), model: SavedModel | None = None) -> Answer:
    """Return what changed between two releases, and where it touches the files and folders of `code` or a model.

    Raises:
        UsageError: a path does not exist.
    """
    found = changes(span, matrix)
    same = tuple(unchanged(span, matrix))
    if not code and model is None:
        return Answer(span.before, span.after, found, same)
    from tfdoctor.drift.code import Skipped, Use, read
    from tfdoctor.drift.match import hits
    from tfdoctor.drift.saved import uses as held

    uses: list[Use] = []
    skipped: list[Skipped] = []
    for row in read(code):
        if isinstance(row, Use):
            uses.append(row)
        else:
            skipped.append(row)
    files, count = len({use.path for use in uses}), len(uses)
    if model is not None:
        uses += held(model)
    touched = sorted(hits(uses, found, span, matrix), key=_order)
    told = Read(files, count, tuple(skipped), model.path if model else "")
    return Answer(span.before, span.after, found, same, told, tuple(touched))


def _order(hit: Hit) -> tuple[int, str, int, int, int]:
    use = hit.use
    return EFFECTS.index(hit.change.effect), use.path, use.cell or 0, use.line, use.column
