"""A planner's question in one line: a described machine, a target, the answer."""

from collections.abc import Callable

import pytest

from tfdoctor.matrix import Matrix
from tfdoctor.plan.choice.choose import plan
from tfdoctor.plan.model import Answer, Python, Situation, Target
from tfdoctor.tickets.machine import read_machine

Asker = Callable[..., Answer]


@pytest.fixture(scope="session")
def matrix() -> Matrix:
    """The tables of this checkout."""
    return Matrix.locate()


@pytest.fixture(scope="session")
def ask(matrix: Matrix) -> Asker:
    """Ask for a plan: `ask("ubuntu 22.04, python 3.9", tensorflow="2.6")`; `pythons` are interpreters with paths."""

    def asked(machine: str, pythons: tuple[str, ...] | None = None, **target: object) -> Answer:
        read = read_machine(machine, matrix)
        found = tuple(Python(version=version, path="", origin="described") for version in read.pythons) or None
        if pythons is not None:
            found = tuple(Python(version=version, path=f"/opt/{version}/bin/python") for version in pythons)
        return plan(Target(**target), Situation(snapshot=read.snapshot, pythons=found), matrix)  # type: ignore[arg-type]

    return asked
