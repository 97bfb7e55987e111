"""A repair as a Plan: what stays, what changes, and a new environment where nothing can be repaired."""

import msgspec

from tfdoctor.errors import UsageError
from tfdoctor.facts import Absent, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import Lock
from tfdoctor.plan import choose
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.model import Answer, Chosen, NoPlan, Plan, Relaxation, Situation, Statement, Step, Target
from tfdoctor.plan.repair import Repair, repair
from tfdoctor.plan.target import understand

_GPU_FAMILIES = {"driver", "cuda"}


def mend(target: Target, situation: Situation, matrix: Matrix) -> Answer:
    """Return the plan with the fewest changes that makes the examined environment diagnose clean.

    Raises:
        UsageError: the target asks for what a repair does not do.
    """
    if target.extras or target.requirements or target.unjudged or target.python or target.as_of:
        raise UsageError("--repair keeps what is installed: of all wishes only --target goes with it")
    found = repair(situation.snapshot, matrix, understand(target) if target.tensorflow else None)
    if not found.steps and any(finding.severity == "error" for finding in found.after.findings):
        return _no_repair(target, found, situation, matrix)
    chosen = _chosen(found, Machine(situation.snapshot, matrix))
    statement = _statement(found, chosen, matrix)
    return Plan(
        target=target,
        chosen=chosen,
        requirements=tuple(f"{name}=={version}" for name, version in sorted(found.pins.items())),
        basis=statement.basis,
        evidence=(statement,),
        steps=_there(found, situation),
        unresolved=found.unresolved,
        notes=(*found.notes, *_pip(found, situation)),
        changes=found.changes,
    )


def _there(found: Repair, situation: Situation) -> tuple[Step, ...]:
    """The steps, each with the interpreter whose environment it changes: a bare `python` may be another one."""
    path = known(situation.snapshot.interpreter.executable) or ""
    return tuple(msgspec.structs.replace(step, interpreter=path) for step in found.steps)


def _pip(found: Repair, situation: Situation) -> tuple[str, ...]:
    if not found.steps or not isinstance(situation.snapshot.interpreter.pip_version, Absent):
        return ()
    return ("This environment has no pip, as those that uv makes: `python -m ensurepip` in it brings one.",)


def _chosen(found: Repair, machine: Machine) -> Chosen:
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
        accelerator="gpu" if machine.gpus and not broken else "cpu",
        gpu=machine.gpu_text,
    )


def _statement(found: Repair, chosen: Chosen, matrix: Matrix) -> Statement:
    """What the versions rest on: the lock's runs where they are the lock's, else the judgement of what they lead to."""
    lock = matrix.locks.get(chosen.distribution, chosen.version, chosen.python, chosen.platform)
    if isinstance(lock, Lock) and all(str(found.pins.get(pin.name)) == pin.version for pin in lock.pins):
        text = f"the versions of the lock of {chosen.distribution} {chosen.version}"
        return Statement(about="closure", text=text, basis=lock.basis, source="compat_matrix/locks.json")
    if not found.steps:
        text = "nothing is to be changed: the environment diagnoses clean"
    else:
        text = "resolved with every measured bound; the imagined result diagnoses clean, it was not run"
    return Statement(about="closure", text=text, basis="resolved", source="compat_matrix/bounds.toml")


def _no_repair(target: Target, found: Repair, situation: Situation, matrix: Matrix) -> NoPlan:
    """Nothing in this environment can be changed for the better; a new one can be made."""
    facts = situation.snapshot
    again = Target(
        tensorflow=target.tensorflow or known(facts.tensorflow.version) or "", accelerator=target.accelerator
    )
    instead = choose.plan(again, situation, matrix)
    alternatives = (instead,) if isinstance(instead, Plan) else instead.alternatives
    return NoPlan(
        target=target,
        reason="; ".join(row.because for row in found.unresolved),
        relax=(Relaxation(constraints=("repair",), text="make a new environment"),) if alternatives else (),
        alternatives=alternatives,
    )
