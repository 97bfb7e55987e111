"""The machine that somebody describes in a line of text ("RTX 3090, driver 470.57, ubuntu 20.04"), as a Snapshot.

What is not said is not observed, except what the words imply: a system release its C library, "WSL2" a Linux.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.facts import ABSENT, NOT_OBSERVED, Fact, known
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, ticket
from tfdoctor.tickets._describe import statements
from tfdoctor.tickets._phrases import OTHER_GPUS
from tfdoctor.tickets._said import Said, about, architectures, contradiction, exclusive, single, systems
from tfdoctor.versions import Dotted

_EXCLUSIVE = (
    ("no-gpu", "gpu"), ("no-gpu", "capability"), ("no-driver", "driver"), ("no-driver", "driver-cuda"),
    ("no-cuda", "cuda"), ("no-cudnn", "cudnn"), ("glibc", "musl"),
)  # fmt: skip
_UNITS = {"m": 2**20, "g": 2**30, "t": 2**40}
_OLDEST_DRIVER = 100  # "driver 12.2" is the CUDA version that nvidia-smi prints: no driver has so small a number


@dataclass(frozen=True, slots=True)
class Machine:
    """A described machine; `pythons` are all its interpreters ("3.9", "3.11"), the Snapshot has the first."""

    snapshot: facts.Snapshot
    pythons: tuple[str, ...]


def described(text: str, matrix: Matrix) -> facts.Snapshot:
    """Return the Snapshot that a description amounts to.

    Raises:
        InputError: as `read_machine`.
    """
    return read_machine(text, matrix).snapshot


def read_machine(text: str, matrix: Matrix) -> Machine:
    """Read a description: phrases in any order and case, split by commas or semicolons, or key=value.

    Raises:
        InputError: a word is not understood (the text names it and what is), or two statements exclude each other
            (the text names both).
    """
    said = _inside(statements(text, matrix))
    for topic, other in _EXCLUSIVE:
        exclusive(said, topic, other)
    stated = ticket.snapshot(form.Ticket(environment=_environment(said, matrix)))
    replace = msgspec.structs.replace
    snapshot = replace(
        stated,
        system=_system(stated.system, said, matrix),
        cpu=_cpu(stated.cpu, said),
        accelerators=_accelerators(stated.accelerators, said),
        libraries=_libraries(stated.libraries, said, matrix),
        interpreter=replace(
            stated.interpreter, implementation="pypy" if about(said, "pypy") else stated.interpreter.implementation
        ),
    )
    return Machine(snapshot, tuple(item.value for item in about(said, "python")))


def _inside(said: Sequence[Said]) -> list[Said]:
    """Leave out the host of a WSL or a container: what is planned for is the Linux inside."""
    inside = bool(about(said, "windows-linux", "container"))
    rosetta = bool(about(said, "rosetta"))
    kept = []
    for item in said:
        if inside and item.topic in {"windows", "macos", "mac"}:
            continue
        if rosetta and item.topic == "apple":  # translated: the process sees an x86 processor
            kept.append(Said(words=item.words, topic=item.topic, value=item.value, os=item.os))
        else:
            kept.append(item)
    return kept


# --- what a ticket can say ----------------------------------------------------------------------------


def _value(said: Sequence[Said], topic: str) -> str | None:
    found = single(said, topic)
    return found.value if found and found.value else None


def _environment(said: Sequence[Said], matrix: Matrix) -> form.Environment:
    pythons = about(said, "python")
    smi, driver = _value(said, "driver-cuda"), _value(said, "driver")
    if driver and Dotted(driver).major < _OLDEST_DRIVER:
        smi, driver = driver, None
    wsl = single(said, "windows-linux")
    arch, os = next(iter(architectures(said)), None), _os(said, matrix)
    gpus: list[form.StatedGpu | form.Text] = list(_gpus(said, matrix))
    return form.Environment(
        python_version=pythons[0].value if pythons else None,
        python_bits=_value(said, "python-bits"),
        os=os,
        arch="arm64" if arch == "aarch64" and re.match("win|mac", os or "", re.IGNORECASE) else arch,
        libc_version=_value(said, "glibc"),
        cpu=", ".join(item.value for item in (*about(said, "cpu", "apple"), *about(said, "feature"))) or None,
        gpus=gpus or None,
        driver_version=driver,
        driver_cuda_version=smi,
        cuda_versions_found=[item.value for item in about(said, "cuda")] or None,
        cudnn_versions_found=[item.value for item in about(said, "cudnn")] or None,
        container=_value(said, "container"),
        wsl=(f"WSL{wsl.value}" if wsl else None),
        conda=_value(said, "conda"),
        version_notes=[f"{item.topic}: {item.words}" for item in about(said, "jetpack", "l4t", "raspberry")] or None,
    )


def _os(said: Sequence[Said], matrix: Matrix) -> str | None:
    """Return the name of the system as `words.operating_system` reads it."""
    possible = systems(said)
    named = single(said, "distribution")
    if named:
        return named.value
    for place in about(said, "container"):
        if place.arch:  # Colab and Kaggle are known systems
            return place.value
    jetpack, l4t = _value(said, "jetpack") or "0", _value(said, "l4t") or "0"
    base = matrix.platforms.jetson_ubuntu(jetpack=jetpack) or matrix.platforms.jetson_ubuntu(l4t=l4t)
    if base:
        return f"ubuntu {base}"
    if "macos" in possible[:1]:
        return f"macOS {_value(said, 'macos') or ''}"
    if len(possible) != 1:
        return None  # a driver runs on Linux and on Windows
    return _value(said, "windows") or possible[0]


def _gpus(said: Sequence[Said], matrix: Matrix) -> Iterator[form.StatedGpu]:
    """Join names and capabilities.

    Raises:
        InputError: a capability is not that of the GPU, or a name is not known and no capability is stated.
    """
    stated = single(said, "capability")
    capability = _capability(stated.value) if stated else None
    found = about(said, "gpu")
    for item in found:
        own = matrix.gpus.compute_capability(item.value) if item.value else None
        if stated and own and capability != own and len({gpu.value for gpu in found}) == 1:
            contradiction(item, stated)
        other = bool(OTHER_GPUS.search(item.value))
        if item.value and not (own or capability or other or item.arch):
            raise InputError(
                f"the GPU {item.value!r} is not known: state its compute capability too, as in 'compute capability 8.6'"
            )
        yield form.StatedGpu(name=item.value or None, compute_capability=own or (None if other else capability))
    if stated and not found:
        yield form.StatedGpu(compute_capability=capability)


def _capability(text: str) -> str:
    """The capability in "8.6", "86" (of sm_86) or "120"."""
    return text if "." in text else f"{text[:-1]}.{text[-1]}"


# --- what a ticket cannot say -------------------------------------------------------------------------


def _system(stated: facts.System, said: Sequence[Said], matrix: Matrix) -> facts.System:
    """Add memory, emulation and the C library that the release of the system comes with.

    Raises:
        InputError: another C library is stated.
    """
    memory = single(said, "memory")
    name, version = known(stated.distribution), known(stated.distribution_version)
    libc: Fact[str] = NOT_OBSERVED
    glibc = None
    if name and known(stated.os) == "linux":
        libc = matrix.platforms.libc(name) or "glibc"  # of the systems that are understood, Alpine alone has musl
        glibc = matrix.platforms.glibc(name, version or "")
    named = next(iter(about(said, "distribution", "jetpack", "l4t", "container")), None)
    for item in about(said, "glibc", "musl"):
        other = item.topic != known(libc) or (glibc and item.topic == "glibc" and Dotted(item.value) != Dotted(glibc))
        if named and known(libc) and other:
            contradiction(named, item)
        libc, glibc = item.topic, item.value if item.topic == "glibc" else None
    return msgspec.structs.replace(
        stated,
        kernel=_value(said, "kernel") or NOT_OBSERVED,
        libc=libc,
        libc_version=glibc or NOT_OBSERVED,
        memory_bytes=_bytes(memory.value) if memory else NOT_OBSERVED,
        translated="rosetta" if about(said, "rosetta") else stated.translated,
    )


def _bytes(text: str) -> int:
    """The size in "8 GB": memory is counted in powers of two."""
    number, unit = re.findall(r"[\d.]+|[a-z]", text.lower())[:2]
    return int(float(number) * _UNITS[unit])


def _cpu(stated: facts.Cpu, said: Sequence[Said]) -> facts.Cpu:
    """Add the number of cores; what only names features is no model."""
    cores = single(said, "cores")
    return msgspec.structs.replace(
        stated,
        model=stated.model if about(said, "cpu", "apple") else NOT_OBSERVED,
        count=int(cores.value) if cores else NOT_OBSERVED,
    )


def _accelerators(stated: facts.Accelerators, said: Sequence[Said]) -> facts.Accelerators:
    memory = single(said, "gpu-memory")
    gpus = known(stated.gpus)
    if gpus and memory:
        gpus = tuple(msgspec.structs.replace(gpu, memory_bytes=_bytes(memory.value)) for gpu in gpus)
    if about(said, "no-gpu"):
        gpus = ()
    return msgspec.structs.replace(
        stated,
        gpus=NOT_OBSERVED if gpus is None else gpus,
        driver=ABSENT if about(said, "no-driver") else stated.driver,
    )


def _libraries(stated: facts.Libraries, said: Sequence[Said], matrix: Matrix) -> facts.Libraries:
    """Add that there are none, or those of a JetPack."""
    jetpack = _value(said, "jetpack")
    row = matrix.platforms.jetson(jetpack) if jetpack else None
    toolkits, cudnn = stated.toolkits, stated.cudnn
    if about(said, "no-cuda"):
        toolkits = ()
    elif row and row.cuda and known(toolkits) is None:
        toolkits = (facts.Toolkit(version=row.cuda, source="JetPack"),)
    if about(said, "no-cudnn"):
        cudnn = ()
    elif row and row.cudnn and known(cudnn) is None:
        cudnn = (facts.CudnnVersion(version=row.cudnn),)
    return facts.Libraries(toolkits=toolkits, cudnn=cudnn)
