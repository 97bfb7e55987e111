"""A fingerprint beside its reference, and outcomes as short texts."""

from tests.measured import MATRIX, fingerprint, row
from tfdoctor import facts
from tfdoctor.matrix.behaviour import Difference, Outcome, difference
from tfdoctor.matrix.fingerprints import beside, both, other_keras, outcomes, setting, told

BEHAVIOUR = MATRIX.behaviour
LATE = Outcome(error="TimeoutError: did not end within 60 s")


def test_a_reference_beside_itself() -> None:
    found = beside(fingerprint("2.9", "layer-dense", "loss-huber"), BEHAVIOUR)
    assert (found.release, found.same, found.differences) == ("2.9", ("layer-dense", "loss-huber"), ())


def test_what_differs_is_late_or_is_not_known() -> None:
    changed: dict[str, float | Outcome] = {"layer-dense": 1.5, "loss-huber": 3.0, "optimizer-adam-default": LATE}
    facts_ = fingerprint("2.9", *changed, changed=changed)
    facts_ = facts.Fingerprint(tensorflow="2.9.3", outcomes=(*facts_.outcomes, row("of-tomorrow", {"x": (1.0,)})))
    found = beside(facts_, BEHAVIOUR)
    assert [one.experiment for one in found.differences] == ["loss-huber", "layer-dense"]
    assert (found.late, found.unknown) == (("optimizer-adam-default",), ("of-tomorrow",))
    assert beside(fingerprint("2.9", "layer-dense", version="9.9.9"), BEHAVIOUR).unknown == ("layer-dense",)


def test_another_minor_of_keras_is_named() -> None:
    assert other_keras("3.6.0", "2.17", BEHAVIOUR) == "3.15.1"
    assert other_keras("2.6.1", "2.6", BEHAVIOUR) == ""
    assert other_keras("", "2.6", BEHAVIOUR) == ""
    assert other_keras("2.6.0", "", BEHAVIOUR) == ""


def test_of_a_hostile_fingerprint_little_is_taken() -> None:
    rows = (
        row("a", {"n" * 200: (1.0,), "large": (1e200,), "many": (1.0,) * 500, "word": "x" * 20_000, "good": (1.0,)}),
        row("a", {"second": (2.0,)}),
        row("b" * 200, {"x": (1.0,)}),
        row("many", {f"v{number}": (1.0,) for number in range(500)}),
        *(row(f"e{number}", {"x": (1.0,)}) for number in range(5000)),
    )
    found = outcomes(facts.Fingerprint(tensorflow="2.9.3", outcomes=rows))
    assert found["a"].values == {"good": (1.0,)}
    assert len(found["many"].values) == 32
    assert len(found) == 1998


def apart(one: Outcome, other: Outcome) -> Difference:
    found = difference("x", one, other, {})
    assert found is not None
    return found


def test_texts_show_where_two_outcomes_differ() -> None:
    assert both(apart(Outcome({"a": (1.0,)}), Outcome({"a": (2.0,)}))) == ("a 1", "a 2")
    assert both(apart(Outcome({"a": (1.0,) * 9}), Outcome({"a": (*(1.0,) * 8, 5.0)}))) == ("a[8] 1", "a[8] 5")
    same = "x" * 300
    one, other = both(apart(Outcome({"a": f"{same}A"}), Outcome({"a": f"{same}B"})))
    assert (one, other) == (f"a ...{'x' * 20}A", f"a ...{'x' * 20}B")
    assert both(apart(Outcome({"a": (1.0,) * 6}), Outcome({"a": (1.0,) * 7}))) == ("a 1, 1, 1, 1, ...",) * 2
    assert told(Outcome(error="E" * 500)) == f"{'E' * 157}..."
    assert told(Outcome({"a": "word"}), ("b",)) == "nothing"


def test_settings_are_told_apart_from_numbers() -> None:
    assert setting(Difference("execution-onednn", Outcome(), Outcome(), (), 0.0, 1.0, 0.0))
    assert not setting(Difference("execution-onednn", Outcome(error="E: x"), Outcome(), (), 0.0, 1.0, 0.0))
    assert not setting(Difference("layer-dense", Outcome(), Outcome(), (), 0.0, 1.0, 0.0))
