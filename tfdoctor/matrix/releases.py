"""Every stable TensorFlow release and what its wheels say, read from `compat_matrix/releases.json`."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

FORMAT = 1

Os = Literal["linux", "macos", "windows", "any"]


class Build(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one build says of itself: its generated texts and its native libraries.

    None always means that the wheel does not say. One build makes the wheels of all interpreters of a
    release and platform; the facts were read from the newest interpreter's wheel.

    Attributes:
        cuda: CUDA version compiled against, as precise as the wheel has it: "11.2", "12.5.1", or "10".
        cudnn: the same for cuDNN: "9.3.0", or the major alone: "8".
        sass: compute capabilities with binary code ("7.5"); empty for a build without CUDA.
        ptx: compute capabilities with PTX, which the driver compiles for any later GPU.
        graph_producer: version of the GraphDefs that it writes.
        graph_min_consumer: oldest GraphDef version that may read what it writes.
        compiler: "gcc 9.3.1", "clang 18.1.8", "msvc 14.29.30133".
        cxx11_abi: whether the C++ library ABI is the new one; custom ops have to match it.
        glibc: oldest GNU C library with every symbol version that the libraries need.
        glibcxx: the same for libstdc++ ("3.4.21").
        cxxabi: the same for the C++ runtime ("1.3.8").
        macos: oldest macOS that the libraries were built for.
        protobuf_style: "descriptor" (refused by protobuf 4), "builder" or "checked" (compares versions).
        protobuf_gencode: version of the protobuf generator, where the generated modules name it.
        numpy_abi: generation of NumPy's C ABI: an extension for "1" does not load under NumPy 2.
        numpy_api: oldest NumPy whose C API is enough, in builds for "2".
        dlls: names of the DLLs that a Windows build opens.
    """

    is_cuda: bool | None = None
    is_rocm: bool | None = None
    tensorrt: bool | None = None
    cuda: str | None = None
    cudnn: str | None = None
    sass: tuple[str, ...] | None = None
    ptx: tuple[str, ...] | None = None
    graph_producer: int | None = None
    graph_min_consumer: int | None = None
    compiler: str | None = None
    cxx11_abi: bool | None = None
    glibc: str | None = None
    glibcxx: str | None = None
    cxxabi: str | None = None
    macos: str | None = None
    protobuf_style: Literal["descriptor", "builder", "checked"] | None = None
    protobuf_gencode: str | None = None
    numpy_abi: str | None = None
    numpy_api: str | None = None
    dlls: tuple[str, ...] = ()


class Wheel(msgspec.Struct, frozen=True, kw_only=True):
    """One wheel of a release.

    Attributes:
        python: interpreter tag, "cp39".
        platforms: platform tags, most general last.
        arch: "x86_64", "aarch64" (Linux) or "arm64" (macOS), "any".
        size: bytes.
        built: ISO date of the metadata inside the wheel.
        requires_python: the specifier, None where there is none.
        requires: Requires-Dist lines with their markers, as written.
        inner_tags: the tags that the wheel's own WHEEL file names, where they differ from the file name's.
        build: None for a wheel without libraries (a stub that requires another distribution).
    """

    python: str
    abi: str
    platforms: tuple[str, ...]
    os: Os
    arch: str
    size: int
    built: str | None
    requires_python: str | None
    requires: tuple[str, ...]
    extras: tuple[str, ...]
    inner_tags: tuple[str, ...]
    build: Build | None

    @property
    def python_version(self) -> str:
        """The interpreter as "3.9"; "3" for a wheel of any Python 3."""
        digits = self.python[2:]
        return f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits

    def fits(self, os: str, arch: str) -> bool:
        """Say whether the wheel is for this operating system and architecture."""
        return self.os == "any" or (self.os == os and self.arch == arch)


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one distribution; `uploaded` is None where the index at harvest did not tell."""

    distribution: str
    version: Version
    uploaded: str | None
    yanked: bool
    wheels: tuple[Wheel, ...]

    @property
    def built(self) -> str | None:
        """ISO date of the newest wheel's build: a release is uploaded within days of it."""
        return max((wheel.built for wheel in self.wheels if wheel.built), default=None)

    @property
    def graph_producer(self) -> int | None:
        """GraphDef version of the release: its builds share one source, but not each carries the header."""
        found = (wheel.build.graph_producer for wheel in self.wheels if wheel.build)
        return next((producer for producer in found if producer), None)

    def wheel(self, python: str, os: str, arch: str) -> Wheel | None:
        """Return the wheel for an interpreter ("3.9") and platform; of Python 2.7's two the wide one."""
        found = [
            wheel
            for wheel in self.wheels
            if wheel.fits(os, arch) and wheel.python_version in {python, python.partition(".")[0]}
        ]
        return max(found, key=lambda wheel: wheel.abi, default=None)

    def build(self, os: str, arch: str) -> Build | None:
        """Return the build for a platform; None when there is none, or only a stub."""
        builds = [wheel.build for wheel in self.wheels if wheel.build and wheel.fits(os, arch)]
        return builds[-1] if builds else None

    def pythons(self, os: str, arch: str) -> tuple[str, ...]:
        """Return the interpreters that have a wheel on a platform, oldest first."""
        found = {wheel.python_version for wheel in self.wheels if wheel.fits(os, arch)}
        return tuple(sorted(found, key=lambda text: tuple(map(int, text.split(".")))))


