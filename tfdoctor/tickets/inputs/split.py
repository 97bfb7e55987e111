"""Cuts inputs into pieces, one each entry: what a file is follows from its content first, then from its name."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec

from tfdoctor.errors import InputError
from tfdoctor.tickets.inputs import content, places
from tfdoctor.tickets.inputs.entry import Piece, Rejected

STANDARD: Final = "standard input"
_LINES: Final = frozenset({".jsonl", ".ndjson"})
_SNIFFED: Final = 1 << 14
_ARCHIVES: Final = {
    b"7z\xbc\xaf\x27\x1c": "7z archive",
    b"Rar!\x1a\x07": "rar archive",
    b"\xfd7zXZ\x00": "xz file",
    b"BZh": "bzip2 file",
    b"\x28\xb5\x2f\xfd": "zstd file",
    content.GZIP: "gzip file in a gzip file",
    b"%PDF-": "PDF",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"\x7fELF": "program",
}
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
Form = Literal["lines", "array", "json", "text", "dump", "unknown"]


def pieces(paths: Iterable[str], skipped: "Counter[str]") -> Iterator[Piece | Rejected]:
    """Yield the pieces of what the user names, in order; "-" is standard input.

    `skipped` counts the files in folders that are left alone, by their kind.
    """
    for name in paths:
        try:
            if not name:  # an unset variable of a script, most of the time
                yield Rejected("''", "an empty name is no input; the current folder is .")
            elif name == "-":
                yield from _standard()
            elif Path(name).is_dir():
                yield from _folder(Path(name), skipped)
            else:
                yield from _file(Path(name), places.stem(Path(Path(name).name)))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None) or str(error)
            yield Rejected(name, reason, places.stem(Path(Path(name).name)))


def _standard() -> Iterator[Piece | Rejected]:
    if sys.stdin is None:  # Python's way of saying that the shell closed it
        yield Rejected(STANDARD, "it is closed", STANDARD)
        return
    yield from _streamed(sys.stdin.buffer, STANDARD, STANDARD, "", "")


def _folder(folder: Path, skipped: "Counter[str]") -> Iterator[Piece | Rejected]:
    some = False
    for found in places.walk(folder, skipped):
        some = True
        if isinstance(found, Rejected):
            yield found
            continue
        name = places.stem(found.relative_to(folder))
        try:
            yield from _file(found, name, skipped)
        except OSError as error:
            yield Rejected(str(found), error.strerror or str(error), name)
    if not some:
        yield Rejected(str(folder), "the folder holds no ticket, snapshot, dump or text", folder.name)


def _file(path: Path, name: str, skipped: "Counter[str] | None" = None) -> Iterator[Piece | Rejected]:
    kind = places.special(path)
    if kind == "device":
        yield Rejected(str(path), "it is a device", name)
        return
    with path.open("rb") as stream:
        # A pipe can be read only once: its pieces carry their bytes.
        inside = str(path) if not kind else ""
        for piece in _streamed(stream, str(path), name, places.suffix(path.name), inside):
            if skipped is not None and isinstance(piece, Rejected) and piece.reason.startswith(_UNKNOWN):
                skipped["binary"] += 1
            else:
                yield piece


_UNKNOWN: Final = "not understood: "


def _streamed(stream: BinaryIO, place: str, name: str, suffix: str, path: str) -> Iterator[Piece | Rejected]:
    """The pieces of one stream; those that are a whole file are left in it where there is a path."""
    try:
        parts = content.chunks(stream)
        head, form = _sniffed(parts, suffix)
        rest = chain([head], parts)
        if form == "lines":
            yield from _lines(rest, place, name)
        elif form == "array":
            yield from _items(content.bounded(rest), place, name)
        elif form == "unknown":
            yield Rejected(place, _UNKNOWN + _what(head), name)
        elif path:
            yield Piece(place, name, form, path=path)
        elif form == "text":
            data, remarks = content.ends(rest)
            yield Piece(place, name, form, data, remarks=remarks)
        else:
            yield Piece(place, name, form, content.bounded(rest, content.DUMP_LIMIT))
    except InputError as error:
        yield Rejected(place, str(error), name)
    except OSError as error:
        yield Rejected(place, error.strerror or str(error), name)


def _sniffed(parts: Iterator[bytes], suffix: str) -> tuple[bytes, Form]:
    """Return the beginning of a stream, as much as it takes to say what it is, and what it is."""
    head = b""
    for part in parts:
        head += part
        if len(head) >= _SNIFFED:
            break
    start = head.lstrip()
    if start.startswith(_ZIP):
        return head, "dump"
    if start.startswith(tuple(_ARCHIVES)) or _is_binary(head):
        return head, "unknown"
    if suffix in _LINES:
        return head, "lines"
    if start.startswith(b"{"):
        return _braced(head, parts, suffix)
    if start.startswith(b"[") and (suffix == ".json" or start[1:].lstrip().startswith((b"{", b"]"))):
        return head, "array"
    return head, "json" if suffix == ".json" else "text"


def _braced(head: bytes, parts: Iterator[bytes], suffix: str) -> tuple[bytes, Form]:
    """Tell one object, one object a line, and text that begins with a brace."""
    kept = [head.lstrip()]
    size = len(kept[0])
    while b"\n" not in kept[-1].rstrip() and size <= content.OBJECT_LIMIT and (part := next(parts, b"")):
        kept.append(part)
        size += len(part)
    head = b"".join(kept)
    first, _, rest = head.partition(b"\n")
    if rest.strip() and _is_object(first) and rest.lstrip().startswith(b"{"):
        return head, "lines"
    inside = first.rstrip()[1:].lstrip()
    meant = suffix == ".json" or inside[:1] in {b'"', b"}", b""}
    return head, "json" if meant else "text"


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _is_binary(head: bytes) -> bool:
    """More control characters than any program prints; fewer where it is not even UTF-8."""
    sample = head[:_SNIFFED]
    control = sum(sample.count(bytes([code])) for code in (0, 1, 2, 3, 4, 5, 6, 14, 15, 16, 17, 18, 19, 20))
    if control <= len(sample) // 50:
        return False
    return control > len(sample) // 10 or sample.decode(errors="replace").count("\ufffd") > len(sample) // 10


def _what(head: bytes) -> str:
    start = head.lstrip()
    known = next((name for magic, name in _ARCHIVES.items() if start.startswith(magic)), "")
    return f"a {known}" if known else "binary data"


def _lines(parts: Iterable[bytes], place: str, name: str) -> Iterator[Piece | Rejected]:
    for number, line in content.lines(parts):
        where = f"{place}: line {number}"
        if line is None:
            yield Rejected(where, f"the line is larger than {content.OBJECT_LIMIT >> 20} MiB", f"{name}:{number}")
        else:
            yield Piece(where, f"{name}:{number}", "json", line)


def _items(data: bytes, place: str, name: str) -> Iterator[Piece | Rejected]:
    """The objects of one JSON array."""
    try:
        items = msgspec.json.decode(data, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield Rejected(place, str(error), name)
        return
    except RecursionError:
        yield Rejected(place, "nested too deeply", name)
        return
    if not items:
        yield Rejected(place, "no ticket is in the list", name)
    for number, item in enumerate(items, 1):
        yield Piece(f"{place}: item {number}", f"{name}:{number}", "json", bytes(item))


def cut(data: bytes, place: str, name: str) -> Iterator[Piece | Rejected]:
    """Yield the pieces of the bytes of a file that is called `name`."""
    yield from _streamed(BytesIO(data), place, places.stem(Path(Path(name).name)), places.suffix(name), "")
