"""The frozen outward form of what `tfdoctor model` found: what scripts read; the inner types may change."""

from typing import Final, Literal

import msgspec

from tfdoctor import __version__
from tfdoctor.diagnosis import SCHEMA_VERSION, Confidence, Diagnosis, Evidence
from tfdoctor.matrix import Matrix
from tfdoctor.model.answer import Answer, Judged, Proof
from tfdoctor.model.cures.cure import Cure
from tfdoctor.model.judge.verdict import Outcome, Verdict, Way
from tfdoctor.render.model.subject import ModelSubject, subject
from tfdoctor.render.view import FindingView, MatrixView, RemedyView, SkippedView, finding_view, remedy_view

CALLS: Final[dict[Way, str]] = {
    "load_model": "keras.models.load_model(path)",
    "load_model-nocompile": "keras.models.load_model(path, compile=False)",
    "saved_model.load": "tf.saved_model.load(path)",
    "TFSMLayer": "keras.layers.TFSMLayer(path)",
    "load_weights": "model.load_weights(path)",
    "v1": "tf.compat.v1.saved_model.load(session, tags, path)",
    "tflite": "tf.lite.Interpreter(path)",
}
"""How each way of loading is written in code."""


class TargetView(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is to be loaded. `legacy`: tf-keras with TF_USE_LEGACY_KERAS=1; `executable` of an examined one."""

    tensorflow: str
    keras: str
    legacy: bool
    python: str | None
    executable: str | None


class WayView(msgspec.Struct, frozen=True, kw_only=True):
    """What one way of loading does.

    `error` and `message` are the loader's own; `finding` the name of the page that explains it; null where it loads.
    """

    way: Way
    call: str
    outcome: Outcome
    confidence: Confidence
    difference: str | None
    finding: str | None
    code: str | None
    error: str | None
    message: str | None
    evidence: tuple[Evidence, ...]


class CureView(msgspec.Struct, frozen=True, kw_only=True):
    """One cure.

    `way` is the way of loading that it makes possible, `checked` what is then predicted for it.
    `commands` of a shell come beside those of the remedies.
    """

    kind: str
    text: str
    way: Way | None
    checked: Outcome | None
    remedies: tuple[RemedyView, ...]
    commands: tuple[str, ...]
    notes: tuple[str, ...]


class JudgedView(msgspec.Struct, frozen=True, kw_only=True):
    """One target with its ways of loading and the cures, the cheapest first."""

    target: TargetView
    ways: tuple[WayView, ...]
    cures: tuple[CureView, ...]


class TrialView(msgspec.Struct, frozen=True, kw_only=True):
    """One way of loading that was tried. `outputs`: compared with the source release ("equal", "differ", "")."""

    way: Way
    predicted: Outcome
    outcome: Literal["loads", "fails", "not tried"]
    agrees: bool | None
    error: str | None
    message: str | None
    seconds: float
    outputs: str | None


class ProofView(msgspec.Struct, frozen=True, kw_only=True):
    """What happened when it was loaded for real."""

    tensorflow: str
    python: str
    executable: str
    source: str | None
    trials: tuple[TrialView, ...]
    remarks: tuple[str, ...]


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer as JSON. `targets` is empty where no release was asked for and none is at hand.

    `ways` repeats the ways of the only target.
    """

    schema_version: int
    tool_version: str
    matrix: MatrixView
    subject: ModelSubject
    status: Literal["ok", "note", "warning", "error"]
    primary: str | None
    findings: tuple[FindingView, ...]
    skipped: tuple[SkippedView, ...]
    ways: tuple[WayView, ...]
    targets: tuple[JudgedView, ...]
    proof: ProofView | None
    remarks: tuple[str, ...]


def view(answer: Answer, diagnosis: Diagnosis, matrix: Matrix) -> ModelView:
    """Return the outward form of an answer; `diagnosis` has its findings."""
    codes = {row.name: row.code for row in diagnosis.findings} | {row.name: row.code for row in diagnosis.skipped}
    targets = tuple(_judged(row, codes) for row in answer.targets)
    return ModelView(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        matrix=MatrixView(version=matrix.version, digest=matrix.digest),
        subject=subject(answer.model, matrix),
        status=diagnosis.status,
        primary=diagnosis.primary.name if diagnosis.primary else None,
        findings=tuple(finding_view(finding, None, pip=True) for finding in diagnosis.findings),
        skipped=tuple(SkippedView(code=row.code, name=row.name, reason=row.reason) for row in diagnosis.skipped),
        ways=targets[0].ways if len(targets) == 1 else (),
        targets=targets,
        proof=_proof(answer.proof) if answer.proof else None,
        remarks=answer.remarks,
    )


def _judged(row: Judged, codes: dict[str, str]) -> JudgedView:
    return JudgedView(
        target=TargetView(
            tensorflow=str(row.target.tensorflow),
            keras=str(row.target.keras),
            legacy=row.target.legacy,
            python=row.target.python,
            executable=row.executable or None,
        ),
        ways=tuple(_way(verdict, codes) for verdict in row.verdicts),
        cures=tuple(_cure(cure, row.executable or None) for cure in row.cures),
    )


def _way(row: Verdict, codes: dict[str, str]) -> WayView:
    reason = row.reason
    return WayView(
        way=row.way,
        call=CALLS[row.way],
        outcome=row.outcome,
        confidence=row.confidence,
        difference=row.difference or None,
        finding=reason.finding if reason else None,
        code=codes.get(reason.finding) if reason else None,
        error=(reason.error or None) if reason else None,
        message=(reason.message or None) if reason else None,
        evidence=reason.evidence if reason else (),
    )


def _cure(row: Cure, executable: str | None) -> CureView:
    return CureView(
        kind=row.kind,
        text=row.text,
        way=row.way,
        checked=row.checked,
        remedies=tuple(remedy_view(remedy, executable, pip=True) for remedy in row.remedies),
        commands=row.commands,
        notes=row.notes,
    )


def _proof(row: Proof) -> ProofView:
    return ProofView(
        tensorflow=row.tensorflow,
        python=row.python,
        executable=row.executable,
        source=row.source or None,
        trials=tuple(
            TrialView(
                way=trial.way,
                predicted=trial.predicted,
                outcome=trial.outcome,
                agrees=trial.agrees,
                error=trial.error or None,
                message=trial.message or None,
                seconds=trial.seconds,
                outputs=trial.outputs or None,
            )
            for trial in row.trials
        ),
        remarks=row.remarks,
    )
