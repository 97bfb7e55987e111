"""The script that measures repairs: what it counts and what it writes; the runs themselves need real TensorFlow."""

from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import verify_repairs

    return verify_repairs


def row(**facts: object) -> dict[str, object]:
    plain = {"case": "NumPy 2", "base": "2.15.1-cp311", "broken": "import: no | way", "uv": 1, "changed": ["numpy"]}
    return {**plain, "repaired": "", "date": "2026-11-21", **facts}


def test_a_step_touches_what_it_installs_and_takes_away(script: Any) -> None:
    assert list(script.touched({"requirements": ["numpy==1.26.4", "keras"]})) == ["numpy", "keras"]
    assert list(script.touched({"distributions": ["tensorflow-cpu"]})) == ["tensorflow-cpu"]


def test_the_table_counts_what_works_again(script: Any) -> None:
    text = script.table([row(), row(repaired="fit: ValueError"), row(broken="", changed=[], uv=-1)])
    assert "1 of 2 environments" in text
    assert "1 further ones worked in spite of the change, 1 of them still do" in text
    assert "| import: no / way | 1: numpy | 1 | works |" in text
    assert "**fit: ValueError**" in text
    assert "| nothing | none | fails | works |" in text


def test_cases_are_many_and_distinct(script: Any) -> None:
    names = [(case.base, case.title) for case in script.CASES]
    assert len(names) == len(set(names)) >= 45
    bases = [case.base for case in script.CASES]
    assert bases == sorted(bases, key=bases.index)  # one base environment after the other
