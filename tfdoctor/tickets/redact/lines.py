"""Applies costly expressions only to the lines that can hold a match: finding a plain text costs next to nothing.

Of a long text the words are gathered first, each once and with one digit for all: a hint that is in none of them is in
no line. What a change of lines brings is added, so the words of the text that one rule leaves serve the next.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

_SHORT: Final = 4000  # characters: in a shorter text a hint is found sooner than the words are gathered
_DIGITS: Final = bytes.maketrans(b"123456789", b"0" * 9)


def lowered(text: str) -> str:
    """Return a text in lower case with every character at its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(one if len(one := char.lower()) == 1 else char for char in text)


def on_lines(text: str, hints: Iterable[str], change: Callable[[str], str], lower: str | None = None) -> str:
    """Change the lines that hold one of the hints; with `lower`, the text in lower case, case is ignored."""
    words = _words_of(text)
    if words is not None:
        hints = [hint for hint in hints if words.may_hold(hint)]
    return _changed(text, _starts(text if lower is None else lower, hints), change, words)


def on_matches(text: str, expression: re.Pattern[str], change: Callable[[str], str]) -> str:
    """Change the lines in which an expression matches, one that cannot match across lines."""
    starts: dict[int, int] = {}
    found = expression.search(text)
    while found:
        start, end = _line(text, found.start())
        starts[start] = end
        found = expression.search(text, end)
    return _changed(text, starts, change, _words_of(text) if starts else None)


def may_match(text: str, expression: re.Pattern[str]) -> bool:
    """Whether an expression for lower case, 0 for every digit and no space may match in a text: False is sure."""
    words = _words_of(text)
    return words is None or expression.search(words.joined) is not None


def _starts(searched: str, hints: Iterable[str]) -> dict[int, int]:
    """Where the lines with a hint start, and where each ends."""
    starts: dict[int, int] = {}
    for hint in hints:
        place = searched.find(hint)
        while place >= 0:
            start, end = _line(searched, place)
            starts[start] = end
            place = searched.find(hint, end)
    return starts


def _line(text: str, place: int) -> tuple[int, int]:
    end = text.find("\n", place)
    return text.rfind("\n", 0, place) + 1, len(text) if end < 0 else end + 1


def _changed(text: str, starts: dict[int, int], change: Callable[[str], str], words: "_Words | None") -> str:
    if not starts:
        return text
    pieces = []
    fresh = []
    done = 0
    for start, end in _joined(starts):
        piece = text[start:end]
        new = change(piece)
        if new != piece:
            pieces += [text[done:start], new]
            fresh.append(new)
            done = end
    if not fresh:
        return text
    pieces.append(text[done:])
    result = "".join(pieces)
    if words is not None:
        _Words.last = words.with_those_of(result, "".join(fresh))
    return result


def _joined(starts: dict[int, int]) -> Iterator[tuple[int, int]]:
    """The lines in order; neighbours are one piece."""
    places = sorted(starts)
    index = 0
    while index < len(places):
        start = places[index]
        end = starts[start]
        while index + 1 < len(places) and places[index + 1] == end:
            index += 1
            end = starts[end]
        yield start, end
        index += 1


class _Words:
    """The words of one text, in lower case, with 0 for every digit."""

    last: "_Words | None" = None  # of the text that was looked at last

    def __init__(self, text: str, words: frozenset[bytes]) -> None:
        self.text = text
        self.words = words
        self.joined = b"\n".join(words).decode("utf-8", "surrogatepass")
        self._known: dict[str, bool] = {}

    def may_hold(self, hint: str) -> bool:
        """Whether the text may hold a hint: False is sure."""
        known = self._known.get(hint)
        if known is None:
            known = self._known[hint] = all(part.decode() in self.joined for part in _plain(hint).split())
        return known

    def with_those_of(self, text: str, changed: str) -> "_Words":
        """The words of a text that was changed in some of its lines."""
        return _Words(text, self.words | _gathered(changed))


def _gathered(text: str) -> frozenset[bytes]:
    return frozenset(_plain(text).split())


def _plain(text: str) -> bytes:
    """A text in lower case with 0 for every digit: as bytes this is many times faster."""
    return text.lower().encode("utf-8", "surrogatepass").translate(_DIGITS)


def _words_of(text: str) -> _Words | None:
    if len(text) < _SHORT:
        return None
    words = _Words.last
    if words is None or words.text is not text:
        words = _Words.last = _Words(text, _gathered(text))
    return words
