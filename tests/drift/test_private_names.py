"""What is not public and is gone: modules, attributes of objects; and symbolic tensors where functions refuse them."""

from pathlib import Path

import pytest

from tests.drift.making import MATRIX, program
from tfdoctor.drift.change import Hit
from tfdoctor.drift.compare import compare
from tfdoctor.drift.releases import Span

MODEL = "import tensorflow as tf\nx = tf.keras.Input((4,))\nm = tf.keras.Model(x, x)\n"


def raising(folder: Path, text: str, before: str, after: str) -> list[Hit]:
    found = compare(Span(before, after), MATRIX, [program(folder, text)], debug=True)
    assert {id(hit.change) for hit in found.hits} <= {id(change) for change in found.changes}
    return [hit for hit in found.hits if hit.change.effect == "raises"]


@pytest.mark.parametrize(
    ("text", "before", "after", "subject"),
    [
        ("from keras.utils import np_utils\n", "2.10", "2.15", "keras.utils.np_utils"),
        ("from keras.engine import data_adapter\n", "2.10", "2.15", "keras.engine"),
        ("from tensorflow.python.keras.engine import network\n", "2.1", "2.3", "tf.python.keras.engine.network"),
        (f"{MODEL}print(m._layers)\n", "2.1", "2.6", "tf.keras.Model._layers"),
        (f"{MODEL}m.compile('sgd', 'mse')\nprint(m.total_loss)\n", "2.1", "2.6", "tf.keras.Model.total_loss"),
        (f"{MODEL}print(x.get_shape())\n", "2.3", "2.16", "tf.Tensor of Keras.get_shape"),
    ],
)
def test_what_is_gone(tmp_path: Path, text: str, before: str, after: str, subject: str) -> None:
    found = raising(tmp_path, text, before, after)
    assert [(hit.change.subject, hit.confidence, hit.use.line) for hit in found] == [
        ((subject,), "certain", text.count("\n"))
    ]
    assert found[0].change.evidence[0].source == "scripts/harvest_inner.py"


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        (f"{MODEL}print(m.name, m.layers)\n", "2.6", "2.16"),
        ("import keras.engine\n", "2.3", "2.15"),  # no Keras of its own beside 2.3
        ("class M(tf.keras.Model):\n    def _layers(self): ...\n", "2.1", "2.6"),
        ("from tensorflow.python.framework import ops\n", "2.3", "2.16"),
    ],
)
def test_what_is_there_or_not_known(tmp_path: Path, text: str, before: str, after: str) -> None:
    assert raising(tmp_path, text, before, after) == []


def test_a_program_that_provides_for_it_may_be_right(tmp_path: Path) -> None:
    text = "try:\n    from keras.utils import np_utils\nexcept ImportError:\n    np_utils = None\n"
    assert [hit.confidence for hit in raising(tmp_path, text, "2.10", "2.15")] == ["possible"]


def test_one_of_several_things_is_likely(tmp_path: Path) -> None:
    text = "import keras\nimport tensorflow as tf\nm = keras.engine if a else tf.nn\nprint(m)\n"
    found = raising(tmp_path, text, "2.10", "2.15")
    assert [(hit.use.line, hit.confidence) for hit in found] == [(3, "certain"), (4, "likely")]


def test_symbolic_tensors_are_refused_by_functions_of_tensorflow(tmp_path: Path) -> None:
    text = f"{MODEL}y = tf.reduce_mean(x)\nz = tf.reduce_mean(tf.ones(3))\nw = tf.keras.layers.Dense(1)(x)\n"
    assert [hit.use.line for hit in raising(tmp_path, text, "2.15", "2.16")] == [4]
    assert raising(tmp_path, text, "2.6", "2.15") == []
    assert [hit.use.line for hit in raising(tmp_path, f"{MODEL}x.shape.as_list()\n", "2.15", "2.16")] == [4]


@pytest.mark.parametrize(
    ("text", "before", "after", "keep"),
    [
        ("m.compile('sgd', 'cosine_proximity')", "1.15", "2.3", "'cosine_similarity'"),
        ("m.compile('sgd', 'huber_loss')", "2.15", "2.16", ""),
        ("m.compile('sgd', metrics=['logcosh'])", "2.15", "2.16", ""),
        ("tf.keras.layers.Dense(1, kernel_regularizer='l1_l2')", "2.15", "2.16", ""),
    ],
)
def test_names_in_quotes_that_are_not_found(tmp_path: Path, text: str, before: str, after: str, keep: str) -> None:
    found = raising(tmp_path, f"{MODEL}{text}\n", before, after)
    assert [(hit.use.line, hit.use.kind, hit.confidence) for hit in found] == [(4, "string", "certain")]
    assert found[0].change.keep == keep
    assert raising(tmp_path, f"{MODEL}m.compile('adam', 'mse', metrics=['acc', 'accuracy'])\n", before, after) == []


def test_what_a_class_sets_on_itself_may_be_a_property_by_now(tmp_path: Path) -> None:
    text = (
        "import tensorflow as tf\nclass L(tf.keras.layers.Layer):\n    def __init__(self):\n"
        "        self.path = 'a'\n        self.other = 1\n"
    )
    found = raising(tmp_path, text, "2.15", "2.16")
    assert [(hit.use.line, hit.change.subject) for hit in found] == [(4, ("tf.keras.layers.Layer.path",))]
    assert raising(tmp_path, text, "2.16", "2.21") == []


def test_a_learning_rate_that_is_set_by_its_old_name(tmp_path: Path) -> None:
    text = "import tensorflow as tf\no = tf.keras.optimizers.Adam()\no.lr = 0.5\n"
    answer = compare(Span("2.6", "2.16"), MATRIX, [program(tmp_path, text)], debug=True)
    found = [(hit.use.line, hit.change.effect) for hit in answer.hits if "Optimizer.lr" in str(hit.change.subject)]
    assert found == [(3, "results")]


def test_classes_of_other_files(tmp_path: Path) -> None:
    program(
        tmp_path, "import tensorflow as tf\nclass Base(tf.keras.layers.Layer):\n    def own(self): ...\n", "base.py"
    )
    program(
        tmp_path,
        "from base import Base\nclass Mid(Base):\n    def __init__(self, a, **k):\n        k.pop('weights')\n",
        "mid.py",
    )
    text = (
        "import tensorflow as tf\nfrom base import Base\nfrom mid import Mid\nclass L(Base):\n"
        "    def build(self, shape):\n        self.w = self.add_weight('w', shape=(2,))\n        shape.as_list()\n"
        "Base(weights=[1])\nMid(a=1, weights=[1])\nMid(a=1, batch_size=2)\nL().own()\n"
    )
    found = raising(tmp_path, text, "2.15", "2.16")
    assert sorted({hit.use.line for hit in found if hit.use.path.endswith("train.py")}) == [6, 7, 8, 10]


def test_layers_that_are_called_with_more_than_tensors(tmp_path: Path) -> None:
    text = f"{MODEL}class L(tf.keras.layers.Layer): ...\nm(x, False)\nL()(x, True)\nm(x, None)\nm(x, training=False)\n"
    assert [hit.use.line for hit in raising(tmp_path, text, "2.15", "2.16")] == [5, 6]
