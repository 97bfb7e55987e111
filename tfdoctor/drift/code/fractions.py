"""Numbers that need not be whole, by how they are written."""

import ast
from typing import Final

from tfdoctor.drift.code.scopes import Place

_KEEPING: Final = (ast.Add, ast.Sub, ast.Mult)
_NUMPY: Final = frozenset({"np", "numpy"})
_FLOATS: Final = frozenset({"ceil", "floor"})  # of NumPy they give floats, of math whole numbers
_DEEPEST: Final = 8


def is_fraction(node: ast.expr, place: Place, depth: int = _DEEPEST) -> bool:
    """Whether it is a quotient (`n / 2`), 0.5, what `np.ceil` gives, or a name for such a one and nothing else."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if not depth:
        return False
    if isinstance(node, ast.BinOp):
        kept = isinstance(node.op, _KEEPING) and any(
            is_fraction(one, place, depth - 1) for one in (node.left, node.right)
        )
        return kept or isinstance(node.op, ast.Div)
    if isinstance(node, ast.Call):
        func = node.func
        return isinstance(func, ast.Attribute) and func.attr in _FLOATS and getattr(func.value, "id", "") in _NUMPY
    bindings = place.reaching(node.id) if isinstance(node, ast.Name) else []
    if len(bindings) != 1:
        return False
    (one,) = bindings
    if one.how != "value" or one.value or one.place is None or not isinstance(one.node, ast.expr):
        return False
    return is_fraction(one.node, one.place, depth - 1)