class WheelRow(msgspec.Struct, frozen=True, array_like=True):
    """A wheel as the file has it; the numbers point into the file's tables, -1 to nothing."""

    tag: str
    size: int
    built: str | None
    metadata: int
    build: int
    inner_tags: tuple[str, ...] = ()


class ReleaseRow(msgspec.Struct, frozen=True):
    """A release as the file has it."""

    uploaded: str | None
    yanked: bool
    wheels: tuple[WheelRow, ...]


class MetadataRow(msgspec.Struct, frozen=True, array_like=True):
    """One set of installation metadata as the file has it; `requires` points into the requirements."""

    requires_python: str | None
    extras: tuple[str, ...]
    requires: tuple[int, ...]


class _File(msgspec.Struct, frozen=True):
    format: int
    harvested: str
    requirements: tuple[str, ...]
    metadata: tuple[msgspec.Raw, ...]
    builds: tuple[msgspec.Raw, ...]
    releases: dict[str, dict[str, msgspec.Raw]]
    sdist_only: dict[str, tuple[str, ...]]


class Releases:
    """All releases; the file is split when this is made, a release is decoded when it is asked for.

    Raises:
        msgspec.ValidationError: the bytes are not a table of releases.
        ValueError: the table has a format that this tfdoctor does not read.
    """

    def __init__(self, data: bytes) -> None:
        self._file = msgspec.json.decode(data, type=_File)
        if self._file.format != FORMAT:
            raise ValueError(f"releases: format {self._file.format}, this tfdoctor reads {FORMAT}")
        self._known: dict[tuple[str, Version], Release] = {}
        self._builds: dict[int, Build] = {}

    @property
    def harvested(self) -> str:
        """ISO date of the harvest."""
        return self._file.harvested

    @cached_property
    def distributions(self) -> tuple[str, ...]:
        """Canonical names of the distributions that have releases."""
        return tuple(sorted(self._file.releases))

    @cached_property
    def _index(self) -> dict[str, dict[Version, str]]:
        return {}

    def _texts(self, distribution: str) -> dict[Version, str]:
        name = canonicalize_name(distribution)
        if name not in self._index:
            texts = {Version(text): text for text in self._file.releases.get(name, {})}
            self._index[name] = dict(sorted(texts.items()))
        return self._index[name]

    def get(self, distribution: str, version: str | Version) -> Release | None:
        """Return a release, by any spelling of its name and version; None for an unknown one."""
        try:
            wanted = Version(str(version))
        except InvalidVersion:
            return None
        name = canonicalize_name(distribution)
        text = self._texts(name).get(wanted)
        if text is None:
            return None
        if (name, wanted) not in self._known:
            row = msgspec.json.decode(self._file.releases[name][text], type=ReleaseRow)
            self._known[name, wanted] = Release(
                distribution=name,
                version=Version(text),
                uploaded=row.uploaded,
                yanked=row.yanked,
                wheels=tuple(self._wheel(wheel) for wheel in row.wheels),
            )
        return self._known[name, wanted]

    def versions(self, distribution: str) -> tuple[Version, ...]:
        """Return the stable versions of a distribution that have wheels, oldest first."""
        return tuple(self._texts(distribution))

    def sdist_only(self, distribution: str) -> tuple[Version, ...]:
        """Return the versions that were published without any wheel: they refuse to install."""
        return tuple(map(Version, self._file.sdist_only.get(canonicalize_name(distribution), ())))

    def latest_patch(self, distribution: str, minor: str) -> Release | None:
        """Return the newest release of a minor version ("2.6")."""
        wanted = Version(minor).release[:2]
        found = [version for version in self.versions(distribution) if version.release[:2] == wanted]
        return self.get(distribution, found[-1]) if found else None

    def _wheel(self, row: WheelRow) -> Wheel:
        python, abi, platform = row.tag.split("-")
        os, arch = platform_of(platform)
        metadata = msgspec.json.decode(self._file.metadata[row.metadata], type=MetadataRow)
        return Wheel(
            python=python,
            abi=abi,
            platforms=tuple(platform.split(".")),
            os=os,
            arch=arch,
            size=row.size,
            built=row.built,
            requires_python=metadata.requires_python,
            requires=tuple(self._file.requirements[index] for index in metadata.requires),
            extras=metadata.extras,
            inner_tags=row.inner_tags,
            build=self._build(row.build),
        )

    def _build(self, index: int) -> Build | None:
        if index < 0:
            return None
        if index not in self._builds:
            self._builds[index] = msgspec.json.decode(self._file.builds[index], type=Build)
        return self._builds[index]


def platform_of(tag: str) -> tuple[Os, str]:
    """Return the operating system and architecture of a (compressed) platform tag.

    Apple's old "intel" wheels carry 32-bit and 64-bit code and count as x86_64.
    """
    if tag == "any":
        return "any", "any"
    last = tag.rpartition(".")[2]
    if last.startswith("win"):
        return "windows", {"win_amd64": "x86_64", "win_arm64": "arm64"}.get(last, "i686")
    arch = next((arch for arch in ("x86_64", "aarch64", "arm64", "i686") if last.endswith(arch)), "x86_64")
    return ("macos" if last.startswith("macosx") else "linux"), arch
