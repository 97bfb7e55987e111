"""Changes written by hand, with source: what no run on a CPU shows, or one row says better than many numbers."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import msgspec

from tfdoctor.diagnosis import Evidence
from tfdoctor.drift.change import Change
from tfdoctor.drift.cure import AsVersion1, Cure, LeaveOut, Rename
from tfdoctor.drift.measured import evidence, numbers
from tfdoctor.drift.releases import Span, ordered
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.api import Change as Row


def changes(span: Span, matrix: Matrix) -> Iterator[Change]:
    """Yield the rows that lie between the releases; one that experiments stand for only where they differ."""
    rows = [row for row in matrix.api.changes if not row.harvested and row.standalone != "only"]
    begun = [row for row in rows if _has(row, span.after) and not _has(row, span.before)]
    ended = [
        row
        for row in rows
        if row.effect == "results"  # what raises no more, or is slow no more, is no harm
        and _has(row, span.before)
        and not _has(row, span.after)
    ]
    places = {_place(row): row for row in ended if row.arguments}
    instead = {_place(row) for row in begun if row.arguments}
    for row in begun:
        found = _change(row, span, matrix)
        if found is not None:
            yield _after(found, places.get(_place(row)))
    for row in ended:
        found = _change(row, span, matrix) if _place(row) not in instead else None
        if found is not None:
            yield found


def _place(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return row.subjects, row.arguments


def _after(change: Change, ended: Row | None) -> Change:
    """The change with what was there in its place before."""
    if ended is None:
        return change
    cure: Cure | None = LeaveOut(ended.arguments[0]) if ended.ignored else None if ended.back else change.cure
    return msgspec.structs.replace(change, before=ended.what, keep=ended.back or change.keep, cure=cure)


def _has(row: Row, minor: str) -> bool:
    ended = row.until is not None and ordered(row.until) < ordered(minor)
    return ordered(row.since) <= ordered(minor) and not ended


def _change(row: Row, span: Span, matrix: Matrix) -> Change | None:
    comes = _has(row, span.after)
    before, after = ("", row.what) if comes else (row.what, "")
    change = Change(
        finding=row.finding,
        effect="speed" if row.effect == "memory" else row.effect,
        subject=row.subjects,
        what=f"In {span.after}, not in {span.before}: {row.what}" if comes else f"No more in {span.after}: {row.what}",
        before=before,
        after=after,
        parameters=row.arguments,
        given=row.given,
        where=row.where,
        later=row.later,
        keep=row.instead if comes else row.back,
        cure=_cure(row) if comes else None,
        evidence=(Evidence(fact=f"matrix.api.{row.finding}.since", value=row.since, source=row.source),),
        confidence="possible" if row.doubt or row.machine else "likely" if row.basis == "declared" else "certain",
    )
    return _measured(change, row, span, matrix) if row.experiments else change


def _cure(row: Row) -> Cure | None:
    return Rename(row.arguments[0], row.renamed) if row.renamed else AsVersion1() if row.version_1 else None


def _measured(change: Change, row: Row, span: Span, matrix: Matrix) -> Change | None:
    """The same with what was measured; None where nothing of it differs between these releases."""
    behaviour = matrix.behaviour
    names = [name for name in behaviour.experiments if any(fnmatchcase(name, each) for each in row.experiments)]
    found = [each for each in (behaviour.differs(name, span.before, span.after) for name in names) if each is not None]
    if not found:
        return None
    proof = tuple(evidence(each, span, behaviour.source) for each in found)
    size = max(each.relative for each in found)
    plotted = tuple(row for each in found for row in numbers(each))
    return msgspec.structs.replace(
        change, evidence=(*change.evidence, *proof), numbers=plotted, size=size, confidence="certain"
    )
