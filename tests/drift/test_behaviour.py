"""Measured and written changes, and what is the same: small tables of experiments in two releases."""

from collections.abc import Mapping

import pytest

from tests.drift.making import MATRIX, SPAN, behaviour, matrix
from tfdoctor.drift import curated, measured
from tfdoctor.drift.changes import changes
from tfdoctor.drift.releases import Span
from tfdoctor.drift.unchanged import unchanged
from tfdoctor.matrix.api import Change as Row

ABOUT = {"subject": ["tf.keras.layers.StringLookup"], "arguments": []}
BACK = Span("2.6", "2.3")


def row(**others: object) -> Row:
    told = {
        "finding": "clipnorm-semantics", "since": "2.4", "what": "fit clips", "effect": "results",
        "subjects": ("tf.keras.optimizers.SGD",), "source": "https://example.org/1", "checked": "2026-11-21",
        "basis": "trained", "instead": "TensorFlow 2.3",
    }  # fmt: skip
    return Row(**{**told, **others})  # type: ignore[arg-type]  # as the table has them


@pytest.mark.parametrize(
    ("before", "after", "effect", "told"),
    [
        ({"out": [1.0, 2.0]}, {"out": [1.0, 4.0]}, "results", ("out 1, 2", "out 1, 4")),
        ({"out": "float32"}, {"out": "float64"}, "results", ("out float32", "out float64")),
        ({"out": [1.0]}, "TypeError: no", "raises", ("out 1", "TypeError: no")),
        ({"out": [1.0] * 9}, {"other": [1.0]}, "results", ("out 1, 1, 1, 1, ...", "nothing")),
    ],
)
def test_an_experiment_that_differs_is_a_change(
    before: Mapping[str, object] | str, after: Mapping[str, object] | str, effect: str, told: tuple[str, str]
) -> None:
    (found,) = measured.changes(SPAN, matrix(behaviour(("layer-gru-default", {}, before, after))))
    assert (found.effect, found.before, found.after) == (effect, told[0], told[1])
    assert found.evidence[0].fact == "measured.layer-gru-default"
    assert found.evidence[0].value.startswith(f"{told[0]} in 2.3, {told[1]} in 2.6")


def test_what_is_the_same_or_only_starts_to_work_is_no_change() -> None:
    table = behaviour(("a", {}, {"out": [1.0]}, {"out": [1.0]}), ("b", {}, "TypeError: no", {"out": [1.0]}))
    assert list(measured.changes(SPAN, matrix(table))) == []
    before = {"out": [1.0], "new": "none", "other": "ValueError"}
    table = behaviour(("a", {}, before, {"out": [1.0], "new": [2.0], "other": [3.0], "more": [4.0]}))
    assert list(measured.changes(SPAN, matrix(table))) == []
    table = behaviour(("a", {}, before, {"out": "none", "new": [2.0], "other": [3.0]}))
    assert [row.after for row in measured.changes(SPAN, matrix(table))] == ["out none"]


def test_numbers_are_there_to_be_plotted_and_times_are_speed() -> None:
    table = behaviour(("speed-step", {"kind": "speed"}, {"ratio": [1.0], "word": "a"}, {"ratio": [2.0], "word": "b"}))
    (found,) = measured.changes(SPAN, matrix(table))
    assert found.effect == "speed"
    assert [(one.value, one.before, one.after) for one in found.numbers] == [("ratio", (1.0,), (2.0,))]
    assert "50.0% apart" in found.evidence[0].value or found.size == 1.0


def test_a_written_row_lies_between_its_releases() -> None:
    (found,) = curated.changes(SPAN, matrix(None, row()))
    assert (found.what, found.before, found.after) == ("In 2.6, not in 2.3: fit clips", "", "fit clips")
    assert (found.keep, found.confidence) == ("TensorFlow 2.3", "certain")
    (back,) = curated.changes(BACK, matrix(None, row(basis="declared")))
    assert (back.what, back.keep, back.confidence) == ("No more in 2.3: fit clips", "", "likely")
    assert list(curated.changes(Span("2.4", "2.6"), matrix(None, row()))) == []
    ended = row(since="2.2", until="2.3")
    assert [one.what for one in curated.changes(SPAN, matrix(None, ended))] == ["No more in 2.6: fit clips"]
    assert list(curated.changes(Span("2.1", "2.6"), matrix(None, ended))) == []


