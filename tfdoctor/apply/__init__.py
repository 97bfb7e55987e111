"""Carries out a plan: makes or repairs an environment, or leaves everything as it was."""

from tfdoctor.apply.asked import Asked
from tfdoctor.apply.outcome import ApplyError, CannotApplyError, Outcome
from tfdoctor.apply.run import apply

__all__ = ["ApplyError", "Asked", "CannotApplyError", "Outcome", "apply"]
