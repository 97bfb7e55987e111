"""The two ends of a comparison: minors of TensorFlow that the tables know."""

import re
from dataclasses import dataclass
from typing import Final

from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix

_RELEASE: Final = re.compile(r"v?(\d+)\.(\d+)(?:\.(?:\d+|x|\*)[\w.+-]{0,20})?")


@dataclass(frozen=True)
class Span:
    """From one minor to another, in either direction.

    Attributes:
        before: where the program ran: "2.3".
        after: where it is to run.
        asked: both as they were written.
        remarks: what the two ends have that the minors alone do not say.
    """

    before: str
    after: str
    asked: tuple[str, str] = ("", "")
    remarks: tuple[str, ...] = ()

    @property
    def forward(self) -> bool:
        """Whether it is an upgrade."""
        return ordered(self.before) < ordered(self.after)

    def crosses(self, since: str) -> bool:
        """Whether a change that came with `since` lies between."""
        low, high = sorted((ordered(self.before), ordered(self.after)))
        return low < ordered(since) <= high

    def __str__(self) -> str:
        return f"TensorFlow {self.before} to {self.after}"


def span(before: str, after: str, matrix: Matrix) -> Span:
    """Return what two releases mean.

    Raises:
        UsageError: one is no release, or none that was harvested, or both are of one minor.
    """
    first, second = minor(before, matrix), minor(after, matrix)
    if first == second:
        raise UsageError(f"{before} and {after} are both TensorFlow {first}: patches of a minor are not compared")
    return Span(first, second, (before, after))


def is_release(text: str) -> bool:
    """Whether a word is written like a release: "2.3", "v2.3.1", "2.16.0rc0"."""
    return _RELEASE.fullmatch(text.strip()) is not None


def minor(text: str, matrix: Matrix) -> str:
    """Return the minor of a release ("2.3" of "2.3.1").

    Raises:
        UsageError: it is no release, or none that was harvested.
    """
    found = _RELEASE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no release of TensorFlow: write 2.3 or 2.3.1")
    known = matrix.symbols.releases
    short = f"{found[1]}.{found[2]}"
    if short not in known:
        raise UsageError(f"TensorFlow {short} was not harvested: known are {known[0]} and {known[1]} to {known[-1]}")
    return short


def ordered(text: str) -> tuple[int, int]:
    """Return a version as (major, minor), to be compared."""
    major, _, rest = text.partition(".")
    return int(major), int(rest.partition(".")[0] or 0)
