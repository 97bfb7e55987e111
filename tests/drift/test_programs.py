"""What real programs met, in programs of a few lines: names passed on, arguments refused, names of files."""

from pathlib import Path

import pytest

from tests.drift.making import MATRIX, program
from tfdoctor.drift.changes import changes
from tfdoctor.drift.compare import compare
from tfdoctor.drift.releases import Span, span


def raising(folder: Path, before: str, after: str) -> dict[int, set[str]]:
    """The confidences of what is said to raise, by line."""
    found: dict[int, set[str]] = {}
    for hit in compare(span(before, after, MATRIX), MATRIX, [folder], debug=True).hits:
        if hit.change.effect == "raises":
            found.setdefault(hit.use.line, set()).add(hit.confidence)
    return found


@pytest.mark.parametrize(
    ("line", "before", "after", "said"),
    [
        ("from tensorflow.contrib.framework.python.ops import add_arg_scope", "1.15", "2.3", "certain"),
        ("tf.contrib.anything.of.it(3)", "1.15", "2.0", "certain"),
        ("tf.gradients(y, x)", "1.15", "2.3", "likely"),
        ("tf.gradients(y, x)", "2.3", "2.6", ""),
        ("tf.compat.v1.placeholder(tf.float32)", "1.15", "2.3", "likely"),
        ("tf.compat.v1.nn.dropout(x, keep_prob=0.5)", "1.15", "2.3", ""),
        ("tf.nn.dropout(x, keep_prob=0.5)", "1.15", "2.3", "certain"),
        ("tf.keras.regularizers.l1(l=0.1)", "1.15", "2.3", ""),
        ("tf.keras.regularizers.l1(l=0.1)", "2.15", "2.16", "certain"),
        ("tf.keras.layers.BatchNormalization(fused=True)", "2.15", "2.16", "certain"),
        ("tf.keras.layers.BatchNormalization()", "2.15", "2.16", ""),
        ("tf.keras.layers.LSTM(3, batch_input_shape=(1, 2, 3))", "2.15", "2.16", "certain"),
        ("tf.keras.layers.Dense(3, weights=[w, b])", "2.15", "2.16", "certain"),
        ("tf.keras.layers.Embedding(3, 4, weights=[w])", "2.15", "2.16", ""),
        ("tf.keras.layers.Dense(3, input_shape=(2,))", "2.15", "2.16", ""),
        ("tf.keras.Sequential().save('net')", "2.15", "2.16", "certain"),
        ("tf.keras.Sequential().save('net.keras')", "2.15", "2.16", ""),
        ("tf.keras.Sequential().save('net.h5', save_format='h5')", "2.15", "2.16", ""),
        ("tf.keras.Sequential().save(path)", "2.15", "2.16", "possible"),
        ("tf.keras.Sequential().save(os.path.join(folder, 'net.h5'))", "2.15", "2.16", ""),
        ("tf.keras.Sequential().save(os.path.join(folder, 'net'))", "2.15", "2.16", "certain"),
        ("tf.keras.Sequential().save('a_%d.h5' % 3)", "2.15", "2.16", ""),
        ("tf.keras.Sequential().save('a.h5.%d' % 3)", "2.15", "2.16", "possible"),
        ("tf.keras.Sequential().save(f'{a}5')", "2.15", "2.16", "possible"),
        ("tf.keras.Sequential().save(str(Path(a) / 'b.keras'))", "2.15", "2.16", ""),
        ("tf.keras.Sequential().save('{}/b.keras'.format(a))", "2.15", "2.16", ""),
        ("tf.keras.Sequential().save_weights(a + '.h5')", "2.15", "2.16", "possible"),
        ("tf.keras.Sequential().save_weights(a + 'b.h5')", "2.15", "2.16", "certain"),
        ("a = os.path.join(b, 'c'); tf.keras.Sequential().save(a)", "2.15", "2.16", "certain"),
        ("tf.keras.Sequential().save('net.keras', options=o)", "2.15", "2.16", "certain"),
        ("tf.keras.Sequential().save_weights('net.h5')", "2.15", "2.16", "certain"),
        ("tf.keras.Sequential().save_weights('net.weights.h5')", "2.15", "2.16", ""),
        ("tf.keras.callbacks.ModelCheckpoint(filepath='net.h5')", "2.15", "2.16", "certain"),
        ("tf.keras.callbacks.ModelCheckpoint('net.keras')", "2.15", "2.16", ""),
        ("print(tf.keras.layers.Dense(3).name)", "2.15", "2.16", ""),
        ("print(tf.keras.layers.Dense(3).output_shape)", "2.15", "2.16", "certain"),
        ("tf.keras.Sequential().compile(loss='mean_squared_error')", "2.15", "2.16", ""),
        ("tf.keras.layers.Layer().add_weight('counter')", "2.15", "2.16", "certain"),
        ("tf.keras.layers.Layer().add_weight(name='counter')", "2.15", "2.16", ""),
    ],
)
def test_a_line_that_raises(tmp_path: Path, line: str, before: str, after: str, said: str) -> None:
    program(tmp_path, f"import tensorflow as tf\n{line}\n")
    assert raising(tmp_path, before, after) == ({2: {said}} if said else {})


