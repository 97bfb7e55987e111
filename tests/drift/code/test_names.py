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


GUARDS = [
    ("if tf.__version__ >= '2':\n    tf.a()", True),
    ("if version.parse(tf.__version__) < version.parse('2'):\n    pass\nelse:\n    tf.a()", True),
    ("if parse(np.__version__) > x:\n    tf.a()", True),
    ("if tf.version.VERSION[0] == '2':\n    tf.a()", True),
    ("if tf.VERSION > '1.4':\n    tf.a()", True),
    ("from tensorflow import __version__ as v\nif v > '2':\n    tf.a()", True),
    ("import sys\nif sys.version_info >= (3, 12):\n    tf.a()", True),
    ("if importlib.metadata.version('keras') > '3':\n    tf.a()", True),
    ("if pkg_resources.get_distribution('tensorflow').version > '2':\n    tf.a()", True),
    ("if tf_version >= 2:\n    tf.a()", True),
    ("if use_tf2:\n    tf.a()", True),
    ("if self.IS_TF2:\n    tf.a()", True),
    ("if _TF2_AVAILABLE:\n    tf.a()", True),
    ("if isTF2():\n    tf.a()", True),
    ("if keras_version_major() > 2:\n    tf.a()", True),
    ("if TF_GE_2:\n    tf.a()", True),
    ("if use_tf_keras:\n    tf.a()", False),
    ("from tensorflow.python import tf2\nif tf2.enabled():\n    tf.a()", True),
    ("major, minor = map(int, tf.__version__.split('.')[:2])\nif major > 1:\n    tf.a()", True),
    ("new = LooseVersion(tf.__version__) > '2'\ndef f():\n    if new:\n        tf.a()", True),
    ("def new():\n    return tf.__version__ > '2'\nif new():\n    tf.a()", True),
    ("class A:\n  def new(self):\n    return tf.__version__ > '2'\n  def f(self):\n    if self.new(): tf.a()", True),
    ("if os.environ['TF_KERAS']:\n    tf.a()", False),
    ("if os.getenv('TF_USE_LEGACY_KERAS', '0') == '1':\n    tf.a()", True),
    ("if 'TF2_BEHAVIOR' in os.environ:\n    tf.a()", True),
    ("if hasattr(tf.nn, 'a'):\n    tf.a()", True),
    ("has = hasattr(tf, 'a')\nif not has:\n    tf.a()", True),
    ("m = tf.keras.Model()\nif hasattr(m, 'predict_classes'):\n    tf.a()", True),
    ("if hasattr(shape, 'as_list'):\n    tf.a()", True),
    ("if getattr(tf, 'contrib', None):\n    tf.a()", True),
    ("if 'a' in dir(tf.nn):\n    tf.a()", True),
    ("if 'a' not in vars(tf):\n    tf.a()", True),
    ("h = tf.keras.Model().fit(1)\nif 'acc' in h.history:\n    tf.a()", True),
    ("x = tf.a() if hasattr(tf, 'a') else 1", True),
    ("if conversion_rate():\n    tf.a()", False),
    ("if self.model_version > 2:\n    tf.a()", False),
    ("def f(version):\n    if version > 2:\n        tf.a()", False),
    ("if version.parse(given) > x:\n    tf.a()", False),
    ("if 'train' in data:\n    tf.a()", False),
    ("data = {'train': 1}\nif 'train' in data:\n    tf.a()", False),
    ("if 'train' in sys.argv:\n    tf.a()", False),
    ("if os.environ['DEBUG']:\n    tf.a()", False),
    ("if hasattr(data, 'x'):\n    tf.a()", False),
    ("if hasattr(tf):\n    tf.a()", False),
    ("if getattr(tf, 'a'):\n    tf.a()", False),
    ("if dir():\n    tf.a()", False),
    ("class A(tf.keras.Model):\n  def f(self):\n    self.b = 1\n    if hasattr(self, 'b'): tf.a()", False),
    ("if any(hasattr(tf, one) for one in x):\n    tf.a()", False),
    ("if tf_idf_2:\n    tf.a()", False),
    ("if tf.executing_eagerly():\n    tf.a()", False),
    ("import tensorflow as tf2\nif tf2.executing_eagerly():\n    tf.a()", False),
    ("a = b = 1\na = b\nb = a\nfor i in x:\n    if a:\n        tf.a()\n    a = b\n    b = a", False),
    ("x = tf.a() if y else 1", False),
    ("try:\n    tf.a()\nexcept ImportError:\n    raise", False),
    ("try:\n    tf.a()\nexcept ImportError as e:\n    raise SystemExit(1) from e", False),
    ("try:\n    tf.a()\nexcept AttributeError:\n    print('no')\n    sys.exit(1)", False),
    ("try:\n    tf.a()\nexcept AttributeError:\n    pass", True),
    ("try:\n    tf.a()\nexcept:\n    x = 1", True),
    ("try:\n    tf.a()\nexcept Exception as e:\n    log.warning(e)\n    return_ = None", True),
    ("try:\n    tf.a()\nexcept Exception:\n    pass", True),
    ("try:\n    tf.a()\nexcept Exception as e:\n    '''It is told.'''\n    print(e)", True),
    ("try:\n    tf.a()\nexcept Exception as e:\n    print(e)\n    raise", False),
    ("try:\n    tf.a()\nexcept:\n    os._exit(1)", False),
    ("try:\n    tf.a()\nexcept RuntimeError:\n    x = 1", False),
    ("try:\n    tf.a()\nexcept ImportError:\n    raise\nexcept Exception:\n    x = 1", True),
]


