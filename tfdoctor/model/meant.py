"""Which way of loading a saved model is meant for."""

from collections.abc import Sequence
from typing import Final

from tfdoctor.facts.saved import Format, SavedModel
from tfdoctor.model.judge.verdict import Verdict, Way

_KERAS: Final[tuple[Way, ...]] = ("load_model", "load_weights", "tflite", "saved_model.load", "v1")
_WEIGHTS: Final[tuple[Way, ...]] = ("load_weights",)
_FORMATS: Final[frozenset[Format]] = frozenset({"h5-weights", "keras-weights", "checkpoint"})
_GRAPH: Final[tuple[Way, ...]] = ("saved_model.load", "v1", "load_model")


def natural(model: SavedModel, verdicts: Sequence[Verdict]) -> Verdict | None:
    """Return the verdict on the way that the model is meant for: Keras's where Keras wrote it, else the graph's."""
    graph = model.keras is None and model.format in {"savedmodel", "hub-tf1", "metagraph", "graphdef"}
    found = {verdict.way: verdict for verdict in reversed(verdicts)}
    ways = _GRAPH if graph else _WEIGHTS if model.format in _FORMATS else _KERAS
    return next((found[way] for way in ways if way in found), verdicts[0] if verdicts else None)
