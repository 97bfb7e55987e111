"""Which functions take a symbolic tensor of Keras in which release, from `compat_matrix/symbolic.json`."""

from collections.abc import Iterator
from typing import Final

from tfdoctor.matrix.harvested import Harvested, Head

FORMAT: Final = 1


class _File(Head, frozen=True, forbid_unknown_fields=True):
    releases: tuple[str, ...]
    takes: dict[str, int]


class Symbolic(Harvested[_File], kind=_File, file="symbolic.json", format=FORMAT):
    """What can be called with the tensors that Input and layers give while a model is built: all were tried."""

    def __init__(self, data: bytes) -> None:
        """Read the table; see `Harvested`."""
        super().__init__(data)
        self.releases = self._file.releases

    def refused(self, before: str, after: str) -> Iterator[str]:
        """Yield the canonical names of functions that take one in the first release and not in the second."""
        if {before, after} <= set(self.releases):
            old, new = (1 << self.releases.index(minor) for minor in (before, after))
            yield from (name for name, bits in self._file.takes.items() if bits & old and not bits & new)
