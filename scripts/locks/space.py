"""What there is to lock: every release with a wheel, per Python, platform and extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfdoctor.matrix import Matrix
    from tfdoctor.matrix.releases import Release

PYTHONS = tuple(f"3.{minor}" for minor in range(6, 14))
PLATFORMS = ("linux-x86_64", "linux-aarch64", "windows-x86_64", "macos-x86_64", "macos-arm64")
DISTRIBUTIONS = (
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tensorflow-macos",
    "tensorflow-aarch64",
    "tensorflow-cpu-aws",
)
OLDEST = Version("1.4")
OPTIONAL_TENSORBOARD = Version("2.21")


class Target(msgspec.Struct, frozen=True, order=True):
    """One thing to lock."""

    distribution: str
    version: str
    python: str
    platform: str
    extra: str = ""

    def __str__(self) -> str:
        extra = f"[{self.extra}]" if self.extra else ""
        return f"{self.distribution}{extra} {self.version} cp{self.python.replace('.', '')} {self.platform}"

    @property
    def os(self) -> str:
        """The operating system."""
        return self.platform.partition("-")[0]

    @property
    def arch(self) -> str:
        """The architecture."""
        return self.platform.partition("-")[2]

    @property
    def roots(self) -> list[str]:
        """The requirements that a user would write."""
        if self.extra == "and-cuda":
            return [f"{self.distribution}[and-cuda]=={self.version}"]
        return [f"{self.distribution}=={self.version}", *([self.extra] if self.extra else [])]


def targets(matrix: Matrix) -> Iterator[Target]:
    """Yield everything to lock: the distributions in their order, the newest release and Python first."""
    for distribution in DISTRIBUTIONS:
        for version in reversed(matrix.releases.versions(distribution)):
            release = matrix.releases.get(distribution, version)
            if release is not None and version >= OLDEST:
                yield from _of(release)


def _of(release: Release) -> Iterator[Target]:
    name, version = release.distribution, str(release.version)
    for platform in PLATFORMS:
        os, _, arch = platform.partition("-")
        for python in reversed([python for python in release.pythons(os, arch) if python in PYTHONS]):
            wheel = release.wheel(python, os, arch)
            yield Target(name, version, python, platform)
            if name == "tensorflow" and platform == "linux-x86_64" and wheel and "and-cuda" in wheel.extras:
                yield Target(name, version, python, platform, "and-cuda")
            if release.version >= OPTIONAL_TENSORBOARD:
                yield Target(name, version, python, platform, "tensorboard")
