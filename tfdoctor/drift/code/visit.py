"""Reports the uses of TensorFlow and Keras in one program."""

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from tfdoctor.drift.code import batches, guess, known, results, situations, state_in_call, strings
from tfdoctor.drift.code.arguments import Arguments
from tfdoctor.drift.code.classes import INIT, Construction
from tfdoctor.drift.code.guards import Guards
from tfdoctor.drift.code.infer import Infer
from tfdoctor.drift.code.scopes import Place
from tfdoctor.drift.code.shared import second_models
from tfdoctor.drift.code.use import TEXT, Given, Spot, Use
from tfdoctor.drift.code.values import ROOTS, Class, Const, Instance, Items, Object, Partial, Symbol, Value, told

_DEEPEST: Final = 8  # classes that derive from each other
_HELD: Final = 20  # elements of a list that an object keeps
_TENSORFLOW: Final = ((Symbol("tf"),), (Symbol("tf.compat.v1"),))
_INIT: Final = f".{INIT}"
_Kind = Literal["call", "reference", "import", "subclass", "string"]


class _Marks(NamedTuple):
    """What is known of an expression.

    Attributes:
        of_keras: Keras made the object.
        guarded: the program provides for the name not to be there.
        guessed: the names of members that the object may have, if it is of a class that derives from the known one.
        among: see Use.
    """

    of_keras: bool
    guarded: bool
    guessed: frozenset[str]
    among: int


class Cell(NamedTuple):
    """A cell of a notebook: how many lines are above it, and its number; a program is one without a number."""

    above: int = 0
    number: int | None = None