def test_a_module_that_only_an_import_reaches(tmp_path: Path) -> None:
    program(tmp_path, "from tensorflow.keras.saving import load_model\nload_model('net.keras')\n")
    assert raising(tmp_path, "2.15", "2.16") == {}
    program(tmp_path, "import tensorflow as tf\ntf.keras.saving.load_model('net.keras')\n")
    assert raising(tmp_path, "2.15", "2.16") == {2: {"certain"}}


def test_a_method_that_is_gone_may_be_defined(tmp_path: Path) -> None:
    program(tmp_path, "import tensorflow as tf\nclass A(tf.keras.layers.Layer):\n    def updates(self): ...\n")
    assert raising(tmp_path, "2.15", "2.16") == {}


@pytest.mark.parametrize(
    ("loss", "file", "found"),
    [
        ("mse", "'net.h5'", {3: {"likely"}}),
        ("mse", "'%d.h5' % 3", {3: {"likely"}}),
        ("mse", "'net.keras'", {}),
        ("mean_squared_error", "'net.h5'", {}),
    ],
)
def test_short_names_of_losses_in_old_files(tmp_path: Path, loss: str, file: str, found: dict[int, set[str]]) -> None:
    lines = ["import tensorflow as tf", f"tf.keras.Sequential().compile('sgd', '{loss}')"]
    program(tmp_path, "\n".join([*lines, f"tf.keras.models.load_model({file})"]))
    assert raising(tmp_path, "2.15", "2.16") == found


def test_an_argument_by_position_is_not_renamed(tmp_path: Path) -> None:
    text = (
        "import tensorflow as tf\ntf.keras.utils.to_categorical(labels, 3)\ntf.keras.utils.to_categorical(y=labels)\n"
    )
    program(tmp_path, text)
    assert raising(tmp_path, "2.15", "2.16") == {3: {"certain"}}


@pytest.mark.parametrize(
    "above", ["tf.compat.v1.disable_eager_execution()", "tf.Graph().as_default()", "tf.compat.v1.disable_v2_behavior()"]
)
def test_what_needs_a_graph_has_one(tmp_path: Path, above: str) -> None:
    program(tmp_path, f"import tensorflow as tf\n{above}\ntf.gradients(y, x)\n")
    assert raising(tmp_path, "1.15", "2.3") == {}


def test_hooks_of_optimizers_through_a_class_of_the_program(tmp_path: Path) -> None:
    program(
        tmp_path,
        "import tensorflow as tf\nclass A(tf.keras.optimizers.Adam):\n    def f(self):\n"
        "        self._set_hyper('a', 1)\n    def _create_slots(self, var_list): ...\n",
    )
    assert raising(tmp_path, "2.10", "2.11") == {4: {"certain"}}


@pytest.mark.parametrize("how", ["from .backend import keras as K", "from net.backend import keras as K"])
def test_names_that_another_module_passes_on(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "net"
    folder.mkdir()
    program(folder, "from .first import tf\nkeras = tf.keras\n", "backend.py")
    program(folder, "try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None\n", "first.py")
    program(folder, f"{how}\n\n\nK.Sequential().predict_classes(x)\n", "use.py")
    (folder / "__init__.py").touch()
    assert raising(folder / "use.py", "2.3", "2.6") == {4: {"certain"}}


def test_modules_that_pass_each_others_names_on(tmp_path: Path) -> None:
    program(tmp_path, "from two import keras\nkeras.Sequential().predict_classes(x)\n", "one.py")
    program(tmp_path, "from one import keras  # tensorflow\n", "two.py")
    (tmp_path / "three.py").write_text("import tensorflow as tf\nfrom broken import keras\n")
    (tmp_path / "broken.py").write_text("import tensorflow as keras\nthis is no Python\n")
    assert raising(tmp_path, "2.3", "2.6") == {}


def test_an_argument_that_many_classes_lost_is_one_change() -> None:
    rows = [row for row in changes(Span("2.15", "2.16"), MATRIX) if "dynamic" in row.parameters and row.given]
    assert sum("tf.keras.layers.Dense" in row.subject for row in rows) == 1
