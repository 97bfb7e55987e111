"""Calls: what they give, and what the parameters of functions are given."""

import ast
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from tfdoctor.drift.code import known, results, situations
from tfdoctor.drift.code.imports import known as watched
from tfdoctor.drift.code.scopes import Place, Scope
from tfdoctor.drift.code.values import (
    Bound,
    Class,
    Const,
    Function,
    Instance,
    Items,
    Many,
    Object,
    Partial,
    Symbol,
    Value,
    Values,
)
from tfdoctor.drift.code.walk import Walker

_ANYWHERE: Final = 400  # calls by any name
_CALLED: Final = "__call__"
_SITES: Final = 20  # calls of a function that are looked at
_PASSED_ON: Final = frozenset({"copy.copy", "copy.deepcopy"})
_WRAPPERS: Final = (".function", ".eager.defun", ".autograph.to_graph", ".register_keras_serializable")


class Calls:
    """The part of `Infer` that knows about calls."""

    program: Walker

    if TYPE_CHECKING:  # what the other parts of `Infer` bring

        def of(self, node: ast.expr, place: Place) -> Values:
            """Return what an expression may stand for."""

        def member(self, value: Value, name: str) -> Iterator[Value]:
            """Yield what an attribute of a value may be."""

        def origins(self, cls: Class, depth: int = 0) -> list[str]:
            """Return the classes of TensorFlow and Keras that a class derives from."""

        def annotated(self, node: ast.expr, place: Place) -> Iterator[Value]:
            """Yield an object of the class that an annotation names."""

        def settled(self, value: Value) -> Value | None:
            """Return what a property of an object is; other values are what they are."""

    def call(self, node: ast.Call, place: Place) -> Iterator[Value]:
        """Yield what a call may give."""
        func = node.func
        if isinstance(func, ast.Name) and func.id in {"super", "getattr", "dict"} and not place.reaching(func.id):
            yield from self._builtin(func.id, node, place)
            return
        for value in self.of(func, place):
            for found in self.result(value, node, place):
                if isinstance(found, Object) and found.of.endswith(".Tensor") and self.symbolic(node, place):
                    yield Object(found.of, of_keras=True)
                else:
                    yield found

    def symbolic(self, node: ast.Call, place: Place) -> bool:
        """Whether a call is given a symbolic tensor of Keras, alone or in a list."""
        given = (*node.args, *(keyword.value for keyword in node.keywords))
        return any(self.is_symbolic(one, place) for one in given)

    def is_symbolic(self, node: ast.expr, place: Place, depth: int = 2) -> bool:
        """Whether an expression may be a symbolic tensor of Keras, or hold one."""
        for value in self.of(node, place):
            found = self.settled(value)
            element = found.element if isinstance(found, Many) else found
            if isinstance(element, Object) and element.of_keras and element.of.endswith(".Tensor"):
                return True
            if (
                isinstance(found, Items)
                and depth
                and any(self.is_symbolic(one, found.place, depth - 1) for one in found.nodes[:_SITES])
            ):
                return True
        return False

    def _builtin(self, name: str, node: ast.Call, place: Place) -> Iterator[Value]:
        if name == "super":
            cls = _class_around(place.scope)
            if cls is not None:
                yield Instance(cls, above=True)
        elif name == "dict":
            if not node.args and all(keyword.arg for keyword in node.keywords):
                keys = tuple(ast.Constant(keyword.arg) for keyword in node.keywords)
                yield Items(tuple(keyword.value for keyword in node.keywords), place, keys)
        elif len(node.args) >= 2 and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str):
            for value in self.of(node.args[0], place):
                yield from self.member(value, node.args[1].value)

    def result(self, value: Value, node: ast.Call, place: Place) -> Iterator[Value]:
        """Yield what calling a value gives."""
        if isinstance(value, Symbol):
            yield from self._of_symbol(value, node, place)
        elif isinstance(value, Class):
            yield Instance(value)
        elif isinstance(value, (Function, Bound)):
            yield from self._returned(value.function if isinstance(value, Bound) else value)
        elif isinstance(value, Instance):
            yield from self._of_instance(value, node, place)
        elif isinstance(value, Object):
            yield from _given(results.applied(value.of))
        elif isinstance(value, Partial):
            yield from self.result(value.symbol, value.call, value.place)

    def _returned(self, function: Function) -> Iterator[Value]:
        for expression, where in function.returns:
            yield from self.of(expression, where)
        returns = None if isinstance(function.node, ast.Lambda) else function.node.returns
        if returns is not None:
            yield from self.annotated(returns, function.place)

    def _of_instance(self, value: Instance, node: ast.Call, place: Place) -> Iterator[Value]:
        methods = [one for name in ("call", "__call__") for one in self.member(value, name)]
        own = [one for one in methods if isinstance(one, Bound)]
        for one in own:
            yield from self.result(one, node, place)
        for name in () if own else self.origins(value.of):
            yield from _given(results.applied(name))

    def _of_symbol(self, symbol: Symbol, node: ast.Call, place: Place) -> Iterator[Value]:
        first = self.of(node.args[0], place) if node.args else ()
        if symbol.name == "functools.partial":
            yield from (Partial(one, node, place) for one in first if isinstance(one, Symbol))
        elif symbol.name in _PASSED_ON:
            yield from first
        elif symbol.name == "importlib.import_module":
            for one in first:
                name = watched(one.value) if isinstance(one, Const) and isinstance(one.value, str) else ""
                yield from [Symbol(name)] if name else []
        elif not symbol.reported:
            return
        elif symbol.name.endswith(_WRAPPERS):
            yield from (one for one in first if isinstance(one, (Function, Bound)))
        elif symbol.of:
            found = results.member(symbol)
            yield from [found] if found is not None else []
        elif symbol.name.rpartition(".")[2] in known.SHAPED and any(map(_is_labels, first)):
            yield Object(situations.LABELS)
        else:
            yield from _given(results.called(symbol.name))

    def parameter(self, function: Function, node: ast.arg) -> Values:
        """Return what a parameter may be: by its annotation, its default, and the calls of the function."""
        found: list[Value] = []
        first = function.parameters[0] if function.parameters else None
        if node is first and function.owner is not None and not function.marked("staticmethod"):
            return (function.owner if function.marked("classmethod") else Instance(function.owner),)
        called = self._by_keras(function, node)
        if called is not None:
            return (called,)
        if node.annotation is not None:
            found.extend(self.annotated(node.annotation, function.place))
        elif node.arg == "logs" and function.owner is not None:
            found.extend(
                Symbol(f"{name}.logs", name) for name in self.origins(function.owner) if name.endswith("Callback")
            )
        default = default_of(function, node)
        if default is not None:
            found.extend(
                Const(one.value, sure=False) if isinstance(one, Const) else one
                for one in self.of(default, function.place)
            )
        constructor = function.owner is not None and function.name == "__init__"
        name = function.owner.node.name if constructor and function.owner is not None else function.name
        for call, place in self._sites(function, name, *(["__init__"] if constructor else [])):
            if self._calls(call, place, function):
                given = _argument(call, function, node)
                if given is not None:
                    found.extend(self.of(given, place))
        return tuple(Const(one.value, sure=False) if isinstance(one, Const) else one for one in found)

    def _sites(self, function: Function, *names: str) -> Iterator[tuple[ast.Call, Place]]:
        """Yield the calls by some names in the module of a function, and in the one that is read.

        Objects are called by any name: for what makes them callable the first of all calls are looked at.
        """
        for module in dict.fromkeys((self.program, function.scope.module)):
            if function.name == _CALLED and function.owner is not None:
                yield from islice(chain.from_iterable(module.calls.values()), _ANYWHERE)
            else:
                yield from chain.from_iterable(module.calls.get(name, ())[:_SITES] for name in names)

    def _by_keras(self, function: Function, node: ast.arg) -> Object | None:
        """Return what Keras calls a method of a layer with, while a model is built; None for other parameters."""
        if function.owner is None or len(function.parameters) < 2 or node is not function.parameters[1]:
            return None
        for owner, method, of in known.CALLED_BY_KERAS:
            if method == function.name and any(map(owner.search, self.origins(function.owner))):
                return Object(of.rstrip(known.MADE), of.endswith(known.MADE))
        return None

    def closes(self, function: Function) -> bool:
        """Whether a function takes symbolic tensors of Keras from outside of itself."""
        inside = function.scope
        return any(
            isinstance(node, (ast.Name, ast.Attribute))
            and _within(place.scope, inside)
            and self.is_symbolic(node, place, depth=0)
            for node, place in inside.module.spots
        )

    def _calls(self, call: ast.Call, place: Place, function: Function) -> bool:
        for value in self.of(call.func, place):
            reached = value.function if isinstance(value, Bound) else value
            if function.name == _CALLED and isinstance(reached, Instance) and reached.of is function.owner:
                return True
            if reached is function or (function.name == "__init__" and reached is function.owner):
                return True
        return False


