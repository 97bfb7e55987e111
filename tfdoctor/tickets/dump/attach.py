"""The files that a user adds to a dump: taken whole or, where they are large, with their beginning and their end."""

import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tfdoctor.errors import InputError, UsageError
from tfdoctor.tickets.dump.manifest import ATTACHMENTS
from tfdoctor.tickets.dump.write import Content

LIMIT: Final = 16 << 20  # bytes that are taken of one file
MOST: Final = 100  # files
TOTAL: Final = 128 << 20  # bytes of all files
JOINED: Final = 512 << 10  # characters of logs, and as many of code, that are judged

AttachmentKind = Literal["log", "code", "text", "binary"]

_CODE: Final = frozenset({".py", ".pyw", ".ipynb"})
_SETTINGS: Final = frozenset({".cfg", ".conf", ".ini", ".json", ".lock", ".toml", ".xml", ".yaml", ".yml"})
_REQUIREMENTS: Final = re.compile(
    r"(?:.*requirements.*|.*constraints.*|pip[-_]?freeze.*)\.txt|dockerfile.*", re.IGNORECASE
)
_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)?|[@-Z\\^_])")
_UNSAFE: Final = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that the user adds.

    `name` is its name without the folder; `data` its bytes, cut where it is large; `text` the same as text, "" where
    it is none; `original` the size in bytes of the file.
    """

    name: str
    kind: AttachmentKind
    data: bytes
    text: str
    original: int

    @property
    def cut(self) -> bool:
        """Whether the middle was left out."""
        return self.original > len(self.data)


def take(paths: Iterable[Path], *, binary: bool) -> tuple[Attachment, ...]:
    """Read the files that are to be attached, each once; `binary` says whether other files than texts are taken.

    Raises:
        InputError: one cannot be read, or is none that can be attached; the text names it and says why.
        UsageError: it is too much.
    """
    found: list[Attachment] = []
    seen: set[tuple[int, int]] = set()
    for path in paths:
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                raise InputError(f"--attach {path}: this is a folder; name the files in it that matter")
            if not stat.S_ISREG(status.st_mode):
                raise InputError(f"--attach {path}: this is no file but a device, a pipe or a socket")
            if (status.st_dev, status.st_ino) in seen and status.st_ino:
                continue
            seen.add((status.st_dev, status.st_ino))
            data, original = _read(path)
        except OSError as error:
            raise InputError(f"--attach {path}: {error.strerror or error}") from None
        text = decoded(data)
        if text is None and not binary:
            raise InputError(
                f"--attach {path}: this is no text, so nothing private can be taken out of it;"
                " only --no-redact takes it, as it is"
            )
        found.append(Attachment(path.name, _kind(path.name, text), data, text or "", original))
        if len(found) > MOST or sum(len(item.data) for item in found) > TOTAL:
            raise UsageError(f"--attach: more than {MOST} files or {TOTAL >> 20} MiB; attach what shows the failure")
    return tuple(found)


def _read(path: Path) -> tuple[bytes, int]:
    """The bytes of a file and its size; of a large file the first quarter of the limit and the end."""
    with path.open("rb") as file:
        head = file.read(LIMIT + 1)
        if len(head) <= LIMIT:
            return head, len(head)
        size = file.seek(0, 2)
        file.seek(max(size - LIMIT * 3 // 4, 0))
        tail = file.read(LIMIT * 3 // 4)
    head = head[: LIMIT // 4]
    if b"\0" in head or b"\0" in tail:
        return head + tail, size
    # Whole lines: half a secret is not recognised as one.
    head = head[: head.rfind(b"\n") + 1] or head
    tail = tail[tail.find(b"\n") + 1 :] or tail
    middle = size - len(head) - len(tail)
    return head + f"[tfdoctor: {middle} bytes left out]\n".encode() + tail, size


def decoded(data: bytes) -> str | None:
    """Return bytes as text, or None where they are none.

    UTF-8 with single bytes of Windows or Latin-1 in between, and UTF-16 as PowerShell writes it.
    """
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            return None if "\0" in text else text
    if b"\0" in data:
        return None
    text = data.decode("utf-8", "surrogateescape")
    text = "".join(chr(ord(sign) - 0xDC00) if "\udc80" <= sign <= "\udcff" else sign for sign in text)
    odd = sum(sign < " " and sign not in "\t\n\r\f\b\x1b" for sign in text[:65536])
    return None if odd * 20 > len(text[:65536]) else text


def _kind(name: str, text: str | None) -> AttachmentKind:
    if text is None:
        return "binary"
    suffix = Path(name).suffix.lower()
    if suffix in _CODE:
        return "code"
    return "text" if suffix in _SETTINGS or _REQUIREMENTS.fullmatch(name) else "log"


def without_escapes(text: str) -> str:
    """Return the text without what would drive a terminal: colours, titles, control characters."""
    plain = _ESCAPES.sub("", text)
    return re.sub(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", "", plain)


def joined(attachments: Iterable[Attachment], kind: AttachmentKind, before: str = "") -> str:
    """Return the texts of one kind as one, at most `JOINED` characters; of long ones the beginning and the end."""
    chosen = [item for item in attachments if item.kind == kind and item.text.strip()]
    limit = max((JOINED - len(before)) // max(len(chosen), 1), 0)
    texts = [_excerpt(without_escapes(item.text), limit) for item in chosen]
    return "\n".join(part for part in (before, *texts) if part)


def _excerpt(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head, tail = text[: limit // 4], text[len(text) - limit * 3 // 4 :]
    head = head[: head.rfind("\n") + 1] or head
    tail = tail[tail.find("\n") + 1 :] or tail
    return f"{head}[tfdoctor: {len(text) - len(head) - len(tail)} characters left out]\n{tail}"


def contents(
    attachments: Iterable[Attachment], redact: Callable[[Attachment], str] | None, name: Callable[[str], str]
) -> list[Content]:
    """Return the attachments as files of the dump, numbered in the order in which they were named.

    Args:
        attachments: what was taken.
        redact: makes the text of one without what is private; None leaves the bytes as they are.
        name: does the same for a file name.
    """
    found = []
    for number, item in enumerate(attachments, 1):
        plain = _UNSAFE.sub("_", name(item.name)).lstrip(".")[-80:] or "file"
        data = item.data if redact is None else redact(item).encode("utf-8", "backslashreplace")
        found.append(Content(f"{ATTACHMENTS}{number:03}-{plain}", data, item.kind, item.original if item.cut else None))
    return found
