"""What trials mean: whether they agree with what was predicted, how answers compare, what may not be tried."""

from collections.abc import Sequence
from math import isfinite
from typing import Final, Protocol

from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.judge.verdict import Verdict, Way

EQUAL: Final = 1e-3  # largest difference of answers, relative to their size, that is rounding
_KERAS: Final = frozenset({"load_model", "load_model-nocompile", "load_weights"})
# Operations that run Python or touch files when the graph is run; saving and restoring are not among them.
_OUTSIDE: Final = frozenset({
    "PyFunc", "PyFuncStateless", "EagerPyFunc", "WriteFile", "ReadFile", "MatchingFiles", "WriteGraphSummary",
    "CreateSummaryFileWriter", "DebugIdentityV2", "DebugIdentityV3", "Rpc", "RpcCall", "PrintV2",
})  # fmt: skip


class Array(Protocol):
    """Numbers that a model answered."""

    @property
    def shape(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def values(self) -> tuple[float, ...]: ...  # noqa: D102


def danger(model: SavedModel, way: Way) -> str:
    """Return what of the model would run outside TensorFlow's kernels if it is loaded so; "" for nothing known."""
    keras = model.keras
    if way in _KERAS and keras is not None:
        code = [row.layer for row in keras.lambdas if row.kind == "bytecode"]
        return f"Python bytecode of the layer {code[0]!r}" if code else ""
    used = sorted({row.name for graph in model.meta_graphs for row in graph.ops} & _OUTSIDE)
    return f"the operation {used[0]}" if used else ""


def agrees(verdict: Verdict, *, ok: bool, error: str, message: str) -> bool | None:
    """Say whether a trial went as predicted: the outcome, and where it fails the error and the loader's words."""
    if verdict.outcome == "undecided":
        return None
    if ok or verdict.outcome != "fails":
        return ok == (verdict.outcome != "fails")
    reason = verdict.reason
    if reason is None:
        return True
    return (not reason.error or reason.error == error) and reason.message in message


def compared(ours: Sequence[Array], theirs: Sequence[Array]) -> str:
    """Return how two sets of answers to the same input compare, in words."""
    if len(ours) != len(theirs):
        return f"differ: {len(ours)} arrays and {len(theirs)}"
    shapes = [(one.shape, two.shape) for one, two in zip(ours, theirs, strict=True) if one.shape != two.shape]
    if shapes:
        return f"differ: the shape {shapes[0][0]} and {shapes[0][1]}"
    pairs = [pair for one, two in zip(ours, theirs, strict=True) for pair in zip(one.values, two.values, strict=False)]
    if any(not (isfinite(one) and isfinite(two)) and repr(one) != repr(two) for one, two in pairs):
        return "differ: where one has a number, the other has none"
    numbers = [pair for pair in pairs if isfinite(pair[0])]
    size = max((abs(number) for pair in numbers for number in pair), default=0.0)
    largest = max((abs(one - two) for one, two in numbers), default=0.0)
    part = largest / size if size else largest
    return f"equal (largest difference {part:.1e})" if part <= EQUAL else f"differ by {part:.1e} of their size"
