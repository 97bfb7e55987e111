"""The frozen outward form of an Answer: what scripts read. The inner types may change, this may not."""

import msgspec

from tfdoctor import __version__
from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import (
    CONDA_FORGE,
    SCHEMA_VERSION,
    Accelerator,
    Answer,
    Basis,
    Change,
    Chosen,
    CudaSource,
    GpuCode,
    NoPlan,
    Plan,
    Rejected,
    Relaxation,
    Statement,
    Step,
    StepKind,
    Target,
    Unresolved,
)
from tfdoctor.render.plan import _words, steps
from tfdoctor.render.plan import alternatives as offered
from tfdoctor.render.view import MatrixView


class TargetView(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for; null where the user left it open."""

    tensorflow: str | None
    python: str | None
    accelerator: Accelerator | None
    extras: tuple[str, ...]
    requirements: tuple[str, ...]
    unjudged: tuple[str, ...]
    as_of: str | None
    repair: bool


class ChosenView(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan installs; null where it does not apply."""

    distribution: str
    version: str
    extra: str | None
    python: str
    os: str
    arch: str
    accelerator: Accelerator
    gpu: str | None
    gpu_code: GpuCode | None
    cuda: str | None
    cudnn: str | None
    cuda_source: CudaSource | None


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step: the data and the commands that carry it out (none for what only a person can do)."""

    kind: StepKind
    text: str
    commands: tuple[str, ...]
    resolves: tuple[str, ...]
    python: str | None
    interpreter: str | None
    requirements: tuple[str, ...]
    dependencies: bool
    reinstall: bool
    distributions: tuple[str, ...]
    paths: tuple[str, ...]
    variable: str | None
    value: str | None
    prepend: bool
    conda: tuple[str, ...]
    channels: tuple[str, ...]


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A plan, or why there is none.

    `chosen` and `basis` are null where no plan exists; then `reason` says why, `relax` which constraints have to give
    way, and `alternatives` holds whole plans. `command` asks for just this plan; null where no command line does, since
    the machine has to change first.
    """

    schema_version: int
    tool_version: str
    matrix: MatrixView
    target: TargetView
    chosen: ChosenView | None
    requirements: tuple[str, ...]
    basis: Basis | None
    evidence: tuple[Statement, ...]
    steps: tuple[StepView, ...]
    unresolved: tuple[Unresolved, ...]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...]
    changes: tuple[Change, ...]
    command: str | None
    reason: str | None
    relax: tuple[Relaxation, ...]
    alternatives: tuple["PlanView", ...]


def view(answer: Answer, matrix: Matrix, options: tuple[str, ...] = ()) -> PlanView:
    """Return the outward form of an answer; `options` are words of the command line that no plan holds."""
    if isinstance(answer, NoPlan):
        return _none(answer, matrix, options)
    return _plan(answer, matrix, _words.command(answer, options))


def _plan(answer: Plan, matrix: Matrix, command: str | None) -> PlanView:
    return PlanView(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        matrix=MatrixView(version=matrix.version, digest=matrix.digest),
        target=_target(answer.target),
        chosen=_chosen(answer.chosen),
        requirements=answer.requirements,
        basis=answer.basis,
        evidence=answer.evidence,
        steps=tuple(_step(step, answer) for step in answer.steps),
        unresolved=answer.unresolved,
        rejected=answer.rejected,
        notes=answer.notes,
        changes=answer.changes,
        command=command,
        reason=None,
        relax=(),
        alternatives=(),
    )


def _none(answer: NoPlan, matrix: Matrix, options: tuple[str, ...]) -> PlanView:
    return PlanView(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        matrix=MatrixView(version=matrix.version, digest=matrix.digest),
        target=_target(answer.target),
        chosen=None,
        requirements=(),
        basis=None,
        evidence=(),
        steps=(),
        unresolved=(),
        rejected=answer.rejected,
        notes=(),
        changes=(),
        command=None,
        reason=answer.reason,
        relax=answer.relax,
        alternatives=tuple(_plan(plan, matrix, offered.command(plan, answer, options)) for plan in answer.alternatives),
    )


def _target(target: Target) -> TargetView:
    return TargetView(
        tensorflow=target.tensorflow or None,
        python=target.python or None,
        accelerator=target.accelerator,
        extras=target.extras,
        requirements=target.requirements,
        unjudged=target.unjudged,
        as_of=target.as_of or None,
        repair=target.repair,
    )


def _chosen(chosen: Chosen) -> ChosenView:
    return ChosenView(
        distribution=chosen.distribution,
        version=chosen.version,
        extra=chosen.extra or None,
        python=chosen.python,
        os=chosen.os,
        arch=chosen.arch,
        accelerator=chosen.accelerator,
        gpu=chosen.gpu or None,
        gpu_code=chosen.gpu_code,
        cuda=chosen.cuda,
        cudnn=chosen.cudnn,
        cuda_source=chosen.cuda_source,
    )


def _step(step: Step, plan: Plan) -> StepView:
    return StepView(
        kind=step.kind,
        text=step.text,
        commands=steps.commands(step, plan),
        resolves=step.resolves,
        python=step.python or None,
        interpreter=step.interpreter or None,
        requirements=step.requirements,
        dependencies=step.dependencies,
        reinstall=step.reinstall,
        distributions=step.distributions,
        paths=step.paths,
        variable=step.variable or None,
        value=step.value or None,
        prepend=step.prepend,
        conda=step.conda,
        channels=step.channels or (CONDA_FORGE if step.conda else ()),
    )
