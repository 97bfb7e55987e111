"""Which names code uses: aliases resolved, and code that is cut off read as well."""

import pytest

from tfdoctor.rules.drift._calls import uses

PROGRAM = """
import tensorflow as tf, numpy as np
import tensorflow.compat.v1 as old
import keras.backend
from tensorflow.keras import layers as L, optimizers
from keras.optimizers import *
from . import mine
opt = optimizers.Adam(1e-3, decay=0.1)
m = tf.keras.Sequential([L.GRU(5)])
m.fit(x, workers=4)
old.placeholder(tf.float32)
np.zeros(3)
make().predict_classes(x)
"""


def test_aliases_are_resolved() -> None:
    found = {use.path: use for use in uses(PROGRAM) if not use.imported}
    assert found["tensorflow.keras.optimizers.Adam"].keywords == {"decay": "0.1"}
    assert found["tensorflow.keras.optimizers.Adam"].positional == 1
    assert found["tensorflow.keras.layers.GRU"].call
    assert found["tensorflow.compat.v1.placeholder"].line == 11
    assert found[".fit"].keywords == {"workers": "4"}
    assert ".predict_classes" in found
    assert not any(path.startswith("numpy") for path in found)


def test_imports_are_uses() -> None:
    found = [use.path for use in uses(PROGRAM) if use.imported]
    assert found == [
        "tensorflow", "tensorflow.compat.v1", "keras.backend", "tensorflow.keras.layers", "tensorflow.keras.optimizers",
        "keras.optimizers",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("self.out = tf.layers.dense(\n    x,", "tensorflow.layers.dense"),
        ("    >>> tf.Session()", "tensorflow.Session"),
        ("!pip install x\n%matplotlib inline\ntf.Session()", "tensorflow.Session"),
        ("    return K.ctc_batch_cost(a, b)", "keras.backend.ctc_batch_cost"),
        ("from keras.utils import np_utils, to_categorical as to\nif x:", "keras.utils.np_utils"),
        ("import tensorflow as t\nif t.contrib.slim", "tensorflow.contrib.slim"),
        ("import keras, os\nprint 'x', keras.layers.Merge", "keras.layers.Merge"),
        ("f(x).predict_classes(y) if", ".predict_classes"),
        ("model.fit(x, workers=4) if", ".fit"),
    ],
)
def test_code_that_is_cut_off(code: str, path: str) -> None:
    assert path in {use.path for use in uses(code)}


def test_keywords_of_code_that_is_cut_off() -> None:
    found = {
        use.path: use for use in uses("model.fit(x, workers=4, flag==1)\nopt = tf.keras.optimizers.Adam(lr=0.1) if")
    }
    assert found[".fit"].keywords == {"workers": "4"}
    assert found[".fit"].positional == 1
    assert found["tensorflow.keras.optimizers.Adam"].positional == 0


@pytest.mark.parametrize("code", ["", "\0", "(" * 5000, "a." * 50_000, "def f(:\n" * 3000, "x = [" + "(" * 300])
def test_no_text_is_too_odd(code: str) -> None:
    assert isinstance(uses(code), tuple)
