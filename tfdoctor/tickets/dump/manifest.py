"""The manifest of a dump: what it holds, who wrote it, and what was taken out of it."""

from typing import Any, Final, Literal

import msgspec

FORMAT: Final = 1
NAME: Final = "manifest.json"
SNAPSHOT: Final = "snapshot.json"
LOAD_LOG: Final = "load.log"
ATTACHMENTS: Final = "attachments/"

Kind = Literal["snapshot", "diagnosis", "report", "freeze", "load-log", "log", "code", "text", "binary"]


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file of a dump, as it lies there.

    The last four kinds are attachments: what a program printed, source, other text, and what is no text. `original`
    is the size in bytes of the attached file where only its beginning and its end were taken.
    """

    sha256: str
    bytes: int
    kind: str
    original: int | None = None


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The tfdoctor that wrote the dump and the matrix that judged; `matrix` and `digest` "" where it could not."""

    tool: str
    matrix: str = ""
    digest: str = ""


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """Whether private things were replaced, and how often by which rule."""

    on: bool
    rules: dict[str, int] = {}


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a dump holds; `taken` is UTC, ISO 8601; `left_out` the files that could not be made, with the reason."""

    format: int = FORMAT
    written_by: Origin
    taken: str
    redaction: Redacted
    members: dict[str, Member]
    left_out: dict[str, str] = {}


def encode(manifest: Manifest) -> bytes:
    """Return the manifest as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=2)


def decode(data: bytes) -> tuple[Manifest, tuple[str, ...]]:
    """Read a manifest and name what of it is not known to this version.

    Raises:
        msgspec.DecodeError: it is no JSON, or no manifest; the text carries the key path.
        RecursionError: it is nested too deeply.
    """
    found = msgspec.json.decode(data, type=Manifest)
    remarks = []
    if found.format > FORMAT:
        value: dict[str, Any] = msgspec.json.decode(data)
        unknown = sorted(set(value) - {field.name for field in msgspec.structs.fields(Manifest)})
        ignored = f"; ignored: {', '.join(unknown)}" if unknown else ""
        remarks.append(f"the dump is of a newer format ({found.format}, this tfdoctor knows {FORMAT}){ignored}")
    return found, tuple(remarks)
