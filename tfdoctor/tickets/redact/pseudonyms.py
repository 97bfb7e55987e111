"""The same pseudonym for the same value, and a count of what was replaced."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tfdoctor.tickets.redact.lines import may_match


@dataclass(frozen=True, slots=True)
class Redaction:
    """How often a rule replaced something."""

    rule: str
    count: int


# What stands for a secret. Also what an earlier redaction left, which stays as it is.
SECRET: Final = re.compile(r"secret\d+")
_PLAIN: Final = re.compile(r"(?<![A-Za-z0-9])(secret|user|host|index|dir|file|serial)\u00e9?(\d{1,6})(?![A-Za-z0-9])")
_ANY_PLAIN: Final = re.compile("(?:secret|user|host|index|dir|file|serial)\u00e9?0")


class Pseudonyms:
    """Gives out numbered names, one for each value of a kind, and remembers them."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}
        self._next: Counter[str] = Counter()
        self._reserved: dict[str, set[int]] = {}
        self.counts: Counter[str] = Counter()

    def reserve(self, text: str) -> None:
        """Leave out the numbers that a text already uses: it may be the result of an earlier redaction."""
        if not may_match(text, _ANY_PLAIN):
            return
        for kind, number in _PLAIN.findall(text):
            self._reserved.setdefault(kind, set()).add(int(number))

    def number(self, kind: str, value: str) -> int:
        """Return the number of a value within its kind: 1 for the first one seen."""
        known = self._numbers.setdefault(kind, {})
        if value not in known:
            reserved = self._reserved.get(kind, ())
            self._next[kind] += 1
            while self._next[kind] in reserved:
                self._next[kind] += 1
            known[value] = self._next[kind]
        return known[value]

    def knows(self, kind: str, value: str) -> bool:
        """Whether a value of this kind has its number."""
        return value in self._numbers.get(kind, ())

    def secret(self, value: str, rule: str) -> str:
        """Return what stands for a secret; what an earlier redaction left stays."""
        if SECRET.fullmatch(value):
            return value
        self.counts[rule] += 1
        return f"secret{self.number('secret', value)}"

    def named(self, kind: str, value: str, rule: str, form: Callable[[int], str]) -> str:
        """Return the pseudonym of a value in the form of its kind."""
        self.counts[rule] += 1
        return form(self.number(kind, value))
