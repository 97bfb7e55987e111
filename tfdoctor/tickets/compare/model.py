"""What a comparison says, as values."""

from typing import Final, Literal

import msgspec

from tfdoctor.diagnosis import Finding, Remedy
from tfdoctor.matrix.differences import Change

SCHEMA_VERSION: Final = 1

Side = Literal["a", "b"]
Judgement = Literal["certain", "suspicious", "harmless"]
Origin = Literal["releases", "a", "b", "both", "unknown"]
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


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """The experiments of one side; null is what is not known.

    `reference` is the minor whose measured numbers they are laid beside, `ran` how many gave an outcome, `left` the
    names of those that did not end or begin in time, `own` of those that depart from the reference.
    """

    tensorflow: str
    keras: str | None = None
    numpy: str | None = None
    python: str | None = None
    reference: str | None = None
    ran: int = 0
    own: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment that gives other numbers on both sides, beyond the measured noise.

    Attributes:
        experiment: its name.
        what: what is done and what the numbers are; "" where this tfdoctor does not know it.
        a: what it gives there, in short.
        b: the same.
        values: the names of the values that differ; empty where it fails on one side.
        size: the largest difference as a part of the largest number; 1 where words or errors differ.
        noise: the part up to which that value may move by itself.
        origin: "releases": each side gives what its release gives elsewhere, and these differ; "a", "b", "both":
            that side departs from what its release gives elsewhere; "unknown": there is no reference.
        judgement: how likely the difference explains something.
        reason: why it is judged so.
    """

    experiment: str
    what: str
    a: str
    b: str
    values: tuple[str, ...]
    size: float
    noise: float
    origin: Origin
    judgement: Judgement
    reason: str


class Experiments(msgspec.Struct, frozen=True, kw_only=True):
    """The fingerprints of both sides, laid side by side.

    `same` gave the same numbers, `near` differ within the noise; `only_a` and `only_b` gave an outcome on one side.
    """

    a: Ran
    b: Ran
    differences: tuple[Apart, ...]
    same: tuple[str, ...]
    near: tuple[str, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def of(self, *origins: Origin) -> tuple[Apart, ...]:
        """The differences of some origins, in order."""
        return tuple(row for row in self.differences if row.origin in origins)


class Cure(msgspec.Struct, frozen=True, kw_only=True):
    """How one side is made like the other in what its findings rest on; `resolves` are the findings that go."""

    side: Side
    remedy: Remedy
    resolves: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that tells two environments apart, the likeliest explanation first.

    `common` are the names of the findings that both have, `same` the number of facts that are equal, `experiments`
    what experiments gave where they ran on both sides.
    """

    headline: str
    only: tuple[Only, ...]
    common: tuple[str, ...]
    symptoms: tuple[Symptom, ...]
    differences: tuple[Difference, ...]
    uncompared: tuple[Uncompared, ...]
    cures: tuple[Cure, ...]
    same: int
    experiments: Experiments | None = None

    @property
    def judgement(self) -> Judgement | None:
        """The worst judgement; None where nothing differs that could be compared."""
        found = {difference.judgement for difference in self.differences}
        found |= {row.judgement for row in self.experiments.differences} if self.experiments else set()
        if any(row.finding.severity == "error" for row in self.only):
            found.add("certain")
        if any(row.finding.severity == "warning" for row in self.only):
            found.add("suspicious")
        return next((judgement for judgement in JUDGEMENTS if judgement in found), None)

    def of(self, judgement: Judgement) -> tuple[Difference, ...]:
        """The differences of one judgement, in order."""
        return tuple(difference for difference in self.differences if difference.judgement == judgement)
