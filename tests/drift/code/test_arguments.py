"""What a call is given, and what strings stand for."""

from pathlib import Path

import pytest

from tests.drift.code.reading import uses
from tfdoctor.drift.code import Given, Use
from tfdoctor.facts import ABSENT


def call(folder: Path, source: str, name: str) -> Use:
    return next(one for one in uses(folder, f"import tensorflow as tf\n{source}") if one.name == name)


def given(folder: Path, source: str) -> list[Given]:
    return list(call(folder, source, "tf.f").given)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("tf.f(1, a=-0.5)", [Given(0, None, "1", 1), Given(None, "a", "-0.5", -0.5)]),
        ("tf.f(x, *y, z)", [Given(0, None, "x"), Given(None, None, "y", starred=True), Given(None, None, "z")]),
        ("tf.f(**k)", [Given(text="k", starred=True)]),
        ("tf.f(**{'a': 1})", [Given(None, "a", "1", 1, starred=True)]),
        ("tf.f(**{'a': 1, **b})", [Given(None, "a", "1", 1, starred=True), Given(text="{'a': 1, **b}", starred=True)]),
        ("k = dict(a=1)\ntf.f(**k)", [Given(None, "a", "1", 1, starred=True), Given(text="k", starred=True)]),
        ("R = 1\ntf.f(R)", [Given(0, None, "R", 1)]),
        ("R = 0.1\nif x:\n    R = y\ntf.f(R)", [Given(0, None, "R")]),
        ("def g(r=0.1):\n    tf.f(r)", [Given(0, None, "r")]),
        ("tf.f((1, 'a'), [None, x], 1 + 'a')", [
            Given(0, None, "(1, 'a')", (1, "a"), items=2), Given(1, None, "[None, x]", items=2),
            Given(2, None, "1 + 'a'", ends="a")]),
        ("tf.f([\n  1,\n  2], é='ü')", [
            Given(0, None, "[ 1, 2]", [1, 2], items=2, plain=True), Given(None, "é", "'ü'", "ü")]),
        (f"tf.f('{'x' * 90}')", [Given(0, None, "'" + "x" * 78 + "…", "x" * 90)]),
        (f"tf.f([{'1,' * 300}])", [Given(0, None, ("[" + "1," * 300)[:79] + "…", items=300, plain=True)]),
        ("x = [[1.0, -2], (3, 4)]\ntf.f(x, [])", [
            Given(0, None, "x", items=2, plain=True), Given(1, None, "[]", [])]),
        ("x = tf.keras.Input((4,))\ntf.f(x, [1, x])", [
            Given(0, None, "x", symbolic=True, of=("tf.Tensor",)),
                Given(1, None, "[1, x]", items=2, symbolic=True, of=("tf.Tensor",))]),
        ("from functools import partial\ng = partial(tf.f, 1, a=2, b=3)\ng(4, b=5)", [
            Given(0, None, "1", 1), Given(None, "a", "2", 2), Given(1, None, "4", 4), Given(None, "b", "5", 5)]),
    ],
)  # fmt: skip
def test_arguments(tmp_path: Path, source: str, expected: list[Given]) -> None:
    found = given(tmp_path, source)
    if "partial" in source:
        found = [
            one
            for use in uses(tmp_path, f"import tensorflow as tf\n{source}")
            if use.kind == "call"
            for one in use.given
        ]
        assert sorted(found, key=str) == sorted(expected, key=str)
    else:
        assert found == expected


