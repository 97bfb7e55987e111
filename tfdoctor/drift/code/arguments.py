"""The arguments of calls, as they are reported."""

import ast
from collections.abc import Iterator
from typing import Any, Final

from tfdoctor.drift.code.endings import ending
from tfdoctor.drift.code.fractions import is_fraction
from tfdoctor.drift.code.infer import Infer
from tfdoctor.drift.code.scopes import Place
from tfdoctor.drift.code.source import Text
from tfdoctor.drift.code.use import TEXT, Given
from tfdoctor.drift.code.values import Bound, Const, Function, Instance, Items, Object, Partial, Symbol
from tfdoctor.facts import ABSENT

_LITERALS: Final = (ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp)
_HELD: Final = 20  # elements of a list whose classes are told
_LARGEST: Final = 200  # nodes of a literal that is read


class Arguments:
    """Reads the arguments of the calls of one program."""

    def __init__(self, infer: Infer) -> None:
        self._infer = infer

    def of(self, call: ast.Call, place: Place, *, without: int = 0) -> tuple[Given, ...]:
        """Return the arguments, but for some at the start."""
        return tuple(self._given(call, place, without))

    def assigned(self, node: ast.expr, place: Place) -> tuple[Given, ...]:
        """Return what an attribute is assigned, as the only argument."""
        value = self._infer.program.assigned.get(id(node))
        return () if value is None else (self._one(0, None, value, place),)

    def of_partial(self, partial: Partial, call: ast.Call, place: Place) -> tuple[Given, ...]:
        """Return the arguments of a call of what `functools.partial` gave: its own come first."""
        before = [*self._given(partial.call, partial.place, 1)]
        count = sum(one.name is None for one in before)
        own = [*self._given(call, place, -count)]
        named = {one.name for one in own}
        return (*(one for one in before if one.name is None or one.name not in named), *own)

    def _given(self, call: ast.Call, place: Place, without: int) -> Iterator[Given]:
        counted = True
        for index, node in enumerate(call.args):
            if isinstance(node, ast.Starred):
                counted = False
                yield Given(text=_text(node.value, place), starred=True)
            elif index >= without:
                position = index - without if counted else None
                yield self._one(position, None, node, place)
        for keyword in call.keywords:
            if keyword.arg is not None:
                yield self._one(None, keyword.arg, keyword.value, place)
            else:
                yield from self._spelled(keyword.value, place)

    def _one(self, position: int | None, name: str | None, node: ast.expr, place: Place) -> Given:
        literal = self.literal(node, place)
        ends = ending(node, place) if literal is ABSENT else ""
        items, plain = self._elements(node, place)
        symbolic = literal is ABSENT and self._infer.is_symbolic(node, place)
        of = tuple(dict.fromkeys(self._classes(node, place))) if literal is ABSENT else ()
        closes = literal is ABSENT and self._closes(node, place)
        fraction = is_fraction(node, place)
        return Given(position, name, _text(node, place), literal, ends, items, plain, fraction, symbolic, of, closes)

    def _closes(self, node: ast.expr, place: Place, depth: int = 1) -> bool:
        """Whether an argument is, or holds, a function that takes symbolic tensors of Keras from outside."""
        for value in self._infer.of(node, place):
            if isinstance(value, (Function, Bound)):
                if self._infer.closes(value.function if isinstance(value, Bound) else value):
                    return True
            elif isinstance(value, Items) and any(
                depth and self._closes(one, value.place, depth - 1) for one in value.nodes[:_HELD]
            ):
                return True
        return False

    def _classes(self, node: ast.expr, place: Place, depth: int = 1) -> Iterator[str]:
        """Yield the classes of TensorFlow and Keras that an argument is, or holds, an object of."""
        for value in map(self._infer.settled, self._infer.of(node, place)):
            if isinstance(value, Object):
                yield value.of
            elif isinstance(value, Symbol) and value.reported:
                yield value.name
            elif isinstance(value, Instance):
                yield from self._infer.origins(value.of)[:1]
            elif isinstance(value, Items) and depth:
                for one in value.nodes[:_HELD]:
                    yield from self._classes(one, value.place, depth - 1)

    def _elements(self, node: ast.expr, place: Place) -> tuple[int, bool]:
        """Return how many elements a list or tuple has, and whether they are numbers or lists of such."""
        values = self._infer.of(node, place)
        items = values[0] if len(values) == 1 and isinstance(values[0], Items) else None
        if items is None or items.keys is not None or not items.nodes:
            return 0, False
        return len(items.nodes), all(map(_is_number, items.nodes[:_LARGEST]))

    def _spelled(self, node: ast.expr, place: Place) -> Iterator[Given]:
        """Yield the arguments that a dictionary brings, and the dictionary itself where it may bring others."""
        values = self._infer.of(node, place)
        items = values[0] if len(values) == 1 and isinstance(values[0], Items) else None
        whole = isinstance(node, ast.Dict)
        for key, value in zip(items.keys or (), items.nodes, strict=False) if items else ():
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and items:
                literal = self.literal(value, items.place)
                yield Given(None, key.value, _text(value, items.place), literal, starred=True)
            else:
                whole = False
        if not whole:
            yield Given(text=_text(node, place), starred=True)

    def literal(self, node: ast.expr, place: Place) -> Any:  # noqa: ANN401  any literal, or Absent
        """Return the value of a literal, or of a name that is bound to one and to nothing else."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            bindings = place.reaching(node.id)
            values = self._infer.of(node, place)
            if len(bindings) == len(values) == 1 and isinstance(values[0], Const) and values[0].sure:
                return values[0].value
        elif isinstance(node, _LITERALS) and sum(1 for _ in ast.walk(node)) <= _LARGEST:
            try:
                return ast.literal_eval(node)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                return ABSENT
        return ABSENT


def _is_number(node: ast.expr) -> bool:
    """Whether an expression is a number, or a list of numbers."""
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    if isinstance(node, (ast.List, ast.Tuple)):
        return bool(node.elts) and all(map(_is_number, node.elts[:_LARGEST]))
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))


def _text(node: ast.expr, place: Place) -> str:
    """Return how an expression is written; it may lie in another module than the call."""
    text: Text = place.scope.module.text
    return text.of(node, TEXT)
