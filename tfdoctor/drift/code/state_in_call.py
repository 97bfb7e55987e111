"""Finds layers and weights that an object of the program first gets while it is called."""

import ast
from collections.abc import Iterator

from tfdoctor.drift.code import results
from tfdoctor.drift.code.infer import Infer
from tfdoctor.drift.code.scopes import Place, Scope
from tfdoctor.drift.code.values import Class, Function, Instance, Object, Value
from tfdoctor.drift.code.walk import of_self

_CALL = "call"
_BEFORE = frozenset({"__init__", "build"})


def state(infer: Infer, cls: Class) -> Iterator[tuple[ast.expr, Place]]:
    """Yield what `call`, or a method that it calls, sets as an attribute that is a layer or weight."""
    methods = _called(cls)
    for rows in cls.attributes.values():
        for node, place in rows:
            method = _method(place.scope, cls)
            late = method is not None and method.name in methods
            if late and any(_is_state(infer, value) for value in infer.of(node, place)):
                yield node, place


def _called(cls: Class) -> set[str]:
    """Return the methods of a class that run while it is called."""
    steps: dict[str, set[str]] = {}
    for rows in cls.scope.module.calls.values():
        for call, place in rows:
            if isinstance(call.func, ast.Attribute) and of_self(call.func, place.scope) is cls:
                method = _method(place.scope, cls)
                steps.setdefault(method.name if method else "", set()).add(call.func.attr)
    found, waiting = set(), [_CALL]
    while waiting:
        name = waiting.pop()
        if name not in found and name not in _BEFORE:
            found.add(name)
            waiting.extend(steps.get(name, ()))
    return found


def _method(scope: Scope | None, cls: Class) -> Function | None:
    """Return the method of a class that a scope lies in."""
    while scope is not None:
        function: Function | None = scope.function
        if function is not None and function.owner is cls:
            return function
        scope = scope.parent
    return None


def _is_state(infer: Infer, value: Value) -> bool:
    """Whether a value is a layer, or a variable that Keras made."""
    found = infer.settled(value)
    if isinstance(found, Instance):
        return any(results.applied(name) is not None for name in infer.origins(found.of))
    if not isinstance(found, Object):
        return False
    return results.applied(found.of) is not None or (found.of_keras and found.of.endswith(".Variable"))
