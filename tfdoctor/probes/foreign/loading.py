"""Runs in an environment with TensorFlow and loads one saved model in one way: `loading.py TASK ANSWER`, JSON files.

TASK has "path", "way", "custom" (a Python file or null), "legacy" and "call" (whether to ask the model for its answer
to a fixed input). ANSWER gets "begun" at once, so that a crash shows, and at the end "ok", "error", "message",
"python", "tensorflow", "keras", "outputs" ([{"shape", "values"}]) and "remark" where the model can't be asked.

Valid for CPython 3.6; TensorFlow 1.15 and later. The same input in every release: numbers in [0, 1), small integers,
words.
"""

import json
import os
import sys

MOST = 5000  # numbers of one output that are kept
LARGEST = 1 << 24  # elements of an input
BATCH, FREE = 2, 8


def settle(task):
    """Set what has to be set before TensorFlow is imported; the modules beside this file are not the model's."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.pop("TF_USE_LEGACY_KERAS", None)
    if task["legacy"]:
        os.environ["TF_USE_LEGACY_KERAS"] = "1"


def own_code(path):
    """Return the classes and functions of the user's file by their names."""
    if not path:
        return {}
    names = {"__name__": "custom", "__file__": path}
    with open(path, "rb") as file:
        exec(compile(file.read(), path, "exec"), names)
    return {name: thing for name, thing in names.items() if callable(thing) and not name.startswith("__")}


class CannotCall(Exception):
    """The model is loaded, and can't be asked for an answer here."""


def made(np, shape, dtype, vary=0):
    """Return the fixed input of a shape, its first dimension the batch; unknown dimensions get a small size."""
    if shape is None:
        raise CannotCall("the shape of an input is not known")
    sizes = [None if size is None or int(size) < 0 else int(size) for size in shape]
    sizes = (
        [BATCH if at == 0 else FREE if size is None else size for at, size in enumerate(sizes)]
        if vary == 0
        else [size or 1 for size in sizes]
    )
    count = 1
    for size in sizes:
        count *= size
    if count > LARGEST:
        raise CannotCall("an input has %d elements" % count)
    numbers = (np.arange(count) * 7919) % 1009
    if "string" in dtype or dtype == "object":
        words = "the cat sat on the mat".split()
        return np.array([words[number % 6].encode() for number in numbers], dtype=object).reshape(sizes)
    if "bool" in dtype:
        return (numbers % 2).astype(bool).reshape(sizes)
    if "int" in dtype:
        return (numbers % 3).astype(dtype).reshape(sizes)
    if "float" not in dtype and dtype != "half":
        raise CannotCall("an input of %s" % dtype)
    kept = "float32" if "bfloat" in dtype else dtype
    return (numbers / 1009.0).astype(kept).reshape(sizes)


def dtype_of(spec):
    """Return the name of an input's type."""
    kind = getattr(spec, "dtype", None)
    return str(getattr(kind, "name", kind) or "float32")


def shape_of(spec):
    """Return the sizes of an input, or None where its rank is not known."""
    shape = getattr(spec, "shape", None)
    try:
        return None if shape is None else [getattr(size, "value", size) for size in shape]
    except ValueError:
        return None


def tensor(tf, value):
    """Return an input as a tensor."""
    return tf.constant(value.tolist() if value.dtype == object else value)


def ask_model(tf, np, model):
    """Return a Keras model's answer."""
    specs = getattr(model, "inputs", None)
    if not specs:
        raise CannotCall("the model does not say what its inputs are")
    given = [tensor(tf, made(np, shape_of(spec), dtype_of(spec))) for spec in specs]
    got = model(given[0] if len(given) == 1 else given, training=False)
    flat = tf.nest.flatten(got)
    if not tf.executing_eagerly():
        flat = tf.compat.v1.keras.backend.get_session().run(flat)
    return flat


def ask_signature(tf, np, signatures):
    """Return the answer of a SavedModel's function, its outputs by their names."""
    names = list(signatures)
    if not names:
        raise CannotCall("there is no signature")
    name = "serving_default" if "serving_default" in names else names[0]
    function = signatures[name]
    specs = function.structured_input_signature[1]
    if not specs:
        raise CannotCall("the signature takes no named inputs")
    given = {key: tensor(tf, made(np, shape_of(spec), dtype_of(spec))) for key, spec in specs.items()}
    got = function(**given)
    flat = [got[key] for key in sorted(got)]
    if not tf.executing_eagerly():
        session = tf.compat.v1.Session()
        session.run(tf.compat.v1.global_variables_initializer())
        flat = session.run(flat)
    return flat


def load_model(tf, np, path, custom, compiled):
    """Load with Keras; the safe mode of newer releases stays on."""
    options = {"custom_objects": custom} if custom else {}
    if not compiled:
        options["compile"] = False
    model = tf.keras.models.load_model(path, **options)
    return lambda: ask_model(tf, np, model)


