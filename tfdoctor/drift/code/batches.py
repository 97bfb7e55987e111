"""Finds data whose batches are lists: generators and Sequences of the program that a model is trained with."""

import ast
from collections.abc import Iterator
from itertools import chain
from typing import Final

from tfdoctor.drift.code.infer import Infer
from tfdoctor.drift.code.scopes import Place
from tfdoctor.drift.code.values import Bound, Function, Instance, Symbol

_METHODS: Final = ("fit", "evaluate", "predict")
_DATA: Final = frozenset({"x", "validation_data"})
_INNER: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def of_lists(infer: Infer) -> Iterator[tuple[ast.Call, Place]]:
    """Yield the calls of models that are given such data."""
    for call, place in chain.from_iterable(infer.program.calls.get(name, ()) for name in _METHODS):
        given = [*call.args[:1], *(one.value for one in call.keywords if one.arg in _DATA)]
        if any(map(_is_list, chain.from_iterable(_batches(infer, one, place) for one in given))) and any(
            isinstance(value, Symbol) and value.reported for value in infer.of(call.func, place)
        ):
            yield call, place


def _batches(infer: Infer, node: ast.expr, place: Place) -> Iterator[ast.expr]:
    """Yield the expressions of what an iterator gives."""
    for value in infer.of(node, place):
        if isinstance(value, Instance):
            for method in infer.member(value, "__getitem__"):
                if isinstance(method, Bound):
                    yield from (returned for returned, _ in method.function.returns)
    source = _source(node, place)
    for value in infer.of(source.func, place) if isinstance(source, ast.Call) else ():
        function = value.function if isinstance(value, Bound) else value
        if isinstance(function, Function) and not isinstance(function.node, ast.Lambda):
            yield from _yielded(function.node.body)


def _source(node: ast.expr, place: Place) -> ast.AST | None:
    """Return what a name is bound to and nothing else; of other expressions themselves."""
    if not isinstance(node, ast.Name):
        return node
    bindings = place.reaching(node.id)
    return bindings[0].node if len(bindings) == 1 and bindings[0].how == "value" and not bindings[0].value else None


def _yielded(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """Yield what a generator yields, without what functions in it do."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield) and node.value is not None:
            yield node.value
        if not isinstance(node, _INNER):
            waiting.extend(ast.iter_child_nodes(node))


def _is_list(node: ast.expr) -> bool:
    """Whether a batch is a list, or a tuple with one."""
    return isinstance(node, ast.List) or (isinstance(node, ast.Tuple) and any(map(_is_list, node.elts)))
