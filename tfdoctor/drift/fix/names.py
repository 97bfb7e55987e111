"""Renames parts of dotted names, imported names and strings."""

import ast
from collections.abc import Sequence
from typing import Any, Final

import libcst

from tfdoctor.drift.fix.edit import Edit
from tfdoctor.drift.fix.refusal import ElsewhereError, RefusedError

_SWITCH: Final = "disable_v2_behavior"
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
        RefusedError: the line has other statements, or imports no name, or not this one.
    """
    statement = line.body[0]
    if len(line.body) > 1 or not isinstance(statement, libcst.ImportFrom) or statement.relative:
        raise RefusedError("it is no import of a name alone")
    if isinstance(statement.names, libcst.ImportStar):
        raise RefusedError(f"{edit.name} is imported with all others")
    aliases = list(statement.names)
    name = _parts(edit.name)[-1]
    found = next((alias for alias in aliases if alias.name.value == name), None)
    if found is None:
        raise RefusedError(f"{name} is not imported here")
    *module, last = _parts(edit.new)
    module[0] = _MODULES.get(module[0], module[0])
    alias = found.with_changes(name=libcst.Name(last), comma=libcst.MaybeSentinel.DEFAULT)
    if last != name and found.asname is None:
        alias = alias.with_changes(asname=libcst.AsName(name=libcst.Name(name)))
    if len(aliases) == 1:
        whole = statement.with_changes(module=_dotted(module), names=[alias.with_changes(comma=found.comma)])
        return [line.with_changes(body=[whole])]
    at = aliases.index(found)
    aliases.remove(found)
    if at == len(aliases):
        aliases[-1] = aliases[-1].with_changes(comma=found.comma)
    first = line.with_changes(body=[statement.with_changes(names=aliases)])
    new = libcst.ImportFrom(module=_dotted(module), names=[alias])
    return [first, libcst.SimpleStatementLine(body=[new])]


def of_version_1(line: libcst.SimpleStatementLine, edit: Edit) -> list[libcst.SimpleStatementLine]:
    """Return an import that gives tensorflow.compat.v1 the name of TensorFlow, and the call that makes it be that.

    Raises:
        RefusedError: the line has other statements, or gives it no name.
    """
    statement = line.body[0]
    if len(line.body) > 1 or not isinstance(statement, libcst.Import):
        raise RefusedError("other statements stand on the same line")
    aliases = list(statement.names)
    at = next(
        (at for at, one in enumerate(aliases) if one.asname and one.evaluated_name in {edit.name, edit.new}), None
    )
    if at is None:
        raise RefusedError(f"{edit.name} gets no name of its own here")
    aliases[at] = aliases[at].with_changes(name=_dotted(_parts(edit.new)))
    named = aliases[at].evaluated_alias
    call = libcst.parse_statement(f"{named}.{_SWITCH}()")
    after = libcst.ensure_type(call, libcst.SimpleStatementLine)
    return [line.with_changes(body=[statement.with_changes(names=aliases)]), after]


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


def _dotted(parts: Sequence[str]) -> Any:  # noqa: ANN401  a name or attribute
    found: Any = libcst.Name(parts[0])
    for part in parts[1:]:
        found = libcst.Attribute(value=found, attr=libcst.Name(part))
    return found


def _parts(name: str) -> list[str]:
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        raise RefusedError(f"{name!r} is no name")
    return parts
