"""What an expression may stand for, as far as it matters here.

Symbols of TensorFlow, objects of its classes, and classes, functions and containers of the program that pass them on.
An expression has any number of candidates; none means that nothing is known.
"""

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias, Union

from tfdoctor.drift.code.scopes import Guard, Place, Scope

ROOTS: Final = ("tf", "keras", "tf_keras")  # of the names that are reported


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name of a library.

    Attributes:
        of: the class, where it is a member of an object ("tf.keras.Model" of model.fit).
        of_keras: see Object.
        below: see Object.
        guards: the conditions and `try`s around where the program got it.
    """

    name: str
    of: str = ""
    of_keras: bool = False
    below: bool = False
    guards: tuple[Guard, ...] = field(default=(), compare=False)

    @property
    def reported(self) -> bool:
        """Whether it belongs to TensorFlow or Keras."""
        return self.name.partition(".")[0] in ROOTS


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a class of a library.

    Attributes:
        of: the class.
        of_keras: Keras made it: a symbolic tensor, that stands for others while a model is built, what belongs to one,
            or the variable of a layer.
        below: it may be of a class that derives from this one.
    """

    of: str
    of_keras: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True)
class Const:
    """A string, number, truth value or None; not `sure` where it is only the default of a parameter."""

    value: str | float | bool | None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple, list, dictionary or other container, by the expressions of its elements."""

    nodes: tuple[ast.expr, ...]
    place: Place
    keys: tuple[ast.expr | None, ...] | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """A list of objects of one class, such as the layers of a model."""

    element: Object


@dataclass(eq=False, slots=True)
class Function:
    """A function or lambda of the program.

    Attributes:
        owner: the class whose method it is.
        place: where it is defined; defaults and annotations are read there.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    place: Place
    owner: "Class | None" = None
    returns: list[tuple[ast.expr, Place]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name; "" for a lambda."""
        return "" if isinstance(self.node, ast.Lambda) else self.node.name

    @property
    def parameters(self) -> list[ast.arg]:
        """All parameters that can be given by position."""
        return [*self.node.args.posonlyargs, *self.node.args.args]

    def marked(self, name: str) -> bool:
        """Whether it carries a decorator of this plain name."""
        decorators = [] if isinstance(self.node, ast.Lambda) else self.node.decorator_list
        return any(isinstance(one, ast.Name) and one.id == name for one in decorators)


@dataclass(eq=False, slots=True)
class Class:
    """A class of the program.

    Attributes:
        attributes: those that its methods set on `self`.
        declared: the annotations of those.
    """

    node: ast.ClassDef
    scope: Scope
    place: Place
    attributes: dict[str, list[tuple[ast.expr, Place]]] = field(default_factory=dict)
    declared: dict[str, list[tuple[ast.expr, Place]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the program, by its file; by its folder where that has no `__init__.py`."""

    path: Path


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of the program, of an object or class: its first parameter is taken."""

    function: Function


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class of the program; `above`: as `super()` sees it."""

    of: Class
    above: bool = False


@dataclass(frozen=True, slots=True)
class Partial:
    """A symbol with some arguments given already, by `functools.partial`."""

    symbol: Symbol
    call: ast.Call
    place: Place


Value: TypeAlias = Union[  # noqa: UP007  names of classes, some of which are below
    Symbol, Object, Const, Items, Many, Function, Class, Module, Bound, Instance, Partial
]
Values: TypeAlias = tuple[Value, ...]


def told(values: Values) -> bool:
    """Whether something is known of what has a member; None has none, it stands for what comes later."""
    return any(not isinstance(one, Const) or one.value is not None for one in values)
