"""Runs inside an environment (Python 3.6+, TensorFlow 1.15+): which functions take a symbolic tensor of Keras.

argv: the file to write, and a JSON file with the names to try. A function takes one where one of the usual ways of calling it works:
the tensor alone, with another, in a list, with a number, a shape, an axis or a data type after it, or after a function.
"""

import contextlib
import importlib
import io
import json
import logging
import signal
import sys
import warnings

import tensorflow as tf

SECONDS = 10
SHAPES = ((4,), (8, 8, 3), (6, 4))


class Late(Exception):
    """A function does not end."""


def late(*_):
    """End it."""
    raise Late()


def ways(x):
    """Yield the arguments that are tried."""
    few = [0.5] * 4
    yield from (
        ([x], {}),
        ([x, x], {}),
        ([[x, x]], {}),
        ([x, 1], {}),
        ([x, -1], {}),
        ([x, 2], {}),
        ([x, "float32"], {}),
    )
    yield from (([x, [-1, 4]], {}), ([x, 0.0, 1.0], {}), ([x, [8, 8]], {}), ([[x, x], 0], {}), ([[x, x], -1], {}))
    yield from (([x, few], {}), ([x, x, x], {}), ([x, [0, 2, 1]], {}), ([x, [0]], {}), ([x, 2, -1], {}))
    yield from (([x], {"axis": -1}), ([x], {"axis": 1}), ([lambda one: one, x], {}), ([x, 3, 3], {}))
    yield ([x, [1] * len(x.shape)], {})
    yield ([x, [[0, 0]] + [[1, 1]] * (len(x.shape) - 1)], {})
    yield ([x, [0] * len(x.shape), [1] * len(x.shape)], {})
    yield ([x, [[[[0.5] * 2] * 3] * 2] * 2], {"strides": 1, "padding": "SAME"})
    yield ([x, 2], {"strides": 1, "padding": "SAME"})
    yield (["bi,bi->b", x, x], {})


def find(name):
    """Return what a name of tf stands for; None where it is not there."""
    found = tf
    for part in name.split(".")[1:]:
        try:
            found = getattr(found, part)
        except Exception:
            return None
    return found


def takes(function):
    """Say whether one way of calling it works."""
    for shape in SHAPES:
        for kind in ("float32", "int32"):
            x = tf.keras.Input(shape, dtype=kind)
            for given, named in ways(x):
                try:
                    function(*given, **named)
                except Late:
                    return False
                except BaseException:  # whatever it says, it does not take this
                    continue
                return True
    return False


def main():
    """Try all, and write the names of those that work."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    importlib.import_module("tensorflow.keras.layers")
    signal.signal(signal.SIGALRM, late)
    with io.open(sys.argv[2], encoding="utf-8") as file:
        names = json.load(file)
    found = []
    for name in names:
        function = find(name)
        if function is None or isinstance(function, type) or not callable(function):
            continue
        signal.alarm(SECONDS)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                good = takes(function)
            except Late:
                good = False
        signal.alarm(0)
        if good:
            found.append(name)
    with io.open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({"release": tf.__version__, "takes": found}, file)


if __name__ == "__main__":
    main()
