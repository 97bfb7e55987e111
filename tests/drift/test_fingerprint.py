"""A machine beside the reference of its release: what is the same, what differs, what can't be compared."""

from collections.abc import Mapping

from tfdoctor import facts
from tfdoctor.drift.fingerprint import Fingerprint, compare, diagnosis
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import Outcome

MATRIX = Matrix.locate()


def reference(release: str) -> dict[str, Outcome]:
    behaviour = MATRIX.behaviour
    names = [row.name for row in behaviour.experiments.values() if row.kind != "speed"]
    return {name: found for name in names if (found := behaviour.outcome(name, release)) is not None}


def compared(
    outcomes: Mapping[str, Outcome], tensorflow: str = "2.6.5", keras: str = "2.6.0", left: tuple[str, ...] = ()
) -> Fingerprint:
    rows = tuple(
        facts.Outcome(
            experiment=name,
            values=tuple(facts.Measurement(name=key, value=value) for key, value in row.values.items()),
            error=row.error,
        )
        for name, row in outcomes.items()
    )
    found = facts.Fingerprint(
        tensorflow=tensorflow, keras=keras, outcomes=rows, left=left, error="the time is over" if left else ""
    )
    return compare("/env/bin/python", found, MATRIX)


def test_the_reference_itself_is_the_same() -> None:
    found = compared(reference("2.6"))
    assert (found.release, found.differences, found.unknown) == ("2.6", (), ())
    assert set(found.same) == set(reference("2.6"))
    assert found.outcomes == reference("2.6")
    assert diagnosis(found, MATRIX).status == "ok"


def test_what_a_wrong_plugin_computes_is_a_warning_the_largest_first() -> None:
    outcomes = reference("2.6")
    outcomes["layer-dense"] = scaled(outcomes["layer-dense"], 1.01)
    outcomes["loss-huber"] = scaled(outcomes["loss-huber"], 3.0)
    found = compared(outcomes)
    assert [row.experiment for row in found.differences] == ["loss-huber", "layer-dense"]
    told = diagnosis(found, MATRIX)
    assert told.status == "warning"
    assert told.findings[0].code == "TFD849"
    assert told.findings[0].confidence == "likely"
    assert "loss-huber gives something else here than TensorFlow 2.6 elsewhere" in told.findings[0].message


def test_another_keras_explains_it_as_well_as_the_machine() -> None:
    outcomes = reference("2.16")
    outcomes["layer-dense"] = scaled(outcomes["layer-dense"], 1.01)
    found = compared(outcomes, "2.16.2", "2.16.0")
    assert found.remarks == ("this environment has Keras 2.16.0; TensorFlow 2.16 was measured with 3.4.1",)
    assert diagnosis(found, MATRIX).findings[0].confidence == "possible"


def test_rounding_in_another_order_is_no_difference() -> None:
    outcomes = reference("2.6")
    outcomes["layer-dense"] = scaled(outcomes["layer-dense"], 1 + 1e-6)
    assert compared(outcomes).differences == ()


def test_an_experiment_that_fails_here_alone_differs() -> None:
    outcomes = {"layer-dense": Outcome(error="InternalError: no algorithm worked")}
    row = compared(outcomes).differences[0]
    assert row.after.error.startswith("InternalError")


def test_an_experiment_that_does_not_end_in_time_says_nothing_of_numbers() -> None:
    late = {f"layer-{name}": Outcome(error="TimeoutError: did not end within 60 s") for name in "abcde"}
    late = {"layer-dense": Outcome(error="TimeoutError: did not end within 60 s"), **late}
    found = compared(late, left=("loss-huber",))
    assert found.differences == ()
    assert found.unknown[0] == "layer-dense"
    assert found.remarks == (
        "1 experiments did not get their turn: the time is over",
        "did not end in time: layer-dense, layer-a, layer-b, layer-c and 2 more",
    )
    assert diagnosis(found, MATRIX).skipped[0].reason == "layer-dense: TimeoutError: did not end within 60 s"


def test_a_release_that_was_not_measured_has_no_reference() -> None:
    found = compared(reference("2.6"), "9.9.0")
    assert (found.release, found.same, found.differences) == ("", (), ())
    assert found.remarks == ("TensorFlow 9.9.0 was not measured: there is nothing to compare with",)
    assert len(diagnosis(found, MATRIX).skipped) == len(found.unknown)


def test_an_experiment_that_the_table_does_not_have_is_unknown() -> None:
    found = compared({"layer-of-tomorrow": Outcome({"numbers": (1.0,)})})
    assert found.unknown == ("layer-of-tomorrow",)


def scaled(outcome: Outcome, factor: float) -> Outcome:
    values = {
        name: value if isinstance(value, str) else tuple(number * factor for number in value)
        for name, value in outcome.values.items()
    }
    return Outcome(values)
