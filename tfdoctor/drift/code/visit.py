"""Reports the uses of TensorFlow and Keras in one program."""

import ast
from collections.abc import Iterator
from typing import Any, Final, Literal

from tfdoctor.drift.code import guess, strings
from tfdoctor.drift.code.given import Arguments
from tfdoctor.drift.code.infer import Infer
from tfdoctor.drift.code.scopes import Place
from tfdoctor.drift.code.source import Text
from tfdoctor.drift.code.use import TEXT, Given, Use
from tfdoctor.drift.code.values import ROOTS, Class, Const, Items, Object, Partial, Symbol, Value

_INIT: Final = ".__init__"
_LOGS: Final = (".History.history", "Callback.logs")
_Kind = Literal["call", "reference", "import", "subclass", "string"]


class Visitor:
    """Reports what one program, or one cell of a notebook, uses.

    Args:
        path: as it is reported.
        text: the source that the positions are in.
        keras: the Keras that the program imports: "tf.keras" or "keras".
        cell: its number in a notebook.
        above: how many lines of the text are above it.
    """

    def __init__(  # noqa: PLR0913  what a report says of its place
        self, infer: Infer, path: str, text: Text, keras: str, *, cell: int | None = None, above: int = 0
    ) -> None:
        self._infer = infer
        self._program = infer.program
        self._path = path
        self._text = text
        self._cell = cell
        self._above = above
        self._keras = keras
        self._arguments = Arguments(infer, text)
        self._done: set[int] = set()  # parts of names that are reported as a whole

    def spot(self, node: ast.expr, place: Place) -> Iterator[Use]:
        """Yield the uses at one expression, without those inside it."""
        if id(node) in self._done:
            return
        if isinstance(node, ast.Call):
            yield from self._call(node, place)
        elif isinstance(node, ast.Subscript):
            yield from self._logged(node, place)
        elif isinstance(node, (ast.Attribute, ast.Name)):
            if isinstance(node.ctx, ast.Store) and not self._foreign(node, place):
                return
            kind: _Kind = "subclass" if id(node) in self._program.bases else "reference"
            given: tuple[Given, ...] = ()
            if id(node) in self._program.decorators:
                kind, given = "call", (Given(0, None, self._program.decorators[id(node)]),)
            for name in self._names(node, place):
                yield self._use(node, place, name, kind, given, at=node.end_lineno)
            self._skip_prefix(node, place)

    def imported(self, name: str, alias: ast.alias, place: Place) -> Iterator[Use]:
        """Yield the use that an import is."""
        if name.partition(".")[0] in ROOTS:
            yield self._use(alias, place, name, "import")

    def methods(self, cls: Class) -> Iterator[Use]:
        """Yield the methods by which a class may replace those that it inherits."""
        for base in self._infer.origins(cls):
            for node in cls.node.body:
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("__"):
                    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)][1:]
                    given = tuple(Given(index, name, name) for index, name in enumerate(names))
                    start = node.col_offset + len("async def " if isinstance(node, ast.AsyncFunctionDef) else "def ")
                    spot = ast.Name(node.name, lineno=node.lineno, col_offset=start, end_lineno=node.lineno)
                    spot.end_col_offset = start + len(node.name.encode())
                    yield self._use(spot, cls.place, f"{base}.{node.name}", "subclass", given)

    def _names(self, node: ast.expr, place: Place) -> list[str]:
        values = self._infer.of(node, place)
        return [value.name for value in values if isinstance(value, Symbol) and value.reported and "." in value.name]

    def _foreign(self, node: ast.expr, place: Place) -> bool:
        """Whether what is assigned to belongs to TensorFlow: `model.optimizer.lr = 0.1`."""
        values = self._infer.of(node.value, place) if isinstance(node, ast.Attribute) else ()
        return any(isinstance(value, (Symbol, Object)) for value in values)

    def _skip_prefix(self, node: ast.expr, place: Place) -> None:
        """Note that `tf.keras` in `tf.keras.layers` is no use of its own; `model.optimizer` in `….lr` is one."""
        while isinstance(node, ast.Attribute):
            node = node.value
            if not any(isinstance(value, Symbol) and not value.of for value in self._infer.of(node, place)):
                return
            self._done.add(id(node))

    def _call(self, node: ast.Call, place: Place) -> Iterator[Use]:
        self._done.add(id(node.func))
        self._skip_prefix(node.func, place)
        values = self._infer.of(node.func, place)
        found: list[tuple[str, tuple[Given, ...]]] = []
        for value in values:
            for name, given in self._called(value, node, place):
                if name not in (one for one, _ in found):
                    found.append((name, given))
        certain = True
        if not values:
            name = guess.method(node, self._keras) if not self._known_owner(node, place) else ""
            if name:
                certain = False
                found.append((name, self._arguments.of(node, place)))
        elif not found:
            self._done.discard(id(node.func))
        for name, given in found:
            yield self._use(node, place, name, "call", given, at=node.func.end_lineno, certain=certain)
            yield from self._strings(node, place, name, certain=certain)

    def _known_owner(self, node: ast.Call, place: Place) -> bool:
        return not isinstance(node.func, ast.Attribute) or bool(self._infer.of(node.func.value, place))

    def _called(self, value: Value, node: ast.Call, place: Place) -> Iterator[tuple[str, tuple[Given, ...]]]:
        if isinstance(value, Symbol) and value.reported and "." in value.name:
            if value.name.endswith(_INIT):  # super().__init__(...) and Base.__init__(self, ...)
                without = 0 if value.of else 1
                yield value.name.removesuffix(_INIT), self._arguments.of(node, place, without=without)
            else:
                yield value.name, self._arguments.of(node, place)
        elif isinstance(value, Partial) and value.symbol.reported:
            yield value.symbol.name, self._arguments.of_partial(value, node, place)
        elif isinstance(value, Class):
            own = list(self._infer.of_class(value, "__init__"))
            for one in own:
                if isinstance(one, Symbol) and one.reported:
                    yield one.name.removesuffix(_INIT), self._arguments.of(node, place)

    def _strings(self, node: ast.Call, place: Place, name: str, *, certain: bool) -> Iterator[Use]:
        arguments = [(strings.at(name, index), one) for index, one in enumerate(node.args)]
        arguments += [(one.arg, one.value) for one in node.keywords if one.arg]
        for argument, value in arguments:
            module = strings.role(name, argument) if argument else ""
            for text, spot in self._texts(value, place) if module else ():
                meant = strings.meant(name, module, text)
                if meant:
                    given = (Given(0, None, self._text.of(spot, TEXT), text),)
                    yield self._use(spot, place, meant, "string", given, owner=f"{name}({argument})", certain=certain)

    def _texts(self, node: ast.expr, place: Place, depth: int = 3) -> Iterator[tuple[str, ast.expr]]:
        """Yield the strings that an argument is or holds, with the place in the argument."""
        for value in self._infer.of(node, place):
            if isinstance(value, Const) and isinstance(value.value, str):
                yield value.value, node
            elif isinstance(value, Items) and depth:
                own = isinstance(node, (ast.List, ast.Tuple, ast.Dict, ast.Set))
                for one in _named(value):
                    for text, spot in self._texts(one, value.place, depth - 1):
                        yield text, spot if own else node

    def _logged(self, node: ast.Subscript, place: Place) -> Iterator[Use]:
        """Yield the names of metrics that are looked up in what training has logged."""
        if not isinstance(node.slice, ast.Constant) or not isinstance(node.slice.value, str):
            return
        owner = next((name for name in self._names(node.value, place) if name.endswith(_LOGS)), "")
        certain = bool(owner)
        if not owner and self._keras and guess.logged(node):
            owner = f"{self._keras}.callbacks.History.history"
        meant = strings.meant(owner, "monitor", node.slice.value) if owner else ""
        if meant:
            given = (Given(0, None, self._text.of(node.slice, TEXT), node.slice.value),)
            yield self._use(node.slice, place, meant, "string", given, owner=owner, certain=certain)

    def _use(  # noqa: PLR0913  the parts of a use
        self,
        node: Any,  # noqa: ANN401  an expression or a part of an import: what has a position
        place: Place,
        name: str,
        kind: _Kind,
        given: tuple[Given, ...] = (),
        *,
        owner: str = "",
        at: int | None = None,
        certain: bool = True,
    ) -> Use:
        return Use(
            path=self._path,
            line=node.lineno - self._above,
            column=self._text.column(node.lineno, node.col_offset),
            end_line=node.end_lineno - self._above,
            end_column=self._text.column(node.end_lineno, node.end_col_offset),
            name=name,
            kind=kind,
            cell=self._cell,
            given=given,
            owner=owner,
            at=(at or node.lineno) - self._above,
            guarded=place.block.guarded,
            certain=certain,
        )


def _named(items: Items) -> Iterator[ast.expr]:
    """Yield the elements that may be names; of an object's configuration only its class."""
    keys = [getattr(key, "value", None) for key in items.keys or ()]
    if "class_name" in keys:
        yield items.nodes[keys.index("class_name")]
    else:
        yield from items.nodes
