"""Where in the text of a notebook the sources of its cells stand."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # there in every CPython, not in the stubs
from typing import Any, Final

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Span:
    """The JSON of one source: a string, or a list of lines, each with its own place."""

    start: int
    end: int
    lines: tuple[tuple[int, int], ...] | None

    def replaced(self, text: str, source: str) -> str:
        """Return the text of the notebook with another source; lines that stay keep their spelling."""
        plain = text[self.start : self.end].isascii()
        if self.lines is None:
            new = _spelled(source, plain=plain)
        else:
            old: dict[str, str] = {}
            for start, end in self.lines:
                old[json.loads(text[start:end])] = text[start:end]
            between = text[self.lines[0][1] : self.lines[1][0]] if len(self.lines) > 1 else ", "
            wanted = re.findall(r"[^\n]*\n|[^\n]+", source)
            spelled = between.join(old.get(line) or _spelled(line, plain=plain) for line in wanted)
            new = text[self.start : self.lines[0][0]] + spelled + text[self.lines[-1][1] : self.end]
        return text[: self.start] + new + text[self.end :]


def _spelled(value: str, *, plain: bool) -> str:
    return json.dumps(value, ensure_ascii=plain)


def sources(text: str) -> dict[int, Span]:
    """Return the places of the sources by the numbers of the cells, from 1, all cells counted."""
    found: dict[int, Span] = {}
    for number, cell in enumerate(_all_cells(text), start=1):
        for key, (start, end) in _members(text, cell):
            if key in {"source", "input"}:
                lines = tuple(_elements(text, start)) if text[start] == "[" else None
                found[number] = Span(start, end, lines)
    return found


def _all_cells(text: str) -> Iterator[int]:
    """Yield where the cells begin, in the order that numbers them: those that `code.notebook.every` returns."""
    top = dict(_members(text, _skip(text, 0)))
    cells, sheets = top.get("cells"), top.get("worksheets")
    if cells is not None and text[slice(*cells)] != "null":
        yield from (cell for cell, _ in _elements(text, cells[0]))
    elif sheets is not None:  # nbformat 3
        for sheet, _ in _elements(text, sheets[0]):
            inner = dict(_members(text, sheet)).get("cells")
            yield from (cell for cell, _ in _elements(text, inner[0])) if inner else ()


def _end(text: str, start: int) -> int:
    """Return where a value ends."""
    _, end = _DECODER.raw_decode(text, start)
    return end


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _members(text: str, at: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the keys of an object with the places of their values; of anything else none."""
    if text[at] != "{":
        return
    at = _skip(text, at + 1)
    while text[at] == '"':
        key: Any
        key, at = scanstring(text, at + 1)
        start = _skip(text, _skip(text, at) + 1)
        end = _end(text, start)
        yield key, (start, end)
        at = _skip(text, _skip(text, end) + 1)
        if at >= len(text):
            return


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the places of the elements of a list; of anything else none."""
    if text[at] != "[":
        return
    at = _skip(text, at + 1)
    while text[at] != "]":
        end = _end(text, at)
        yield at, end
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