@pytest.mark.parametrize(("source", "provided"), GUARDS)
def test_what_provides_for_a_name_concerns_releases_or_the_library(
    tmp_path: Path, source: str, *, provided: bool
) -> None:
    found = [one.guarded for one in uses(tmp_path, "import tensorflow as tf\n" + source) if one.name == "tf.a"]
    assert found == [provided]


def test_what_an_import_brings_is_provided_for_where_the_import_is(tmp_path: Path) -> None:
    source = (
        "import tensorflow as tf\nif {}:\n    from tensorflow.nn import a\nelse:\n    a = None\ndef f():\n    a(1)\n"
    )
    for test, provided in (("tf.__version__ < '2'", True), ("fast", False)):
        assert [one.guarded for one in uses(tmp_path, source.format(test)) if one.kind == "call"] == [provided]


@pytest.mark.parametrize(
    ("source", "among"),
    [
        ("cell = {'gru': tf.keras.layers.GRU, 'lstm': tf.keras.layers.LSTM}[kind]\ncell(units)", 2),
        ("cell = {'gru': tf.keras.layers.GRU, 'lstm': tf.keras.layers.LSTM}['gru']\ncell(units)", 1),
        ("if new:\n    cell = tf.keras.layers.GRU\nelse:\n    cell = tf.keras.layers.LSTM\ncell(units)", 2),
        ("cell = tf.keras.layers.GRU if new else None\ncell(units)", 1),
        ("cell = tf.keras.layers.GRU if new else tf.compat.v1.keras.layers.GRU\ncell(units)", 1),
        ("cell = tf.keras.layers.GRU if new else tf.python.keras.layers.GRU\ncell(units)", 2),
        ("try:\n  from keras.layers import GRU\nexcept E:\n  from tensorflow.keras.layers import GRU\nGRU(units)", 1),
        ("try:\n  import keras\nexcept E:\n  from tensorflow import keras\nkeras.layers.GRU(units)", 1),
        ("from functools import partial\nc = partial(tf.keras.layers.GRU, 3) if new else tf.nn.relu\nc(units)", 2),
        ("class A(tf.keras.layers.GRU, B): ...\ncell = A if new else tf.keras.layers.LSTM\ncell(units)", 2),
        ("class A(tf.keras.layers.GRU): ...\ncell = A if new else tf.keras.layers.GRU\ncell(units)", 1),
        ("cell = tf.keras.layers.GRU(3) if new else tf.keras.layers.LSTM(3)\ncell(units, 1)", 2),
        ("m = tf.keras.Model() if new else tf.keras.Sequential()\nm.fit(units)", 1),
        ("def f(c: tf.keras.layers.Layer):\n    c.get_config(units)\nf(tf.keras.layers.GRU(3))", 1),
        ("def f(c: Union[tf.keras.layers.GRU, tf.keras.layers.LSTM]):\n    c.get_config(units)", 2),
    ],
)
def test_how_many_things_a_place_may_stand_for(tmp_path: Path, source: str, among: int) -> None:
    found = uses(tmp_path, "import tensorflow as tf\n" + source)
    assert {one.among for one in found if one.given and one.given[0].text == "units"} == {among}


def test_how_many_words_an_argument_may_be(tmp_path: Path) -> None:
    source = """\
    import tensorflow as tf
    m = tf.keras.Model()
    a = 'adam' if x else 'sgd'
    m.compile(a, metrics=['mse'])
    """
    found = {one.name.rpartition(".")[2]: one.among for one in uses(tmp_path, source) if one.kind == "string"}
    assert found == {"Adam": 2, "SGD": 2, "mean_squared_error": 1}


def test_a_reference_may_stand_for_several_things(tmp_path: Path) -> None:
    source = "import tensorflow as tf\nf = tf.nn.relu if x else tf.nn.selu\nmap(f, y)\n"
    assert [one.among for one in uses(tmp_path, source) if one.line == 3] == [2, 2]
