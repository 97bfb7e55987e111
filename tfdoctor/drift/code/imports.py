"""Which names an import statement binds to which parts of TensorFlow and Keras."""

import ast
from collections.abc import Iterator
from typing import Final, NamedTuple

_ROOTS: Final = {"tensorflow": "tf", "tensorflow_core": "tf", "keras": "keras", "tf_keras": "tf_keras"}
_HELPERS: Final = frozenset({"functools", "importlib", "copy"})  # values go through their functions
WATCHED: Final = ("tensorflow", "keras", "tf_keras")  # a program without these words uses none of it


class Wanted(NamedTuple):
    """A module of another distribution, or of the program itself, or a name in it.

    Attributes:
        module: its name; "" for the package that the importing file lies in.
        level: the dots before it.
        name: what is imported of it; "" for the module itself.
    """

    module: str
    level: int = 0
    name: str = ""


def known(module: str) -> str:
    """Return "tf.keras.layers" for "tensorflow.keras.layers"; "" for what is of another library."""
    root, dot, rest = module.partition(".")
    if root in _ROOTS:
        return f"{_ROOTS[root]}{dot}{rest}"
    return module if root in _HELPERS else ""


def of_import(node: ast.Import) -> Iterator[tuple[str, str, str, ast.alias]]:
    """Yield the name that is bound, what it then stands for, what is imported, and the place."""
    for alias in node.names:
        name = known(alias.name)
        if alias.asname:
            yield alias.asname, name, name, alias
        else:
            yield alias.name.partition(".")[0], name.partition(".")[0], name, alias


def of_import_from(node: ast.ImportFrom) -> Iterator[tuple[str, str, str, ast.alias]]:
    """Yield the same for `from m import n`; for a star import the name is "*", and it stands for the module."""
    module = "" if node.level else known(node.module or "")
    for alias in node.names:
        whole = f"{module}.{alias.name}" if module else ""
        yield alias.asname or alias.name, module if alias.name == "*" else whole, whole, alias
