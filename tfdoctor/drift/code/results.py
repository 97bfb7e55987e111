"""What calls and properties of TensorFlow and Keras give, by the tables in `known`."""

import re
from dataclasses import replace
from typing import Final

from tfdoctor.drift.code import known, situations
from tfdoctor.drift.code.values import Many, Object, Symbol, Value

_KERAS: Final = re.compile(r"((?:tf\.(?:compat\.v[12]\.)?(?:python\.)?)?keras|tf_keras)\.(.*)")
_TENSORFLOW: Final = re.compile(r"(tf(?:\.compat\.v[12])?)\.(.*)")

_CLASS: Final = re.compile(r"[A-Z]\w*[a-z]\w*|[A-Z]{2,}\w*|[A-Z]")


def keras(name: str) -> tuple[str, str]:
    """Split "tf.keras.layers.Dense" into "tf.keras" and "layers.Dense"; ("", "") for what is not of Keras."""
    found = _KERAS.fullmatch(name)
    return (found[1], found[2]) if found else ("", "")


def tensorflow(name: str) -> str:
    """Return the TensorFlow that a name was reached through: "tf" or "tf.compat.v1"."""
    found = _TENSORFLOW.match(name)
    return found[1] if found else "tf"


def thing(name: str) -> str:
    """Return what all names of a thing of Keras have in common; a member of models is one, whatever their class."""
    root, rest = keras(f"{name}.")
    rest = rest.removesuffix(".") if root and not name.startswith(known.COPY) else name
    owner, _, last = rest.rpartition(".")
    return f"Model.{last}" if owner.rpartition(".")[2] in known.MODELS else rest


def called(name: str) -> Object | None:
    """Return the object that calling a function or class gives; None where it is not obvious."""
    root, rest = keras(name)
    table = known.OF_KERAS if root else known.OF_TENSORFLOW
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
    if name in known.SAME:
        return Object(owner)
    found = _member(owner, name)
    return replace(found, of_keras=True) if symbol.of_keras and isinstance(found, Object) else found


def _member(owner: str, name: str) -> Value | None:
    for kind in _kinds(owner):
        if kind == "Dataset" and known.DATASETS.fullmatch(name):
            return Object(f"{tensorflow(owner)}.data.Dataset")
        if (kind, name) in known.LISTS:
            element = _filled(known.LISTS[kind, name], owner)
            return Many(element) if element else None
        if (kind, name) in known.MEMBERS:
            return _filled(known.MEMBERS[kind, name], owner)
    return None


def heir(symbol: Symbol) -> str:
    """Return the name of a member as the class has it that derives from the known one; "" where that has it too."""
    owner, _, name = symbol.name.rpartition(".")
    found = _filled(known.HEIRS.get((owner.rpartition(".")[2], name), ""), owner) if symbol.below else None
    return f"{found.of}.{name}" if found is not None else ""


def applied(of: str) -> Object | None:
    """Return what calling an object gives: layers and models give tensors."""
    root, rest = keras(of)
    if root and (rest.rpartition(".")[2] in known.MODELS or rest.startswith("layers.")):
        return _filled("{t}.Tensor", of)
    return None


def item(found: Object) -> Object | None:
    """Return what an element or slice of an object is."""
    last = found.of.rpartition(".")[2]
    if last == "TensorShape":
        return replace(found, of=found.of.replace("TensorShape", situations.SIZE))
    return found if last in known.TENSORS else None


def _kinds(owner: str) -> tuple[str, ...]:
    """Return the names under which the members of a class are known."""
    last = owner.rpartition(".")[2]
    if last in known.MODELS:
        return ("Model", "Layer")
    if "layers." in owner:
        return ("Layer",)
    if "callbacks." in owner and last != "History":
        return ("Callback",)
    if "metrics." in owner:
        return ("Metric",)
    return ("Dataset",) if last.endswith("Dataset") else (last.removeprefix("Interactive").removeprefix("Monitored"),)


def _filled(template: str, name: str) -> Object | None:
    root = keras(name)[0] or "tf.keras"
    of = template.rstrip(known.MADE + known.BELOW).format(k=root, t=tensorflow(name))
    return Object(of, known.MADE in template, known.BELOW in template) if template else None
