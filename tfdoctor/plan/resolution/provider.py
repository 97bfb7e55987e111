"""What resolvelib asks: which candidates some requirements leave, and what a candidate requires itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from packaging.specifiers import SpecifierSet
from packaging.version import Version
from resolvelib import AbstractProvider
from resolvelib.structs import RequirementInformation

from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.plan.resolution.asks import Need, needs
from tfdoctor.plan.resolution.bans import Bans
from tfdoctor.plan.resolution.pool import Candidate, Pool

Key: TypeAlias = tuple[str, frozenset[str]]
Information: TypeAlias = RequirementInformation[Need, Candidate]
_PLAIN: frozenset[str] = frozenset()


class Provider(AbstractProvider[Need, Candidate, Key]):
    """The answers to resolvelib over a Pool, less what is banned.

    Attributes:
        unknown: requirements on distributions of which nothing is known, as they were met.
    """

    def __init__(
        self, pool: Pool, bans: Bans, held: Mapping[str, tuple[Need, ...]], mend: frozenset[str] = _PLAIN
    ) -> None:
        """Resolve over `pool` without what is banned.

        Args:
            pool: the candidates.
            bans: what must not be taken.
            held: requirements of distributions that are not resolved themselves, by the distribution required.
            mend: installed distributions whose requirements have to be met even where they are not met now.
        """
        self._pool = pool
        self._bans = bans
        self._held = held
        self._mend = mend
        self.unknown: dict[str, Need] = {}
        self._asked: dict[Candidate, tuple[Need, ...]] = {}

    # --- resolvelib's questions -----------------------------------------------------------------------

    def identify(self, requirement_or_candidate: Need | Candidate) -> Key:
        """Return the distribution and the extras that a requirement or a candidate is about."""
        return requirement_or_candidate.name, requirement_or_candidate.extras

    def get_preference(
        self,
        identifier: Key,
        resolutions: Mapping[Key, Candidate],  # noqa: ARG002  resolvelib passes these by name
        candidates: Mapping[Key, Iterator[Candidate]],  # noqa: ARG002
        information: Mapping[Key, Iterator[Information]],
        backtrack_causes: Sequence[Information],
    ) -> tuple[bool, bool, bool, str]:
        """Return what to decide first: what is in conflict, TensorFlow, what is pinned, then by name."""
        name = identifier[0]
        parties = {cause.requirement.name for cause in backtrack_causes}
        parties |= {cause.parent.name for cause in backtrack_causes if cause.parent is not None}
        pinned = any("==" in str(one.requirement.specifier) for one in information[identifier])
        return name not in parties, name not in TENSORFLOW_DISTRIBUTIONS, not pinned, name

    def find_matches(
        self,
        identifier: Key,
        requirements: Mapping[Key, Iterator[Need]],
        incompatibilities: Mapping[Key, Iterator[Candidate]],
    ) -> Callable[[], Iterator[Candidate]]:
        """Return the candidates that are left, best first; those that are merely tolerated come last."""
        name, extras = identifier
        asked = [*requirements[identifier], *self._held.get(name, ())]
        if extras:
            asked += list(requirements.get((name, _PLAIN), ()))
        barred = {one.version for one in incompatibilities[identifier]}
        return lambda: self._matches(name, extras, asked, barred)

    def is_satisfied_by(self, requirement: Need, candidate: Candidate) -> bool:
        """Whether a candidate meets a requirement."""
        return requirement.admits(candidate.version)

    def get_dependencies(self, candidate: Candidate) -> tuple[Need, ...]:
        """Return what a candidate requires."""
        if candidate not in self._asked:
            self._asked[candidate] = tuple(self._requirements(candidate))
        return self._asked[candidate]

    # --- answers --------------------------------------------------------------------------------------

    def _matches(
        self, name: str, extras: frozenset[str], asked: list[Need], barred: set[Version]
    ) -> Iterator[Candidate]:
        tolerated: list[Candidate] = []
        for one in self._pool.candidates(name):
            version = one.version
            if (
                version in barred
                or not all(need.admits(version) for need in asked)
                or self._bans.against(name, version)
            ):
                continue
            found = one.having(extras)
            if one.installed or self._pool.prefers(name, version) or self._spotless(one, asked):
                yield found
            else:
                tolerated.append(found)
        yield from tolerated

    def _spotless(self, candidate: Candidate, asked: list[Need]) -> bool:
        """Whether a candidate raises no warning and meets every requirement to the letter."""
        if self._bans.warned(candidate.name, candidate.version):
            return False
        return all(need.declared(candidate.version) for need in asked)

    def _requirements(self, candidate: Candidate) -> Iterator[Need]:
        by, lines, place = str(candidate), candidate.requires or (), self._pool.place
        row = self._pool.matrix.companions.get(candidate.name)
        if row is not None:
            lines = (*lines, *row.requires(candidate.version))
        if candidate.extras:
            yield Need(candidate.name, SpecifierSet(f"=={candidate.version}"), by)
            for extra in sorted(candidate.extras):
                yield from self._known(needs(lines, by, place, extra), candidate)
            return
        yield from self._known(needs(lines, by, place), candidate)
        if (candidate.name, candidate.version) == self._bans.tensorflow:
            yield from self._known(self._bans.required(), candidate)

    def _known(self, asked: Iterator[Need], candidate: Candidate) -> Iterator[Need]:
        for need in asked:
            one = self.adapt(need, candidate)
            if one is None:
                continue
            if self._pool.knows(one.name):
                yield one
            else:
                self.unknown.setdefault(one.text, one)

    def adapt(self, need: Need, candidate: Candidate | None = None) -> Need | None:
        """Return a requirement as it is meant; None where it is not meant at all."""
        if candidate is None:
            return self._renamed(need)
        if candidate.name in TENSORFLOW_DISTRIBUTIONS:
            lifted = self._bans.lifted(need.name)
            need = Need(need.name, need.specifier, need.by, need.extras, lifted, need.admitted) if lifted else need
        elif need.name in TENSORFLOW_DISTRIBUTIONS:
            if self._bans.fits(candidate.name, candidate.version):
                return None  # the matrix knows better than the metadata
            need = self._renamed(need)
        if candidate.installed and candidate.name not in self._mend:
            present = self._pool.present(need.name)
            if present is not None and not need.admits(present.version):  # it is so already, and nobody minds
                admitted = frozenset({present.version})
                return Need(need.name, need.specifier, need.by, need.extras, need.lifted, admitted)
        return need

    def _renamed(self, need: Need) -> Need:
        """Return a requirement on any TensorFlow as one on the TensorFlow that is there."""
        tensorflow = self._bans.tensorflow
        if tensorflow is None or need.name not in TENSORFLOW_DISTRIBUTIONS or need.name == tensorflow[0]:
            return need
        return Need(tensorflow[0], need.specifier, need.by, need.extras, need.lifted, need.admitted)
