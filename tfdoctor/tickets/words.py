"""Reads what people write about an operating system, a CPU or a build into the words of a Snapshot."""

import re
from dataclasses import dataclass

_LINUX = {
    "ubuntu": "ubuntu", "debian": "debian", "buster": "debian", "bullseye": "debian", "centos": "centos",
    "red hat": "rhel", "redhat": "rhel", "rhel": "rhel", "rocky": "rocky", "almalinux": "almalinux",
    "alma linux": "almalinux", "scientific linux": "scientific", "fedora": "fedora", "alpine": "alpine",
    "arch linux": "arch", "archlinux": "arch", "(arch": "arch", "manjaro": "manjaro", "gentoo": "gentoo",
    "mint": "linuxmint", "pop!_os": "pop", "popos": "pop", "elementary": "elementary", "opensuse leap": "opensuse-leap",
    "opensuse-leap": "opensuse-leap", "suse": "opensuse", "nixos": "nixos",
    "raspbian": "raspbian", "raspios": "raspbian", "raspberry pi": "raspbian", "amazon linux": "amzn",
    "oracle linux": "ol", "kali": "kali", "clear linux": "clear-linux-os",
}  # fmt: skip
# Systems that are a Linux of a known distribution under another name.
_UBUNTU_BASED = ("l4t", "jetson", "jetpack", "colab", "kaggle")
_SUBDIRS = {  # platform names of conda and of docker
    "linux-64": ("linux", "x86_64"), "linux-32": ("linux", "i686"), "linux-aarch64": ("linux", "aarch64"),
    "linux-arm64": ("linux", "aarch64"), "linux-ppc64le": ("linux", "ppc64le"), "linux-x86_64": ("linux", "x86_64"),
    "linux/amd64": ("linux", "x86_64"), "linux/arm64": ("linux", "aarch64"),
    "win-64": ("windows", "x86_64"), "win-amd64": ("windows", "x86_64"), "win-32": ("windows", "i686"),
    "osx-64": ("macos", "x86_64"), "osx-arm64": ("macos", "arm64"),
}  # fmt: skip
_CONTAINERS = ("docker", "podman", "lxc", "lxd", "kubernetes", "singularity", "apptainer", "colab", "kaggle")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_WINDOWS = re.compile(r"\bwin(?:dows?|32|64|10|11)?\b", re.IGNORECASE)
_MACOS = re.compile(r"mac\s?os|\bos\s?x\b|\bdarwin\b|\bmac\b|\bosx\b", re.IGNORECASE)
_WSL = re.compile(r"\bwsl\s?([12])?\b|subsystem for linux", re.IGNORECASE)
_MACOS_NAMES = {
    "sierra": "10.12", "high sierra": "10.13", "mojave": "10.14", "catalina": "10.15", "big sur": "11",
    "monterey": "12", "ventura": "13", "sonoma": "14", "sequoia": "15", "tahoe": "26",
}  # fmt: skip
_BITS = re.compile(r"(?<!\d)(32|64)[ -]?bits?\b", re.IGNORECASE)
_ARCH = {
    "amd64": "x86_64", "x64": "x86_64", "x86-64": "x86_64", "x86_64": "x86_64", "64-bit": "x86_64", "intel": "x86_64",
    "aarch64": "aarch64", "arm64": "arm64", "arm64e": "arm64", "arm64/v8": "arm64", "armv8": "arm64",
    "apple silicon": "arm64", "m1": "arm64", "m2": "arm64",
    "x86": "i686", "i386": "i686", "i686": "i686", "win32": "i686",
    "arm": "armv7l", "armhf": "armv7l", "armv6l": "armv6l", "armv7l": "armv7l", "armv7": "armv7l",
    "ppc64le": "ppc64le", "s390x": "s390x", "riscv64": "riscv64",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingSystem:
    """What the name of an operating system tells; an empty text means: it does not tell."""

    os: str = ""
    distribution: str = ""
    version: str = ""
    arch: str = ""
    container: str = ""
    wsl: str = ""
    musl: bool = False
    translated: str = ""


def operating_system(text: str) -> OperatingSystem:
    """Read the name of a system: "Ubuntu 20.04 in docker", "Windows 10/11", "linux-64", "L4T", "Colab"."""
    low = text.lower()
    for subdir, (name, arch) in _SUBDIRS.items():
        if subdir in low:
            return OperatingSystem(os=name, arch=arch, container=container(low))
    subsystem = _WSL.search(low)
    # The word of a distribution, earliest in the text.
    linux = min((key for key in (*_LINUX, *_UBUNTU_BASED) if key in low), key=low.index, default="")
    names = set()
    if linux or "linux" in low:
        names.add("linux")
    if _WINDOWS.search(low):
        names.add("windows")
    named = max((name for name in _MACOS_NAMES if name in low), key=len, default="")
    if _MACOS.search(low) or (named and not names):
        names.add("macos")
    if subsystem or container(low):
        names = {"linux"}
    if len(names) != 1:
        return OperatingSystem(translated=translated(low))  # none or several: it does not tell which
    os = names.pop()
    number = _NUMBER.search(_BITS.sub("", low), low.index(linux) if linux else 0)
    version = number.group() if number and not subsystem and (os != "linux" or linux in _LINUX) else ""
    return OperatingSystem(
        os=os,
        distribution=("ubuntu" if linux in _UBUNTU_BASED else _LINUX.get(linux, "")) if os == "linux" else "",
        version=_MACOS_NAMES.get(named, "") if os == "macos" and not version else version,
        arch=_machine(low, os, linux),
        container=container(low),
        wsl=(subsystem.group(1) or "unspecified") if subsystem else "",
        musl="alpine" in low,
        translated=translated(low),
    )


def _machine(low: str, os: str, linux: str) -> str:
    """The architecture that the name of a system implies: Raspbian is for 32-bit ARM, a 32-bit PC system for i686."""
    bits = {found.group(1) for found in _BITS.finditer(low)}
    if linux in {"l4t", "jetson", "jetpack"}:
        return "aarch64"
    if _LINUX.get(linux) == "raspbian":
        return "aarch64" if bits == {"64"} else "armv7l" if bits == {"32"} or linux == "raspbian" else ""
    return "i686" if bits == {"32"} and os in {"linux", "windows"} else ""


def wsl(text: str) -> str:
    """Return which Windows subsystem for Linux a text means: "1", "2", "unspecified", or "" for none."""
    if not text or text.lower() in {"no", "false", "0"}:
        return ""
    number = re.search(r"[12]", text)
    return number.group() if number else "unspecified"


def architecture(text: str, os: str) -> str:
    """Return the machine name of an architecture as `os` spells it: "amd64" is x86_64, "arm64" aarch64 on Linux."""
    low = text.strip().lower()
    name = _ARCH.get(low, low)
    return "aarch64" if name == "arm64" and os == "linux" else name


_IMAGE_NAME = re.compile(
    r"(?<![\w/])(?:[a-z0-9][\w.-]*/)+[\w.-]+:[\w.-]+|\bnvcr\.io\b|\bgcr\.io\b|\b(?:ghcr|quay)\.io\b"
)


_GPU_COUNT = re.compile(r"^(?:\d\s*[x\u00d7*]\s*|(?:dual|two|three|four|eight)\s+)|\s+[x\u00d7*]\s*\d$", re.IGNORECASE)
_GPU_MEMORY = re.compile(r"[\s,;/(]*(?<![\w.])\d+(?:\.\d+)?\s*(?:g|gb|gib|mb)\b.*$", re.IGNORECASE)
_GPU_SWAPPED = re.compile(r"(?P<number>\d{3,4}(?: ?(?:ti|super))?)\s+(?P<series>rtx|gtx)", re.IGNORECASE)


def gpu_name(text: str) -> str:
    """Return the name of a GPU without how many there are and how much memory they have."""
    name = _GPU_MEMORY.sub("", _GPU_COUNT.sub("", text.strip())).strip(" ,;")
    swapped = _GPU_SWAPPED.fullmatch(name)
    return f"{swapped['series']} {swapped['number']}" if swapped else name or text.strip()


_PC = re.compile(
    r"\b(?:intel|amd|xeon|ryzen|epyc|threadripper|celeron|pentium|athlon|opteron|core[ -]?(?:i\d|2))\b", re.IGNORECASE
)


def is_pc(cpu: str) -> bool:
    """Whether the text about a CPU names a maker of x86 processors, and no 32-bit system."""
    return bool(_PC.search(cpu)) and not re.search(r"32[ -]?bit|i[3-6]86", cpu, re.IGNORECASE)


def container(text: str) -> str:
    """Return the kind of container that a text names ("docker" where it only names an image), or ""."""
    low = text.lower()
    return next((kind for kind in _CONTAINERS if kind in low), "docker" if _IMAGE_NAME.search(low) else "")


def translated(text: str) -> str:
    """Return what emulates the CPU ("qemu", "rosetta"); a QEMU machine of the host's own kind emulates nothing."""
    low = text.lower()
    if "rosetta" in low:
        return "rosetta"
    return "qemu" if re.search(r"under qemu|qemu-user|linux/amd64 .*(?:m\d|apple)|apple .*linux/amd64", low) else ""


# x86 vector instruction sets as the kernel names them, each containing those before it.
_LEVELS = ("sse", "sse2", "ssse3", "sse4_1", "sse4_2", "avx", "avx2", "avx512f")
CPU_FEATURE = re.compile(
    r"(?P<no>\b(?:no|not|without|lacks?)\s+)?"
    r"\b(?P<name>ssse3|sse4[._ ]?[12]|sse[23]?|avx-?512f?|avx2|avx|f16c|fma3?|bmi[12]|popcnt)\b",
    re.IGNORECASE,
)


def cpu_flags(text: str) -> tuple[str, ...] | None:
    """Return the kernel's flags that a text about a CPU states, or None where it says nothing about missing ones.

    "AVX but no AVX2" gives everything up to avx: the sets contain each other.
    """
    has: set[str] = set()
    lacks: set[str] = set()
    for found in CPU_FEATURE.finditer(text):
        name = re.sub(r"sse4[._ ]?", "sse4_", found["name"].lower())
        name = {"fma3": "fma", "avx512": "avx512f", "avx-512": "avx512f"}.get(name, name)
        (lacks if found["no"] else has).add(name)
    if not lacks:
        return None
    below = min((_LEVELS.index(name) for name in lacks if name in _LEVELS), default=len(_LEVELS))
    top = max((_LEVELS.index(name) + 1 for name in has if name in _LEVELS), default=below)
    return tuple(sorted((has | set(_LEVELS[: min(below, top)])) - lacks))


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildWords:
    """What the name of a TensorFlow distribution or image tells."""

    distributions: tuple[str, ...] = ()
    cuda_build: bool | None = None
    cuda: str = ""
    container: str = ""


_DISTRIBUTION = re.compile(
    r"(?<![/\w.-])(?:(?:nvidia|intel)-tensorflow(?:-avx512)?|tensorflow(?:-(?:gpu|cpu-aws|cpu|intel|macos|aarch64|rocm|directml))?"
    r"|tf-nightly(?:-(?:gpu|cpu|intel|macos))?|tf_nightly|libtensorflow)(?![\w-])",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"\btensorflow/tensorflow(?::(?P<tag>[\w.-]+))?", re.IGNORECASE)
_CONDA_CPU = re.compile(r"\b(?:mkl|eigen|cpu)_?py\d+", re.IGNORECASE)
_CONDA_CUDA = re.compile(r"\b(?:cuda|gpu_py)(?P<digits>\d+)?(?=py|_|\b)", re.IGNORECASE)
_WHEEL_NAME = re.compile(r"\b(?:tensorflow|tf_nightly)\w*-\d[\w.+]*-(?:cp|py)\d[^\s,;()]*", re.IGNORECASE)
_GPU_BUILD = re.compile(
    r"\(\s*gpu\b|(?<![\w-])(?<!no )(?<!without )gpu[ -](?:support|version|build|wheel|enabled|variant)", re.IGNORECASE
)
_CUDA_BUILD = re.compile(r"\bcuda[ -]?(?P<version>\d+(?:\.\d+)+)?", re.IGNORECASE)


def build_words(text: str) -> BuildWords:
    """Read the name of a build: "docker tensorflow/tensorflow:latest-gpu", "conda mkl_py311", "tensorflow (CPU)"."""
    image = _IMAGE.search(text)
    if image:
        return BuildWords(distributions=("tensorflow",), cuda_build="gpu" in (image["tag"] or ""), container="docker")
    text = _WHEEL_NAME.sub(lambda found: found.group().partition("-")[0].replace("_", "-"), text)
    names = tuple(dict.fromkeys(found.group().lower().replace("_", "-") for found in _DISTRIBUTION.finditer(text)))
    if _CONDA_CPU.search(text) or re.search(r"\(\s*cpu\b", text, re.IGNORECASE):
        return BuildWords(distributions=names, cuda_build=False)
    conda = _CONDA_CUDA.search(text) if "conda" in text.lower() else None
    if conda and conda["digits"] and len(conda["digits"]) > 2:  # cuda112py310
        digits = conda["digits"]
        return BuildWords(distributions=names, cuda_build=True, cuda=f"{digits[:2]}.{digits[2:]}")
    stated = _CUDA_BUILD.search(text.replace("[and-cuda]", ""))
    if stated:
        return BuildWords(distributions=names, cuda_build=True, cuda=stated["version"] or "")
    return BuildWords(distributions=names, cuda_build=True if _GPU_BUILD.search(text) else None)
