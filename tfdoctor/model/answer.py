"""What `tfdoctor model` finds out: the facts, a judgement for each target with its cures, and the proof."""

from typing import Literal

import msgspec

from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.cures.cure import Cure
from tfdoctor.model.judge.target import Target
from tfdoctor.model.judge.verdict import Outcome, Verdict, Way


class Judged(msgspec.Struct, frozen=True):
    """One target with its verdicts and cures.

    Attributes:
        executable: its interpreter, where an environment was examined.
        crashed: the error of a judgement that crashed; then there are no verdicts.
    """

    target: Target
    verdicts: tuple[Verdict, ...]
    cures: tuple[Cure, ...] = ()
    executable: str = ""
    crashed: str = ""


class Trial(msgspec.Struct, frozen=True):
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


class Proof(msgspec.Struct, frozen=True):
    """What happened in the target's environment; `source` is the release that the outputs were compared with."""

    tensorflow: str
    python: str
    executable: str
    source: str = ""
    trials: tuple[Trial, ...] = ()
    remarks: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """All of it."""

    model: SavedModel
    targets: tuple[Judged, ...] = ()
    proof: Proof | None = None
    remarks: tuple[str, ...] = ()