def _given(value: Value | None) -> Iterator[Value]:
    if value is not None:
        yield value


def _is_labels(value: Value) -> bool:
    return isinstance(value, Object) and value.of == situations.LABELS


def _within(scope: Scope | None, other: Scope) -> bool:
    while scope is not None and scope is not other:
        scope = scope.parent
    return scope is not None


def _class_around(scope: Scope | None) -> Class | None:
    while scope is not None:
        if scope.function is not None and scope.function.owner is not None:
            owner: Class = scope.function.owner
            return owner
        scope = scope.parent
    return None


def default_of(function: Function, node: ast.arg) -> ast.expr | None:
    """Return the default of a parameter."""
    arguments = function.node.args
    if node in arguments.kwonlyargs:
        return arguments.kw_defaults[arguments.kwonlyargs.index(node)]
    parameters = function.parameters
    index = parameters.index(node) - len(parameters) + len(arguments.defaults)
    return arguments.defaults[index] if index >= 0 else None


def _argument(call: ast.Call, function: Function, node: ast.arg) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == node.arg:
            return keyword.value
    if node in function.node.args.kwonlyargs:
        return None
    index = function.parameters.index(node)
    if function.owner is not None and not function.marked("staticmethod"):
        index -= 1
    for place, given in enumerate(call.args):
        if isinstance(given, ast.Starred):
            return None
        if place == index:
            return given
    return None
