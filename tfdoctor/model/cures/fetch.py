"""Models whose files are not whole: no release loads these, and what they lack is elsewhere."""

from typing import Final

from msgspec import structs

from tfdoctor.facts.saved import Lost, SavedModel
from tfdoctor.model.cures.cure import Cure
from tfdoctor.model.judge.graph.restore import lacks_variables
from tfdoctor.model.judge.verdict import Outcome, Way

_FEW: Final = 6


def fetched(model: SavedModel) -> SavedModel | None:
    """Return the model as it is with all its files; None where it has them."""
    if model.lost:
        return structs.replace(model, lost=())
    return structs.replace(model, variables=()) if lacks_variables(model) else None


def fetch(model: SavedModel, way: Way, outcome: Outcome | None) -> Cure:
    """Return what to do about files that are lost; `outcome` is what is said of a way of loading with them."""
    named = "; ".join(map(_said, model.lost[:_FEW])) or "its folder variables/ has no variables.index"
    pointer = any(row.pointer for row in model.lost)
    loads = outcome in {"loads", "differs"}
    return Cure(
        "fetch",
        f"Fetch the files themselves: {named}." if pointer else f"Copy or download it again: {named}.",
        way=way if loads else None,
        checked=outcome if loads else None,
        commands=("git lfs pull    # where it was cloned",) if pointer else (),
        notes=() if loads else ("That alone is not enough: what follows is said of the whole model.",),
    )


def _said(row: Lost) -> str:
    if row.pointer:
        return f"{row.name} is a pointer of Git LFS"
    if row.size is None:
        return f"{row.name} is not there"
    if not row.needed:
        return f"{row.name} is cut off or damaged, {row.size} bytes are there"
    return f"{row.name} is cut off, {row.size} of {row.needed} bytes are there"
