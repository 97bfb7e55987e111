import json
from pathlib import Path

ROWS = json.loads((Path(__file__).parents[3] / "compat_matrix" / "evidence" / "search.json").read_text())


def test_the_search_was_proven_on_real_releases() -> None:
    environments = {row[0] for row in ROWS["rows"]}
    assert len(environments) >= 8
    assert ROWS["cases"] == len(ROWS["rows"]) >= 1000
    assert ROWS["disagreements"] == 0
    assert [row for row in ROWS["rows"] if row[4] != row[5]] == []


def test_every_kind_of_outcome_was_met() -> None:
    opened = {row[4][:1] for row in ROWS["rows"]}
    assert {"-", "!", "s", "f", "/"} <= opened
