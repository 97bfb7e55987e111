"""The table of what differences mean."""

import re

import pytest

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.differences import Meaning, depth, switch
from tfdoctor.rules import FAMILY_ORDER

ROWS = Matrix.locate().differences.rows


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.facts[0])
def test_a_row_is_whole(row: Meaning) -> None:
    assert row.family in FAMILY_ORDER
    assert bool(row.changes) == (row.judgement == "suspicious")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row.checked)
    assert all(part.startswith(("https://", "compat_matrix/")) for part in row.source.split("; "))
    assert not row.reason.endswith(".")


def test_the_first_row_that_fits_holds() -> None:
    table = Matrix.locate().differences
    [first, *_] = [row for row in table.of("distributions.numpy") if row.holds("1.26.4", "2.0.0")]
    assert "NEP 50" in first.reason
    assert [row.judgement for row in table.of("distributions.flask", "unrelated.flask")] == ["harmless"]
    assert not list(table.of("nothing.known"))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (None, "1", "presence"), ("1.0", "2.0", "major"), ("1.1", "1.2.3", "minor"), ("1.1", "1.1.1", "patch"),
        ("1.1.1.1", "1.1.1.2", "patch"), ("x", "1", "any"), ("v1.2", "1.3", "minor"), ("1.2", "1.2.0", "patch"),
    ],
)  # fmt: skip
def test_depth(a: str | None, b: str | None, expected: str) -> None:
    assert depth(a, b) == depth(b, a) == expected


def test_crossing_a_version() -> None:
    row = Meaning(
        facts=("x",), judgement="harmless", reason="", family="", crosses="2.9", source="", checked="", basis="declared"
    )
    assert row.holds("2.8", "2.9")
    assert row.holds("2.10", "2.8.4")
    assert not row.holds("2.9", "2.10")
    assert not row.holds("2.8", None)


def test_switches() -> None:
    assert [switch(text) for text in ("true", "ON", "0", "", " jax ")] == ["1", "1", "0", "0", "jax"]
