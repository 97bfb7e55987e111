"""The frozen outward form of a Comparison: what scripts read. The inner types may change, this may not."""

from typing import NamedTuple

import msgspec

from tfdoctor import __version__
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.facts import Absent, Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.differences import Change
from tfdoctor.render import shell
from tfdoctor.render.view import FindingView, MatrixView, RemedyView, SubjectView, subject
from tfdoctor.render.view import view as diagnosis_view
from tfdoctor.tickets.compare import (
    SCHEMA_VERSION,
    Comparison,
    Cure,
    Difference,
    Experiments,
    Ground,
    Judgement,
    Only,
    Side,
    Symptom,
    Uncompared,
)


class SideView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two: what the user named, and what it is; `here` is an environment of this machine."""

    place: str
    here: bool
    subject: SubjectView


class OnlyView(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that only one side has; with `stops` TensorFlow cannot be imported.

    `facts` are the differences that it rests on; `proven`: it goes where one of them is as on the other side (with
    `together`: where all are). `undecided` is why the rule could not decide on the other side, null where it could.
    """

    side: Side
    finding: FindingView
    primary: bool
    facts: tuple[str, ...]
    proven: bool
    together: bool
    stops: bool
    undecided: str | None


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that differs; null is a value that is not there."""

    fact: str
    a: str | None
    b: str | None
    judgement: Judgement
    family: str
    changes: tuple[Change, ...]
    reasons: tuple[Ground, ...]
    findings: tuple[str, ...]
    proven: bool


class CureView(msgspec.Struct, frozen=True, kw_only=True):
    """How a side is made like the other in what its findings rest on, and which findings then go."""

    side: Side
    remedy: RemedyView
    resolves: tuple[str, ...]


class CountsView(msgspec.Struct, frozen=True, kw_only=True):
    """How many facts were judged how, are equal, or are known of one side only; experiments are not counted."""

    certain: int
    suspicious: int
    harmless: int
    same: int
    uncompared: int


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison as JSON; `judgement` is the worst one, null where nothing differs.

    `experiments` is null where they did not run on both sides.
    """

    schema_version: int
    tool_version: str
    matrix: MatrixView
    a: SideView
    b: SideView
    judgement: Judgement | None
    headline: str
    findings: tuple[OnlyView, ...]
    common: tuple[str, ...]
    symptoms: tuple[Symptom, ...]
    differences: tuple[DifferenceView, ...]
    uncompared: tuple[Uncompared, ...]
    cures: tuple[CureView, ...]
    counts: CountsView
    experiments: Experiments | None


class Named(NamedTuple):
    """What the user named, its Snapshot, and whether it is an environment of this machine."""

    place: str
    snapshot: Snapshot
    here: bool = False


def view(a: Named, b: Named, found: Comparison, matrix: Matrix) -> ComparisonView:
    """Return the outward form of a comparison."""
    snapshots: dict[Side, Snapshot] = {"a": a.snapshot, "b": b.snapshot}
    return ComparisonView(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        matrix=MatrixView(version=matrix.version, digest=matrix.digest),
        a=SideView(place=a.place, here=a.here, subject=subject(a.snapshot)),
        b=SideView(place=b.place, here=b.here, subject=subject(b.snapshot)),
        judgement=found.judgement,
        headline=found.headline,
        findings=tuple(_only(row, snapshots[row.side], matrix) for row in found.only),
        common=found.common,
        symptoms=found.symptoms,
        differences=tuple(map(_difference, found.differences)),
        uncompared=found.uncompared,
        cures=tuple(_cure(row, snapshots[row.side]) for row in found.cures),
        counts=CountsView(
            certain=len(found.of("certain")),
            suspicious=len(found.of("suspicious")),
            harmless=len(found.of("harmless")),
            same=found.same,
            uncompared=sum(len(row.facts) for row in found.uncompared),
        ),
        experiments=found.experiments,
    )


def _only(row: Only, snapshot: Snapshot, matrix: Matrix) -> OnlyView:
    alone = Diagnosis(findings=(row.finding,), skipped=())
    return OnlyView(
        side=row.side,
        finding=diagnosis_view(snapshot, alone, matrix).findings[0],
        primary=row.primary,
        facts=row.facts,
        proven=row.proven,
        together=row.together,
        stops=row.stops,
        undecided=row.undecided or None,
    )


def _difference(row: Difference) -> DifferenceView:
    return DifferenceView(
        fact=row.fact,
        a=row.a,
        b=row.b,
        judgement=row.judgement,
        family=row.family,
        changes=row.changes,
        reasons=row.grounds,
        findings=row.findings,
        proven=row.proven,
    )


def _cure(row: Cure, snapshot: Snapshot) -> CureView:
    executable = known(snapshot.interpreter.executable)
    pip = not isinstance(snapshot.interpreter.pip_version, Absent)
    remedy = row.remedy
    return CureView(
        side=row.side,
        remedy=RemedyView(
            kind=remedy.kind,
            text=remedy.text,
            commands=shell.commands(remedy, executable, pip=pip),
            requirements=remedy.requirements,
            distributions=remedy.distributions,
            python=remedy.python or None,
            variable=remedy.variable or None,
            value=remedy.value or None,
            paths=remedy.paths,
        ),
        resolves=row.resolves,
    )
