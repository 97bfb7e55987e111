"""Runs inside an environment (Python 3.6+, TensorFlow 1.15+): writes its operations as JSON to the file argv[1]."""

import glob
import importlib
import json
import os
import sys


def op_list():
    """Return the serialized list of all operations that are registered now."""
    from tensorflow.python.framework import c_api_util

    try:
        from tensorflow.python.client import pywrap_tf_session as c_api

        c_api.TF_GetAllOpList
    except (ImportError, AttributeError):
        from tensorflow.python import pywrap_tensorflow as c_api
    with c_api_util.tf_buffer() as buffer:
        found = c_api.TF_GetAllOpList()
        if hasattr(found, "data"):
            return c_api.TF_GetBuffer(found)
        del buffer
    return c_api.TF_GetBuffer(found)


def value(attr):
    """Return an AttrValue as [kind, value]: lists as lists, bytes as Latin-1."""
    kind = attr.WhichOneof("value")
    if kind is None:
        return None
    if kind == "list":
        items = []
        for field, found in attr.list.ListFields():
            items = [[field.name, plain(field.name, item)] for item in found]
        return ["list", items]
    return [kind, plain(kind, getattr(attr, kind))]


def plain(kind, found):
    """Return the value of a field of an AttrValue as something that JSON has."""
    if kind == "s":
        return found.decode("latin-1")
    if kind == "shape":
        return None if found.unknown_rank else [int(dim.size) for dim in found.dim]
    if kind == "tensor":
        return [int(found.dtype), [int(dim.size) for dim in found.tensor_shape.dim]]
    if kind == "func":
        return found.name
    return found


def describe(op):
    """Return what is asked of an operation."""
    attrs = []
    for attr in op.attr:
        row = {"name": attr.name, "type": attr.type}
        if attr.HasField("default_value"):
            row["default"] = value(attr.default_value)
        if attr.HasField("allowed_values"):
            row["allowed"] = value(attr.allowed_values)[1]
        if attr.has_minimum:
            row["minimum"] = attr.minimum
        attrs.append(row)
    return {
        "name": op.name,
        "attrs": attrs,
        "inputs": len(op.input_arg),
        "outputs": len(op.output_arg),
        "stateful": bool(op.is_stateful),
        "deprecated": op.deprecation.version if op.HasField("deprecation") else 0,
        "why": op.deprecation.explanation,
    }


def registered():
    """Return all operations by name."""
    from tensorflow.core.framework import op_def_pb2

    found = op_def_pb2.OpList()
    found.ParseFromString(op_list())
    return {op.name: describe(op) for op in found.op}


def contrib(known):
    """Import every module of tf.contrib that brings a library; return what it adds, by the module that did."""
    import tensorflow

    root = os.path.join(os.path.dirname(tensorflow.__file__), "contrib")
    if not os.path.isdir(root):
        root = os.path.join(os.path.dirname(tensorflow.__file__), "..", "tensorflow_core", "contrib")
    added = {}
    for library in sorted(glob.glob(os.path.join(root, "**", "*.so"), recursive=True)):
        try:
            tensorflow.load_op_library(library)
        except Exception as error:
            sys.stderr.write("%s: %s\n" % (os.path.basename(library), str(error)[:200]))
            continue
    for name, op in registered().items():
        if name not in known:
            added[name] = op
    return added


def main():
    """Write the answer."""
    import tensorflow

    constants = importlib.import_module("tensorflow.python.framework.versions")
    known = registered()
    first = tensorflow.__version__.startswith("1.")
    answer = {
        "version": tensorflow.__version__,
        "python": "%d.%d" % sys.version_info[:2],
        "producer": int(constants.GRAPH_DEF_VERSION),
        "min_consumer": int(constants.GRAPH_DEF_VERSION_MIN_CONSUMER),
        "min_producer": int(constants.GRAPH_DEF_VERSION_MIN_PRODUCER),
        "ops": [known[name] for name in sorted(known)],
        "contrib": [],
    }
    if first:
        added = contrib(known)
        answer["contrib"] = [added[name] for name in sorted(added)]
    with open(sys.argv[1], "w") as target:
        json.dump(answer, target, sort_keys=True)


main()
