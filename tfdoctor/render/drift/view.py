"""The frozen outward form of what `tfdoctor drift` found: what scripts read; the inner types may change."""

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from tfdoctor import __version__
from tfdoctor.diagnosis import SCHEMA_VERSION, Confidence, Diagnosis, Evidence
from tfdoctor.drift.answer import Answer
from tfdoctor.drift.change import Change, Effect, Hit, Kind, Region, Same
from tfdoctor.drift.code.situations import shown
from tfdoctor.drift.cure import Cure
from tfdoctor.drift.fix.edit import Edit, FileFix
from tfdoctor.matrix import Matrix
from tfdoctor.render.view import FindingView, MatrixView, SkippedView, finding_view


class DriftSubject(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared, and what was read of the user's own (null: nothing was asked for).

    `asked` is how both ends were named: a release, a file, an environment.
    """

    kind: Literal["releases", "code"]
    before: str
    after: str
    asked: tuple[str, str]
    files: int | None
    uses: int | None
    model: str | None


class NumbersView(msgspec.Struct, frozen=True, kw_only=True):
    """A value of an experiment that differs, with its numbers in both releases."""

    experiment: str
    value: str
    before: tuple[float, ...]
    after: tuple[float, ...]


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One change.

    `id` is its place in the list; `keep` says what keeps the old behaviour, `cure` is the same where it can be made in
    the code without a thought; `positional`: it concerns calls that give at least so many arguments by position.
    """

    id: int
    finding: str
    kind: Kind
    effect: Effect
    subject: tuple[str, ...]
    what: str
    before: str
    after: str
    parameters: tuple[str, ...]
    positional: int
    keep: str | None
    cure: Cure | None
    size: float | None
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    numbers: tuple[NumbersView, ...]


class RegionView(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file; lines and columns from 1, in characters, the end column one past the last."""

    line: int
    column: int
    end_line: int
    end_column: int


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that a change touches; lines and columns from 1, the end column one past it; 0 in a saved model.

    In a notebook they count within the cell, and `file` is the place in the file itself, which is JSON. `name` is what
    is used there, `source` the line; in a saved model `part` is the part of it.
    """

    change: int
    path: str
    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int
    file: RegionView | None
    name: str
    source: str
    part: str | None
    confidence: Confidence


class SameView(msgspec.Struct, frozen=True, kw_only=True):
    """A suspect that is the same in both: its defaults, and the experiments that gave the same."""

    title: str
    defaults: str
    experiments: tuple[str, ...]


class UnreadView(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was not read."""

    path: str
    reason: str


class RefusedView(msgspec.Struct, frozen=True, kw_only=True):
    """A rewriting that is not safe, and why."""

    line: int
    cell: int | None
    text: str
    reason: str


class FixView(msgspec.Struct, frozen=True, kw_only=True):
    """What `--fix` does to a file: the difference, the number of changes in it, and those that were not made."""

    path: str
    diff: str
    made: int
    refused: tuple[RefusedView, ...]
    written: bool


class DriftView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer as JSON. `changes` is the worst first; with code those that touch it, and `places` says where.

    `fixes` is null where no rewriting was asked for.
    """

    schema_version: int
    tool_version: str
    matrix: MatrixView
    subject: DriftSubject
    status: Literal["ok", "note", "warning", "error"]
    primary: str | None
    findings: tuple[FindingView, ...]
    skipped: tuple[SkippedView, ...]
    changes: tuple[ChangeView, ...]
    same: tuple[SameView, ...]
    places: tuple[PlaceView, ...]
    unread: tuple[UnreadView, ...]
    fixes: tuple[FixView, ...] | None
    remarks: tuple[str, ...]


def view(  # noqa: PLR0913  what an answer holds
    answer: Answer,
    diagnosis: Diagnosis,
    matrix: Matrix,
    *,
    asked: tuple[str, str] = ("", ""),
    remarks: tuple[str, ...] = (),
    fixes: Sequence[FileFix] | None = None,
    written: Collection[str] = (),
) -> DriftView:
    """Return the outward form of an answer.

    Args:
        answer: it.
        diagnosis: its findings.
        matrix: the matrix that knew it.
        asked: how both ends were named, where not by their releases.
        remarks: what the ends have that their releases do not say.
        fixes: what rewriting makes of the files; None where it was not asked for.
        written: paths of those that were written.
    """
    read = answer.read
    touched = {id(hit.change) for hit in answer.hits}
    changes = [change for change in answer.changes if id(change) in touched] if read else answer.changes
    numbers = {id(change): number for number, change in enumerate(changes)}
    return DriftView(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        matrix=MatrixView(version=matrix.version, digest=matrix.digest),
        subject=DriftSubject(
            kind="code" if read else "releases",
            before=answer.before,
            after=answer.after,
            asked=(asked[0] or answer.before, asked[1] or answer.after),
            files=read.files if read else None,
            uses=read.uses if read else None,
            model=(read.model or None) if read else None,
        ),
        status=diagnosis.status,
        primary=diagnosis.primary.name if diagnosis.primary else None,
        findings=tuple(finding_view(finding, None, pip=True) for finding in diagnosis.findings),
        skipped=tuple(SkippedView(code=row.code, name=row.name, reason=row.reason) for row in diagnosis.skipped),
        changes=tuple(_change(number, change) for number, change in enumerate(changes)),
        same=tuple(map(_same, answer.same)),
        places=tuple(_place(numbers[id(hit.change)], hit) for hit in answer.hits),
        unread=tuple(UnreadView(path=row.path, reason=row.reason) for row in (read.skipped if read else ())),
        fixes=None if fixes is None else tuple(_fix(row, written) for row in fixes if row.diff or row.refused),
        remarks=remarks,
    )


def _change(number: int, change: Change) -> ChangeView:
    return ChangeView(
        id=number,
        finding=change.finding,
        kind=change.kind,
        effect=change.effect,
        subject=tuple(map(shown, change.subject)),
        what=change.what,
        before=change.before,
        after=change.after,
        parameters=change.parameters,
        positional=change.positional,
        keep=change.keep or None,
        cure=change.cure,
        size=change.size or None,
        confidence=change.confidence,
        evidence=change.evidence,
        numbers=tuple(
            NumbersView(experiment=row.experiment, value=row.value, before=row.before, after=row.after)
            for row in change.numbers
        ),
    )


def _place(number: int, hit: Hit) -> PlaceView:
    use = hit.use
    return PlaceView(
        change=number,
        path=use.path,
        cell=use.cell,
        line=use.line,
        column=use.column,
        end_line=use.end_line,
        end_column=use.end_column,
        file=_region(hit.region),
        name=shown(use.name),
        source=hit.text,
        part=use.owner if not use.line else None,
        confidence=hit.confidence,
    )


def _region(row: Region | None) -> RegionView | None:
    if row is None:
        return None
    return RegionView(line=row.line, column=row.column, end_line=row.end_line, end_column=row.end_column)


def _fix(row: FileFix, written: Collection[str]) -> FixView:
    refused = tuple(
        RefusedView(line=one.edit.line, cell=one.edit.cell, text=_asked(one.edit), reason=one.reason)
        for one in row.refused
    )
    return FixView(path=row.path, diff=row.diff, made=len(row.made), refused=refused, written=row.path in written)


def _asked(edit: Edit) -> str:
    """A rewriting in words: "add reset_after=False", "lr becomes learning_rate"."""
    match edit.kind:
        case "add":
            return f"add {edit.name}={edit.text}"
        case "by-name":
            return f"{', '.join(edit.name.split())} by name"
        case _:
            return f"{edit.name} becomes {edit.new or 'nothing'}"


def _same(row: Same) -> SameView:
    return SameView(title=row.title, defaults=row.defaults, experiments=row.experiments)
