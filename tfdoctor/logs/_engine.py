"""Turns log text into typed events: what a line says, not what it means.

The same text is read whether it comes from a ticket or from a load attempt. An expression is tried only on lines that
hold one of its words, and the words are looked up in the whole text: most logs hold few of them.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import accumulate, chain
from operator import itemgetter
from typing import Final

from tfdoctor.logs._events import Event, Events
from tfdoctor.matrix.signatures import Signature, Signatures

LONGEST_LINE: Final = 4000  # a pasted line of megabytes must not stall an expression
LONGEST_TEXT: Final = 4_000_000  # of a longer log the first and the last half of this are read: a second or two
MOST_EVENTS: Final = 1000  # of one signature; of more the first and the last half are kept
MOST_TRIED: Final = 400_000  # characters that one expression is tried on; of more the first and the last half
_CHUNK: Final = 128_000  # what is searched at once: it fits a processor's cache

# The letters outside ASCII that an expression takes for one of i, s and k when it ignores case.
_ODD: Final = str.maketrans("\u0130\u0131\u017f\u212a", "iisk")


def scan(text: str, signatures: Signatures) -> Events:
    """Read `text` line by line; a line can give several events, in the order of the signatures."""
    kept: dict[int, _Kept] = {}
    left_out = max(0, len(text) - LONGEST_TEXT)
    before = 0
    for part in _parts(text, left_out):
        if isinstance(part, int):
            before += part
            continue
        lines = part.splitlines(keepends=True)
        last, stripped = -1, ""
        for line, row in _candidates(part, lines, signatures):
            if line != last:
                last, stripped = line, lines[line].strip()[:LONGEST_LINE]
            if row not in kept:
                kept[row] = _Kept(signatures.rows[row])
            kept[row].take(before + line + 1, stripped)
        before += len(lines)
    found = [(event.line, row, event) for row, one in kept.items() for event in one.events()]
    found.sort(key=itemgetter(0, 1))
    dropped, untried = (sum(getattr(one, name) for one in kept.values()) for name in ("dropped", "untried"))
    return Events((event for _, _, event in found), left_out, dropped, untried)


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


class _Kept:
    """What one signature finds: the first and the last events, on the first and the last lines that it is tried on."""

    __slots__ = ("_first", "_last", "_room", "_signature", "_waiting", "_weight", "dropped", "untried")

    def __init__(self, signature: Signature) -> None:
        self._signature = signature
        self._first: list[Event] = []
        self._last: deque[Event] | None = None
        self._room = MOST_TRIED // 2
        self._waiting: deque[tuple[int, str]] = deque()
        self._weight = 0  # characters that wait
        self.dropped = 0
        self.untried = 0

    def take(self, number: int, line: str) -> None:
        """Try a line; when there were very many, it waits and may be pushed out by later ones."""
        if self._room > 0:
            self._room -= len(line)
            self._try(number, line)
            return
        self._waiting.append((number, line))
        self._weight += len(line)
        while self._weight > MOST_TRIED // 2:
            self._weight -= len(self._waiting.popleft()[1])
            self.untried += 1

    def events(self) -> Iterator[Event]:
        """All events that are kept, once every line was taken."""
        for number, line in self._waiting:
            self._try(number, line)
        return chain(self._first, self._last or ())

    def _try(self, number: int, line: str) -> None:
        for values in _found(self._signature, line):
            event = Event(self._signature.kind, number, line, values)
            if len(self._first) < MOST_EVENTS // 2:
                self._first.append(event)
                continue
            if self._last is None:
                self._last = deque(maxlen=MOST_EVENTS // 2)
            self.dropped += len(self._last) == self._last.maxlen
            self._last.append(event)
