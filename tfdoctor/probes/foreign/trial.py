"""Runs in the patient's Python and uses TensorFlow, one stage after the other, marking each in the file of argv.

Valid for CPython 3.6; TensorFlow 1.13 and later. Each mark is a line of words between tabs that is on disk before
the next stage begins, so that a crash keeps what came before. Errors go to standard error in full.

Modules of the standard library that are written in Python are not imported here: a user's json.py or traceback.py
must be found by TensorFlow as it is without tfdoctor.
"""

import faulthandler
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
if sys.path and os.path.abspath(sys.path[0]) == _HERE:
    sys.path[0] = ""  # as in `python -c`: the user's current folder, not this one

faulthandler.enable()
_MARKS = open(sys.argv[1], "wb", buffering=0)
tf = None


def mark(*words):
    """Write one mark; no word has a tab or a line end."""
    _MARKS.write("\t".join(words).encode("utf-8", "replace") + b"\n")


def one_line(error):
    """Return an error as one line."""
    return " ".join(("%s: %s" % (type(error).__name__, error)).split())[:2000]


def stage(name, work):
    """Run one stage; return whether it ended well."""
    mark("begin", name)
    try:
        work()
    except BaseException as error:  # a SystemExit of TensorFlow's is an outcome too
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        mark("end", name, one_line(error))
        return False
    mark("end", name, "ok")
    return True


def bring_in():
    """Import TensorFlow; a namespace of left-over folders is no TensorFlow."""
    global tf
    import tensorflow

    tensorflow.constant  # noqa: B018
    tf = tensorflow


def old():
    """Whether this is TensorFlow 1.x, with graphs and sessions."""
    return tf.__version__.startswith("1.")


def devices():
    """List the physical devices."""
    config = getattr(tf, "config", None)
    listing = getattr(config, "list_physical_devices", None)
    if listing is None:
        listing = getattr(getattr(config, "experimental", None), "list_physical_devices", None)
    if listing is not None:
        found = [device.name for device in listing()]
    else:
        from tensorflow.python.client import device_lib

        found = [device.name for device in device_lib.list_local_devices()]
    mark("devices", *found)


def op():
    """Multiply two matrices on the default device."""
    product = tf.matmul(tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1.0, 1.0], [1.0, 1.0]]))
    if old() and not tf.executing_eagerly():
        with tf.Session() as session:
            values = session.run(product)
    else:
        values = product.numpy()
    if abs(float(values[1][1]) - 7.0) > 1e-3:
        raise ArithmeticError("the product of two small matrices is wrong: %r" % (values,))


def fit():
    """Train a tiny Keras model for one step."""
    import numpy

    inputs = numpy.zeros((8, 4), dtype="float32")
    targets = numpy.zeros((8, 1), dtype="float32")
    keras = tf.keras
    model = keras.models.Sequential([keras.layers.Dense(1)])
    if old():
        model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(4,))])
    model.compile(optimizer="sgd", loss="mse")
    model.fit(inputs, targets, epochs=1, batch_size=8, verbose=0)


if stage("import", bring_in):
    stage("devices", devices)
    if stage("op", op):
        stage("fit", fit)
