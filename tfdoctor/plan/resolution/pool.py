"""The releases that a resolver may take: what is installed, what is preferred, what the bundled index has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from tfdoctor.facts import Distribution, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.index import Indexed
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.plan.place import Place


@dataclass(frozen=True, slots=True)
class Candidate:
    """One release that may be taken. `requires` is None where its requirements are not known."""

    name: str
    version: Version
    extras: frozenset[str] = frozenset()
    requires: tuple[str, ...] | None = field(default=(), compare=False)
    installed: bool = field(default=False, compare=False)
    sdist: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def having(self, extras: frozenset[str]) -> "Candidate":
        """Return the same release, with extras."""
        if not extras:
            return self
        return Candidate(self.name, self.version, extras, self.requires, self.installed, self.sdist)


class Pool:
    """All candidates of one question.

    Attributes:
        place: where they are to be installed.
        installed: what is there, by canonical name.
        preferred: versions that are tried before others, in their order, by canonical name.
    """

    def __init__(
        self,
        matrix: Matrix,
        place: Place,
        installed: Mapping[str, Distribution],
        preferred: Mapping[str, tuple[Version, ...]],
    ) -> None:
        """Use the index and the releases of `matrix`."""
        self.matrix = matrix
        self.place = place
        self.installed = installed
        self.preferred = preferred

    def knows(self, name: str) -> bool:
        """Whether anything is known of a distribution."""
        return name in self.installed or name in TENSORFLOW_DISTRIBUTIONS or name in self.matrix.index

    def prefers(self, name: str, version: Version) -> bool:
        """Whether a version is among the preferred ones."""
        return version in self.preferred.get(name, ())

    def movable(self, name: str) -> bool:
        """Whether another version than the installed one could be taken."""
        return name in self.matrix.index or bool(self.matrix.releases.versions(name))

    def present(self, name: str) -> Candidate | None:
        """Return what is installed of a distribution."""
        item = self.installed.get(name)
        text = known(item.version) if item is not None else None
        if item is None or text is None:
            return None
        try:
            version = Version(text)
        except InvalidVersion:
            return None
        requires = known(item.requires)
        if requires is None:
            indexed = self.matrix.index.get(name, version)
            requires = indexed.requires if indexed is not None else self._released(name, version)
        return Candidate(name, version, requires=requires, installed=True)

    def _released(self, name: str, version: Version) -> tuple[str, ...] | None:
        release = self.matrix.releases.get(name, version)
        wheel = release.wheel(self.place.minor, self.place.os, self.place.arch) if release is not None else None
        return wheel.requires if wheel is not None else None

    def candidates(self, name: str) -> Iterator[Candidate]:
        """Yield the candidates of a distribution: what is installed, what is preferred, then the newest first."""
        present = self.present(name)
        if present is not None:
            yield present
        usable = self.usable(name)
        first = [one for wanted in self.preferred.get(name, ()) for one in usable if one.version == wanted]
        seen = {one.version for one in first} | ({present.version} if present is not None else set())
        yield from (one for one in first if present is None or one.version != present.version)
        yield from (one for one in usable if one.version not in seen)

    def usable(self, name: str) -> tuple[Candidate, ...]:
        """Return the releases that can be installed here, newest first, those that have to be built last."""
        return usable(self.matrix, self.place, name)


@lru_cache(maxsize=2048)  # one question is asked several times, each time of a new Pool
def usable(matrix: Matrix, place: Place, name: str) -> tuple[Candidate, ...]:
    """Return the releases of a distribution that can be installed at a place, newest first, sources last."""
    if name in TENSORFLOW_DISTRIBUTIONS:
        return tuple(_tensorflows(matrix, place, name))
    rows = [one for row in matrix.index.releases(name) if (one := _indexed(row, place)) is not None]
    return tuple(sorted(rows, key=lambda one: one.sdist))


def _tensorflows(matrix: Matrix, place: Place, name: str) -> Iterator[Candidate]:
    for version in reversed(matrix.releases.versions(name)):
        release = matrix.releases.get(name, version)
        wheel = release.wheel(place.minor, place.os, place.arch) if release is not None else None
        if wheel is not None and any(map(place.takes, wheel.platforms)):
            yield Candidate(name, version, requires=wheel.requires)


def _indexed(row: Indexed, place: Place) -> Candidate | None:
    if row.yanked or not _admits(row.requires_python, place.python):
        return None
    wheel = any(map(place.fits, row.wheels))
    if not wheel and (row.wheels or not row.sdist):
        return None  # a release with wheels for others is native code that would have to be compiled
    return Candidate(row.name, row.version, requires=row.requires if row.read else None, sdist=not wheel)


@lru_cache(maxsize=2048)
def _admits(specifier: str, python: Version) -> bool:
    try:
        return not specifier or SpecifierSet(specifier).contains(python, prereleases=True)
    except InvalidSpecifier:  # ">=3.6.*" and the like, which installers of their time accepted
        return True
