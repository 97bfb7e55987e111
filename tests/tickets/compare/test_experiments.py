"""Experiments of two sides: what is the release's, what is a machine's own, and how it is judged."""

import pytest
from msgspec.structs import replace

from tests.measured import MATRIX, NAMES, fingerprint, snapshot
from tfdoctor import facts
from tfdoctor.facts import Fingerprint, Unknown
from tfdoctor.matrix.behaviour import Outcome
from tfdoctor.tickets.compare import Comparison, Experiments, compare

LATE = Outcome(error="TimeoutError: did not end within 60 s")


def compared(a: facts.Fact[Fingerprint], b: facts.Fact[Fingerprint]) -> Comparison:
    return compare(snapshot(a, "2.9.3"), snapshot(b, "2.9.3"), MATRIX, debug=True)


def found(a: Fingerprint, b: Fingerprint) -> Experiments:
    laid = compare(snapshot(a), snapshot(b), MATRIX, debug=True).experiments
    assert laid is not None
    return laid


def test_the_same_numbers() -> None:
    answer = compared(fingerprint("2.9"), fingerprint("2.9"))
    assert answer.judgement is None
    assert answer.experiments is not None
    assert len(answer.experiments.same) == len(NAMES)
    assert answer.headline.endswith(f"{len(answer.experiments.same)} experiments give the same numbers.")
    one = compared(fingerprint("2.9", "layer-dense"), fingerprint("2.9", "layer-dense"))
    assert one.headline.endswith("One experiment gives the same numbers.")


def test_noise_is_no_difference() -> None:
    laid = found(fingerprint("2.9", "layer-dense"), fingerprint("2.9", "layer-dense", changed={"layer-dense": 1.0001}))
    assert (laid.near, laid.differences) == (("layer-dense",), ())
    # Each is as near to the reference as another machine may be, on different sides of it.
    low, high = (fingerprint("2.9", "layer-dense", changed={"layer-dense": f}) for f in (0.99985, 1.00015))
    assert found(low, high).near == ("layer-dense",)


def test_one_machine_departs_from_the_release() -> None:
    wrong = fingerprint("2.9", "layer-dense", "loss-huber", changed={"layer-dense": 1.01})
    for a, b, side in ((fingerprint("2.9"), wrong, "b"), (wrong, fingerprint("2.9"), "a")):
        answer = compared(a, b)
        assert answer.judgement == "certain"
        assert answer.experiments is not None
        (row,) = answer.experiments.differences
        assert (row.origin, row.judgement) == (side, "certain")
        assert row.reason.startswith(f"{side.upper()} departs from what TensorFlow 2.9 gives elsewhere")
        assert [(one.side, one.finding.name) for one in answer.only] == [(side, "measured-difference")]
        assert answer.headline.startswith(f"{side.upper()} is not as it should be (measured-difference)")
        assert answer.headline.endswith(f"one gives other numbers: 1 {side.upper()}'s own (layer-dense).")
        ran = answer.experiments.a if side == "a" else answer.experiments.b
        assert ran.own == ("layer-dense",)


def test_how_tensorflow_is_set_is_never_certain() -> None:
    off = fingerprint("2.9", changed={"execution-onednn": Outcome({"oneDNN": "not used"})})
    answer = compared(off, fingerprint("2.9"))
    assert answer.judgement == "suspicious"
    assert [row.finding.severity for row in answer.only] == ["note"]
    assert answer.experiments is not None
    assert [row.judgement for row in answer.experiments.differences] == ["suspicious"]


def test_releases_explain_what_both_give_elsewhere() -> None:
    laid = found(fingerprint("2.3"), fingerprint("2.6"))
    assert {(row.origin, row.judgement) for row in laid.differences} == {("releases", "suspicious")}
    assert len(laid.differences) > 15
    assert laid.differences[0].values  # numbers first, what one of them does not have last
    assert not laid.differences[-1].values
    answer = compare(snapshot(fingerprint("2.3")), snapshot(fingerprint("2.6")), MATRIX)
    assert answer.judgement == "suspicious"
    assert f"{len(laid.differences)} give other numbers: all as TensorFlow 2.3 and 2.6 do elsewhere." in answer.headline


