"""Will a saved model load in a release of TensorFlow, by each way of loading: facts in, verdicts out.

`target` says where, `verdict` what is said; `keras` follows the loaders of Keras, `graph` those of TensorFlow itself.
"""

from tfdoctor.facts.saved import SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge.target import Target
from tfdoctor.model.judge.verdict import Outcome, Reason, Verdict, Way

__all__ = ["Outcome", "Reason", "Target", "Verdict", "Way", "judge"]


def judge(model: SavedModel, target: Target, matrix: Matrix) -> tuple[Verdict, ...]:
    """Return a verdict for each way of loading that applies to the model's format, Keras's ways first."""
    from tfdoctor.model.judge import graph, keras

    below = graph.below(model, target, matrix)
    return (*keras.verdicts(model, target, matrix, below), *graph.verdicts(model, target, matrix))
