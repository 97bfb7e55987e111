"""Which names of TensorFlow and Keras a program uses: every way in which programs write them."""

from pathlib import Path

import pytest

from tests.drift.code.reading import shown, uses

DENSE = "tf.keras.layers.Dense"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import tensorflow as tf\ntf.keras.layers.Dense(1)", DENSE),
        ("import tensorflow\ntensorflow.keras.layers.Dense(1)", DENSE),
        ("import tensorflow.keras.layers\ntensorflow.keras.layers.Dense(1)", DENSE),
        ("import tensorflow.keras.layers as L\nL.Dense(1)", DENSE),
        ("from tensorflow import keras\nkeras.layers.Dense(1)", DENSE),
        ("from tensorflow.keras import layers as L\nL.Dense(1)", DENSE),
        ("from tensorflow.keras.layers import Dense as D\nD(1)", DENSE),
        ("from tensorflow.keras.layers import *\nDense(1)", DENSE),
        ("from tensorflow.keras.models import *\nfrom tensorflow.keras.layers import *\nDense(1)", DENSE),
        (
            "from tensorflow.keras.layers import *\nfrom tensorflow.keras.models import *\nModel(1)",
            "tf.keras.models.Model",
        ),
        ("from keras.utils.np_utils import *\nto_categorical([1])", "keras.utils.np_utils.to_categorical"),
        ("from tensorflow.nn import *\nrelu(1)", "tf.nn.relu"),
        ("import tensorflow.compat.v1 as tf\ntf.placeholder(tf.float32)", "tf.compat.v1.placeholder"),
        ("import tensorflow as tf\ntf1 = tf.compat.v1\ntf1.placeholder(1)", "tf.compat.v1.placeholder"),
        ("from tensorflow.python.keras.layers import Dense\nDense(1)", "tf.python.keras.layers.Dense"),
        ("from tensorflow.contrib import slim\nslim.conv2d(1)", "tf.contrib.slim.conv2d"),
        ("import keras\nkeras.layers.Dense(1)", "keras.layers.Dense"),
        ("import keras.backend as K\nK.dot(1, 2)", "keras.backend.dot"),
        ("from keras.layers import Dense\nDense(1)", "keras.layers.Dense"),
        ("import tf_keras as keras\nkeras.layers.Dense(1)", "tf_keras.layers.Dense"),
        ("import importlib\nk = importlib.import_module('tensorflow.keras')\nk.layers.Dense(1)", DENSE),
        ("import tensorflow as tf\nD = tf.keras.layers.Dense\nD(1)", DENSE),
        ("import tensorflow as tf\na, (b, D) = 1, (2, tf.keras.layers.Dense)\nD(1)", DENSE),
        ("import tensorflow as tf\n(D := tf.keras.layers.Dense)(1)", DENSE),
        ("import tensorflow as tf\nD = getattr(tf.keras.layers, 'Dense')\nD(1)", DENSE),
        ("import tensorflow as tf\nkinds = {'d': tf.keras.layers.Dense}\nkinds['d'](1)", DENSE),
        ("import tensorflow as tf\nkinds = dict(d=tf.keras.layers.Dense)\nkinds[x](1)", DENSE),
        ("import tensorflow as tf\nfor D in [tf.keras.layers.Dense]:\n    D(1)", DENSE),
        ("import tensorflow as tf\n[D(1) for D in (tf.keras.layers.Dense,)]", DENSE),
        ("import tensorflow as tf\nfor i, D in enumerate([tf.keras.layers.Dense]):\n    D(1)", DENSE),
        ("import tensorflow as tf\nfor i, D in zip([1], [tf.keras.layers.Dense]):\n    D(1)", DENSE),
        ("import tensorflow as tf\nfor D, n in [(tf.keras.layers.Dense, 1)]:\n    D(n)", DENSE),
        ("import tensorflow as tf\nD = tf.keras.layers.Dense if x else None\nD(1)", DENSE),
        ("import tensorflow as tf\nD = y or tf.keras.layers.Dense\nD(1)", DENSE),
        ("import tensorflow as tf\ndef f(D=tf.keras.layers.Dense):\n    D(1)", DENSE),
        ("import tensorflow as tf\ndef f(D):\n    D(1)\nf(tf.keras.layers.Dense)", DENSE),
        ("import tensorflow as tf\ndef f(*, D):\n    D(1)\nf(D=tf.keras.layers.Dense)", DENSE),
        ("def f():\n    global tf\n    import tensorflow as tf\ndef g():\n    tf.keras.layers.Dense(1)", DENSE),
        (
            "def f():\n  t = 1\n  def g():\n    nonlocal t\n    import tensorflow as t\n  t.keras.layers.Dense(1)",
            DENSE,
        ),
        (
            "import tensorflow as tf\nclass A:\n    D = tf.keras.layers.Dense\n    def f(self):\n        self.D(1)",
            DENSE,
        ),
        (
            (
                "import tensorflow as tf\nclass A:\n    def __init__(self):\n        self.D = tf.keras.layers.Dense\n"
                "class B(A):\n    def f(self):\n        self.D(1)"
            ),
            DENSE,
        ),
        (
            "import tensorflow as tf\ndef f():\n  def g():\n    return tf.keras.layers.Dense\n  return g()\nf()(1)",
            DENSE,
        ),
        ("import tensorflow as tf\nmake = lambda: tf.keras.layers.Dense\nmake()(1)", DENSE),
        ("import copy\nimport tensorflow as tf\ncopy.copy(tf.keras.layers.Dense)(1)", DENSE),
        (
            "def f():\n  def g():\n    global t\n    import tensorflow as t\n    nonlocal no\nt.keras.layers.Dense(1)",
            DENSE,
        ),
        (
            (
                "def f():\n  t = 1\n  def g():\n    def h():\n      nonlocal t\n      import tensorflow as t\n"
                "  t.keras.layers.Dense(1)"
            ),
            DENSE,
        ),
        ("import tensorflow as tf\nglobal tf\ntf.keras.layers.Dense(1)", DENSE),
        ("import tensorflow as tf\nkinds = [1, tf.keras.layers.Dense]\nkinds[-1](1)", DENSE),
        ("import tensorflow as tf\nkinds = [1, tf.keras.layers.Dense]\nkinds[5](1)", DENSE),
        ("import tensorflow as tf\nkinds = {'a': 1, **{}, k: tf.keras.layers.Dense}\nkinds['b'](1)", ""),
        (
            "import tensorflow as tf\nkinds = {D.__name__: D for D in [tf.keras.layers.Dense] if D}\nkinds['d'](1)",
            DENSE,
        ),
        ("import tensorflow as tf\nx = {tf.keras.layers.Dense}\nfor D in x:\n    D(1)", DENSE),
        ("import tensorflow as tf\nfor D, E in zip([1]):\n    E(1)\nfor i, j in enumerate():\n    i(1)", ""),
        ("import tensorflow as tf\n(D, *E), F = x, tf.keras.layers.Dense\nF(1)", DENSE),
        ("import tensorflow as tf\na, *b, D = 1, 2, 3, tf.keras.layers.Dense\nD(1)", ""),
        ("import tensorflow as tf\nx[0], y.z = tf.keras.layers.Dense, 1\nx[0](1)", ""),
        ("import tensorflow as tf\ndef f():\n    return\nf()(1)", ""),
        ("import tensorflow as tf\nreturn_ = lambda *, D=tf.keras.layers.Dense: D(1)", DENSE),
        ("import tensorflow as tf\ndef f(a, *, D):\n    D(1)\nf(1, 2)", ""),
        ("import tensorflow as tf\ndef f(a, D):\n    D(1)\nf(tf.keras.layers.Dense)", ""),
        (
            "import tensorflow as tf\nclass A:\n  @staticmethod\n  def f(D):\n    D(1)\nA.f(tf.keras.layers.Dense)",
            DENSE,
        ),
        ("import tensorflow as tf\nsuper().f(1)\ngetattr(tf, n)(1)\ngetattr(1, 'f')(2)\ndict(x)['a']()", ""),
        (
            "import functools\nimport tensorflow\nfunctools.wraps(f)(1)\nfunctools.partial(f)()\nfunctools.partial()()",
            "",
        ),
        ("import importlib\nimport tensorflow\nimportlib.import_module('os').f()\nimportlib.import_module(x).f()", ""),
        ("from tensorflow.keras.layers import *\nfrom functools import *\nprint(1)\nnormalize(2)", ""),
        ("from numpy import *\nimport tensorflow\nzeros(1)", ""),
        (
            "import tensorflow as tf\nif a:\n    D = tf.keras.layers.Dense\n"
            + "".join(f"elif a{i}:\n    D = tf.f{i}\n" for i in range(12))
            + "D(1)",
            DENSE,
        ),
        ("from . import keras\nkeras.layers.Dense(1)  # not tensorflow's", ""),
        ("import tensorflow as tf\ntf = None\ntf.keras.layers.Dense(1)", ""),
        ("import tensorflow as tf\ndef f(tf):\n    tf.keras.layers.Dense(1)", ""),
        ("import tensorflow as tf\nimport numpy as tf\ntf.zeros(1)", ""),
        ("import tensorflow as tf\ndef f():\n    D(1)\n    D = tf.keras.layers.Dense", ""),
    ],
)
def test_calls_are_found_by_whatever_name(tmp_path: Path, source: str, name: str) -> None:
    found = [one.name for one in uses(tmp_path, source) if one.kind == "call"]
    assert name in found if name else found == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (
            """
        try:
            from keras.utils import to_categorical
        except ImportError:
            from tensorflow.keras.utils import to_categorical
        to_categorical([1])
        """,
            ["keras.utils.to_categorical", "tf.keras.utils.to_categorical"],
        ),
        (
            """
        import tensorflow as tf
        if tf.__version__ < "2":
            L = tf.layers
        else:
            L = tf.compat.v1.layers
        L.dense(1)
        """,
            ["tf.layers.dense", "tf.compat.v1.layers.dense"],
        ),
        (
            """
        import tensorflow as tf
        L = tf.layers
        L = tf.keras.layers
        L.Dense(1)
        """,
            ["tf.keras.layers.Dense"],
        ),
        (
            """
        import tensorflow as tf
        L = tf.layers
        if new:
            L = tf.keras.layers
            raise SystemExit
        L.Dense(1)
        """,
            ["tf.layers.Dense"],
        ),
        (
            """
        import tensorflow as tf
        L = tf.layers
        for i in range(3):
            L.Dense(1)
            L = tf.keras.layers
        """,
            ["tf.layers.Dense", "tf.keras.layers.Dense"],
        ),
        (
            """
        import tensorflow as tf
        while L.x:
            L = tf.layers
            L.Dense(1)
            L = tf.keras.layers
        """,
            ["tf.layers.Dense"],
        ),
        (
            """
        import tensorflow as tf
        match kind:
            case tf.float32:
                L = tf.layers
            case _ if tf.executing_eagerly():
                L = tf.keras.layers
        L.Dense(1)
        """,
            ["tf.executing_eagerly", "tf.layers.Dense", "tf.keras.layers.Dense"],
        ),
    ],
)
def test_only_assignments_that_can_reach_a_place_count(tmp_path: Path, source: str, names: list[str]) -> None:
    assert sorted(one.name for one in uses(tmp_path, source) if one.kind == "call") == sorted(names)


