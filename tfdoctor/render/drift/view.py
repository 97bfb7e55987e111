"""The frozen outward form of what `tfdoctor drift` found: what scripts read; the inner types may change."""

from typing import Literal

import msgspec

from tfdoctor import __version__
from tfdoctor.diagnosis import SCHEMA_VERSION, Confidence, Diagnosis, Evidence
from tfdoctor.drift.answer import Answer
from tfdoctor.drift.change import Change, Effect, Hit, Same
from tfdoctor.drift.code.use import Use
from tfdoctor.matrix import Matrix
from tfdoctor.render.view import FindingView, MatrixView, SkippedView, finding_view


class DriftSubject(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared, and what was read of the user's own (null: nothing was asked for)."""

    kind: Literal["releases", "code"]
    before: str
    after: str
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

    `id` is its place in the list, `keep` what keeps the old behaviour; `positional`: it concerns calls that give at
    least so many arguments by position.
    """

    id: int
    finding: str
    effect: Effect
    subject: tuple[str, ...]
    what: str
    before: str
    after: str
    parameters: tuple[str, ...]
    positional: int
    keep: str | None
    size: float | None
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    numbers: tuple[NumbersView, ...]


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that a change touches; lines and columns from 1, the end column one past it; 0 in a saved model."""

    change: int
    path: str
    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int
    name: str
    text: str
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


class DriftView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer as JSON. `changes` is the worst first; with code `places` says where they touch it."""

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


def view(answer: Answer, diagnosis: Diagnosis, matrix: Matrix) -> DriftView:
    """Return the outward form of an answer."""
    read = answer.read
    numbers = {id(change): number for number, change in enumerate(answer.changes)}
    return DriftView(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        matrix=MatrixView(version=matrix.version, digest=matrix.digest),
        subject=DriftSubject(
            kind="code" if read else "releases",
            before=answer.before,
            after=answer.after,
            files=read.files if read else None,
            uses=read.uses if read else None,
            model=(read.model or None) if read else None,
        ),
        status=diagnosis.status,
        primary=diagnosis.primary.name if diagnosis.primary else None,
        findings=tuple(finding_view(finding, None, pip=True) for finding in diagnosis.findings),
        skipped=(),
        changes=tuple(_change(number, change) for number, change in enumerate(answer.changes)),
        same=tuple(map(_same, answer.same)),
        places=tuple(_place(numbers[id(hit.change)], hit) for hit in answer.hits),
        unread=tuple(UnreadView(path=row.path, reason=row.reason) for row in (read.skipped if read else ())),
    )


def _change(number: int, change: Change) -> ChangeView:
    return ChangeView(
        id=number,
        finding=change.finding,
        effect=change.effect,
        subject=change.subject,
        what=change.what,
        before=change.before,
        after=change.after,
        parameters=change.parameters,
        positional=change.positional,
        keep=change.keep or None,
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
        name=use.name,
        text=_text(use),
        confidence=hit.confidence,
    )


def _text(use: Use) -> str:
    """A use as it is shown: the call with its arguments, or the part of a model."""
    if not use.line:
        return f"{use.owner}: {use.name}"
    return f"{use.name}({', '.join(one.text for one in use.given)})" if use.kind == "call" else use.name


def _same(row: Same) -> SameView:
    return SameView(title=row.title, defaults=row.defaults, experiments=row.experiments)
