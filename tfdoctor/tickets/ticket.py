"""The Snapshot that a ticket amounts to: a partial description of a machine in people's words.

A key that is missing means "not stated"; versions are free text; what cannot be read becomes Unknown with the words.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from packaging.utils import canonicalize_name

from tfdoctor import facts, versions
from tfdoctor.facts import NOT_OBSERVED, Fact, Unknown
from tfdoctor.matrix.names import JETSON
from tfdoctor.tickets import words
from tfdoctor.tickets.form import Environment, Listed, StatedFramework, StatedGpu, Text, Ticket, plain


def snapshot(ticket: Ticket) -> facts.Snapshot:
    """Return what a ticket states as a Snapshot of origin "ticket"."""
    env = ticket.environment or Environment()
    system = _system(env)
    return facts.Snapshot(
        origin="ticket",
        id=ticket.name,
        system=system,
        cpu=_cpu(env),
        accelerators=_accelerators(env),
        libraries=_libraries(env),
        interpreter=_interpreter(env),
        installation=facts.Installation(distributions=_distributions(env)),
        tensorflow=_tensorflow(env),
        environ=_environ(env),
        log=_fact("\n".join(_texts(ticket.log))),
        code=_fact("\n".join(_texts(ticket.code))),
        title=_fact(" ".join(plain(ticket.title).split())[:_TITLE]),
        transfer=_transfer(ticket),
        upgrade=_upgrade(ticket),
        notes=_notes(env),
    )


_TITLE = 300  # characters of a title; what is longer is none


# --- texts --------------------------------------------------------------------------------------------


def _texts(value: Listed) -> list[str]:
    return [plain(item) for item in (value if isinstance(value, list) else [value]) if plain(item)]


def _fact(value: str) -> Fact[str]:
    return value or NOT_OBSERVED


def _release(value: Text, least: int = 1) -> Fact[str]:
    """The version in a text, with at least so many numbers: a Python "3" names no version."""
    text = plain(value)
    if not text:
        return NOT_OBSERVED
    found = versions.release(text)
    if found is None or len(found.release) < least:
        return Unknown(reason=f"the ticket says {text!r}")
    return str(found)


_VERSION = re.compile(r"\d+(?:\.\d+)*")


def _dotted(value: Text) -> Fact[str]:
    text = plain(value)
    found = _VERSION.search(text)
    return found.group() if found else _fact("") if not text else Unknown(reason=f"the ticket says {text!r}")


# --- parts --------------------------------------------------------------------------------------------


def _system(env: Environment) -> facts.System:
    stated = words.operating_system(plain(env.os))
    place = " ".join(plain(item) for item in (env.container, env.tf_distribution, env.install_method))
    wsl = words.wsl(plain(env.wsl)) or stated.wsl
    container = stated.container or words.container(place) or words.build_words(plain(env.tf_distribution)).container
    # A container or WSL runs Linux, whatever the host is.
    os = "linux" if container or wsl else stated.os
    outside = os != stated.os
    version = "" if outside else plain(env.os_version) or stated.version
    musl = stated.musl or "alpine" in place.lower() or "musl" in plain(env.libc_version).lower()
    arch = words.architecture(plain(env.arch), os) or stated.arch or _implied_machine(env)
    unclear = Unknown(reason=f"the ticket says {plain(env.os)!r}") if plain(env.os) else NOT_OBSERVED
    return facts.System(
        os=os or unclear,
        os_version=_fact(version if os != "linux" else ""),
        distribution=_fact("" if outside else stated.distribution or ("alpine" if musl else "")),
        distribution_version=_fact(version if os == "linux" else ""),
        arch=_fact(arch),
        libc="musl" if musl else _fact("glibc" if plain(env.libc_version) else ""),
        libc_version=NOT_OBSERVED if musl else _dotted(env.libc_version),
        container=_fact(container),
        wsl=_fact(wsl),
        translated=_fact(words.translated(f"{plain(env.cpu)} {place}") or stated.translated),
    )


def _on_jetson(env: Environment) -> bool:
    """Whether the machine is one of NVIDIA's Jetson boards, which are all 64-bit ARM."""
    named = env.gpus if isinstance(env.gpus, list) else [env.gpus]
    texts = (plain(item.name if isinstance(item, StatedGpu) else item) for item in named)
    return any(JETSON.search(text) for text in (*texts, plain(env.cpu), *_texts(env.version_notes)))


