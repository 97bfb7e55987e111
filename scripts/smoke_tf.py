"""Does this TensorFlow work? Runs in the environment in question (CPython 3.6 or newer, TensorFlow 1.4 or newer).

Stages: import, one op, one training epoch, save and load (HDF5), the TensorBoard callback, the TensorBoard program.
The last line is RESULT and a JSON object {"tf", "py", "stages": [[name, "ok"|"fail"|"skip", reason]]}.
From 2.21 TensorBoard is no dependency of TensorFlow: without it its stages are skipped.
"""

import importlib.util
import json
import os
import shutil
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def load(state):
    import tensorflow

    state["tf"] = tensorflow


def op(state):
    tf = state["tf"]
    if major_minor(tf) < (2, 0):
        with tf.Session() as session:
            total = session.run(tf.constant(2) + tf.constant(3))
    else:
        total = int(tf.constant(2) + tf.constant(3))
    if total != 5:
        raise AssertionError("2 + 3 gave %r" % (total,))


def data():
    import numpy

    x = numpy.random.rand(64, 8).astype("float32")
    return x, (x.sum(1) > 4).astype("float32")


def fit(state):
    layers = state["tf"].keras.layers
    model = state["tf"].keras.models.Sequential(
        [layers.Dense(8, activation="relu", input_shape=(8,)), layers.Dense(1, activation="sigmoid")]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(*data(), epochs=1, batch_size=16, verbose=0)
    state["model"] = model


def save_load_h5(state):
    with Folder() as folder:
        path = os.path.join(folder, "m.h5")
        state["model"].save(path)
        state["tf"].keras.models.load_model(path)


def tensorboard_callback(state):
    with Folder() as folder:
        callback = state["tf"].keras.callbacks.TensorBoard(log_dir=folder)
        state["model"].fit(*data(), epochs=1, verbose=0, callbacks=[callback])


def tensorboard_program(state):
    from tensorboard import program  # noqa: F401


class Folder:
    """A temporary folder whose removal never fails a stage."""

    def __enter__(self):
        self.path = tempfile.mkdtemp()
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def major_minor(tf):
    return tuple(int(part) for part in tf.__version__.split(".")[:2])


def needs(stage, done, state):
    """Return whether a stage has what it needs, and why it is skipped where it has not."""
    before = {"op": "import", "fit": "import", "save_load_h5": "fit", "tensorboard_callback": "fit"}.get(stage)
    if before and before not in done or stage.startswith("tensorboard") and "import" not in done:
        return False, None
    optional = "tf" in state and major_minor(state["tf"]) >= (2, 21)
    if stage.startswith("tensorboard") and optional and importlib.util.find_spec("tensorboard") is None:
        return False, "tensorboard is not installed"
    return True, None


def main():
    state, results, done = {}, [], set()
    for stage, function in (
        ("import", load),
        ("op", op),
        ("fit", fit),
        ("save_load_h5", save_load_h5),
        ("tensorboard_callback", tensorboard_callback),
        ("tensorboard_program", tensorboard_program),
    ):
        ready, reason = needs(stage, done, state)
        if not ready:
            if reason:
                results.append([stage, "skip", reason])
            continue
        try:
            function(state)
        except BaseException as error:
            text = "%s: %s" % (type(error).__name__, error)
            results.append([stage, "fail", text.replace("\n", " ")[:400]])
        else:
            results.append([stage, "ok", ""])
            done.add(stage)
    version = getattr(state.get("tf"), "__version__", None)
    print("RESULT " + json.dumps({"tf": version, "py": sys.version.split()[0], "stages": results}))


main()
