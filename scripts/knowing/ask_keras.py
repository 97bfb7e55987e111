"""Runs inside an environment (Python 3.7+, TensorFlow 1.15+): writes what its Keras knows as JSON to the file argv[1].

argv[2], where given, is a file of questions (see fold_keras.questions): each value is put into the class's own default
configuration under its key and read with from_config, as a loader does; only the answers to these are written then.
"""

import copy
import importlib
import inspect
import json
import os
import sys
import types

import tensorflow as tf

KINDS = (
    "layers", "optimizers", "losses", "metrics", "initializers", "regularizers", "constraints", "activations",
)  # fmt: skip
# What a class is built with, by the name of an argument that has no default.
VALUES = {
    "units": 2, "filters": 2, "kernel_size": 1, "rate": 0.5, "stddev": 0.5, "dims": [1, 2], "n": 2,
    "target_shape": [2], "input_dim": 3, "output_dim": 2, "num_heads": 2, "key_dim": 2, "axes": 1, "num_bins": 3,
    "bin_boundaries": [0.5], "num_tokens": 3, "max_tokens": 3, "height": 2, "width": 2, "factor": 0.5, "l": 1, "l1": 0.5,
    "l2": 0.5, "value": 1, "initial_learning_rate": 0.5, "decay_steps": 2, "decay_rate": 0.5, "boundaries": [1],
    "values": [0.5, 0.5], "first_decay_steps": 2, "scale": 0.5, "threshold": 0.5, "alpha": 0.5, "equation": "ab,bc->ac",
    "output_shape": 2, "num_classes": 2, "target_class_ids": [0], "recall": 0.5, "precision": 0.5, "sensitivity": 0.5,
    "specificity": 0.5, "normalizer": [1.0], "mask_value": 0, "head_size": 2, "depth": 2, "gamma": 0.5,
    "lower": 0.1, "upper": 0.5, "padding": 1, "shape": [2], "pattern": "a b -> b a", "groups": 1, "size": 2,
    "num_query_heads": 2, "head_dim": 2, "num_key_value_heads": 2, "function_name": "f", "power": 1, "p": 0.5,
    "mode": 1, "output_dims": 1, "warmup_steps": 1, "rank": 1, "min_value": 0, "max_value": 1, "axis": 0,
    "offset": 0, "value_range": [0, 1], "max_length": 3, "sequence_length": 3, "new_shape": [2], "repeats": 1,
    "dtype": "float32", "name": "probe", "num": 1, "k": 1, "bias_axes": None, "crossing_dims": [2],
}  # fmt: skip


