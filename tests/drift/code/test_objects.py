"""Methods and properties of objects whose class is known."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.drift.code.reading import shown, uses


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("m = tf.keras.Sequential()\nm.fit(1)", "tf.keras.Sequential.fit"),
        ("def build():\n    m = tf.keras.Model(1, 2)\n    return m\nbuild().fit(1)", "tf.keras.Model.fit"),
        ("def build() -> tf.keras.Model: ...\nm = build()\nm.fit(1)", "tf.keras.Model.fit"),
        ("def build() -> 'tf.keras.Model | None': ...\nm = build()\nm.fit(1)", ""),
        ("def f(m: 'tf.keras.Model'):\n    m.fit(1)", "tf.keras.Model.fit"),
        ("def f(m: Optional[tf.keras.Model] = None):\n    m.fit(1)", "tf.keras.Model.fit"),
        ("def f(m: tf.keras.Model | None):\n    m.fit(1)", "tf.keras.Model.fit"),
        ("def f(m: '(' = None):\n    m.fit(1)", ""),
        ("m: tf.keras.Model\nm.fit(1)", "tf.keras.Model.fit"),
        ("m: Any = tf.keras.Model()\nm.fit(1)", "tf.keras.Model.fit"),
        ("def f(m):\n    m.fit(1)\nf(tf.keras.Model())", "tf.keras.Model.fit"),
        ("def f(a, m):\n    m.fit(1)\nf(*x, tf.keras.Model())", ""),
        (
            "class A:\n    def f(self):\n        self.m = tf.keras.Model()\n    def g(self):\n        self.m.fit(1)",
            "tf.keras.Model.fit",
        ),
        (
            (
                "class A:\n    def __init__(self, m):\n        self.m = m\n    def g(self):\n        self.m.fit(1)\n"
                "A(tf.keras.Model())"
            ),
            "tf.keras.Model.fit",
        ),
        (
            (
                "class A:\n    def __init__(self, m):\n        self.m = m\nclass B(A):\n    def __init__(self):\n"
                "        super().__init__(tf.keras.Model())\n    def g(self):\n        self.m.fit(1)"
            ),
            "tf.keras.Model.fit",
        ),
        (
            "class A:\n    @property\n    def m(self):\n        return tf.keras.Model()\nA().m.fit(1)",
            "tf.keras.Model.fit",
        ),
        (
            "class A:\n    @staticmethod\n    def m():\n        return tf.keras.Model()\nA.m().fit(1)",
            "tf.keras.Model.fit",
        ),
        (
            (
                "class A:\n    @classmethod\n    def m(cls):\n        return cls()\n    def n(self):\n"
                "        return tf.keras.Model()\nA.m().n().fit(1)"
            ),
            "tf.keras.Model.fit",
        ),
        ("class A(tf.keras.Model):\n    pass\nA().fit(1)", "tf.keras.Model.fit"),
        ("class A(tf.keras.Model):\n    def fit(self, x): ...\nA().fit(1)", ""),
        (
            "class A(tf.keras.Model):\n    pass\nclass B(A):\n    def f(self):\n        self.fit(1)",
            "tf.keras.Model.fit",
        ),
        ("class A(tf.keras.Model):\n    def fit(self, x):\n        return super().fit(x)", "tf.keras.Model.fit"),
        ("class A(tf.keras.Model):\n    def fit(self, x):\n        return super(A, self).fit(x)", "tf.keras.Model.fit"),
        (
            "class A(six.with_metaclass(M, tf.keras.Model)):\n    def f(self):\n        self.fit(1)",
            "tf.keras.Model.fit",
        ),
        ("@keep\nclass A(tf.keras.Model, metaclass=M):\n    fit: int\nA().fit(1)", ""),
        ("class A(tf.keras.Model, B):\n    pass\nA().fit(1)", "tf.keras.Model.fit"),
        ("class A(tf.keras.Model):\n    pass\nf(A).fit(1)\nA.fit(A(), 1)", "tf.keras.Model.fit"),
        ("def f(m: 'int', n: int, *, o: tf.keras.Model): o.fit(1)", "tf.keras.Model.fit"),
        ("class A(tf.keras.Model): ...\ndef f(a: 'A', b: A): a.fit(b)", "tf.keras.Model.fit"),
        ("from functools import partial\nmake = partial(tf.keras.Model, 1)\nmake(2).fit(3)", "tf.keras.Model.fit"),
        ("x.get_shape()[0].value", "tf.TensorShape.Size.value"),
        ("x.shape[0].value", "tf.TensorShape.Size.value"),
        ("x.size[0].value", ""),
        ("def f(x=None):\n    x.get_shape()", "tf.Tensor.get_shape"),
        ("x.shape.as_list()", "tf.TensorShape.as_list"),
        ("for s in x.get_shape():\n    s.value", "tf.TensorShape.Size.value"),
        ("(1 - tf.Variable(2)).eval()", "tf.Tensor.eval"),
        ("tf.keras.backend.dot(1, 2).eval()", "tf.Tensor.eval"),
        ("tf.keras.backend.floatx().eval()", ""),
        ("for v in tf.keras.layers.Dense(1).weights:\n    v.assign(1)", "tf.Variable.assign"),
        ("tf.keras.models.Model().outputs[0].eval()", "tf.Tensor.eval"),
        ("tf.data.Dataset.from_config(c)\ntf.keras.layers.Layer().copy().call(1)", "tf.keras.layers.Layer.call"),
        (
            "class T(tf.test.TestCase):\n  def f(self):\n    with self.test_session() as s:\n      s.run(1)",
            "tf.Session.run",
        ),
        (
            "class T(tf.test.TestCase):\n  def f(self):\n    with self.cached_session() as s:\n      s.run(1)",
            "tf.test.Session.run",
        ),
        ("tf.x.y.z()().a\ntf.no.such().b", ""),
        ("tf.Graph()().a", ""),
        ("tf.keras.layers.Dense(1).name.lower()\ntf.Graph()[0].f()", ""),
        ("class A(A):\n    def f(self):\n        self.fit(1)", ""),
        ("m = tf.keras.models.load_model('m')\nm.fit(1)", "tf.keras.Model.fit"),
        ("m = tf.keras.applications.ResNet50()\nm.fit(1)", "tf.keras.Model.fit"),
        ("m = tf.keras.Model()\nm.optimizer.get_weights()", "tf.keras.optimizers.Optimizer.get_weights"),
        ("m = tf.keras.Model()\nm.layers[-1].get_weights()", "tf.keras.layers.Layer.get_weights"),
        ("m = tf.keras.Model()\nfor l in m.layers:\n    l.get_weights()", "tf.keras.layers.Layer.get_weights"),
        ("m = tf.keras.Model()\n[l.get_weights() for l in m.layers]", "tf.keras.layers.Layer.get_weights"),
        ("m = tf.keras.Model.from_config(c)\nm.fit(1)", "tf.keras.Model.fit"),
        ("import copy\nm = copy.deepcopy(tf.keras.Model())\nm.fit(1)", "tf.keras.Model.fit"),
        (
            "class C(tf.keras.callbacks.Callback):\n    def f(self):\n        self.model.predict(1)",
            "tf.keras.Model.predict",
        ),
        ("f = tf.keras.Model().fit\nf(1)", "tf.keras.Model.fit"),
        ("with tf.compat.v1.Session() as s:\n    s.run(1)", "tf.compat.v1.Session.run"),
        ("with tf.GradientTape() as a, b as (c, d):\n    a.gradient(1, 2)", "tf.GradientTape.gradient"),
        ("d = tf.data.Dataset.range(1)\nd.make_one_shot_iterator().get_next()", "tf.data.Iterator.get_next"),
        ("d = tf.data.TFRecordDataset('f').repeat()\nd = d.batch(1)\nd.unbatch()", "tf.data.Dataset.unbatch"),
        ("g = tf.Graph().as_default()\ng.finalize()", "tf.Graph.finalize"),
        ("x = tf.constant(1)\ny = x + 1\ny.eval()", "tf.Tensor.eval"),
        ("x = tf.nn.relu(1)\nx.shape[0].value", "tf.TensorShape.Size.value"),
        ("x = tf.keras.layers.Dense(1)(tf.keras.Input(1))\nx.get_shape().dims[0].value", "tf.Dimension.value"),
        ("@tf.function\ndef f():\n    return tf.constant(1)\nf().numpy()", "tf.Tensor.numpy"),
        ("f = tf.function(lambda: tf.constant(1))\nf().numpy()", "tf.Tensor.numpy"),
        (
            "class L(tf.keras.layers.Layer):\n    def call(self, x):\n        return tf.constant(1)\nL()(1).numpy()",
            "tf.Tensor.numpy",
        ),
        ("class L(tf.keras.layers.Layer):\n    pass\nL()(1).numpy()", "tf.Tensor.numpy"),
        (
            (
                "async def f():\n  x = await g()\n  async with h() as m:\n    pass\n  async for t in u:\n    pass\n"
                "async def g():\n    return tf.constant(1)\nasync def i():\n    (await g()).numpy()"
            ),
            "tf.Tensor.numpy",
        ),
    ],
)
def test_members_are_named_by_the_class(tmp_path: Path, source: str, name: str) -> None:
    found = shown(tmp_path, source, "call", "reference")
    if name:
        assert name in found
    else:
        assert not [one for one in found if one.endswith(".fit")]


def test_subclasses_say_what_they_replace(tmp_path: Path) -> None:
    source = """
    class M(tf.keras.Model):
        def __init__(self, n):
            super(M, self).__init__(name=n)
        def train_step(self, data, /, x, *, y=1): ...
        async def später(self): ...
    class N(M):
        def predict(self): ...
    class O(tf.keras.layers.Layer):
        def __init__(self):
            tf.keras.layers.Layer.__init__(self, dtype="float32")
    """
    found = [
        (one.name, one.line, one.column, one.end_column, [g.name or g.text for g in one.given])
        for one in uses(tmp_path, "import tensorflow as tf" + dedent(source))
        if one.kind == "subclass"
    ]
    assert found == [
        ("tf.keras.Model", 2, 9, 23, []),
        ("tf.keras.Model.train_step", 5, 9, 19, ["data", "x"]),
        ("tf.keras.Model.später", 6, 15, 21, []),
        ("tf.keras.Model.predict", 8, 9, 16, []),
        ("tf.keras.layers.Layer", 9, 9, 30, []),
    ]
    calls = [
        (one.name, [(g.position, g.name, g.text) for g in one.given])
        for one in uses(tmp_path, "import tensorflow as tf" + dedent(source))
        if one.kind == "call"
    ]
    assert calls == [
        ("tf.keras.Model", [(None, "name", "n")]),
        ("tf.keras.layers.Layer", [(None, "dtype", '"float32"')]),
    ]


def test_a_class_without_constructor_passes_its_arguments_on(tmp_path: Path) -> None:
    source = "class A(tf.keras.layers.GRU): ...\nclass B(A): ...\nB(3, unroll=True)\n"
    call = [one for one in uses(tmp_path, "import tensorflow as tf\n" + source) if one.kind == "call"]
    assert [(one.name, len(one.given)) for one in call] == [("tf.keras.layers.GRU", 2)]


@pytest.mark.parametrize(
    ("mixin", "given"),
    [
        ("def __init__(self, pattern, **more): ...", ["'n'", "…"]),  # the rest may go on to Layer
        ("def __init__(self, pattern, name): ...", []),
        ("x = 1", ["'b c'", "'n'"]),
    ],
)
def test_the_constructor_of_a_class_named_before_takes_the_arguments(
    tmp_path: Path, mixin: str, given: list[str]
) -> None:
    source = f"class A:\n    {mixin}\nclass M(A): ...\nclass B(M, tf.keras.layers.Layer): ...\nB('b c', name='n')\n"
    call = [one for one in uses(tmp_path, "import tensorflow as tf\n" + source) if one.kind == "call"]
    assert [one.text for row in call for one in row.given] == given


def test_of_two_classes_the_constructor_of_the_first_takes_the_arguments(tmp_path: Path) -> None:
    source = """
    class A(tf.keras.Model):
        def __init__(self, inner, loss): ...
    class B(tf.keras.Sequential): ...
    class C(A, B): ...
    C(x, y)
    """
    calls = [one for one in uses(tmp_path, "import tensorflow as tf\n" + dedent(source)) if one.kind == "call"]
    assert calls == []


def test_methods_that_only_keras_has_are_guessed(tmp_path: Path) -> None:
    source = """
    from models import build
    m = build()
    m.fit(x, y, epochs=3)
    m.fit(x, y)
    m.compile("adam", metrics=["acc"])
    m.compile("pattern")
    m.predict_classes(x)
    h.history["acc"]
    h.history[0]
    json["acc"]
    class A:
        def fit_generator(self): ...
        def f(self):
            self.fit_generator()
    """
    for imports, keras in (("import keras", "keras"), ("import tensorflow", "tf.keras"), ("# tensorflow", "")):
        found = uses(tmp_path, imports + dedent(source))
        names = [one.name for one in found if not one.certain]
        wanted = ["Model.fit", "Model.compile", "optimizers.Adam", "metrics.accuracy", "Sequential.predict_classes",
                  "callbacks.History.history.acc"]  # fmt: skip
        assert names == ([f"{keras}.{one}" for one in wanted] if keras else [])


def test_properties_that_are_set_are_uses(tmp_path: Path) -> None:
    source = "m = tf.keras.Model()\nm.optimizer.lr = 1\nm.x += 1\nclass A:\n    def f(self):\n        self.k = m.fit\n"
    assert shown(tmp_path, source, "reference") == [
        "tf.keras.Model.optimizer", "tf.keras.optimizers.Optimizer.lr", "tf.keras.Model.x", "tf.keras.Model.fit",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "m = tf.keras.models.load_model('m')\nm.predict_classes(1)",
        "m = tf.keras.models.clone_model(n)\nm.predict_classes(1)",
        "m = tf.keras.models.model_from_json(n)\np = m.predict_classes\np(1)",
        "def f(m: tf.keras.Model):\n    m.predict_classes(1)",
        "class C(tf.keras.callbacks.Callback):\n    def f(self):\n        self.model.predict_classes(1)",
        "def f(m=None):\n    m.predict_classes(1)",
        "m = None\ndef f():\n    m.predict_classes(1)",
        "class A:\n    def __init__(self):\n        self.m = None\n    def f(self):\n        self.m.predict_classes(1)",
    ],
)
def test_what_only_a_class_below_has_may_be_meant(tmp_path: Path, source: str) -> None:
    found = [one for one in uses(tmp_path, "import tensorflow as tf\n" + source) if "predict_classes" in one.name]
    assert {one.name for one in found} == {"tf.keras.Sequential.predict_classes"}
    assert {one.certain for one in found} == {False}


@pytest.mark.parametrize(
    "source",
    [
        "def f(m: tf.keras.Sequential = None):\n    m.predict_classes(1)",
        "m: tf.keras.Sequential = None\nm.predict_classes(1)",
        "m: tf.keras.Sequential = make()\nm.predict_classes(1)",
        "class A:\n    m: tf.keras.Sequential = None\n    def f(self):\n        self.m.predict_classes(1)",
        "class A:\n  def f(self):\n    self.m: tf.keras.Sequential = None\n  def g(self): self.m.predict_classes(1)",
        "class A:\n  def f(self):\n    self.m: tf.keras.Sequential\n  def g(self):\n    self.m.predict_classes(1)",
        "m: tf.keras.Model = tf.keras.Sequential()\nm.predict_classes(1)",
        "def f(m: tf.keras.Model):\n    m.predict_classes(1)\nf(tf.keras.Sequential())",
    ],
)
def test_an_annotation_counts_beside_the_value(tmp_path: Path, source: str) -> None:
    found = [one for one in uses(tmp_path, "import tensorflow as tf\n" + source) if "predict_classes" in one.name]
    assert [(one.name, one.certain) for one in found] == [("tf.keras.Sequential.predict_classes", True)]


def test_the_class_of_what_is_made_is_known(tmp_path: Path) -> None:
    assert shown(tmp_path, "tf.keras.Model().predict_classes(1)", "call") == [
        "tf.keras.Model",
        "tf.keras.Model.predict_classes",
    ]
    assert shown(tmp_path, "x.a: tf.keras.Model = None\nx.b: tf.keras.Model\nx.a.fit(1)", "call") == []
