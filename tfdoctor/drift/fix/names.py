"""Renames parts of dotted names, imported names and strings."""

import ast
from typing import Any, Final

import libcst

from tfdoctor.drift.fix.edit import Edit
from tfdoctor.drift.fix.refusal import ElsewhereError, RefusedError

_MODULES: Final = {"tf": "tensorflow"}  # the modules of names, by their first part


def moved(node: libcst.BaseExpression, edit: Edit) -> libcst.BaseExpression:
    """Return a dotted name with another end: what both whole names have in common stays as it is written here.

    Raises:
        RefusedError: it does not end so, or nothing stands before its end.
    """
    old, new = _parts(edit.name), _parts(edit.new)
    same = next((at for at, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), len(old) - 1)
    start = node
    for part in reversed(old[same:]):
        if isinstance(start, libcst.Name) or not same:
            raise ElsewhereError(f"{old[-1]} has its own name here: it is to be changed where it gets that")
        if not isinstance(start, libcst.Attribute) or start.attr.value != part:
            raise RefusedError(f"the name does not end in {'.'.join(old[same:])}")
        start = start.value
    *inner, last = new[same:]
    for part in inner:
        start = libcst.Attribute(value=start, attr=libcst.Name(part))
    return node.with_changes(value=start, attr=libcst.Name(last))


def imported(line: libcst.SimpleStatementLine, edit: Edit) -> list[libcst.SimpleStatementLine]:
    """Return an import with another place for one of its names, as one statement or two; the name here stays.

    Raises:
        RefusedError: the line has other statements, or does not import the name.
    """
    statement = line.body[0]
    if len(line.body) > 1 or not isinstance(statement, libcst.ImportFrom) or statement.relative:
        raise RefusedError("other statements stand on the same line")
    if isinstance(statement.names, libcst.ImportStar):
        raise RefusedError(f"{edit.name} is imported with all others")
    aliases = list(statement.names)
    name = _parts(edit.name)[-1]
    found = next((alias for alias in aliases if alias.name.value == name), None)
    if found is None:
        raise RefusedError(f"{name} is not imported here")
    root, *inner, last = _parts(edit.new)
    module: Any = libcst.Name(_MODULES.get(root, root))
    for part in inner:
        module = libcst.Attribute(value=module, attr=libcst.Name(part))
    alias = found.with_changes(name=libcst.Name(last), comma=libcst.MaybeSentinel.DEFAULT)
    if last != name and found.asname is None:
        alias = alias.with_changes(asname=libcst.AsName(name=libcst.Name(name)))
    if len(aliases) == 1:
        whole = statement.with_changes(module=module, names=[alias.with_changes(comma=found.comma)])
        return [line.with_changes(body=[whole])]
    at = aliases.index(found)
    aliases.remove(found)
    if at == len(aliases):
        aliases[-1] = aliases[-1].with_changes(comma=found.comma)
    first = line.with_changes(body=[statement.with_changes(names=aliases)])
    new = libcst.ImportFrom(module=module, names=[alias])
    return [first, libcst.SimpleStatementLine(body=[new])]


def respelled(node: libcst.BaseExpression, edit: Edit) -> libcst.BaseExpression:
    """Return another string in the same quotes.

    Raises:
        RefusedError: it is not that string, or the new one cannot be in its quotes.
    """
    if not isinstance(node, libcst.SimpleString) or node.evaluated_value != edit.name:
        raise RefusedError(f"the string is not {edit.name!r}")
    text = f"{node.prefix}{node.quote}{edit.new}{node.quote}"
    try:
        same = ast.literal_eval(text) == edit.new
    except (SyntaxError, ValueError):
        same = False
    if not same:
        raise RefusedError(f"{edit.new!r} cannot stand in these quotes")
    return node.with_changes(value=text)


def _parts(name: str) -> list[str]:
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        raise RefusedError(f"{name!r} is no name")
    return parts
