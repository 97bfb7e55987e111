# ruff: noqa: ANN001, ANN201, ANN202, ANN204, UP031 -- valid for CPython 3.6: it runs in the patient's interpreter
# ruff: noqa: ICN001, F401 -- an import is the very thing that a stage tries
# ruff: noqa: BLE001, PTH118 -- whatever a broken dependency raises is the result; paths go to TensorFlow as text
# No annotations, for the same reason.
# mypy: ignore-errors
"""Run the stages that a bound names, in the environment in question (CPython 3.6+, needs nothing but TensorFlow).

One line per stage, flushed at once so that a crash shows how far it came: `STAGE <name> <ok|fail|skip> <reason>`.
The first five stages are "does TensorFlow work at all"; the later ones are features that a wrong dependency breaks
while the first five still pass.
"""

import os
import shutil
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

NAMES = ["import", "op", "fit", "save_load", "tensorboard"]
NAMES += ["autograph", "recurrent", "tracked_dict", "saved_model", "tflite", "estimator", "tensorboard_command"]


class SkipError(Exception):
    """The stage does not apply to this release."""


def report(name, word, reason=""):
    """Print one stage line."""
    print("STAGE", name, word, " ".join(reason.split())[:300], flush=True)


class Stages:
    """The stages in order; each method is one, and raises where it fails."""

    def __init__(self):
        """Start with nothing imported."""
        self.tf = None
        self.model = None
        self.folder = tempfile.mkdtemp()

    def minor(self):
        """Return TensorFlow's (major, minor)."""
        return tuple(int(part) for part in self.tf.__version__.split(".")[:2])

    def data(self):
        """Return 32 samples with 4 numbers and a label each."""
        import numpy

        inputs = numpy.linspace(0, 1, 128, dtype="float32").reshape(32, 4)
        return inputs, (inputs.sum(axis=1) > 2).astype("float32")

    def import_(self):
        """`import tensorflow`."""
        import tensorflow

        self.tf = tensorflow
        if not hasattr(tensorflow, "__version__"):
            raise ImportError("an empty namespace was imported")

    def op(self):
        """One operation and its value."""
        tf = self.tf
        total = tf.constant([1, 2]) + tf.constant([3, 4])
        if self.minor() < (2, 0):
            with tf.Session() as session:
                values = session.run(total).tolist()
        else:
            values = total.numpy().tolist()
        if values != [4, 6]:
            raise ValueError(values)

    def fit(self):
        """One epoch of a two-layer model."""
        keras = self.tf.keras
        layers = [keras.layers.Dense(4, activation="relu", input_shape=(4,)), keras.layers.Dense(1, "sigmoid")]
        model = keras.Sequential(layers)
        model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
        model.fit(*self.data(), epochs=1, batch_size=8, verbose=0)
        self.model = model

    def need_model(self):
        """Skip where no model was trained."""
        if self.model is None:
            raise SkipError("no model")

    def save_load(self):
        """Write and read the HDF5 format."""
        self.need_model()
        path = os.path.join(self.folder, "model.h5")
        self.model.save(path)
        self.tf.keras.models.load_model(path)

    def tensorboard(self):
        """The TensorBoard callback, then the module of the TensorBoard program."""
        self.need_model()
        try:
            import tensorboard
        except ImportError as error:
            if self.minor() >= (2, 21):
                raise SkipError("tensorboard is not installed") from error
            raise
        callback = self.tf.keras.callbacks.TensorBoard(log_dir=os.path.join(self.folder, "logs"))
        self.model.fit(*self.data(), epochs=1, verbose=0, callbacks=[callback])
        from tensorboard import program

    def autograph(self):
        """A loop over a tensor with a subscript: AutoGraph has to rewrite the source."""
        if self.minor() < (2, 0):
            raise SkipError("tf.function is from 2.0")

        @self.tf.function
        def halve(number):
            steps = [2.0, 1.0]
            while number[0] > 1:
                number = number[0:1] / steps[0]
            return number

        if float(halve(self.tf.constant([8.0]))[0]) != 1.0:
            raise ValueError("wrong value")

    def recurrent(self):
        """An LSTM in a graph: shapes are symbolic tensors there."""
        self.need_model()
        import numpy

        keras = self.tf.keras
        model = keras.Sequential([keras.layers.LSTM(3, input_shape=(5, 2)), keras.layers.Dense(1)])
        model.compile(optimizer="sgd", loss="mse")
        model.fit(numpy.ones((4, 5, 2), "float32"), numpy.ones((4, 1), "float32"), epochs=1, verbose=0)

    def tracked_dict(self):
        """A dict that a module tracks, as the argument of a function: a wrapper object meets typing's protocols."""
        if self.minor() < (2, 0):
            raise SkipError("tf.function is from 2.0")
        tf = self.tf
        module = tf.Module()
        module.table = {"a": {"b": tf.Variable(1.0)}}
        if float(tf.function(lambda table: table["a"]["b"] + 1)(module.table)) != 2.0:
            raise ValueError("wrong value")

    def saved_model(self):
        """A SavedModel of an object that holds a dict and a list; for Keras 2 also of a model."""
        if self.minor() < (2, 0):
            raise SkipError("tf.Module is saved from 2.0")
        tf = self.tf
        module = tf.Module()
        module.table = {"a": tf.Variable(1.0), "b": [tf.Variable(2.0)]}
        folder = os.path.join(self.folder, "module")
        tf.saved_model.save(module, folder)
        tf.saved_model.load(folder)
        if self.model is not None and self.minor() < (2, 16):
            folder = os.path.join(self.folder, "keras")
            self.model.save(folder)
            tf.keras.models.load_model(folder)

    def tflite(self):
        """The TensorFlow Lite converter, with the pass that rewrites the flatbuffer."""
        if self.minor() < (2, 3):
            raise SkipError("checked from 2.3")
        tf = self.tf

        @tf.function(input_signature=[tf.TensorSpec([1, 4], tf.float32)])
        def double(values):
            return values * 2.0

        converter = tf.lite.TFLiteConverter.from_concrete_functions([double.get_concrete_function()])
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: [[tf.ones([1, 4])]]
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        if not converter.convert():
            raise ValueError("empty model")

    def estimator(self):
        """The lazily loaded tf.estimator."""
        if self.minor() >= (2, 16):
            raise SkipError("removed in 2.16")
        column = self.tf.feature_column.numeric_column("x")
        self.tf.estimator.LinearRegressor([column], model_dir=os.path.join(self.folder, "estimator"))

    def tensorboard_command(self):
        """What the `tensorboard` command imports first."""
        try:
            import tensorboard
        except ImportError as error:
            raise SkipError("tensorboard is not installed") from error
        from tensorboard import main


def main():
    """Run all stages; after a failing import there is nothing left to run."""
    stages = Stages()
    for name in NAMES:
        try:
            getattr(stages, "import_" if name == "import" else name)()
        except SkipError as skip:
            report(name, "skip", str(skip))
        except BaseException as error:
            report(name, "fail", "%s: %s" % (type(error).__name__, error))
            if name == "import":
                break
        else:
            report(name, "ok")
    shutil.rmtree(stages.folder, ignore_errors=True)
    sys.stdout.flush()
    # Some builds crash while the interpreter ends; that says nothing about a dependency.
    os._exit(0)


if __name__ == "__main__":
    main()
