"""The frozen outward form of a fingerprint: what scripts read; the inner types may change."""

from typing import Literal

import msgspec

from tfdoctor import __version__
from tfdoctor.diagnosis import SCHEMA_VERSION, Diagnosis
from tfdoctor.drift.fingerprint import Fingerprint
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import Difference
from tfdoctor.matrix.fingerprints import both
from tfdoctor.render.view import FindingView, MatrixView, SkippedView, finding_view


class MachineView(msgspec.Struct, frozen=True, kw_only=True):
    """The environment in which they ran; `reference` is the minor that it is compared with, null for none."""

    kind: Literal["environment"]
    executable: str
    tensorflow: str
    keras: str | None
    numpy: str | None
    python: str | None
    reference: str | None


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment that gave something else; sizes are parts of the largest number."""

    experiment: str
    what: str
    values: tuple[str, ...]
    here: str
    reference: str
    size: float
    noise: float


class OutcomeView(msgspec.Struct, frozen=True, kw_only=True):
    """What an experiment gave: named numbers or words; `error` says why there are none."""

    values: dict[str, tuple[float, ...] | str]
    error: str | None


class FingerprintView(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison as JSON. `same` and `unknown` are names of experiments.

    `outcomes` is what `tfdoctor compare` reads: all that the experiments gave; `left` did not get their turn.
    """

    schema_version: int
    tool_version: str
    matrix: MatrixView
    subject: MachineView
    status: Literal["ok", "note", "warning", "error"]
    primary: str | None
    findings: tuple[FindingView, ...]
    skipped: tuple[SkippedView, ...]
    same: tuple[str, ...]
    differences: tuple[DifferenceView, ...]
    unknown: tuple[str, ...]
    remarks: tuple[str, ...]
    outcomes: dict[str, OutcomeView]
    left: tuple[str, ...]
    error: str | None


def view(found: Fingerprint, diagnosis: Diagnosis, matrix: Matrix) -> FingerprintView:
    """Return the outward form of a fingerprint."""
    machine = found.machine
    return FingerprintView(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        matrix=MatrixView(version=matrix.version, digest=matrix.digest),
        subject=MachineView(
            kind="environment",
            executable=machine.executable,
            tensorflow=machine.tensorflow,
            keras=machine.keras or None,
            numpy=machine.numpy or None,
            python=machine.python or None,
            reference=found.release or None,
        ),
        status=diagnosis.status,
        primary=diagnosis.primary.name if diagnosis.primary else None,
        findings=tuple(finding_view(row, machine.executable, pip=True) for row in diagnosis.findings),
        skipped=tuple(SkippedView(code=row.code, name=row.name, reason=row.reason) for row in diagnosis.skipped),
        same=found.same,
        differences=tuple(_difference(row, matrix) for row in found.differences),
        unknown=found.unknown,
        remarks=found.remarks,
        outcomes={
            name: OutcomeView(values=row.values, error=row.error or None) for name, row in found.outcomes.items()
        },
        left=found.left,
        error=found.error or None,
    )


def _difference(row: Difference, matrix: Matrix) -> DifferenceView:
    reference, here = both(row)
    return DifferenceView(
        experiment=row.experiment,
        what=matrix.behaviour.experiments[row.experiment].what,
        values=row.values,
        here=here,
        reference=reference,
        size=row.relative,
        noise=row.noise,
    )
