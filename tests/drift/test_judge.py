"""How scripts/verify_programs.py tells what a program met from what is listed."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.drift.making import change, named, use
from tfdoctor.drift.change import Change, Hit

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from programs.judge import Event, at, changed, differs, events, looked, question, raised, ran

DONE: dict[str, Any] = {"status": "done", "histories": [], "warned": []}


def row(name: str, where: str, error: str, message: str = "") -> dict[str, str]:
    return {"test": name, "where": where, "error": error, "message": message}


def failed(*tests: dict[str, str], **others: Any) -> dict[str, Any]:
    return {**DONE, "status": "failed", "tests": list(tests), **others}


def test_an_error_that_was_there_before_is_no_event() -> None:
    old = failed(row("FAIL: a", "t.py:9", "AssertionError"), row("ERROR: b", "t.py:3", "KeyError"))
    new = failed(
        row("ERROR: a", "t.py:5", "TypeError", "no"),
        row("ERROR: b", "t.py:3", "KeyError"),
        row("ERROR: c", "t.py:5", "TypeError", "no"),
        row("Total params: 8", "", ""),
    )
    assert raised(old, new) == [Event("raised", "t.py:5", "TypeError: no")]


@pytest.mark.parametrize(
    "message",
    [
        "module 'numpy' has no attribute 'object'",
        "No module named 'pandas'",
        "'MyTest' object has no attribute 'assertEquals'",
    ],
)
def test_what_others_refuse_is_no_event(message: str) -> None:
    assert (
        raised(DONE, {**DONE, "status": "failed", "error": "AttributeError", "where": "t.py:5", "message": message})
        == []
    )


def test_programs_that_did_not_work_before_are_not_judged() -> None:
    assert events([{**DONE, "status": "failed"}], [DONE]) is None
    assert events([DONE], [{**DONE, "status": "late"}]) is None
    assert events([DONE], [DONE]) == []


def test_new_warnings_of_deprecation() -> None:
    inside = {"text": "From /x/site-packages/tensorflow/a.py:3: f is deprecated", "where": "t.py:1"}
    assert events([DONE], [{**DONE, "warned": [inside]}]) == []
    rows = [{"text": "From /a/b.py:3: f is deprecated", "where": "t.py:1"}, {"text": "g: watch out", "where": "t.py:2"}]
    again = {**DONE, "warned": [{"text": "From /other/b.py:7: f is deprecated", "where": "t.py:1"}]}
    assert events([again], [{**DONE, "warned": rows}]) == []
    assert events([DONE], [{**DONE, "warned": rows}]) == [Event("warned", "t.py:1", rows[0]["text"])]


def test_numbers_differ_beyond_what_seeds_explain() -> None:
    assert differs([1.0, 1.1, 0.9], [2.0, 2.1, 1.9])
    assert not differs([1.0, 2.0, 0.1], [1.5, 2.5, 0.6])
    assert not differs([1.0, 1.0, 1.0], [1.001, 1.001, 1.001])


def test_histories() -> None:
    def runs(key: str, *losses: float) -> list[dict[str, Any]]:
        return [{**DONE, "histories": [{"loss": [9.0, loss], key: [0.5]}]} for loss in losses]

    assert changed(runs("acc", 1.0, 1.1, 0.9), runs("acc", 1.0, 1.1, 0.9)) == []
    found = changed(runs("acc", 1.0, 1.1, 0.9), runs("accuracy", 2.0, 2.1, 1.9))
    assert [one.text for one in found] == ["history 0 has ['accuracy'], not ['acc']", "history 0 loss 1 -> 2"]


def test_places() -> None:
    hit = Hit(change(), use(path="/project/net/train.py", end_line=7), "certain")
    assert at(hit, "/project/", "net/train.py:6")
    assert not at(hit, "/project/", "net/train.py:8")
    assert not at(hit, "/project/", "")
    assert ran(hit, "/project/", {}) is None
    assert ran(hit, "/project/", {"lines": {"net/train.py": [5]}})
    assert not ran(hit, "/project/", {"lines": {"net/train.py": [6]}})


GONE = Change(finding="x", kind="gone", effect="raises", subject=("tf.a",), what="")
LOST = Change(finding="x", kind="argument", effect="raises", subject=("tf.a",), what="", parameters=("lr",), given=True)
OTHER = Change(finding="x", kind="default", effect="results", subject=("tf.a",), what="", parameters=("lr",))


@pytest.mark.parametrize(
    ("row", "old", "new", "found"),
    [
        (GONE, {"there": True}, {"there": False}, True),
        (GONE, {"there": True}, {"there": True}, False),
        (GONE, {"there": False}, {"there": False}, None),
        (LOST, {"there": True}, {"there": False}, None),
        (LOST, {"there": True, "taken": True}, {"there": True, "taken": False}, True),
        (LOST, {"there": True, "taken": True}, {"there": True, "taken": None}, None),
        (OTHER, {"there": True, "default": "1"}, {"there": True, "default": "2"}, True),
        (OTHER, {"there": True, "default": "1"}, {"there": True, "default": "1"}, False),
        (OTHER, {"there": True, "default": "<f at 0x7f>"}, {"there": True, "default": "2"}, None),
    ],
)
def test_looks(row: Change, old: dict[str, Any], new: dict[str, Any], found: object) -> None:
    assert looked(row, old, new) is found


def test_questions() -> None:
    assert question(Hit(GONE, use("tf.a"), "certain")) == ["tf.a", "", ""]
    assert question(Hit(LOST, use("tf.a", given=named("lr")), "certain")) == ["tf.a", "lr", "1"]
    behaviour = Change(finding="x", effect="results", subject=("tf.a",), what="")
    assert question(Hit(behaviour, use("tf.a"), "certain")) is None
