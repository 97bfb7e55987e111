"""A Snapshot as a flat list of facts that can be laid side by side, each with the text to show and that to compare."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from packaging.version import Version

from tfdoctor.facts import ABSENT, Absent, Fact, Unknown, known
from tfdoctor.rules import Case
from tfdoctor.tickets.compare.places import Places

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Value:
    """What is shown, and the form in which two are equal."""

    text: str
    key: str


Reading = Value | Absent | Unknown


@dataclass
class Readings:
    """The facts of one side by their place; `missing` says what a place that is not listed means, by its beginning."""

    case: Case
    places: Places
    facts: dict[str, Reading] = field(default_factory=dict)
    missing: dict[str, Absent | Unknown] = field(default_factory=dict)

    def get(self, fact: str) -> Reading | None:
        """Return a fact; None where it has no meaning on this side (the memory of a GPU that is not there)."""
        found = self.facts.get(fact)
        if found is not None:
            return found
        value = next((value for start, value in self.missing.items() if fact.startswith(start)), None)
        detail = fact.startswith("distributions.") and fact.count(".") > 1
        return None if detail and isinstance(value, Unknown) else value

    def put(self, fact: str, value: Fact[T], form: Callable[[T], str | Value | None] = str) -> None:
        """Note a fact; `form` makes the text of a value (None: nothing worth a line)."""
        if isinstance(value, Unknown | Absent):
            self.facts[fact] = value
            return
        made = form(value)
        if made is None:
            self.facts[fact] = ABSENT
        else:
            self.facts[fact] = made if isinstance(made, Value) else Value(made, self.places.plain(made))

    def put_list(self, fact: str, value: Fact[tuple[T, ...]], form: Callable[[T], str] = str) -> None:
        """Note a list, in order of its texts; an empty one is nothing there."""
        self.put(fact, value, lambda items: self._joined(map(form, items)))

    def _joined(self, items: Iterable[str]) -> Value | None:
        texts = sorted(set(items))
        return Value(", ".join(texts), "\0".join(sorted(map(self.places.plain, texts)))) if texts else None


def same(a: str, b: str) -> bool:
    """Whether two keys are equal, as texts or as versions: 2.6 is 2.6.0."""
    if a == b:
        return True
    try:
        return Version(a) == Version(b)
    except ValueError:  # no version, or one of thousands of digits
        return False


def vague(a: str, b: str) -> bool:
    """Whether one key is the other, only less precise: a driver "470" beside "470.57.02"."""
    if not (a[:1].isdigit() and b[:1].isdigit()):
        return False
    return b.startswith(f"{a}.") or a.startswith(f"{b}.")


def truth(*, value: bool) -> str:
    """A truth in words."""
    return "yes" if value else "no"


def text_of(fact: Fact[str]) -> str:
    """The text of a fact, "" where it is not known or not there."""
    return known(fact) or ""
