"""A machine beside the reference of its release: what is the same, what differs, what can't be compared."""

from msgspec.structs import replace

from tfdoctor.drift.fingerprint import Machine, compare, diagnosis
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import Outcome

MATRIX = Matrix.locate()
MACHINE = Machine(executable="/env/bin/python", tensorflow="2.6.5", python="3.8.18")


def reference(release: str) -> dict[str, Outcome]:
    behaviour = MATRIX.behaviour
    names = [row.name for row in behaviour.experiments.values() if row.kind != "speed"]
    return {name: found for name in names if (found := behaviour.outcome(name, release)) is not None}


def test_the_reference_itself_is_the_same() -> None:
    found = compare(MACHINE, reference("2.6"), MATRIX)
    assert (found.release, found.differences, found.unknown) == ("2.6", (), ())
    assert set(found.same) == set(reference("2.6"))
    assert diagnosis(found, MATRIX).status == "ok"


def test_what_a_wrong_plugin_computes_is_a_warning_the_largest_first() -> None:
    outcomes = reference("2.6")
    outcomes["layer-dense"] = doubled(outcomes["layer-dense"], 1.01)
    outcomes["loss-huber"] = doubled(outcomes["loss-huber"], 3.0)
    found = compare(MACHINE, outcomes, MATRIX)
    assert [row.experiment for row in found.differences] == ["loss-huber", "layer-dense"]
    told = diagnosis(found, MATRIX)
    assert told.status == "warning"
    assert told.findings[0].code == "TFD849"
    assert "loss-huber gives something else here than TensorFlow 2.6 elsewhere" in told.findings[0].message


def test_rounding_in_another_order_is_no_difference() -> None:
    outcomes = reference("2.6")
    outcomes["layer-dense"] = doubled(outcomes["layer-dense"], 1 + 1e-6)
    assert compare(MACHINE, outcomes, MATRIX).differences == ()


def test_an_experiment_that_fails_here_alone_differs() -> None:
    outcomes = {"layer-dense": Outcome(error="InternalError: no algorithm worked")}
    row = compare(MACHINE, outcomes, MATRIX).differences[0]
    assert row.after.error.startswith("InternalError")


def test_a_release_that_was_not_measured_has_no_reference() -> None:
    found = compare(replace(MACHINE, tensorflow="9.9.0"), reference("2.6"), MATRIX, ("one remark",))
    assert (found.release, found.same, found.differences) == ("", (), ())
    assert found.remarks == ("one remark", "TensorFlow 9.9.0 was not measured: there is nothing to compare with")
    assert len(diagnosis(found, MATRIX).skipped) == len(found.unknown)


def test_an_experiment_that_the_table_does_not_have_is_unknown() -> None:
    found = compare(MACHINE, {"layer-of-tomorrow": Outcome({"numbers": (1.0,)})}, MATRIX)
    assert found.unknown == ("layer-of-tomorrow",)


def doubled(outcome: Outcome, factor: float) -> Outcome:
    values = {
        name: value if isinstance(value, str) else tuple(number * factor for number in value)
        for name, value in outcome.values.items()
    }
    return Outcome(values)
