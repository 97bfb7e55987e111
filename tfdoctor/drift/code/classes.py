"""Classes of the program: what their constructors take for themselves, and what they pass on."""

import ast
from typing import NamedTuple

INIT = "__init__"


class Construction(NamedTuple):
    """How a class of a library is made through classes that derive from it.

    Attributes:
        of: that class.
        taken: the arguments that constructors in between take for themselves.
        own: there are such constructors.
    """

    of: str
    taken: frozenset[str] = frozenset()
    own: bool = False


def constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    """Return the constructor that a class defines itself."""
    return next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == INIT), None)


def is_open(init: ast.FunctionDef | None) -> bool:
    """Whether arguments that a constructor does not name may be passed on."""
    return init is None or init.args.kwarg is not None


def taken(init: ast.FunctionDef | None) -> frozenset[str]:
    """Return the arguments that a constructor names, as parameters or in quotes: `kwargs.pop("units")`."""
    if init is None:
        return frozenset()
    arguments = init.args
    names = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    words = {one.value for one in ast.walk(init) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return frozenset(names | words)


def defined(node: ast.ClassDef) -> frozenset[str]:
    """Return the names that a class defines: methods, and attributes of the class and of its objects."""
    names = {one.name for one in node.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store):
            names.add(one.attr)
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            names.add(one.id)
    return frozenset(names)
