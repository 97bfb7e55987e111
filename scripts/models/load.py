"""Load saved models in every way and tell what happened: `python load.py TASKS ANSWERS SECONDS`, both JSON lines.

A task is {"arch", "format", "saved", "folder", "path", "way"}; its answer carries "ok", "error" (the exception's class), "message"
(the first 400 characters, folders as <path>), "difference" (the largest from the saved answer, relative to its size;
null where it can't be compared) and "warned" (the first warning about the optimizer or weights). Tasks that need the
model's own code come last, since that code registers classes in the process. A task that takes more than SECONDS is a
TimeoutError; a crash leaves its task as the last line {"begun": ...} without an answer.
"""

import io
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import architectures  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402


def load_model(task, path):
    return called(task, tf.keras.models.load_model(path))


def load_without_compiling(task, path):
    return called(task, tf.keras.models.load_model(path, compile=False))


def load_with_custom_objects(task, path):
    built = architectures.ARCHITECTURES[task["arch"]](tf)
    return called(task, tf.keras.models.load_model(path, custom_objects=built.custom))


def called(task, model):
    try:
        return architectures.outputs_of(tf, model, inputs_of(task))
    except Exception as error:  # it is loaded; that it can't be called is a difference
        raise NotCallable(error)


class NotCallable(Exception):
    """A model was loaded, and its call fails."""


def load_saved_model(task, path):
    return signature_answer(task, tf.saved_model.load(path))


def load_layer(task, path):
    layer = tf.keras.layers.TFSMLayer(path, call_endpoint="serving_default")
    try:
        given = inputs_of(task)
        return architectures.flat(
            layer(tensor(given)) if not isinstance(given, list) else layer([tensor(x) for x in given])
        )
    except Exception as error:
        raise NotCallable(error)


def load_v1(task, path):
    v1 = tf.compat.v1
    with v1.Session(graph=tf.Graph()) as session:
        meta = v1.saved_model.load(session, ["serve"], path)
        try:
            signature = meta.signature_def["serving_default"]
            feed = fed(task, {key: info.name for key, info in signature.inputs.items()})
            answer = session.run({key: info.name for key, info in signature.outputs.items()}, feed)
        except Exception as error:
            raise NotCallable(error)
    return architectures.flat(answer)


def fed(task, names):
    """The inputs by the names that a signature gives them: in the order of the names where there are several."""
    given = inputs_of(task)
    if isinstance(given, list):
        return {names[key]: value for key, value in zip(sorted(names), given)}
    return {names[next(iter(names))]: given}


def tensor(value, dtype=None):
    value = tf.constant(value.tolist() if value.dtype.kind == "U" else value)
    return value if dtype is None else tf.cast(value, dtype)


def signature_answer(task, loaded):
    try:
        signature = loaded.signatures["serving_default"]
        specs = signature.structured_input_signature[1]
        given = fed(task, {key: key for key in specs})
        return architectures.flat(dict(signature(**{key: tensor(given[key], specs[key].dtype) for key in specs})))
    except Exception as error:
        raise NotCallable(error)


def load_weights(task, path):
    built = architectures.ARCHITECTURES[task["arch"]](tf)
    if built.compile is not None:
        built.model.compile(**built.compile)
    status = built.model.load_weights(path)
    if hasattr(status, "expect_partial"):
        status.expect_partial()
    return called(task, built.model)


def load_tflite(task, path):
    interpreter = tf.lite.Interpreter(model_path=path)
    interpreter.allocate_tensors()
    given = inputs_of(task)
    given = given if isinstance(given, list) else [given]
    details = sorted(interpreter.get_input_details(), key=lambda detail: detail["name"])
    try:
        for detail, value in zip(details, given):
            interpreter.resize_tensor_input(detail["index"], value.shape)
        interpreter.allocate_tensors()
        for detail, value in zip(details, given):
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        return [
            interpreter.get_tensor(detail["index"]).astype("float64") for detail in interpreter.get_output_details()
        ]
    except Exception as error:
        raise NotCallable(error)


