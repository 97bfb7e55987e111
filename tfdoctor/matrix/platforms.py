"""System releases, platform tags, C++ run times and Jetson systems, from `compat_matrix/platforms.toml`."""

import re
from typing import Literal

import msgspec
from packaging.version import Version

from tfdoctor.matrix.tables import Sourced
from tfdoctor.versions import Dotted, within

_RHEL = frozenset(
    {"almalinux", "alma", "centos", "ol", "oracle", "redhat", "rhel", "rocky", "rockylinux", "scientific"}
)
_SAME_NUMBERS = {"raspbian": "debian", "raspberry": "debian", "pop": "ubuntu"}  # they keep the number of their base
_MAJOR_ONLY = frozenset({"amzn", "debian", "rhel"})  # "9.4" is a 9; elsewhere the second number names a release


class SystemRelease(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One release of a Linux distribution and its GNU C library."""

    version: str
    glibc: str


class System(Sourced, frozen=True, kw_only=True):
    """The releases of a Linux distribution, by its ID in /etc/os-release."""

    id: str
    releases: tuple[SystemRelease, ...]
    libc: Literal["glibc", "musl"] = "glibc"
    note: str = ""


class GccRelease(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first GCC whose libstdc++ has a symbol version."""

    gcc: str
    glibcxx: str
    cxxabi: str | None = None


class GccVersions(Sourced, frozen=True, kw_only=True):
    """The symbol versions of libstdc++ by GCC release."""

    versions: tuple[GccRelease, ...]
    note: str = ""


class Tag(Sourced, frozen=True, kw_only=True):
    """The first pip that knows a platform tag; `glibc` is what the tag promises."""

    prefix: str
    pip: str
    glibc: str | None = None


class Msvc(Sourced, frozen=True, kw_only=True):
    """The files of the Visual C++ redistributable that the Windows wheels of a range of releases load."""

    tensorflow: str
    files: tuple[str, ...]
    redistributable: str


class Jetson(Sourced, frozen=True, kw_only=True):
    """What a JetPack carries and the suffixes of NVIDIA's TensorFlow wheels seen for it ("20.4" of +nv20.4)."""

    jetpack: str
    wheels: tuple[str, ...]
    l4t: str | None = None
    cuda: str | None = None
    cudnn: str | None = None
    python: str | None = None


class JetsonLinux(Sourced, frozen=True, kw_only=True):
    """The Ubuntu that all JetPacks of one major are made of, and the major of their L4T."""

    jetpack: str
    l4t: str
    ubuntu: str


class PlatformFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """platforms.toml."""

    system: tuple[System, ...]
    gcc: tuple[GccVersions, ...]
    tag: tuple[Tag, ...]
    msvc: tuple[Msvc, ...]
    jetson: tuple[Jetson, ...]
    jetson_linux: tuple[JetsonLinux, ...]


class Platforms:
    """What systems have and what wheels ask of them."""

    def __init__(self, file: PlatformFile) -> None:
        """Use the rows of platforms.toml."""
        self.systems = file.system
        self._by_id = {row.id: row for row in file.system}
        self._gcc = tuple(item for row in file.gcc for item in row.versions)
        self._tags = sorted(file.tag, key=lambda row: len(row.prefix), reverse=True)
        self._msvc = file.msvc
        self.jetsons = file.jetson
        self._jetson_linux = file.jetson_linux

    def libc(self, system: str) -> Literal["glibc", "musl"] | None:
        """Return the C library of a Linux distribution ("alpine", "Ubuntu"); None for one that no row has."""
        row = self._by_id.get(_id(system))
        return row.libc if row else None

    def glibc(self, system: str, version: str) -> str | None:
        """Return the glibc of a system release ("Ubuntu", "20.04.6 LTS"); None for one that no row has."""
        found = re.search(r"\d+(?:\.\d+)?", version)
        row = self._by_id.get(_id(system))
        if row is None or found is None:
            return None
        release = found.group().partition(".")[0] if row.id in _MAJOR_ONLY else found.group()
        return next((item.glibc for item in row.releases if item.version == release), None)

    def gcc(self, symbols: str) -> str | None:
        """Return the first GCC whose libstdc++ has a symbol version ("GLIBCXX_3.4.30", "CXXABI_1.3.9")."""
        wanted = Dotted(symbols)
        for item in self._gcc:
            have = item.cxxabi if symbols.upper().startswith("CXXABI") else item.glibcxx
            if have is not None and Dotted(have) >= wanted:
                return item.gcc
        return None

    def pip(self, tag: str) -> str | None:
        """Return the first pip that knows a platform tag ("manylinux2014_x86_64"); None where any pip does."""
        row = next((row for row in self._tags if tag.startswith(row.prefix)), None)
        return row.pip if row else None

    def msvc(self, tensorflow: Version) -> Msvc | None:
        """Return what the Windows wheels of a release load of the Visual C++ redistributable."""
        final = Version(tensorflow.base_version)
        return next((row for row in self._msvc if within(final, row.tensorflow)), None)

    def jetson(self, jetpack: str) -> Jetson | None:
        """Return the row of a JetPack ("4.4", "4.4.1")."""
        stated = Dotted(jetpack)
        return next((row for row in self.jetsons if Dotted(row.jetpack).covers(stated)), None)

    def jetson_ubuntu(self, *, jetpack: str = "", l4t: str = "") -> str | None:
        """Return the Ubuntu of a JetPack ("4.6", "5") or of an L4T ("32.7.1"); None for one that no row has."""
        wanted = Dotted(jetpack or l4t).major
        rows = (row.ubuntu for row in self._jetson_linux if int(row.jetpack if jetpack else row.l4t) == wanted)
        return next(rows, None)

    def jetpack_of(self, local: str) -> str | None:
        """Return the JetPack that a wheel suffix ("nv20.4", "nv20.04") was seen for; None where none was."""
        found = re.search(r"nv(\d\d\.\d+)", local)
        if found is None:
            return None
        stated = Dotted(found[1])
        return next((row.jetpack for row in self.jetsons if stated in map(Dotted, row.wheels)), None)


def _id(system: str) -> str:
    words = re.findall(r"[a-z]+", system.lower())
    name = words[0] if words else ""
    if name == "red" or name in _RHEL:
        return "rhel"
    if name == "amazon":
        return "amzn"
    if name in _SAME_NUMBERS:
        return _SAME_NUMBERS[name]
    return "opensuse-leap" if name == "opensuse" and "leap" in words else name
