"""Bytes of an HDF5 file by its own addresses, with a bound on how much work a file may cause."""

from typing import Any, Final

from tfdoctor.model.read.source import WHOLE, DamagedError, Source

_PAGE: Final = 8 << 10
_PAGES: Final = 512  # 4 MiB of pages are kept
_PER_STRUCTURE: Final = 512
_PER_ITEM: Final = 64
_TOO_MANY: Final = "more groups, links and attributes than are read of one file"
_CODES: Final = {2: "H", 4: "I", 8: "Q"}
_REMARKS: Final = 50


class BoundError(DamagedError):
    """The file asks for more work than any real one does."""


class Budget:
    """What reading one file may cost, in bytes; a structure costs half a kilobyte more than its bytes.

    Keras writes about 20 KB of structures for a layer with two arrays and their two slots in an optimizer. Values of
    attributes are counted apart.
    """

    def __init__(self, structures: int = 384 << 20, values: int = 192 << 20) -> None:
        self._structures, self._values = structures, values

    def structure(self, length: int) -> None:
        """Count a structure of this length.

        Raises:
            BoundError: it is too much.
        """
        self._structures -= length + _PER_STRUCTURE
        if self._structures < 0:
            raise BoundError(_TOO_MANY)

    def small(self, length: int = 0) -> None:
        """Count one of many in a structure that is counted already: a message, a link with its name.

        Raises:
            BoundError: it is too much.
        """
        self._structures -= length + _PER_ITEM
        if self._structures < 0:
            raise BoundError(_TOO_MANY)

    def value(self, length: int) -> None:
        """Count a value of an attribute.

        Raises:
            DamagedError: it is too much, alone or with those before.
        """
        if length > min(WHOLE, self._values):
            raise DamagedError(f"a value of {length} bytes is more than is read of an attribute")
        self._values -= length


class Medium:
    """The file by the addresses that stand in it.

    Attributes:
        offsets: bytes of an address in this file.
        lengths: bytes of a length in this file.
        budget: what may still be read.
        remarks: sentences on what is damaged or passed over, each once.
        types: by the bytes that describe them: most arrays of a file are of one or two.
        needed: bytes that the file should have, where it has fewer; else 0.
    """

    def __init__(self, source: Source, base: int, offsets: int = 8, lengths: int = 8) -> None:
        self._source, self._base = source, base
        self.offsets, self.lengths = offsets, lengths
        self.budget = Budget()
        self.remarks: list[str] = []
        self._pages: dict[int, bytes] = {}
        self.types: dict[bytes, Any] = {}
        self.needed = 0

    def remark(self, text: str) -> None:
        """Keep a sentence, unless it is known or there are too many."""
        if text not in self.remarks and len(self.remarks) < _REMARKS:
            self.remarks.append(text)

    def codes(self) -> tuple[str, str]:
        """The codes of an address and of a length for `struct`."""
        return _CODES[self.offsets], _CODES[self.lengths]

    def undefined(self, address: int) -> bool:
        """Tell whether an address is the one that stands for none."""
        return address == (1 << 8 * self.offsets) - 1

    def at(self, address: int, length: int) -> bytes:
        """Return bytes.

        Raises:
            DamagedError: they are not all there.
        """
        place = self._base + address
        if length > _PAGE:
            return self._source.exactly(place, length)
        number, start = divmod(place, _PAGE)
        data = self._page(number)
        if start + length > _PAGE:
            data += self._page(number + 1)
        if start + length > len(data):
            raise DamagedError(f"{length} bytes are expected at {place}, where the file has ended")
        return data[start : start + length]

    def _page(self, number: int) -> bytes:
        page = self._pages.get(number)
        if page is None:
            if len(self._pages) >= _PAGES:
                self._pages.clear()
            page = self._pages[number] = self._source.at(number * _PAGE, _PAGE)
        return page

    def structure(self, address: int, length: int) -> "Fields":
        """Return the fields of a structure and count it.

        Raises:
            DamagedError: it is not all there.
            BoundError: the file has too many.
        """
        self.budget.structure(length)
        return Fields(self.at(address, length), self)

    def signed(self, address: int, length: int, signature: bytes) -> "Fields":
        """Return the fields of a structure after its signature of four bytes.

        Raises:
            DamagedError: it is not there.
        """
        fields = self.structure(address, length)
        if fields.bytes(4) != signature:
            raise DamagedError(f"no {signature.decode()} at {self._base + address}")
        return fields


class Fields:
    """The fields of a structure, one after the other, least significant byte first."""

    def __init__(self, data: bytes, medium: Medium) -> None:
        self.data, self.place = data, 0
        self._medium = medium

    def bytes(self, length: int) -> "bytes":
        """Return the next bytes.

        Raises:
            DamagedError: the structure has ended.
        """
        end = self.place + length
        if length < 0 or end > len(self.data):
            raise DamagedError("a structure ends before its fields do")
        found = self.data[self.place : end]
        self.place = end
        return found

    def number(self, length: int) -> int:
        """Return the next unsigned number."""
        return int.from_bytes(self.bytes(length), "little")

    def address(self) -> int:
        """Return the next address."""
        return int.from_bytes(self.bytes(self._medium.offsets), "little")

    def length(self) -> int:
        """Return the next length."""
        return int.from_bytes(self.bytes(self._medium.lengths), "little")

    def text(self) -> str:
        """Return the text up to the next NUL, and pass that.

        Raises:
            DamagedError: there is none.
        """
        end = self.data.find(b"\0", self.place)
        if end < 0:
            raise DamagedError("a name without an end")
        found = self.data[self.place : end].decode(errors="replace")
        self.place = end + 1
        return found

    def left(self) -> int:
        """Return how many bytes are left."""
        return len(self.data) - self.place