WAYS = {
    "load_model": load_model,
    "load_model-nocompile": load_without_compiling,
    "saved_model.load": load_saved_model,
    "TFSMLayer": load_layer,
    "v1": load_v1,
    "tflite": load_tflite,
    "load_model-custom": load_with_custom_objects,
    "load_weights": load_weights,
}
WITH_CODE = ("load_model-custom", "load_weights")


def inputs_of(task):
    with open(os.path.join(task["folder"], "inputs.json")) as file:
        return decoded(json.load(file))


def decoded(value):
    if isinstance(value, list):
        return [decoded(each) for each in value]
    return np.array(value["values"], dtype=value["dtype"])


class Warned(logging.Handler):
    """Keeps the first line that TensorFlow's loggers write while a model is loaded."""

    def __init__(self):
        logging.Handler.__init__(self, logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def attempt(task):
    if task["format"] != "keras":
        return tried(task)
    # Keras 3.4 unpacks an archive beside itself, over a file that is named as model.weights.h5 is, and removes that.
    place = tempfile.mkdtemp()
    try:
        path = shutil.copy(task["path"], place)
        return tried(dict(task, path=path))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def tried(task):
    path = task["path"]
    answer = {key: task[key] for key in ("arch", "format", "saved", "way")}
    handler = Warned()
    loggers = [logging.getLogger(name) for name in ("tensorflow", "absl")]
    for logger in loggers:
        logger.addHandler(handler)
    begun = time.time()
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            got = WAYS[task["way"]](task, path)
        answer.update(ok=True, difference=difference(task, got))
    except NotCallable as error:
        cause = error.args[0]
        answer.update(ok=True, uncallable=type(cause).__name__, message=cleaned(str(cause), task))
        caught = []
    except architectures.Unsupported as error:  # this release has no such model: nothing was tried
        answer.update(ok=None, message=str(error))
        caught = []
    except (Exception, SystemExit) as error:
        answer.update(ok=False, error=type(error).__name__, message=cleaned(str(error), task))
        caught = []
    for logger in loggers:
        logger.removeHandler(handler)
    lines = handler.lines + [str(each.message) for each in caught]
    told = [
        line for line in lines if any(word in line.lower() for word in ("optimizer", "weights", "variables", "compil"))
    ]
    if told:
        answer["warned"] = cleaned(told[0], task)[:200]
    answer["seconds"] = round(time.time() - begun, 2)
    return answer


def difference(task, got):
    with open(os.path.join(task["folder"], "expected.json")) as file:
        expected = [np.asarray(each, "float64") for each in json.load(file)]
    if sorted(each.shape for each in expected) != sorted(each.shape for each in got):
        return None
    order = lambda arrays: sorted(arrays, key=lambda each: each.shape)  # noqa: E731
    return float(
        "%.3g" % max(np.max(np.abs(a - b)) / (np.max(np.abs(a)) + 1e-6) for a, b in zip(order(expected), order(got)))
    )


def cleaned(text, task):
    for path in (task["path"], task["folder"]):
        text = text.replace(path, "<path>")
    return text[:600]


def too_long(_signal, _frame):
    raise TimeoutError("the limit of time")


def main():
    tasks, answers, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    signal.signal(signal.SIGALRM, too_long)
    with io.open(tasks, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    rows.sort(key=lambda row: row["way"] in WITH_CODE)
    with io.open(answers, "a", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps({"begun": {key: row[key] for key in ("arch", "format", "saved", "way")}}) + "\n")
            file.flush()
            signal.alarm(seconds)
            answer = attempt(row)
            signal.alarm(0)
            tf.keras.backend.clear_session()
            file.write(json.dumps(answer) + "\n")
            file.flush()


if __name__ == "__main__":
    main()
