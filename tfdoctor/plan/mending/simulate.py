"""What a machine would be after a plan's steps: the Snapshot that a diagnosis of the result would start from."""

from collections.abc import Iterable

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tfdoctor.facts import (
    ABSENT,
    NOT_OBSERVED,
    Absent,
    Distribution,
    Fact,
    Interpreter,
    Libraries,
    Snapshot,
    TensorFlow,
    Unknown,
    Variable,
    known,
)
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.matrix.releases import Release
from tfdoctor.plan.mending.site import Site
from tfdoctor.plan.model import Step
from tfdoctor.plan.resolution.asks import parse

_NOT_SIMULATED = Unknown(reason="it is not known before the steps are carried out")

_UNSEEN = Libraries(
    toolkits=_NOT_SIMULATED,
    cudnn=_NOT_SIMULATED,
    search=_NOT_SIMULATED,
    copies=_NOT_SIMULATED,
    tools=_NOT_SIMULATED,
    libdevice=_NOT_SIMULATED,
)


def simulate(snapshot: Snapshot, steps: Iterable[Step], matrix: Matrix) -> Snapshot:
    """Return what the machine would be after the steps.

    What was printed and tried before is dropped: it is about the old state. `unsure` tells what is not simulated.
    """
    now = msgspec.structs.replace(snapshot, load=ABSENT, log=NOT_OBSERVED)
    for step in steps:
        now = _step(now, step, matrix)
    return now


def unsure(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return what of the steps cannot be simulated, in plain sentences."""
    found = []
    for step in steps:
        if step.kind == "manual":
            found.append(f"What you do by hand is not simulated: {step.text}")
        if step.conda or any(map(_gpu_library, step.requirements)):
            found.append("Which of the GPU libraries the loader then opens is not simulated.")
        loose = [line for line in step.requirements if _pin(line) is None]
        if loose:
            found.append(f"Which versions these lead to is not simulated: {', '.join(loose)}.")
        if step.dependencies:
            found.append("What the installer brings along is not simulated.")
    return tuple(dict.fromkeys(found))


def _step(snapshot: Snapshot, step: Step, matrix: Matrix) -> Snapshot:
    if step.kind == "create-environment":
        return _fresh(snapshot, step)
    if step.kind in {"set-variable", "unset-variable"}:
        return _variable(snapshot, step)
    if step.kind not in {"install", "uninstall", "delete"}:
        return snapshot
    site = Site.of(snapshot, matrix)
    if step.kind == "uninstall":
        for name in step.distributions:
            site.uninstall(canonicalize_name(name))
    elif step.kind == "delete":
        site.delete(step.paths)
    else:
        for line in step.requirements:
            pin = _pin(line)
            if pin is not None:
                site.install(*pin, again=step.reinstall)
    installation = site.installation()
    after = msgspec.structs.replace(snapshot, installation=installation)
    if step.kind == "install" and any(_gpu_library(line) for line in step.requirements):
        after = msgspec.structs.replace(after, libraries=_UNSEEN)
    return msgspec.structs.replace(after, tensorflow=_tensorflow(snapshot, site, matrix))


def _gpu_library(line: str) -> bool:
    return line.startswith("nvidia-") and not line.startswith("nvidia-tensor")


def _pin(line: str) -> tuple[str, Version] | None:
    """Return name and version of an exact pin; None for any other requirement."""
    need = parse(line)
    specifiers = list(need.specifier) if need is not None else []
    if need is None or len(specifiers) != 1 or specifiers[0].operator not in {"==", "==="}:
        return None
    try:
        return canonicalize_name(need.name), Version(specifiers[0].version)
    except InvalidVersion:  # "==2.6.*"
        return None


def _tensorflow(snapshot: Snapshot, site: Site, matrix: Matrix) -> TensorFlow:
    """Return the facts of the TensorFlow that is there after a step."""
    names = [name for name in TENSORFLOW_DISTRIBUTIONS if name in site.distributions]
    if not names:
        return TensorFlow(version=ABSENT, distribution=ABSENT, path=ABSENT)
    was = snapshot.tensorflow
    kept = known(was.distribution)
    if kept in names and kept not in site.touched:
        return was
    owners = [name for name in names if name in site.touched] or names
    return min((_facts(site.distributions[name], snapshot, matrix) for name in owners), key=_shell)


def _shell(facts: TensorFlow) -> bool:
    """Whether a distribution has no libraries of its own."""
    return known(facts.machine) is None


def _facts(item: Distribution, snapshot: Snapshot, matrix: Matrix) -> TensorFlow:
    """Return what the files of a release say, by the matrix."""
    arch = known(snapshot.interpreter.machine) or known(snapshot.system.arch) or "x86_64"
    release: Release | None = matrix.releases.get(item.name, known(item.version) or "0")
    build = release.build(known(snapshot.system.os) or "linux", arch) if release is not None else None
    path = f"{item.location}/tensorflow" if item.location else _NOT_SIMULATED
    plain = TensorFlow(version=item.version, distribution=item.name, path=path)
    if build is None:
        return plain
    native = [f"sm_{one.replace('.', '')}" for one in build.sass or ()]
    compiled = [f"compute_{one.replace('.', '')}" for one in build.ptx or ()]
    return msgspec.structs.replace(
        plain,
        cuda_build=_or_unknown(build.is_cuda),
        rocm_build=_or_unknown(build.is_rocm),
        cuda=build.cuda or ABSENT,
        cudnn=build.cudnn or ABSENT,
        compute_capabilities=(*native, *compiled) or ABSENT,
        runpath=_NOT_SIMULATED,
        needed=_NOT_SIMULATED,
        glibc=build.glibc or ABSENT,
        glibcxx=build.glibcxx or ABSENT,
        machine=arch,
    )


def _or_unknown(value: bool | None) -> Fact[bool]:  # noqa: FBT001  a value, not a switch
    return Unknown(reason="the wheel does not say") if value is None else value


def _fresh(snapshot: Snapshot, step: Step) -> Snapshot:
    """Return the machine with a new, empty environment in place of the patient."""
    arch = known(snapshot.interpreter.machine) or known(snapshot.system.arch)
    interpreter = Interpreter(
        version=step.python or snapshot.interpreter.version,
        implementation="cpython",
        bits=64,
        machine=arch if arch is not None else NOT_OBSERVED,
        environment="conda" if step.conda else "venv",
        user_site=ABSENT,
        externally_managed=False,
    )
    return msgspec.structs.replace(
        snapshot,
        origin="machine",
        interpreter=interpreter,
        installation=Site.empty(),
        tensorflow=TensorFlow(version=ABSENT, distribution=ABSENT, path=ABSENT),
        libraries=Libraries(toolkits=snapshot.libraries.toolkits, cudnn=snapshot.libraries.cudnn),
        code=NOT_OBSERVED,
    )


def _variable(snapshot: Snapshot, step: Step) -> Snapshot:
    """Return the machine with a variable set or unset."""
    prefix = known(snapshot.interpreter.prefix) or ""
    value = step.value.replace("{prefix}", prefix).replace("{site}", Site.location_of(snapshot))
    before = next((item.value for item in known(snapshot.environ) or () if item.name == step.variable), "")
    rest = [item for item in known(snapshot.environ) or () if item.name != step.variable]
    if step.kind == "set-variable":
        separator = ";" if known(snapshot.system.os) == "windows" else ":"
        value = f"{value}{separator}{before}" if step.prepend and before else value
        rest.append(Variable(name=step.variable, value=value))
    elif isinstance(snapshot.environ, (Absent, Unknown)):
        return snapshot
    return msgspec.structs.replace(snapshot, environ=tuple(rest))
