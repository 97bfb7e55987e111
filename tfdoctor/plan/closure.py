"""The user's own requirements beside a lock: the fewest pins that have to move."""

from dataclasses import dataclass

from tfdoctor.plan.candidates import Candidate, Field
from tfdoctor.plan.model import Statement


@dataclass(frozen=True)
class Reconciled:
    """The whole closure by distribution, and what its changed parts rest on."""

    pins: dict[str, str]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Conflict:
    """Two sides that cannot both be kept, in one sentence."""

    text: str


def reconcile(candidate: Candidate, pins: dict[str, str], field: Field) -> Reconciled | Conflict:
    """Return the pins with which a candidate and the user's requirements are both kept."""
    raise NotImplementedError
