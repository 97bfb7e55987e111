"""Turns log text into typed events: what a line says, not what it means.

The same text is read whether it comes from a ticket or from a load attempt. An expression is tried only on lines that
hold one of its words, and the words are looked up in the whole text: most logs hold few of them.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import accumulate, chain
from typing import Final

from tfdoctor.logs._events import Event, Events
from tfdoctor.matrix.signatures import Signature, Signatures

LONGEST_LINE: Final = 4000  # a pasted line of megabytes must not stall an expression
LONGEST_TEXT: Final = 8_000_000  # of a longer log the first and the last half of this are read: a second or two
MOST_EVENTS: Final = 1000  # of one signature; of more the first and the last half are kept
_CHUNK: Final = 128_000  # what is searched at once: it fits a processor's cache

# The letters outside ASCII that an expression takes for one of i, s and k when it ignores case.
_ODD: Final = str.maketrans("\u0130\u0131\u017f\u212a", "iisk")


def scan(text: str, signatures: Signatures) -> Events:
    """Read `text` line by line; a line can give several events, in the order of the signatures."""
    kept = [_Kept() for _ in signatures.rows]
    left_out = max(0, len(text) - LONGEST_TEXT)
    before = 0
    for part in _parts(text, left_out):
        if isinstance(part, int):
            before += part
            continue
        lines = part.splitlines(keepends=True)
        for line, row in _candidates(part, lines, signatures):
            stripped = lines[line].strip()[:LONGEST_LINE]
            signature = signatures.rows[row]
            for values in _found(signature, stripped):
                kept[row].add((before + line + 1, row, Event(signature.kind, before + line + 1, stripped, values)))
        before += len(lines)
    found = sorted(chain.from_iterable(kept), key=lambda item: item[:2])
    return Events((event for _, _, event in found), left_out, sum(one.dropped for one in kept))


def _parts(text: str, left_out: int) -> Iterator[str | int]:
    """Cut a text at line ends; the number of lines stands for what is left out of its middle."""
    half = (len(text) - left_out) // 2 if left_out else len(text)
    yield from _chunks(text, 0, half)
    if left_out:
        yield text.count("\n", half, half + left_out) - (text[half - 1] != "\n")
        yield from _chunks(text, half + left_out, len(text))


def _chunks(text: str, start: int, end: int) -> Iterator[str]:
    while start < end:
        stop = text.find("\n", min(start + _CHUNK, end) - 1, end) + 1 or end
        yield text[start:stop]
        start = stop


def _candidates(part: str, lines: list[str], signatures: Signatures) -> list[tuple[int, int]]:
    """Return, in order, each line with each signature of which it holds a word."""
    lowered = (part if part.isascii() else part.translate(_ODD)).lower()  # the length stays
    found: set[tuple[int, int]] = set()
    starts: list[int] = []
    for word, rows in signatures.by_word.items():
        if word not in lowered:
            continue
        starts = starts or list(accumulate(map(len, lines), initial=0))
        at = lowered.find(word)
        while at >= 0:
            line = bisect_right(starts, at) - 1
            found.update((line, row) for row in rows)
            at = lowered.find(word, starts[line + 1])
    return sorted(found)


def _found(signature: Signature, line: str) -> Iterator[dict[str, str]]:
    if signature.anchored:
        first = signature.regex.match(line)
        matches = iter(() if first is None else (first,))
    else:
        matches = signature.regex.finditer(line)
    for match in matches:
        yield {key: value for key, value in match.groupdict().items() if value is not None}


_Item = tuple[int, int, Event]


class _Kept:
    """The first and the last events of one signature."""

    __slots__ = ("_first", "_last", "dropped")

    def __init__(self) -> None:
        self._first: list[_Item] = []
        self._last: deque[_Item] | None = None
        self.dropped = 0

    def add(self, item: _Item) -> None:
        if len(self._first) < MOST_EVENTS // 2:
            self._first.append(item)
            return
        if self._last is None:
            self._last = deque(maxlen=MOST_EVENTS // 2)
        self.dropped += len(self._last) == self._last.maxlen
        self._last.append(item)

    def __iter__(self) -> Iterator[_Item]:
        return chain(self._first, self._last or ())
