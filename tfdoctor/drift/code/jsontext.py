"""Where the values of a JSON text stand in it."""

import json
import re
from collections.abc import Iterator
from functools import cache
from json.decoder import scanstring  # type: ignore[attr-defined]  # there in every CPython, not in the stubs
from typing import Final, NamedTuple, TypeAlias

Step: TypeAlias = str | int
"""From a value to one in it: the key of a member, the number of an element from 0."""

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_PAIR: Final = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_CHARACTER: Final = re.compile(rf"{_PAIR}|\\u.{{4}}|\\.|.", re.DOTALL)
_DECODER: Final = json.JSONDecoder()


class Place(NamedTuple):
    """Where a value begins, and one past its end."""

    start: int
    end: int


class Places:
    """The places of the values of one text, which is JSON: that was seen before."""

    def __init__(self, text: str) -> None:
        """Look at nothing yet."""
        self._text = text
        self._inside = cache(self._within)

    def of(self, *way: Step) -> Place:
        """Return the place of the value at the end of a way from the whole.

        Raises:
            KeyError: it leads nowhere.
        """
        first, *more = way
        found = self._inside(_skip(self._text, 0))[first]
        for step in more:
            found = self._inside(found.start)[step]
        return found

    def within(self, place: Place) -> list[Place]:
        """Return the places of the values in a list or object, in their order."""
        return list(self._inside(place.start).values())

    def _within(self, start: int) -> dict[Step, Place]:
        """Return what `within` does by the steps to it: of members with one key the last, as decoding does."""
        if self._text[start] == "{":
            return dict(_members(self._text, start))
        return dict(enumerate(_elements(self._text, start)))


def characters(text: str, place: Place) -> list[Place]:
    """Return the places of the characters that a string in the text says."""
    return [Place(*found.span()) for found in _CHARACTER.finditer(text, place.start + 1, place.end - 1)]


def _members(text: str, at: int) -> Iterator[tuple[str, Place]]:
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = scanstring(text, at + 1)
        place = _value(text, _skip(text, _skip(text, at) + 1))
        yield key, place
        at = _next(text, place.end)


def _elements(text: str, at: int) -> Iterator[Place]:
    at = _skip(text, at + 1)
    while text[at] != "]":
        place = _value(text, at)
        yield place
        at = _next(text, place.end)


def _value(text: str, start: int) -> Place:
    _, end = _DECODER.raw_decode(text, start)
    return Place(start, end)


def _next(text: str, at: int) -> int:
    """Return where what follows a value begins: the next one, or the end of all."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
