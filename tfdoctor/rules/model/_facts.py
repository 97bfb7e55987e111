"""What the two sides of a transfer let expect where no line of a log says more: a model that did not load."""

import re
from collections.abc import Callable
from typing import Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.rules.model._cause import (
    CONFIG_ARG,
    CUSTOM_KEY,
    KERAS2_FILE,
    OLD_LIST,
    UNKNOWN_CLASS,
    VARIABLES,
    WEIGHT_KEYS,
    Cause,
)
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
MAC: Final = "mac-legacy-optimizer-fallback"


def _cause(name: str, what: str, confidence: Confidence = "likely") -> Cause:
    return Cause(name=name, events=(), what=what, confidence=confidence)


def _pickle(view: Sides) -> Cause | None:
    return _cause(PICKLE, "a pickle of Keras objects") if view.format == "pickle" else None


def _lambda(view: Sides) -> Cause | None:
    one, other = view.writer.python, view.reader.python
    stored = re.search(r"\bLambda\b", view.code) is not None or "lambda" in view.words
    if one is None or other is None or not one.differs(other):
        return None
    if stored:
        return _cause(LAMBDA, "the bytecode of a Lambda layer")
    # Who names both Pythons and no other difference has seen that it depends on them; bytecode alone does.
    releases = view.writer.tensorflow is not None or view.writer.keras is not None
    return None if releases else _cause(LAMBDA, "the bytecode of a Lambda layer", "possible")


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


def _older_reader(view: Sides) -> Cause | None:
    """A Keras file that is newer than its reader, or two minors of Keras 3."""
    writer, reader = view.writer.place, view.reader.place
    if writer is None or reader is None or view.format not in {"h5", "json", "keras"}:
        return None
    if view.generation == 3 and view.writer.generation == 3:
        return _cause(CUSTOM_KEY, "an object", "possible") if writer.differs(reader) else None
    if view.writer.generation == 3:
        return _cause(CONFIG_ARG, "an argument of Keras 3", "possible")
    if reader.before("2.3") and writer.since("2.3"):
        return _cause(UNKNOWN_CLASS, "the class 'Functional'")
    if reader.since("2.1") and reader.before("2.2") and writer.before("1.12"):
        return _cause(OLD_LIST, "a configuration that is a list", "possible")
    return _cause(CONFIG_ARG, "an argument", "possible") if view.newer else None


def _mac(view: Sides) -> Cause | None:
    apple = view.case.os == "macos" and view.case.arch == "arm64"
    place = view.reader.tensorflow
    if apple and view.format == "keras" and place is not None and place.since("2.11") and place.before("2.14"):
        return _cause(MAC, "the optimizer", "possible")
    return None


def _gru(view: Sides) -> Cause | None:
    old = view.writer.place is not None and view.writer.place.before("2.0")
    new = view.reader.place is not None and view.reader.place.since("2.0")
    if old and new and (re.search(r"\bGRU\b", view.code) or "gru" in view.words):
        return _cause(GRU, "the GRU layers", "possible")
    return None


_LOOKS: Final[tuple[Callable[[Sides], Cause | None], ...]] = (
    _pickle, _lambda, _gru, _lite, _first_generation, _saved_model, _graph, _zip, _generations, _names, _mac,
    _older_reader,
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
