"""Reads what the user names into Snapshots: tickets, snapshots, files of tickets, folders of these, standard input."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.tickets import form, ticket

_SUFFIXES = (".json", ".jsonl")


def read_inputs(paths: Iterable[str]) -> Iterator[tuple[str, facts.Snapshot]]:
    """Yield the id and the Snapshot of every ticket or snapshot, in order; "-" is standard input.

    Raises:
        InputError: a file cannot be read or is malformed; the text names the file, the line and the key path.
    """
    for path in paths:
        if path == "-":
            yield from _read_text("standard input", sys.stdin.buffer.read())
        elif Path(path).is_dir():
            inside = sorted(item for item in Path(path).rglob("*") if item.suffix in _SUFFIXES and item.is_file())
            if not inside:
                raise InputError(f"{path}: the folder holds no .json or .jsonl file")
            for item in inside:
                yield from _read_file(item)
        else:
            yield from _read_file(Path(path))


def _read_file(path: Path) -> Iterator[tuple[str, facts.Snapshot]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    if path.suffix == ".jsonl":
        yield from _read_lines(str(path), data)
    else:
        yield from _read_text(str(path), data)


def _read_text(name: str, data: bytes) -> Iterator[tuple[str, facts.Snapshot]]:
    """One object, or else one object a line."""
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip(b"\xef\xbb\xbf").startswith(b"{") for line in lines[:2]):
        try:
            msgspec.json.decode(lines[0].lstrip(b"\xef\xbb\xbf"))
        except (msgspec.DecodeError, RecursionError):
            pass  # an object spread over lines
        else:
            yield from _read_lines(name, data)
            return
    yield _read_object(name, data, Path(name).stem)


def _read_lines(name: str, data: bytes) -> Iterator[tuple[str, facts.Snapshot]]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield _read_object(f"{name}: line {number}", line, f"{Path(name).stem}:{number}")


def _read_object(place: str, data: bytes, default: str) -> tuple[str, facts.Snapshot]:
    text = data.removeprefix(b"\xef\xbb\xbf")
    try:
        if b'"Snapshot"' in text:
            tagged = msgspec.json.decode(text)
            if isinstance(tagged, dict) and tagged.get("type") == "Snapshot":
                snapshot = facts.decode(text)
                return snapshot.id or default, snapshot
        found = form.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{place}: {error}") from error
    except RecursionError as error:
        raise InputError(f"{place}: nested too deeply") from error
    return found.name or default, ticket.snapshot(found)
