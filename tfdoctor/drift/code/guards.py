"""Where a program provides for a name not to be there."""

import ast
import re
from typing import Any, Final

_MISSING: Final = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError", "KeyError"})
_BROAD: Final = frozenset({"", "Exception", "BaseException"})
_ASKS: Final = re.compile(r"version|hasattr|^(is_|has_|using_|use_)?tf_?v?[12]|^tf2|^v2$", re.IGNORECASE)


def asks(test: ast.expr) -> bool:
    """Whether a condition asks for the release, for a name to be there, or for a key."""
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.In, ast.NotIn)):
        return isinstance(test.left, ast.Constant) and isinstance(test.left.value, str)
    names = (getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(test))
    return any(_ASKS.search(name) for name in names if isinstance(name, str))


def provides(node: Any) -> bool:  # noqa: ANN401  ast.TryStar is not there before 3.11
    """Whether a `try` provides for names not to be there."""
    caught: set[str] = set()
    for handler in node.handlers:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        caught.update(getattr(one, "id", getattr(one, "attr", "")) for one in types)
    return bool(caught & _MISSING) or (bool(caught & _BROAD) and len(node.body) <= 3)
