"""Which arguments functions take by `**kwargs` in which release, from `compat_matrix/kwargs.json`."""

from typing import Final

import msgspec

from tfdoctor.matrix.harvested import Harvested, Head

FORMAT: Final = 1


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """Releases, places of the words that are taken and of those that may be, whether anything may be."""

    releases: int
    takes: int
    maybe: int
    open: int


class _File(Head, frozen=True, forbid_unknown_fields=True):
    releases: tuple[str, ...]
    words: tuple[str, ...]
    rows: dict[str, tuple[_Row, ...]]


class Kwargs(Harvested[_File], kind=_File, file="kwargs.json", format=FORMAT):
    """What no signature tells: the sources of the functions were read, and of those that they pass arguments on to."""

    def __init__(self, data: bytes) -> None:
        """Read the table; see `Harvested`."""
        super().__init__(data)
        self.releases = self._file.releases

    def names(self) -> tuple[str, ...]:
        """Return the canonical names of the functions."""
        return tuple(self._file.rows)

    def taken(self, name: str, minor: str) -> frozenset[str]:
        """Return the arguments that a function takes so."""
        row = self._row(name, minor)
        return frozenset(self._file.words[row.takes - 1].split()) if row else frozenset()

    def takes(self, name: str, argument: str, minor: str) -> bool | None:
        """Say whether a function takes an argument so; None where that is not known."""
        row = self._row(name, minor)
        if row is None:
            return None
        if argument in self._file.words[row.takes - 1].split():
            return True
        return None if row.open or argument in self._file.words[row.maybe - 1].split() else False

    def _row(self, name: str, minor: str) -> _Row | None:
        if minor not in self._file.releases:
            return None
        bit = 1 << self._file.releases.index(minor)
        return next((row for row in self._file.rows.get(name, ()) if row.releases & bit), None)
