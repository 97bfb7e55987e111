"""Where the lines of a notebook's cells stand in its file, which is JSON: for what shows files, not cells."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from tfdoctor.drift.change import Region

_SPACE: Final = re.compile(r"[\s,:]*")  # what separates values; that it is JSON was seen before
_PLAIN: Final = re.compile(r"[^\s,:\]}]+")
_PAIR: Final = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_CHARACTER: Final = re.compile(rf"{_PAIR}|\\u.{{4}}|\\.|.", re.DOTALL)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SOURCES: Final = frozenset({"source", "input"})
_Path = tuple[str | int, ...]


class _Piece(NamedTuple):
    """A string of a cell's source: where its first character stands in the file, and what it says."""

    start: int
    text: str


class Cells:
    """The cells of one notebook."""

    def __init__(self, text: str) -> None:
        """Read the file's text.

        Raises:
            ValueError: it is no JSON.
            RecursionError: it is nested too deeply.
        """
        whole = json.loads(text)
        sheets = whole.get("worksheets") if isinstance(whole, dict) else None
        counts = [len(sheet["cells"]) for sheet in sheets] if isinstance(sheets, list) else []
        self._text = text
        self._ends = [found.end() for found in _LINE_END.finditer(text)]
        self._pieces: dict[int, list[_Piece]] = {}
        for path, start, said in _strings(text):
            match path:
                case ("cells", int(at), key, *_) if key in _SOURCES:
                    self._pieces.setdefault(at + 1, []).append(_Piece(start, said))
                case ("worksheets", int(sheet), "cells", int(at), key, *_) if key in _SOURCES:
                    self._pieces.setdefault(sum(counts[:sheet]) + at + 1, []).append(_Piece(start, said))

    def source(self, cell: int) -> list[str]:
        """Return the lines of a cell, by its number from 1."""
        return _LINE_END.split("".join(piece.text for piece in self._pieces.get(cell, ())))

    def region(self, cell: int, inside: Region) -> Region | None:
        """Return where a part of a cell stands in the file; None where the cell has no such part."""
        first = self._offset(cell, inside.line, inside.column)
        last = self._offset(cell, inside.end_line, inside.end_column)
        if first is None or last is None:
            return None
        start, _ = self._raw(cell, first)
        _, end = self._raw(cell, max(first, last - 1))
        return Region(*self._at(start), *self._at(end))

    def _offset(self, cell: int, line: int, column: int) -> int | None:
        text = "".join(piece.text for piece in self._pieces.get(cell, ()))
        starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        found = starts[line - 1] + column - 1 if 0 < line <= len(starts) else len(text) + 1
        return found if found <= len(text) else None

    def _raw(self, cell: int, offset: int) -> tuple[int, int]:
        """Where a character of a cell begins and ends in the file."""
        pieces = self._pieces[cell]
        for number, piece in enumerate(pieces, start=1):
            if offset < len(piece.text) or number == len(pieces):
                break
            offset -= len(piece.text)
        at = end = piece.start
        for number, found in enumerate(_CHARACTER.finditer(self._text, piece.start)):
            at, end = found.span()
            if number == offset:
                break
        return at, end

    def _at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._ends, offset)
        return line + 1, offset - (self._ends[line - 1] if line else 0) + 1


def _strings(text: str) -> Iterator[tuple[_Path, int, str]]:
    """Yield the strings of a JSON text that are values: the path to each, where it begins, what it says."""
    path: list[str | int | None] = []  # a None is a key that is still to come
    decoder = json.JSONDecoder()
    at = len(text) - len(text.lstrip())
    while at < len(text):
        mark = text[at]
        end, valued = at + 1, True
        if mark in "{[":
            path.append(None if mark == "{" else 0)
            valued = False
        elif mark in "}]":
            path.pop()
        elif mark == '"':
            said, end = decoder.raw_decode(text, at)
            if path and path[-1] is None:
                path[-1], valued = said, False
            else:
                yield tuple(path), at + 1, said  # type: ignore[arg-type]  # inside a value every key is known
        else:
            end = _PLAIN.match(text, at).end()  # type: ignore[union-attr]  # a number or a word stands here
        if valued and path:
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else None
        at = _SPACE.match(text, end).end()  # type: ignore[union-attr]  # it matches anything
