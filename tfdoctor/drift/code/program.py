"""Reads one file: its encoding, its cells where it is a notebook, its uses.

The cells are one program, and an argument may be written in another cell than its call: so their lines are counted
through, and each use is reported in its own cell.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tfdoctor.drift.code.bind import Binder
from tfdoctor.drift.code.infer import Infer
from tfdoctor.drift.code.magics import plain
from tfdoctor.drift.code.modules import Modules
from tfdoctor.drift.code.notebook import Notebook
from tfdoctor.drift.code.source import Text, UnreadableError, line_count, parse
from tfdoctor.drift.code.use import Skipped, Use
from tfdoctor.drift.code.visit import Cell, Visitor

_DEEP: Final = "nested too deeply"


def uses(path: Path, modules: Modules) -> Iterator[Use | Skipped]:
    """Yield the uses of one program or notebook, in the order of its lines, and what of it could not be read."""
    try:
        if path.suffix.lower() == ".ipynb":
            yield from _notebook(path, modules)
        else:
            yield from _found(path, modules.load(path), modules, [Cell()])
    except OSError as error:
        yield Skipped(str(path), error.strerror or str(error))
    except UnreadableError as error:
        yield Skipped(str(path), str(error))
    except RecursionError:
        yield Skipped(str(path), _DEEP)


def _notebook(path: Path, modules: Modules) -> Iterator[Use | Skipped]:
    trees, sources, cells, above = [], [], [], 0
    for cell in Notebook(path.read_bytes()).cells.values():
        source = plain(cell.source)
        try:
            tree = parse(source, notebook=True)
        except UnreadableError as error:
            yield Skipped(str(path), f"cell {cell.number}: {error}")
            continue
        trees.append(ast.increment_lineno(tree, above) if above else tree)
        sources.append(source)
        cells.append(Cell(above, cell.number))
        above += line_count(source)
    program = Binder(path.absolute(), Text("\n".join(sources)))
    for tree in trees:
        program.body(tree.body, program.scope, program.block)
    yield from _found(path, program, modules, cells)


def _found(path: Path, program: Binder, modules: Modules, cells: list[Cell]) -> list[Use]:
    if not modules.reach(program):
        return []
    visitor = Visitor(Infer(program, modules), str(path), _keras(program), cells)
    found: list[Use] = []
    for name, alias, place in program.imports:
        found.extend(visitor.imported(name, alias, place))
    for one in program.classes:
        found.extend(visitor.methods(one))
        found.extend(visitor.held(one))
    found.extend(visitor.trained())
    found.extend(visitor.fed())
    for node, place in program.spots:
        found.extend(visitor.spot(node, place))
    return sorted(found, key=lambda use: (use.cell or 0, use.line, use.column, use.end_line, use.end_column, use.name))


def _keras(program: Binder) -> str:
    """Return the Keras that a program works with; "" where it imports neither."""
    names = [name for name, _, _ in program.imports]
    for name in names:
        if name.partition(".")[0] in {"keras", "tf_keras"}:
            return name.partition(".")[0]
    return "tf.keras" if any(name.partition(".")[0] == "tf" for name in names) else ""
