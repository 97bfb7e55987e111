"""The cache of the glibc loader, /etc/ld.so.cache, in both of its binary formats."""

import struct
from dataclasses import dataclass
from typing import Final

_OLD_MAGIC: Final = b"ld.so-1.7.0\0"
_NEW_MAGIC: Final = b"glibc-ld.so.cache1.1"
# The lower byte 3 is "ELF for libc 6"; the upper byte names the architecture where there are several.
FLAGS: Final = {"x86_64": 0x0303, "aarch64": 0x0A03, "i386": 0x0003, "s390x": 0x0403, "ppc64": 0x0503}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the cache: a soname, its flags and the file."""

    name: str
    flags: int
    path: str


def parse_cache(data: bytes) -> tuple[Entry, ...]:
    """Read the whole cache file, in its own order.

    Raises:
        ValueError: it is no cache, or is cut off.
    """
    start = 0
    if data.startswith(_OLD_MAGIC):
        (count,) = struct.unpack_from("=I", data, 12)
        start = (16 + 12 * count + 7) & ~7
        if not data.startswith(_NEW_MAGIC, start):
            return _old_entries(data, count)
    if not data.startswith(_NEW_MAGIC, start):
        raise ValueError("no cache of the glibc loader")
    try:
        (count,) = struct.unpack_from("=I", data, start + 20)
        rows = [struct.unpack_from("=iIIIQ", data, start + 48 + 24 * index) for index in range(count)]
    except struct.error as error:
        raise ValueError("a cache that is cut off") from error
    return tuple(
        Entry(_text(data, start + name), flags, _text(data, start + path)) for flags, name, path, _, _hwcap in rows
    )


def _old_entries(data: bytes, count: int) -> tuple[Entry, ...]:
    strings = 16 + 12 * count
    try:
        rows = [struct.unpack_from("=iII", data, 16 + 12 * index) for index in range(count)]
    except struct.error as error:
        raise ValueError("a cache that is cut off") from error
    return tuple(Entry(_text(data, strings + name), flags, _text(data, strings + path)) for flags, name, path in rows)


def _text(data: bytes, start: int) -> str:
    end = data.find(b"\0", start)
    return data[start : end if end >= 0 else len(data)].decode("utf-8", "surrogateescape")


def parse_listing(text: str) -> tuple[Entry, ...]:
    """Read what `ldconfig -p` prints, for a cache that cannot be read itself."""
    entries = []
    for line in text.splitlines():
        head, arrow, path = line.strip().partition(" => ")
        name, _, kind = head.partition(" (")
        if not arrow:
            continue
        machine = "x86_64" if "x86-64" in kind else "aarch64" if "AArch64" in kind else "i386"
        entries.append(Entry(name, FLAGS[machine], path))
    return tuple(entries)
