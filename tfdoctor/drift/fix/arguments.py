"""Adds, renames and removes arguments of a call, in the layout that the call has."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import libcst

from tfdoctor.drift.fix.edit import Edit
from tfdoctor.drift.fix.layout import after_removed, is_spread, separator, without_comment
from tfdoctor.drift.fix.refusal import RefusedError

_ACTING: Final = (libcst.Call, libcst.Await, libcst.Yield, libcst.NamedExpr)


def _index(call: libcst.Call, name: str) -> int:
    """Return the place of an argument that is given by name; -1 for none."""
    return next((at for at, arg in enumerate(call.args) if arg.keyword is not None and arg.keyword.value == name), -1)


def added(call: libcst.Call, edit: Edit) -> libcst.Call:
    """Return the call with one more argument at its end.

    Raises:
        RefusedError: it may be given already.
    """
    args = call.args
    if _index(call, edit.name) >= 0:
        raise RefusedError(f"{edit.name} is given already")
    if any(arg.star for arg in args):
        raise RefusedError(f"{edit.name} may be given already by * or **")
    if any(isinstance(arg.value, libcst.GeneratorExp) and not arg.value.lpar for arg in args):
        raise RefusedError("a generator without parentheses takes no argument beside it")
    try:
        value = libcst.parse_expression(edit.text)
    except libcst.ParserSyntaxError:
        raise RefusedError(f"{edit.text!r} is no expression") from None
    named = [arg.equal for arg in args if isinstance(arg.equal, libcst.AssignEqual)]
    space = libcst.SimpleWhitespace("")
    equal = named[0] if named else libcst.AssignEqual(whitespace_before=space, whitespace_after=space)
    arg = libcst.Arg(value=value, keyword=libcst.Name(edit.name), equal=equal)
    if not args:
        return call.with_changes(args=[arg])
    last = args[-1]
    between = separator(call)
    if isinstance(last.comma, libcst.Comma):  # one after the last argument stays there
        closing = last.comma.whitespace_after
        arg = arg.with_changes(comma=last.comma.with_changes(whitespace_after=without_comment(closing)))
    else:
        closing = last.whitespace_after_arg
        arg = arg.with_changes(whitespace_after_arg=without_comment(closing))
    if is_spread(closing) and closing.first_line.comment is not None:  # what is said about the last stays with it
        between = closing.with_changes(last_line=_indent(call, closing))
    last = last.with_changes(
        comma=libcst.Comma(whitespace_after=between), whitespace_after_arg=libcst.SimpleWhitespace("")
    )
    return call.with_changes(args=[*args[:-1], last, arg])


def _indent(call: libcst.Call, closing: libcst.ParenthesizedWhitespace) -> libcst.SimpleWhitespace:
    """Return the indentation of the arguments, as far as it is deeper than that of the statement."""
    for one in (separator(call), call.whitespace_before_args):
        if is_spread(one):
            return one.last_line
    return closing.last_line


def renamed(call: libcst.Call, edit: Edit) -> libcst.Call:
    """Return the call with another name for an argument.

    Raises:
        RefusedError: it is not given by name, or the other one is given too.
    """
    at = _index(call, edit.name)
    if at < 0:
        raise RefusedError(f"{edit.name} is not given by its name")
    if _index(call, edit.new) >= 0:
        raise RefusedError(f"{edit.new} is given already")
    args = list(call.args)
    args[at] = args[at].with_changes(keyword=libcst.Name(edit.new))
    return call.with_changes(args=args)


def named(call: libcst.Call, edit: Edit) -> libcst.Call:
    """Return the call with its last arguments by position given by their names.

    Raises:
        RefusedError: it gives others, or fewer, or one of them by its name too.
    """
    names, args = edit.name.split(), list(call.args)
    places = [at for at, arg in enumerate(args) if arg.keyword is None and not arg.star]
    if len(places) < len(names) or any(arg.star for arg in args):
        raise RefusedError("other arguments are given by position")
    space = libcst.SimpleWhitespace("")
    for at, name in zip(places[-len(names) :], names, strict=True):
        if _index(call, name) >= 0:
            raise RefusedError(f"{name} is given already")
        equal = libcst.AssignEqual(whitespace_before=space, whitespace_after=space)
        args[at] = args[at].with_changes(keyword=libcst.Name(name), equal=equal)
    return call.with_changes(args=args)


def removed(call: libcst.Call, edit: Edit) -> libcst.Call:
    """Return the call without an argument; comments beside it stay.

    Raises:
        RefusedError: it is not given by name, or its value does something.
    """
    at = _index(call, edit.name)
    if at < 0:
        raise RefusedError(f"{edit.name} is not given by its name")
    args = list(call.args)
    arg = args.pop(at)
    if _acts(arg.value):
        raise RefusedError(f"the value of {edit.name} is computed by a call, which may do more")
    last = at == len(args)
    after: Any = arg.comma.whitespace_after if isinstance(arg.comma, libcst.Comma) else arg.whitespace_after_arg
    if at == 0:
        start = call.whitespace_before_args
        return call.with_changes(args=args, whitespace_before_args=after_removed(start, after, last=last))
    before = args[at - 1]
    space = before.comma.whitespace_after if isinstance(before.comma, libcst.Comma) else libcst.SimpleWhitespace("")
    if not last or isinstance(arg.comma, libcst.Comma):
        comma = libcst.Comma(whitespace_after=after_removed(space, after, last=last))
        args[at - 1] = before.with_changes(comma=comma)
    else:
        args[at - 1] = before.with_changes(
            comma=libcst.MaybeSentinel.DEFAULT, whitespace_after_arg=after_removed(space, after, last=last)
        )
    return call.with_changes(args=args)


def _acts(value: libcst.CSTNode) -> bool:
    waiting: list[Sequence[libcst.CSTNode]] = [[value]]
    while waiting:
        for node in waiting.pop():
            if isinstance(node, _ACTING):
                return True
            waiting.append(node.children)
    return False


CHANGES: Final[dict[str, Callable[[libcst.Call, Edit], libcst.Call]]] = {
    "add": added,
    "rename": renamed,
    "remove": removed,
    "by-name": named,
}
