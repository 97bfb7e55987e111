"""Measured behaviour: outcomes by release, differences beyond noise, and what the table must tell."""

import json
from typing import Any

import pytest

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import FORMAT, Behaviour, Outcome, difference, distance


def table(**changes: Any) -> bytes:
    """Three releases, in which a number goes from 1 to 2, another one is noisy, and a word changes."""
    releases = [
        {"minor": minor, "tensorflow": f"{minor}.9", "keras": "2", "numpy": "1", "python": "3.9"}
        for minor in ("2.0", "2.1", "2.2")
    ]
    rows = {
        "optimizer-one": [
            "optimizer", ["tf.keras.optimizers.Adam"], "Steps.", ["epsilon"],
            [[1, {"after": [0, 1.0]}], [6, {"after": [0, 2.0]}]], {},
        ],
        "layer-loud": [
            "layer", ["tf.keras.layers.LSTM"], "Output.", [],
            [[1, {"out": [1.0, 2.0], "word": "a"}], [2, {"out": [1.0, 2.1], "word": "a"}], [4, "TypeError: no"]],
            {"out": [[0.02, 2]]},
        ],
        "saving-few": ["saving", ["tf.keras.Model.save"], "Files.", [], [[2, {"h5": "HDF5"}]]],
    }  # fmt: skip
    made = {"format": FORMAT, "source": "s", "checked": "2026-11-21", "basis": "trained", "releases": releases}
    return json.dumps({**made, "experiments": rows, **changes}).encode()


SMALL = Behaviour(table())


def test_outcomes_by_release() -> None:
    assert SMALL.releases == ("2.0", "2.1", "2.2")
    assert SMALL.outcome("optimizer-one", "2.0") == Outcome({"after": (0.0, 1.0)})
    assert SMALL.outcome("optimizer-one", "2.1") == SMALL.outcome("optimizer-one", "2.2")
    assert SMALL.outcome("layer-loud", "2.2") == Outcome(error="TypeError: no")
    assert SMALL.outcome("saving-few", "2.0") is None
    assert SMALL.outcome("optimizer-one", "2.9") is None
    assert SMALL.outcome("nothing", "2.0") is None
    assert SMALL.noise("nothing", "2.0") == {}


def test_experiments_are_found_by_symbol() -> None:
    one = SMALL.experiments["optimizer-one"]
    assert (one.kind, one.what, one.arguments) == ("optimizer", "Steps.", ("epsilon",))
    assert [found.name for found in SMALL.about("tf.keras.layers.LSTM")] == ["layer-loud"]


def test_a_difference_is_told_with_its_size() -> None:
    found = SMALL.differs("optimizer-one", "2.0", "2.2")
    assert found is not None
    assert (found.values, found.absolute, found.relative) == (("after",), 1.0, 0.5)
    assert SMALL.differs("optimizer-one", "2.1", "2.2") is None
    assert SMALL.differs("saving-few", "2.0", "2.1") is None


def test_noise_is_no_difference() -> None:
    assert SMALL.noise("layer-loud", "2.1") == {"out": 0.02}
    assert SMALL.noise("layer-loud", "2.0") == {}
    assert SMALL.differs("layer-loud", "2.0", "2.1") is None  # 5 % apart, and it moves by 2 % by itself


def test_an_error_differs_from_numbers_and_from_another_error() -> None:
    found = SMALL.differs("layer-loud", "2.1", "2.2")
    assert found is not None
    assert (found.values, found.relative, found.after.error) == ((), 1.0, "TypeError: no")
    one, other = Outcome(error="TypeError: a"), Outcome(error="TypeError: b")
    assert difference("x", one, other, {}) is None
    assert difference("x", one, Outcome(error="ValueError: a"), {}) is not None


def test_another_machine_is_compared_with_the_same_release() -> None:
    assert SMALL.compare("optimizer-one", "2.0", Outcome({"after": (0.0, 1.00005)})) is None
    found = SMALL.compare("optimizer-one", "2.0", Outcome({"after": (0.0, 1.01)}))
    assert found is not None
    assert found.before == SMALL.outcome("optimizer-one", "2.0")
    assert SMALL.compare("optimizer-one", "2.9", Outcome()) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((1.0, -4.0), (1.0, -3.0), (1.0, 0.25)),
        ((0.0,), (0.0,), (0.0, 0.0)),
        ((1.0,), (1.0, 2.0), (0.0, 1.0)),
        ("a", "a", (0.0, 0.0)),
        ("a", (1.0,), (0.0, 1.0)),
        (None, (1.0,), (0.0, 1.0)),
    ],
)
def test_distances(one: Any, other: Any, expected: tuple[float, float]) -> None:
    assert distance(one, other) == expected


