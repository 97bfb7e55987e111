"""Which functions take a symbolic tensor of Keras in which release, from `compat_matrix/symbolic.json`."""

from collections.abc import Iterator
from typing import Final

import msgspec

from tfdoctor.matrix.harvested import decode

FORMAT: Final = 1


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    source: str
    checked: str
    releases: tuple[str, ...]
    takes: dict[str, int]


class Symbolic:
    """What can be called with the tensors that Input and layers give while a model is built: all were tried."""

    def __init__(self, data: bytes) -> None:
        """Read the table.

        Raises:
            MatrixError: it is none, or of a format that this tfdoctor does not read.
        """
        self._file = decode(data, _File, "symbolic.json", FORMAT)
        self.source, self.checked, self.releases = self._file.source, self._file.checked, self._file.releases

    def refused(self, before: str, after: str) -> Iterator[str]:
        """Yield the canonical names of functions that take one in the first release and not in the second."""
        if {before, after} <= set(self.releases):
            old, new = (1 << self.releases.index(minor) for minor in (before, after))
            yield from (name for name, bits in self._file.takes.items() if bits & old and not bits & new)
