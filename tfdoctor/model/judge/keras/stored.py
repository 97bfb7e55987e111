"""load_weights into the same architecture, built by code in the target release with its own defaults.

The file does not describe the architecture: what is judged is whether the loader reads such a file, and what is known
of layers whose variables changed between releases.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import SavedModel, Variable, WeightGroup
from tfdoctor.model.judge.keras import hdf5, places, reasons
from tfdoctor.model.judge.keras.eras import Era
from tfdoctor.model.judge.keras.failure import Failure

_GRU: Final = 3  # gates: a GRU's arrays are three times as wide as its units
_FIRST_RESET: Final = (2, 0)  # the GRU of TensorFlow 1 has one bias
_INT64_COUNT: Final = (2, 3)
_SHAPES: Final = (2, 9)
_BY_CLASS: Final = (2, 15)  # keeps the layers of a class of the user's own as a list, not by their attributes


def load(model: SavedModel, own: Era, lost: Failure | None = None) -> str:
    """Follow load_weights; return how the model differs afterwards.

    `lost` is what TensorFlow says of files of a checkpoint that are not whole.

    Raises:
        Failure: the first thing that is refused.
    """
    name = PurePath(model.path).name
    if model.format == "checkpoint":
        return _checkpoint(model, own, lost)
    if own.keras3 and not name.endswith((".h5", ".hdf5")):
        raise Failure(reasons.KERAS2, "ValueError", "File format not supported: filepath=")
    hdf5.whole(model)
    if own.can("zip_weights") and name.endswith(".weights.h5"):
        _by_places(model, own)
    else:
        _by_order(model, own)
        return hdf5.unfinished(model, own)
    return ""


def _by_order(model: SavedModel, own: Era) -> None:
    """HDF5 by the order of layers with weights."""
    groups = model.groups or ()
    hdf5.tables(model, own)
    if model.format == "keras-weights":
        if any(group.variables for group in groups if not group.name.startswith(("metrics", "optimizer"))):
            raise _nothing(own)
        return
    for group in groups:
        for found in triples(group.variables):
            _gru(group, found, own)


def _nothing(own: Era) -> Failure:
    evidence = Evidence(fact="format", value="weights by the places of variables, as Keras writes since 2.12")
    message = "You are trying to load a weight file containing 0 layers into a model with"
    if own.can("counts"):
        message = "Layer count mismatch when loading weights from file. Model expected"
    return Failure(reasons.WEIGHT_KEYS, "ValueError", message, evidence)


def triples(variables: Sequence[Variable]) -> Iterator[tuple[Variable, Variable, Variable]]:
    """Return the kernels, recurrent kernels and biases that are a GRU's by their shapes."""
    for kernel, recurrent, bias in zip(variables, variables[1:], variables[2:], strict=False):
        if kernel.shape is None or recurrent.shape is None or bias.shape is None:
            continue
        if len(kernel.shape) != 2 or len(recurrent.shape) != 2 or not bias.shape:
            continue
        units = recurrent.shape[0]
        wide = _GRU * units
        if recurrent.shape[1] == wide and kernel.shape[1] == wide and bias.shape in {(wide,), (2, wide)}:
            yield kernel, recurrent, bias


def _gru(group: WeightGroup, found: tuple[Variable, Variable, Variable], own: Era) -> None:
    bias = found[2]
    after = bias.shape is not None and len(bias.shape) == 2
    wanted = own.minor >= _FIRST_RESET
    if after == wanted or bias.shape is None:
        return
    evidence = Evidence(fact=f"{group.name}: {bias.name}", value=f"shape {bias.shape}")
    if re.search(r"(^|[/_])rnn", bias.name) or re.search(r"(^|[/_])rnn", group.name):
        message = f"Shapes {_other(bias.shape)} and {bias.shape} are incompatible"
        if not wanted:
            message = "are incompatible"
        raise Failure(reasons.GRU, "ValueError", message, evidence)
    message = f"GRU(reset_after={after}) is not compatible with GRU(reset_after={wanted})"
    raise Failure(reasons.GRU, "ValueError", message, evidence)


def _other(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of the bias that the other GRU has."""
    return shape[1:] if len(shape) == 2 else (2, *shape)


def _by_places(model: SavedModel, own: Era) -> None:
    """HDF5 by the places of variables in the tree of objects."""
    if model.format == "h5-weights":
        evidence = Evidence(fact="format", value="weights by the names of layers, as Keras wrote until 2.11")
        if own.can("told_shapes") and not any(group.variables for group in model.groups or ()):
            return  # there is nothing to be found
        if own.keras3:
            message = "could not be loaded. Example error message for object <"
            raise Failure(reasons.WEIGHT_KEYS, "ValueError", message, evidence)
        raise Failure(reasons.WEIGHT_KEYS, "KeyError", "object 'vars' doesn't exist", evidence)
    groups = model.groups or ()
    if _BY_CLASS <= own.minor < (3, 0):
        inside = (places.OLD, places.NEW, "metrics", "optimizer")
        if any(group.name and group.variables and not group.name.startswith(inside) for group in groups):
            raise Failure(reasons.WEIGHT_KEYS, "ValueError", "but received 0 variables during loading")
    places.check(groups, own)


def _checkpoint(model: SavedModel, own: Era, lost: Failure | None) -> str:
    """A checkpoint of TensorFlow by its object graph."""
    if own.keras3:
        raise Failure(reasons.DIRECTORY, "ValueError", "File format not supported: filepath=")
    if lost is not None:
        raise lost
    variables = {each.name.removesuffix("/.ATTRIBUTES/VARIABLE_VALUE"): each for each in model.variables or ()}
    if own.minor < _FIRST_RESET:  # a graph is built, which takes any shape until it is called
        two = any(len(each.shape or ()) == 2 and name.endswith("/bias") for name, each in variables.items())
        return "a GRU with two biases is restored, and fails when it is called" if two else ""
    _counts(variables, own)
    _biases(variables, own)
    slots = any("/.OPTIMIZER_SLOT/" in name for name in variables)
    if slots and "optimizer/iter" in variables and own.can("new_optimizers"):
        message = "You are trying to restore a checkpoint from a legacy Keras optimizer into a v2.11+ Optimizer"
        raise Failure(reasons.OPTIMIZER, "ValueError", message, Evidence(fact="variables", value="optimizer/iter"))
    return ""


def _counts(variables: dict[str, Variable], own: Era) -> None:
    """The count of a Normalization layer was of another type before 2.3."""
    wanted = "int64" if own.minor >= _INT64_COUNT else "int32"
    for name, each in variables.items():
        if name.endswith("/count") and each.dtype in {"int32", "int64"} and each.dtype != wanted:
            message = f"expected dtype {wanted} does not equal original dtype {each.dtype}"
            raise Failure(reasons.VARIABLES, "InvalidArgumentError", message, Evidence(fact=name, value=each.dtype))


def _biases(variables: dict[str, Variable], own: Era) -> None:
    for name, bias in variables.items():
        place, _, last = name.rpartition("/")
        kernel, recurrent = variables.get(f"{place}/kernel"), variables.get(f"{place}/recurrent_kernel")
        if last != "bias" or kernel is None or recurrent is None or bias.shape is None:
            continue
        if not list(triples((kernel, recurrent, bias))) or len(bias.shape) == 2:
            continue
        message = f"Shapes {_other(bias.shape)} and {bias.shape} are incompatible"
        if own.minor >= _SHAPES:
            message = f"Received incompatible tensor with shape {bias.shape} when attempting to restore variable"
        raise Failure(reasons.GRU, "ValueError", message, Evidence(fact=name, value=f"shape {bias.shape}"))
