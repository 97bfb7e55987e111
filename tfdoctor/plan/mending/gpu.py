"""The GPU in a repair: the libraries that are missing are brought by pip, insisted on, or left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.facts import Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.stacks import Stack
from tfdoctor.plan.choice import choose
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.mending.goal import unclean
from tfdoctor.plan.mending.present import Present
from tfdoctor.plan.mending.repair import Repair
from tfdoctor.plan.mending.simulate import simulate, unsure
from tfdoctor.plan.model import Change, Chosen, Plan, Situation, Statement, Step, Target, Unresolved
from tfdoctor.plan.place import Place

_FAMILIES = {"cuda", "driver"}
# What is cured by libraries of the right versions in the environment itself, and a search path to them.
_MISSING = {
    "cuda-libs-missing", "cudnn-missing", "cuda-toolkit-too-new", "cuda-toolkit-too-old", "cudnn-major-mismatch",
    "pip-cuda-libs-not-found",
}  # fmt: skip
_OF_A_STACK = {"link", "set-variable"}


@dataclass(frozen=True)
class WithGpu:
    """A repair that brings the GPU's libraries as well, or why it does not.

    Attributes:
        repair: the repair, with what is brought.
        chosen: the release with its GPU, CUDA and cuDNN; None where nothing is brought.
        statements: what the choice of libraries rests on.
        refused: why the GPU cannot be had; "" where it can, or nothing asks for it.
    """

    repair: Repair
    chosen: Chosen | None = None
    statements: tuple[Statement, ...] = ()
    refused: str = ""


def without_gpu(found: Repair) -> Repair:
    """Return a repair that leaves the GPU out: what only keeps TensorFlow from using it is not told."""
    left_out = [one for one in found.after.findings if _only_gpu(one)]
    if not left_out:
        return found
    texts = {one.code for one in left_out}
    kept = tuple(one for one in found.after.findings if not _only_gpu(one))
    return replace(
        found,
        after=Diagnosis(findings=kept, skipped=found.after.skipped),
        unresolved=tuple(row for row in found.unresolved if row.code not in texts),
        notes=(*found.notes, "The GPU is left out, as you ask."),
    )


def _only_gpu(finding: Finding) -> bool:
    return unclean(finding) and finding.family in _FAMILIES and finding.verdict != "broken"


def with_gpu(found: Repair, situation: Situation, matrix: Matrix, *, insist: bool) -> WithGpu:
    """Return a repair with the GPU libraries that its TensorFlow lacks, where pip can bring them.

    Args:
        found: the repair of the distributions.
        situation: the machine with its environment.
        matrix: the facts.
        insist: whether the user asks for the GPU: then it is said why it cannot be had.
    """
    machine = Machine(situation.snapshot, matrix)
    missing = [one for one in found.after.findings if unclean(one) and one.name in _MISSING]
    blocked = [one for one in found.after.findings if unclean(one) and one.family == "driver"]
    if not insist and (blocked or not missing or not machine.gpus):
        return WithGpu(found)
    made = _planned(found, situation, matrix)
    if isinstance(made, str):
        return WithGpu(found, refused=made)
    plan, stack = made
    if not missing and known(situation.snapshot.libraries.copies) is not None:  # all is there
        return WithGpu(found)
    pins: dict[str, Version] = {
        canonicalize_name(one.name): _version(one) for one in map(Requirement, stack.requirements)
    }
    place = Place.of(machine)
    clash = _clash(pins, Present(situation.snapshot, matrix, place)) if place is not None else None
    if clash is not None:
        named = replace(found, unresolved=(*found.unresolved, clash))
        return WithGpu(named, refused=f"{clash.name}: {clash.because}")
    statements = tuple(row for row in plan.evidence if row.about.startswith("gpu"))
    return WithGpu(_joined(found, plan, pins, missing, (situation.snapshot, matrix)), plan.chosen, statements)


def _planned(found: Repair, situation: Situation, matrix: Matrix) -> tuple[Plan, Stack] | str:
    """Return the plan of a new environment with the same TensorFlow on the GPU, and its stack; else why none is."""
    facts = situation.snapshot
    name, version = known(facts.tensorflow.distribution) or "tensorflow", known(facts.tensorflow.version) or ""
    if found.tensorflow is not None:
        name, version = found.tensorflow[0], str(found.tensorflow[1])
    rows = known(facts.installation.distributions) or ()
    if any(canonicalize_name(item.name) == name and known(item.installer) == "conda" for item in rows):
        return f"{name} {version} is conda's: its GPU libraries come from conda"
    machine = Machine(facts, matrix)
    release = matrix.releases.get(name, version) if version else None
    build = release.build(machine.os, machine.arch) if release is not None else None
    if build is None or not build.is_cuda:
        return f"{name} {version} has no code for a GPU on {machine.os_text} {machine.arch}"
    python = ".".join((known(facts.interpreter.version) or "").split(".")[:2])
    answer = choose.plan(Target(tensorflow=f"=={version}", python=python, accelerator="gpu"), situation, matrix)
    if not isinstance(answer, Plan):
        return answer.reason
    chosen = answer.chosen
    for stack in matrix.stacks.for_tensorflow(Version(version), python, chosen.os, chosen.arch):
        if stack.with_pip and (stack.kind, stack.cuda, stack.cudnn) == (chosen.cuda_source, chosen.cuda, chosen.cudnn):
            return answer, stack
    return f"the GPU libraries of TensorFlow {version} on Python {python} cannot be had with pip"


def _version(need: Requirement) -> Version:
    return Version(next(iter(need.specifier)).version)


def _clash(pins: Mapping[str, Version], present: Present) -> Unresolved | None:
    """Return what is installed and requires another version of a GPU library."""
    for name in sorted(present.distributions.keys() - pins.keys()):
        for need in present.needs[name]:
            if need.name in pins and not need.declared(pins[need.name]):
                because = (
                    f"{need.by} requires {need.text}, and TensorFlow needs {need.name} {pins[need.name]} for the GPU"
                )
                return Unresolved(name=name, because=because)
    return None


def _joined(
    found: Repair, plan: Plan, pins: Mapping[str, Version], missing: list[Finding], before: tuple[Snapshot, Matrix]
) -> Repair:
    """Return the repair with the install, the links and the variables of a stack behind its own steps."""
    codes = tuple(dict.fromkeys(one.code for one in missing))
    new = tuple(_coming(found, pins))
    lines = tuple(f"{one.distribution}=={one.becomes}" for one in new)
    cuda = " and ".join(filter(None, (f"CUDA {plan.chosen.cuda}", plan.chosen.cudnn and f"cuDNN {plan.chosen.cudnn}")))
    text = f"Install the GPU libraries of TensorFlow {plan.chosen.version}: {cuda}."
    install = (Step(kind="install", text=text, requirements=lines, resolves=codes),) if lines else ()
    more = (*install, *(step for step in plan.steps if step.kind in _OF_A_STACK))
    steps = (*found.steps, *more)
    snapshot, matrix = before
    after = diagnose(simulate(snapshot, steps, matrix), matrix)
    # Nobody has seen the libraries yet, so what these do not cure is taken as it was before.
    rest = tuple(one for one in found.after.findings if one.family in _FAMILIES and one.name not in _MISSING)
    after = Diagnosis(
        findings=(*(one for one in after.findings if one.family not in _FAMILIES), *rest), skipped=after.skipped
    )
    cured = {one.code for one in missing}
    return replace(
        found,
        steps=steps,
        changes=tuple(sorted((*found.changes, *new), key=lambda one: one.distribution)),
        pins={**found.pins, **pins},
        unresolved=tuple(row for row in found.unresolved if row.code not in cured),
        notes=(*found.notes, *unsure(more)),
        after=after,
    )


def _coming(found: Repair, pins: Mapping[str, Version]) -> Iterator[Change]:
    for name, version in sorted(pins.items()):
        was = found.pins.get(name)
        if was != version:
            yield Change(distribution=name, was=str(was) if was is not None else None, becomes=str(version))
