"""Bounded access to bytes, wherever they lie: in a file, in a part of one (a stored member of a zip), in memory.

Readers ask for pieces at places and never for a whole file, so that a model of many GB costs no more than a small one.
"""

import io
import stat
from pathlib import Path
from typing import BinaryIO, Final

from tfdoctor.errors import InputError

POINTER: Final = b"version https://git-lfs"  # how a pointer of Git LFS begins, which stands for a file
WHOLE: Final = 64 << 20  # bytes that a reader may take into memory at once


class DamagedError(Exception):
    """A part of a file is not what its format promises; the message says what and where. Readers make it a remark."""


class Source:
    """Bytes of a known number.

    Attributes:
        name: of the file or member, for messages.
        size: in bytes.
    """

    name: str
    size: int

    def at(self, offset: int, length: int) -> bytes:
        """Return the bytes at a place: fewer than asked (or none) past the end, never more than `WHOLE`."""
        if offset < 0 or length < 0 or offset >= self.size:
            return b""
        return self._read(offset, min(length, self.size - offset, WHOLE))

    def exactly(self, offset: int, length: int) -> bytes:
        """Return all the bytes asked for.

        Raises:
            DamagedError: there are fewer, or they are more than a reader may take at once.
        """
        if length > WHOLE:
            raise DamagedError(f"{self.name}: {length} bytes at {offset} are more than are read at once")
        found = self.at(offset, length)
        if len(found) != length:
            raise DamagedError(f"{self.name}: {length} bytes are expected at {offset}, {len(found)} are there")
        return found

    def whole(self, limit: int = WHOLE) -> bytes:
        """Return all bytes of a file that is small.

        Raises:
            DamagedError: it is larger than the limit.
        """
        if self.size > limit:
            raise DamagedError(f"{self.name}: {self.size} bytes, more than the {limit} that are read of such a file")
        return self.exactly(0, self.size)

    def _read(self, offset: int, length: int) -> bytes:
        raise NotImplementedError

    def close(self) -> None:
        """Give the file back; `contextlib.closing` calls it."""


class Bytes(Source):
    """Bytes in memory."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self.name, self.size = name, len(data)

    def _read(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]


class Window(Source):
    """A part of another source: a member of a zip that is stored as it is."""

    def __init__(self, source: Source, offset: int, length: int, name: str) -> None:
        self._source, self._offset = source, offset
        self.name, self.size = name, max(0, min(length, source.size - offset))

    def _read(self, offset: int, length: int) -> bytes:
        return self._source.at(self._offset + offset, length)


class File(Source):
    """A regular file, open until it is closed."""

    def __init__(self, path: Path, name: str = "") -> None:
        """Open the file; a pipe or a device, which could block or never end, is refused.

        Raises:
            InputError: it is no regular file or can't be read.
        """
        self.name = name or path.name
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise InputError(f"{path}: not a regular file")
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise InputError(f"{path}: {error.strerror or error}") from None
        except ValueError:  # a NUL in the name
            raise InputError(f"{str(path)!r}: not a name of a file") from None
        self.size = status.st_size

    def _read(self, offset: int, length: int) -> bytes:
        try:
            self._file.seek(offset)
            return self._file.read(length)
        except OSError as error:
            raise DamagedError(f"{self.name}: {error.strerror or error} at {offset}") from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Raw(io.RawIOBase):
    """A source in the manner of a file, for the readers of the standard library (`zipfile`)."""

    def __init__(self, source: Source) -> None:
        self._source, self._place = source, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._source.size}[whence]
        if start + offset < 0:
            raise OSError("a place before the start")  # as a file would
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # the type is of 3.12
        found = self._source.at(self._place, len(buffer))
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)


def stream(source: Source) -> io.BufferedReader:
    """Return the source as a file open for reading, for `zipfile` and its like."""
    return io.BufferedReader(_Raw(source))
