"""Turns log text into typed events: what a line says, not what it means.

A pattern names a kind of event and a regular expression whose named groups become the event's values.
The same text is read whether it comes from a ticket or from a load attempt.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a log line states; `line` is its number (from 1), `text` the line, stripped."""

    kind: str
    line: int
    text: str
    values: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")


@dataclass(frozen=True)
class Pattern:
    """A kind of event and the expression that recognises it anywhere in a line."""

    kind: str
    expression: str

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression: made at first use, since most checks have no log and compiling all takes 30 ms."""
        return re.compile(self.expression, re.IGNORECASE)


def pattern(kind: str, expression: str) -> Pattern:
    """Make a Pattern; case matters not, named groups become values."""
    return Pattern(kind, expression)


class Events(tuple[Event, ...]):
    """The events of one log, in order."""

    __slots__ = ()

    def of(self, *kinds: str) -> tuple[Event, ...]:
        """All events of the given kinds, in order."""
        return tuple(event for event in self if event.kind in kinds)

    def first(self, *kinds: str, **values: str) -> Event | None:
        """The first event of one of the kinds whose values contain the given texts (case ignored)."""
        for event in self.of(*kinds):
            if all(text.lower() in event[key].lower() for key, text in values.items()):
                return event
        return None


_LONGEST_LINE = 4000  # a pasted line of megabytes must not stall an expression


def scan(text: str, patterns: tuple[Pattern, ...]) -> Events:
    """Read `text` line by line; a line can give several events."""
    events: list[Event] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()[:_LONGEST_LINE]
        if not line:
            continue
        for candidate in patterns:
            for found in candidate.regex.finditer(line):
                values = {key: value for key, value in found.groupdict().items() if value is not None}
                events.append(Event(candidate.kind, number, line, values))
    return Events(events)