def keras_module():
    """Return the module that holds the Keras which `tf.keras` is, and its version on the scale of the table."""
    if os.environ.get("TF_USE_LEGACY_KERAS") == "1":
        tf.keras.layers  # loads it: it can't be imported by itself
        return "tf_keras.src", importlib.import_module("tf_keras").__version__
    for name in ("keras.src", "keras"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        version = getattr(importlib.import_module("keras"), "__version__", "")
        minor = tuple(int(part) for part in tf.__version__.split(".")[:2])
        if minor >= (2, 6) and module:
            return name, version
    return "tensorflow.python.keras", tf.__version__


ROOT, VERSION = keras_module()


def modules():
    """Yield the modules of this Keras that are loaded."""
    for name, module in sorted(sys.modules.items()):
        if (name == ROOT or name.startswith(ROOT + ".")) and isinstance(module, types.ModuleType):
            yield name, module


def identity(found):
    """Return "module:Class" of a class or function."""
    module = getattr(found, "__module__", "") or ""
    return "%s:%s" % (module.replace("tensorflow_core.", "tensorflow."), getattr(found, "__name__", "?"))


class Caught(BaseException):
    """The table that a deserializer was about to look a name up in."""


def _catch(*args, **kwargs):
    table = kwargs.get("module_objects", args[1] if len(args) > 1 else None)
    raise Caught(table)


def tables():
    """Return {kind: {name: object}}: what each deserializer hands to `deserialize_keras_object`."""
    kept = []
    for _, module in list(modules()):
        if "deserialize_keras_object" in vars(module):
            kept.append((module, module.deserialize_keras_object))
            module.deserialize_keras_object = _catch
    found = {}
    try:
        for kind, call in callers():
            try:
                call()
            except Caught as caught:
                if caught.args[0] is not None:
                    found[kind] = dict(caught.args[0])
            except Exception as error:
                sys.stderr.write("%s: %s\n" % (kind, error))
    finally:
        for module, function in kept:
            module.deserialize_keras_object = function
    return found


def callers():
    """Yield each kind with a call that makes its deserializer look something up."""
    what = {"class_name": "Nothing", "config": {}}
    for kind in KINDS:
        module = importlib.import_module("%s.%s" % (ROOT, kind))
        asked = "nothing" if kind == "activations" else what
        yield kind, lambda module=module, asked=asked: module.deserialize(asked)
    optimizers = importlib.import_module(ROOT + ".optimizers")
    if "use_legacy_optimizer" in inspect.getsource(optimizers.deserialize):
        yield "legacy_optimizers", lambda: optimizers.deserialize(what, use_legacy_optimizer=True)
    for name in (
        "optimizers.schedules",
        "optimizer_v2.learning_rate_schedule",
        "optimizers.schedules.learning_rate_schedule",
    ):
        try:
            schedules = importlib.import_module("%s.%s" % (ROOT, name))
            deserialize = schedules.deserialize
        except (ImportError, AttributeError):
            continue
        yield "schedules", lambda: deserialize(what)
        break
    for name in ("mixed_precision.policy", "mixed_precision.experimental.policy", "dtype_policies"):
        try:
            policies = importlib.import_module("%s.%s" % (ROOT, name))
        except ImportError:
            continue
        if hasattr(policies, "deserialize"):
            yield "policies", lambda: policies.deserialize(what)
            break
    if ROOT == "keras.src" and VERSION.startswith("3"):
        legacy = importlib.import_module("keras.src.legacy.saving.saving_utils")
        yield "layers", lambda: legacy.model_from_config(what)


def exported():
    """Return {"keras.layers.Dense": object}: what a configuration with a module is looked up in; {} without that."""
    try:
        importlib.import_module(ROOT + ".saving.serialization_lib")
    except ImportError:
        try:
            importlib.import_module(ROOT + ".saving.experimental.serialization_lib")
        except ImportError:
            return {}
    try:
        return dict(importlib.import_module(ROOT + ".api_export").REGISTERED_NAMES_TO_OBJS)
    except ImportError:
        pass
    from tensorflow.python.util import tf_export

    names = dict(tf_export._NAME_TO_SYMBOL_MAPPING)
    return {name: item for name, item in names.items() if name.startswith(("keras.", "compat.v1.keras.__internal__"))}


def import_all():
    """Import every module of this Keras, so that each class is seen."""
    root = importlib.import_module(ROOT)
    for folder in root.__path__:
        for place, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if not skipped(name))
            dotted = ".".join([ROOT] + [part for part in os.path.relpath(place, folder).split(os.sep) if part != "."])
            for name in sorted(files):
                if name.endswith(".py") and not skipped(name[:-3]) and name != "__main__.py":
                    whole = dotted if name == "__init__.py" else "%s.%s" % (dotted, name[:-3])
                    try:
                        importlib.import_module(whole)
                    except BaseException as error:
                        sys.stderr.write("%s: %s\n" % (whole, str(error)[:100]))


def skipped(name):
    """Say whether a module is none that a configuration names: tests, other backends, benchmarks."""
    parts = (
        "__pycache__",
        "tests",
        "benchmarks",
        "integration_test",
        "distribute",
        "testing_infra",
        "testing",
        "wrappers_sklearn",
    )
    return (
        name in parts
        or name.endswith("_test")
        or name.startswith("test_")
        or name in ("torch", "jax", "openvino", "mlx")
    )


def classes():
    """Return {"module:Class": class} of everything that has a from_config."""
    found = {}
    for name, module in list(modules()):
        for item in list(vars(module).values()):
            if (
                inspect.isclass(item)
                and hasattr(item, "from_config")
                and (item.__module__ or "").startswith(ROOT.split(".")[0])
            ):
                found[identity(item)] = item
    return found


def parameters(cls):
    """Return (arguments, those without default, who takes the rest): through the bases while **kwargs are passed on."""
    names, needed = [], []
    for base in inspect.getmro(cls):
        if "__init__" not in vars(base):
            continue
        try:
            signature = inspect.signature(vars(base)["__init__"])
        except (TypeError, ValueError):
            return names, needed, identity(base)
        open_ended = False
        for name, one in list(signature.parameters.items())[1:]:
            if one.kind == one.VAR_KEYWORD:
                open_ended = True
            elif one.kind != one.VAR_POSITIONAL:
                if name not in names:
                    names.append(name)
                    # What a base needs, the class itself hands over.
                    if one.default is one.empty and not needed_by(cls, base):
                        needed.append(name)
        if not open_ended:
            return names, needed, ""
    return names, needed, "object"


def needed_by(cls, base):
    """Say whether a class below `base` has an __init__ of its own."""
    for one in inspect.getmro(cls):
        if one is base:
            return False
        if "__init__" in vars(one):
            return True
    return False


def build(cls, needed):
    """Return an instance, built with as little as possible."""
    values = {}
    for name in needed:
        values[name] = special(cls, name) if name in SPECIAL else VALUES[name]
    return cls(**values)


