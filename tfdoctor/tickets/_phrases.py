"""The words in which people describe a machine: each pattern is one kind of statement, the first that fits takes it."""

import re
from dataclasses import dataclass
from typing import Final

LINUX: Final = ("linux",)
MACOS: Final = ("macos",)
NVIDIA: Final = ("linux", "windows")  # systems with a driver that TensorFlow can use
X86: Final = ("x86_64", "i686")
ARM: Final = ("aarch64", "armv7l")
_V = r"(\d+(?:\.\d+)*)"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A kind of statement; its value is what the groups matched, or else `value`."""

    topic: str
    pattern: re.Pattern[str]
    os: tuple[str, ...] = ()
    arch: tuple[str, ...] = ()
    value: str = ""


def _phrase(
    topic: str, pattern: str, *, os: tuple[str, ...] = (), arch: tuple[str, ...] = (), value: str = ""
) -> Phrase:
    return Phrase(topic, re.compile(rf"(?<![\w.])(?:{pattern})(?![\w.])", re.IGNORECASE), os, arch, value)


_DISTRIBUTIONS = (
    r"ubuntu|debian|centos(?: linux)?(?: stream)?|rhel|red ?hat(?: enterprise linux)?|rocky(?: linux)?|alma ?linux"
    r"|oracle linux|scientific linux|fedora(?: linux)?|amazon ?linux|alpine(?: linux)?|arch(?: ?linux)|manjaro|gentoo"
    r"|(?:open)?suse(?:[ -](?:leap|tumbleweed))?|(?:linux )?mint|pop!?_?os|elementary(?: os)?|kali(?: linux)?|nixos"
    r"|raspberry ?pi os|raspbian|clear linux"
)
_CODENAMES = {
    "xenial(?: xerus)?": "ubuntu 16.04", "bionic(?: beaver)?": "ubuntu 18.04", "focal(?: fossa)?": "ubuntu 20.04",
    "jammy(?: jellyfish)?": "ubuntu 22.04", "noble(?: numbat)?": "ubuntu 24.04", "stretch": "debian 9",
    "buster": "debian 10", "bullseye": "debian 11", "bookworm": "debian 12", "trixie": "debian 13",
    "al2": "amazon linux 2", "al2023": "amazon linux 2023",
}  # fmt: skip
_MACS = {
    "high sierra": "10.13", "mojave": "10.14", "catalina": "10.15", "big sur": "11", "monterey": "12",
    "ventura": "13", "sonoma": "14", "sequoia": "15", "tahoe": "26",
}  # fmt: skip
_ARCHITECTURES = {
    "x86_64": r"x86[_-]64|amd64|x64|win64", "aarch64": "aarch64|arm64(?:e|/v8)?|armv8(?:-a|l)?",
    "i686": "i[36]86|x86|win32", "armv7l": "armv7l?|armhf", "armv6l": "armv6l?",
    "ppc64le": "ppc64le|power ?(?:[89]|10)", "s390x": "s390x", "riscv64": "riscv(?:64)?|risc-v",
}  # fmt: skip
_ARM_PARTS = r"graviton ?\d?|ampere altra(?: max)?|altra|(?:arm )?neoverse(?:[ -][nvet]\d)?|(?:arm )?cortex-?\w*"
_SIZE = r"\d+(?:\.\d+)? ?[mgt]i?b"
_MAC = r"mac(?:book|[ -]?mini|[ -]?studio)?(?: pro| air)?|imac(?: pro)?"
_YEAR = r"(?: \(?(?:(?:early|mid|late) )?20\d\d\)?)?"
_M = r"m[1-5](?: (?:pro|max|ultra))?"

_NOTHING: Final = (
    _phrase("image", r"(?:[\w.-]+/)+[\w.-]+:[\w.-]+|tensorflow/tensorflow|nvcr\.io/\S+"),
    _phrase("tensorflow", r"(?:tensorflow|tf|keras)(?:[-_]\w+)*[ =:]*[\d.]*"),
    _phrase(
        "no-gpu",
        r"(?:no|without(?: an?)?|zero) (?:(?:nvidia|cuda|discrete|dedicated) )*(?:gpus?|graphics(?: card)?)"
        r"|(?:cpu|gpu)[ -]?(?:only|less)",
    ),
    _phrase("no-driver", r"(?:no|without)(?: nvidia| gpu| cuda)* driver|nouveau"),
    _phrase("no-cuda", r"(?:no|without) cuda(?: toolkit)?"),
    _phrase("no-cudnn", r"(?:no|without) cudnn"),
)
_VERSIONS: Final = (
    _phrase(
        "driver-cuda",
        rf"(?:driver|nvidia-smi)(?:'s)?[ _-]cuda(?: version)?[ =:]*{_V}|cuda[ _-]driver(?: version)?[ =:]*{_V}"
        rf"|cuda(?: version)? {_V} \(?(?:by |from |in )?(?:the )?(?:nvidia-smi|driver)\)?",
        os=NVIDIA,
    ),
    _phrase(
        "driver",
        rf"(?:(?:nvidia[ -]|gpu )?drivers?(?: version)?|nvidia-smi)[ =:>-]*[vr]?{_V}(?:\.x)?"
        r"|(\d{3}(?:\.\d+)+) driver|nvidia[ -](\d{3}(?:\.\d+)+)",
        os=NVIDIA,
    ),
    _phrase(
        "capability",
        rf"(?:cuda )?(?:compute )?capability[ =:]*{_V}|cc[ =:]*(\d+\.\d+)|(?:sm|compute)[_ ]?(\d{{2,3}}|\d+\.\d)a?",
    ),
    _phrase("cudnn", rf"cudnn(?: version)?[ =:v-]*{_V}(?:\.x)?"),
    _phrase("cuda", rf"(?:cuda(?: ?toolkit)?|toolkit)(?: version)?[ =:v-]*{_V}(?:\.x)?"),
    _phrase("glibc", rf"(?:gnu )?g?libc(?: version)?[ =:>-]*{_V}", os=LINUX),
    _phrase("musl", rf"musl(?: libc)?(?:[ =:-]*{_V})?", os=LINUX),
)
_SYSTEMS: Final = (
    _phrase("l4t", rf"(?:l4t|jetson linux)(?:[ =:]*r?{_V})?", os=LINUX, arch=ARM),
    _phrase("jetpack", rf"(?:nvidia )?jetpack(?:[ =:]*{_V})?|jp ?{_V}", os=LINUX, arch=ARM),
    _phrase(
        "raspberry",
        r"(?:raspberry ?pi|rpi)(?! os)(?: ?[345])?(?: model)?(?: ?[ab]\+?)?(?: ?zero 2 ?w?)?",
        os=LINUX,
        arch=ARM,
    ),
    _phrase(
        "windows-linux",
        r"wsl[ -]?([12])?|windows subsystem for linux(?: ([12]))?",
        os=LINUX,
        arch=("x86_64", "aarch64"),
    ),
    _phrase("container", r"(?:google )?(colab)|(kaggle)(?: notebooks?)?", os=LINUX, arch=("x86_64",)),
    _phrase("container", r"(docker|podman|singularity|apptainer|kubernetes|lxc|lxd)(?: container)?", os=LINUX),
    *(
        _phrase("distribution", rf"(?:ubuntu |debian )?{name}", os=LINUX, value=value)
        for name, value in _CODENAMES.items()
    ),
    _phrase(
        "distribution",
        rf"({_DISTRIBUTIONS})(?: (?:gnu/)?linux| server| desktop)?(?: release| version)?(?:[ -]?{_V})?(?: lts)?"
        r"(?: \([a-z ]+\))?",  # "(Core)"
        os=LINUX,
    ),
    _phrase("rosetta", r"rosetta(?: 2)?", os=("macos", "linux"), arch=("x86_64",)),
    *(
        _phrase("macos", rf"(?:(?:mac ?os|os ?x|mac)(?: x)? )?{name}(?: {_V})?", os=MACOS, value=value)
        for name, value in _MACS.items()
    ),
    _phrase("macos", rf"(?:mac ?os|os ?x)(?: x)?(?: {_V})?", os=MACOS),
    _phrase("mac", rf"intel(?:-based)? (?:{_MAC}){_YEAR}", os=MACOS, arch=("x86_64",)),
    _phrase("mac", rf"(?:{_MAC}){_YEAR}", os=MACOS),
    _phrase("apple", rf"(apple silicon)|apple ({_M})|(?<!tesla )({_M})", os=("macos", "linux"), arch=("aarch64",)),
    _phrase(
        "windows",
        r"((?:microsoft )?windows(?: server)?(?: (?:xp|vista|[78](?:\.1)?|1[01]|20\d\d))?|win(?:[78]|1[01])?)"
        r"(?: (?:pro|home|enterprise|education))?",
        os=("windows",),
    ),
)
_REST: Final = (
    _phrase("cpu", rf"({_ARM_PARTS})", arch=ARM),
    *(_phrase("arch", pattern, arch=(name,), value=name) for name, pattern in _ARCHITECTURES.items()),
    _phrase("python-bits", r"(32|64)[ -]?bit interpreter"),
    _phrase("bits", r"(32)[ -]?bit(?: (?:os|system))?", arch=("i686", "armv7l", "armv6l")),
    _phrase("bits", r"(64)[ -]?bit(?: (?:os|system))?", arch=("x86_64", "aarch64", "ppc64le", "s390x", "riscv64")),
    _phrase("memory", rf"({_SIZE}?)(?: of)? (?:ram|memory)|(?:ram|memory)[ =:]*({_SIZE}?)"),
    _phrase("gpu-memory", rf"({_SIZE})(?: of)? (?:vram|(?:gpu|video) (?:memory|ram))"),
    _phrase("some-memory", rf"({_SIZE})"),
    _phrase("kernel", r"(?:linux )?kernel(?: version)?[ =:]*(\d+[\w.-]*)", os=LINUX),
    _phrase("detail", r"@? ?\d+(?:\.\d+)? ?[mg]hz|hbm\d?e?|g?ddr\d\w?|sxm\d?|pcie|\dg\.\d+gb"),
    _phrase("cores", r"(\d{1,3})[ -]?(?:v?cpus|(?:cpu )?cores?)"),
    _phrase("conda", r"((?:ana|mini)?conda3?|miniforge3?|mambaforge|micromamba|mamba)"),
    _phrase("linux", r"(?:gnu/)?linux", os=LINUX),
)
PHRASES: Final = (*_NOTHING, *_VERSIONS, *_SYSTEMS, *_REST)

# Where a GPU's name settles the rest of the machine.
BOARDS: Final = (
    (re.compile(r"\b(?:jetson|tegra|a?gx xavier|xavier|orin|tx[12])\b", re.IGNORECASE), LINUX, ("aarch64",)),
    (re.compile(r"\b(?:gh200|gb[23]00|gb10|dgx spark|grace)\b", re.IGNORECASE), LINUX, ("aarch64",)),
)
OTHER_GPUS: Final = re.compile(
    r"radeon|\brx ?(?:vega ?)?\d{2,4}|instinct|\bmi ?\d{2,3}x?\b|\bvega\b|firepro|\bgfx\d|\barc (?:pro )?[ab]\d"
    r"|\biris\b|\buhd\b|\bhd graphics\b|\b(?:amd|intel|apple) (?:integrated )?(?:gpu|graphics)\b",
    re.IGNORECASE,
)
NVIDIA_WORDS: Final = re.compile(r"\b(?:nvidia|geforce|rtx|gtx|quadro|tesla|titan)\b", re.IGNORECASE)
PROCESSORS: Final = re.compile(
    r"\b(?:intel|amd|xeon|celeron|pentium|atom|core ?2|core|i[3579]|ryzen|epyc|threadripper|opteron|athlon|phenom"
    r"|sempron|turion|fx-?\d{4}|a\d{1,2}-\d{4}|qemu|kvm|sandy ?bridge|ivy ?bridge|haswell|broadwell|skylake)\b",
    re.IGNORECASE,
)
NOISE: Final = frozenset({
    "a", "an", "the", "on", "in", "of", "under", "running", "inside", "at", "with", "and", "or", "plus", "but", "has",
    "have", "is", "native", "bare", "metal", "machine", "server", "computer", "laptop", "notebook", "pc", "desktop",
    "workstation", "box", "host", "cloud", "aws", "gcp", "azure", "vm", "virtual", "cpu", "processor", "version",
    "installed", "os", "operating", "system", "support", "supported", "model", "gpu", "gpus", "dgx", "hgx", "grid",
    "mig",
})  # fmt: skip
HELP: Final = (
    'GPUs ("RTX 3090", "2x A100", "compute capability 8.6", "no gpu"), "driver 535.104", systems ("ubuntu 22.04",'
    ' "windows 11", "wsl2", "macos 14", "jetpack 5.1"), "glibc 2.17", architectures ("x86_64", "aarch64"),'
    ' "python 3.11", "cuda 11.8", "cudnn 8.6", processors ("Celeron N4000", "no avx2") and "16 GB ram"'
)
