"""Says what an expression may stand for."""

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from tfdoctor.drift.code import guess, known, results, situations
from tfdoctor.drift.code.calls import Calls
from tfdoctor.drift.code.imports import Wanted
from tfdoctor.drift.code.members import Members
from tfdoctor.drift.code.modules import Modules
from tfdoctor.drift.code.scopes import Binding, Place
from tfdoctor.drift.code.values import (
    Const,
    Function,
    Items,
    Many,
    Module,
    Object,
    Symbol,
    Value,
    Values,
    told,
)
from tfdoctor.drift.code.walk import Walker

_BUILTIN: Final = frozenset(dir(builtins))
_MOST: Final = 8  # candidates
_DEEPEST: Final = 80  # expressions that an expression hangs on

_Node = TypeVar("_Node", bound=ast.AST)


class Infer(Members, Calls):
    """What expressions of one program may stand for; each is asked once.

    Args:
        program: what going through it gave.
        modules: those that it imports.
    """

    def __init__(self, program: Walker, modules: Modules) -> None:
        self.program = program
        self._modules = modules
        self._loaded: dict[Path, Walker | None] = {program.path: program}  # as long as nodes of them are known
        self._names: set[tuple[Path, str]] = set()  # that are being looked up in other modules
        self._known: dict[int, Values] = {}
        self._busy: set[int] = set()
        self._handlers: dict[type, Callable[[Any, Place], Iterator[Value]]] = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self.call,
            ast.Constant: self._constant,
            ast.Tuple: self._items,
            ast.List: self._items,
            ast.Set: self._items,
            ast.Dict: self._dict,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.IfExp: self._either,
            ast.BoolOp: self._or,
            ast.NamedExpr: self._inner,
            ast.Await: self._inner,
            ast.Starred: self._inner,
            ast.Subscript: self._subscript,
            ast.BinOp: self._arithmetic,
            ast.Lambda: self._lambda,
        }

    def of(self, node: ast.expr, place: Place) -> Values:
        """Return the candidates, in the order of the program; none where nothing is known."""
        found = self._known.get(id(node))
        if found is not None:
            return found
        handler = self._handlers.get(type(node))
        return () if handler is None else self._once(node, handler, place)

    def _once(self, node: _Node, ask: Callable[[_Node, Place], Iterable[Value]], place: Place) -> Values:
        key = id(node)
        found = self._known.get(key)
        if found is None:
            if key in self._busy or len(self._busy) > _DEEPEST:
                return ()
            self._busy.add(key)
            try:
                found = self._known[key] = merged(ask(node, place))
            finally:
                self._busy.discard(key)
        return found

    def bound(self, binding: Binding) -> Values:
        """Return what a name gets."""
        if binding.how == "is":
            return binding.value  # type: ignore[no-any-return]  # Values, by this way of binding
        if binding.how == "import":
            return tuple(self._wanted(binding.value, binding.place))
        if binding.how == "gone" or binding.place is None or not isinstance(binding.node, (ast.expr, ast.arg)):
            return ()
        if isinstance(binding.node, ast.arg):
            return self._once(binding.node, lambda node, _: self.parameter(binding.value, node), binding.place)
        if binding.how == "annotation":
            return tuple(self.annotated(binding.node, binding.place))
        values: Iterable[Value] = self.of(binding.node, binding.place)
        if binding.how == "element":
            values = self.elements(binding.node, binding.place, binding.value)
        else:
            for index in binding.value:
                values = [one for value in values for one in self.items(value, Const(index))]
        declared = self.annotated(binding.annotation, binding.place) if binding.annotation is not None else ()
        return (*values, *declared)

    def elements(self, node: ast.expr, place: Place, path: tuple[int, ...]) -> Iterator[Value]:
        """Yield what iterating over an expression gives, or the part of it at a path."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and path:
            if node.func.id == "enumerate" and node.args:
                if path[0] == 1:
                    yield from self.elements(node.args[0], place, path[1:])
                return
            if node.func.id == "zip" and path[0] < len(node.args):
                yield from self.elements(node.args[path[0]], place, path[1:])
                return
        values = [one for value in self.of(node, place) for one in self.items(value, None)]
        for index in path:
            values = [one for value in values for one in self.items(value, Const(index))]
        yield from values

    def items(self, value: Value, key: Const | None) -> Iterator[Value]:
        """Yield what an element of a value is: the one with a key, or any."""
        found = self.settled(value)
        if isinstance(found, Items):
            for node in _chosen(found, key):
                yield from self.of(node, found.place)
        elif isinstance(found, Many):
            yield found.element
        elif isinstance(found, Object):
            inner = results.item(found)
            if inner is not None:
                yield inner

    def settled(self, value: Value) -> Value | None:
        """Return what a property of an object is; other values are what they are."""
        return results.member(value) if isinstance(value, Symbol) and value.of else value

    def _name(self, node: ast.Name, place: Place) -> Iterator[Value]:
        bindings = place.reaching(node.id)
        if not bindings:
            yield from self._by_star(place.scope.module, node.id)
        for binding in bindings:
            yield from self.bound(binding)

    def of_module(self, path: Path, name: str) -> Iterator[Value]:
        """Yield what a name of a module of the program may be: what it binds, or a module that lies in it."""
        if (path, name) in self._names:
            return
        self._names.add((path, name))
        try:
            if path not in self._loaded:
                self._loaded[path] = self._modules.get(path)
            module = self._loaded[path]
            bindings = module.end.reaching(name) if module is not None else ()
            for binding in bindings:
                yield from self.bound(binding)
            if not bindings:
                inside = self._modules.inside(path, name)
                yield from [Module(inside)] if inside else self._by_star(module, name) if module else ()
        finally:
            self._names.discard((path, name))

    def _wanted(self, wanted: Wanted, place: Place | None) -> Iterator[Value]:
        """Yield what an import of a module of the program gives."""
        file = self._modules.find(place.scope.module.path, wanted) if place is not None else None
        if file is not None:
            yield from self.of_module(file, wanted.name) if wanted.name else [Module(file)]

    def _by_star(self, module: Walker, name: str) -> Iterator[Value]:
        """Yield what a name stands for in a module that only star imports can bring."""
        if name in _BUILTIN or name.startswith("_"):
            return
        stars = [one for one in module.wanted if one.name == "*"]
        files = [file for one in stars if (file := self._modules.find(module.path, one))]
        found = [value for file in files for value in self.of_module(file, name)]
        yield from found or module.stars.find(name)

    def _attribute(self, node: ast.Attribute, place: Place) -> Iterator[Value]:
        values = self.of(node.value, place)
        for value in values:
            yield from self.member(value, node.attr)
        if not told(values):
            owner = guess.owner(node)
            if owner:
                yield Symbol(f"{owner}.{node.attr}", owner)

    def _constant(self, node: ast.Constant, _place: Place) -> Iterator[Value]:
        if node.value is None or isinstance(node.value, (str, int, float, bool)):
            yield Const(node.value)

    def _items(self, node: Any, place: Place) -> Iterator[Value]:  # noqa: ANN401  ast.Tuple, ast.List or ast.Set
        yield Items(tuple(node.elts), place)

    def _dict(self, node: ast.Dict, place: Place) -> Iterator[Value]:
        yield Items(tuple(node.values), place, tuple(node.keys))

    def _comprehension(self, node: Any, place: Place) -> Iterator[Value]:  # noqa: ANN401  one of four kinds
        element = node.value if isinstance(node, ast.DictComp) else node.elt
        yield Items((element,), place.scope.module.places.get(id(node), place), (None,))

    def _either(self, node: ast.IfExp, place: Place) -> Iterator[Value]:
        yield from self.of(node.body, place)
        yield from self.of(node.orelse, place)

    def _or(self, node: ast.BoolOp, place: Place) -> Iterator[Value]:
        for one in node.values:
            yield from self.of(one, place)

    def _inner(self, node: Any, place: Place) -> Iterator[Value]:  # noqa: ANN401  what only passes a value on
        yield from self.of(node.value, place)

    def _subscript(self, node: ast.Subscript, place: Place) -> Iterator[Value]:
        if isinstance(node.slice, ast.Slice):
            yield from filter(None, map(self.settled, self.of(node.value, place)))
            return
        keys = self.of(node.slice, place)
        key = keys[0] if len(keys) == 1 and isinstance(keys[0], Const) else None
        for value in self.of(node.value, place):
            yield from self.items(value, key)

    def _arithmetic(self, node: ast.BinOp, place: Place) -> Iterator[Value]:
        sides = [self.settled(value) for one in (node.left, node.right) for value in self.of(one, place)]
        if any(isinstance(one, Object) and one.of == situations.STEP for one in sides):
            if not isinstance(node.op, ast.Div):  # which gives floats
                yield Object(situations.STEP)
            return
        tensors = [one for one in sides if isinstance(one, Object) and one.of.rpartition(".")[2] in known.TENSORS]
        if tensors:
            yield Object(
                tensors[0].of.replace(".Variable", ".Tensor"),
                any(one.of_keras for one in tensors if one.of.endswith(".Tensor")),
            )

    def _lambda(self, node: ast.Lambda, place: Place) -> Iterator[Value]:
        function: Function | None = place.scope.module.lambdas.get(id(node))
        if function is not None:
            yield function


def merged(values: Iterable[Value]) -> Values:
    """Return the first different candidates."""
    found: list[Value] = []
    for one in values:
        if one not in found:
            found.append(one)
            if len(found) == _MOST:
                break
    return tuple(found)


def _chosen(items: Items, key: Const | None) -> Iterable[ast.expr]:
    if key is None:
        return items.nodes[:_MOST]
    if items.keys is not None:
        same = [node for node, one in zip(items.nodes, items.keys, strict=True) if _is(one, key)]
        return same or [node for node, one in zip(items.nodes, items.keys, strict=True) if one is None]
    if isinstance(key.value, int) and -len(items.nodes) <= key.value < len(items.nodes):
        return items.nodes[key.value : key.value + 1] or items.nodes[key.value :]
    return items.nodes[:_MOST]


def _is(node: ast.expr | None, key: Const) -> bool:
    return isinstance(node, ast.Constant) and node.value == key.value
