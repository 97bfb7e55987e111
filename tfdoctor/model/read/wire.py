"""The wire format of protocol buffers, read without a schema and within bounds.

Large messages are walked in a stream (`Walker`), small ones are taken apart in memory (`message`). Nothing here calls
itself, so depth costs nothing: who reads a message decides how deep.
"""

import struct
from collections.abc import Iterator
from typing import Final

from tfdoctor.model.read.source import DamagedError, Source

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
WINDOW: Final = 1 << 20  # bytes of a file in memory at once
_FIELDS: Final = 1_000_000  # in a small message
_WALKED: Final = 3_000_000  # fields of large messages
_HEADER: Final = 30  # bytes: the longest tag and the longest length or number

Message = dict[int, list[int | bytes]]


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at a place, modulo 2**64, and the place behind it.

    Raises:
        DamagedError: it is cut off, or longer than ten bytes.
    """
    value = shift = 0
    for byte in data[at : at + 10]:
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    raise DamagedError(f"a number is cut off or too long at byte {at}")


def encoded(value: int) -> bytes:
    """Return a number as it is written, a negative one as int64."""
    value %= 1 << 64
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


def signed(value: int) -> int:
    """Return a number as the signed one that it stands for (int32, int64)."""
    return value - (1 << 64) if value >> 63 else value


def message(data: bytes) -> Message:
    """Take a small message apart: field number to its values in order, numbers as int and all else as bytes.

    Raises:
        DamagedError: it breaks off, or has groups or more than a million fields.
    """
    found: Message = {}
    at, end, count = 0, len(data), 0
    value: int | bytes
    while at < end:
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = varint(data, at - 1)
        kind = tag & 7
        if kind == BYTES:
            length, at = varint(data, at)
            value = data[at : at + length]
            at += length
        elif kind == VARINT:
            value, at = varint(data, at)
        elif kind in {FIXED32, FIXED64}:
            length = 4 if kind == FIXED32 else 8
            value = data[at : at + length]
            at += length
        else:
            raise DamagedError(f"a field of kind {kind}")
        count += 1
        if at > end:
            raise DamagedError("a field is longer than its message")
        if count > _FIELDS:
            raise DamagedError(f"more than {_FIELDS} fields")
        found.setdefault(tag >> 3, []).append(value)
    return found


def number(found: Message, field: int, default: int = 0) -> int:
    """Return the last number of a field, signed; the default where there is none."""
    for value in reversed(found.get(field, ())):
        if isinstance(value, int):
            return signed(value)
    return default


def blob(found: Message, field: int) -> bytes:
    """Return the last bytes of a field; none where there are none."""
    for value in reversed(found.get(field, ())):
        if isinstance(value, bytes):
            return value
    return b""


def text(found: Message, field: int) -> str:
    """Return the last string of a field."""
    return string(blob(found, field))


def string(data: bytes) -> str:
    """Return bytes as text: what is no UTF-8 is written as an escape."""
    return data.decode(errors="backslashreplace")


def blobs(found: Message, field: int) -> Iterator[bytes]:
    """Return all values of a field that are bytes."""
    return (value for value in found.get(field, ()) if isinstance(value, bytes))


def numbers(found: Message, field: int) -> Iterator[int]:
    """Return all numbers of a field, packed or not, signed."""
    for value in found.get(field, ()):
        if isinstance(value, int):
            yield signed(value)
            continue
        at = 0
        while at < len(value):
            one, at = varint(value, at)
            yield signed(one)


def floats(found: Message, field: int) -> Iterator[float]:
    """Return all float32 numbers of a field, packed or not."""
    for value in blobs(found, field):
        for (one,) in struct.iter_unpack("<f", value[: len(value) & ~3]):
            yield one


class Walker:
    """Walks over the fields of large messages in a source, with a window of it in memory."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._left = _WALKED
        self._base = 0
        self._data = source.at(0, WINDOW)

    def window(self, offset: int, least: int) -> tuple[bytes, int]:
        """Return bytes in memory and the offset of the first, so that `least` bytes from a place on are among them.

        Fewer are there at the end of the source; more than a window holds are never there.
        """
        inside = offset - self._base
        if inside < 0 or inside + least > len(self._data):
            self._base, self._data = offset, self.source.at(offset, WINDOW)
        return self._data, self._base

    def take(self, offset: int, length: int) -> bytes:
        """Return the bytes of a field.

        Raises:
            DamagedError: they are not all there, or more than are taken at once.
        """
        if length > WINDOW:
            return self.source.exactly(offset, length)
        data, base = self.window(offset, length)
        found = data[offset - base : offset - base + length]
        if len(found) != length:
            raise DamagedError(f"{self.source.name}: ends within a field at {offset}")
        return found

    def field(self, at: int, end: int) -> tuple[int, int, int, int]:
        """Return (field number, offset, length, end) of the field at a place; of a number (number, value, -1, end).

        Raises:
            DamagedError: the field is cut off, or more have been walked over than any real file has.
        """
        self._left -= 1
        if self._left < 0:
            raise DamagedError(f"{self.source.name}: read up to its field {_WALKED}")
        data, base = self.window(at, min(_HEADER, self.source.size - at))
        tag, place = varint(data, at - base)
        kind = tag & 7
        if kind == VARINT:
            value, place = varint(data, place)
            return tag >> 3, signed(value), -1, base + place
        if kind == BYTES:
            length, place = varint(data, place)
        elif kind in {FIXED32, FIXED64}:
            length = 4 if kind == FIXED32 else 8
        else:
            raise DamagedError(f"{self.source.name}: a field of kind {kind} at {at}")
        place += base
        if place + length > end:
            raise DamagedError(f"{self.source.name}: a field of {length} bytes at {place} is cut off")
        return tag >> 3, place, length, place + length

    def fields(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Return (field number, offset, length) of each field that has bytes, (field number, value, -1) of numbers.

        Raises:
            DamagedError: the message breaks off; what came before has been returned.
        """
        at = start
        while at < end:
            field, value, length, at = self.field(at, end)
            yield field, value, length