def _implied_machine(env: Environment) -> str:
    """The architecture that the GPU or the CPU tells, "" where neither does."""
    return "aarch64" if _on_jetson(env) else "x86_64" if words.is_pc(plain(env.cpu)) else ""


def _cpu(env: Environment) -> facts.Cpu:
    text = plain(env.cpu)
    flags = words.cpu_flags(text)
    return facts.Cpu(model=_fact(text), flags=NOT_OBSERVED if flags is None else flags)


_VENDORS = (
    (
        "amd",
        re.compile(
            r"\bamd\b|radeon|\bgfx\d|instinct|\brx ?\d{3,4}\b|ryzen|vega|\bmi ?\d{2,3}x?\b|firepro", re.IGNORECASE
        ),
    ),
    ("apple", re.compile(r"\bapple\b|\bm[1-9](?: (?:pro|max|ultra))?\b(?!\d)", re.IGNORECASE)),
    ("intel", re.compile(r"\bintel\b|\barc a\d|\biris\b|\buhd\b|\bhd graphics\b", re.IGNORECASE)),
)


def _gpu(value: StatedGpu | Text) -> facts.Gpu:
    gpu = value if isinstance(value, StatedGpu) else StatedGpu(name=value)
    name = words.gpu_name(plain(gpu.name))
    vendor = next((vendor for vendor, expression in _VENDORS if expression.search(name)), "nvidia")
    if re.search(r"nvidia|geforce|quadro|tesla|\bgtx\b|\brtx\b", name, re.IGNORECASE):
        vendor = "nvidia"
    return facts.Gpu(name=_fact(name), compute_capability=_dotted(gpu.compute_capability), vendor=vendor)


def _accelerators(env: Environment) -> facts.Accelerators:
    stated = env.gpus if isinstance(env.gpus, list) else [env.gpus] if plain(env.gpus) else None
    driver = facts.Driver(
        version=_dotted(env.driver_version),
        cuda_version=_dotted(env.driver_cuda_version),
        libcuda_version=_dotted(env.libcuda_version),
    )
    return facts.Accelerators(
        gpus=NOT_OBSERVED if stated is None else tuple(_gpu(item) for item in stated),
        driver=NOT_OBSERVED if driver == facts.Driver() else driver,
    )


def _found(value: Listed) -> list[str]:
    return [found.group() for text in _texts(value) if (found := _VERSION.search(text))]


# What a note says of a version that is not an installed one.
_NOT_INSTALLED = re.compile(r"nvidia-smi|driver|build info|not installed|uninstalled|removed|docs?\b", re.IGNORECASE)
_FLAVOUR = re.compile(r"(?<!not )(?:for )?cuda ?(\d+(?:\.\d+)*)", re.IGNORECASE)


def _noted(env: Environment, what: str) -> dict[str, str]:
    """The remarks on the versions of "cuda" or "cudnn": {"11.2": "nvidia-smi"}, from notes "cuda: 11.2 (nvidia-smi)".

    A note without a version of its own ("cuda: (…, i.e. 10.1)") is taken at its last number.
    """
    remarks: dict[str, str] = {}
    for note in _texts(env.version_notes):
        key, _, text = note.partition(":")
        version, _, remark = text.partition("(")
        if key.strip().lower() != what:
            continue
        own = _VERSION.search(version)
        numbers = [own.group()] if own else re.findall(r"\d+\.\d+(?:\.\d+)*", remark) if what == "cuda" else []
        if numbers and not re.search(rf"\bnot (?:built |made )?for {what}", remark, re.IGNORECASE):
            remarks[numbers[-1]] = remark.rstrip(") ")
    return remarks


def _installed(env: Environment, value: Listed, what: str) -> dict[str, str] | None:
    """The versions that are there with the remarks on them; None where nothing is said."""
    notes = _noted(env, what)
    if value is None and not notes:
        return None
    stated = {version: notes.get(version, "") for version in _found(value)}
    return {version: text for version, text in (stated | notes).items() if not _NOT_INSTALLED.search(text)}


