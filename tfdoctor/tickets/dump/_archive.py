"""Looks into a zip that a stranger made: nothing is unpacked to disk, nothing that it says of itself is believed."""

import re
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, Final

from tfdoctor.errors import InputError

MOST_ENTRIES: Final = 10_000
_DIRECTORY: Final = 2 << 20  # bytes of the list of entries; one of 10 000 plain names has a half of that
_REMARKS: Final = 20
_CHUNK: Final = 1 << 16
_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x06"
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
    OverflowError,
)  # fmt: skip
_ARCHIVES: Final = re.compile(r"\.(?:zip|whl|egg|jar|tar|tgz|tbz2?|txz|gz|bz2|xz|zst|7z|rar)$", re.IGNORECASE)


class Archive:
    """The entries of a zip that may be looked at, and remarks on the others.

    Raises:
        InputError: it is no zip, is cut off, or holds too much; the text names `place`.
    """

    def __init__(self, file: IO[bytes], place: str, budget: int) -> None:
        """Read the list of entries; `budget` is the number of bytes that may be unpacked in total."""
        self.remarks: list[str] = []
        self.unsaid = 0
        self._left = budget
        _bounded(file, place)
        try:
            self._zip = zipfile.ZipFile(file)
        except _DAMAGED as error:
            raise InputError(f"{place}: the zip cannot be read ({error})") from None
        listed = self._zip.infolist()
        if len(listed) > MOST_ENTRIES:
            raise InputError(f"{place}: more than {MOST_ENTRIES} files in the zip; send only those that matter")
        self.entries = self._usable(listed)

    def remark(self, text: str) -> None:
        """Note something that the reader of the diagnosis should know; only the first few are kept."""
        if len(self.remarks) < _REMARKS:
            self.remarks.append(text)
        else:
            self.unsaid += 1

    def said(self) -> tuple[str, ...]:
        """All remarks."""
        return (*self.remarks, *([f"and {self.unsaid} remarks more"] if self.unsaid else []))

    def read(self, name: str, limit: int) -> bytes | None:
        """Return an entry's bytes; None, and a remark, where it is damaged or larger than `limit` bytes."""
        allowed = min(limit, self._left)
        try:
            with self._zip.open(self.entries[name]) as file:
                data = file.read(allowed + 1)
        except _DAMAGED as error:
            self.remark(f"{shown(name)}: damaged ({error}), ignored")
            return None
        self._left = max(self._left - len(data), 0)
        if len(data) > allowed:
            self.remark(f"{shown(name)}: larger than {allowed} bytes, ignored")
            return None
        return data

    def excerpt(self, name: str, limit: int) -> bytes | None:
        """Return an entry's bytes; of more than `limit` the beginning and the end, with a remark.

        None, and a remark, where it is damaged or the budget is spent.
        """
        head, tail, passed = b"", b"", 0
        try:
            with self._zip.open(self.entries[name]) as file:
                while chunk := file.read(_CHUNK):
                    passed += len(chunk)
                    self._left -= len(chunk)
                    if self._left < 0:
                        self.remark(f"{shown(name)}: too much in this zip, ignored")
                        return None
                    room = max(limit // 4 - len(head), 0)
                    head += chunk[:room]
                    tail = (tail + chunk[room:])[-(limit - limit // 4) :]
        except _DAMAGED as error:
            self.remark(f"{shown(name)}: damaged ({error}), ignored")
            return None
        if passed <= limit:
            return head + tail
        self.remark(f"{shown(name)}: {passed} bytes, of which the first {len(head)} and the last {len(tail)} were read")
        return head + b"\n" + tail

    def _usable(self, listed: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        found: dict[str, zipfile.ZipInfo] = {}
        end = 0
        overlapping = set()
        for info in sorted(listed, key=lambda item: item.header_offset):
            if info.header_offset < end:
                overlapping.add(id(info))
            end = max(end, info.header_offset + 30 + info.compress_size)
        for info in listed:
            name = info.filename.replace("\\", "/")
            if name.endswith(("/", "/.DS_Store")) or name.startswith("__MACOSX/"):
                continue
            reason = _refused(info, name)
            if reason is None and name in found:
                reason = "named twice, the second is ignored"
            if reason is None and id(info) in overlapping:
                reason = "lies over another file in the zip, ignored"
            if reason is None:
                found[name] = info
            else:
                self.remark(f"{shown(name)}: {reason}")
        return found


def shown(name: str) -> str:
    """Return a stranger's name as it may be shown: short, and without what drives a terminal."""
    text = "".join(sign if sign.isprintable() else "?" for sign in name)
    return text if len(text) <= 80 else f"{text[:38]}...{text[-38:]}"


def _refused(info: zipfile.ZipInfo, name: str) -> str | None:
    """Why an entry is not looked at, or None."""
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == 3 else 0
    # `orig_filename` is the name before zipfile cuts it at a NUL.
    if not name or any(not sign.isprintable() for sign in info.orig_filename):
        return "control characters in the name, ignored"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in PurePosixPath(name).parts:
        return "the name points out of the zip, ignored"
    if kind not in {0, stat.S_IFREG}:
        return "a link or a device, ignored"
    if info.flag_bits & 0x41:
        return "encrypted, ignored"
    if info.compress_type not in _METHODS:
        return f"compressed by a method that is not read ({info.compress_type}), ignored"
    if _ARCHIVES.search(name):
        return "an archive in the archive, not opened"
    return None


def _bounded(file: IO[bytes], place: str) -> None:
    """Refuse a zip whose list of entries alone would fill the memory.

    Raises:
        InputError: the list is too long, or there is none.
    """
    size = file.seek(0, 2)
    start = max(size - (1 << 16) - 22, 0)
    file.seek(start)
    tail = file.read()
    ends = [found.start() for found in re.finditer(re.escape(_END), tail) if found.start() + 22 <= len(tail)]
    if not ends:
        raise InputError(f"{place}: this is no zip, or it is cut off")
    # Whichever of these a reader takes for the end, its list is bounded.
    longest = max(int.from_bytes(tail[at + 12 : at + 16], "little") for at in ends)
    if longest == 0xFFFFFFFF:
        wide = [found.start() for found in re.finditer(re.escape(_END_64), tail)]
        longest = max((int.from_bytes(tail[at + 40 : at + 48], "little") for at in wide), default=longest)
    if longest > _DIRECTORY:
        raise InputError(f"{place}: the zip lists too many files; send only those that matter")
