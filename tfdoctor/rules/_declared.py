"""Declared requirements that the installed versions do not meet."""

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._dependencies import install
from tfdoctor.rules._markers import parse
from tfdoctor.rules._rule import Conclusion
from tfdoctor.versions import release as read_release

_PLATFORMS = {
    "linux": ("linux", "Linux", "posix"),
    "macos": ("darwin", "Darwin", "posix"),
    "windows": ("win32", "Windows", "nt"),
}
# What comes with TensorFlow or is built on it; others' quarrels are not ours.
_OURS = ("tensorflow", "tf-", "tensorboard", "keras", "jax", "ml-dtypes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A requirement that a distribution declares and an installed version does not meet."""

    name: str
    version: str
    dependency: str
    specifier: str
    found: Version
    source: str
    found_source: str
    events: tuple[Event, ...] = ()


def unmet(case: Case) -> Iterator[Unmet]:
    """Yield the unmet requirements of TensorFlow and its companions, those that pip names in the log first."""
    seen: set[tuple[str, str]] = set()
    for one in (*_in_log(case), *_in_metadata(case)):
        if (one.name, one.dependency) not in seen:
            seen.add((one.name, one.dependency))
            yield one


def ours(name: str) -> bool:
    """Whether a distribution belongs to TensorFlow's surroundings."""
    return name.startswith(_OURS)


def _in_log(case: Case) -> Iterator[Unmet]:
    for event in case.events.of("requirement-conflict"):
        name, dependency = canonicalize_name(event["name"]), canonicalize_name(event["dependency"])
        found = read_release(event["found"])
        if found is not None:
            yield Unmet(
                name=name or "a distribution", version=event["version"], dependency=dependency,
                specifier=event["specifier"].strip("() "), found=found, source="log", found_source="log",
                events=(event,),
            )  # fmt: skip


def _in_metadata(case: Case) -> Iterator[Unmet]:
    if case.tensorflow is not None and not case.tensorflow_distributions:  # its version alone is stated
        for text in _released(case):
            one = _check(case, case.distribution or "tensorflow", text, "matrix.releases")
            if one is not None:
                yield one
    for name, item in case.distributions.items():
        if not ours(name):
            continue
        requires = known(item.requires)
        source = item.location
        if requires is None and name == case.distribution:
            requires, source = _released(case), f"matrix.releases.{name}"
        for text in requires or ():
            one = _check(case, name, text, source)
            if one is not None:
                yield one


def held(case: Case, event: Event) -> bool:
    """Whether pip complains of a version that TensorFlow's own pin holds down."""
    found = read_release(event["found"])
    for text in (*_released(case), *_of_the_newest_patch(case)):
        requirement = parse(text)
        if requirement is not None and canonicalize_name(requirement.name) == canonicalize_name(event["dependency"]):
            capped = any(one.operator in {"<", "<=", "==", "~="} for one in requirement.specifier)
            if capped and found is not None and requirement.specifier.contains(found, prereleases=True):
                return True
    return False


def _of_the_newest_patch(case: Case) -> tuple[str, ...]:
    """What the newest patch requires, where a ticket states the minor alone: patches have pinned what was loose."""
    if case.tensorflow is None or len(case.tensorflow.release) != len(("major", "minor")):
        return ()
    newest = case.matrix.releases.latest_patch(case.distribution or "tensorflow", str(case.tensorflow))
    return newest.wheels[-1].requires if newest is not None and newest.wheels else ()


def _released(case: Case) -> tuple[str, ...]:
    """What the installed release requires; where the interpreter is not known, what all its wheels do."""
    if case.wheel is not None:
        return case.wheel.requires
    wheels = case.release.wheels if case.release is not None and case.python is None else ()
    here = [wheel for wheel in wheels if wheel.fits(case.os or "linux", case.arch or "x86_64")]
    return tuple(text for text in here[0].requires if all(text in wheel.requires for wheel in here)) if here else ()


def _check(case: Case, name: str, text: str, source: str) -> Unmet | None:
    requirement = parse(text)
    if requirement is None:
        return None
    dependency = canonicalize_name(requirement.name)
    found = case.versions.get(dependency)
    if found is None or requirement.specifier.contains(found, prereleases=True) or not _applies(case, requirement):
        return None
    item = case.distributions.get(dependency)
    return Unmet(
        name=name, version=str(case.versions.get(name) or case.tensorflow), dependency=dependency,
        specifier=str(requirement.specifier), found=found, source=source,
        found_source=item.location if item is not None else "log",
    )  # fmt: skip


def _applies(case: Case, requirement: Requirement) -> bool:
    """Whether the marker of a requirement holds in the patient; unknown counts as not."""
    if requirement.marker is None:
        return True
    if case.python is None or case.os not in _PLATFORMS:
        return False
    system, name, os_name = _PLATFORMS[case.os]
    environment = {
        "python_version": f"{case.python.major}.{case.python.minor}",
        "python_full_version": str(case.python),
        "sys_platform": system,
        "platform_system": name,
        "os_name": os_name,
        "platform_machine": _machine(case),
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    return requirement.marker.evaluate(environment)


def _machine(case: Case) -> str:
    arch = case.arch or "x86_64"
    return "AMD64" if case.os == "windows" and arch == "x86_64" else arch


def outside(one: Unmet) -> Conclusion:
    """Conclude that a declared requirement is not met, though it is not known to break anything."""
    return Conclusion(
        message=f"{one.name} {one.version} declares {one.dependency}{one.specifier}; {one.found} is installed.",
        evidence=(
            Evidence(fact=f"distributions.{one.dependency}", value=str(one.found), source=one.found_source),
            Evidence(
                fact=f"distributions.{one.name}.requires", value=f"{one.dependency}{one.specifier}", source=one.source
            ),
            *logged(one.events[:2]),
        ),
        remedies=(install(f"{one.dependency}{one.specifier}"),),
        symptom=bool(one.events),
    )