def test_a_value_that_only_one_has_differs() -> None:
    found = difference("x", Outcome({"a": "1", "b": (1.0,)}), Outcome({"a": "1", "c": (1.0,)}), {})
    assert found is not None
    assert found.values == ("b", "c")


@pytest.mark.parametrize("data", [b"{}", b"no json", table(format=99)])
def test_another_table_is_refused(data: bytes) -> None:
    with pytest.raises(MatrixError, match=r"behaviour\.json"):
        Behaviour(data)


BEHAVIOUR = Matrix.locate().behaviour


def test_every_minor_was_measured() -> None:
    assert BEHAVIOUR.releases == ("1.15", *(f"2.{number}" for number in range(len(BEHAVIOUR.releases) - 1)))
    assert len(BEHAVIOUR.releases) >= 23
    assert len([one for one in BEHAVIOUR.experiments.values() if one.kind != "speed"]) >= 80


def test_every_experiment_says_what_it_is() -> None:
    for one in BEHAVIOUR.experiments.values():
        assert one.name.startswith(f"{one.kind}-")
        assert one.subject
        assert all(name.startswith("tf.") for name in one.subject)
        assert one.what.endswith((".", ")"))


def test_outcomes_are_few_numbers_or_short_words() -> None:
    for name in BEHAVIOUR.experiments:
        found = [BEHAVIOUR.outcome(name, release) for release in BEHAVIOUR.releases]
        assert any(outcome and outcome.values for outcome in found), name
        for outcome in filter(None, found):
            assert bool(outcome.error) != bool(outcome.values)
            assert all(isinstance(value, str) or 1 <= len(value) <= 16 for value in outcome.values.values())


# What is known from the sources of the releases, and what people suspect wrongly.
@pytest.mark.parametrize(
    ("name", "before", "after", "changed"),
    [
        ("layer-gru-default", "1.15", "2.3", True),
        ("layer-gru-reset-after", "1.15", "2.3", False),
        ("initializer-random-normal-function", "1.15", "2.3", True),
        ("optimizer-adam-default", "2.3", "2.6", False),
        ("optimizer-adam-default", "1.15", "2.21", False),
        ("optimizer-clipnorm-fit", "2.1", "2.2", True),
        ("optimizer-sgd-lr", "2.10", "2.11", True),
        ("initializer-instance-twice", "2.9", "2.10", True),
        ("metric-accuracy-multi-label", "2.1", "2.2", True),
        ("execution-defaults", "1.15", "2.0", True),
        ("execution-onednn", "2.8", "2.9", True),
        ("initializer-set-seed-reproduces", "2.9", "2.10", True),
        ("optimizer-rmsprop-epsilon", "2.10", "2.11", True),
        ("loss-on-batch-running", "2.15", "2.16", True),
        ("data-fit-shuffle", "2.15", "2.16", True),
        ("layer-batchnorm-frozen", "1.15", "2.0", True),
        ("layer-conv-lstm", "2.15", "2.16", True),
        ("training-dense-fixed", "2.3", "2.6", False),
    ],
)
def test_known_changes_were_measured(name: str, before: str, after: str, *, changed: bool) -> None:
    assert (BEHAVIOUR.differs(name, before, after) is not None) == changed


def test_subjects_are_names_of_some_release() -> None:
    symbols = Matrix.locate().symbols
    subjects = {name for one in BEHAVIOUR.experiments.values() for name in one.subject}
    assert {name for name in subjects if not symbols.seen(name)} == set()


def test_times_differ_from_half_as_much_again() -> None:
    found = BEHAVIOUR.differs("speed-predict-loop", "1.15", "2.3")
    assert found is not None
    assert found.relative > 0.9
    assert BEHAVIOUR.differs("speed-fit-convolution", "2.5", "2.6") is None  # 8.6 and 9.9