def test_experiments_prove_a_written_row_or_take_it_away() -> None:
    proven = row(experiments=("optimizer-clip*",), basis="declared")
    differs = behaviour(("optimizer-clipnorm-fit", {}, {"step": [1.0]}, {"step": [0.5]}))
    (found,) = curated.changes(SPAN, matrix(differs, proven))
    assert (found.confidence, found.size) == ("certain", 0.5)
    assert found.evidence[1].fact == "measured.optimizer-clipnorm-fit"
    assert found.numbers
    same = behaviour(("optimizer-clipnorm-fit", {}, {"step": [1.0]}, {"step": [1.0]}))
    assert list(curated.changes(SPAN, matrix(same, proven))) == []
    rows = changes(SPAN, matrix(differs, proven))
    assert [one.finding for one in rows if "measured.optimizer-clipnorm-fit" in {e.fact for e in one.evidence}] == [
        "clipnorm-semantics"
    ]  # it is not told again


STRINGS = "tf.keras.layers.experimental.preprocessing.TextVectorization"
LOOKUP = "tf.keras.layers.experimental.preprocessing.StringLookup"


def of_default(name: str, after: float) -> dict[str, tuple[str, str, float]]:
    about = {"subject": [STRINGS], "arguments": ["pad_to_max_tokens"]}
    other = {"subject": [LOOKUP], "arguments": ["mask_token"]}
    table = behaviour(
        (name, about, {"out": [1.0]}, {"out": [after]}), (f"{name}-2", other, {"out": [1.0]}, {"out": [after]})
    )
    rows = [one for one in changes(SPAN, matrix(table)) if one.parameters and one.kind == "default"]
    return {
        subject: (one.effect, one.confidence, one.size) for one in rows for subject in one.subject
        if subject in {STRINGS, LOOKUP} and one.parameters[0] in {"pad_to_max_tokens", "mask_token"}
    }  # fmt: skip


def test_a_measured_default_is_certain_or_changes_nothing() -> None:
    assert of_default("a", 2.0) == {STRINGS: ("results", "certain", 0.5), LOOKUP: ("results", "likely", 0.5)}
    assert of_default("a", 1.0) == {STRINGS: ("cosmetic", "certain", 0.0), LOOKUP: ("cosmetic", "possible", 0.0)}


def test_a_default_that_was_not_measured_is_likely() -> None:
    rows = {one.subject[0]: one for one in changes(SPAN, matrix()) if one.kind == "default"}
    assert rows[STRINGS].confidence == "likely"
    assert rows[LOOKUP].confidence == "possible"  # one of the two is None


ADAM = "tf.keras.optimizers.Adam"


@pytest.mark.parametrize(
    ("symbol", "rows", "found"),
    [
        (ADAM, (), [("It", ())]),
        (ADAM, (("optimizer-adam-default", {"subject": [ADAM]}, {"a": [1.0]}, {"a": [1.0]}),),
         [("It", ("optimizer-adam-default",))]),
        (ADAM, (("optimizer-adam-default", {"subject": [ADAM]}, {"a": [1.0]}, {"a": [2.0]}),), []),
        (ADAM, (("speed-adam", {"subject": [ADAM], "kind": "speed"}, {"a": [1.0]}, {"a": [2.0]}),), [("It", ())]),
        (STRINGS, (), []),
        ("tf.keras.Sequential.predict_classes", (), []),
    ],
)  # fmt: skip
def test_what_is_the_same_is_said_with_its_proof(
    symbol: str, rows: tuple[tuple[str, dict[str, object], dict[str, object], dict[str, object]], ...],
    found: list[tuple[str, tuple[str, ...]]],
) -> None:  # fmt: skip
    made = matrix(behaviour(*rows))
    assert [(one.title, one.experiments) for one in unchanged(SPAN, made, {"It": (symbol,)})] == found


def test_the_committed_tables_prove_adam() -> None:
    same = {one.title: one for one in unchanged(SPAN, MATRIX)}
    assert [name for name in same["Adam"].experiments if name.startswith("optimizer-adam-")]
