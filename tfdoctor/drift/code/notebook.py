"""The code cells of a notebook (nbformat 3 and 4): their numbers, their programs, and where these stand in the file.

Who reads cells, who shows their lines and who rewrites them ask here: cells are counted and found in one place.
"""

import json
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Final

from tfdoctor.drift.code.jsontext import Place, Places, Step, characters
from tfdoctor.drift.code.source import LINE_END, UnreadableError

_LIST: Final = "["


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell.

    Attributes:
        number: its place among all cells, from 1.
        source: its program.
        way: from the whole of the notebook to that program, which is a string or a list of strings.
    """

    number: int
    source: str
    way: tuple[Step, ...]


class Notebook:
    """One notebook.

    Attributes:
        text: its file, without a byte order mark.
        cells: the code cells by their numbers.
    """

    def __init__(self, data: bytes) -> None:
        """Read a file.

        Raises:
            UnreadableError: it is no notebook, or none in Python.
        """
        try:
            self.text = data.decode(json.detect_encoding(data), "surrogatepass")
            whole = json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise UnreadableError(f"no notebook: {error}") from None
        if not isinstance(whole, dict):
            raise UnreadableError("no notebook")
        language = _language(whole)
        if language not in {"", "python"}:
            raise UnreadableError(f"a notebook in {language}")
        every = enumerate(_every(whole), start=1)
        self.cells = {number: _cell(number, way, cell) for number, (way, cell) in every if _is_code(cell)}
        self._places = Places(self.text)

    def lines(self, number: int) -> list[str]:
        """Return the lines of a cell; none where there is no such cell."""
        return LINE_END.split(self.cells[number].source) if number in self.cells else []

    def place(self, number: int) -> Place:
        """Return where the program of a cell stands in the text, with its quotes or brackets."""
        return self._places.of(*self.cells[number].way)

    def strings(self, number: int) -> list[Place]:
        """Return where the strings stand that a cell's program is made of, with their quotes."""
        place = self.place(number)
        listed = self._places.within(place) if self.text[place.start] == _LIST else [place]
        return [one for one in listed if self.text[one.start] == '"']

    def region(self, number: int, first: tuple[int, int], last: tuple[int, int]) -> tuple[int, int, int, int] | None:
        """Return where a part of a cell stands in the file; None where the cell has no such part.

        Args:
            number: of the cell.
            first: line and column of its first character in the cell, from 1.
            last: line and column one past its last character.

        Returns:
            The same of the file: line and column of its first character, line and column one past its last.
        """
        source = self.cells[number].source if number in self.cells else ""
        start, end = _offset(source, *first), _offset(source, *last)
        if start is None or end is None or start == len(source):
            return None
        spelled = self._characters(number)[start : max(end, start + 1)]
        return *self._position(spelled[0].start), *self._position(spelled[-1].end)

    def _characters(self, number: int) -> list[Place]:
        return list(chain.from_iterable(characters(self.text, one) for one in self.strings(number)))

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._ends, offset)
        return line + 1, offset - (self._ends[line - 1] if line else 0) + 1

    @cached_property
    def _ends(self) -> list[int]:
        """Where the lines of the file end."""
        return [found.end() for found in LINE_END.finditer(self.text)]


def _offset(source: str, line: int, column: int) -> int | None:
    """Return how many characters are before a place; None where there is no such place."""
    starts = [0, *(found.end() for found in LINE_END.finditer(source))]
    found = starts[line - 1] + column - 1 if 0 < line <= len(starts) else len(source) + 1
    return found if found <= len(source) else None


def _every(notebook: dict[str, Any]) -> list[tuple[tuple[Step, ...], Any]]:
    """Return all cells with the ways to them, in the order that numbers them.

    Raises:
        UnreadableError: there is no place for any.
    """
    lists: list[tuple[tuple[Step, ...], Any]] = [(("cells",), notebook.get("cells"))]
    if lists[0][1] is None:  # nbformat 3
        found = notebook.get("worksheets")
        sheets = enumerate(found if isinstance(found, list) else [])
        lists = [(("worksheets", at, "cells"), one.get("cells")) for at, one in sheets if isinstance(one, dict)]
    if not lists:
        raise UnreadableError("no notebook: it has no cells")
    return [((*way, at), cell) for way, cells in lists if isinstance(cells, list) for at, cell in enumerate(cells)]


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(part, dict) and isinstance(part.get(name), str):
            return str(part[name]).lower()
    return ""


def _is_code(cell: Any) -> bool:  # noqa: ANN401  any JSON
    if not isinstance(cell, dict):
        return False
    return cell.get("cell_type") == "code" and cell.get("language", "python") == "python"


def _cell(number: int, way: tuple[Step, ...], cell: dict[str, Any]) -> Cell:
    """Return a cell; what in it is no string is passed over."""
    key = "source" if "source" in cell else "input"
    said = cell.get(key)
    strings = said if isinstance(said, list) else [said]
    return Cell(number, "".join(one for one in strings if isinstance(one, str)), (*way, key))
