"""What the tests of rules on models share: the primary finding of a ticket with a log, two sides and code."""

from collections.abc import Callable
from typing import Any

import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
Tell = Callable[..., Diagnosis]


@pytest.fixture
def tell() -> Tell:
    """A diagnosis: `tell(log, saved={…}, loaded={…}, code=…, **environment)`."""

    def of_ticket(
        log: str = "",
        saved: dict[str, str] | None = None,
        loaded: dict[str, str] | None = None,
        code: str = "",
        **environment: Any,
    ) -> Diagnosis:
        stated = form.from_object(
            {
                "environment": environment or None,
                "log": log or None,
                "code": code or None,
                "saved_with": saved,
                "loaded_with": loaded,
            }
        )
        return diagnose(ticket.snapshot(stated), MATRIX, debug=True)

    return of_ticket
