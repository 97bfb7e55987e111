"""Pairs of environments with what must be said of them, and what holds of every pair."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tfdoctor import facts
from tfdoctor.matrix import Matrix
from tfdoctor.tickets.compare import Comparison, compare

PAIRS = msgspec.toml.decode((Path(__file__).parent / "pairs.toml").read_bytes())["pair"]
OTHER = {"a": "b", "b": "a"}
MATRIX = Matrix.locate()
Make = Callable[[dict[str, Any]], facts.Snapshot]


def compared(make: Make, pair: dict[str, Any], *, turned: bool = False) -> Comparison:
    a, b = make(pair["a"]), make(pair["b"])
    return compare(*((b, a) if turned else (a, b)), MATRIX, debug=True)


def test_there_are_pairs() -> None:
    assert len(PAIRS) >= 25
    assert len({pair["name"] for pair in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["name"])
def test_what_is_said_of_a_pair(pair: dict[str, Any], snapshot: Make) -> None:
    found, expect = compared(snapshot, pair), pair["expect"]
    judged = {row.fact: row.judgement for row in found.differences}
    if "first" in expect:
        assert found.differences[0].fact == expect["first"]
    for fact, judgement in expect.get("judged", {}).items():
        assert judged[fact] == judgement
    if expect.get("finding") == "":
        assert not [row.finding.name for row in found.only if row.finding.severity != "note"]
    elif "finding" in expect:
        assert [found.only[0].side, found.only[0].finding.name] == expect["finding"]
    assert expect.get("headline", "") in found.headline
    if "worst" in expect:
        assert (found.judgement or "") == expect["worst"]
    if "reason" in expect:
        assert any(expect["reason"] in ground.text for ground in found.differences[0].grounds)
    unknown = {fact for row in found.uncompared for fact in row.facts}
    assert unknown >= set(expect.get("uncompared", ()))
    assert bool(found.symptoms) == expect.get("symptoms", False)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["name"])
def test_the_other_way_round_is_the_mirror(pair: dict[str, Any], snapshot: Make) -> None:
    there, back = compared(snapshot, pair), compared(snapshot, pair, turned=True)
    assert [(row.fact, row.a, row.b, row.judgement, row.findings) for row in there.differences] == [
        (row.fact, row.b, row.a, row.judgement, row.findings) for row in back.differences
    ]
    assert {(row.side, row.finding.name, row.facts) for row in there.only} == {
        (OTHER[row.side], row.finding.name, row.facts) for row in back.only
    }
    assert {(row.unknown, row.facts) for row in there.uncompared} == {
        (OTHER[row.unknown], row.facts) for row in back.uncompared
    }
    assert there.common == back.common
    assert there.same == back.same
    assert {(row.side, row.remedy.requirements) for row in there.cures} == {
        (OTHER[row.side], row.remedy.requirements) for row in back.cures
    }


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["name"])
def test_nothing_differs_from_itself(pair: dict[str, Any], snapshot: Make) -> None:
    side = snapshot(pair["b"])
    found = compare(side, side, MATRIX)
    assert (found.differences, found.only, found.symptoms, found.cures, found.uncompared) == ((), (), (), (), ())
    assert found.judgement is None


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["name"])
def test_every_judgement_has_its_reason(pair: dict[str, Any], snapshot: Make) -> None:
    for row in compared(snapshot, pair).differences:
        assert row.grounds
        assert all(ground.text for ground in row.grounds)
        assert "not known" not in row.grounds[0].text, row.fact
        if row.judgement == "suspicious":  # what is certain may rest on a finding without a source in the matrix
            assert row.changes
            assert row.grounds[0].source
