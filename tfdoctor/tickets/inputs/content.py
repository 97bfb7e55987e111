"""Bytes within bounds: unpacked from gzip, UTF-16 made UTF-8, cut into lines; what is too long is cut or refused."""

import codecs
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from tfdoctor.errors import InputError

CHUNK: Final = 1 << 18
OBJECT_LIMIT: Final = 32 << 20  # of one JSON value or one line, in bytes
DUMP_LIMIT: Final = 256 << 20  # of a zip that comes through a pipe: from a file it is read as needed
TEXT_HALF: Final = 4 << 20  # of the head and of the tail that are read of a longer text
STREAM_LIMIT: Final = 4 << 30  # of all that is unpacked from one gzip file, or read of one text
GZIP: Final = b"\x1f\x8b\x08"
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what a stream holds as UTF-8, unpacked where it is gzip; the byte order mark is left out.

    Raises:
        InputError: the gzip data are damaged, or more than STREAM_LIMIT.
    """
    raw = _rest(stream)
    first = next(raw, b"")
    while len(first) < 4 and (more := next(raw, b"")):
        first += more
    if first.startswith(GZIP):
        raw = _unpacked(first, raw)
        first = next(raw, b"")
    encoding = _UTF16.get(first[:2]) or _guessed(first)
    if encoding:
        yield from _transcoded(first, raw, encoding)
        return
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from raw


def _rest(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _unpacked(first: bytes, raw: Iterable[bytes]) -> Iterator[bytes]:
    """The members of a gzip file one after the other, never more than a chunk at a time."""
    total = 0
    member = zlib.decompressobj(wbits=31)
    for packed in _chained(first, raw):
        rest = packed
        while rest or not member.eof:
            if member.eof:
                if not rest.startswith(GZIP[:1]):
                    return  # padding, or something else behind the last member
                member = zlib.decompressobj(wbits=31)
            try:
                plain = member.decompress(rest, CHUNK)
            except zlib.error as error:
                raise InputError(f"damaged gzip data: {error}") from error
            total += len(plain)
            if total > STREAM_LIMIT:
                raise InputError(f"more than {STREAM_LIMIT >> 30} GiB when unpacked")
            if plain:
                yield plain
            rest = member.unused_data if member.eof else member.unconsumed_tail
            if not rest and not plain:
                break
    if not member.eof:
        raise InputError("damaged gzip data: it ends too early")


def _chained(first: bytes, raw: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from raw


def _guessed(first: bytes) -> str:
    """UTF-16 without a mark: every other byte of mostly English text is NUL."""
    sample = first[:512]
    if len(sample) < 8 or sample.count(0) < len(sample) // 3:
        return ""
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return ""


def _transcoded(first: bytes, raw: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    start = True
    for part in _chained(first, raw):
        text = decoder.decode(part)
        # A lone surrogate passes no UTF-8.
        yield (text.removeprefix("\ufeff") if start else text).encode(errors="replace")
        start = False
    yield decoder.decode(b"", final=True).encode(errors="replace")


def lines(parts: Iterable[bytes], limit: int = OBJECT_LIMIT) -> Iterator[tuple[int, bytes | None]]:
    """Yield the number and the text of each line that is not blank; None for one that is longer than `limit`."""
    number = 1
    kept: list[bytes] = []
    size = 0
    for part in parts:
        *whole, rest = part.split(b"\n")
        for line in whole:
            size += len(line)
            kept.append(line)
            if size > limit:
                yield number, None
            elif text := b"".join(kept).strip():
                yield number, text
            number += 1
            size = 0
            kept = []
        size += len(rest)
        kept.append(rest)
        if size > limit:
            kept = []  # the size stays: the line is skipped over to its end
    if size > limit:
        yield number, None
    elif text := b"".join(kept).strip():
        yield number, text


def bounded(parts: Iterable[bytes], limit: int = OBJECT_LIMIT) -> bytes:
    """Return all of it.

    Raises:
        InputError: it is longer than `limit`.
    """
    kept: list[bytes] = []
    size = 0
    for part in parts:
        size += len(part)
        if size > limit:
            raise InputError(f"larger than {limit >> 20} MiB")
        kept.append(part)
    return b"".join(kept)


def ends(parts: Iterable[bytes], half: int = TEXT_HALF) -> tuple[bytes, tuple[str, ...]]:
    """Return a text, of a long one its head and its tail in whole lines, with a remark on what was left out."""
    head: list[bytes] = []
    tail: deque[bytes] = deque()
    room, held, total = half, 0, 0
    for part in parts:
        total += len(part)
        head.append(part[:room])
        if rest := part[room:]:
            tail.append(rest)
            held += len(rest)
        room -= len(head[-1])
        while held - len(tail[0]) >= half if tail else False:
            held -= len(tail.popleft())
        if total > STREAM_LIMIT:
            break
    first, last = b"".join(head), b"".join(tail)
    return (first + last, ()) if total <= 2 * half else _joined(first, last[-half:], total)


def ends_of(stream: BinaryIO, half: int = TEXT_HALF) -> tuple[bytes, tuple[str, ...]]:
    """Return the same of a file; what is between head and tail is not even read where the file is plain."""
    first = stream.read(CHUNK)
    size = stream.seek(0, 2)
    stream.seek(0)
    if size <= 2 * half or first.startswith(GZIP) or first[:2] in _UTF16 or _guessed(first):
        return ends(chunks(stream), half)
    head = stream.read(half).removeprefix(codecs.BOM_UTF8)
    stream.seek(size - half)
    return _joined(head, stream.read(half), size)


def _joined(first: bytes, last: bytes, total: int) -> tuple[bytes, tuple[str, ...]]:
    """Head and tail in whole lines, with a mark and a remark between them."""
    first = first[: first.rfind(b"\n") + 1] or first
    last = last[last.find(b"\n") + 1 :]
    left = total - len(first) - len(last)
    number = first.count(b"\n") + 1
    mark = f"[{left} bytes left out]\n".encode()
    return first + mark + last, (
        f"{left} of {total} bytes in the middle were not read; line numbers after {number} do not count them",
    )
