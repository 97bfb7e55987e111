"""Where a program provides for a name not to be there: conditions on releases and on names of the library, `try`s."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from tfdoctor.drift.code import guess
from tfdoctor.drift.code.infer import Infer
from tfdoctor.drift.code.scopes import Guard, Place
from tfdoctor.drift.code.values import Bound, Function, Object, Symbol, Value

_MISSING: Final = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError", "KeyError"})
_BROAD: Final = frozenset({"", "Exception", "BaseException"})
_FEW: Final = 3  # statements that a handler of any error may be meant for
_EXITS: Final = frozenset({"exit", "_exit", "quit", "abort"})
_RELEASE: Final = re.compile(  # names that speak of a release: those of libraries, and flags such as IS_TF2
    r"(?:^|\.)__version__$|^version_info$|\.VERSION$"
    r"|(?:(?<![A-Za-z])(?i:tf|tensorflow|keras)|TF|TensorFlow|Keras)_?"
    r"(?i:v?(?:(?:eq|ge|gt|gte|le|lt|lte)_?)?[123](?![0-9])|ver(?:sion)?(?![a-z])|major|minor)"
    r"|(?i:legacy_?keras)"
)
_ENVIRONMENT: Final = frozenset({"environ", "getenv"})
_MEMBERS: Final = {"hasattr": 2, "getattr": 3, "dir": 1, "vars": 1}  # with so many arguments they ask what is there
_INSTALLED: Final = frozenset({"version", "get_distribution", "find_spec"})  # they are asked by the name in quotes
_SCOPES: Final = (ast.Lambda, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_DEEPEST: Final = 4  # names that stand for each other


class Guards:
    """Judges the conditions and `try`s of one program, each once."""

    def __init__(self, infer: Infer) -> None:
        self._infer = infer
        self._known: dict[ast.AST, bool] = {}
        self._kinds: dict[type, Callable[[Any, Place, int], bool]] = {
            ast.Name: self._name,
            ast.Attribute: self._name,
            ast.Call: self._call,
            ast.Compare: self._compare,
        }

    def provide(self, guards: Iterable[Guard]) -> bool:
        """Whether one of those around a place provides for names not to be there."""
        return any(
            self._asks(one.node, one.place, _DEEPEST) if isinstance(one.node, ast.expr) else self._catches(one.node)
            for one in guards
        )

    def _catches(self, node: Any) -> bool:  # noqa: ANN401  ast.TryStar is not there before 3.11
        return any(_stands_in(handler, few=len(node.body) <= _FEW) for handler in node.handlers)

    def _asks(self, test: ast.expr, place: Place, depth: int) -> bool:
        """Whether a condition asks for a release, or for a name of the library to be there."""
        if test not in self._known:
            self._known[test] = False  # as long as it is being asked
            parts = list(_parts(test))
            words = [one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            variables = words if any(_last(one) in _ENVIRONMENT for one in parts) else []
            self._known[test] = any(map(_RELEASE.search, variables)) or any(
                self._kinds[type(one)](one, place, depth) for one in parts if type(one) in self._kinds
            )
        return self._known[test]

    def _name(self, node: ast.Name | ast.Attribute, place: Place, depth: int) -> bool:
        """Whether a name speaks of a release, or what it stands for does."""
        values = self._infer.of(node, place)
        symbols = [one.name for one in values if isinstance(one, Symbol) and one.reported]
        names = [name[name.find(".") :] for name in symbols if "." in name] if symbols else [_last(node)]
        return any(map(_RELEASE.search, names)) or (
            depth > 0 and any(self._asks(one, where, depth - 1) for one, where in _origins(node, place, values))
        )

    def _call(self, node: ast.Call, place: Place, _depth: int) -> bool:
        """Whether a function asks for the version of what is installed, or for what the library has."""
        name, given = _last(node.func), node.args
        if name in _INSTALLED:
            return bool(given) and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str)
        needed = _MEMBERS.get(name) if isinstance(node.func, ast.Name) else None
        if needed is None or len(given) < needed:
            return False
        member = given[1].value if len(given) > 1 and isinstance(given[1], ast.Constant) else None
        return self._of_library(given[0], place, str(member or ""))

    def _compare(self, node: ast.Compare, place: Place, _depth: int) -> bool:
        """Whether a name in quotes is looked for in what the library has: `"acc" in history.history`."""
        word = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        looked = word and isinstance(node.ops[0], (ast.In, ast.NotIn))
        return looked and self._of_library(node.comparators[0], place)

    def _of_library(self, node: ast.expr, place: Place, member: str = "") -> bool:
        """Whether an expression, or a member of it that the program does not set, belongs to TensorFlow or Keras."""
        values: Iterable[Value] = self._infer.of(node, place)
        if member and not values:
            return bool(guess.owner(ast.Attribute(node, member)))
        if member:
            values = [found for value in values for found in self._infer.member(value, member)]
        return any(isinstance(one, Object) or (isinstance(one, Symbol) and one.reported) for one in values)


def _stands_in(handler: ast.ExceptHandler, *, few: bool) -> bool:
    """Whether the program goes on after a handler where a name is not there."""
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    caught = {_last(one) for one in types}
    last = handler.body[-1]
    if isinstance(last, ast.Raise) or _called(last) in _EXITS:
        return False
    return bool(caught & _MISSING) or (bool(caught & _BROAD) and few)


def _called(statement: ast.stmt) -> str:
    """Return what a statement calls and does no more than that; "" for none."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return _last(value.func) if isinstance(value, ast.Call) else ""


def _last(node: ast.AST | None) -> str:
    name = getattr(node, "id", getattr(node, "attr", ""))
    return name if isinstance(name, str) else ""


def _origins(node: ast.Name | ast.Attribute, place: Place, values: Iterable[Value]) -> Iterator[tuple[ast.expr, Place]]:
    """Yield what a name is bound to, and what the functions return that it stands for."""
    for binding in place.reaching(node.id) if isinstance(node, ast.Name) else ():
        if binding.how == "value" and isinstance(binding.node, ast.expr) and binding.place is not None:
            yield binding.node, binding.place
    for value in values:
        function = value.function if isinstance(value, Bound) else value
        if isinstance(function, Function):
            yield from function.returns


def _parts(root: ast.expr) -> Iterator[ast.AST]:
    """Yield the parts of an expression, but for what has names of its own."""
    waiting: list[ast.AST] = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting.extend(ast.iter_child_nodes(node))
