"""Makes a dump: a zip that is the same, byte for byte, for the same content."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tfdoctor.tickets.dump import manifest as form
from tfdoctor.tickets.dump.manifest import Kind, Manifest, Member, Origin, Redacted

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can state
_STAMP: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)")
_OWNER_ONLY: Final = 0o100600 << 16


@dataclass(frozen=True, slots=True)
class Content:
    """One file of a dump, rendered and redacted; `original` as in the manifest."""

    name: str
    data: bytes
    kind: Kind
    original: int | None = None


def write(
    contents: Iterable[Content],
    *,
    taken: str,
    written_by: Origin,
    redaction: Redacted,
    left_out: Mapping[str, str] | None = None,
) -> tuple[bytes, Manifest]:
    """Return a dump as bytes and its manifest; `taken` is UTC, ISO 8601, and becomes the time of all members."""
    files = sorted(contents, key=lambda content: content.name)
    manifest = Manifest(
        written_by=written_by,
        taken=taken,
        redaction=redaction,
        members={
            item.name: Member(
                sha256=hashlib.sha256(item.data).hexdigest(),
                bytes=len(item.data),
                kind=item.kind,
                original=item.original,
            )
            for item in files
        },
        left_out=dict(left_out or {}),
    )
    buffer = io.BytesIO()
    when = _date(taken)
    with zipfile.ZipFile(buffer, "w") as archive:
        # First, so that it is at hand in the first block of the file.
        for name, data in ((form.NAME, form.encode(manifest)), *((item.name, item.data) for item in files)):
            info = zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, wherever it is written
            info.external_attr = _OWNER_ONLY
            archive.writestr(info, data)
    return buffer.getvalue(), manifest


def stamp(taken: str) -> str:
    """Return the time as it stands in file names: "20261121T104500Z"."""
    return re.sub(r"[^0-9TZ]", "", taken) or "unknown"


def _date(taken: str) -> tuple[int, int, int, int, int, int]:
    found = _STAMP.match(taken)
    if found is None or not 1980 <= int(found[1]) <= 2107:
        return _EPOCH
    year, month, day, hour, minute, second = map(int, found.groups())
    return year, month, day, hour, minute, second
