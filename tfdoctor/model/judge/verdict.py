"""What a judgement says: one verdict for each way of loading a saved model."""

from dataclasses import dataclass
from typing import Literal

from tfdoctor.diagnosis import Confidence, Evidence

Way = Literal["load_model", "load_model-nocompile", "saved_model.load", "TFSMLayer", "load_weights", "v1", "tflite"]
Outcome = Literal["loads", "differs", "fails", "undecided"]


@dataclass(frozen=True)
class Reason:
    """The first thing that goes wrong, or what static facts can't decide.

    Attributes:
        finding: name of a rule of the model families ("config-arg-from-newer-keras").
        error: type of the exception as the loader raises it ("ValueError"); "" where nothing is raised.
        message: a fragment of the loader's own message, with its values; "" where nothing is raised.
        evidence: the facts that it rests on.
    """

    finding: str
    error: str = ""
    message: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What one way of loading does in one target.

    Attributes:
        way: of loading.
        outcome: "differs" loads with a stated difference, "undecided" has a reason that says what is missing.
        reason: None where it loads.
        difference: one plain sentence where it loads otherwise than it was saved; "" where it does not.
        confidence: how sure the outcome is.
    """

    way: Way
    outcome: Outcome
    reason: Reason | None = None
    difference: str = ""
    confidence: Confidence = "certain"
