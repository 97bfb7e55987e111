"""The choice: the best candidate against which nothing speaks, or why there is none."""

from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.facts import known
from tfdoctor.matrix import Matrix
from tfdoctor.plan import compose, explain
from tfdoctor.plan.candidates import Candidate, Field
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.model import Answer, Plan, Rejected, Situation, Target
from tfdoctor.plan.place import Place
from tfdoctor.plan.target import understand

_BASIS = {"trained": 2, "installed": 1, "resolved": 0}
_ANY_PYTHON = Version("3.9")  # for markers on TensorFlow itself, which ask for the system
_ENOUGH = 12  # closures that are tried with the user's own requirements before the answer is no


def plan(target: Target, situation: Situation, matrix: Matrix) -> Answer:
    """Return exact instructions for what is asked, or why there are none and what comes nearest.

    Raises:
        UsageError: the target cannot be understood.
    """
    machine = Machine(situation.snapshot, matrix)
    field = Field(machine, understand(target, Place.on(machine, _ANY_PYTHON).holds), matrix)
    ranked = in_order(field.all, situation)
    conflicts: list[Rejected] = []
    for candidate in feasible(ranked, field):
        made = compose.plan(candidate, field, situation)
        if isinstance(made, Plan):
            return explain.told(made, candidate, ranked, conflicts, field)
        conflicts.append(made)
        if len(conflicts) >= _ENOUGH:
            break
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


def in_order(candidates: tuple[Candidate, ...], situation: Situation) -> tuple[Candidate, ...]:
    """Return the candidates, the best first: what they would be like if nothing spoke against them."""
    own = ".".join((known(situation.snapshot.interpreter.version) or "").split(".")[:2])
    at_hand = {python.minor for python in situation.pythons} if situation.pythons is not None else set()
    if situation.pythons is None and own:
        at_hand = {own}

    def rank(candidate: Candidate) -> tuple[object, ...]:
        return (
            candidate.accelerator == "gpu",
            candidate.code == "native",
            not at_hand or candidate.python in at_hand,
            candidate.version,
            _BASIS[candidate.lock.basis] if candidate.lock else -1,
            -candidate.order,
            candidate.python == own,
            tuple(map(int, candidate.python.split("."))),
        )

    return tuple(sorted(candidates, key=rank, reverse=True))
