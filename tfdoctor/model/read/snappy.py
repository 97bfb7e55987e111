"""Snappy, in which blocks of old tables may be packed."""

from tfdoctor.model.read.source import DamagedError
from tfdoctor.model.read.wire import varint


def expand(data: bytes, limit: int) -> bytes:
    """Return what was packed.

    Raises:
        DamagedError: it is damaged, or larger than the limit.
    """
    size, at = varint(data, 0)
    if size > limit:
        raise DamagedError(f"a packed block of {size} bytes")
    found = bytearray()
    try:
        while at < len(data) and len(found) < size:
            at = _element(data, at, found)
    except IndexError:
        raise DamagedError("a packed block is cut off") from None
    if len(found) != size:
        raise DamagedError(f"a packed block of {len(found)} bytes in place of {size}")
    return bytes(found)


def _element(data: bytes, at: int, found: bytearray) -> int:
    """Add a literal or a copy of what is there already; return the place behind it."""
    tag = data[at]
    at += 1
    if tag & 3 == 0:
        length = tag >> 2
        if length >= 60:
            wide = length - 59
            length, at = int.from_bytes(data[at : at + wide], "little"), at + wide
        found += data[at : at + length + 1]
        return at + length + 1
    if tag & 3 == 1:
        length, back, at = 4 + (tag >> 2 & 7), tag >> 5 << 8 | data[at], at + 1
    else:
        wide = 2 if tag & 3 == 2 else 4
        length, back, at = 1 + (tag >> 2), int.from_bytes(data[at : at + wide], "little"), at + wide
    if not 0 < back <= len(found):
        raise DamagedError("a packed block copies from before its start")
    start = len(found) - back
    chunk = bytes(found[start : start + length])
    found += (chunk * (length // len(chunk) + 1))[:length]
    return at
