"""Which wheels exist for an interpreter and a platform, and what a failed installation asked for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.matrix.releases import Release, Releases, Wheel
from tfdoctor.rules._case import Case, logged
from tfdoctor.versions import dotted
from tfdoctor.versions import release as read_release

_FAILURES = (
    "no-candidate", "wheel-refused", "python-refused", "no-wheel-tag", "no-wheel-here", "conda-demands-python",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An installation that failed or that somebody wants.

    `specifier` is "" where any version would do; `offered` are the versions that the index offered to this
    interpreter: None where nobody says, empty where it had none.
    """

    distribution: str
    specifier: str
    offered: tuple[Version, ...] | None
    events: tuple[Event, ...]
    evidence: tuple[Evidence, ...]

    @property
    def logged(self) -> bool:
        """Whether a log shows it."""
        return bool(self.events)

    @property
    def open(self) -> bool:
        """Whether a log shows that nothing at all was offered though many releases would do."""
        return self.logged and not self.specifier.startswith("==") and not self.offered

    @property
    def text(self) -> str:
        """The requirement as text."""
        return f"{self.distribution}{self.specifier}"


def failure(case: Case) -> Failure | None:
    """Return the installation of TensorFlow that failed, by the log or as the ticket says it."""
    events = tuple(event for event in case.events.of(*_FAILURES) if _is_tensorflow(_name(event)))
    wanted = case.wanted
    if not events and wanted is None:
        return None
    named = _name(events[0]) if events else (case.distribution or "tensorflow")
    specifier = next((text for text in map(_specifier, events) if text), "")
    if wanted is not None:
        specifier = f"=={wanted}"
    lists = [event["offered"] for event in events if "offered" in event.values]
    stated = (Evidence(fact="tensorflow.wanted", value=str(wanted), source="ticket"),) if wanted is not None else ()
    name = named if named in TENSORFLOW_DISTRIBUTIONS else "tensorflow"
    return Failure(
        distribution=name,
        specifier=specifier,
        offered=_versions(lists[0]) if lists else None,
        events=events,
        evidence=(*logged(events[:2]), *stated),
    )


def other_failures(case: Case) -> tuple[Failure, ...]:
    """Return the failed installations of other distributions than TensorFlow."""
    found: dict[str, Failure] = {}
    for event in case.events.of("no-candidate", "no-wheel-here", "no-wheel-tag", "wheel-refused"):
        name = _name(event)
        if name and not _is_tensorflow(name) and name not in found:
            found[name] = Failure(
                distribution=name,
                specifier=_specifier(event),
                offered=_versions(event["offered"]) if "offered" in event.values else None,
                events=(event,),
                evidence=logged((event,)),
            )
    return tuple(found.values())


def _is_tensorflow(name: str) -> bool:
    return name in TENSORFLOW_DISTRIBUTIONS


def _name(event: Event) -> str:
    text = event["distribution"] or event["requirement"] or event["wheel"].partition("-")[0]
    found = re.match(r"[A-Za-z0-9][\w.-]*?(?=\[|\s|[<>=!~]|$)", text)
    return canonicalize_name(found.group()) if found else ""


def _specifier(event: Event) -> str:
    if event["version"] and event.kind in {"no-candidate", "no-wheel-here"}:
        return f"=={event['version']}"
    if event["wheel"]:
        parts = event["wheel"].split("-")
        return f"=={parts[1]}" if len(parts) > 4 else ""
    if event.kind == "conda-demands-python":
        version = read_release(event["spec"].strip("=").split("|")[0])
        return f"=={version}" if version else ""
    try:
        return str(Requirement(event["requirement"]).specifier) if event["requirement"] else ""
    except InvalidRequirement:
        return ""


def _versions(text: str) -> tuple[Version, ...]:
    found = []
    for part in text.split(","):
        try:
            found.append(Version(part.strip()))
        except InvalidVersion:
            continue
    return tuple(found)


# --- wheels -------------------------------------------------------------------------------------------


def candidates(case: Case, asked: Failure) -> tuple[Release, ...]:
    """Return the releases that a requirement admits; a pre-release stands for the release that it leads to."""
    return _candidates(case.matrix.releases, asked.distribution, asked.specifier)


@lru_cache(maxsize=64)
def _candidates(releases: Releases, distribution: str, specifier: str) -> tuple[Release, ...]:
    versions = releases.versions(distribution)
    if specifier:
        pinned = read_release(specifier.removeprefix("==")) if specifier.startswith("==") else None
        if pinned is not None and "," not in specifier:
            versions = tuple(version for version in versions if _same(version, pinned))
        else:
            versions = tuple(version for version in versions if SpecifierSet(specifier).contains(version))
    found = (releases.get(distribution, version) for version in versions)
    return tuple(row for row in found if row is not None)


