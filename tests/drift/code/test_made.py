"""What Keras hands to classes of the program, and what these keep: steps of schedules, labels of losses, variables."""

from pathlib import Path

import pytest

from tests.drift.code.reading import uses

SCHEDULE = """
import tensorflow as tf
class S(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, peak, warmup=10):
        self.peak, self.warmup, self.rate = peak, warmup, 0.5
    def __call__(self, step):
"""
LAYER = """
import tensorflow as tf
class L(tf.keras.layers.Layer):
    def build(self, shape):
"""


def named(folder: Path, source: str, name: str) -> list[bool]:
    """Whether each use of a name is certain."""
    return [use.certain for use in uses(folder, source) if use.name == name]


@pytest.mark.parametrize(
    ("line", "certain"),
    [
        ("return step * 0.1", [True]),
        ("return self.rate * step", [True]),
        ("return self.peak * step", [False]),
        ("return step // 10 * 2", []),
        ("return step // 10 * 0.1", [True]),
        ("return step + self.warmup", []),
        ("return 0.1 * (step / 10)", []),
        ("return 0.1 * tf.cast(step, tf.float32)", []),
        ("step = tf.cast(step, tf.float32)\n        return step * 0.1", []),
        ("return (step + 1) * step", []),
    ],
)
def test_arithmetic_with_a_step(tmp_path: Path, line: str, certain: list[bool]) -> None:
    assert named(tmp_path, f"{SCHEDULE}        {line}\n", "tf.keras.Step.__add__") == certain


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("self.w = tf.Variable(1.0)", 1),
        ("self.w = [tf.Variable(1.0), tf.Variable(2.0)]", 1),
        ("self.w = tf.compat.v1.get_variable('w', [1])", 1),
        ("self.w = self.add_weight(shape=[1])", 0),
        ("w = tf.Variable(1.0)", 0),
        ("self.w = tf.zeros([1])", 0),
    ],
)
def test_variables_that_a_layer_keeps(tmp_path: Path, line: str, kept: int) -> None:
    assert len(named(tmp_path, f"{LAYER}        {line}\n", "tf.keras.layers.Layer.__setattr__")) == kept


def test_variables_of_other_objects(tmp_path: Path) -> None:
    source = "import tensorflow as tf\nclass A:\n    def __init__(self):\n        self.w = tf.Variable(1.0)\n"
    assert not [use for use in uses(tmp_path, source) if use.name.endswith("__setattr__")]


@pytest.mark.parametrize(
    ("line", "of"),
    [
        ("return tf.one_hot(y_true, 3)", ("tf.keras.Labels",)),
        ("return tf.one_hot(tf.reshape(y_true, [-1]), 3)", ("tf.keras.Labels",)),
        ("return tf.one_hot(tf.cast(y_true, tf.int32), 3)", ("tf.Tensor",)),
    ],
)
def test_labels_of_a_loss(tmp_path: Path, line: str, of: tuple[str, ...]) -> None:
    source = "import tensorflow as tf\nclass L(tf.keras.losses.Loss):\n    def call(self, y_true, y_pred):\n"
    found = [use for use in uses(tmp_path, f"{source}        {line}\n") if use.name == "tf.one_hot"]
    assert [use.given[0].of for use in found] == [of]


@pytest.mark.parametrize(
    ("loss", "closes"),
    [
        ("def loss(t, p):\n    return K.mean(t - p) + K.mean(x)\n", True),
        (
            "def make(z):\n    def inner(t, p):\n        return p + K.mean(z)\n    return inner\nloss = make(x)\n",
            True,
        ),
        ("loss = lambda t, p: K.mean(t - p) + x\n", True),
        ("def loss(t, p):\n    return K.mean(t - p)\n", False),
        ("def loss(t, p):\n    x = t\n    return K.mean(x)\n", False),
    ],
)
def test_losses_that_close_over_symbolic_tensors(tmp_path: Path, loss: str, *, closes: bool) -> None:
    source = f"import tensorflow as tf\nfrom tensorflow.keras import backend as K\nx = tf.keras.Input((3,))\n{loss}"
    for given in ("loss", "[loss]", "{'a': loss}"):
        found = uses(tmp_path, f"{source}m = tf.keras.Model(x, x)\nm.compile('sgd', loss={given})\n")
        assert [one.given[1].closes for one in found if one.name == "tf.keras.Model.compile"] == [closes]


def test_what_the_call_of_an_object_is_given(tmp_path: Path) -> None:
    source = """
        import tensorflow as tf
        class Conv:
            def __call__(self, x):
                return tf.matmul(x, x)
        layers = [Conv(), Conv()]
        h = tf.keras.Input((3,))
        for layer in layers:
            h = layer(h)
    """
    found = [use for use in uses(tmp_path, source) if use.name == "tf.matmul"]
    assert [use.given[0].symbolic for use in found] == [True]
