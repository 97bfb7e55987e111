"""A candidate made into a Plan: its lock's pins, the GPU libraries, the user's own requirements, the steps."""

from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tfdoctor.matrix.locks import Lock
from tfdoctor.matrix.stacks import Stack
from tfdoctor.plan.choice.candidates import Candidate, Field
from tfdoctor.plan.choice.notes import notes
from tfdoctor.plan.choice.ranking import pythons
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.model import Basis, Chosen, Plan, Python, Rejected, Situation, Statement, Step, Unresolved

_WEAKEST: tuple[Basis, ...] = ("declared", "resolved", "installed", "trained")
_OS = {"linux": "Linux", "macos": "macOS", "windows": "Windows"}


def plan(candidate: Candidate, field: Field, situation: Situation) -> Plan | Rejected:
    """Return the plan that installs a candidate, or why the user's requirements exclude it."""
    lock = _lock(candidate, field)
    if lock is None:  # candidates without a lock have an objection, so this is the matrix's fault
        return Rejected(candidate=name(candidate), because="its lock cannot be read", constraint="lock")
    pins = {pin.name: pin.version for pin in lock.pins}
    statements = [_closure_statement(lock)]
    for text in candidate.stack.requirements if candidate.stack else ():
        need = Requirement(text)
        pins[canonicalize_name(need.name)] = next(iter(need.specifier)).version
    unresolved = [
        Unresolved(name=line, because="a folder, file or URL: what it needs is not known; install it afterwards")
        for line in field.wanted.asked.unjudged
    ]
    unresolved += [
        Unresolved(name=line, because="the matrix knows the stable releases of TensorFlow itself, not this build of it")
        for line in field.wanted.unknown
    ]
    if field.wanted.others:
        from tfdoctor.plan.choice.closure import reconcile  # with the resolver and its index: only where they are asked

        found = reconcile(candidate, pins, field)
        if isinstance(found, str):
            return Rejected(candidate=name(candidate), because=found, constraint="requirements")
        statements += found.statements
        unresolved += found.unresolved
        pins = found.pins
    statements += _gpu_statements(candidate)
    requirements = tuple(f"{distribution}=={pins[distribution]}" for distribution in sorted(pins))
    return Plan(
        target=field.wanted.asked,
        chosen=_chosen(candidate),
        requirements=requirements,
        basis=min((item.basis for item in statements), key=_WEAKEST.index),
        evidence=tuple(statements),
        steps=tuple(_steps(candidate, requirements, situation)),
        unresolved=tuple(unresolved),
        notes=tuple(notes(candidate, field, lock)),
    )


def hopeless(candidate: Candidate, field: Field, *, strict: bool) -> Rejected | None:
    """Return why the user's requirements exclude a candidate, where that shows without resolving; None elsewhere.

    `strict`: what TensorFlow's metadata excludes is excluded, even where it is known to work.
    """
    if not field.wanted.others:
        return None
    from tfdoctor.plan.choice.closure import contradiction

    found = contradiction(candidate, field, strict=strict)
    return Rejected(candidate=name(candidate), because=found, constraint="requirements") if found else None


def _lock(candidate: Candidate, field: Field) -> Lock | None:
    """The lock of a candidate; the one that goes with what is asked for beside it, where there is one."""
    locks, platform = field.matrix.locks, candidate.machine.platform
    asked = (canonicalize_name(Requirement(line).name) for line in field.wanted.others)
    for extra in (*asked, ""):
        lock = locks.get(candidate.release.distribution, candidate.version, candidate.python, platform, extra)
        if isinstance(lock, Lock):
            return lock
    return None


def name(candidate: Candidate) -> str:
    """A candidate in few words: "tensorflow 2.6.5 on CPython 3.9 with the GPU"."""
    how = "with the GPU" if candidate.accelerator == "gpu" else "on the CPU"
    return f"{candidate.release.distribution} {candidate.version} on CPython {candidate.python} {how}"


def _chosen(candidate: Candidate) -> Chosen:
    stack = candidate.stack
    return Chosen(
        distribution=candidate.release.distribution,
        version=str(candidate.version),
        python=candidate.python,
        os=candidate.machine.os,
        arch=candidate.machine.arch,
        accelerator=candidate.accelerator,
        gpu=candidate.gpu,
        gpu_code=candidate.code,
        cuda=stack.cuda if stack else None,
        cudnn=stack.cudnn if stack else None,
        cuda_source=stack.kind if stack else None,
    )


# --- what the plan rests on ---------------------------------------------------------------------------


