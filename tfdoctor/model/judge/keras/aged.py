"""SavedModels of old releases that newer ones can't make objects of, and those that a release could not read itself.

Each row was seen by loading real models of each kind in each release.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import KerasObject, SavedModel
from tfdoctor.model.judge.keras import reasons
from tfdoctor.model.judge.keras.failure import Failure
from tfdoctor.versions import minor, release

Minor = tuple[int, int]
Objects = Sequence[KerasObject]


@dataclass(frozen=True)
class _Row:
    """What fails: releases that wrote and that read it ("from", "to before"), what it holds, and the error."""

    wrote: tuple[Minor, Minor]
    reads: tuple[Minor, Minor]
    holds: Callable[[Objects], str]
    error: str
    message: str


def _class(*names: str) -> Callable[[Objects], str]:
    def holds(objects: Objects) -> str:
        found = (each for each in objects if each.metadata and each.metadata.get("class_name") in names)
        return next((each.path for each in found), "")

    return holds


def _inner_model(objects: Objects) -> str:
    """The path of a functional model inside the model, of a class that has a configuration."""
    kinds = {"_tf_keras_model", "_tf_keras_network", "_tf_keras_sequential"}
    return next((each.path for each in objects if each.identifier in kinds and "." in each.path), "")


def _masked(objects: Objects) -> str:
    """The path of a Bidirectional behind an Embedding with a mask."""
    masks = any((each.metadata or {}).get("config", {}).get("mask_zero") for each in objects if each.metadata)
    return _class("Bidirectional")(objects) if masks else ""


_LOOKUPS: Final = _class("StringLookup", "IntegerLookup", "TextVectorization")
_RANDOM: Final = _class(
    "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomCrop", "RandomHeight", "RandomWidth",
    "RandomContrast",
)  # fmt: skip
_FIRST: Final = (1, 13)
_LAST: Final = (3, 0)
_UNBOUND: Final = "not bound to checkpointed values"
_NO_TENSOR: Final = "save_fn(checkpoint_key): expected argument #0(zero-based) to be a Tensor"
_ROWS: Final = (
    _Row(((2, 3), (2, 5)), ((2, 5), (2, 6)), _LOOKUPS, "ValueError", "You must set the layer's vocabulary before"),
    _Row(((2, 3), (2, 4)), ((2, 11), (2, 15)), _LOOKUPS, "TypeError", _NO_TENSOR),
    _Row(((2, 3), (2, 5)), ((2, 6), _LAST), _LOOKUPS, "AssertionError", _UNBOUND),
    _Row(((2, 4), (2, 5)), ((2, 10), _LAST), _RANDOM, "ValueError", "Cannot call custom layer "),
    # From 2.7 on their generator is no longer stored, which 2.5 and 2.6 wait for.
    _Row(((2, 7), _LAST), ((2, 5), (2, 7)), _RANDOM, "AssertionError", _UNBOUND),
    _Row(
        (_FIRST, (2, 1)), ((2, 4), _LAST), _inner_model, "ValueError", "Called Trackable._track_trackable() with name="
    ),
    _Row(((2, 1), (2, 2)), ((2, 1), (2, 2)), _inner_model, "NotImplementedError", "When subclassing the `Model` class"),
    _Row(((2, 1), (2, 2)), ((2, 1), (2, 2)), _masked, "ValueError", "Could not find matching function to call loaded"),
    _Row((_FIRST, (2, 2)), ((2, 4), _LAST), _class("Bidirectional"), "TypeError", "int() argument must be a string"),
    _Row(((2, 1), (2, 2)), ((2, 3), (2, 4)), _class("Bidirectional"), "TypeError", "int() argument must be a string"),
    _Row(((2, 1), (2, 2)), ((2, 2), _LAST), _class("PReLU"), "ValueError", "Attempt to convert a value (None)"),
)


def check(model: SavedModel, objects: Objects, own: Minor) -> None:
    """Make objects of an old release.

    Raises:
        Failure: they can't be made.
    """
    wrote = release(model.writer.tensorflow)
    if wrote is None:
        return
    since = minor(wrote)
    for row in _ROWS:
        place = (
            row.holds(objects) if row.wrote[0] <= since < row.wrote[1] and row.reads[0] <= own < row.reads[1] else ""
        )
        if place:
            evidence = Evidence(fact=place, value=f"as TensorFlow {wrote} wrote it")
            raise Failure(reasons.METADATA, row.error, row.message, evidence)
    if own == (2, 1) == since:
        _operations(objects)


def _operations(objects: Objects) -> None:
    """An operation of one tensor in a model of 2.1, which 2.1 itself can't call again."""
    root = next((each.metadata for each in objects if each.path == "root" and each.metadata), {})
    config = root.get("config") or {}
    for data in config.get("layers", ()) if isinstance(config, dict) else ():
        nodes = data.get("inbound_nodes") or [[]]
        if data.get("class_name") == "TensorFlowOpLayer" and len(nodes[0]) == 1:
            message = "Could not find matching function to call loaded from the SavedModel"
            raise Failure(reasons.METADATA, "ValueError", message, Evidence(fact=str(data.get("name")), value="2.1"))
