"""What functions and members of TensorFlow and Keras give, where their class is obvious.

The names are those of all releases 1.15 to 2.21; a template holds {k} for the Keras and {t} for the TensorFlow that
the name was reached through.
"""

import re
from typing import Final

from tfdoctor.drift.code.values import Many, Object, Symbol, Value

_KERAS: Final = re.compile(r"((?:tf\.(?:compat\.v[12]\.)?(?:python\.)?)?keras|tf_keras)\.(.*)")
_TENSORFLOW: Final = re.compile(r"(tf(?:\.compat\.v[12])?)\.(.*)")

_NOTHING: Final = ""
_FUNCTIONS: Final = (  # of Keras, by the rest of their name
    (re.compile(r"applications\.(?:\w+\.)?[A-Z]\w+"), "{k}.Model"),
    (re.compile(r"(?:models|saving|engine\.saving)\.(?:load_model|clone_model|model_from_\w+)"), "{k}.Model"),
    (re.compile(r"utils\.multi_gpu_model"), "{k}.Model"),
    (re.compile(r"(?:\w+\.)*Input"), "{k}.KerasTensor"),
    (re.compile(r"(?:preprocessing|utils)\.\w+_dataset_from_\w+"), "{t}.data.Dataset"),
    (re.compile(r"estimator\.model_to_estimator"), "{t}.estimator.Estimator"),
    (re.compile(r"optimizers\.(?:get|deserialize)"), "{k}.optimizers.Optimizer"),
    (re.compile(r"layers\.deserialize"), "{k}.layers.Layer"),
)
_PLAIN: Final = (  # of TensorFlow
    (re.compile(r"get_default_graph"), "{t}.Graph"),
    (re.compile(r"get_default_session"), "{t}.Session"),
    (re.compile(r"train\.MonitoredTrainingSession"), "{t}.train.MonitoredSession"),
    (re.compile(r"(?:train\.)?get_or_create_global_step|get_variable"), "{t}.Variable"),
    (re.compile(r"data\.(?:experimental\.)?make_csv_dataset|data\.experimental\.make_batched_\w+"), "{t}.data.Dataset"),
    (re.compile(r"data\.make_(?:one_shot|initializable)_iterator"), "{t}.data.Iterator"),
    (re.compile(r"data\.Dataset\.[a-z]\w*"), "{t}.data.Dataset"),
    (re.compile(r"summary\.create_file_writer"), "{t}.summary.SummaryWriter"),
    (re.compile(r"distribute\.get_strategy"), "{t}.distribute.Strategy"),
    (re.compile(r"(?:set_|get_|is_|in_|enable_|disable_|executing_|init|global_var|tables_|group|no_op|trainable_var|"
                r"local_var|function|name_|variable_scope|control_dep|while_loop|cond|case|device|load_|reset_|add_to|"
                r"py_func|numpy_func|unstack|split|nest|test|version)\w*"), _NOTHING),
    (re.compile(r"(?:(?:math|nn|linalg|random|image|signal|strings|ragged|sparse)\.)?[a-z]\w*"), "{t}.Tensor"),
)  # fmt: skip

