"""A repair as a Plan: what stays, what changes, and a new environment where nothing can be repaired."""

from typing import TypeVar, get_args

import msgspec

from tfdoctor.errors import UsageError
from tfdoctor.facts import NOT_OBSERVED, Absent, Fact, Snapshot, Unknown, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import Lock
from tfdoctor.plan.choice import choose
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.mending.goal import unclean
from tfdoctor.plan.mending.gpu import WithGpu, with_gpu, without_gpu
from tfdoctor.plan.mending.owners import owned_elsewhere, owners
from tfdoctor.plan.mending.repair import Repair, repair
from tfdoctor.plan.model import Answer, Basis, Chosen, NoPlan, Plan, Relaxation, Situation, Statement, Step, Target
from tfdoctor.plan.target import understand
from tfdoctor.versions import release as read_release

T = TypeVar("T")
_GPU_FAMILIES = {"driver", "cuda"}


def mend(target: Target, situation: Situation, matrix: Matrix) -> Answer:
    """Return the plan with the fewest changes that makes the examined environment diagnose clean.

    Raises:
        UsageError: the target asks for what a repair does not do.
    """
    if target.extras or target.requirements or target.unjudged or target.python or target.as_of:
        raise UsageError("--repair keeps what is installed: of all wishes only --target, --gpu and --cpu go with it")
    blind = _unseen(situation.snapshot)
    if blind:
        return _no_repair(target, blind, situation, matrix)
    found = repair(situation.snapshot, matrix, understand(target) if target.tensorflow else None)
    if found.impossible:
        return _no_repair(target, found.impossible, situation, matrix)
    insist = target.accelerator == "gpu"
    gpu = (
        WithGpu(without_gpu(found))
        if target.accelerator == "cpu"
        else with_gpu(found, situation, matrix, insist=insist)
    )
    found = gpu.repair
    if insist and gpu.refused:
        return _no_repair(target, gpu.refused, situation, matrix)
    if not found.steps and any(finding.severity == "error" for finding in found.after.findings):
        return _no_repair(target, _reason(gpu), situation, matrix)
    foreign = owned_elsewhere(found, situation.snapshot)
    if foreign:
        return _no_repair(target, foreign, situation, matrix)
    chosen = gpu.chosen or _chosen(found, Machine(situation.snapshot, matrix), target)
    statements = (_statement(found, chosen, matrix), *gpu.statements)
    return Plan(
        target=target,
        chosen=chosen,
        requirements=tuple(f"{name}=={version}" for name, version in sorted(found.pins.items())),
        basis=min((row.basis for row in statements), key=get_args(Basis).index),
        evidence=statements,
        steps=_there(found, situation),
        unresolved=found.unresolved,
        notes=(*found.notes, *owners(found, situation.snapshot), *_pip(found, situation)),
        changes=found.changes,
    )


def _there(found: Repair, situation: Situation) -> tuple[Step, ...]:
    """The steps, each with the interpreter whose environment it changes: a bare `python` may be another one.

    Where pip is missing, the first that uses it brings it.
    """
    path = known(situation.snapshot.interpreter.executable) or ""
    uses_pip = (step for step in found.steps if step.distributions or step.requirements)
    first = next(uses_pip, None) if isinstance(situation.snapshot.interpreter.pip_version, Absent) else None
    return tuple(msgspec.structs.replace(step, interpreter=path, ensurepip=step is first) for step in found.steps)


def _pip(found: Repair, situation: Situation) -> tuple[str, ...]:
    if not found.steps or not isinstance(situation.snapshot.interpreter.pip_version, Absent):
        return ()
    return ("This environment has no pip, as those that uv makes: `python -m ensurepip` in it brings one.",)


def _chosen(found: Repair, machine: Machine, target: Target) -> Chosen:
    facts = machine.snapshot
    name, version = (known(facts.tensorflow.distribution) or "tensorflow", known(facts.tensorflow.version) or "")
    if found.tensorflow is not None:
        name, version = found.tensorflow[0], str(found.tensorflow[1])
    broken = any(finding.family in _GPU_FAMILIES and finding.severity != "note" for finding in found.after.findings)
    return Chosen(
        distribution=name,
        version=version,
        python=".".join((known(facts.interpreter.version) or "").split(".")[:2]),
        os=machine.os,
        arch=machine.arch,
        accelerator="gpu" if machine.gpus and not broken and target.accelerator != "cpu" else "cpu",
        gpu=machine.gpu_text,
    )


def _statement(found: Repair, chosen: Chosen, matrix: Matrix) -> Statement:
    """What the versions rest on: the lock's runs where they are the lock's, else the judgement of what they lead to."""
    lock = matrix.locks.get(chosen.distribution, chosen.version, chosen.python, chosen.platform)
    if isinstance(lock, Lock) and all(str(found.pins.get(pin.name)) == pin.version for pin in lock.pins):
        text = f"the versions of the lock of {chosen.distribution} {chosen.version}"
        return Statement(about="closure", text=text, basis=lock.basis, source="compat_matrix/locks.json")
    left = ", ".join(dict.fromkeys(finding.name for finding in filter(unclean, found.after.findings)))
    if found.steps:
        result = f"diagnoses clean but for {left}" if left else "diagnoses clean"
        text = f"resolved with every measured bound; the imagined result {result}, it was not run"
    elif left:
        text = f"nothing is to be changed: no change of distributions cures what is left ({left})"
    else:
        text = "nothing is to be changed: the environment diagnoses clean"
    return Statement(about="closure", text=text, basis="resolved", source="compat_matrix/bounds.toml")


def _reason(gpu: WithGpu) -> str:
    """Say what stays wrong, and why the GPU cannot be had."""
    rows = [row.because for row in gpu.repair.unresolved]
    return "; ".join(dict.fromkeys((*rows, *([gpu.refused] if gpu.refused else []))))


def _unseen(snapshot: Snapshot) -> str:
    """Return what nobody can say of an environment without which there is nothing to judge; "" where all is there."""
    distributions, version = snapshot.installation.distributions, snapshot.interpreter.version
    if known(distributions) is None:
        return f"the snapshot does not say what is installed{_because(distributions)}"
    text = known(version)
    if text is None:
        return f"the snapshot does not say which Python it is about{_because(version)}"
    return f"{text!r} is no version of Python" if read_release(text) is None else ""


def _because(fact: Fact[T]) -> str:
    return f": {fact.reason}" if isinstance(fact, Unknown) and fact != NOT_OBSERVED else ""


def _no_repair(target: Target, reason: str, situation: Situation, matrix: Matrix) -> NoPlan:
    """Nothing in this environment can be changed for the better; a new one can be made."""
    facts = situation.snapshot
    again = Target(
        tensorflow=target.tensorflow or known(facts.tensorflow.version) or "", accelerator=target.accelerator
    )
    instead = choose.plan(again, situation, matrix)
    alternatives: tuple[Plan, ...] = (instead,) if isinstance(instead, Plan) else instead.alternatives
    ways: tuple[Relaxation, ...] = (Relaxation(constraints=("repair",), text="make a new environment"),)
    if isinstance(instead, NoPlan):
        ways = tuple(
            Relaxation(constraints=("repair", *way.constraints), text=f"make a new environment and {way.text}")
            for way in instead.relax
        )
    return NoPlan(
        target=target,
        reason=reason,
        relax=ways,
        alternatives=alternatives,
    )
