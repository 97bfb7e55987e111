"""A change between two releases, and where it touches the user's code or model."""

from typing import Final, Literal

import msgspec

from tfdoctor.diagnosis import Confidence, Evidence
from tfdoctor.drift.code.use import Use
from tfdoctor.drift.cure import Cure
from tfdoctor.matrix.api import ANYWHERE, Where

Effect = Literal["results", "raises", "warns", "speed", "cosmetic"]
"""What a change does to a program that is not touched: other results without a word, an error, a warning, ..."""

EFFECTS: Final[tuple[Effect, ...]] = ("results", "raises", "warns", "speed", "cosmetic")
"""The worst first: an error is seen at once, another result may never be."""


Kind = Literal["default", "behaviour", "gone", "moved", "argument", "renamed", "order", "deprecated"]
"""What sort of change: a default, what it does, a name, an argument, the order of arguments, a warning."""


class Numbers(msgspec.Struct, frozen=True):
    """What an experiment gave in both releases, for a value of it that differs.

    Attributes:
        experiment: its name.
        value: the name of the value.
        before: its numbers in the first release; empty where it was a word or an error.
        after: its numbers in the second.
    """

    experiment: str
    value: str
    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change.

    Attributes:
        finding: the name of the page that explains it.
        kind: what sort of change it is.
        effect: on a program that meets it.
        subject: canonical names of the symbols that it is about, as the first release has them.
        what: one sentence.
        before: a value, signature or measured outcome in the first release, as short text.
        after: the same in the second.
        parameters: those whose defaults or presence changed; empty where every use is concerned.
        given: with `parameters`: calls that give one are concerned, not those that leave them out.
        where: what else a call or its file must show to be concerned.
        positional: only calls that give at least so many arguments by position are concerned; 0 for no such limit.
        later: an error comes where the object is used, not at the place that makes it.
        keep: what keeps the old behaviour, to be read: an argument ("reset_after=False"), a name, a sentence, or "".
        cure: the same where it can be made in the code without a thought; None where it takes one.
        size: the measured difference as a part of the largest number; 0 where none was measured.
        evidence: what it rests on.
        numbers: the measured values that differ, to be plotted.
        confidence: that it has this effect.
    """

    finding: str
    kind: Kind = "behaviour"
    effect: Effect
    subject: tuple[str, ...]
    what: str
    before: str = ""
    after: str = ""
    parameters: tuple[str, ...] = ()
    given: bool = False
    where: Where = ANYWHERE
    positional: int = 0
    later: bool = False
    keep: str = ""
    cure: Cure | None = None
    size: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    numbers: tuple[Numbers, ...] = ()
    confidence: Confidence = "certain"


class Region(msgspec.Struct, frozen=True):
    """A part of a file as an editor counts it: lines and columns from 1, the end column one past the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


class Hit(msgspec.Struct, frozen=True):
    """A place in the user's code that a change touches.

    Attributes:
        change: it.
        use: the place; in a notebook it counts within its cell.
        confidence: that the change touches it.
        text: the line of the file, without the space around it; "" in a saved model.
        region: the place in the file itself, which for a notebook is JSON; None in a saved model.
    """

    change: Change
    use: Use
    confidence: Confidence
    text: str = ""
    region: Region | None = None


class Same(msgspec.Struct, frozen=True):
    """A thing that people suspect and that did not change.

    Attributes:
        title: of it: "Adam".
        defaults: its arguments with their unchanged defaults, as text.
        experiments: names of those that gave the same in both releases.
    """

    title: str
    defaults: str = ""
    experiments: tuple[str, ...] = ()
