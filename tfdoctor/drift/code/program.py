"""Reads one file: its encoding, its cells where it is a notebook, its uses.

The cells are one program, and an argument may be written in another cell than its call: so their lines are counted
through, and each use is reported in its own cell.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tfdoctor.drift.code import notebook
from tfdoctor.drift.code.bind import Binder
from tfdoctor.drift.code.imports import WATCHED
from tfdoctor.drift.code.infer import Infer
from tfdoctor.drift.code.neighbours import Neighbours
from tfdoctor.drift.code.scopes import Block, Scope
from tfdoctor.drift.code.source import Text, UnreadableError, decode, line_count, parse
from tfdoctor.drift.code.stars import Stars
from tfdoctor.drift.code.use import Skipped, Use
from tfdoctor.drift.code.visit import Visitor

_Part = tuple[int | None, str, ast.Module]
_DEEP: Final = "nested too deeply"


def uses(path: Path) -> Iterator[Use | Skipped]:
    """Yield the uses of one program or notebook, in the order of its lines, and what of it could not be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        yield Skipped(str(path), error.strerror or str(error))
        return
    parts: list[_Part] = []
    try:
        if path.suffix.lower() == ".ipynb":
            for number, source in notebook.cells(data):
                try:
                    plain = notebook.plain(source)
                    parts.append((number, plain, parse(plain, notebook=True)))
                except UnreadableError as error:
                    yield Skipped(str(path), f"cell {number}: {error}")
        else:
            source = decode(data)
            parts.append((None, source, parse(source)))
    except UnreadableError as error:
        yield Skipped(str(path), str(error))
        return
    if any(word in source for _, source, _ in parts for word in WATCHED):
        try:
            yield from _read(str(path), parts)
        except RecursionError:
            yield Skipped(str(path), _DEEP)


def _read(path: str, parts: list[_Part]) -> list[Use]:
    program = Binder(Neighbours(path))
    scope, block = Scope("module"), Block()
    text = Text("\n".join(source for _, source, _ in parts))
    above, ends = 0, []
    for _, source, tree in parts:
        if above:
            ast.increment_lineno(tree, above)
        above += line_count(source)
        program.body(tree.body, scope, block)
        ends.append((above, len(program.spots), len(program.imports), len(program.classes)))
    infer = Infer(program, Stars(program.stars).find)
    keras = _keras(program)
    found: list[Use] = []
    above = spot = imported = cls = 0
    for (cell, _, _), (behind, spots, imports, classes) in zip(parts, ends, strict=True):
        visitor = Visitor(infer, path, text, keras, cell=cell, above=above)
        here: list[Use] = []
        for name, alias, place in program.imports[imported:imports]:
            here.extend(visitor.imported(name, alias, place))
        for one in program.classes[cls:classes]:
            here.extend(visitor.methods(one))
        for node, place in program.spots[spot:spots]:
            here.extend(visitor.spot(node, place))
        above, spot, imported, cls = behind, spots, imports, classes
        found.extend(sorted(here, key=lambda use: (use.line, use.column, use.end_line, use.end_column, use.name)))
    return found


def _keras(program: Binder) -> str:
    """Return the Keras that a program works with; "" where it imports neither."""
    names = [name for name, _, _ in program.imports]
    for name in names:
        if name.partition(".")[0] in {"keras", "tf_keras"}:
            return name.partition(".")[0]
    return "tf.keras" if any(name.partition(".")[0] == "tf" for name in names) else ""