def _closure_statement(lock: Lock) -> Statement:
    os, _, arch = lock.platform.partition("-")
    where = f"CPython {lock.python}, {_OS[os]} {arch}"
    if lock.evidence is None or lock.basis == "resolved":
        text = f"resolved for {where}, not run"
    else:
        done = "trained" if lock.basis == "trained" else "imported"
        text = f"{done} on CPython {lock.evidence.interpreter}, {lock.evidence.system}, on {lock.evidence.date}"
    return Statement(about="closure", text=text, basis=lock.basis, source="compat_matrix/locks.json")


def _gpu_statements(candidate: Candidate) -> Iterator[Statement]:
    stack = candidate.stack
    if stack is None:
        return
    yield Statement(
        about="gpu libraries", text=stack.evidence(candidate.version), basis=stack.basis, source=stack.source
    )
    if candidate.code is not None:
        kind = "binary code" if candidate.code == "native" else "PTX, which the driver compiles,"
        yield Statement(
            about="gpu code",
            text=f"the wheel has {kind} for {candidate.gpu}; not run on it",
            basis="resolved",
            source="the wheel's build information",
        )


# --- steps --------------------------------------------------------------------------------------------


_MACHINE = {"driver", "system", "glibc", "macos", "cpu", "gpu"}  # what no installer changes


def _steps(candidate: Candidate, requirements: tuple[str, ...], situation: Situation) -> Iterator[Step]:
    stack, python = candidate.stack, candidate.python
    for objection in candidate.objections:  # of an alternative: what has to give way first
        if objection.constraint in _MACHINE:
            yield Step(kind="manual", text=f"{objection.cure[0].upper()}{objection.cure[1:]}.")
    conda = stack.conda if stack is not None and stack.kind == "conda" else ()
    interpreter = interpreter_for(python, situation, candidate.machine)
    if conda:
        text = f"Make a conda environment with Python {python} and {', '.join(conda)}."
        channels = stack.channels if stack is not None else ()
        yield Step(kind="create-environment", text=text, python=python, conda=conda, channels=channels)
    else:
        kind = candidate.machine.unusable_python
        if interpreter is None and (situation.pythons is not None or kind):
            what = f"a {kind} CPython {python}" if kind else f"CPython {python}"
            text = f"Get {what}: with uv (`uv python install {python}`), pyenv, conda or your system."
            yield Step(kind="get-python", text=text, python=python)
        at = f" of {interpreter.path}" if interpreter and interpreter.path else ""
        text = f"Make a new environment with CPython {python}{at}."
        path = interpreter.path if interpreter else ""
        yield Step(kind="create-environment", text=text, python=python, interpreter=path)
    if stack is not None and stack.kind == "system":
        there = candidate.machine.has_cuda(stack.cuda, stack.cudnn)
        yield Step(kind="manual", text=_toolkit_text(stack, there=there))
    text = f"Install {candidate.release.distribution} {candidate.version} and its whole closure."
    yield Step(kind="install", text=text, requirements=requirements)
    if stack is not None:
        yield from links(stack)
        yield from variables(stack, wsl=candidate.machine.wsl)
    if candidate.code == "ptx":
        # Source: https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables
        text = "Let the driver keep what it compiles: its cache takes 4 GiB in place of 1."
        yield Step(kind="set-variable", text=text, variable="CUDA_CACHE_MAXSIZE", value="4294967296")


def links(stack: Stack) -> Iterator[Step]:
    """Return the steps that give files of a stack the names under which they are opened."""
    for path, target in stack.links:
        text = f"Give a GPU library the name under which it is opened: {path.rpartition('/')[2]}."
        yield Step(kind="link", text=text, paths=(f"{{site}}/{path}",), value=target)


def variables(stack: Stack, *, wsl: bool) -> Iterator[Step]:
    """Return the steps that let TensorFlow find the GPU libraries of a stack."""
    for variable in stack.environment("{site}", "{prefix}", wsl=wsl):
        yield Step(
            kind="set-variable",
            text=f"Let TensorFlow find the GPU libraries of this environment: {variable.name}.",
            variable=variable.name,
            value=variable.value,
            prepend=variable.before,
        )


def interpreter_for(python: str, situation: Situation, machine: Machine) -> Python | None:
    """Return the interpreter at hand for a minor version: the newest patch, conda's last.

    An environment that is made with the Python of a conda environment dies with that.
    """
    found = [item for item in pythons(situation, machine) if item.minor == python]
    return max(found, key=lambda item: (item.origin != "conda", *map(int, item.version.split(".")[:3])), default=None)


def _toolkit_text(stack: Stack, *, there: bool) -> str:
    what = f"CUDA {stack.cuda}" + (f" and cuDNN {stack.cudnn}" if stack.cudnn else "")
    if there:
        return f"Put the library folders of the installed {what} on the search path."
    return f"Install {what} from NVIDIA, and put their library folders on the search path."
