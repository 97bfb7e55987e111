"""The sorted tables of TensorFlow's checkpoints (the table format of LevelDB): keys and values in blocks.

A block holds entries that share the beginnings of their keys, then a byte for its compression and a checksum; an index
block says where the blocks are; a footer of 48 bytes says where the index is. Checksums are not checked.
"""

from collections.abc import Iterator
from typing import Final

from tfdoctor.model.read import wire
from tfdoctor.model.read.snappy import expand
from tfdoctor.model.read.source import DamagedError, Source

FOOTER: Final = 48
_MAGIC: Final = bytes.fromhex("57fb808b247547db")
_BLOCK: Final = 16 << 20  # bytes
_KEY: Final = 65_536


def is_table(source: Source) -> bool:
    """Say whether a file ends as a table does."""
    return source.size >= FOOTER and source.at(source.size - len(_MAGIC), len(_MAGIC)) == _MAGIC


def entries(source: Source) -> Iterator[tuple[bytes, bytes]]:
    """Return keys and values in order.

    Raises:
        DamagedError: the table breaks off; what came before has been returned.
    """
    for offset, length in _blocks(source):
        yield from _entries(_block(source, offset, length))


def first(source: Source) -> tuple[bytes, bytes]:
    """Return the first key and its value, without the rest of its block, which may be large.

    Raises:
        DamagedError: there is none.
    """
    for offset, length in _blocks(source):
        data = source.exactly(offset, length + 1) if length < _BLOCK else source.exactly(offset, _BLOCK) + b"\0"
        for key, value in _entries(expand(data[:-1], _BLOCK) if data[-1] == 1 else data[:-1], whole=False):
            return key, value
    raise DamagedError(f"{source.name}: an empty table")


def _blocks(source: Source) -> Iterator[tuple[int, int]]:
    footer = source.exactly(source.size - FOOTER, FOOTER)
    _, at = wire.varint(footer, 0)
    _, at = wire.varint(footer, at)
    offset, at = wire.varint(footer, at)
    length, at = wire.varint(footer, at)
    behind = 0
    for _, handle in _entries(_block(source, offset, length)):
        start, at = wire.varint(handle, 0)
        length, at = wire.varint(handle, at)
        if start < behind:  # blocks follow each other: none is read twice
            raise DamagedError(f"{source.name}: a block at {start} before the end of the last one")
        behind = start + length + 1
        yield start, length


def _block(source: Source, offset: int, length: int) -> bytes:
    if length > _BLOCK:
        raise DamagedError(f"{source.name}: a block of {length} bytes at {offset}")
    data = source.exactly(offset, length + 1)
    if data[-1] == 0:
        return data[:-1]
    if data[-1] == 1:
        return expand(data[:-1], _BLOCK)
    raise DamagedError(f"{source.name}: a block of compression {data[-1]} at {offset}")


def _entries(data: bytes, *, whole: bool = True) -> Iterator[tuple[bytes, bytes]]:
    """The entries of a block; of one that is not whole the restarts at its end are not there."""
    end = len(data)
    if whole:
        if end < 4:
            raise DamagedError("a block of no size")
        end -= 4 + 4 * int.from_bytes(data[-4:], "little")
    if end < 0:
        raise DamagedError("a block shorter than its restarts")
    at, key = 0, b""
    while at < end:
        shared, at = wire.varint(data, at)
        own, at = wire.varint(data, at)
        length, at = wire.varint(data, at)
        if shared > len(key) or at + own + length > len(data) or shared + own > _KEY:
            raise DamagedError("an entry of a block is cut off")
        key = key[:shared] + data[at : at + own]
        at += own
        yield key, data[at : at + length]
        at += length