def load_weights(tf, np, path, custom):
    """Load weights into the model that the user's code builds."""
    if "build" not in custom:
        raise SystemExit("load_weights needs code that builds the model: --custom FILE with a function build()")
    model = custom["build"]()
    status = model.load_weights(path)
    if hasattr(status, "assert_existing_objects_matched"):
        status.assert_existing_objects_matched()
    return lambda: ask_model(tf, np, model)


def load_graph(tf, np, path):
    """Load a SavedModel as TensorFlow does."""
    loaded = tf.saved_model.load(path) if not tf.__version__.startswith("1.") else tf.compat.v2.saved_model.load(path)
    return lambda: ask_signature(tf, np, getattr(loaded, "signatures", {}))


def load_layer(tf, np, path):
    """Load a SavedModel as a layer of Keras 3."""
    endpoint = "serving_default"
    layer = tf.keras.layers.TFSMLayer(path, call_endpoint=endpoint)

    def ask():
        function = tf.saved_model.load(path).signatures[endpoint]
        specs = function.structured_input_signature[1]
        given = {key: tensor(tf, made(np, shape_of(spec), dtype_of(spec))) for key, spec in specs.items()}
        got = layer(**given) if len(given) > 1 else layer(next(iter(given.values())))
        return [got[key] for key in sorted(got)] if isinstance(got, dict) else tf.nest.flatten(got)

    return ask


def load_v1(tf, np, path):
    """Load a SavedModel into a session, as TensorFlow 1 does."""
    v1 = tf.compat.v1
    session = v1.Session(graph=v1.Graph())
    loader = getattr(v1.saved_model, "load", None) or v1.saved_model.loader.load
    meta = loader(session, ["serve"], path)

    def ask():
        names = list(meta.signature_def)
        if not names:
            raise CannotCall("there is no signature")
        name = "serving_default" if "serving_default" in names else names[0]
        sign = meta.signature_def[name]
        feed = {}
        for info in sign.inputs.values():
            spec = session.graph.get_tensor_by_name(info.name)
            feed[info.name] = made(np, shape_of(spec), dtype_of(spec))
        return session.run([sign.outputs[key].name for key in sorted(sign.outputs)], feed)

    return ask


def load_lite(tf, np, path):
    """Load a TFLite model."""
    interpreter = tf.lite.Interpreter(model_path=path)
    interpreter.allocate_tensors()

    def ask():
        for detail in interpreter.get_input_details():
            value = made(np, list(detail["shape"]), np.dtype(detail["dtype"]).name, vary=1)
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]

    return ask


def loaded(task, tf, np):
    """Load the model; return what asks it."""
    path, way = task["path"], task["way"]
    custom = own_code(task["custom"])
    if way in ("load_model", "load_model-nocompile"):
        return load_model(tf, np, path, custom, way == "load_model")
    if way == "load_weights":
        return load_weights(tf, np, path, custom)
    return {"saved_model.load": load_graph, "TFSMLayer": load_layer, "v1": load_v1, "tflite": load_lite}[way](
        tf, np, path
    )


def outputs_of(np, flat):
    """Return answers as plain numbers."""
    found = []
    for value in flat:
        if hasattr(value, "values") and hasattr(value, "row_splits"):
            raise CannotCall("an output is ragged")
        array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
        if array.dtype.kind not in "fiub" and array.dtype.name != "bfloat16":
            raise CannotCall("an output is of %s" % array.dtype)
        numbers = array.astype("float64").ravel()[:MOST]
        found.append({"shape": list(array.shape), "values": [float(number) for number in numbers]})
    return found


def work(task):
    """Load and ask; return the answer."""
    answer = {"ok": False, "outputs": None, "remark": "", "python": "%d.%d" % sys.version_info[:2]}
    try:
        import numpy as np
        import tensorflow as tf

        answer["tensorflow"] = tf.__version__
        keras = getattr(tf.keras, "__version__", None)
        answer["keras"] = str(keras() if callable(keras) else keras or "")
        ask = loaded(task, tf, np)
        answer["ok"] = True
        if task["call"]:
            try:
                answer["outputs"] = outputs_of(np, ask())
            except CannotCall as error:
                answer["remark"] = str(error)
            except Exception as error:
                answer["remark"] = "it is loaded, and its call fails: %s: %s" % (type(error).__name__, str(error)[:500])
    except BaseException as error:
        answer["error"] = type(error).__name__
        answer["message"] = str(error).replace(task["path"], "<path>")[:20000]
    return answer


def main():
    """Do the task; the answer is whole or says only that it was begun."""
    with open(sys.argv[1], encoding="utf-8") as file:
        task = json.load(file)
    with open(sys.argv[2], "w") as file:
        json.dump({"begun": True}, file)
    settle(task)
    os.chdir(os.path.dirname(os.path.abspath(sys.argv[2])))  # what a graph writes by a relative name goes with it
    answer = work(task)
    whole = sys.argv[2] + ".whole"
    with open(whole, "w") as file:
        json.dump(answer, file)
    os.replace(whole, sys.argv[2])


if __name__ == "__main__":
    main()
