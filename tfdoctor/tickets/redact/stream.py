"""Redacts texts of any size in constant memory: block by block, cut where a line ends."""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tfdoctor.tickets.redact.redactor import Redactor

BLOCK: Final = 1 << 20  # bytes that are read at once
_LONGEST: Final = 4 << 20  # characters of a line that is still taken whole
_BREAK: Final = re.compile(r"[\s\"',;&|<>(){}\[\]]")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip


def encoding_of(start: bytes) -> str:
    """Return the encoding of a text by its first bytes: PowerShell writes UTF-16, most others UTF-8."""
    for mark, name in _BOMS:
        if start.startswith(mark):
            return "utf-8" if name == "utf-8-sig" else name
    sample = start[:4096]
    if len(sample) > 3 and sample.count(0) > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    return "utf-8"


def blocks(file: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Yield a file as texts of whole lines, each with the file's encoding; what is no text survives as it is."""
    data = file.read(BLOCK)
    encoding = encoding_of(data)
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if encoding == "utf-8" else "surrogatepass")
    rest = ""
    while data:
        rest += decoder.decode(data)
        data = file.read(BLOCK)
        end = _end(rest) if data else len(rest)
        if end:
            yield rest[:end], encoding
            rest = rest[end:]
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest, encoding


def _end(text: str) -> int:
    """Where a block can end: behind its last line, 0 where more has to be read first."""
    end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
    if end or len(text) < _LONGEST:
        return end
    found = None
    for found in _BREAK.finditer(text, len(text) - (64 << 10)):  # noqa: B007  the last one is wanted
        pass
    return found.end() if found else len(text)


def redacted(file: IO[bytes], redactor: "Redactor") -> Iterator[bytes]:
    """Yield a text file without what is private, in its own encoding."""
    encodings: list[str] = []

    def texts() -> Iterable[str]:
        for text, encoding in blocks(file):
            encodings[:] = [encoding]
            yield text

    for text in redactor.blocks(texts()):
        yield text.encode(encodings[0], "surrogateescape" if encodings[0] == "utf-8" else "surrogatepass")


def learn(file: IO[bytes], redactor: "Redactor") -> None:
    """Read a text file once for the names in it, so that they go wherever they stand."""
    for text, _ in blocks(file):
        redactor.learn(text)
