"""What changed between two releases, from the harvested tables: what is known of each pair must be in it."""

from functools import cache

import pytest

from tfdoctor.drift.change import EFFECTS, Change
from tfdoctor.drift.changes import changes
from tfdoctor.drift.cure import AsVersion1
from tfdoctor.drift.releases import Span, span
from tfdoctor.drift.unchanged import unchanged
from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix

MATRIX = Matrix.locate()


@cache
def between(before: str, after: str) -> tuple[Change, ...]:
    return changes(Span(before, after), MATRIX)


def the(rows: tuple[Change, ...], subject: str, parameter: str = "") -> Change:
    found = [row for row in rows if subject in row.subject and (parameter in row.parameters or not parameter)]
    assert found, f"{subject} {parameter}"
    return found[0]


@pytest.mark.parametrize(
    ("before", "after", "subject", "parameter", "keep"),
    [
        ("1.15", "2.0", "tf.keras.layers.LSTM", "recurrent_activation", "recurrent_activation='hard_sigmoid'"),
        ("1.15", "2.3", "tf.initializers.random_normal", "stddev", "stddev=1.0"),
        ("2.15", "2.16", "tf.keras.layers.ConvLSTM2D", "recurrent_activation", "recurrent_activation='hard_sigmoid'"),
    ],
)
def test_defaults_that_changed(before: str, after: str, subject: str, parameter: str, keep: str) -> None:
    row = the(between(before, after), subject, parameter)
    assert (row.finding, row.effect, row.keep) == ("default-changed", "results", keep)
    assert not row.given


@pytest.mark.parametrize(
    ("parameter", "keep"),
    [("reset_after", "reset_after=False"), ("recurrent_activation", "recurrent_activation='hard_sigmoid'")],
)
def test_a_default_that_people_met_has_a_page_of_its_own(parameter: str, keep: str) -> None:
    row = the(between("1.15", "2.3"), "tf.keras.layers.GRU", parameter)
    assert (row.finding, row.effect, row.keep) == ("gru-reset-after-default", "results", keep)


@pytest.mark.parametrize(
    ("before", "after", "subject", "finding"),
    [
        ("2.3", "2.6", "tf.keras.Sequential.predict_classes", "keras-method-removed"),
        ("2.15", "2.16", "tf.estimator.Estimator", "estimator-removed-216"),
        ("1.15", "2.0", "tf.contrib", "contrib-removed"),
        ("1.15", "2.0", "tf.placeholder", "tf1-api-in-tf2"),
    ],
)
def test_names_that_are_gone(before: str, after: str, subject: str, finding: str) -> None:
    row = the(between(before, after), subject)
    assert (row.effect, row.finding) == ("raises", finding)


def test_what_moved_says_where_it_is() -> None:
    held = the(between("1.15", "2.0"), "tf.placeholder")
    assert (held.after, held.cure) == ("tf.compat.v1.placeholder", AsVersion1("tf.compat.v1.placeholder"))


def test_adam_has_no_other_default_in_2_6_and_that_is_said() -> None:
    where = Span("2.3", "2.6")
    rows = [row for row in changes(where, MATRIX) if "tf.keras.optimizers.Adam" in row.subject and row.parameters]
    assert not [row for row in rows if not row.given and row.effect == "results"]
    same = {row.title: row for row in unchanged(where, MATRIX)}
    assert "learning_rate=0.001" in same["Adam"].defaults
    assert "epsilon=1e-07" in same["Adam"].defaults


def test_arguments_of_optimizers_that_hide_behind_kwargs() -> None:
    rows = between("2.10", "2.11")
    lr, decay = the(rows, "tf.keras.optimizers.Adam", "lr"), the(rows, "tf.keras.optimizers.SGD", "decay")
    assert (lr.effect, lr.given, lr.finding) == ("results", True, "optimizer-lr-ignored")
    assert (decay.effect, decay.given, decay.finding) == ("raises", True, "optimizer-decay-arg")


def test_an_argument_that_moved_into_kwargs_is_still_taken() -> None:
    rows = between("2.3", "2.6")
    assert not [row for row in rows if "tf.keras.layers.BatchNormalization" in row.subject and "name" in row.parameters]


def test_another_order_names_the_first_place() -> None:
    row = the(between("2.10", "2.11"), "tf.keras.optimizers.Optimizer.minimize")
    assert row.positional == 3
    assert "place 3 of its arguments: tape, not grad_loss" in row.what


def test_the_worst_comes_first_and_both_ways_are_known() -> None:
    rows = between("2.3", "2.6")
    ranks = [EFFECTS.index(row.effect) for row in rows]
    assert ranks == sorted(ranks)
    back = between("2.6", "2.3")
    assert "tf.keras.layers.GRU" in {name for row in between("2.3", "1.15") for name in row.subject}
    assert [row.what for row in back] != [row.what for row in rows]
    assert not [row for row in back if row.effect == "results" and "No more in 2.3" in row.what and row.keep]


def test_each_change_has_a_page_and_evidence() -> None:
    from tfdoctor.rules import RULES

    names = {rule.name for rule in RULES}
    for row in (*between("1.15", "2.21"), *between("2.15", "2.16")):
        assert row.finding in names
        assert row.evidence
        assert row.subject


@pytest.mark.parametrize("text", ["", "three", "2", "9.9", "1.14", "2.3.4;"])
def test_what_is_no_release_is_said(text: str) -> None:
    with pytest.raises(UsageError, match=r"no release of TensorFlow|was not harvested"):
        span(text, "2.6", MATRIX)


def test_patches_of_one_minor_are_not_compared() -> None:
    with pytest.raises(UsageError, match=r"both TensorFlow 2\.3"):
        span("2.3.1", "2.3.4", MATRIX)
    assert str(span("v2.3.x", "2.6.0", MATRIX)) == "TensorFlow 2.3 to 2.6"


def test_a_value_that_is_refused_by_now_is_no_advice() -> None:
    rows = between("2.15", "2.16")
    reduction = [row for row in rows if row.kind == "default" and row.parameters == ("reduction",)]
    assert {row.keep for row in reduction if row.before == "reduction='auto'"} == {""}
    assert the(rows, "tf.keras.layers.ConvLSTM2D", "recurrent_activation").keep == "recurrent_activation='hard_sigmoid'"


def test_what_takes_any_number_by_position_has_no_other_order() -> None:
    assert not [row for row in between("2.6", "2.16") if row.kind == "order" and "tf.data.Dataset.zip" in row.subject]
