"""What the tests of rules share: a diagnosis from a log and a ticket's environment, or from lists of versions."""

from collections.abc import Callable
from typing import Any

import pytest

from tfdoctor import facts
from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
Ask = Callable[..., Diagnosis]


@pytest.fixture
def ask() -> Ask:
    """A diagnosis of a ticket: `ask(log, code=…, **environment)`."""

    def of_ticket(log: str = "", code: str = "", **environment: Any) -> Diagnosis:
        stated = form.from_object({"environment": environment, "log": log or None, "code": code or None})
        return diagnose(ticket.snapshot(stated), MATRIX, debug=True)

    return of_ticket


@pytest.fixture
def inspect() -> Ask:
    """A diagnosis of a machine by its installed versions: `inspect("3.11", tensorflow="2.15.1", numpy="2.0.0")`."""

    def of_machine(
        python: str,
        *items: facts.Distribution,
        os: str = "linux",
        load: facts.LoadAttempt | None = None,
        variables: dict[str, str] | None = None,
        keras_config: facts.KerasConfig | None = None,
        **versions: str,
    ) -> Diagnosis:
        listed = (facts.Distribution(name=name.replace("_", "-"), version=text) for name, text in versions.items())
        snapshot = facts.Snapshot(
            system=facts.System(os=os, arch="x86_64", libc="glibc"),
            interpreter=facts.Interpreter(version=python, machine="x86_64", bits=64),
            installation=facts.Installation(distributions=(*items, *listed)),
            environ=tuple(facts.Variable(name=name, value=text) for name, text in (variables or {}).items()),
            load=load or facts.ABSENT,
            keras_config=keras_config or facts.ABSENT,
        )
        return diagnose(snapshot, MATRIX, debug=True)

    return of_machine
