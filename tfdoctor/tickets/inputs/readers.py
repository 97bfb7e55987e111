"""Reads one piece. A new kind of JSON is one row of `OBJECTS`, a new kind of file one row of `READERS`."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from tfdoctor.errors import InputError
from tfdoctor.facts.tolerant import decode_tolerantly
from tfdoctor.matrix.signatures import Signatures
from tfdoctor.tickets import dump, fingerprints, firstaid, form, prose, ticket
from tfdoctor.tickets.inputs import content
from tfdoctor.tickets.inputs.entry import Entry, Kind, Piece, Rejected
from tfdoctor.tickets.inputs.split import cut


class Objects(NamedTuple):
    """A kind of JSON object: how it is recognised, and its reader, which gets the object and its text."""

    matches: Callable[[dict[str, Any]], bool]
    read: Callable[[dict[str, Any], bytes, Piece, Signatures | None], Entry]


def read(piece: Piece, signatures: Signatures | None = None) -> Iterator[Entry | Rejected]:
    """Yield the entries of a piece: one, or none, or several where a zip holds several tickets.

    Free text is read with the signatures; those of this installation by default.
    """
    try:
        yield from READERS[piece.kind](piece, signatures)
    except InputError as error:
        reason = str(error).removeprefix(f"{piece.place}: ")
        yield Rejected(piece.place, reason, piece.id)
    except OSError as error:
        yield Rejected(piece.place, error.strerror or str(error), piece.id)
    except RecursionError:
        yield Rejected(piece.place, "nested too deeply", piece.id)


# --- JSON ---------------------------------------------------------------------------------------------

# Numbers keep their text: the version 2.10 written without quotes is not 2.1.
_DECODER: Final = msgspec.json.Decoder(float_hook=str)
_NAMES: Final = {str: "a text", int: "a number", bool: "true or false", list: "a list"}
_KEYS: Final = frozenset(form.Ticket.__struct_fields__) | {"expect"}


def _json(piece: Piece, signatures: Signatures | None) -> Iterator[Entry | Rejected]:
    data = piece.data if piece.data is not None else _whole(piece.path)
    if not data.strip():
        raise InputError("it is empty")
    try:
        value = _DECODER.decode(data)
        if not isinstance(value, dict):
            raise InputError(f"a ticket is a JSON object, and this is {_NAMES.get(type(value), 'null')}")
        yield next(kind for kind in OBJECTS if kind.matches(value)).read(value, data, piece, signatures)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(str(error)) from None


def _whole(path: str) -> bytes:
    with Path(path).open("rb") as stream:
        return content.bounded(content.chunks(stream))


def _snapshot(_: dict[str, Any], data: bytes, piece: Piece, __: Signatures | None) -> Entry:
    found, remarks = decode_tolerantly(data)
    return Entry(piece.place, found.id or piece.id, found, remarks=(*piece.remarks, *remarks))


def _issue(value: dict[str, Any], _: bytes, piece: Piece, signatures: Signatures | None) -> Entry:
    """An issue as the programs and interfaces of GitHub give it: the title and the body are free text."""
    named = value.get("number") or value.get("id") or piece.id
    # The title comes last: the lines are counted as the user sees them.
    return _prose(f"{value['body']}\n\n{value.get('title') or ''}", piece, str(named), signatures)


def _ticket(value: dict[str, Any], _: bytes, piece: Piece, __: Signatures | None) -> Entry:
    if "schema_version" in value and not {"environment", "log"} & set(value):
        raise InputError(
            "this is an answer of tfdoctor, not what it was made of: ask for the dump (tfdoctor dump)"
            " or the snapshot (tfdoctor check --write-snapshot FILE)"
        )
    if value and not _KEYS & set(value):
        raise InputError(f"none of a ticket's keys is in it ({', '.join(sorted(_KEYS - {'expect'}))})")
    found = form.from_object(value)
    remarks = piece.remarks if found != form.Ticket() else (*piece.remarks, "the ticket states nothing")
    return Entry(piece.place, found.name or piece.id, ticket.snapshot(found), remarks=remarks)


def _first_aid(value: dict[str, Any], _: bytes, piece: Piece, signatures: Signatures | None) -> Entry:
    found, understood = firstaid.snapshot(value, signatures)
    return Entry(piece.place, piece.id, found, understood, piece.remarks)


def _fingerprint(_: dict[str, Any], data: bytes, piece: Piece, __: Signatures | None) -> Entry:
    found, remarks = fingerprints.snapshot(data)
    return Entry(piece.place, piece.id, found, remarks=(*piece.remarks, *remarks))


OBJECTS: Final = (
    Objects(lambda value: value.get("type") == "Snapshot", _snapshot),
    Objects(lambda value: isinstance(value.get("body"), str) and not {"environment", "log"} & set(value), _issue),
    Objects(firstaid.is_answer, _first_aid),
    Objects(fingerprints.is_fingerprint, _fingerprint),
    Objects(lambda _: True, _ticket),
)

# --- other files --------------------------------------------------------------------------------------


def _text(piece: Piece, signatures: Signatures | None) -> Iterator[Entry | Rejected]:
    data, remarks = piece.data or b"", piece.remarks
    if piece.path:
        with Path(piece.path).open("rb") as stream:
            data, remarks = content.ends_of(stream)
    text = data.decode(errors="replace")
    if not text.strip():
        raise InputError("it is empty")
    if "\ufffd" in text:
        remarks = (*remarks, f"{text.count(chr(0xFFFD))} characters that are no UTF-8 were replaced")
    yield _prose(text, replace(piece, remarks=remarks), piece.id, signatures)


def _prose(text: str, piece: Piece, name: str, signatures: Signatures | None) -> Entry:
    found = prose.read(text, signatures)
    remarks = piece.remarks if found.understood else (*piece.remarks, "nothing in the text was understood")
    return Entry(piece.place, name, ticket.snapshot(found.ticket), found.understood, remarks)


def _dump(piece: Piece, signatures: Signatures | None) -> Iterator[Entry | Rejected]:
    """A dump, or a zip of texts and tickets: the texts are one entry, each ticket is one."""
    found = dump.read(
        piece.data if piece.data is not None else Path(piece.path), place=piece.place, signatures=signatures
    )
    if found.snapshot is not None:
        name = found.snapshot.id or piece.id
        yield Entry(piece.place, name, found.snapshot, found.understood, (*piece.remarks, *found.remarks))
    for inner, data in found.documents:
        for part in cut(data, f"{piece.place}: {inner}", inner):
            yield from [part] if isinstance(part, Rejected) else read(part, signatures)


READERS: Final[dict[Kind, Callable[[Piece, Signatures | None], Iterator[Entry | Rejected]]]] = {
    "json": _json,
    "text": _text,
    "dump": _dump,
}
