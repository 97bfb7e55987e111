"""What the two sides of a transfer let expect where no line of a log says more: a model that did not load."""

import re
from collections.abc import Callable
from typing import Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.rules.model._cause import KERAS2_FILE, VARIABLES, WEIGHT_KEYS, Cause
from tfdoctor.rules.model._sides import Sides

SAVEDMODEL_DIR: Final = "savedmodel-dir-in-keras3"
ZIP_IN_OLD: Final = "dot-keras-zip-in-old-tf"
PICKLE: Final = "pickle-of-keras-object"
LAMBDA: Final = "lambda-bytecode-python-mismatch"
METADATA: Final = "savedmodel-keras-metadata-change"
NEWER_GRAPH: Final = "op-not-registered-newer-producer"
LITE: Final = "tflite-runtime-older-than-converter"
GRAPH_API: Final = "tf1-graph-api-in-tf2"
HUB: Final = "tf1-hub-module-in-tf2"
OPTIMIZER: Final = "optimizer-state-legacy-vs-new"
GRU: Final = "gru-reset-after-default"


def _cause(name: str, what: str, confidence: Confidence = "likely") -> Cause:
    return Cause(name=name, events=(), what=what, confidence=confidence)


def _pickle(view: Sides) -> Cause | None:
    return _cause(PICKLE, "a pickle of Keras objects") if view.format == "pickle" else None


def _lambda(view: Sides) -> Cause | None:
    one, other = view.writer.python, view.reader.python
    stored = re.search(r"\bLambda\b", view.code) is not None or "lambda" in view.words
    if stored and one is not None and other is not None and one.differs(other):
        return _cause(LAMBDA, "the bytecode of a Lambda layer")
    return None


def _lite(view: Sides) -> Cause | None:
    older = view.format == "tflite" and view.newer
    return _cause(LITE, "a TensorFlow Lite model", "possible") if older else None


def _first_generation(view: Sides) -> Cause | None:
    """Graphs and modules of TensorFlow 1 under TensorFlow 2."""
    writer, reader = view.writer.tensorflow, view.reader.tensorflow
    if reader is None or not reader.since("2"):
        return None
    one = (writer is not None and writer.before("2")) or "tf1" in view.words
    if re.search(r"\bhub\.Module\(|import_meta_graph|tf\.(?:Session|import_graph_def)\b", view.code):
        return _cause(GRAPH_API, "code that loads a graph of TensorFlow 1")
    if not one:
        return None
    if view.format == "hub":
        return _cause(HUB, "a module of TensorFlow 1")
    return _cause(GRAPH_API, "a graph of TensorFlow 1", "possible") if view.format == "graph" else None


def _saved_model(view: Sides) -> Cause | None:
    if view.format not in {"savedmodel", "checkpoint"}:
        return None
    writer, reader = view.writer, view.reader
    if view.generation == 3 and writer.generation != 3:
        return _cause(SAVEDMODEL_DIR, "a SavedModel" if view.format == "savedmodel" else "a TensorFlow checkpoint")
    if writer.tensorflow is None or reader.tensorflow is None or not writer.tensorflow.differs(reader.tensorflow):
        return None
    crossing = writer.tensorflow.before("2.11") and reader.tensorflow.since("2.11")
    if view.format == "checkpoint":
        return _cause(OPTIMIZER, "the state of an optimizer", "possible") if crossing else None
    if writer.generation == 2 and view.generation == 2 and "keras" in f"{view.words} {view.log} {view.code}".lower():
        return _cause(METADATA, "the Keras part of a SavedModel", "possible")
    return _cause(NEWER_GRAPH, "a graph", "possible") if view.newer else None


def _graph(view: Sides) -> Cause | None:
    return _cause(NEWER_GRAPH, "a graph", "possible") if view.format == "graph" and view.newer else None


def _zip(view: Sides) -> Cause | None:
    """The .keras archive: known from 2.12 on, with other weight keys from 2.14 on."""
    writer, reader = view.writer.place, view.reader.place
    if view.format != "keras" or writer is None or reader is None:
        return None
    if writer.since("2.12") and reader.before("2.12"):
        return _cause(ZIP_IN_OLD, "a .keras archive")
    if writer.before("2.14") and reader.since("2.14") and reader.before("3") and view.generation == 2:
        return _cause(WEIGHT_KEYS, "the weights in a .keras archive")
    return None


def _generations(view: Sides) -> Cause | None:
    if view.writer.generation == 2 and view.generation == 3:
        return _cause(KERAS2_FILE, "the file")
    # Weights and files of before Keras 3 that do not say who wrote them
    old = view.writer.place is None and view.format == "h5" and bool(view.words)
    return _cause(KERAS2_FILE, "the file", "possible") if old and view.generation == 3 else None


def _names(view: Sides) -> Cause | None:
    """Weights by name: TensorFlow 2.4 gave them other names."""
    writer, reader = view.writer.tensorflow, view.reader.tensorflow
    if writer is None or reader is None or not (writer.before("2.4") and reader.since("2.4")):
        return None
    by_name = "by name" in view.words or "by_name=True" in view.code
    if by_name or (view.format == "h5" and view.generation == 2):
        return _cause(VARIABLES, "the names of the weights", "likely" if by_name else "possible")
    return None


def _gru(view: Sides) -> Cause | None:
    old = view.writer.place is not None and view.writer.place.before("2.0")
    new = view.reader.place is not None and view.reader.place.since("2.0")
    if old and new and (re.search(r"\bGRU\b", view.code) or "gru" in view.words):
        return _cause(GRU, "the GRU layers", "possible")
    return None


_LOOKS: Final[tuple[Callable[[Sides], Cause | None], ...]] = (
    _pickle, _lambda, _gru, _lite, _first_generation, _saved_model, _graph, _zip, _generations, _names,
)  # fmt: skip


def stated_cause(view: Sides) -> Cause | None:
    """Return what the stated sides let expect, or None; only a ticket that says who wrote the model has them."""
    if not view.stated or not view.one_failed:
        return None
    for look in _LOOKS:
        found = look(view)
        if found is not None:
            return found
    return None
