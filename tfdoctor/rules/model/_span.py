"""A version as people state it: "2.x", ">=2.3", "2.0-2.2" and "2.8 / 2.9" are spans, not versions."""

import re
from dataclasses import dataclass
from typing import Final

Numbers = tuple[int, ...]

_ENDLESS: Final = (9999,)
_VERSION: Final = r"\d{1,4}(?:\.\d{1,8}){0,3}(?:\.[xX*])?"
_TERM: Final = rf"(?P<sign>[<>]=?|[≥≤])?\s?v?(?P<number>{_VERSION})(?P<more>\s?(?:\+|or (?:newer|later|above)))?"
_RANGE: Final = rf"(?P<low>{_VERSION})\s{{0,3}}(?:-|\u2013|to|\.\.)\s{{0,3}}(?P<high>{_VERSION})"


@dataclass(frozen=True, slots=True)
class Span:
    """Versions from `low` to before `high`; one stated version is the releases that begin with it."""

    low: Numbers
    high: Numbers
    text: str

    @property
    def minor(self) -> str:
        """The minor release ("2.10") where the span lies within one, else ""."""
        one = self.low[:2] if len(self.low) > 1 else ()
        return ".".join(map(str, one)) if one and self.high <= (one[0], one[1] + 1) else ""

    def before(self, limit: str) -> bool:
        """Whether every version of the span is older than a release."""
        return self.high <= _padded(limit)

    def since(self, limit: str) -> bool:
        """Whether every version of the span is this release or newer."""
        return self.low >= _padded(limit)

    def older(self, other: "Span") -> bool:
        """Whether every version of the span is older than every version of another."""
        return self.high <= other.low and self != other

    def differs(self, other: "Span") -> bool:
        """Whether the two share no version."""
        return self.high <= other.low or other.high <= self.low


def _padded(text: str) -> Numbers:
    return tuple(int(part) for part in text.split("."))


def _bounds(text: str) -> tuple[Numbers, Numbers]:
    """The span of one version: 2.3 is from 2.3 to before 2.4, 2.3.1 to before 2.3.2."""
    low = _padded(re.sub(r"\.[xX*]$", "", text))
    return low, (*low[:-1], low[-1] + 1)


def _of(found: "re.Match[str]") -> tuple[Numbers, Numbers]:
    low, high = _bounds(found["number"])
    sign = found["sign"] or ""
    if sign in {">=", "≥"} or found["more"]:
        return low, _ENDLESS
    if sign == ">":
        return high, _ENDLESS
    if sign == "<":
        return (0,), low
    if sign in {"<=", "≤"}:
        return (0,), high
    return low, high


def span(text: str | None) -> Span | None:
    """Return the versions that a text names, or None where it names none; several give the span that holds them all.

    A text of only upper limits ("<2.11") begins at 0, one of only lower limits (">=2.3") has no end.
    """
    if not text:
        return None
    short = text[:200]
    found = re.search(_RANGE, short)
    if found:
        return Span(_bounds(found["low"])[0], _bounds(found["high"])[1], text)
    terms = [_of(term) for term in re.finditer(_TERM, short)]
    if not terms:
        return None
    lower = [low for low, high in terms if high == _ENDLESS]
    upper = [high for low, high in terms if low == (0,)]
    if lower and upper:  # ">=2.3, <2.6"
        return Span(max(lower), min(upper), text)
    return Span(min(low for low, _ in terms), max(high for _, high in terms), text)
