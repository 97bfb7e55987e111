"""What is installed, as a resolver sees it: versions, who requires what, and which of it a repair may leave alone."""

from collections.abc import Iterator
from functools import cached_property

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.facts import Distribution, Overlap, Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.plan.place import Place
from tfdoctor.plan.resolution.asks import Need, needs
from tfdoctor.plan.resolution.pool import Pool
from tfdoctor.rules._declared import ours
from tfdoctor.versions import release as read_release

NUMPY_1 = "numpy<2"
_NUMPY_2 = Version("2.0.0rc1")
_AFTER_NUMPY_1 = {f"cp3{minor}" for minor in range(13, 20)}


class Present:
    """The distributions of an environment and their requirements.

    Attributes:
        matrix: the tables.
        place: the interpreter on its platform.
        complete: whether all that is installed is known.
        distributions: what an import would use, by canonical name.
        overlaps: distributions that share files.
        built: names of those that are taken to require NumPy 1, whose compiled code they may be built for.
    """

    def __init__(self, snapshot: Snapshot, matrix: Matrix, place: Place) -> None:
        """Look at what is installed in `snapshot`."""
        self.matrix = matrix
        self.place = place
        # Of a ticket only a few distributions are known: what it does not name may well be there.
        self.complete = snapshot.origin == "machine" and known(snapshot.installation.distributions) is not None
        self.distributions: dict[str, Distribution] = {}
        for item in known(snapshot.installation.distributions) or ():
            if not item.shadowed:
                self.distributions.setdefault(canonicalize_name(item.name), item)
        self.overlaps: tuple[Overlap, ...] = tuple(
            one for one in known(snapshot.installation.overlaps) or () if not _namespace(one)
        )
        self.built: frozenset[str] = frozenset(self._built())
        for name in self.built:
            item = self.distributions[name]
            lines = (*(known(item.requires) or self._requires(name) or ()), NUMPY_1)
            self.distributions[name] = msgspec.structs.replace(item, requires=lines)

    @property
    def _pool(self) -> Pool:
        return Pool(self.matrix, self.place, self.distributions, {})

    def _requires(self, name: str) -> tuple[str, ...] | None:
        candidate = self._pool.present(name)
        return candidate.requires if candidate is not None else None

    def _built(self) -> Iterator[str]:
        """Yield the distributions whose compiled code may be for the NumPy 1 that is there: it fails with NumPy 2.

        Source: https://numpy.org/devdocs/dev/depending_on_numpy.html#numpy-2-0-specific-advice
        """
        numpy = self.distributions.get("numpy")
        version = read_release(known(numpy.version)) if numpy is not None else None
        if version is None or version >= _NUMPY_2:
            return
        for name in self.distributions.keys() - {*TENSORFLOW_DISTRIBUTIONS, "numpy"}:
            wanted = [need.name for need in needs(self._requires(name) or (), name, self.place)]
            if "numpy" in wanted and not self._serves_both(name):
                yield name

    def _serves_both(self, name: str) -> bool:
        """Whether the installed release has no compiled code, or was built when there was NumPy 2.

        CPython 3.13 never had a NumPy 1: who has files for it was built with NumPy 2, and that code works with both.
        """
        version = read_release(known(self.distributions[name].version))
        row = self.matrix.index.get(name, version) if version is not None else None
        kinds = [wheel.split() for wheel in row.wheels] if row is not None else []
        return any(kind[0] == "any" or not _AFTER_NUMPY_1.isdisjoint(kind) for kind in kinds)

    @cached_property
    def versions(self) -> dict[str, Version]:
        """The installed versions that are known."""
        found = {name: read_release(known(item.version)) for name, item in self.distributions.items()}
        return {name: version for name, version in found.items() if version is not None}

    @cached_property
    def needs(self) -> dict[str, tuple[Need, ...]]:
        """The requirements of each distribution that hold here, without those of extras."""
        found = {}
        for name in self.distributions:
            candidate = self._pool.present(name)
            lines = candidate.requires if candidate is not None else None
            found[name] = tuple(needs(lines or (), str(candidate), self.place))
        return found

    @property
    def family(self) -> frozenset[str]:
        """TensorFlow and what belongs to it: the distributions whose unmet requirements a diagnosis tells."""
        return frozenset(name for name in self.distributions if ours(name) or name in TENSORFLOW_DISTRIBUTIONS)

    def movable(self, name: str) -> bool:
        """Whether other versions than the installed one are known."""
        return self._pool.movable(name)

    def reached(self, start: str) -> frozenset[str]:
        """Return what a distribution requires, directly or not, as far as it is installed."""
        found: set[str] = set()
        waiting = [start]
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.distributions:
                found.add(name)
                waiting += [need.name for need in self.needs[name]]
        return frozenset(found)

    def unmet(self, name: str, versions: dict[str, Version] | None = None) -> Iterator[Need]:
        """Yield the requirements of a distribution that installed (or given) versions do not meet."""
        have = self.versions if versions is None else versions
        for need in self.needs.get(name, ()):
            version = have.get(need.name)
            if version is not None and not need.declared(version):
                yield need


def _namespace(overlap: Overlap) -> bool:
    """Whether distributions only share the marker files of a namespace."""
    return overlap.files <= 3 and known(overlap.differing) == 0
