"""Global heaps: where strings of any length lie."""

from typing import Final

from tfdoctor.model.read.hdf5.medium import Fields, Medium
from tfdoctor.model.read.source import DamagedError

_COLLECTIONS: Final = 256  # whose objects are remembered


class GlobalHeap:
    """All collections of a file; the places of the objects of those that were asked for are kept."""

    def __init__(self, medium: Medium) -> None:
        self._medium = medium
        self._known: dict[int, dict[int, tuple[int, int]]] = {}

    def get(self, address: int, number: int, length: int) -> bytes:
        """Return the first `length` bytes of an object.

        Raises:
            DamagedError: it is not there.
        """
        places = self._known.get(address)
        if places is None:
            if len(self._known) >= _COLLECTIONS:
                self._known.clear()
            places = self._known[address] = self._collection(address)
        if number not in places:
            raise DamagedError(f"no object {number} in the heap at {address}")
        place, size = places[number]
        if length > size:
            raise DamagedError(f"object {number} in the heap at {address} is shorter than it should be")
        self._medium.budget.value(length)
        return self._medium.at(place, length)

    def _collection(self, address: int) -> dict[int, tuple[int, int]]:
        medium = self._medium
        head = 8 + medium.lengths
        size = medium.signed(address, head, b"GCOL")
        size.bytes(4)
        end = address + size.length()
        head += -head % 8
        place, step = address + head, 8 + medium.lengths
        places: dict[int, tuple[int, int]] = {}
        while place + step <= end:
            medium.budget.small()
            fields = Fields(medium.at(place, step), medium)
            number = fields.number(2)
            fields.bytes(6)
            length = fields.length()
            if not number:  # what is free
                break
            places.setdefault(number, (place + step, length))
            place += step + length + -length % 8
        return places
