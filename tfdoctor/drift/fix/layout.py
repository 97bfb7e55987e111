"""White space and comments between the arguments of a call."""

from typing import TypeGuard

import libcst
from libcst import BaseParenthesizableWhitespace, ParenthesizedWhitespace, SimpleWhitespace


def is_spread(space: object) -> TypeGuard[ParenthesizedWhitespace]:
    """Whether white space goes over more than one line."""
    return isinstance(space, ParenthesizedWhitespace)


def without_comment(space: BaseParenthesizableWhitespace) -> BaseParenthesizableWhitespace:
    """Return white space without the comment on its first line."""
    if not is_spread(space) or space.first_line.comment is None:
        return space
    line = space.first_line.with_changes(comment=None, whitespace=SimpleWhitespace(""))
    return space.with_changes(first_line=line)


def separator(call: libcst.Call) -> BaseParenthesizableWhitespace:
    """Return what stands between arguments of this call, after the comma: a space, or a new line."""
    if len(call.args) > 1 and isinstance(call.args[-2].comma, libcst.Comma):
        space = without_comment(call.args[-2].comma.whitespace_after)
        return space.with_changes(empty_lines=[]) if is_spread(space) else space
    start = call.whitespace_before_args
    if is_spread(start) and _ends_line(call):
        return without_comment(start).with_changes(empty_lines=[])
    return SimpleWhitespace(" ")


def _ends_line(call: libcst.Call) -> bool:
    """Whether the closing parenthesis has its own line."""
    last = call.args[-1]
    space = last.comma.whitespace_after if isinstance(last.comma, libcst.Comma) else last.whitespace_after_arg
    return is_spread(space)


def after_removed(
    before: BaseParenthesizableWhitespace, after: BaseParenthesizableWhitespace, *, last: bool
) -> BaseParenthesizableWhitespace:
    """Return what stands where an argument was, of what stood before and after it; all comments stay.

    Args:
        before: between the argument before it, or the parenthesis, and it.
        after: between it and what follows.
        last: nothing but the closing parenthesis follows.
    """
    one, two = is_spread(before), is_spread(after)
    if one and two and isinstance(before, ParenthesizedWhitespace) and isinstance(after, ParenthesizedWhitespace):
        lines = [*before.empty_lines]
        if after.first_line.comment is not None and before.first_line.comment is None:
            return after.with_changes(empty_lines=[*lines, *after.empty_lines])
        if after.first_line.comment is not None:
            lines.append(libcst.EmptyLine(whitespace=before.last_line, comment=after.first_line.comment))
        return after.with_changes(first_line=before.first_line, empty_lines=[*lines, *after.empty_lines])
    if two or (last and not (is_spread(before) and _says(before))):
        return after
    return before


def _says(space: ParenthesizedWhitespace) -> bool:
    """Whether a comment stands there."""
    return space.first_line.comment is not None or any(line.comment is not None for line in space.empty_lines)
