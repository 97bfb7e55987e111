"""An entry that could not be read, as JSON: it stands where its diagnosis would stand."""

import msgspec

from tfdoctor import __version__
from tfdoctor.diagnosis import SCHEMA_VERSION
from tfdoctor.render.safe import json_text
from tfdoctor.tickets.inputs.entry import Rejected


class ErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the entry stands, and why it cannot be read."""

    place: str
    reason: str


class RejectedView(msgspec.Struct, frozen=True, kw_only=True):
    """What `triage` prints in the place of a diagnosis; `id` is made of the place."""

    schema_version: int = SCHEMA_VERSION
    tool_version: str = __version__
    id: str | None
    error: ErrorView


def document(entry: Rejected) -> str:
    """Return the entry as an indented JSON document."""
    return msgspec.json.format(line(entry), indent=2)


def line(entry: Rejected) -> str:
    """Return the entry as one line of JSON."""
    error = ErrorView(place=_valid(entry.place), reason=_valid(entry.reason))
    return json_text(msgspec.json.encode(RejectedView(id=_valid(entry.id) or None, error=error)).decode())


def _valid(text: str) -> str:
    """A file's name may hold bytes that are no text; Python carries them as lone surrogates."""
    return text.encode(errors="backslashreplace").decode()
