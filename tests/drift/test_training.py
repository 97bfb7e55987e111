"""How programs train: optimizers for several models, models that are frozen, layers made in call. What releases did."""

from pathlib import Path
from textwrap import dedent

import pytest

from tfdoctor.drift.compare import compare
from tfdoctor.drift.releases import span
from tfdoctor.matrix import Matrix

MATRIX = Matrix.locate()
BEGINNING = """
import tensorflow as tf
opt = tf.keras.optimizers.Adam(1e-3)
a, b = tf.keras.Sequential(), tf.keras.Sequential()
"""


def listed(folder: Path, source: str, before: str, after: str, effect: str, *, said: str = "") -> list[str]:
    """The lines of the program, stripped, that meet a change with some effect and words for sure or likely."""
    path = folder / "program.py"
    path.write_text(BEGINNING + dedent(source), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    found = compare(span(before, after, MATRIX), MATRIX, [path], debug=True).hits
    sure = [hit for hit in found if hit.confidence != "possible" and said in hit.change.what]
    mine = {hit.use.line for hit in sure if hit.change.effect == effect}
    return [lines[number - 1].strip() for number in sorted(mine)]


COMPILED = "a.compile(loss='mse', optimizer=opt)\nb.compile(opt, 'mse')\na.fit(x, y)\nb.fit(x, y)\na.fit(x, y)\n"
APART = COMPILED.replace("b.compile(opt,", "b.compile(tf.keras.optimizers.Adam(),")
GAN = COMPILED.replace("b.compile", "a.trainable = False\nb.compile").replace("fit", "train_on_batch")
TAPE = "opt.apply_gradients(zip(g, a.trainable_variables))\nopt.apply_gradients(zip(g, b.trainable_variables))\n"
BOTH = "opt.apply_gradients(zip(g, a.trainable_weights + b.trainable_weights))\n"
FOLDS = "for k in range(5):\n    m = tf.keras.Sequential()\n    m.compile(optimizer=opt)\n    m.fit(x, y)\n"
INSIDE = FOLDS.replace("    m.compile", "    opt = tf.keras.optimizers.Adam()\n    m.compile")
ONE = "m = tf.keras.Sequential()\nfor k in range(5):\n    m.compile(optimizer=opt)\n    m.fit(x, y)\n"
OWN = """
class Gan:
    def __init__(self):
        self.o = tf.keras.optimizers.Adam()
        self.d, self.c = tf.keras.Sequential(), tf.keras.Sequential()
        self.d.compile(optimizer=self.o)
        self.c.compile(optimizer=self.o)
    def train(self):
        self.d.train_on_batch(x, y)
        self.c.train_on_batch(x, y)
"""


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (COMPILED, ["b.fit(x, y)"]),
        (APART, []),
        (COMPILED.replace("opt", "'adam'"), []),
        (TAPE, ["opt.apply_gradients(zip(g, b.trainable_variables))"]),
        (BOTH + TAPE, []),
        (FOLDS, ["m.fit(x, y)"]),
        (INSIDE, []),
        (ONE, []),
        (OWN, ["self.c.train_on_batch(x, y)"]),
        ("o = tf.keras.optimizers.legacy.Adam()\n" + COMPILED.replace("opt,", "o,").replace("=opt", "=o"), []),
        ("opt = make()\n" + COMPILED, []),
        ("def step(opt):\n    " + TAPE.replace("\n", "\n    "), []),
        ("opt.apply_gradients(pairs)\nopt.apply_gradients(others)\nopt.apply_gradients()\n", []),
        ("a.compile()\na.fit(x, y)\nfit(x)\ncompile(opt)\napply_gradients(x)\n", []),
    ],
)
def test_one_optimizer_for_several_models(tmp_path: Path, source: str, lines: list[str]) -> None:
    assert listed(tmp_path, source, "2.10", "2.11", "raises") == lines
    assert listed(tmp_path, source, "2.9", "2.10", "raises") == []
    assert listed(tmp_path, source, "2.12", "2.15", "raises") == []


def test_keras_3_does_not_meet_what_it_does_not_train(tmp_path: Path) -> None:
    assert listed(tmp_path, GAN, "2.10", "2.15", "raises") == ["b.train_on_batch(x, y)"]
    assert listed(tmp_path, GAN, "2.10", "2.16", "raises") == []
    assert listed(tmp_path, GAN, "2.15", "2.16", "results", said="trainable") == ["a.trainable = False"]


@pytest.mark.parametrize(
    "source",
    [
        GAN.replace("a.train_on_batch", "a.trainable = True\na.train_on_batch"),
        GAN.replace("train_on_batch", "fit"),
        GAN.replace("a.trainable = False", "a.layers[0].trainable = False"),
        GAN.replace("= False", "= frozen"),
    ],
)
def test_models_that_are_not_frozen_for_themselves(tmp_path: Path, source: str) -> None:
    assert listed(tmp_path, source, "2.15", "2.16", "results", said="trainable") == []


