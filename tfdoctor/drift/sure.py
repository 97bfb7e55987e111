"""How sure it can be at most that a place meets a change, by what is known of the place."""

from tfdoctor.diagnosis import CONFIDENCES, Confidence
from tfdoctor.drift.code.use import Use


def least(*several: Confidence) -> Confidence:
    """Return the one that is the least sure."""
    return max(several, key=CONFIDENCES.index)


def at_most(use: Use, *, raises: bool = True) -> Confidence:
    """Return how sure it can be; what the program provides for matters where the change is an error."""
    if not use.certain or (raises and use.guarded):
        return "possible"
    return "likely" if use.among > 1 else "certain"
