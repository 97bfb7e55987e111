"""What the lines of a log state."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a log line states; `line` is its number (from 1), `text` the line, stripped."""

    kind: str
    line: int
    text: str
    values: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")


class Events(tuple[Event, ...]):  # noqa: SLOT001 - a tuple can have none with values
    """The events of one log, in order.

    Attributes:
        left_out: the number of characters in the middle of the log that were not read, since it is too long.
        dropped: the number of events that are not here, since there are too many like them.
        untried: how often a line was not compared with a form of message, since too many others might have it.
    """

    left_out: int
    dropped: int
    untried: int
    _by_kind: dict[str, list[int]]

    def __new__(  # noqa: PYI034 - Self is of 3.11
        cls, events: Iterable[Event] = (), left_out: int = 0, dropped: int = 0, untried: int = 0
    ) -> "Events":
        """Make the tuple and its index by kind: rules ask hundreds of times."""
        self = super().__new__(cls, events)
        self.left_out = left_out
        self.dropped = dropped
        self.untried = untried
        self._by_kind = {}
        for position, event in enumerate(self):
            self._by_kind.setdefault(event.kind, []).append(position)
        return self

    def of(self, *kinds: str) -> tuple[Event, ...]:
        """All events of the given kinds, in order."""
        if len(kinds) == 1:
            return tuple([self[position] for position in self._by_kind.get(kinds[0], ())])
        if self._by_kind.keys().isdisjoint(kinds):
            return ()
        found = [position for kind in set(kinds) for position in self._by_kind.get(kind, ())]
        return tuple(self[position] for position in sorted(found))

    @property
    def passed_over(self) -> tuple[str, ...]:
        """What was not read of the log, in sentences; none where all of it was."""
        said = []
        if self.left_out:
            said.append(
                f"the log is very long: {self.left_out} characters in its middle were not searched for known messages"
            )
        if self.untried:
            said.append(
                "very many lines of the log are alike: of those that might hold one and the same message only the "
                f"first and the last were compared with it ({self.untried} comparisons left out)"
            )
        if self.dropped:
            said.append(
                "very many messages of the log are alike: the first and the last ones of each form were judged, "
                f"{self.dropped} were not"
            )
        return tuple(said)

    def first(self, *kinds: str, **values: str) -> Event | None:
        """The first event of one of the kinds whose values contain the given texts (case ignored)."""
        for event in self.of(*kinds):
            if all(text.lower() in event[key].lower() for key, text in values.items()):
                return event
        return None
