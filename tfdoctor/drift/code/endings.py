"""What a text certainly ends with, where its whole is not known: the name of a file below a folder."""

import ast
import re
from typing import Final

from tfdoctor.drift.code.scopes import Place

_DEEPEST: Final = 8
_CONVERSION: Final = re.compile(r"%(?:\([^)]*\))?[-+ #0-9.*]*[a-zA-Z%]|\{[^{}]*\}")
_WRAPS: Final = frozenset({"str", "Path", "PurePath", "fspath", "abspath", "realpath", "expanduser", "normpath"})


def ending(node: ast.expr, place: Place, depth: int = _DEEPEST) -> str:
    """Return it; "" where nothing is known."""
    if not depth:
        return ""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[*_, last]):
            return ending(last, place, depth - 1)
        case ast.BinOp(op=ast.Add() | ast.Div(), right=right):
            return ending(right, place, depth - 1)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
            return _CONVERSION.split(text)[-1]
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return _CONVERSION.split(text)[-1]
        case ast.Call(func=ast.Attribute(attr="join" | "joinpath"), args=[*_, last]):
            return ending(last, place, depth - 1)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[*_, last]) if name in _WRAPS:
            return ending(last, place, depth - 1)
        case ast.Name(id=name):
            return _bound(name, place, depth)
        case _:
            return ""


def _bound(name: str, place: Place, depth: int) -> str:
    found = place.reaching(name)
    if len(found) != 1 or found[0].how != "value" or found[0].value or found[0].place is None:
        return ""
    node = found[0].node
    return ending(node, found[0].place, depth - 1) if isinstance(node, ast.expr) else ""
