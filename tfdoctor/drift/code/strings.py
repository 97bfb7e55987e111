"""Names in quotes that stand for classes and functions of Keras: optimizer="adam", loss="mse"."""

import re
from typing import Final

from tfdoctor.drift.code.results import keras

_MODULES: Final = (  # which module an argument's strings are looked up in
    (re.compile(r"optimizer|inner_optimizer"), "optimizers"),
    (re.compile(r"loss|losses"), "losses"),
    (re.compile(r"metrics|weighted_metrics"), "metrics"),
    (re.compile(r"(?:\w+_)?activation"), "activations"),
    (re.compile(r"(?:\w+_)?initializer"), "initializers"),
    (re.compile(r"(?:\w+_)?regularizer"), "regularizers"),
    (re.compile(r"(?:\w+_)?constraint"), "constraints"),
)
_POSITIONS: Final = {  # of arguments that are often given without their names
    "compile": ("optimizer", "loss", "metrics"),
    "Activation": ("activation",),
    "Dense": ("", "activation"),
    "SimpleRNN": ("", "activation"),
    "LSTM": ("", "activation", "recurrent_activation"),
    "GRU": ("", "activation", "recurrent_activation"),
    "EarlyStopping": ("monitor",),
    "ModelCheckpoint": ("", "monitor"),
    "ReduceLROnPlateau": ("monitor",),
}
_LOOKED_UP: Final = frozenset({"get", "deserialize"})  # tf.keras.optimizers.get("adam")
_NAMES: Final = (
    "Adadelta", "Adafactor", "Adagrad", "Adam", "Adamax", "AdamW", "Ftrl", "Lamb", "Lion", "LossScaleOptimizer", "Muon",
    "Nadam", "RMSprop", "SGD",
)  # fmt: skip
_OPTIMIZERS: Final = {name.lower(): name for name in _NAMES}
_SHORT: Final = {
    "losses": {
        "mse": "mean_squared_error", "MSE": "mean_squared_error", "mae": "mean_absolute_error",
        "MAE": "mean_absolute_error",
        "mape": "mean_absolute_percentage_error", "MAPE": "mean_absolute_percentage_error",
        "msle": "mean_squared_logarithmic_error", "MSLE": "mean_squared_logarithmic_error", "kld": "kl_divergence",
        "KLD": "kl_divergence", "bce": "binary_crossentropy", "BCE": "binary_crossentropy",
        "cosine": "cosine_similarity", "huber_loss": "huber", "logcosh": "log_cosh",
    },
    "metrics": {"acc": "accuracy"},
}  # fmt: skip
_SHORT["metrics"].update(_SHORT["losses"])
_LOGGED: Final = frozenset({"loss", "lr", "learning_rate", "auto"})  # keys of logs that are no metrics


def role(call: str, argument: str) -> str:
    """Return the module that a string at an argument is looked up in; "monitor" for names in logs; "" for none."""
    root, rest = keras(call)
    if not root:
        return ""
    if argument == "monitor":
        return "monitor"
    module, _, last = rest.rpartition(".")
    if argument in {"optimizer", "loss", "metrics", "weighted_metrics"} and last != "compile":
        return ""
    if last in _LOOKED_UP and argument == "identifier":
        return module
    return next((module for pattern, module in _MODULES if pattern.fullmatch(argument)), "")


def at(call: str, position: int) -> str:
    """Return the name of a positional argument, where it may be a string that is looked up; else ""."""
    last = call.rpartition(".")[2]
    if last in _LOOKED_UP:
        return "identifier" if position == 0 else ""
    names = _POSITIONS.get(last, ())
    return names[position] if position < len(names) else ""


def meant(call: str, module: str, text: str) -> str:
    """Return the full name of what a string stands for; "" where it stands for none."""
    root, _ = keras(call)
    if not re.fullmatch(r"\w+", text):
        return ""
    if module == "monitor":
        text = text.removeprefix("val_")
        module = "metrics"
        if text in _LOGGED:
            return ""
    if module == "optimizers":
        return f"{root}.optimizers.{_OPTIMIZERS.get(text.lower(), text)}"
    return f"{root}.{module}.{_SHORT.get(module, {}).get(text, text)}"
