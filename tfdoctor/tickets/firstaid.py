"""The answer of the first aid (or of the interrogator alone) as a Snapshot.

The exact parts (interpreter, distributions, variables, build information) are taken as the probes take them; the raw
texts of the machine (nvidia-smi, nvcc, os-release, …) are read as free text is. What was not asked stays unknown.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from tfdoctor import facts
from tfdoctor.answers import build_info, installation, interpreter, tensorflow
from tfdoctor.diagnosis import Evidence
from tfdoctor.errors import InputError
from tfdoctor.facts import ABSENT, NOT_OBSERVED, Fact, Unknown
from tfdoctor.matrix.signatures import Signatures
from tfdoctor.tickets import prose, ticket

_OS: Final = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_FLAGS: Final = ("flags", "Features", "machdep.cpu.features", "machdep.cpu.leaf7_features")
_MODEL: Final = ("model name", "machdep.cpu.brand_string")


def is_answer(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object is such an answer."""
    return "refused" in value or ("failures" in value and bool({"interpreter", "installation", "host"} & set(value)))


def snapshot(
    answer: Mapping[str, Any], signatures: Signatures | None = None
) -> tuple[facts.Snapshot, tuple[Evidence, ...]]:
    """Return the Snapshot, and what was understood of the raw texts, as prose is read with these signatures.

    Raises:
        InputError: the answer is damaged, or says that its Python is too old to answer.
    """
    refused = answer.get("refused")
    if isinstance(refused, dict):
        name, version = refused.get("implementation"), refused.get("version")
        raise InputError(f"the interpreter that was asked is {name} {version}: too old, or no CPython")
    try:
        found, understood = _snapshot(answer, signatures)
        # What somebody sent may hold anything in any place: the round trip checks every type.
        return facts.decode(facts.encode(found)), understood
    except (KeyError, TypeError, AttributeError, ValueError, msgspec.ValidationError) as error:
        raise InputError(f"this is no whole answer of the first aid: {type(error).__name__}: {error}") from None


def _snapshot(answer: Mapping[str, Any], signatures: Signatures | None) -> tuple[facts.Snapshot, tuple[Evidence, ...]]:
    host: Mapping[str, Any] = answer.get("host") or {}
    read = prose.read("\n".join(_texts(host)), signatures)
    told = ticket.snapshot(read.ticket)
    data = answer.get("installation")
    found = msgspec.structs.replace(
        told,
        origin="machine",
        system=_system(host.get("system") or {}, told.system),
        cpu=_cpu(host.get("processor") or {}),
        accelerators=_accelerators(host.get("gpu") or {}, told.accelerators),
        interpreter=interpreter.read(answer) if "interpreter" in answer else told.interpreter,
        installation=told.installation if data is None else installation.read(data),
        tensorflow=told.tensorflow if data is None else _tensorflow(data, host.get("build_info")),
        environ=_environ(host.get("variables")),
        log=str(host["load_log"]) if host.get("load_log") else NOT_OBSERVED,
        notes=(),
        failures=tuple(facts.ProbeFailure(probe=str(name), error=str(text)) for name, text in answer["failures"]),
    )
    return found, read.understood


def _texts(host: Mapping[str, Any]) -> Iterator[str]:
    """The raw texts as somebody would paste them, each after the command that prints it."""
    system, gpu, libraries = (host.get(part) or {} for part in ("system", "gpu", "libraries"))
    named = (
        ("cat /etc/os-release", system.get("os_release")),
        ("nvidia-smi", gpu.get("nvidia_smi")),
        ("cat /proc/driver/nvidia/version", gpu.get("kernel_module")),
        ("nvcc --version", libraries.get("nvcc")),
        *((f"cat /usr/local/{name}/version.json", text) for name, text in (libraries.get("toolkits") or {}).items()),
        ("ldconfig -p", "\n".join(libraries.get("cache") or ())),
    )
    for command, text in named:
        if text:
            yield f"$ {command}\n{text}\n"


def _system(raw: Mapping[str, Any], told: facts.System) -> facts.System:
    platform = str(raw.get("platform", ""))
    libc, _, version = str(raw.get("libc") or "").partition(" ")
    kernel = str(raw.get("version") or "")
    linux = platform.startswith("linux")
    wsl = "microsoft" in kernel.lower()
    container = bool(raw.get("dockerenv")) or "docker" in str(raw.get("cgroup") or "")
    return msgspec.structs.replace(
        told,
        os=_OS.get("linux" if linux else platform, told.os),
        os_version=raw.get("macos") or raw.get("windows") or told.os_version,
        kernel=raw.get("release") or NOT_OBSERVED,
        arch=_arch(str(raw.get("machine") or "")) or NOT_OBSERVED,
        libc=libc or (Unknown(reason="the C library does not name itself") if linux else "none"),
        libc_version=version or NOT_OBSERVED,
        wsl=("2" if "wsl2" in kernel.lower() or "microsoft-standard" in kernel.lower() else "1") if wsl else ABSENT,
        container="docker" if container else NOT_OBSERVED,
    )


def _arch(machine: str) -> str:
    return "x86_64" if machine == "AMD64" else machine


def _cpu(raw: Mapping[str, Any]) -> facts.Cpu:
    flags = " ".join(str(raw[key]) for key in _FLAGS if raw.get(key)).lower().split()
    model = next((str(raw[key]).strip() for key in _MODEL if raw.get(key)), "")
    plain = tuple(sorted({flag.replace("avx1.0", "avx").replace(".", "_") for flag in flags}))
    return facts.Cpu(model=model or NOT_OBSERVED, flags=plain or NOT_OBSERVED)


def _accelerators(raw: Mapping[str, Any], told: facts.Accelerators) -> facts.Accelerators:
    if not raw:
        return told
    nodes = tuple(map(str, raw.get("device_nodes") or ()))
    named = told.gpus if not isinstance(told.gpus, Unknown) else () if not nodes else told.gpus
    return msgspec.structs.replace(told, device_nodes=nodes, gpus=named)


def _tensorflow(data: Mapping[str, Any], text: object) -> facts.TensorFlow:
    found = tensorflow.read(data)
    built = build_info.parse(text) if isinstance(text, str) else None
    return msgspec.structs.replace(found, **build_info.facts(built)) if built else found


def _environ(raw: Mapping[str, Any] | None) -> Fact[tuple[facts.Variable, ...]]:
    if raw is None:
        return NOT_OBSERVED
    return tuple(facts.Variable(name=name, value=str(value)) for name, value in sorted(raw.items()))
