"""The ticket: a partial description of a machine in people's words, and the Snapshot it amounts to.

A key that is missing means "not stated"; versions are free text; what cannot be read becomes Unknown with the words.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec
from packaging.utils import canonicalize_name

from tfdoctor import facts, versions
from tfdoctor.facts import NOT_OBSERVED, Fact, Unknown
from tfdoctor.matrix.names import JETSON
from tfdoctor.tickets import words

Text = str | int | float | bool | None
Listed = list[Text] | Text


class StatedGpu(msgspec.Struct, frozen=True):
    """A GPU as somebody names it."""

    name: Text = None
    compute_capability: Text = None


class Environment(msgspec.Struct, frozen=True):
    """What is stated about the machine and the environment."""

    tf_version: Text = None
    tf_version_wanted: Text = None
    tf_distribution: Text = None
    install_method: Text = None
    python_version: Text = None
    python_bits: Text = None
    os: Text = None
    os_version: Text = None
    arch: Text = None
    libc_version: Text = None
    cpu: Text = None
    gpus: list[StatedGpu | Text] | Text = None
    driver_version: Text = None
    driver_cuda_version: Text = None
    libcuda_version: Text = None
    cuda_versions_found: Listed = None
    cudnn_versions_found: Listed = None
    env_vars: dict[str, Text] | None = None
    container: Text = None
    wsl: Text = None
    conda: Text = None
    packages: dict[str, Text] | None = None
    version_notes: Listed = None


class Ticket(msgspec.Struct, frozen=True):
    """One ticket. Other keys, `expect` among them, are ignored."""

    id: Text = None
    title: Text = None
    source_url: Text = None
    environment: Environment | None = None
    log: Listed = None
    statement: Listed = None
    code: Listed = None

    @property
    def name(self) -> str:
        """The id as text, "" where there is none."""
        return _text(self.id)


# Numbers keep their text: the version 2.10 written without quotes is not 2.1.
_DECODER: Final = msgspec.json.Decoder(float_hook=str)


def decode(data: bytes | str) -> Ticket:
    """Read a ticket from JSON.

    Raises:
        msgspec.DecodeError: it is no JSON, or not of this form; the text carries the key path.
    """
    return from_object(_DECODER.decode(data))


def from_object(value: object) -> Ticket:
    """Make a ticket of decoded JSON.

    Raises:
        msgspec.ValidationError: a key holds something that cannot be meant; the text carries the key path.
    """
    return msgspec.convert(value, Ticket)


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
        notes=_notes(env),
    )


# --- texts --------------------------------------------------------------------------------------------


def _text(value: Text) -> str:
    return "" if value is None else str(value).strip()


def _texts(value: Listed) -> list[str]:
    return [_text(item) for item in (value if isinstance(value, list) else [value]) if _text(item)]


def _fact(text: str) -> Fact[str]:
    return text or NOT_OBSERVED


def _release(value: Text, least: int = 1) -> Fact[str]:
    """The version in a text, with at least so many numbers: a Python "3" names no version."""
    text = _text(value)
    if not text:
        return NOT_OBSERVED
    found = versions.release(text)
    if found is None or len(found.release) < least:
        return Unknown(reason=f"the ticket says {text!r}")
    return str(found)


_VERSION = re.compile(r"\d+(?:\.\d+)*")


def _dotted(value: Text) -> Fact[str]:
    text = _text(value)
    found = _VERSION.search(text)
    return found.group() if found else _fact("") if not text else Unknown(reason=f"the ticket says {text!r}")


# --- parts --------------------------------------------------------------------------------------------


def _system(env: Environment) -> facts.System:
    stated = words.operating_system(_text(env.os))
    place = " ".join(_text(item) for item in (env.container, env.tf_distribution, env.install_method))
    wsl = words.wsl(_text(env.wsl)) or stated.wsl
    container = stated.container or words.container(place) or words.build_words(_text(env.tf_distribution)).container
    # A container or WSL runs Linux, whatever the host is.
    os = "linux" if container or wsl else stated.os
    outside = os != stated.os
    version = "" if outside else _text(env.os_version) or stated.version
    musl = stated.musl or "alpine" in place.lower() or "musl" in _text(env.libc_version).lower()
    arch = words.architecture(_text(env.arch), os) or stated.arch or _implied_machine(env)
    unclear = Unknown(reason=f"the ticket says {_text(env.os)!r}") if _text(env.os) else NOT_OBSERVED
    return facts.System(
        os=os or unclear,
        os_version=_fact(version if os != "linux" else ""),
        distribution=_fact("" if outside else stated.distribution or ("alpine" if musl else "")),
        distribution_version=_fact(version if os == "linux" else ""),
        arch=_fact(arch),
        libc="musl" if musl else _fact("glibc" if _text(env.libc_version) else ""),
        libc_version=NOT_OBSERVED if musl else _dotted(env.libc_version),
        container=_fact(container),
        wsl=_fact(wsl),
        translated=_fact(words.translated(f"{_text(env.cpu)} {place}") or stated.translated),
    )


def _on_jetson(env: Environment) -> bool:
    """Whether the machine is one of NVIDIA's Jetson boards, which are all 64-bit ARM."""
    named = env.gpus if isinstance(env.gpus, list) else [env.gpus]
    texts = (_text(item.name if isinstance(item, StatedGpu) else item) for item in named)
    return any(JETSON.search(text) for text in (*texts, _text(env.cpu), *_texts(env.version_notes)))