_DATASETS: Final = re.compile(  # methods that give another
    "apply|batch|bucket_by_sequence_length|cache|choose_from_datasets|concatenate|counter|enumerate|filter|flat_map"
    "|from_generator|from_sparse_tensor_slices|from_tensor_slices|from_tensors|get_single_element|group_by_window"
    "|ignore_errors|interleave|list_files|load|map|padded_batch|prefetch|ragged_batch|random|range|rebatch|repeat"
    "|sample_from_datasets|scan|shard|shuffle|skip|snapshot|sparse_batch|take|take_while|unbatch|unique|window"
    "|with_options|zip"
)
_MODELS: Final = frozenset({"Model", "Sequential", "Functional", "Network"})
_MEMBERS: Final = {
    ("Model", "fit"): "{k}.callbacks.History",
    ("Model", "fit_generator"): "{k}.callbacks.History",
    ("Model", "get_layer"): "{k}.layers.Layer",
    ("Model", "optimizer"): "{k}.optimizers.Optimizer",
    ("Model", "history"): "{k}.callbacks.History",
    ("Callback", "model"): "{k}.Model",
    ("Dataset", "make_one_shot_iterator"): "{t}.data.Iterator",
    ("Dataset", "make_initializable_iterator"): "{t}.data.Iterator",
    ("Iterator", "get_next"): "{t}.Tensor",
    ("Graph", "as_default"): "{t}.Graph",
    ("Tensor", "shape"): "{t}.TensorShape",
    ("Tensor", "get_shape"): "{t}.TensorShape",
    ("KerasTensor", "shape"): "{t}.TensorShape",
    ("KerasTensor", "get_shape"): "{t}.TensorShape",
    ("Variable", "shape"): "{t}.TensorShape",
    ("TensorShape", "with_rank"): "{t}.TensorShape",
}
_LISTS: Final = {
    ("Model", "layers"): "{k}.layers.Layer",
    ("TensorShape", "dims"): "{t}.Dimension",
}
_CLASS: Final = re.compile(r"[A-Z]\w*[a-z]\w*|[A-Z]{2,}\w*|[A-Z]")


def keras(name: str) -> tuple[str, str]:
    """Split "tf.keras.layers.Dense" into "tf.keras" and "layers.Dense"; ("", "") for what is not of Keras."""
    found = _KERAS.fullmatch(name)
    return (found[1], found[2]) if found else ("", "")


def tensorflow(name: str) -> str:
    """Return the TensorFlow that a name was reached through: "tf" or "tf.compat.v1"."""
    found = _TENSORFLOW.match(name)
    return found[1] if found else "tf"


def called(name: str) -> Object | None:
    """Return the object that calling a function or class gives; None where it is not obvious."""
    root, rest = keras(name)
    table = _FUNCTIONS if root else _PLAIN
    if not root:
        found = _TENSORFLOW.fullmatch(name)
        rest = found[2] if found else ""
    last = rest.rpartition(".")[2]
    is_class = bool(_CLASS.fullmatch(last)) and not (root and last == "Input") and not rest.startswith("applications.")
    if is_class:
        return Object(name)
    if last in {"from_config", "from_proto", "from_spec"}:
        return Object(name.rpartition(".")[0])
    for pattern, template in table:
        if pattern.fullmatch(rest):
            return _filled(template, name)
    return None


def member(symbol: Symbol) -> Value | None:
    """Return what a property of an object is, or what calling its method gives."""
    owner, _, name = symbol.name.rpartition(".")
    last = _family(owner)
    if last == "Dataset" and _DATASETS.fullmatch(name):
        return Object(f"{tensorflow(owner)}.data.Dataset")
    if (last, name) in _LISTS:
        element = _filled(_LISTS[last, name], owner)
        return Many(element) if element else None
    if name in {"from_config", "copy", "with_name"}:
        return Object(owner)
    return _filled(_MEMBERS.get((last, name), _NOTHING), owner)


def applied(of: str) -> Object | None:
    """Return what calling an object gives: layers and models give tensors."""
    root, rest = keras(of)
    if root and (rest.rpartition(".")[2] in _MODELS or rest.startswith("layers.")):
        return Object(f"{root}.KerasTensor")
    return None


def item(of: str) -> Object | None:
    """Return what an element or slice of an object is."""
    last = of.rpartition(".")[2]
    if last == "TensorShape":
        return Object(of.replace("TensorShape", "Dimension"))
    return Object(of) if last in {"Tensor", "KerasTensor", "Variable"} else None


def _family(owner: str) -> str:
    last = owner.rpartition(".")[2]
    if last in _MODELS:
        return "Model"
    if "callbacks." in owner and last != "History":
        return "Callback"
    return "Dataset" if last.endswith("Dataset") else last


def _filled(template: str, name: str) -> Object | None:
    root = keras(name)[0] or "tf.keras"
    return Object(template.format(k=root, t=tensorflow(name))) if template else None
