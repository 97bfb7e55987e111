"""FlatBuffers, read by places in a source: a table is a place, its fields are found through its list of offsets."""

import struct
from collections.abc import Iterator
from typing import Final

from tfdoctor.model.read.source import Bytes, DamagedError, Source

_STRING: Final = 1 << 16
_FIELDS: Final = 256


class Table:
    """A table in a FlatBuffer.

    Offsets lead forwards only (as FlatBuffers have it), so nothing can lead back to itself.
    """

    def __init__(self, source: Source, place: int) -> None:
        """Read the table's list of fields.

        Raises:
            DamagedError: it lies outside the file.
        """
        self._source, self._place = source, place
        back = _number(source, place, "i")
        start = place - back
        size = _number(source, start, "H")
        if not 4 <= size <= 4 + 2 * _FIELDS:
            raise DamagedError(f"a table at {place} of {size} bytes")
        listed = source.exactly(start, size)
        self._fields = [one for (one,) in struct.iter_unpack("<H", listed[4 : size & ~1])]

    @classmethod
    def root(cls, source: Source) -> "Table":
        """Return the root of a file."""
        return cls(source, _number(source, 0, "I"))

    @classmethod
    def inside(cls, data: bytes, name: str) -> "Table":
        """Return the root of a FlatBuffer in memory."""
        return cls.root(Bytes(data, name))

    def _at(self, field: int) -> int | None:
        offset = self._fields[field] if field < len(self._fields) else 0
        return self._place + offset if offset else None

    def number(self, field: int, form: str, default: int = 0) -> int:
        """Return a whole number; `form` is a letter of `struct`."""
        at = self._at(field)
        return default if at is None else _number(self._source, at, form)

    def table(self, field: int) -> "Table | None":
        """Return the table that a field leads to."""
        at = self._at(field)
        return None if at is None else Table(self._source, at + _number(self._source, at, "I"))

    def _vector(self, field: int) -> tuple[int, int]:
        """The place of a vector's first item and the number of items."""
        at = self._at(field)
        if at is None:
            return 0, 0
        start = at + _number(self._source, at, "I")
        length = _number(self._source, start, "I")
        if length > self._source.size:
            raise DamagedError(f"a vector at {start} of {length} items")
        return start + 4, length

    def length(self, field: int) -> int:
        """Return the number of a vector's items."""
        return self._vector(field)[1]

    def bytes(self, field: int, limit: int) -> bytes:
        """Return a vector of bytes."""
        start, length = self._vector(field)
        if length > limit:
            raise DamagedError(f"{length} bytes at {start}")
        return self._source.exactly(start, length)

    def string(self, field: int) -> str:
        """Return a string."""
        return self.bytes(field, _STRING).decode(errors="backslashreplace")

    def numbers(self, field: int, limit: int) -> tuple[int, ...]:
        """Return a vector of int32."""
        start, length = self._vector(field)
        data = self._source.exactly(start, 4 * min(length, limit))
        return struct.unpack(f"<{len(data) // 4}i", data)

    def item(self, field: int, index: int) -> "Table":
        """Return an item of a vector of tables."""
        start, length = self._vector(field)
        if not 0 <= index < length:
            raise DamagedError(f"item {index} of {length}")
        at = start + 4 * index
        return Table(self._source, at + _number(self._source, at, "I"))

    def tables(self, field: int, limit: int) -> Iterator["Table"]:
        """Return the items of a vector of tables."""
        for index in range(min(self.length(field), limit)):
            yield self.item(field, index)


def _number(source: Source, at: int, form: str) -> int:
    data = source.exactly(at, struct.calcsize(f"<{form}"))
    found: int = struct.unpack(f"<{form}", data)[0]
    return found
