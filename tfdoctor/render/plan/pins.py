"""The pins of a plan: their lines, their files and hashes, and what the release's own metadata says against them."""

from collections.abc import Iterator

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from tfdoctor.errors import MatrixError, UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import Lock, LockedFile, Pin
from tfdoctor.plan.model import Plan
from tfdoctor.render.plan import _words

_NEWEST_GLIBC = "2.39"


def files(plan: Plan, matrix: Matrix) -> dict[str, LockedFile]:
    """Return the file of every pin, by the pin's line.

    Raises:
        UsageError: the file of a pin is not known; nothing is given by halves.
    """
    found = dict(_known(plan, matrix))
    missing = [line for line in plan.requirements if line not in found]
    if missing:
        raise UsageError(
            f"the files of {', '.join(missing)} are not in the compatibility matrix, so their hashes are not known;"
            " ask for requirements without hashes"
        )
    return found


def download(plan: Plan, matrix: Matrix) -> int:
    """Return the bytes of what the plan's steps install, as far as the sizes are known."""
    wanted = {line for step in plan.steps for line in step.requirements}
    return sum(file.size or 0 for line, file in _known(plan, matrix) if line in wanted)


def _known(plan: Plan, matrix: Matrix) -> Iterator[tuple[str, LockedFile]]:
    held_by = lock(plan, matrix)
    newest = msgspec.structs.replace(held_by, glibc=_NEWEST_GLIBC if held_by.glibc else None)
    for line in plan.requirements:
        # GPU libraries and companions can be for newer systems than the lock: the planner saw to it that they fit.
        held = _of(line, held_by, matrix) or _of(line, newest, matrix)
        if held:
            yield line, held[0]


def _of(line: str, held_by: Lock, matrix: Matrix) -> tuple[LockedFile, ...]:
    try:
        return matrix.locks.with_files(msgspec.structs.replace(held_by, pins=(exact(line),))).pins[0].files
    except MatrixError:  # no lock has this pin
        return ()


def against_metadata(plan: Plan, matrix: Matrix) -> Iterator[str]:
    """Yield what the wheel's metadata asks for and the pins do not follow, as "X asks for A, this plan has B"."""
    chosen = plan.chosen
    release = matrix.releases.get(chosen.distribution, chosen.version)
    wheel = release.wheel(_words.python_minor(plan), chosen.os, chosen.arch) if release else None
    have = {pin.name: pin.version for pin in map(_pin, plan.requirements) if pin}
    for line in wheel.requires if wheel else ():
        try:
            wanted = Requirement(line)
        except InvalidRequirement:  # old metadata is not always readable; pip does not follow it either
            continue
        if wanted.marker is not None and not wanted.marker.evaluate(_environment(plan)):
            continue
        version = have.get(canonicalize_name(wanted.name))
        if version is not None and not wanted.specifier.contains(version, prereleases=True):
            yield f"{chosen.distribution} asks for {wanted.name}{wanted.specifier}, this plan has {version}"


_SYSTEM = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}


_MACHINE = {("windows", "x86_64"): "AMD64"}


def _environment(plan: Plan) -> dict[str, str]:
    """Return the values of PEP 508 markers on the plan's machine."""
    chosen, minor = plan.chosen, _words.python_minor(plan)
    return _SYSTEM.get(chosen.os, {}) | {
        "python_version": minor,
        "python_full_version": f"{minor}.0",
        "platform_machine": machine(plan),
        "extra": chosen.extra,
    }


def machine(plan: Plan) -> str:
    """Return the plan's architecture as markers name it there."""
    return _MACHINE.get((plan.chosen.os, plan.chosen.arch), plan.chosen.arch)


def exact(line: str) -> Pin:
    """Return a requirement as a name and a version.

    Raises:
        UsageError: it is no exact pin.
    """
    pin = _pin(line)
    if pin is None:
        raise UsageError(f"{line} is no exact pin: ask for requirements without hashes")
    return pin


def _pin(line: str) -> Pin | None:
    wanted = Requirement(line)
    parts = list(wanted.specifier)
    if wanted.url or len(parts) != 1 or parts[0].operator != "==" or parts[0].version.endswith("*"):
        return None
    return Pin(canonicalize_name(wanted.name), parts[0].version)


def lock(plan: Plan, matrix: Matrix) -> Lock:
    """Return the lock of the plan's release; an empty one where the plan was made without any."""
    chosen, minor = plan.chosen, _words.python_minor(plan)
    found = matrix.locks.get(chosen.distribution, chosen.version, minor, chosen.platform, chosen.extra)
    if isinstance(found, Lock):
        return found
    return Lock(
        distribution=chosen.distribution,
        version=chosen.version,
        python=minor,
        platform=chosen.platform,
        extra=chosen.extra,
        pins=(),
        basis="resolved",
        evidence=None,
        glibc=None,
        macos=None,
        sdists=(),
    )
