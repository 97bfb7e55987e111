"""The loaders of Keras, followed step by step from the facts of a file: which one reads it, and what it refuses first.

`gate` finds the loader by name and content; `hdf5`, `archive` and `revived` (SavedModels) follow load_model, `stored`
load_weights; `builder` makes layers from a configuration, with `lookup`, `arguments`, `nested` and `lambdas`;
`compiled` makes optimizers, losses and metrics. `eras` says what the loaders of each Keras can do, `reasons` which rule
explains a refusal.
"""

from tfdoctor.facts.saved import SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge.keras import gate
from tfdoctor.model.judge.keras.failure import Below, Failure, Unsure
from tfdoctor.model.judge.target import Target
from tfdoctor.model.judge.verdict import Reason, Verdict, Way

WAYS: tuple[Way, ...] = ("load_model", "load_model-nocompile", "load_weights")


def verdicts(model: SavedModel, target: Target, matrix: Matrix, below: Below) -> tuple[Verdict, ...]:
    """Return the verdicts on the ways of Keras that apply to the model's format.

    `below` is what TensorFlow refuses of the model when Keras hands it on.
    """
    return tuple(_verdict(way, model, target, matrix, below) for way in gate.ways(model))


def _verdict(way: Way, model: SavedModel, target: Target, matrix: Matrix, below: Below) -> Verdict:
    try:
        difference = gate.load(way, model, target, matrix, below)
    except Failure as failure:
        reason = Reason(failure.finding, failure.error, failure.message, failure.evidence)
        return Verdict(way, "fails", reason)
    except Unsure as unsure:
        return Verdict(way, "undecided", Reason(unsure.finding, message=unsure.reason), confidence="possible")
    return Verdict(way, "differs" if difference else "loads", None, difference)