def _implied_machine(env: Environment) -> str:
    """The architecture that the GPU or the CPU tells, "" where neither does."""
    return "aarch64" if _on_jetson(env) else "x86_64" if words.is_pc(_text(env.cpu)) else ""


def _cpu(env: Environment) -> facts.Cpu:
    text = _text(env.cpu)
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
    name = words.gpu_name(_text(gpu.name))
    vendor = next((vendor for vendor, expression in _VENDORS if expression.search(name)), "nvidia")
    if re.search(r"nvidia|geforce|quadro|tesla|\bgtx\b|\brtx\b", name, re.IGNORECASE):
        vendor = "nvidia"
    return facts.Gpu(name=_fact(name), compute_capability=_dotted(gpu.compute_capability), vendor=vendor)


def _accelerators(env: Environment) -> facts.Accelerators:
    stated = env.gpus if isinstance(env.gpus, list) else [env.gpus] if _text(env.gpus) else None
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
    method = f"{_text(env.install_method)} {_text(env.tf_distribution)} {_text(env.conda)}".lower()
    conda = bool(_text(env.conda)) or "conda" in method
    virtual: Fact[Literal["venv", "virtualenv"]] = (
        "virtualenv" if "virtualenv" in method else "venv" if "venv" in method else NOT_OBSERVED
    )
    pip = re.search(r"\bpip3?[ =]+v?(\d+(?:\.\d+)+)", method)
    bits = _text(env.python_bits)
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
    build = words.build_words(_text(env.tf_distribution)).distributions
    version = _release(env.tf_version)
    if _text(env.tf_version) or len(build) > 1:
        found += [facts.Distribution(name=name, version=version) for name in build if name not in listed]
    return tuple(found) if found else NOT_OBSERVED


def _tensorflow(env: Environment) -> facts.TensorFlow:
    text = _text(env.tf_distribution)
    build = words.build_words(text)
    unclear = Unknown(reason=f"the ticket says {text!r}") if text else NOT_OBSERVED
    return facts.TensorFlow(
        version=_release(env.tf_version),
        distribution=build.distributions[0] if build.distributions else unclear,
        cuda_build=NOT_OBSERVED if build.cuda_build is None else build.cuda_build,
        cuda=_fact(build.cuda),
        wanted=_release(env.tf_version_wanted),
        install_method=_fact("; ".join(part for part in (text, _text(env.install_method)) if part)),
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
    stated: Iterable[str] = (f"{key}: {_text(value)}" for key, value in named.items() if _text(value))
    return (*_texts(env.version_notes), *stated)
