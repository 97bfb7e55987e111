"""What a plan's reader is warned of."""

from collections.abc import Iterator

from tfdoctor.facts import known
from tfdoctor.matrix.gpucode import code_for
from tfdoctor.matrix.locks import Lock
from tfdoctor.matrix.stacks import Stack
from tfdoctor.plan.choice.candidates import Candidate, Field
from tfdoctor.plan.machine import Machine
from tfdoctor.versions import Dotted, dotted


def notes(candidate: Candidate, field: Field, lock: Lock) -> Iterator[str]:
    """Yield the warnings of a plan, what matters most first."""
    stack, machine = candidate.stack, candidate.machine
    if stack is not None:
        yield from _about_code(candidate, stack, field)
        yield from _about_other_gpus(candidate, machine, field)
        yield from _about_driver(stack, machine, field)
        if stack.note:
            yield stack.note
    if lock.sdists:
        yield f"Built from source at installation, since they have no wheel: {', '.join(lock.sdists)}."
    if machine.jetson:
        yield (
            "On a Jetson the GPU needs NVIDIA's own build for its JetPack (a wheel or a container); the wheels of the "
            "index use the CPU."
        )
    if machine.other_gpu is not None and candidate.accelerator == "cpu":
        yield f"TensorFlow's own wheels do not use a GPU of {machine.other_gpu.upper()}."
    if field.wanted.latest_day:
        yield (
            f"--as-of {field.wanted.asked.as_of} limits the release of TensorFlow; the distributions around it are "
            "those of its lock, which may be newer."
        )
    yield from _assumed(machine)


def _about_code(candidate: Candidate, stack: Stack, field: Field) -> Iterator[str]:
    gpu = candidate.gpu
    capability = candidate.machine.capability(gpu)
    for report in field.matrix.stacks.reports(candidate.version, stack, capability):
        yield f"Others report: {report.message} ({report.source})."
    if candidate.code == "ptx":
        yield (
            f"There is no binary code for {gpu} in this release: the driver compiles each kernel from PTX at first "
            "use, which takes minutes."
        )
    if capability is not None and stack.serves(capability) is False:
        yield f"The GPU libraries of CUDA {stack.cuda} have no binary code for {gpu} either."


def _about_other_gpus(candidate: Candidate, machine: Machine, field: Field) -> Iterator[str]:
    """What becomes of GPUs beside the one that the plan was judged with, and of those of unknown generation."""
    build = candidate.release.build(machine.os, machine.arch)
    for name, capability in machine.capabilities:
        if name == candidate.gpu or build is None:
            continue
        code = code_for(build, capability, dotted(build.cuda), field.matrix.compute)
        if code in {"old", "gap", "new"}:
            yield f"{name} (compute capability {capability}) is not used: this release has no code for it."
        elif code in {"ptx", "new-ptx"}:
            yield f"For {name} each kernel is compiled from PTX at first use."
    unknown = [known(gpu.name) or "a GPU" for gpu in machine.gpus if machine.capability_of(gpu) is None]
    if unknown or not machine.gpus:
        which = ", ".join(dict.fromkeys(unknown)) or "an NVIDIA GPU (none is known on this machine)"
        yield f"Whether this release has code for {which} was not judged: its compute capability is not known."


def _about_driver(stack: Stack, machine: Machine, field: Field) -> Iterator[str]:
    least = field.matrix.drivers.least(stack.cuda, machine.driver_os)
    if least is None:
        return
    if machine.driver is None and machine.driver_cuda is None:
        yield f"The driver is not known: CUDA {stack.cuda} needs {least} or newer."
    elif machine.driver is not None and machine.driver.minor is None and machine.driver.covers(Dotted(least)):
        yield f"Of the driver only the branch is known, {machine.driver}: CUDA {stack.cuda} needs {least} or newer."


def _assumed(machine: Machine) -> Iterator[str]:
    if known(machine.snapshot.system.os) is None:
        yield f"Nothing is said of the system: {machine.os_text} on {machine.arch} is assumed."