SPECIAL = {
    "layer",
    "cell",
    "cells",
    "fn",
    "function",
    "optimizer",
    "inner_optimizer",
    "initializer",
    "kernel_initializer",
    "forward_layer",
}


def special(cls, name):
    """Return an object for an argument that takes one."""
    layers = tf.keras.layers
    if name in ("layer", "forward_layer"):
        return layers.LSTM(2, return_sequences=True) if cls.__name__ == "Bidirectional" else layers.Dense(2)
    if name == "cell":
        return layers.LSTMCell(2)
    if name == "cells":
        return [layers.LSTMCell(2)]
    if name in ("optimizer", "inner_optimizer"):
        return tf.keras.optimizers.SGD()
    if name in ("fn", "function"):
        return (
            tf.keras.losses.mean_squared_error if "loss" in cls.__module__ or "metric" in cls.__module__ else tf.nn.relu
        )
    return "zeros"


def configuration(cls, needed):
    """Return the default configuration of a class, or None where it can't be built."""
    try:
        return plain(build(cls, needed).get_config())
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        return None


def plain(config):
    """Return a configuration as JSON has it; an object in it becomes its own configuration."""
    return json.loads(json.dumps(config, default=_plain, sort_keys=True))


def _plain(item):
    if hasattr(item, "get_config"):
        return {"class_name": item.__class__.__name__, "config": item.get_config()}
    if hasattr(item, "tolist"):
        return item.tolist()
    if hasattr(item, "as_list"):
        return item.as_list()
    return getattr(item, "__name__", str(item))


def answers(found, questions):
    """Return {"base": {argument: error or None}, "classes": {id: {key: [[value, error or None], ...]}}}."""
    layer = tf.keras.layers.Layer
    base = {name: tried(lambda name=name: layer(**{name: None})) for name in questions["base"]}
    told = {}
    for key, cls in sorted(found.items()):
        asked = {}
        for line in questions["ids"].get(key, ()):
            for name, values in questions["lines"].get(line, {}).items():
                asked.setdefault(name, []).extend(value for value in values if value not in asked.get(name, ()))
        own = configuration(cls, parameters(cls)[1]) if asked else None
        if own is None or tried(lambda: cls.from_config(copy.deepcopy(own))) is not None:
            continue
        told[key] = {}
        for name, values in sorted(asked.items()):
            for value in values:
                if name in own and same(own[name], value):
                    continue
                given = dict(own)
                given[name] = value
                error = tried(lambda: cls.from_config(copy.deepcopy(given)))
                told[key].setdefault(name, []).append([value, error])
        tf.keras.backend.clear_session()
    return {"base": base, "classes": told}


def same(one, other):
    """Say whether two values are equal, names apart."""
    return nameless(one) == nameless(other)


def nameless(value):
    """Return a configuration without the names of its layers, which count up."""
    if isinstance(value, dict):
        return {key: "" if key == "name" else nameless(one) for key, one in value.items()}
    return [nameless(one) for one in value] if isinstance(value, list) else value


def tried(call):
    """Return None where a call works, else the error as [type, text]."""
    try:
        call()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return None


def main():
    """Write the answer."""
    import_all()
    looked = tables()
    names = exported()
    found = classes()
    for table in list(looked.values()) + [names]:
        for item in table.values():
            if inspect.isclass(item):
                found[identity(item)] = item
    functions = {name: item for name, item in names.items() if inspect.isfunction(item)}
    if len(sys.argv) > 2:
        with open(sys.argv[2]) as source:
            told = {"answers": answers(found, json.load(source))}
        with open(sys.argv[1], "w") as target:
            json.dump(told, target, sort_keys=True)
        return
    rows = {}
    for key, cls in sorted(found.items()):
        taken, needed, rest = parameters(cls)
        own = next((identity(base) for base in inspect.getmro(cls) if "from_config" in vars(base)), "")
        rows[key] = {
            "args": taken, "needed": needed, "rest": rest, "config": configuration(cls, needed), "from_config": own,
            "bases": [base.__name__ for base in inspect.getmro(cls)[1:-1]],
        }  # fmt: skip
    answer = {
        "tensorflow": tf.__version__, "keras": VERSION, "root": ROOT, "python": "%d.%d" % sys.version_info[:2],
        "tables": {kind: {name: identity(item) for name, item in table.items() if callable(item)} for kind, table in looked.items()},
        "exported": {name: identity(item) for name, item in names.items() if inspect.isclass(item) and hasattr(item, "from_config")},
        "functions": {name: identity(item) for name, item in functions.items()},
        "classes": rows,
        "modules": [name for name, _ in modules()],
    }  # fmt: skip
    with open(sys.argv[1], "w") as target:
        json.dump(answer, target, sort_keys=True)


main()
