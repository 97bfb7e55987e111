"""What names of TensorFlow the other modules of a program pass on: `from ..backend import keras`.

Only names are followed that a module binds by its own imports, by plain assignments of parts of them, and by classes
that derive from them.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from tfdoctor.drift.code.classes import constructor, defined, is_open, taken
from tfdoctor.drift.code.imports import of_import, of_import_from
from tfdoctor.drift.code.source import UnreadableError, decode, parse
from tfdoctor.drift.code.values import Heir, Symbol

_ABOVE: Final = 6  # folders above a file that may hold the root of its distribution
_DEEPEST: Final = 3  # modules that pass a name on
_LARGE: Final = 400_000  # bytes; a module that passes names on is small
_Stands = tuple[Symbol | Heir, ...]
_Names = dict[str, _Stands]


class Neighbours:
    """The modules beside one program."""

    def __init__(self, path: str, depth: int = 0) -> None:
        self._path = Path(path)
        self._depth = depth

    def find(self, node: ast.ImportFrom) -> _Names:
        """Return what the names of an import statement stand for, those of TensorFlow and Keras only."""
        try:
            file = self._module(node) if self._depth < _DEEPEST else None
            if file is None:
                return {}
            told = file.stat()
            known = _names(str(file), told.st_mtime_ns, told.st_size, self._depth + 1)
        except OSError:  # a name longer than a file's may be, a folder that may not be entered
            return {}
        return {one.asname or one.name: known[one.name] for one in node.names if one.name in known}

    def _module(self, node: ast.ImportFrom) -> Path | None:
        parts = (node.module or "").split(".") if node.module else []
        folders: Iterable[Path] = list(self._path.parents)[: _ABOVE + node.level]
        if node.level:
            folders = list(folders)[node.level - 1 : node.level]
        for folder in folders:
            place = folder.joinpath(*parts)
            for file in (place.with_suffix(".py") if parts else None, place / "__init__.py"):
                if file is not None and file != self._path and file.is_file():
                    return file
        return None


@lru_cache(maxsize=512)
def _names(path: str, _changed: int, size: int, depth: int) -> _Names:
    """Return the names that a module binds, with what they may stand for."""
    if size > _LARGE:
        return {}
    try:
        tree = parse(decode(Path(path).read_bytes()))
    except (OSError, UnreadableError, RecursionError):
        return {}
    found: _Names = {}
    for node in _statements(tree.body):
        for name, stands in _bound(node, found, Neighbours(path, depth)):
            found[name] = (*found.get(name, ()), *(one for one in stands if one not in found.get(name, ())))
    return found


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module that run when it is imported."""
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody"):
            if isinstance(node, (ast.If, ast.Try, ast.With)):
                yield from _statements(getattr(node, part, ()))
        if isinstance(node, ast.Try):
            for handler in node.handlers:
                yield from _statements(handler.body)


def _bound(node: ast.stmt, known: _Names, neighbours: Neighbours) -> Iterator[tuple[str, _Stands]]:
    if isinstance(node, ast.Import):
        yield from ((bound, (Symbol(name),)) for bound, name, _, _ in of_import(node) if name)
    elif isinstance(node, ast.ImportFrom):
        own = [(bound, (Symbol(name),)) for bound, name, _, _ in of_import_from(node) if name and bound != "*"]
        yield from own or neighbours.find(node).items()
    elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Attribute, ast.Name)):
        stands = _of(node.value, known)
        yield from ((one.id, stands) for one in node.targets if isinstance(one, ast.Name) and stands)
    elif isinstance(node, ast.ClassDef):
        heirs = tuple(_heir(node, base) for one in node.bases for base in _of(one, known))
        yield from [(node.name, heirs)] if heirs else []


def _heir(node: ast.ClassDef, base: Symbol | Heir) -> Heir:
    above = base if isinstance(base, Heir) else Heir(base.name)
    init = constructor(node)
    return Heir(
        above.of, above.own | defined(node), above.taken | taken(init), is_open(init) and above.open,
    )  # fmt: skip


def _of(node: ast.expr, known: _Names) -> _Stands:
    """Return what a dotted expression stands for."""
    rest: list[str] = []
    while isinstance(node, ast.Attribute):
        rest.append(node.attr)
        node = node.value
    starts = known.get(node.id, ()) if isinstance(node, ast.Name) else ()
    if not rest:
        return starts
    return tuple(Symbol(".".join([one.name, *reversed(rest)])) for one in starts if isinstance(one, Symbol))
