"""The frozen outward form of a Diagnosis: what scripts read. The inner types may change, this may not."""

from typing import Literal

import msgspec

from tfdoctor import __version__
from tfdoctor.diagnosis import (
    SCHEMA_VERSION,
    Confidence,
    Diagnosis,
    Evidence,
    Finding,
    Remedy,
    RemedyKind,
    Severity,
    Verdict,
)
from tfdoctor.facts import Absent, Fact, Gpu, Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.render import shell


class MatrixView(msgspec.Struct, frozen=True, kw_only=True):
    """Which compatibility matrix judged: `version` is a date, `digest` a hash of its files."""

    version: str
    digest: str


class GpuView(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU of the subject."""

    name: str | None
    compute_capability: str | None


class SubjectView(msgspec.Struct, frozen=True, kw_only=True):
    """What was examined; null where it is not known or not there."""

    kind: Literal["machine", "ticket"]
    id: str | None
    executable: str | None
    python: str | None
    environment: str | None
    tensorflow: str | None
    distribution: str | None
    os: str | None
    arch: str | None
    gpus: tuple[GpuView, ...]
    driver: str | None


class RemedyView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do: the data and the commands that do it (none for what only a person can do)."""

    kind: RemedyKind
    text: str
    commands: tuple[str, ...]
    requirements: tuple[str, ...]
    distributions: tuple[str, ...]
    python: str | None
    variable: str | None
    value: str | None
    paths: tuple[str, ...]


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One finding."""

    code: str
    name: str
    family: str
    severity: Severity
    verdict: Verdict
    confidence: Confidence
    message: str
    evidence: tuple[Evidence, ...]
    remedies: tuple[RemedyView, ...]


class SkippedView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that could not decide."""

    code: str
    name: str
    reason: str


class DiagnosisView(msgspec.Struct, frozen=True, kw_only=True):
    """A diagnosis as JSON; `id` is the ticket's, null for a machine.

    `understood` is what was taken out of free text, with the line where it stood; `remarks` are sentences on what could
    not be read or was left out of the input.
    """

    schema_version: int
    tool_version: str
    id: str | None
    matrix: MatrixView
    subject: SubjectView
    status: Literal["ok", "note", "warning", "error"]
    primary: str | None
    findings: tuple[FindingView, ...]
    skipped: tuple[SkippedView, ...]
    understood: tuple[Evidence, ...] = ()
    remarks: tuple[str, ...] = ()


def view(  # noqa: PLR0913  what an entry holds
    snapshot: Snapshot,
    diagnosis: Diagnosis,
    matrix: Matrix,
    *,
    name: str = "",
    understood: tuple[Evidence, ...] = (),
    remarks: tuple[str, ...] = (),
) -> DiagnosisView:
    """Return the outward form of a diagnosis; `name` is the id of a ticket that has none of its own."""
    executable = known(snapshot.interpreter.executable)
    pip = not isinstance(snapshot.interpreter.pip_version, Absent)
    return DiagnosisView(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        id=name or snapshot.id or None,
        matrix=MatrixView(version=matrix.version, digest=matrix.digest),
        subject=subject(snapshot),
        status=diagnosis.status,
        primary=diagnosis.primary.name if diagnosis.primary else None,
        findings=tuple(finding_view(finding, executable, pip=pip) for finding in diagnosis.findings),
        skipped=tuple(SkippedView(code=row.code, name=row.name, reason=row.reason) for row in diagnosis.skipped),
        understood=understood,
        remarks=(*remarks, *diagnosis.remarks),
    )


def subject(snapshot: Snapshot) -> SubjectView:
    """Return what was examined, in short."""
    driver = known(snapshot.accelerators.driver)
    gpus: tuple[Gpu, ...] = known(snapshot.accelerators.gpus) or ()
    return SubjectView(
        kind=snapshot.origin,
        id=snapshot.id or None,
        executable=_text(snapshot.interpreter.executable),
        python=_text(snapshot.interpreter.version),
        environment=known(snapshot.interpreter.environment),
        tensorflow=_text(snapshot.tensorflow.version),
        distribution=_text(snapshot.tensorflow.distribution),
        os=_text(snapshot.system.os),
        arch=_text(snapshot.system.arch),
        gpus=tuple(GpuView(name=known(gpu.name), compute_capability=known(gpu.compute_capability)) for gpu in gpus),
        driver=_text(driver.version) if driver else None,
    )


def _text(fact: Fact[str]) -> str | None:
    return known(fact) or None


def finding_view(finding: Finding, executable: str | None, *, pip: bool) -> FindingView:
    """Return the outward form of one finding, with commands for the interpreter named."""
    return FindingView(
        code=finding.code,
        name=finding.name,
        family=finding.family,
        severity=finding.severity,
        verdict=finding.verdict,
        confidence=finding.confidence,
        message=finding.message,
        evidence=finding.evidence,
        remedies=tuple(remedy_view(remedy, executable, pip=pip) for remedy in finding.remedies),
    )


def remedy_view(remedy: Remedy, executable: str | None, *, pip: bool) -> RemedyView:
    """Return the outward form of one remedy, with its commands."""
    return RemedyView(
        kind=remedy.kind,
        text=remedy.text,
        commands=shell.commands(remedy, executable, pip=pip),
        requirements=remedy.requirements,
        distributions=remedy.distributions,
        python=remedy.python or None,
        variable=remedy.variable or None,
        value=remedy.value or None,
        paths=remedy.paths,
    )
