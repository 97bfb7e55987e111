"""What five real releases (2.3, 2.10, 2.13, 2.15, 2.20) printed when they read each other's models.

real.jsonl holds one ticket a line: the whole traceback, who wrote and who read, and the name of the cause. Paths are
shortened.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
ROWS = [json.loads(line) for line in (Path(__file__).parent / "real.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
@pytest.mark.parametrize("alone", [False, True], ids=["both", "log"])
def test_the_cause_is_named(row: dict[str, Any], *, alone: bool) -> None:
    stated = {"log": row["log"]} if alone else row
    found = diagnose(ticket.snapshot(form.from_object(stated)), MATRIX, debug=True).primary
    assert found is not None
    assert found.name == row["expect"]["name"]
    assert found.symptom
