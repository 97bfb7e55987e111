"""What can be done about a model that does not load, in order of cost, each checked by the judge where it can be."""

from tfdoctor.facts.saved import SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.cures.cure import Cure, Judge
from tfdoctor.model.judge.target import Target
from tfdoctor.model.judge.verdict import Verdict


def cures(
    model: SavedModel, target: Target, verdicts: tuple[Verdict, ...], matrix: Matrix, judge: Judge
) -> tuple[Cure, ...]:
    """Return what can be done, the cheapest first; nothing where it loads as it is."""
    del model, target, verdicts, matrix, judge
    return ()
