"""What a resolver is asked to keep: requirements of somebody, and versions that must not be taken."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.matrix.bounds import Bound
from tfdoctor.plan.place import Place

YOU = "you"
_EXTRA = re.compile(r"\bextra\s*[=!<>i]")


@dataclass(frozen=True, eq=False, slots=True)
class Need:
    """A requirement, and whose it is.

    `lifted` are measured bounds that say: works although it is excluded. `admitted` are versions that are accepted
    though the specifier excludes them.
    """

    name: str
    specifier: SpecifierSet
    by: str
    extras: frozenset[str] = frozenset()
    lifted: tuple[Bound, ...] = ()
    admitted: frozenset[Version] = frozenset()

    @property
    def text(self) -> str:
        """The requirement as text."""
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        return f"{self.name}{extras}{self.specifier}"

    def declared(self, version: Version) -> bool:
        """Whether a version meets it to the letter."""
        return self.specifier.contains(version, prereleases=True)

    def admits(self, version: Version) -> bool:
        """Whether a version meets it, or is accepted all the same."""
        accepted = version in self.admitted or any(bound.hits(version) for bound in self.lifted)
        return accepted or self.declared(version)


@dataclass(frozen=True, eq=False, slots=True)
class Ban:
    """Versions that must not be taken, and whose word that is: by specifiers, or all (without any)."""

    name: str
    by: str
    because: str
    bounds: tuple[Bound, ...] = ()
    excluded: SpecifierSet | None = None

    def hits(self, version: Version) -> bool:
        """Whether a version is banned."""
        if not self.bounds and self.excluded is None:
            return True
        if self.excluded is not None and self.excluded.contains(version, prereleases=True):
            return True
        return any(bound.hits(version) for bound in self.bounds)

    @property
    def text(self) -> str:
        """What it excludes, as text."""
        texts = [bound.row.breaks for bound in self.bounds]
        if self.excluded is not None:
            texts.append(str(self.excluded))
        return f"{self.name} not {' or '.join(dict.fromkeys(texts))}" if texts else f"no {self.name}"


@lru_cache(maxsize=4096)
def parse(line: str) -> Requirement | None:
    """Read a PEP 508 requirement; None where it is none."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def needs(lines: Iterable[str], by: str, place: Place, extra: str = "") -> Iterator[Need]:
    """Yield the requirements that hold at a place; with an extra only those that it adds."""
    for line in lines:
        if (_EXTRA.search(line) is not None) is not bool(extra):  # most are of no use: they are not even parsed
            continue
        need = parse(line)
        if need is not None and place.holds(need.marker, extra):
            yield Need(canonicalize_name(need.name), need.specifier, by, frozenset(need.extras))