LAYER = """
class Mine(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.d = self.e = self.f = None
    def build(self, shape):
        self.d = tf.keras.layers.Dense(2)
    def call(self, x):
        {line}
        return x
    def helper(self, x):
        self.e = tf.keras.layers.Dense(2)
    def other(self):
        self.f = tf.keras.layers.Dense(2)
class Other(tf.keras.layers.Layer):
    pass
"""


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("self.g = tf.keras.layers.ReLU()", ["self.g = tf.keras.layers.ReLU()"]),
        ("self.g = Other()", ["self.g = Other()"]),
        ("self.g = self.add_weight(shape=(1,))", ["self.g = self.add_weight(shape=(1,))"]),
        ("self.helper(x)", ["self.e = tf.keras.layers.Dense(2)"]),
        ("self.last = x * 2", []),
        ("self.count += 1", []),
        ("self.build(x.shape)", []),
        ("layer = tf.keras.layers.ReLU()", []),
        ("self.name_of, self.size = 'a', 3", []),
    ],
)
def test_layers_and_weights_that_call_makes(tmp_path: Path, line: str, lines: list[str]) -> None:
    assert listed(tmp_path, LAYER.format(line=line), "2.15", "2.16", "raises") == lines
    assert listed(tmp_path, LAYER.format(line=line), "2.14", "2.15", "raises") == []


def test_other_classes_keep_what_they_like(tmp_path: Path) -> None:
    source = LAYER.format(line="self.g = tf.keras.layers.ReLU()").replace("Mine(tf.keras.layers.Layer)", "Mine")
    assert listed(tmp_path, source, "2.15", "2.16", "raises") == []


CALLBACK = "class C(tf.keras.callbacks.Callback):\n    def {method}(self, step, logs=None):\n        print(logs)\n"


@pytest.mark.parametrize(
    ("source", "before", "after", "lines"),
    [
        ("stop = tf.keras.callbacks.EarlyStopping(patience=0)\n", "2.4", "2.5", ["patience=0"]),
        ("stop = tf.keras.callbacks.EarlyStopping(patience=5)\n", "2.4", "2.5", []),
        ("a.add(tf.keras.layers.Embedding(5, 2, mask_zero=True))\n", "2.10", "2.11", ["mask_zero"]),
        ("a.add(tf.keras.layers.Embedding(5, 2, mask_zero=False))\n", "2.10", "2.11", []),
        ("a.fit(x, steps_per_epoch=3)\n", "2.15", "2.16", ["steps_per_epoch"]),
        ("a.fit(data.repeat(), steps_per_epoch=3)\ndata = tf.data.Dataset.range(3).repeat()\n", "2.15", "2.16", []),
        ("a.train_on_batch(x, y)\n", "2.15", "2.16", ["train_on_batch"]),
        ('stop = tf.keras.callbacks.EarlyStopping(monitor="recall")\n', "2.15", "2.16", ["monitor"]),
        ("stop = tf.keras.callbacks.EarlyStopping(monitor='recall', mode=\"max\")\n", "2.15", "2.16", []),
        ("stop = tf.keras.callbacks.ModelCheckpoint('m.keras', monitor='recall')\n", "2.15", "2.16", []),
        ("stop = tf.keras.callbacks.ModelCheckpoint('m.keras', monitor='recall')\n", "2.15", "2.17", ["monitor"]),
        ("data = tf.data.Dataset.range(3)\na.evaluate(data)\n", "2.1", "2.2", ["evaluate"]),
        ("a.evaluate(x)\n", "2.1", "2.2", []),
        (CALLBACK.format(method="on_train_batch_end"), "2.1", "2.2", ["on_train_batch_end"]),
        (CALLBACK.format(method="on_epoch_end"), "2.1", "2.2", []),
        ("class S(tf.keras.utils.Sequence):\n    def on_epoch_end(self):\n        pass\n", "2.15", "2.17", ["on"]),
        ("i = tf.keras.Input((2,))\nm = tf.keras.Model(i, [i, i])\nm.compile('sgd')\n", "2.15", "2.16", ["compile"]),
        ("i = tf.keras.Input((2,))\nm = tf.keras.Model(i, [i])\nm.compile('sgd')\n", "2.15", "2.16", []),
    ],
)  # fmt: skip
def test_behaviour_changed(tmp_path: Path, source: str, before: str, after: str, lines: list[str]) -> None:
    """What TFD868 and its like say; the numbers are in compat_matrix/evidence/numbers.jsonl.xz."""
    found = [line for line in listed(tmp_path, source, before, after, "results") if "optimizers.Adam" not in line]
    assert len(found) == len(lines)
    assert all(word in line for word, line in zip(lines, found, strict=True))


STOP = """
a.compile('sgd', 'mse', metrics=['{metric}'])
stop = tf.keras.callbacks.EarlyStopping(monitor='{monitor}'{more})
"""


@pytest.mark.parametrize(
    ("metric", "monitor", "more", "count"),
    [
        ("accuracy", "val_acc", "", 1),
        ("accuracy", "val_acc", ", mode='max'", 0),
        ("accuracy", "val_accuracy", "", 0),
        ("acc", "val_acc", "", 0),
    ],
)
def test_metrics_that_are_not_there(tmp_path: Path, metric: str, monitor: str, more: str, count: int) -> None:
    source = STOP.format(metric=metric, monitor=monitor, more=more)
    assert len(listed(tmp_path, source, "2.15", "2.16", "raises")) == count
    assert listed(tmp_path, source, "2.14", "2.15", "raises") == []
