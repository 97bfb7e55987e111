"""Renames parts of dotted names, imported names and strings."""

import ast
from typing import Any

import libcst

from tfdoctor.drift.fix.edit import Edit
from tfdoctor.drift.fix.refusal import RefusedError


def renamed(node: libcst.BaseExpression, edit: Edit) -> libcst.BaseExpression:
    """Return a dotted name with another last part, which may be dotted itself.

    Raises:
        RefusedError: it does not end so, or it is no dotted name.
    """
    if not isinstance(node, libcst.Attribute):
        raise RefusedError(f"{edit.name} has its own name here: it is to be changed where it gets that")
    if node.attr.value != edit.name:
        raise RefusedError(f"the name ends in {node.attr.value}, not in {edit.name}")
    *inner, last = _parts(edit.new)
    value = node.value
    for part in inner:
        value = libcst.Attribute(value=value, attr=libcst.Name(part))
    return node.with_changes(value=value, attr=libcst.Name(last))


def imported(line: libcst.SimpleStatementLine, edit: Edit) -> list[libcst.SimpleStatementLine]:
    """Return an import with another place for one of its names, as one statement or two; the name here stays.

    Raises:
        RefusedError: the line has other statements, or does not import the name.
    """
    statement = line.body[0]
    if len(line.body) > 1 or not isinstance(statement, libcst.ImportFrom) or statement.module is None:
        raise RefusedError("other statements stand on the same line")
    if isinstance(statement.names, libcst.ImportStar):
        raise RefusedError(f"{edit.name} is imported with all others")
    aliases = list(statement.names)
    found = next((alias for alias in aliases if alias.name.value == edit.name), None)
    if found is None:
        raise RefusedError(f"{edit.name} is not imported here")
    *inner, last = _parts(edit.new)
    module: Any = statement.module
    for part in inner:
        module = libcst.Attribute(value=module, attr=libcst.Name(part))
    alias = found.with_changes(name=libcst.Name(last), comma=libcst.MaybeSentinel.DEFAULT)
    if last != edit.name and found.asname is None:
        alias = alias.with_changes(asname=libcst.AsName(name=libcst.Name(edit.name)))
    if len(aliases) == 1:
        whole = statement.with_changes(module=module, names=[alias.with_changes(comma=found.comma)])
        return [line.with_changes(body=[whole])]
    at = aliases.index(found)
    aliases.remove(found)
    if at == len(aliases):
        aliases[-1] = aliases[-1].with_changes(comma=found.comma)
    first = line.with_changes(body=[statement.with_changes(names=aliases)])
    new = libcst.ImportFrom(module=module, names=[alias], relative=statement.relative)
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
