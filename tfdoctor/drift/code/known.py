"""What the functions, methods and properties of TensorFlow and Keras give, where that is one class in all releases.

The names are those of 1.15 to 2.21. In a template {k} is the Keras that the name was reached through, {t} the
TensorFlow; MADE at its end is for what Keras makes: symbolic tensors, variables of layers; BELOW for what may be of a
class that derives from it; "" is for what gives nothing of one class.
"""

import re
from typing import Final

from tfdoctor.drift.code.situations import LABELS, STEP

COPY: Final = "tf.python.keras."
MADE: Final = "*"
BELOW: Final = "+"
OF_KERAS: Final = (  # functions, by the rest of their names
    (re.compile(r"applications\.(?:\w+\.)?[A-Z]\w+"), "{k}.Model"),
    (re.compile(r"(?:models|saving|engine\.saving)\.(?:load_model|clone_model|model_from_\w+)"), "{k}.Model+"),
    (re.compile(r"utils\.multi_gpu_model"), "{k}.Model"),
    (re.compile(r"(?:\w+\.)*Input"), "{t}.Tensor*"),
    (re.compile(r"(?:preprocessing|utils)\.\w+_dataset_from_\w+"), "{t}.data.Dataset"),
    (re.compile(r"estimator\.model_to_estimator"), "{t}.estimator.Estimator"),
    (re.compile(r"optimizers\.(?:get|deserialize)"), "{k}.optimizers.Optimizer"),
    (re.compile(r"layers\.deserialize"), "{k}.layers.Layer"),
    (re.compile(r"backend\.get_session"), "{t}.Session"),
    (re.compile(r"backend\.(?:[a-z]*(?:get|set|is|in)_\w*|int_shape|ndim|floatx|epsilon|image_\w+|function|backend|"
                r"clear_session|learning_phase|rnn|manual_\w+|batch_set_value|count_params|eval|tf)"), ""),
    (re.compile(r"(?:backend|layers|activations|ops)\.[a-z]\w*"), "{t}.Tensor"),
)  # fmt: skip
OF_TENSORFLOW: Final = (
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
                r"py_func|numpy_func|unstack|split|nest|test|version)\w*"), ""),
    (re.compile(r"(?:(?:math|nn|linalg|random|image|signal|strings|layers|losses|contrib\.layers|"
                r"contrib\.slim)\.)?[a-z]\w*"), "{t}.Tensor"),
)  # fmt: skip

DATASETS: Final = re.compile(  # methods that give another
    "apply|batch|bucket_by_sequence_length|cache|choose_from_datasets|concatenate|counter|enumerate|filter|flat_map"
    "|from_generator|from_sparse_tensor_slices|from_tensor_slices|from_tensors|get_single_element|group_by_window"
    "|ignore_errors|interleave|list_files|load|map|padded_batch|prefetch|ragged_batch|random|range|rebatch|repeat"
    "|sample_from_datasets|scan|shard|shuffle|skip|snapshot|sparse_batch|take|take_while|unbatch|unique|window"
    "|with_options|zip"
)
MODELS: Final = frozenset({"Model", "Sequential", "Functional", "Network"})
TENSORS: Final = frozenset({"Tensor", "Variable"})
SAME: Final = frozenset({"from_config", "copy", "with_name"})  # methods that give another of the class
MEMBERS: Final = {  # methods and properties
    ("Model", "fit"): "{k}.callbacks.History",
    ("Model", "fit_generator"): "{k}.callbacks.History",
    ("Model", "get_layer"): "{k}.layers.Layer",
    ("Model", "optimizer"): "{k}.optimizers.Optimizer",
    ("Model", "history"): "{k}.callbacks.History",
    ("Model", "predict_on_batch"): "{k}.Predictions",
    ("Layer", "add_weight"): "{t}.Variable*",
    ("Layer", "add_variable"): "{t}.Variable*",
    **{
        ("Layer", name): "{t}.Variable*"
        for name in (
            "kernel",
            "bias",
            "recurrent_kernel",
            "embeddings",
            "gamma",
            "beta",
            "moving_mean",
            "moving_variance",
        )
    },
    ("Layer", "input"): "{t}.Tensor*",
    ("Layer", "output"): "{t}.Tensor*",
    ("Callback", "model"): "{k}.Model+",
    ("Metric", "add_weight"): "{t}.Variable*",
    ("Dataset", "make_one_shot_iterator"): "{t}.data.Iterator",
    ("Dataset", "make_initializable_iterator"): "{t}.data.Iterator",
    ("Iterator", "get_next"): "{t}.Tensor",
    ("GradientTape", "gradient"): "{t}.Tensor",
    ("Graph", "as_default"): "{t}.Graph",
    ("Graph", "get_tensor_by_name"): "{t}.Tensor",
    ("Session", "graph"): "{t}.Graph",
    ("TestCase", "session"): "{t}.Session",
    ("TestCase", "cached_session"): "{t}.test.Session",  # in eager execution it gives what was computed already
    ("TestCase", "test_session"): "{t}.Session",
    ("Tensor", "_keras_history"): "{k}.KerasHistory",
    ("Tensor", "shape"): "{t}.TensorShape",
    ("Tensor", "get_shape"): "{t}.TensorShape",
    ("Variable", "shape"): "{t}.TensorShape",
    ("Variable", "get_shape"): "{t}.TensorShape",
    ("Variable", "initialized_value"): "{t}.Tensor",
    ("Variable", "read_value"): "{t}.Tensor",
    ("Variable", "value"): "{t}.Tensor",
    ("TensorShape", "with_rank"): "{t}.TensorShape",
}
LISTS: Final = {
    ("Model", "layers"): "{k}.layers.Layer",
    ("Layer", "inbound_nodes"): "{k}.Node",
    ("Layer", "outbound_nodes"): "{k}.Node",
    ("Layer", "_inbound_nodes"): "{k}.Node",
    ("Layer", "_outbound_nodes"): "{k}.Node",
    ("Layer", "weights"): "{t}.Variable*",
    ("Layer", "variables"): "{t}.Variable*",
    ("Layer", "trainable_weights"): "{t}.Variable*",
    ("Layer", "trainable_variables"): "{t}.Variable*",
    ("Layer", "non_trainable_weights"): "{t}.Variable*",
    ("Layer", "non_trainable_variables"): "{t}.Variable*",
    ("Layer", "inputs"): "{t}.Tensor*",
    ("Layer", "outputs"): "{t}.Tensor*",
    ("TensorShape", "dims"): "{t}.Dimension",
}
HEIRS: Final = {  # members that only a class has that derives from the known one
    ("Model", name): "{k}.Sequential" for name in ("add", "pop", "predict_classes", "predict_proba")
}
TRAINING: Final = frozenset({"training", "is_training"})  # how the argument is called that says whether it trains
# What Keras calls the methods of the program's classes with: the class, by a part of its name, the method, its first
# parameter after self.
CALLED_BY_KERAS: Final = (
    (re.compile(r"\.layers\.|rnn_cell", re.IGNORECASE), "build", "tf.TensorShape*"),
    (re.compile(r"\.layers\.|rnn_cell", re.IGNORECASE), "compute_output_shape", "tf.TensorShape*"),
    (re.compile(r"\.layers\.|rnn_cell", re.IGNORECASE), "compute_mask", "tf.Tensor*"),
    (re.compile(r"\.LearningRateSchedule$"), "__call__", STEP),
    (re.compile(r"\.Loss$"), "call", LABELS),
)
SHAPED: Final = frozenset({"reshape", "squeeze", "expand_dims", "identity", "transpose", "stop_gradient", "flatten"})