def _same(version: Version, pinned: Version) -> bool:
    """Whether a pin means this release: "2.9" is any 2.9, "2.0.0rc1" leads to 2.0.0."""
    if len(pinned.release) < 3:
        return version.release[: len(pinned.release)] == pinned.release
    return version == Version(pinned.base_version)


def wheels(releases: Iterable[Release], python: str | None, os: str | None, arch: str | None) -> tuple[Wheel, ...]:
    """Return the wheels for an interpreter ("3.9") and a platform; None admits any."""
    return tuple(
        wheel
        for release in releases
        for wheel in release.wheels
        if (python is None or wheel.python_version in {python, "3"})
        and (os is None or wheel.os in {os, "any"})
        and (arch is None or wheel.arch in {arch, "any"})
    )


def python_text(case: Case) -> str | None:
    """The patient's Python as "3.9", by the facts or by the log."""
    if case.python is not None:
        return f"{case.python.major}.{case.python.minor}"
    for event in case.events.of("running-on", "python-refused", "pip-version"):
        if event["python"]:
            return ".".join(event["python"].split(".")[:2])
        tag = re.fullmatch(r"cp(\d)(\d+)t?", event["tag"])
        if tag:
            return f"{tag[1]}.{tag[2]}"
    return None


def bits(case: Case) -> int | None:
    """The width of the interpreter, by the facts, its architecture or the log."""
    stated = known(case.snapshot.interpreter.bits)
    if stated is not None:
        return stated
    if case.arch in {"i686", "i386", "x86"}:
        return 32
    for event in case.events.of("interpreter-bits"):
        return int(event["bits"])
    return 32 if narrow_process(case) is not None else None


def narrow_process(case: Case) -> Event | None:
    """The message of a Mac of before Apple silicon that TensorFlow's library is of the wrong architecture: 64 bits."""
    if not before_apple_silicon(case):
        return None
    found = case.events.of("wrong-architecture")
    return next((event for event in found if "mach-o" in event.text and "tensorflow" in event.text), None)


def before_apple_silicon(case: Case) -> bool:
    """Whether this is a Mac of before Apple's own processors: it has macOS 10, or runs Python 2.

    Source: https://support.apple.com/en-us/116943 (they came with macOS 11).
    """
    system = dotted(known(case.snapshot.system.os_version))
    old_system = system is not None and system.numbers < (11,) and system.numbers != (10, 16)
    return case.os == "macos" and (old_system or (case.python is not None and case.python.major < 3))


def pip_version(case: Case) -> Version | None:
    """The version of pip, by the facts or the log."""
    stated = read_release(known(case.snapshot.interpreter.pip_version))
    if stated is not None:
        return stated
    event = case.events.first("pip-version")
    return read_release(event["version"]) if event else None


def pip_needed(case: Case, wheel: Wheel) -> Version | None:
    """Return the oldest pip that accepts a wheel, by the oldest of its tags; None where any pip does."""
    needs = [case.matrix.platforms.pip(tag) for tag in wheel.platforms]
    found = [Version(need) for need in needs if need is not None]
    return min(found) if found and len(found) == len(needs) else None


def pythons_text(found: Iterable[Wheel]) -> str:
    """The interpreters of some wheels in words: "3.9 to 3.12"."""
    versions = sorted({wheel.python_version for wheel in found}, key=lambda text: tuple(map(int, text.split("."))))
    if len(versions) > 1:
        return f"{versions[0]} to {versions[-1]}"
    return versions[0] if versions else "none"


def newest(found: Iterable[Wheel]) -> str:
    """The newest interpreter of some wheels."""
    versions = {wheel.python_version for wheel in found}
    return max(versions, key=lambda text: tuple(map(int, text.split("."))), default="")


def first(releases: Iterable[Release], found: Iterable[Wheel]) -> Version:
    """The oldest release that has one of the wheels; there must be one."""
    wanted = set(map(id, found))
    return min(row.version for row in releases if any(id(wheel) in wanted for wheel in row.wheels))


def usual(case: Case) -> bool:
    """Whether C library and pip are such that every release of the last years would be offered."""
    pip = pip_version(case)
    modern = pip is None or pip >= Version("19.3")
    plain = known(case.snapshot.system.libc) != "musl" and not case.events.of("macos-10-16")
    return modern and plain and case.os is not None
