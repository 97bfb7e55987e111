"""Goes through expressions: those that may be uses are noted with their places, names that they bind are bound."""

import ast
from pathlib import Path
from typing import Any, Final, Literal

from tfdoctor.drift.code.imports import Wanted
from tfdoctor.drift.code.scopes import Binding, Block, Guard, Place, Scope
from tfdoctor.drift.code.source import Text
from tfdoctor.drift.code.stars import Stars
from tfdoctor.drift.code.values import Class, Function

_SCOPES: Final = (ast.Lambda, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


class Walker:
    """What going through a program gives.

    Args:
        path: its file.
        text: its source.

    Attributes:
        scope, block: its own names, and its statements.
        spots: calls, attributes, names, subscripts, and arithmetic in classes; those outside before those inside.
        calls: the calls by the last part of the name that is called.
        places: of what lies in comprehensions and lambdas, by the identity of their nodes.
        imports: the full name, the part of the statement, and the place.
        stars: what star imports of TensorFlow and Keras may bring.
        wanted: what is imported of other modules.
        decorators: the names of the functions that they decorate, by the identity of their nodes.
        bases: identities of the bases of classes.
        assigned: what attributes are assigned, by the identity of theirs.
    """

    def __init__(self, path: Path, text: Text) -> None:
        self.path = path
        self.text = text
        self.scope = Scope("module", module=self)
        self.block = Block()
        self.order = 0
        self.spots: list[tuple[ast.expr, Place]] = []
        self.calls: dict[str, list[tuple[ast.Call, Place]]] = {}
        self.places: dict[int, Place] = {}
        self.imports: list[tuple[str, ast.alias, Place]] = []
        self.stars = Stars()
        self.wanted: list[Wanted] = []
        self.decorators: dict[int, str] = {}
        self.bases: set[int] = set()
        self.assigned: dict[int, ast.expr] = {}
        self.classes: list[Class] = []
        self.lambdas: dict[int, Function] = {}

    @property
    def end(self) -> Place:
        """Where all its statements have run."""
        return Place(self.scope, self.order + 1, self.block)

    def expression(self, root: ast.expr, place: Place) -> None:
        """Go through an expression; any depth."""
        waiting: list[tuple[Any, Place]] = [(root, place)]
        spots = self.spots
        while waiting:
            node, place = waiting.pop()
            kind = type(node)
            if kind is ast.Constant:
                continue
            if kind is ast.Name:
                spots.append((node, place))
            elif kind is ast.Attribute:
                spots.append((node, place))
                waiting.append((node.value, place))
            elif kind is ast.Call:
                spots.append((node, place))
                func = node.func
                name = func.attr if type(func) is ast.Attribute else func.id if type(func) is ast.Name else ""
                self.calls.setdefault(name, []).append((node, place))
                waiting.extend([(keyword.value, place) for keyword in reversed(node.keywords)])
                waiting.extend([(one, place) for one in reversed(node.args)])
                waiting.append((func, place))
            elif kind in _SCOPES:
                self._inner(node, place)
            else:
                waiting.extend(self._parts(node, place))

    def _parts(self, node: Any, place: Place) -> list[tuple[Any, Place]]:  # noqa: ANN401  any other expression
        """Return the parts of an expression with their places, the last first."""
        if isinstance(node, ast.Subscript) or (isinstance(node, ast.BinOp) and place.scope.owner is not None):
            self.spots.append((node, place))
        elif isinstance(node, ast.NamedExpr):
            before = Place(place.scope, place.order - 1, place.block)
            self.target(node.target, node.value, before)
        elif isinstance(node, ast.IfExp):
            guards = (Guard(node.test, place),)
            guarded = Place(place.scope, place.order, place.block.inner(guards=guards))
            return [(node.orelse, guarded), (node.body, guarded), (node.test, place)]
        return [(one, place) for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)][::-1]

    def children(self, node: ast.AST, place: Place) -> None:
        """Go through the expressions of any other statement or part of one."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child, place)
            elif isinstance(child, (ast.pattern, ast.keyword)):
                self.children(child, place)

    def target(
        self,
        target: ast.expr,
        value: ast.expr | None,
        place: Place,
        *,
        how: Literal["value", "element"] = "value",
        path: tuple[int, ...] = (),
    ) -> None:
        """Bind what stands on the left to what the right stands for; `path`: the place in nested tuples."""
        if isinstance(target, ast.Name):
            binding = Binding(place.order, place.block, how if value else "gone", value, place, path)
            place.scope.bind(target.id, binding)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for index, part in enumerate(target.elts):
                if isinstance(part, ast.Starred):
                    self.target(part.value, None, place)
                    value = None  # what follows has no known place
                elif how == "value" and not path and isinstance(value, (ast.Tuple, ast.List)):
                    single = len(value.elts) == len(target.elts) and not isinstance(value.elts[index], ast.Starred)
                    self.target(part, value.elts[index] if single else None, place)
                else:
                    self.target(part, value, place, how=how, path=(*path, index))
        elif isinstance(target, ast.Attribute):
            self.expression(target, place)
            if value is not None and how == "value" and not path:
                self.assigned[id(target)] = value
            owner = of_self(target, place.scope)
            if owner is not None and value is not None and how == "value" and not path:
                owner.attributes.setdefault(target.attr, []).append((value, place))
            elif owner is not None:
                owner.attributes.setdefault(target.attr, [])
        else:
            self.expression(target, place)

    def function(self, node: "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda", place: Place) -> Function:
        """Return a function with its parameters bound, after going through their defaults and annotations."""
        scope = Scope("function", place.scope)
        owner = place.scope.owner if place.scope.kind == "class" else None
        function = Function(node, scope, place, owner)
        scope.function, scope.owner = function, owner
        start = Block()
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.expression(default, place)
        for parameter in (*function.parameters, *arguments.kwonlyargs):
            if parameter.annotation is not None:
                self.expression(parameter.annotation, place)
            scope.bind(parameter.arg, Binding(0, start, "parameter", parameter, place, function))
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                scope.bind(rest.arg, Binding(0, start, "gone"))
        return function

    def _inner(self, node: Any, place: Place) -> None:  # noqa: ANN401  one of _SCOPES
        if isinstance(node, ast.Lambda):
            function = self.function(node, place)
            inner = Place(function.scope, self.order, Block(guards=place.block.guards))
            function.returns.append((node.body, inner))
            self.lambdas[id(node)] = function
            self.expression(node.body, inner)
            return
        block = place.block.inner()
        block.ends = True  # its names are its own
        inner = Place(place.scope, place.order, block)
        self.places[id(node)] = inner
        for generator in node.generators:
            self.expression(generator.iter, inner)
            bound = Place(place.scope, place.order - 1, block)
            self.target(generator.target, generator.iter, bound, how="element")
            for condition in generator.ifs:
                self.expression(condition, inner)
        parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        for part in parts:
            self.expression(part, inner)


def of_self(target: ast.Attribute, scope: Scope) -> Class | None:
    """Return the class whose attribute is set, where the object is `self` of the method around."""
    if not isinstance(target.value, ast.Name):
        return None
    found: Scope | None = scope
    while found is not None:
        function = found.function
        if function is not None and function.owner is not None:
            first = function.parameters[0].arg if function.parameters else ""
            static = function.marked("staticmethod")
            return function.owner if target.value.id == first and not static else None
        found = found.parent
    return None
