"""Attributes: of symbols, of objects, and of classes of the program with what they inherit."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tfdoctor.drift.code.classes import Construction, constructor, is_open, taken
from tfdoctor.drift.code.scopes import Binding, Place
from tfdoctor.drift.code.values import Bound, Class, Function, Instance, Module, Object, Symbol, Value, Values

_DEEPEST: Final = 12  # classes that derive from each other
_THROUGH: Final = frozenset({"Optional", "Union", "Annotated", "Final"})
_DOTTED: Final = re.compile(r"[A-Za-z_][\w.]*(?:\[.*\])?")


class Members:
    """The part of `Infer` that knows about attributes."""

    if TYPE_CHECKING:  # what the other parts of `Infer` bring

        def of(self, node: ast.expr, place: Place) -> Values:
            """Return what an expression may stand for."""

        def bound(self, binding: Binding) -> Values:
            """Return what a name gets."""

        def of_module(self, path: Path, name: str) -> Iterator[Value]:
            """Yield what a name of a module of the program may be."""

        def settled(self, value: Value) -> Value | None:
            """Return what a property of an object is; other values are what they are."""

    def member(self, value: Value, name: str) -> Iterator[Value]:
        """Yield what an attribute of a value may be."""
        found = self.settled(value)
        if isinstance(found, Symbol):
            if not found.name.endswith("flags.FLAGS"):  # those are the program's own
                yield Symbol(f"{found.name}.{name}", guards=found.guards)
        elif isinstance(found, Object):
            yield Symbol(f"{found.of}.{name}", found.of, found.of_keras, found.below)
        elif isinstance(found, Instance):
            yield from self.of_class(found.of, name, above=found.above)
        elif isinstance(found, Class):
            yield from self.of_class(found, name, itself=True)
        elif isinstance(found, Module):
            yield from self.of_module(found.path, name)

    def of_class(
        self, cls: Class, name: str, *, above: bool = False, itself: bool = False, depth: int = 0
    ) -> Iterator[Value]:
        """Yield what an attribute of an object of a class may be; `itself`: of the class; `above`: as bases see it."""
        bindings = cls.scope.bindings.get(name, ())
        if not above and (bindings or name in cls.attributes or name in cls.declared):
            for binding in bindings:
                for value in self.bound(binding):
                    yield from self._own(value, cls, itself=itself)
            for node, place in cls.attributes.get(name, ()):
                yield from self.of(node, place)
            for node, place in cls.declared.get(name, ()):
                yield from self.annotated(node, place)
            return
        for base in self.bases(cls):
            if isinstance(base, Symbol):
                yield Symbol(f"{base.name}.{name}", "" if itself else base.name)
            elif depth < _DEEPEST:
                yield from self.of_class(base, name, itself=itself, depth=depth + 1)

    def _own(self, value: Value, cls: Class, *, itself: bool) -> Iterator[Value]:
        """Yield what a value in the body of a class is as an attribute."""
        if not isinstance(value, Function) or value.owner is not cls or value.marked("staticmethod"):
            yield value
        elif value.marked("property"):
            for node, place in value.returns:
                yield from self.of(node, place)
        else:
            yield value if itself and not value.marked("classmethod") else Bound(value)

    def bases(self, cls: Class) -> Iterator[Symbol | Class]:
        """Yield the classes that a class derives from directly."""
        for node in cls.node.bases:
            nodes = [node]
            if isinstance(node, ast.Call):  # six.with_metaclass(Meta, Base)
                nodes = node.args[1:]
            for one in nodes:
                for value in self.of(one, cls.place):
                    if isinstance(value, (Symbol, Class)) and value is not cls:
                        yield value

    def origins(self, cls: Class, depth: int = 0) -> list[str]:
        """Return the classes of TensorFlow and Keras that a class derives from, through others of the program."""
        found: list[str] = []
        for base in self.bases(cls):
            if isinstance(base, Symbol):
                found.extend([base.name] if base.reported else [])
            elif depth < _DEEPEST:
                found.extend(self.origins(base, depth + 1))
        return list(dict.fromkeys(found))

    def constructions(self, cls: Class, depth: int = 0) -> Iterator[Construction]:
        """Yield the classes of TensorFlow and Keras that get what the constructors of the program pass on."""
        own = constructor(cls.node)
        inits = [own] if own else []  # those that come before a base
        for base in self.bases(cls):
            if not all(map(is_open, inits)):
                return
            if isinstance(base, Symbol):
                found = [Construction(base.name)] if base.reported else []
            else:
                found = list(self.constructions(base, depth + 1)) if depth < _DEEPEST else []
            for one in found:
                yield Construction(one.of, one.taken.union(*map(taken, inits)), one.own or bool(inits))
            if isinstance(base, Class):
                inits.extend(self._inits(base))

    def _inits(self, cls: Class, depth: int = 0) -> Iterator[ast.FunctionDef]:
        """Yield the constructors of a class, and of those of the program that it derives from."""
        own = constructor(cls.node)
        if own is not None:
            yield own
        for base in self.bases(cls) if depth < _DEEPEST else ():
            if isinstance(base, Class):
                yield from self._inits(base, depth + 1)

    def annotated(self, node: ast.expr, place: Place) -> Iterator[Value]:
        """Yield an object of the class that an annotation names."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
            parsed = _parsed(node)
            if parsed is not None:
                yield from self.annotated(parsed, place)
        elif isinstance(node, ast.BinOp):
            yield from self.annotated(node.left, place)
            yield from self.annotated(node.right, place)
        elif isinstance(node, ast.Subscript):
            if getattr(node.value, "id", getattr(node.value, "attr", "")) in _THROUGH:
                for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
                    yield from self.annotated(part, place)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            yield from (one for value in self.of(node, place) for one in _objects(value))


def _objects(value: Value) -> Iterator[Value]:
    """Yield an object of a class."""
    if isinstance(value, Symbol) and not value.of and value.reported:
        yield Object(value.name, below=True)
    elif isinstance(value, Class):
        yield Instance(value)


def _parsed(node: ast.Constant) -> ast.expr | None:
    """Return the expression in a string; it is kept with the string, so that its identity lasts."""
    kept = getattr(node, "parsed", None)
    if kept is None:
        try:
            kept = ast.parse(str(node.value), mode="eval").body
        except (SyntaxError, ValueError):
            return None
        node.parsed = kept  # type: ignore[attr-defined]  # a node takes any attribute
    return kept