def test_between_releases_a_machine_may_depart_besides() -> None:
    name = "image-stateless-random"  # other numbers in both anyway
    assert MATRIX.behaviour.differs(name, "2.4", "2.3") is not None
    wrong = fingerprint("2.4", "layer-dense", name, changed={"layer-dense": 2.0, name: 2.0})
    rows = {row.experiment: row for row in found(fingerprint("2.3"), wrong).differences}
    assert (rows["layer-dense"].origin, rows["layer-dense"].judgement) == ("b", "certain")
    assert (rows[name].origin, rows[name].judgement) == ("b", "suspicious")
    assert rows[name].reason.endswith("2.3 and 2.4 differ in it anyway")


def test_both_depart_or_nothing_is_known_or_keras_is_another() -> None:
    both = [fingerprint("2.9", "layer-dense", changed={"layer-dense": factor}) for factor in (1.1, 1.3)]
    (row,) = found(*both).differences
    assert (row.origin, row.judgement) == ("both", "suspicious")
    future = replace(both[0], tensorflow="9.9.0"), replace(both[1], tensorflow="9.9.1")
    laid = found(*future)
    assert [(row.origin, row.judgement) for row in laid.differences] == [("unknown", "suspicious")]
    assert laid.remarks == tuple(
        f"{side}: TensorFlow 9.9.{n} was not measured elsewhere" for n, side in enumerate("AB")
    )
    keras = fingerprint("2.17", "layer-dense", changed={"layer-dense": 1.1}, keras="3.6.0")
    laid = found(fingerprint("2.17"), keras)
    assert [(row.origin, row.judgement) for row in laid.differences] == [("b", "suspicious")]
    assert laid.differences[0].reason.endswith("its Keras is 3.6.0, that of the reference 3.15.1")
    assert laid.remarks == ("B: Keras 3.6.0; TensorFlow 2.17 was measured with 3.15.1",)


def test_experiments_of_tomorrow_and_other_sets() -> None:
    one, other = (
        fingerprint("2.9", "layer-dense", "loss-huber"),
        fingerprint("2.9", "layer-dense", "loss-hinge"),
    )
    rows = [
        facts.Outcome(experiment="of-tomorrow", values=(facts.Measurement(name="x", value=(number,)),))
        for number in (1.0, -1e140)
    ]
    one, other = (replace(side, outcomes=(*side.outcomes, row)) for side, row in zip((one, other), rows, strict=True))
    laid = found(one, other)
    assert (laid.only_a, laid.only_b) == (("loss-huber",), ("loss-hinge",))
    assert [(row.experiment, row.what, row.origin) for row in laid.differences] == [("of-tomorrow", "", "unknown")]
    assert laid.differences[0].size <= 2


def test_what_did_not_end_is_not_compared() -> None:
    names = tuple(name for name in MATRIX.behaviour.experiments if name.startswith("layer-d"))[:6]
    late = fingerprint("2.9", *names, changed=dict.fromkeys(names, LATE), left=("loss-huber",))
    laid = found(late, fingerprint("2.9"))
    assert (laid.same, laid.differences) == ((), ())
    assert laid.a.left == (*names, "loss-huber")
    assert laid.remarks == (
        "A: 1 experiments did not get their turn: the time is over",
        f"A: did not end in time: {', '.join(names[:4])} and 2 more",
    )
    answer = compare(snapshot(late), snapshot(fingerprint("2.9")), MATRIX)
    assert "experiment" not in answer.headline


@pytest.mark.parametrize("state", [facts.ABSENT, Unknown(reason="no experiment could run: ImportError: no")])
def test_a_side_without_a_fingerprint_is_said(state: facts.Fact[Fingerprint]) -> None:
    answer = compared(fingerprint("2.9"), state)
    assert answer.experiments is None
    reason = state.reason if isinstance(state, Unknown) else "none were run there (--fingerprint)"
    assert [(row.facts, row.unknown, row.reason) for row in answer.uncompared] == [(("experiments",), "b", reason)]
    assert compared(facts.ABSENT, facts.ABSENT).uncompared == ()


def test_nothing_but_fingerprints_is_known() -> None:
    answer = compare(
        replace(snapshot(facts.ABSENT), fingerprint=fingerprint("2.9")),
        replace(snapshot(facts.ABSENT), fingerprint=fingerprint("2.9")),
        MATRIX,
    )
    assert answer.headline == f"{len(NAMES)} experiments give the same numbers."
