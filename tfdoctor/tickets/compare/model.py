"""What a comparison says, as values."""

from typing import Final, Literal

import msgspec

from tfdoctor.diagnosis import Finding, Remedy
from tfdoctor.matrix.differences import Change

SCHEMA_VERSION: Final = 1

Side = Literal["a", "b"]
Judgement = Literal["certain", "suspicious", "harmless"]
JUDGEMENTS: Final[tuple[Judgement, ...]] = ("certain", "suspicious", "harmless")


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Why a difference is judged as it is: one sentence, its source, and what it can change."""

    text: str
    source: str = ""
    changes: tuple[Change, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that differs; None is a value that is not there.

    `findings` are the names of those that only one side has and that rest on this fact; `proven` says that such a
    finding goes once the fact is as on the other side. `weight` is how likely it explains something, 0 being most.
    """

    fact: str
    a: str | None
    b: str | None
    judgement: Judgement
    family: str
    grounds: tuple[Ground, ...]
    findings: tuple[str, ...] = ()
    proven: bool = False
    weight: int = 1

    @property
    def changes(self) -> tuple[Change, ...]:
        """All that it can change, without repetition."""
        return tuple(dict.fromkeys(change for ground in self.grounds for change in ground.changes))


class Only(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that only one side has.

    `undecided` is why the same rule could not decide on the other side; "" where it looked and found nothing. `stops`
    says that TensorFlow cannot be imported with it. `facts` are the differences that it rests on, `proven` says that
    the finding goes where one of them (all of them, where `together` is set) is as on the other side.
    """

    side: Side
    finding: Finding
    primary: bool
    undecided: str = ""
    stops: bool = False
    facts: tuple[str, ...] = ()
    proven: bool = False
    together: bool = False


class Symptom(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen to go otherwise: a stage of a load attempt, a kind of message. None: it was not seen."""

    fact: str
    a: str | None
    b: str | None


class Uncompared(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that are known of one side only, and why the other's are not."""

    facts: tuple[str, ...]
    unknown: Side
    reason: str


class Cure(msgspec.Struct, frozen=True, kw_only=True):
    """How one side is made like the other in what its findings rest on; `resolves` are the findings that go."""

    side: Side
    remedy: Remedy
    resolves: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that tells two environments apart, the likeliest explanation first.

    `common` are the names of the findings that both have, `same` the number of facts that are equal.
    """

    headline: str
    only: tuple[Only, ...]
    common: tuple[str, ...]
    symptoms: tuple[Symptom, ...]
    differences: tuple[Difference, ...]
    uncompared: tuple[Uncompared, ...]
    cures: tuple[Cure, ...]
    same: int

    @property
    def judgement(self) -> Judgement | None:
        """The worst judgement; None where nothing differs that could be compared."""
        found = {difference.judgement for difference in self.differences}
        if any(row.finding.severity == "error" for row in self.only):
            found.add("certain")
        if any(row.finding.severity == "warning" for row in self.only):
            found.add("suspicious")
        return next((judgement for judgement in JUDGEMENTS if judgement in found), None)

    def of(self, judgement: Judgement) -> tuple[Difference, ...]:
        """The differences of one judgement, in order."""
        return tuple(difference for difference in self.differences if difference.judgement == judgement)
