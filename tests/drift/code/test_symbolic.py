"""Symbolic tensors of Keras: where they come from, what passes them on, where they are given."""

from pathlib import Path

import pytest

from tests.drift.code.reading import uses

HEAD = "import tensorflow as tf\nfrom tensorflow.keras import layers, backend as K\nx = tf.keras.Input((4,))\n"


@pytest.mark.parametrize(
    "source",
    [
        "tf.exp(x)",
        "tf.exp(layers.Dense(2)(x))",
        "tf.exp(x + 1)",
        "tf.exp(1 - x[:, 0])",
        "tf.exp([x, x])",
        "tf.exp(K.mean(x))",
        "tf.exp(tf.keras.Model(x, x).output)",
        "tf.exp(tf.keras.Model(x, x).inputs)",
        "tf.exp(tf.keras.Model(x, x).outputs[0])",
        "h = x\nfor size in (1, 2):\n    h = layers.Dense(size)(h)\ntf.exp(h)",
        "def block(t):\n    return tf.exp(t)\nblock(x)",
        "class Own(layers.Layer):\n    pass\ntf.exp(Own()(x))",
    ],
)
def test_what_is_symbolic(tmp_path: Path, source: str) -> None:
    found = [one for one in uses(tmp_path, HEAD + source) if one.name == "tf.exp" and one.kind == "call"]
    assert [given.symbolic for one in found for given in one.given] == [True]


@pytest.mark.parametrize(
    "source",
    [
        "tf.exp(1.0)",
        "tf.exp(tf.ones((2, 4)))",
        "tf.exp(layers.Dense(2)(tf.ones((2, 4))))",
        "tf.exp(tf.keras.Model(x, x)(tf.ones((2, 4))))",
        "tf.exp(unknown)",
        "tf.exp(x.shape)",
        "class Own(layers.Layer):\n    def call(self, inputs):\n        return tf.exp(inputs)\nOwn()(x)",
        "layers.Lambda(lambda t: tf.exp(t))(x)",
    ],
)
def test_what_is_not(tmp_path: Path, source: str) -> None:
    found = [one for one in uses(tmp_path, HEAD + source) if one.name == "tf.exp" and one.kind == "call"]
    assert [given.symbolic for one in found for given in one.given] == [False]


def test_members_of_one(tmp_path: Path) -> None:
    found = uses(tmp_path, f"{HEAD}x.shape.as_list()\nx.get_shape()[0].value\ntf.ones(1).shape.as_list()\n")
    told = [(one.name, one.of_keras) for one in found if one.name.startswith("tf.TensorShape")]
    assert told == [
        ("tf.TensorShape.as_list", True),
        ("tf.TensorShape.Size.value", True),
        ("tf.TensorShape.as_list", False),
    ]