def test_decorators_are_calls(tmp_path: Path) -> None:
    found = uses(
        tmp_path, "import tensorflow as tf\n@tf.function\ndef f(): ...\n@tf.function(jit_compile=True)\ndef g(): ...\n"
    )
    assert [(one.kind, one.name, [g.text for g in one.given]) for one in found[1:]] == [
        ("call", "tf.function", ["f"]), ("call", "tf.function", ["True"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "name", "owner"),
    [
        ("m.compile(optimizer='adam')", "optimizers.Adam", "Model.compile(optimizer)"),
        ("m.compile('RMSprop', 'mse')", "optimizers.RMSprop", "Model.compile(optimizer)"),
        ("m.compile('sgd', 'mse')", "losses.mean_squared_error", "Model.compile(loss)"),
        ("m.compile(loss={'a': 'mae'})", "losses.mean_absolute_error", "Model.compile(loss)"),
        ("m.compile(loss='MeanSquaredError')", "losses.MeanSquaredError", "Model.compile(loss)"),
        ("m.compile(metrics=[['acc']])", "metrics.accuracy", "Model.compile(metrics)"),
        ("m.compile(metrics=['mse'])", "metrics.mean_squared_error", "Model.compile(metrics)"),
        ("o = 'adam'\nm.compile(o)", "optimizers.Adam", "Model.compile(optimizer)"),
        ("k = ['auc', 'acc']\nm.compile(o, metrics=k)", "metrics.auc", "Model.compile(metrics)"),
        ("def f(o='nadam'):\n    m.compile(o)", "optimizers.Nadam", "Model.compile(optimizer)"),
        ("tf.keras.layers.Dense(1, 'gelu')", "activations.gelu", "layers.Dense(activation)"),
        ("tf.keras.layers.GRU(1, recurrent_activation='sigmoid')", "activations.sigmoid",
         "layers.GRU(recurrent_activation)"),
        ("tf.keras.layers.Conv2D(1, 2, kernel_initializer='he_normal')", "initializers.he_normal",
         "layers.Conv2D(kernel_initializer)"),
        ("tf.keras.layers.Dense(1, kernel_initializer={'class_name': 'Zeros', 'config': {'mode': 'fan_in'}})",
         "initializers.Zeros", "layers.Dense(kernel_initializer)"),
        ("tf.keras.layers.Dense(1, bias_regularizer='l2')", "regularizers.l2", "layers.Dense(bias_regularizer)"),
        ("tf.keras.layers.Dense(1, kernel_constraint='max_norm')", "constraints.max_norm",
         "layers.Dense(kernel_constraint)"),
        ("tf.keras.optimizers.get('ADAM')", "optimizers.Adam", "optimizers.get(identifier)"),
        ("tf.keras.activations.get(identifier='relu')", "activations.relu", "activations.get(identifier)"),
        ("tf.keras.callbacks.EarlyStopping('val_acc')", "metrics.accuracy", "callbacks.EarlyStopping(monitor)"),
        ("tf.keras.callbacks.ModelCheckpoint('f', monitor='val_auc')", "metrics.auc",
         "callbacks.ModelCheckpoint(monitor)"),
    ],
)  # fmt: skip
def test_strings_stand_for_classes_and_functions(tmp_path: Path, source: str, name: str, owner: str) -> None:
    found = [
        one
        for one in uses(tmp_path, f"import tensorflow as tf\nm = tf.keras.Model()\n{source}\n")
        if one.kind == "string"
    ]
    assert (f"tf.keras.{name}", f"tf.keras.{owner}") in [(one.name, one.owner) for one in found]
    assert "fan_in" not in str(found)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("m.fit(1).history['val_acc']", "History.history.val_acc"),
        ("class C(tf.keras.callbacks.Callback):\n    def on_epoch_end(self, e, logs=None):\n        logs['acc']",
         "Callback.logs.acc"),
        ("class C(tf.keras.callbacks.Callback):\n    def on_train_end(self, _):\n        self.params['samples']",
         "Callback.params.samples"),
        ("unknown().history['acc']", "History.history.acc"),
    ],
)  # fmt: skip
def test_what_is_looked_up_in_a_property_is_named_by_its_key(tmp_path: Path, source: str, name: str) -> None:
    found = uses(tmp_path, f"import tensorflow as tf\nm = tf.keras.Model()\n{source}\n")
    assert [one.kind for one in found if one.name == f"tf.keras.callbacks.{name}"] == ["reference"]


@pytest.mark.parametrize(
    "source",
    [
        "m.compile(optimizer=tf.keras.optimizers.Adam(), loss=lambda a, b: 'mse')",
        "m.compile(loss='not a name')",
        "m.fit(1, optimizer='adam')",
        "m.fit(1).history['val_loss']",
        "m.fit(1).history[0]",
        "tf.keras.callbacks.EarlyStopping(monitor='loss')",
        "tf.layers.dense(1, activation='relu')",
        "tf.keras.layers.Conv2D(1, 'same')",
        "tf.keras.optimizers.get(x, 'adam')",
    ],
)
def test_other_strings_stand_for_nothing(tmp_path: Path, source: str) -> None:
    found = uses(tmp_path, f"import tensorflow as tf\nm = tf.keras.Model()\n{source}\n")
    assert not [one for one in found if one.kind == "string"]


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("x = tf.f(1)", (1, 5, 1, 12, 1)),
        ("x = tf.f(\n  1,\n)", (1, 5, 3, 2, 1)),
        ("(tf\n .f\n (1))", (1, 2, 3, 5, 2)),
        ("é = 'ü'; tf.f(é)", (1, 10, 1, 17, 1)),
        ("s = '\x0c \u2028'\r\ntf.f()", (2, 1, 2, 7, 2)),
        ("if 1:\n\ttf.f('\t')", (2, 2, 2, 11, 2)),
    ],
)
def test_positions_are_characters_from_one(tmp_path: Path, source: str, place: tuple[int, ...]) -> None:
    found = call(tmp_path, source, "tf.f")
    assert (found.line - 1, found.column, found.end_line - 1, found.end_column, found.at - 1) == place


def test_absent_is_no_value(tmp_path: Path) -> None:
    assert given(tmp_path, "tf.f(None, x)")[0].literal is None
    assert given(tmp_path, "tf.f(None, x)")[1].literal == ABSENT


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("tf.f(n / 2)", True),
        ("tf.f(3 + 2 * n / 2 - 1)", True),
        ("tf.f(0.5)", True),
        ("tf.f(np.ceil(n))", True),
        ("steps = n / 2\ntf.f(steps)", True),
        ("n = n / 2\ntf.f(n)", True),
        ("tf.f(n // 2)", False),
        ("tf.f(int(n / 2))", False),
        ("tf.f(math.ceil(n / 2))", False),
        ("tf.f((n / 2) // 1)", False),
        ("if x:\n    steps = n / 2\nelse:\n    steps = 1\ntf.f(steps)", False),
        ("steps, rest = n / 2, 1\ntf.f(pairs)", False),
        ("for n in ns:\n    n = n * n\n    tf.f(n)", False),
    ],
)
def test_numbers_that_need_not_be_whole(tmp_path: Path, source: str, found: bool) -> None:  # noqa: FBT001  a case
    assert [one.fraction for one in given(tmp_path, source)] == [found]