def test_a_name_is_reported_as_a_whole(tmp_path: Path) -> None:
    source = "x = tf.keras.backend.floatx\ny = [tf.float32, tf.nn.relu]\nK = tf.keras.backend\nf(K, tf)\n"
    assert shown(tmp_path, source) == [
        "tf.keras.backend.floatx", "tf.float32", "tf.nn.relu", "tf.keras.backend", "tf.keras.backend",
    ]  # fmt: skip


def test_flags_are_the_program_s_own(tmp_path: Path) -> None:
    source = "flags = tf.app.flags\nFLAGS = flags.FLAGS\nFLAGS.rate.real\n"
    assert shown(tmp_path, source) == ["tf.app.flags", "tf.app.flags.FLAGS"]


def test_imports_are_uses(tmp_path: Path) -> None:
    source = """\
    import os, tensorflow.keras.layers
    from tensorflow import keras, nn as n
    from keras.utils import (
        np_utils,
    )
    from tensorflow.keras.layers import *
    from .tensorflow import nothing
    """
    found = [(one.name, one.line, one.column, one.end_column) for one in uses(tmp_path, source)]
    assert found == [
        ("tf.keras.layers", 1, 12, 35),
        ("tf.keras", 2, 24, 29),
        ("tf.nn", 2, 31, 38),
        ("keras.utils.np_utils", 4, 5, 13),
        ("tf.keras.layers.*", 6, 37, 38),
    ]


def test_what_is_provided_for_is_said(tmp_path: Path) -> None:
    source = """\
    import tensorflow as tf
    try:
        from keras.utils import multi_gpu_model
    except ImportError:
        tf.a()
    if hasattr(tf, "b"):
        tf.b()
    elif IS_TF2:
        tf.c()
    else:
        tf.d()
    try:
        tf.e()
    except Exception:
        tf.f()
    try:
        tf.g()
        a = 1
        b = 2
        c = 3
    except Exception:
        pass
    try:
        tf.h()
    except (KeyError, AttributeError):
        pass
    if debug:
        tf.i()
    """
    guarded = {one.name for one in uses(tmp_path, source) if one.guarded}
    assert guarded == {"keras.utils.multi_gpu_model", *(f"tf.{name}" for name in "abcdefh")}
