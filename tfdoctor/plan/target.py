"""Which releases a target means, and what is to be said where it means none."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tfdoctor.errors import UsageError
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.matrix.releases import Release, Releases
from tfdoctor.plan.model import Target

# The distributions that carry TensorFlow itself, in the order in which they are tried.
DISTRIBUTIONS = ("tensorflow", "tensorflow-gpu", "tensorflow-macos", "tensorflow-aarch64")
_SYNONYMS = {*DISTRIBUTIONS, "tensorflow-cpu", "tensorflow-intel", "tensorflow-cpu-aws"}
PYTHON = re.compile(r"(?:cp|py|python)?\s*(\d)\.?(\d+)(?:\.\d+)*", re.IGNORECASE)  # "3.9", "3.9.18", "py39"
_AS_OF = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


@dataclass(frozen=True)
class Wanted:
    """A target, understood.

    Attributes:
        asked: the target as it was asked for.
        specifier: what the release has to satisfy; empty admits all.
        python: the minor version to use, or "".
        latest_day: ISO date; releases that were built later do not count. "" is no limit.
        distributions: those that carry TensorFlow and are asked for by name.
        lines: the user's requirements on TensorFlow itself, as written.
        others: those on other distributions.
        unknown: those on builds of TensorFlow that the matrix does not know (nightlies, vendors').
    """

    asked: Target
    specifier: SpecifierSet
    python: str
    latest_day: str
    distributions: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def means(self, version: Version) -> bool:
        """Whether the target asks for this release."""
        return self.specifier.contains(version, prereleases=True)


def understand(target: Target, holds: Callable[[Marker], bool] = lambda _: True) -> Wanted:
    """Read what the user wrote; `holds` says whether a requirement's marker holds on the machine.

    Raises:
        UsageError: a part cannot be read; the text names it.
    """
    specifier = _specifier(target.tensorflow)
    kinds: dict[str, list[str]] = {"tensorflow": [], "other": [], "unknown": []}
    distributions = []
    for text in (*target.extras, *target.requirements):
        need = _requirement(text)
        name = canonicalize_name(need.name)
        if name not in TENSORFLOW_DISTRIBUTIONS:
            kinds["other"].append(text)
        elif name not in _SYNONYMS:
            kinds["unknown"].append(text)
        elif need.marker is None or holds(need.marker):
            specifier &= need.specifier
            kinds["tensorflow"].append(text)
            distributions += [name] if name == "tensorflow-cpu" else []
    return Wanted(
        asked=target,
        specifier=specifier,
        python=_python(target.python),
        latest_day=_last_day(target.as_of),
        distributions=tuple(distributions),
        lines=tuple(kinds["tensorflow"]),
        others=tuple(kinds["other"]),
        unknown=tuple(kinds["unknown"]),
    )


def _specifier(text: str) -> SpecifierSet:
    """Read "2.6" (any 2.6), "2.6.0", "==2.6.*", ">=2.10,<2.13"; a bare number of three parts is that release."""
    plain = text.strip().removeprefix("tensorflow").strip().removeprefix("v")
    if not plain or plain in {"latest", "newest"}:
        return SpecifierSet()
    try:
        if plain[0].isdigit():
            number = plain.removesuffix(".*").removesuffix(".x")
            whole = len(Version(number).release) >= 3
            return SpecifierSet(f"=={number}" if whole else f"=={number}.*")
        return SpecifierSet(plain)
    except (InvalidSpecifier, InvalidVersion):
        raise UsageError(
            f"--target {text!r} is no version: write 2.6, 2.6.5 or a range such as '>=2.10,<2.13'"
        ) from None


def _requirement(text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"{text!r} is no requirement ({reason})") from None


def _python(text: str) -> str:
    if not text:
        return ""
    found = PYTHON.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--python {text!r} is no Python version: write 3.9")
    return f"{found[1]}.{found[2]}"


def _last_day(text: str) -> str:
    """The last day that "2021-06" or "2021-06-30" admits, as an ISO date."""
    if not text:
        return ""
    found = _AS_OF.fullmatch(text.strip())
    try:
        year, month, day = map(int, (found[1], found[2], found[3] or 0)) if found else (0, 0, 1)
        if day:
            return date(year, month, day).isoformat()
        return date(year, month, monthrange(year, month)[1]).isoformat()
    except ValueError:
        raise UsageError(f"--as-of {text!r} is no date: write 2021-06 or 2021-06-30") from None


def why_none(wanted: Wanted, releases: Releases) -> str | None:
    """Say why a target means no release that was ever published; None where it means one."""
    versions = published(releases)
    if any(wanted.means(version) for version in versions):
        return None
    if wanted.lines and all(_any(part, versions) for part in _parts(wanted)):
        said = [f"--target {wanted.asked.tensorflow}"] if wanted.asked.tensorflow else []
        return f"no release of TensorFlow answers to all of {', '.join((*said, *wanted.lines))}"
    text = wanted.asked.tensorflow or str(wanted.specifier)
    bare = [version for version in releases.sdist_only("tensorflow") if wanted.means(version)]
    if bare:
        return f"TensorFlow {bare[-1]} was published without any wheel: it refuses to install"
    same = _same_minor(text, versions)
    ends = f"; {same[0].release[0]}.{same[0].release[1]} has {_listed(same)}" if same else ""
    return f"no release of TensorFlow answers to {text!r}: there are {versions[0]} to {versions[-1]}{ends}"


def _parts(wanted: Wanted) -> list[SpecifierSet]:
    """What is asked of TensorFlow's release, one by one."""
    return [_specifier(wanted.asked.tensorflow), *(_requirement(line).specifier for line in wanted.lines)]


def _any(specifier: SpecifierSet, versions: tuple[Version, ...]) -> bool:
    return any(specifier.contains(version, prereleases=True) for version in versions)


def published(releases: Releases) -> tuple[Version, ...]:
    """All stable releases of TensorFlow on any platform, oldest first."""
    return tuple(sorted({version for name in DISTRIBUTIONS for version in releases.versions(name)}))


def admitted(release: Release, wanted: Wanted) -> bool:
    """Whether a release was there on the last day that the target admits."""
    return not wanted.latest_day or (release.built or "") <= wanted.latest_day


def _same_minor(text: str, versions: tuple[Version, ...]) -> list[Version]:
    found = re.search(r"\d+\.\d+", text)
    return [version for version in versions if found and version.release[:2] == Version(found.group()).release[:2]]


def _listed(versions: list[Version]) -> str:
    return ", ".join(str(version) for version in versions)
