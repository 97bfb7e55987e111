"""Saved models as uses of TensorFlow."""

from pathlib import Path
from typing import Any

import pytest

from tests.model.title import h5
from tfdoctor.drift.saved import uses
from tfdoctor.facts.saved import Keras, KerasLayer, SavedModel
from tfdoctor.model.read import read


def found(compile_config: dict[str, Any] | None, *layers: KerasLayer) -> list[tuple[str, str, tuple[str | None, ...]]]:
    model = SavedModel(path="net.h5", format="h5", keras=Keras(compile_config=compile_config, layers=layers))
    return [(row.name, row.kind, tuple(one.name for one in row.given)) for row in uses(model)]


def test_a_real_model_uses_its_layers_and_what_it_was_compiled_with(tmp_path: Path) -> None:
    rows = list(uses(read(h5(tmp_path, "tf-2.6-cnn"))))
    names = {row.name for row in rows}
    assert {"tf.keras.layers.Conv2D", "tf.keras.layers.BatchNormalization", "tf.keras.optimizers.SGD",
            "tf.keras.losses.SparseCategoricalCrossentropy"} <= names  # fmt: skip
    assert not any(name.endswith(".Functional") for name in names)
    conv = next(row for row in rows if row.name == "tf.keras.layers.Conv2D")
    assert {"strides", "activation"} <= {one.name for one in conv.given}
    assert (conv.line, conv.kind) == (0, "call")
    assert conv.owner


def test_weights_alone_use_nothing() -> None:
    assert list(uses(SavedModel(path="a", format="h5"))) == []
    assert found(None) == []


def test_custom_layers_are_not_tensorflows() -> None:
    layer = KerasLayer(path="model/a", class_name="Mine", keys=("units",), custom=True)
    assert found(None, layer) == []
    assert found(None, KerasLayer(path="a", class_name="GRU", keys=("units",))) == [
        ("tf.keras.layers.GRU", "call", ("units",))
    ]


@pytest.mark.parametrize(
    ("config", "names"),
    [
        (
            {"optimizer_config": {"class_name": "Adam", "config": {"lr": 1}}},
            [("tf.keras.optimizers.Adam", "call", ("lr",))],
        ),
        ({"optimizer_config": {"class_name": "Adam", "config": None}}, [("tf.keras.optimizers.Adam", "call", ())]),
        ({"optimizer": "adam"}, [("tf.keras.optimizers.Adam", "string", ())]),
        ({"optimizer_config": 3}, []),
        ({"loss": "mse"}, [("tf.keras.losses.mean_squared_error", "string", ())]),
        ({"loss": {"out": "mse", "other": None}}, [("tf.keras.losses.mean_squared_error", "string", ())]),
        ({"loss": {"class_name": "Huber", "config": {"delta": 1}}}, [("tf.keras.losses.Huber", "call", ("delta",))]),
        ({"loss": {"class_name": "Huber", "config": None}}, []),
        ({"metrics": [["accuracy"], 3]}, [("tf.keras.metrics.accuracy", "string", ())]),
        ({"loss": "a lambda"}, [("tf.keras.losses.a lambda", "string", ())]),
    ],
)
def test_what_a_model_was_compiled_with(config: dict[str, Any], names: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert found(config) == names
