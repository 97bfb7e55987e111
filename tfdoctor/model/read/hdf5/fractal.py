"""Fractal heaps: where the links of large groups and the attributes of objects with many lie."""

from typing import Final

from tfdoctor.model.read.hdf5 import btree2
from tfdoctor.model.read.hdf5.medium import Medium
from tfdoctor.model.read.source import WHOLE, DamagedError

_DEPTH: Final = 32


class FractalHeap:
    """A heap of objects, each named by an identifier of a few bytes.

    An object lies in a block of the heap ("managed"), by itself in the file ("huge") or in its identifier ("tiny").
    Blocks grow by a table: rows of `width` blocks, the first two rows of the smallest size, each further row of twice
    the size of the one before; rows past the largest direct block hold tables of the same kind.
    """

    def __init__(self, medium: Medium, address: int) -> None:
        """Read the header.

        Raises:
            DamagedError: there is none.
        """
        self._medium = medium
        lengths = medium.lengths
        fields = medium.signed(address, 26 + 12 * lengths + 3 * medium.offsets, b"FRHP")
        fields.bytes(1)
        self.identifier, filters, _flags = fields.number(2), fields.number(2), fields.number(1)
        largest = fields.number(4)
        fields.length()
        self._huge = fields.address()
        fields.length()
        fields.address()
        for _ in range(8):  # space, managed and allocated; iterator; numbers and sizes of the objects of each kind
            fields.length()
        self._width, self._start, self._direct = fields.number(2), fields.length(), fields.length()
        bits = fields.number(2)
        fields.bytes(2)
        self._root, self._rows = fields.address(), fields.number(2)
        if filters:
            raise DamagedError(f"heap at {address}: it is compressed, which is not read")
        if not (self._width and self._start and self._start <= self._direct <= WHOLE and bits <= 64):
            raise DamagedError(f"heap at {address}: sizes that can't be")
        self._offset = (bits + 7) // 8
        self._length = min((self._direct.bit_length() + 6) // 8, max(1, (largest.bit_length() + 7) // 8))
        self._places: dict[bytes, tuple[int, int]] | None = None

    def get(self, identifier: bytes) -> bytes:
        """Return an object.

        Raises:
            DamagedError: it is not there.
        """
        if not identifier:
            raise DamagedError("a name of nothing in a heap")
        match identifier[0] >> 4 & 3:
            case 0:
                offset = int.from_bytes(identifier[1 : 1 + self._offset], "little")
                length = int.from_bytes(identifier[1 + self._offset : 1 + self._offset + self._length], "little")
                return self._managed(offset, length)
            case 1:
                return self._alone(identifier[1:])
            case 2:
                if self.identifier > 18:  # one byte more for the length
                    return identifier[2 : 3 + ((identifier[0] & 15) << 8 | identifier[1])]
                return identifier[1 : 2 + (identifier[0] & 15)]
            case _:
                raise DamagedError("an object of no known kind in a heap")

    def _alone(self, rest: bytes) -> bytes:
        medium = self._medium
        if len(rest) >= medium.offsets + medium.lengths:
            place = int.from_bytes(rest[: medium.offsets], "little")
            length = int.from_bytes(rest[medium.offsets : medium.offsets + medium.lengths], "little")
        else:
            if self._places is None:
                self._places = {}
                for record in btree2.records(medium, self._huge, btree2.HUGE_BY_NUMBER):
                    found = record.address(), record.length()
                    self._places[record.bytes(medium.lengths)] = found
            key = rest[: medium.lengths].ljust(medium.lengths, b"\0")
            if key not in self._places:
                raise DamagedError("a large object that is not in its heap")
            place, length = self._places[key]
        medium.budget.value(length)
        return medium.at(place, length)

    def _size(self, row: int) -> int:
        return self._start << max(0, row - 1)

    def _managed(self, offset: int, length: int) -> bytes:
        """Go down from table to table until a direct block holds the place."""
        medium, table, rows, base = self._medium, self._root, self._rows, 0
        if not rows:
            return self._in_block(table, self._start, offset, length)
        direct = (self._direct // self._start).bit_length() + 1  # rows that hold blocks
        for _ in range(_DEPTH):
            row, start = 0, base
            while row < rows and offset >= start + self._width * self._size(row):
                start += self._width * self._size(row)
                row += 1
            if row >= rows:
                break
            column = (offset - start) // self._size(row)
            start += column * self._size(row)
            entry = row * self._width + column
            head = 5 + medium.offsets + self._offset
            if medium.at(table, 4) != b"FHIB":
                raise DamagedError(f"no table of a heap at {table}")
            place = int.from_bytes(medium.at(table + head + entry * medium.offsets, medium.offsets), "little")
            if medium.undefined(place):
                break
            if row < direct:
                return self._in_block(place, self._size(row), offset - start, length)
            table, base = place, start
            rows = (self._size(row) // (self._start * self._width)).bit_length()
        raise DamagedError("an object that is not in its heap")

    def _in_block(self, place: int, size: int, offset: int, length: int) -> bytes:
        if offset + length > size or self._medium.at(place, 4) != b"FHDB":
            raise DamagedError("an object that is not in its block of a heap")
        return self._medium.at(place + offset, length)
