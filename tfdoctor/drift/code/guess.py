"""Guesses the class of an object by methods and arguments that only Keras has."""

import ast
from typing import Final

from tfdoctor.drift.code import situations

_ANY: Final = frozenset[str]()
_METHODS: Final = {  # the arguments of which one must be given by name
    "compile": frozenset({"optimizer", "metrics"}),
    "fit": frozenset({"epochs", "nb_epoch", "steps_per_epoch", "validation_data", "validation_split", "callbacks"}),
    "evaluate": frozenset({"verbose", "batch_size", "steps"}),
    "fit_generator": _ANY,
    "evaluate_generator": _ANY,
    "predict_generator": _ANY,
    "train_on_batch": _ANY,
    "test_on_batch": _ANY,
    "predict_on_batch": _ANY,
    "load_weights": _ANY,
    "save_weights": _ANY,
}
_SEQUENTIAL: Final = frozenset({"predict_classes"})  # methods that no other model had
_MEMBERS: Final = {
    "get_shape": "tf.Tensor", "as_list": "tf.TensorShape", "assert_has_rank": "tf.TensorShape",
    "is_fully_defined": "tf.TensorShape", "with_rank": "tf.TensorShape",
}  # fmt: skip
_LOGGED: Final = frozenset({"acc", "val_acc", "accuracy", "val_accuracy"})


def method(node: ast.Call, keras: str) -> str:
    """Return the method of a model that a call must be, of an object that is not known; "" for none."""
    if not isinstance(node.func, ast.Attribute) or not keras:
        return ""
    if node.func.attr in _SEQUENTIAL:
        return f"{keras}.Sequential.{node.func.attr}"
    needed = _METHODS.get(node.func.attr)
    if needed is None or (needed and not needed & {keyword.arg for keyword in node.keywords}):
        return ""
    return f"{keras}.Model.{node.func.attr}"


def owner(node: ast.Attribute) -> str:
    """Return the class of an object of which nothing else is known, where no other class has such a member."""
    if node.attr == "value" and isinstance(node.value, ast.Subscript):  # x.shape[1].value
        return f"tf.{situations.SIZE}" if _last(node.value.value).endswith("shape") else ""
    return _MEMBERS.get(node.attr, "")


def _last(node: ast.expr) -> str:
    """Return the last name of an expression: "get_shape" of x.get_shape()."""
    if isinstance(node, ast.Call):
        return _last(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def logged(node: ast.Subscript) -> bool:
    """Whether it must be what training has logged: history.history["acc"]."""
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    return isinstance(node.value, ast.Attribute) and node.value.attr == "history" and key in _LOGGED
