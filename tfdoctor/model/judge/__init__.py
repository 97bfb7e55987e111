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

    own = graph.verdicts(model, target, matrix)
    found = next((verdict for verdict in own if verdict.way == "saved_model.load"), None)
    if found is not None and target.tensorflow.major < 2:
        found = _functions(model, target, matrix)
    return (*keras.verdicts(model, target, matrix, found), *own)


def _functions(model: SavedModel, target: Target, matrix: Matrix) -> Verdict:
    """The verdict on the graph where Keras loads it: TensorFlow 1 has the later loader, under another name."""
    from tfdoctor.model.judge.graph import imports, restore
    from tfdoctor.model.judge.keras.failure import Failure

    release = matrix.ops.release(target.minor)
    try:
        if release is not None and model.meta_graphs:
            imports.functions(model.meta_graphs[0], release, matrix)
            restore.objects(model, target)
    except Failure as failure:
        reason = Reason(failure.finding, failure.error, failure.message, failure.evidence)
        return Verdict("saved_model.load", "fails", reason)
    return Verdict("saved_model.load", "loads")
