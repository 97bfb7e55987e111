"""What the tests of rules on drift share: the diagnosis of a ticket with a log, code and an upgrade."""

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
    """A diagnosis: `tell(log, code, before=…, after=…, title=…, **environment)`."""

    def of_ticket(
        log: str = "",
        code: str = "",
        before: str | None = None,
        after: str | None = None,
        title: str | None = None,
        **environment: Any,
    ) -> Diagnosis:
        stated = form.from_object(
            {
                "environment": environment or None,
                "log": log or None,
                "code": code or None,
                "from_version": before,
                "to_version": after,
                "title": title,
            }
        )
        return diagnose(ticket.snapshot(stated), MATRIX, debug=True)

    return of_ticket
