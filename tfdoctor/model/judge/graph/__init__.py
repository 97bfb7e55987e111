"""The loaders of TensorFlow itself, followed from the facts of a file.

`problems` finds what a release does not know of a graph; `imports` follows the two importers, which meet these in
another order; `draws` finds what changes from call to call; `saved` follows tf.saved_model.load, TFSMLayer and
tf.compat.v1, `lite` the TFLite interpreter.
"""

from collections.abc import Callable
from typing import Final

from tfdoctor.facts.saved import Format, SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge.graph import draws, lite, restore, saved
from tfdoctor.model.judge.keras.failure import Below, Failure, Unsure
from tfdoctor.model.judge.target import Target
from tfdoctor.model.judge.verdict import Reason, Verdict, Way

_Loader = Callable[[SavedModel, Target, Matrix], str]
_SAVED: Final[dict[Way, _Loader]] = {
    "saved_model.load": saved.load,
    "TFSMLayer": saved.layer,
    "v1": saved.first_version,
}
_WAYS: Final[dict[Format, dict[Way, _Loader]]] = {
    "savedmodel": _SAVED,
    "hub-tf1": _SAVED,
    "graphdef": {"v1": saved.first_version},
    "metagraph": {"v1": saved.first_version},
    "tflite": {"tflite": lite.interpret},
}


def verdicts(model: SavedModel, target: Target, matrix: Matrix) -> tuple[Verdict, ...]:
    """Return the verdicts on the ways of TensorFlow itself that apply to the model's format and the target has."""
    ways = _WAYS.get(model.format, {})
    return tuple(
        _verdict(way, load, model, target, matrix)
        for way, load in ways.items()
        if way != "TFSMLayer" or saved.has_layer(target, matrix)
    )


def below(model: SavedModel, target: Target, matrix: Matrix) -> Below:
    """Return what the loaders of Keras meet when they hand a model on to TensorFlow."""
    if model.format == "checkpoint":
        return Below(variables=_refused(lambda: restore.objects(model, target, saved=False)))
    if model.format not in {"savedmodel", "hub-tf1"}:
        return Below()
    graph = _refused(lambda: saved.make(model, target, matrix))
    return Below(graph, _refused(lambda: saved.restored(model, target)))


def _refused(follow: Callable[[], object]) -> Failure | None:
    try:
        follow()
    except Failure as failure:
        return failure
    except Unsure:  # its own way of loading says so
        return None
    return None


def _verdict(way: Way, load: _Loader, model: SavedModel, target: Target, matrix: Matrix) -> Verdict:
    try:
        difference = load(model, target, matrix) or draws.difference(model)
    except Failure as failure:
        reason = Reason(failure.finding, failure.error, failure.message, failure.evidence)
        return Verdict(way, "fails", reason)
    except Unsure as unsure:
        reason = Reason(unsure.finding, message=unsure.reason)
        return Verdict(way, "undecided", reason, confidence="possible")
    return Verdict(way, "differs" if difference else "loads", None, difference, "likely")
