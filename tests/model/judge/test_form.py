"""Configurations that Keras did not write are not followed, and never crash the judge."""

import random
from typing import Any

import pytest

from tfdoctor.facts.saved import Format, Keras, SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge import judge
from tfdoctor.model.judge.keras.form import flaw
from tfdoctor.model.judge.target import target

MATRIX = Matrix.locate()
DENSE = {"class_name": "Dense", "config": {"name": "d", "units": 2}, "name": "d", "inbound_nodes": [[["in", 0, 0, {}]]]}
WHOLE: dict[str, Any] = {
    "class_name": "Functional",
    "config": {
        "name": "m",
        "layers": [{"class_name": "InputLayer", "config": {"name": "in"}, "name": "in", "inbound_nodes": []}, DENSE],
        "input_layers": [["in", 0, 0]],
        "output_layers": [["d", 0, 0]],
    },
}
COMPILED: dict[str, Any] = {
    "loss": "mse",
    "metrics": ["mae"],
    "optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.1}},
}


@pytest.mark.parametrize(
    ("config", "compiled", "words"),
    [
        ({"class_name": 5, "config": {}}, None, "class_name is int"),
        ({"class_name": "Sequential", "config": {"layers": {}}}, None, "layers of Sequential"),
        ({"class_name": "Sequential", "config": ["x"]}, None, "layers of Sequential"),
        ({"class_name": "Functional", "config": None}, None, "layers of Functional"),
        ({"class_name": "Functional", "config": {"layers": [], "output_layers": 3}}, None, "outputs of Functional"),
        ({"class_name": "Functional", "config": []}, None, "Functional is a list"),
        ([[{"class_name": "Dense", "inbound_nodes": "x"}]], None, "inbound_nodes of Dense"),
        (WHOLE, {"optimizer_config": 7}, "optimizer"),
        (WHOLE, {"optimizer_config": {"class_name": "Adam", "config": [1]}}, "optimizer"),
        (WHOLE, {"optimizer_config": {"config": {"lr": {"class_name": "X", "config": "y"}}}}, "optimizer"),
    ],
)
def test_what_is_not_of_the_form_is_named(config: object, compiled: object, words: str) -> None:
    assert words in flaw(config, compiled)


def test_what_keras_writes_has_no_flaw() -> None:
    assert flaw(WHOLE, COMPILED) == ""
    assert flaw({"class_name": "Sequential", "config": [DENSE]}, None) == ""
    assert flaw(WHOLE, {"optimizer": "adam"}) == ""


def test_a_flaw_leaves_the_verdict_open_with_its_reason() -> None:
    keras = Keras(config={"class_name": "Sequential", "config": {"layers": 1}})
    model = SavedModel(path="m.h5", format="h5", keras=keras)
    for verdict in judge(model, target("2.6", MATRIX), MATRIX):
        assert verdict.outcome == "undecided"
        assert verdict.reason is not None
        assert "not of the form that Keras writes" in verdict.reason.message


@pytest.mark.parametrize("release", ["2.1", "2.3", "2.6", "2.11", "2.15", "2.18"])
def test_damaged_configurations_do_not_crash_the_judge(release: str) -> None:
    chance = random.Random(release)  # noqa: S311  the same damage each time
    where = target(release, MATRIX)
    seen = set()
    for _ in range(150):
        config, compiled = damaged(WHOLE, chance), damaged(COMPILED, chance)
        if isinstance(config, dict) and isinstance(compiled, dict):
            keras = Keras(config=config, compile_config=compiled)
            kinds: tuple[tuple[Format, str], ...] = (("h5", "m.h5"), ("keras-zip", "m.keras"))
            for kind, path in kinds:
                verdicts = judge(SavedModel(path=path, format=kind, keras=keras), where, MATRIX)
                seen |= {verdict.outcome for verdict in verdicts}
    assert seen >= {"undecided", "fails"}


def damaged(value: Any, chance: random.Random) -> Any:
    """The same with some values lost or replaced by others of any type."""
    junk: list[Any] = [None, True, -1, 1e308, "", "x", [], [[]], {}, {"class_name": 5, "config": []}, ["a"]]
    if chance.random() < 0.04:
        return chance.choice(junk)
    if isinstance(value, dict):
        return {key: damaged(each, chance) for key, each in value.items() if chance.random() > 0.01}
    if isinstance(value, list):
        return [damaged(each, chance) for each in value if chance.random() > 0.01]
    return value
