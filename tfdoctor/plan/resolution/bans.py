"""Which versions must not be taken beside one TensorFlow: by measurements, by companions' needs, by a plan's wish."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.bounds import BREAKING, Bound
from tfdoctor.plan.place import Place
from tfdoctor.plan.resolution.asks import Ban, Need
from tfdoctor.versions import within


def excludes(bound: Bound) -> bool:
    """Whether a bound forbids its versions; a warning does not, nor what few models meet (dicts in a model)."""
    return bound.row.effect in BREAKING or (bound.row.effect == "feature" and bound.row.feature != "tracked_dict")


def troubles(bound: Bound) -> bool:
    """Whether a bound's versions are better avoided."""
    return bound.row.effect != "none" and not excludes(bound)


class Bans:
    """All bans for one TensorFlow at one place; `tensorflow` is None where none is to be there."""

    def __init__(
        self,
        matrix: Matrix,
        place: Place,
        tensorflow: tuple[str, Version] | None,
        further: Iterable[Ban] = (),
        serving: frozenset[str] = frozenset(),
    ) -> None:
        """Use the bounds and companions of `matrix`.

        Args:
            matrix: the tables.
            place: where all is to be installed.
            tensorflow: canonical name and version; None where none is to be there.
            further: bans of the one who asks.
            serving: companions that have to work with TensorFlow where they could do without.
        """
        self._matrix = matrix
        self._serving = serving
        self._place = place
        self.tensorflow = tensorflow
        self._further: dict[str, list[Ban]] = {}
        for ban in further:
            self._further.setdefault(ban.name, []).append(ban)
        self._verdicts: dict[tuple[str, Version], Ban | None] = {}

    @property
    def by(self) -> str:
        """TensorFlow and its version, as conflicts name it."""
        return " ".join(map(str, self.tensorflow)) if self.tensorflow else ""

    @cached_property
    def _bounds(self) -> dict[str, list[Bound]]:
        found: dict[str, list[Bound]] = {}
        if self.tensorflow is not None:
            rows = self._matrix.bounds.for_tensorflow(self.tensorflow[1], self._place.python, self._place.os)
            for bound in rows:
                if not bound.row.when:  # what depends on others is judged when all versions are known
                    found.setdefault(bound.row.distribution, []).append(bound)
        return found

    def of(self, name: str, kind: Callable[[Bound], bool]) -> tuple[Bound, ...]:
        """Return the bounds of a dependency, without conditions, that are of some kind."""
        return tuple(bound for bound in self._bounds.get(name, ()) if kind(bound))

    def against(self, name: str, version: Version) -> Ban | None:
        """Return what forbids a version; None where nothing does."""
        key = (name, version)
        if key not in self._verdicts:
            self._verdicts[key] = next((ban for ban in self.all(name) if ban.hits(version)), None)
            if self._verdicts[key] is None:
                self._verdicts[key] = self._companion(name, version)
        return self._verdicts[key]

    def lifted(self, name: str) -> tuple[Bound, ...]:
        """Return the bounds that say: TensorFlow works with it, whatever its metadata says."""
        return self.of(name, lambda bound: bound.row.effect == "none")

    def all(self, name: str) -> tuple[Ban, ...]:
        """Return the bans on a distribution that do not depend on its version."""
        bounds = self.of(name, excludes)
        measured = (Ban(name, self.by, bounds[0].row.message, bounds),) if bounds else ()
        return (*self._further.get(name, ()), *measured)

    def fits(self, name: str, version: Version) -> bool | None:
        """Whether a release of a companion is known to fit this TensorFlow; None where nothing is known."""
        needed = self._matrix.companions.needs(name, str(version)) if self.tensorflow is not None else None
        return None if needed is None or self.tensorflow is None else within(self.tensorflow[1], needed)

    def _companion(self, name: str, version: Version) -> Ban | None:
        if self.fits(name, version) is not False or self._optional(name):
            return None
        needed = self._matrix.companions.needs(name, str(version))
        return Ban(name, self.by, f"{name} {version} needs TensorFlow {needed}", excluded=SpecifierSet(f"=={version}"))

    def _optional(self, name: str) -> bool:
        row = self._matrix.companions.get(name)
        return row is not None and row.link == "optional" and name not in self._serving

    def warned(self, name: str, version: Version) -> bool:
        """Whether TensorFlow works with a version but complains, or the version does not work with TensorFlow."""
        return any(bound.hits(version) for bound in self.of(name, troubles)) or self.fits(name, version) is False

    def required(self) -> Iterator[Need]:
        """Yield what has to be installed though TensorFlow's metadata does not say so."""
        for name in self._bounds:
            if any(bound.hits(None) for bound in self.of(name, excludes)):
                yield Need(name, SpecifierSet(), self.by)
