"""The order of candidates: what they would be worth if nothing spoke against them."""

from tfdoctor.facts import known
from tfdoctor.plan.choice.candidates import Candidate
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.model import Python, Situation

_BASIS = {"trained": 2, "installed": 1, "resolved": 0}


def in_order(candidates: tuple[Candidate, ...], situation: Situation, machine: Machine) -> tuple[Candidate, ...]:
    """Return the candidates, the best first.

    The GPU comes before the CPU, binary code for it before PTX, an interpreter at hand before one to be got, and then
    the newest release. An alternative machine comes after the real one.
    """
    own = "" if machine.unusable_python else _minor(known(situation.snapshot.interpreter.version))
    at_hand = {python.minor for python in pythons(situation, machine)} | ({own} if own else set())

    def rank(candidate: Candidate) -> tuple[object, ...]:
        return (
            candidate.accelerator == "gpu",
            candidate.code == "native",
            not at_hand or candidate.python in at_hand,
            candidate.version,
            candidate.machine is machine,
            _BASIS[candidate.lock.basis] if candidate.lock else -1,
            -candidate.order,
            candidate.python == own,
            tuple(map(int, candidate.python.split("."))),
        )

    return tuple(sorted(candidates, key=rank, reverse=True))


def pythons(situation: Situation, machine: Machine) -> tuple[Python, ...]:
    """Return the interpreters at hand that TensorFlow has wheels for: none of them where they are of another kind."""
    return () if machine.unusable_python else situation.pythons or ()


def _minor(version: str | None) -> str:
    return ".".join((version or "").split(".")[:2])