def _libraries(env: Environment) -> facts.Libraries:
    toolkits = _installed(env, env.cuda_versions_found, "cuda")
    cudnn = _installed(env, env.cudnn_versions_found, "cudnn")
    return facts.Libraries(
        toolkits=NOT_OBSERVED
        if toolkits is None
        else tuple(facts.Toolkit(version=text, source=remark or "ticket") for text, remark in toolkits.items()),
        cudnn=NOT_OBSERVED
        if cudnn is None
        else tuple(
            facts.CudnnVersion(version=text, cuda=_fact(found.group(1) if (found := _FLAVOUR.search(remark)) else ""))
            for text, remark in cudnn.items()
        ),
    )


def _interpreter(env: Environment) -> facts.Interpreter:
    method = f"{plain(env.install_method)} {plain(env.tf_distribution)} {plain(env.conda)}".lower()
    conda = bool(plain(env.conda)) or "conda" in method
    virtual: Fact[Literal["venv", "virtualenv"]] = (
        "virtualenv" if "virtualenv" in method else "venv" if "venv" in method else NOT_OBSERVED
    )
    pip = re.search(r"\bpip3?[ =]+v?(\d+(?:\.\d+)+)", method)
    bits = plain(env.python_bits)
    return facts.Interpreter(
        version=_release(env.python_version, least=2),
        bits=int(bits) if bits in {"32", "64"} else NOT_OBSERVED,
        environment="conda" if conda else virtual,
        pip_version=_fact(pip.group(1) if pip else ""),
    )


def _distributions(env: Environment) -> Fact[tuple[facts.Distribution, ...]]:
    found = [
        facts.Distribution(name=canonicalize_name(name), version=_release(version))
        for name, version in (env.packages or {}).items()
    ]
    listed = {item.name for item in found}
    build = words.build_words(plain(env.tf_distribution)).distributions
    version = _release(env.tf_version)
    if plain(env.tf_version) or len(build) > 1:
        found += [facts.Distribution(name=name, version=version) for name in build if name not in listed]
    return tuple(found) if found else NOT_OBSERVED


def _tensorflow(env: Environment) -> facts.TensorFlow:
    text = plain(env.tf_distribution)
    build = words.build_words(text)
    unclear = Unknown(reason=f"the ticket says {text!r}") if text else NOT_OBSERVED
    return facts.TensorFlow(
        version=_release(env.tf_version),
        distribution=build.distributions[0] if build.distributions else unclear,
        cuda_build=NOT_OBSERVED if build.cuda_build is None else build.cuda_build,
        cuda=_fact(build.cuda),
        wanted=_release(env.tf_version_wanted),
        install_method=_fact("; ".join(part for part in (text, plain(env.install_method)) if part)),
    )


def _environ(env: Environment) -> Fact[tuple[facts.Variable, ...]]:
    if env.env_vars is None:
        return NOT_OBSERVED
    return tuple(
        facts.Variable(name=name, value=str(value)) for name, value in env.env_vars.items() if value is not None
    )


def _notes(env: Environment) -> tuple[str, ...]:
    named: Mapping[str, Text] = {
        "container": env.container,
        "conda": env.conda,
        "wsl": env.wsl,
        "system": env.os,
        "release": env.os_version,
    }
    stated: Iterable[str] = (f"{key}: {plain(value)}" for key, value in named.items() if plain(value))
    return (*_texts(env.version_notes), *stated)


def _framework(value: StatedFramework | Text) -> Fact[facts.Framework]:
    stated = value if isinstance(value, StatedFramework) else StatedFramework(tf=value)
    found = facts.Framework(
        tensorflow=_fact(plain(stated.tf)),
        keras=_fact(plain(stated.keras)),
        format=_fact(plain(stated.format)),
        python=_fact(plain(stated.python)),
    )
    return NOT_OBSERVED if found == facts.Framework() else found


def _transfer(ticket: Ticket) -> Fact[facts.Transfer]:
    found = facts.Transfer(saved_with=_framework(ticket.saved_with), loaded_with=_framework(ticket.loaded_with))
    return NOT_OBSERVED if found == facts.Transfer() else found


def _upgrade(ticket: Ticket) -> Fact[facts.Upgrade]:
    found = facts.Upgrade(before=_fact(plain(ticket.from_version)), after=_fact(plain(ticket.to_version)))
    return NOT_OBSERVED if found == facts.Upgrade() else found
