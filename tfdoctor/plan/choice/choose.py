"""The choice: the best candidate against which nothing speaks, or why there is none."""

from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.plan.choice import compose, explain
from tfdoctor.plan.choice.candidates import Candidate, Field
from tfdoctor.plan.choice.ranking import in_order
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.model import Answer, Plan, Rejected, Situation, Target
from tfdoctor.plan.place import Place
from tfdoctor.plan.target import understand

_ANY_PYTHON = Version("3.9")  # for markers on TensorFlow itself, which ask for the system
_ENOUGH = 12  # closures that are tried with the user's own requirements before the answer is no


def plan(target: Target, situation: Situation, matrix: Matrix) -> Answer:
    """Return exact instructions for what is asked, or why there are none and what comes nearest.

    Raises:
        UsageError: the target cannot be understood.
    """
    machine = Machine(situation.snapshot, matrix)
    holds = Place.on(machine, _ANY_PYTHON).holds
    field = Field(machine, understand(target, holds), matrix, holds)
    ranked = in_order(field.all, situation, machine)
    conflicts: list[Rejected] = []
    # A release that is known to work with what its metadata excludes is taken where no other will do.
    for strict in (True, False) if field.wanted.others else (True,):
        conflicts, tried = [], 0
        for candidate in feasible(ranked, field):
            hopeless = compose.hopeless(candidate, field, strict=strict)
            made = hopeless or compose.plan(candidate, field, situation)
            if isinstance(made, Plan):
                return explain.told(made, candidate, ranked, conflicts, field)
            conflicts.append(made)
            tried += hopeless is None
            if tried >= _ENOUGH:
                break
    if conflicts:  # of the best candidate, what the resolver says: it knows who asks for what
        told = compose.plan(next(feasible(ranked, field)), field, situation)
        conflicts[0] = told if isinstance(told, Rejected) else conflicts[0]
    return explain.no_plan(field, ranked, situation, conflicts)


def feasible(ranked: tuple[Candidate, ...], field: Field) -> Iterator[Candidate]:
    """Return the candidates against which nothing speaks.

    With requirements of the user's own, one Python of a release stands for it: what they exclude, they exclude on all
    but a few.
    """
    seen = set()
    for candidate in ranked:
        key = (candidate.version, candidate.accelerator)
        if candidate.objections or (field.wanted.others and key in seen):
            continue
        seen.add(key)
        yield candidate
