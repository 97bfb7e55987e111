"""What a difference between two environments can change, from `compat_matrix/differences.toml`."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from tfdoctor.matrix.tables import Sourced
from tfdoctor.versions import dotted

Change = Literal["import", "gpu", "results", "speed", "memory"]
"""What a difference can change: whether TensorFlow runs, on what, what it computes, how fast, with how much memory."""

CHANGES: Final[tuple[Change, ...]] = ("import", "gpu", "results", "speed", "memory")
"""The strongest first."""

Depth = Literal["presence", "major", "minor", "patch", "any"]
"""How deep two values differ: one is not there, or the first number of a version that differs; "any": no versions."""

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off", ""})


class Meaning(Sourced, frozen=True, kw_only=True):
    """One row: what a difference of a kind of fact means.

    Attributes:
        facts: which facts, as patterns of file names ("distributions.numpy", "environ.CUDA_*"); a distribution is also
            "required.NAME", "companion.NAME" or "unrelated.NAME", by what it is to TensorFlow, or only "unneeded.NAME":
            it is missing on one side, whose release does not require it.
        judgement: whether it is known to be able to change something, or known to change nothing.
        changes: what it can change; empty where it is harmless.
        reason: why, in one sentence.
        family: the family of findings that it belongs to, which says how near the root it is.
        depth: only differences of these depths; empty is all.
        crosses: only where one value is below this version and the other is not.
        tensorflow: only where a side has a TensorFlow in this range; with `unset` where both have.
        system: only where both are of this system ("linux x86_64").
        gpu: only where a side has a GPU that TensorFlow could use.
        unset: what a variable that is not set amounts to.
        weight: how likely it explains a difference in behaviour: 0 very, 1 as such things go, 2 less.
        special: a row that adds to what others say, and comes before them.
    """

    facts: tuple[str, ...]
    judgement: Literal["suspicious", "harmless"]
    reason: str
    family: str
    changes: tuple[Change, ...] = ()
    depth: tuple[Depth, ...] = ()
    crosses: str = ""
    tensorflow: str = ""
    system: str = ""
    gpu: bool = False
    unset: str | None = None
    weight: Literal[0, 1, 2] = 1
    special: bool = False

    def speaks_of(self, names: tuple[str, ...]) -> bool:
        """Whether the row is about a fact that has these names; a star stands for one part of a name."""
        return any(_matches(name, pattern) for pattern in self.facts for name in names)

    def holds(self, a: str | None, b: str | None) -> bool:
        """Whether the values differ in the way that the row speaks of; None is a value that is not there."""
        if self.depth and depth(a, b) not in self.depth:
            return False
        return not self.crosses or self._crosses(a, b)

    def _crosses(self, a: str | None, b: str | None) -> bool:
        limit, one, other = dotted(self.crosses), dotted(a), dotted(b)
        if limit is None or one is None or other is None:
            return False
        return (one < limit) != (other < limit)

    def same(self, a: str | None, b: str | None) -> bool:
        """Whether both values amount to the same, as an unset variable and one that states the default."""
        if self.unset is None:
            return False
        return switch(self.unset if a is None else a) == switch(self.unset if b is None else b)


def _matches(name: str, pattern: str) -> bool:
    parts = name.count(".") == pattern.count(".") or pattern.startswith("environ.")  # a variable may have any name
    return parts and fnmatchcase(name, pattern)


class DifferenceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """differences.toml."""

    difference: tuple[Meaning, ...]


class Differences:
    """The rows in the order of the file: of those that are not special the first that fits holds."""

    def __init__(self, file: DifferenceFile) -> None:
        """Use the rows of differences.toml."""
        self.rows = file.difference

    def of(self, *names: str) -> Iterator[Meaning]:
        """Yield the rows about a fact, by all its names."""
        return (row for row in self.rows if row.speaks_of(names))


def switch(text: str) -> str:
    """Return what TensorFlow reads in a variable that is a switch: "1", "0", or the text itself."""
    plain = text.strip().lower()
    return "1" if plain in _TRUE else "0" if plain in _FALSE else text.strip()


_VERSION: Final = re.compile(r"v?\d+(\.\d+)*")


def depth(a: str | None, b: str | None) -> Depth:
    """Return how deep two values differ.

    A text that does not begin with a number is no version: it differs in "any" way.
    """
    if a is None or b is None:
        return "presence"
    left, right = dotted(a), dotted(b)
    if left is None or right is None or not _VERSION.match(a) or not _VERSION.match(b):
        return "any"
    one, other = left.numbers, right.numbers
    width = max(len(one), len(other), 3)
    pairs = zip(one + (0,) * (width - len(one)), other + (0,) * (width - len(other)), strict=True)
    position = next((number for number, (x, y) in enumerate(pairs) if x != y), 2)
    return "major" if position == 0 else "minor" if position == 1 else "patch"
