"""What `tfdoctor model` finds out: the facts, a judgement for each target with its cures, and the proof."""

from dataclasses import dataclass
from typing import Literal

from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.cures.cure import Cure
from tfdoctor.model.judge.target import Target
from tfdoctor.model.judge.verdict import Outcome, Verdict, Way


@dataclass(frozen=True)
class Judged:
    """One target with its verdicts and cures; `executable` is its interpreter where an environment was examined."""

    target: Target
    verdicts: tuple[Verdict, ...]
    cures: tuple[Cure, ...] = ()
    executable: str = ""


@dataclass(frozen=True)
class Trial:
    """One way of loading that was tried for real.

    Attributes:
        outcome: "not tried" where it would run code of the model and that was not allowed; `message` says so.
        agrees: with what was predicted; None where nothing was predicted or tried.
        outputs: how the outputs compare with those in the release that wrote the model, in words.
    """

    way: Way
    predicted: Outcome
    outcome: Literal["loads", "fails", "not tried"]
    agrees: bool | None = None
    error: str = ""
    message: str = ""
    seconds: float = 0.0
    outputs: str = ""


@dataclass(frozen=True)
class Proof:
    """What happened in the target's environment; `source` is the release that the outputs were compared with."""

    tensorflow: str
    python: str
    executable: str
    source: str = ""
    trials: tuple[Trial, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """All of it."""

    model: SavedModel
    targets: tuple[Judged, ...] = ()
    proof: Proof | None = None
    remarks: tuple[str, ...] = ()
