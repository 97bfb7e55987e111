"""The stable releases and their wheels, as the package index lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from pypi_simple import PyPISimple

DISTRIBUTIONS = (
    "tensorflow",
    "tensorflow-aarch64",
    "tensorflow-cpu",
    "tensorflow-cpu-aws",
    "tensorflow-gpu",
    "tensorflow-intel",
    "tensorflow-macos",
)


class Listed(msgspec.Struct, frozen=True):
    """One wheel as the index lists it; `uploaded` is an ISO date where the index gives one."""

    distribution: str
    version: str
    filename: str
    url: str
    yanked: bool
    uploaded: str | None

    @property
    def tag(self) -> str:
        """The compressed tag triple of the file name, such as "cp39-cp39-manylinux2010_x86_64"."""
        return "-".join(self.filename.removesuffix(".whl").split("-")[-3:])

    @property
    def python(self) -> tuple[int, int]:
        """The interpreter of the file name as numbers, (3, 9) for cp39, (0, 0) for py3."""
        name = self.tag.partition("-")[0]
        digits = name.removeprefix("cp")
        return (int(digits[0]), int(digits[1:])) if digits.isdigit() and len(digits) > 1 else (0, 0)


class Listing(msgspec.Struct, frozen=True):
    """Everything stable that the index has of one distribution."""

    wheels: tuple[Listed, ...]
    sdist_only: tuple[str, ...]


def listing(client: PyPISimple, distribution: str) -> Listing:
    """Ask the index for one distribution's stable releases."""
    page = client.get_project_page(distribution)
    wheels, sdists = [], set()
    for package in page.packages:
        try:
            version = Version(package.version or "")
        except InvalidVersion:
            continue
        if version.is_prerelease:
            continue
        if package.package_type != "wheel":
            sdists.add(str(version))
            continue
        name, _, _, _ = parse_wheel_filename(package.filename)
        uploaded = package.upload_time.date().isoformat() if package.upload_time else None
        wheels.append(
            Listed(canonicalize_name(name), str(version), package.filename, package.url, package.is_yanked, uploaded)
        )
    wheels.sort(key=lambda wheel: (Version(wheel.version), wheel.python, wheel.filename))
    alone = sdists - {wheel.version for wheel in wheels}
    return Listing(tuple(wheels), tuple(sorted(alone, key=Version)))


def representatives(wheels: tuple[Listed, ...]) -> dict[str, str]:
    """Map each wheel's file name to the one that stands for its build.

    One build makes the wheels of all interpreters of a release and platform: the newest interpreter's
    wheel is read for it.
    """
    groups: dict[tuple[str, str], list[Listed]] = {}
    for wheel in wheels:
        groups.setdefault((wheel.version, wheel.tag.rpartition("-")[2]), []).append(wheel)
    return {
        wheel.filename: max(group, key=lambda one: (one.python, one.filename)).filename
        for group in groups.values()
        for wheel in group
    }
