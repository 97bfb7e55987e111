"""What no documentation tells and programs use all the same, modules and attributes: `compat_matrix/inner.json`."""

from collections.abc import Iterator
from typing import Final

from tfdoctor.matrix.harvested import Harvested, Head

FORMAT: Final = 1
_STAR: Final = "*"  # a module that brings names from another one: which ones is not known
_FIXED: Final = "="  # before the name of a property that can't be assigned to
# Classes that were not asked themselves: the examples that stand for them.
_EXAMPLES: Final = {
    "tf.keras.Model": ("functional", "subclass"),
    "tf.keras.optimizers.Optimizer": ("tf.keras.optimizers.",),
    "tf.keras.metrics.Metric": ("tf.keras.metrics.",),
    "tf.keras.losses.Loss": ("tf.keras.losses.",),
}
Owner = tuple[int, dict[str, int]]


class _File(Head, frozen=True, forbid_unknown_fields=True):
    releases: tuple[str, ...]
    sets: tuple[int, ...]
    modules: dict[str, Owner]
    objects: dict[str, Owner]


class Inner(Harvested[_File], kind=_File, file="inner.json", format=FORMAT):
    """Which release has what. What all releases have alike is not in the table, so that nothing is known of it."""

    def __init__(self, data: bytes) -> None:
        """Read the table; see `Harvested`."""
        super().__init__(data)
        self.releases = self._file.releases

    def lost(self, name: str, before: str, after: str) -> tuple[str, bool]:
        """Return the part of a dotted name that the first release has as a module, or in one, and the second has not.

        "keras.engine" of "keras.engine.data_adapter"; "" where nothing is known to be lost. And whether that is sure:
        a star import may still bring it.
        """
        modules, parts = self._file.modules, name.split(".")
        for end in range(2, len(parts) + 1):
            path, (around, _, last) = ".".join(parts[:end]), ".".join(parts[:end]).rpartition(".")
            if path in modules and self._in(modules[path][0], before) and not self._in(modules[path][0], after):
                return path, True
            whole, names = modules.get(around, (0, {}))
            had = last in names and path not in modules and self._in(names[last], before)
            if had and self._in(whole, after) and not self._in(names[last], after):
                return path, not (_STAR in names and self._in(names[_STAR], after))
        return "", True

    def has(self, owner: str, name: str, minor: str) -> bool | None:
        """Say whether objects of a class have an attribute in a release; None where that is not known.

        Args:
            owner: the canonical name of the class.
            name: the attribute.
            minor: the release.
        """
        told = [
            self._in(names[name], minor)
            for bits, names in self._examples(owner)
            if self._in(bits, minor) and name in names
        ]
        return any(told) if told else None

    def fixed(self, owner: str, name: str, minor: str) -> bool:
        """Say whether an attribute of the objects of a class can't be assigned to."""
        return self.has(owner, f"{_FIXED}{name}", minor) is True

    def always(self, owner: str, name: str, minor: str) -> bool:
        """Say whether all examples of a class that ever had an attribute have it in a release."""
        return all(
            self._in(names[name], minor)
            for bits, names in self._examples(owner)
            if self._in(bits, minor) and name in names
        )

    def _examples(self, owner: str) -> Iterator[Owner]:
        starts = _EXAMPLES.get(owner, ())
        for each, row in self._file.objects.items():
            if each == owner or (starts and each.startswith(starts)):
                yield row

    def _in(self, place: int, minor: str) -> bool:
        return minor in self.releases and bool(self._file.sets[place] & 1 << self.releases.index(minor))