class Visitor:
    """Reports what one program or notebook uses.

    Args:
        path: as it is reported.
        keras: the Keras that the program imports: "tf.keras" or "keras".
        cells: in their order.
    """

    def __init__(self, infer: Infer, path: str, keras: str, cells: Sequence[Cell]) -> None:
        self._infer = infer
        self._program = infer.program
        self._path = path
        self._text = infer.program.text
        self._cells = cells
        self._keras = keras
        self._arguments = Arguments(infer)
        self._guards = Guards(infer)
        self._done: set[int] = set()  # parts of names that are reported as a whole

    def spot(self, node: ast.expr, place: Place) -> Iterator[Use]:
        """Yield the uses at one expression, without those inside it."""
        if id(node) in self._done:
            return
        if isinstance(node, ast.Call):
            yield from self._call(node, place)
        elif isinstance(node, ast.Subscript):
            yield from self._looked_up(node, place)
            yield from self._hashed(node, place)
        elif isinstance(node, ast.BinOp):
            yield from self._counted(node, place)
        elif isinstance(node, (ast.Attribute, ast.Name)):
            if isinstance(node.ctx, ast.Store) and not self._foreign(node, place):
                yield from self._own(node, place)
                return
            kind: _Kind = "subclass" if id(node) in self._program.bases else "reference"
            given = self._arguments.assigned(node, place)
            if id(node) in self._program.decorators:
                kind, given = "call", (Given(0, None, self._program.decorators[id(node)]),)
            marks = self._marks(node, place)
            for name in self._names(node, place):
                certain = name not in marks.guessed
                yield self._use(node, place, name, kind, given, at=node.end_lineno, certain=certain, marks=marks)
            self._skip_prefix(node, place)

    def imported(self, name: str, alias: ast.alias, place: Place) -> Iterator[Use]:
        """Yield the use that an import is."""
        if name.partition(".")[0] in ROOTS:
            yield self._use(alias, place, name, "import")

    def trained(self) -> Iterator[Use]:
        """Yield where an optimizer trains another model than its first."""
        for node, place, name in second_models(self._infer):
            yield self._use(node, place, name, "call", at=node.func.end_lineno)

    def fed(self) -> Iterator[Use]:
        """Yield where a model is given batches that are lists."""
        for node, place in batches.of_lists(self._infer):
            yield self._use(node, place, situations.LISTS, "call", at=node.func.end_lineno)

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

    def held(self, cls: Class) -> Iterator[Use]:
        """Yield what a layer or model keeps: variables of TensorFlow, alone or in a list, and what it gets too late."""
        layers = [base for base in self._infer.origins(cls) if results.applied(base) is not None]
        for node, place in state_in_call.state(self._infer, cls) if layers else ():
            yield self._use(node, place, f"{layers[0]}.{situations.STATE_IN_CALL}", "call")
        for node, place in (one for rows in cls.attributes.values() for one in rows) if layers else ():
            held = list(self._held(node, place))
            if any(map(_is_variable, held)):
                for base in layers:
                    yield self._use(node, place, f"{base}.__setattr__", "call")
            if any(isinstance(value, Instance) and self._is_dict(value.of) for value in held):
                yield self._use(node, place, f"{layers[0]}.{situations.OWN_DICT}", "call")

    def _is_dict(self, cls: Class, depth: int = _DEEPEST) -> bool:
        """Whether a class derives from dict."""
        own = any(isinstance(one, ast.Name) and one.id == "dict" for one in cls.node.bases)
        bases = self._infer.bases(cls) if depth else ()
        return own or any(isinstance(one, Class) and self._is_dict(one, depth - 1) for one in bases)

    def _held(self, node: ast.expr, place: Place) -> Iterator[Value]:
        for value in self._infer.of(node, place):
            yield value
            if isinstance(value, Items):
                yield from (one for each in value.nodes[:_HELD] for one in self._infer.of(each, value.place))

    def _counted(self, node: ast.BinOp, place: Place) -> Iterator[Use]:
        """Yield where the step of a schedule, a whole number, is computed with what is none."""
        sides = [self._infer.of(one, place) for one in (node.left, node.right)]
        steps = [any(isinstance(value, Object) and value.of == situations.STEP for value in one) for one in sides]
        if sum(steps) == 1:
            other = [value.value for value in sides[steps.index(False)] if isinstance(value, Const)]
            if not any(type(value) is int for value in other):
                yield self._use(node, place, f"{situations.STEP}.__add__", "reference", certain=bool(other))

    def _names(self, node: ast.expr, place: Place) -> list[str]:
        values = [one for one in self._infer.of(node, place) if isinstance(one, Symbol) and one.reported]
        # A variable that holds what a member gave was told where it got it.
        mine = [one for one in values if "." in one.name and not (one.of and isinstance(node, ast.Name))]
        return list(dict.fromkeys(map(_reported, mine)))

    def _marks(self, node: ast.expr, place: Place) -> _Marks:
        """Say what is known of an expression."""
        values = self._infer.of(node, place)
        symbols = [value for value in values if isinstance(value, Symbol)]
        return _Marks(
            of_keras=any(one.of_keras for one in symbols),
            guarded=any(self._guards.provide(one.guards) for one in symbols),
            guessed=frozenset(map(_reported, symbols)) - {one.name for one in symbols},
            among=self._among(values),
        )

    def _among(self, values: Sequence[Value]) -> int:
        """Count the different things that values are; what only an annotation says counts where nothing else does."""
        sure = {one for value in values if not getattr(value, "below", False) for one in self._things(value)}
        return len(sure) or len({one for value in values for one in self._things(value)}) or 1

    def _things(self, value: Value) -> Iterator[str]:
        """Yield what a value is, as all names of it have it."""
        if isinstance(value, (Class, Instance)):
            of = value if isinstance(value, Class) else value.of
            yield from map(results.thing, self._infer.origins(of)[:1])
        elif isinstance(value, Object):
            yield results.thing(value.of)
        elif isinstance(value, (Symbol, Partial)):
            symbol = value if isinstance(value, Symbol) else value.symbol
            yield from [results.thing(symbol.name)] if symbol.reported else []

    def _foreign(self, node: ast.expr, place: Place) -> bool:
        """Whether what is assigned to belongs to TensorFlow: `model.optimizer.lr = 0.1`."""
        values = self._infer.of(node.value, place) if isinstance(node, ast.Attribute) else ()
        return any(isinstance(value, (Symbol, Object)) for value in values)

    def _own(self, node: ast.expr, place: Place) -> Iterator[Use]:
        """Yield the attribute that a class of the program sets on its objects: `self.path = path`."""
        if not isinstance(node, ast.Attribute):
            return
        for value in self._infer.of(node.value, place):
            if isinstance(value, Instance) and node.attr not in value.of.scope.bindings:
                for base in self._infer.origins(value.of):
                    yield self._use(node, place, f"{base}.{node.attr}", "reference")

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
        marks = self._marks(node.func, place)
        for name, given in found:
            at = node.func.end_lineno
            sure = certain and name not in marks.guessed
            yield self._use(node, place, name, "call", given, at=at, certain=sure, marks=marks)
            yield from self._strings(node, place, name, certain=sure)

    def _known_owner(self, node: ast.Call, place: Place) -> bool:
        return not isinstance(node.func, ast.Attribute) or told(self._infer.of(node.func.value, place))

    def _called(self, value: Value, node: ast.Call, place: Place) -> Iterator[tuple[str, tuple[Given, ...]]]:
        if isinstance(value, Symbol) and value.reported and "." in value.name:
            if value.name.endswith(_INIT):  # super().__init__(...) and Base.__init__(self, ...)
                without = 0 if value.of else 1
                yield value.name.removesuffix(_INIT), self._arguments.of(node, place, without=without)
            else:
                yield _reported(value), self._arguments.of(node, place)
        elif isinstance(value, Partial) and value.symbol.reported:
            yield value.symbol.name, self._arguments.of_partial(value, node, place)
        elif isinstance(value, Class):
            for made in self._infer.constructions(value):
                yield from self._constructed(made, node, place)
        elif isinstance(value, (Object, Instance)):
            yield from self._applied(value, node, place)

    def _applied(
        self, value: Object | Instance, node: ast.Call, place: Place
    ) -> Iterator[tuple[str, tuple[Given, ...]]]:
        """Yield the call of a layer or model with more than its input, where some of it is written out.

        That of a layer of tensorflow.python.keras too: what it is given may be of tf.keras.
        """
        copied = isinstance(value, Object) and value.of.startswith(known.COPY)
        if not copied and not any(isinstance(one, ast.Constant) or _tells_training(one) for one in node.args[1:]):
            return
        for name in self._infer.origins(value.of) if isinstance(value, Instance) else [value.of]:
            if results.applied(name) is not None:
                yield f"{name}.__call__", self._arguments.of(node, place)

    def _constructed(self, made: Construction, node: ast.Call, place: Place) -> Iterator[tuple[str, tuple[Given, ...]]]:
        """Yield the class of the library that a class of the program passes arguments on to."""
        given = self._arguments.of(node, place)
        if not made.own:
            yield made.of, given
            return
        passed = tuple(one for one in given if one.name and one.name not in made.taken)
        if passed:  # and what the constructor adds is not known
            yield made.of, (*passed, Given(text="…", starred=True))

    def _strings(self, node: ast.Call, place: Place, name: str, *, certain: bool) -> Iterator[Use]:
        arguments = [(strings.at(name, index), one) for index, one in enumerate(node.args)]
        arguments += [(one.arg, one.value) for one in node.keywords if one.arg]
        for argument, value in arguments:
            module = strings.role(name, argument) if argument else ""
            for text, spot, among in self._texts(value, place) if module else ():
                meant = strings.meant(name, module, text)
                if meant:
                    given = (Given(0, None, self._text.of(spot, TEXT), text),)
                    owner = f"{name}({argument})"
                    yield self._use(spot, place, meant, "string", given, owner=owner, certain=certain, among=among)

    def _texts(self, node: ast.expr, place: Place, depth: int = 3) -> Iterator[tuple[str, ast.expr, int]]:
        """Yield the strings that an argument is or holds, the place in the argument, and how many may stand there."""
        values = self._infer.of(node, place)
        words = sum(isinstance(value, Const) and isinstance(value.value, str) for value in values)
        for value in values:
            if isinstance(value, Const) and isinstance(value.value, str):
                yield value.value, node, words
            elif isinstance(value, Items) and depth:
                own = isinstance(node, (ast.List, ast.Tuple, ast.Dict, ast.Set))
                for one in _named(value):
                    for text, spot, among in self._texts(one, value.place, depth - 1):
                        yield text, spot if own else node, among

    def _looked_up(self, node: ast.Subscript, place: Place) -> Iterator[Use]:
        """Yield what is looked up in a property: `history.history["acc"]` is tf.keras.callbacks.History.history.acc."""
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if not isinstance(key, str) or not key.isidentifier():
            return
        values = self._infer.of(node.value, place)
        owners = [one.name for one in values if isinstance(one, Symbol) and one.of and one.reported]
        certain = bool(owners)
        if not owners and self._keras and guess.logged(node):
            owners = [f"{self._keras}.callbacks.History.history"]
        for owner in owners[:1]:
            yield self._use(node.slice, place, f"{owner}.{key}", "reference", certain=certain)

    def _hashed(self, node: ast.Subscript, place: Place) -> Iterator[Use]:
        """Yield the tensors and variables that a dictionary of the program is asked for."""
        if any(isinstance(one, Items) and one.keys is not None for one in self._infer.of(node.value, place)):
            found = [self._infer.settled(value) for value in self._infer.of(node.slice, place)]
            for of in dict.fromkeys(one.of for one in found if isinstance(one, Object)):
                if of.rpartition(".")[2] in known.TENSORS:
                    yield self._use(node.slice, place, f"{of}.__hash__", "reference")

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
        marks: _Marks | None = None,
        among: int = 1,
    ) -> Use:
        spot = self._spot(node)
        return Use(
            path=self._path,
            line=spot.line,
            column=spot.column,
            end_line=spot.end_line,
            end_column=spot.end_column,
            name=name,
            kind=kind,
            cell=spot.cell,
            given=given,
            owner=owner,
            at=(at or node.lineno) - node.lineno + spot.line,
            guarded=self._guards.provide(place.block.guards) or (marks is not None and marks.guarded),
            of_keras=marks is not None and marks.of_keras,
            stores=isinstance(getattr(node, "ctx", None), ast.Store),
            root=self._root(node, place),
            certain=certain,
            among=among if marks is None else marks.among,
        )

    def _spot(self, node: Any) -> Spot:  # noqa: ANN401  what has a position
        cell = self._cells[bisect_left(self._cells, node.lineno, key=lambda one: one.above) - 1]
        return Spot(
            node.lineno - cell.above,
            self._text.column(node.lineno, node.col_offset),
            node.end_lineno - cell.above,
            self._text.column(node.end_lineno, node.end_col_offset),
            cell.number,
        )

    def _root(self, node: Any, place: Place) -> Spot | None:  # noqa: ANN401  see _spot
        """Return where an import gives TensorFlow the name that an expression begins with; None for other ones."""
        start = node.func if isinstance(node, ast.Call) else node
        while isinstance(start, ast.Attribute):
            start = start.value
        bindings = place.reaching(start.id) if isinstance(start, ast.Name) and start is not node else []
        alias = bindings[0].node if len(bindings) == 1 and bindings[0].value in _TENSORFLOW else None
        return self._spot(alias) if isinstance(alias, ast.alias) and alias.asname else None


def _tells_training(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in known.TRAINING


def _is_variable(value: Value) -> bool:
    """Whether a value is a variable that the program made itself, not Keras."""
    return isinstance(value, Object) and value.of.endswith(".Variable") and not value.of_keras


def _reported(symbol: Symbol) -> str:
    """Return the name that a symbol is reported by."""
    return results.heir(symbol) or symbol.name


def _named(items: Items) -> Iterator[ast.expr]:
    """Yield the elements that may be names; of an object's configuration only its class."""
    keys = [getattr(key, "value", None) for key in items.keys or ()]
    if "class_name" in keys:
        yield items.nodes[keys.index("class_name")]
    else:
        yield from items.nodes
