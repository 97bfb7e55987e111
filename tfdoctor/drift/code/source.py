"""From bytes to syntax trees: encodings as Python reads them, and what is wrong with a file that is no Python 3."""

import ast
import io
import re
import tokenize
import warnings
from typing import Final

LINE_END: Final = re.compile(r"\r\n|\r|\n")
"""What ends a line, to the parser and to editors."""

_PYTHON2: Final = (  # what only Python 2 allows, by how Python 3 complains
    (re.compile(r"Missing parentheses in call to '(print|exec)'"), "a {0} statement"),
    (re.compile(r"multiple exception types must be parenthesized"), "`except A, b`"),
    (re.compile(r"leading zeros in decimal integer literals"), "an octal number such as 0777"),
    (re.compile(r"inconsistent use of tabs"), "tabs mixed with spaces"),
)
_PYTHON2_LINE: Final = (
    (re.compile(r"^\s*print\s+[^=(\s]|^\s*print\s*>>|^\s*print\s+\("), "a print statement"),
    (re.compile(r"<>"), "`<>`"),
    (re.compile(r"^\s*raise\s+[\w.]+\s*,"), "`raise A, b`"),
    (re.compile(r"^\s*except\s+[\w.()]+\s*,\s*\w+\s*:"), "`except A, b`"),
    (re.compile(r"\b[uU][rR][\"']"), "a string with ur''"),
    (re.compile(r"\b\d+[lL]\b"), "a long integer"),
    (re.compile(r"\bdef\s+\w+\s*\([^)]*\([^)]*\)[^)]*\)\s*:|lambda\s*\("), "a tuple as parameter"),
    (re.compile(r"`[^`]+`"), "backticks"),
)
_PRINT: Final = re.compile(r"\s*print\s+[\"'\w]|\s*print\s*>>")
_ASYNC: Final = re.compile(r"\basync\s*[=,)]|\.async\b")


class UnreadableError(Exception):
    """A file or cell is no Python that can be read; the text says why."""


def line_count(source: str) -> int:
    """Return how many lines the parser counts, the one behind the last line end too."""
    return len(LINE_END.findall(source)) + 1


class Text:
    """The source of one file, with its lines as the parser counts them; of a notebook all cells in their order."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = LINE_END.split(source)
        self._plain = source.isascii()

    def column(self, line: int, offset: int) -> int:
        """Turn the parser's offset in bytes into a column in characters, from 1."""
        if self._plain:
            return offset + 1
        text = self.lines[line - 1]
        return offset + 1 if text.isascii() else len(text.encode()[:offset].decode(errors="replace")) + 1

    def of(self, node: ast.expr, most: int) -> str:
        """Return the source of an expression on one line, cut."""
        first, last = node.lineno, node.end_lineno or node.lineno
        start, end = self.column(first, node.col_offset) - 1, self.column(last, node.end_col_offset or 0) - 1
        if first == last:
            text = self.lines[first - 1][start:end]
            return text if len(text) <= most and "\t" not in text else _short(text, most)
        inner = self.lines[first : min(last - 1, first + most)]
        return _short("\n".join([self.lines[first - 1][start:], *inner, self.lines[last - 1][:end]]), most)


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def decode(data: bytes) -> str:
    """Return the text of a program, by its byte order mark or its declaration.

    Raises:
        UnreadableError: it is binary, or not in the encoding that it says.
    """
    if b"\0" in data:
        raise UnreadableError("binary: it holds null bytes")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"line {line} is not in {error.encoding}, and no other encoding is declared") from None
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise UnreadableError(f"encoding: {error}") from None


def parse(source: str, *, notebook: bool = False) -> ast.Module:
    """Return the syntax tree.

    Raises:
        UnreadableError: it is no Python 3; the text says which line, and whether it is Python 2.
    """
    flags = ast.PyCF_ONLY_AST | (ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if notebook else 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes and comparisons of the program: not what is asked
            tree = compile(source, "<program>", "exec", flags=flags, dont_inherit=True)
    except SyntaxError as error:
        raise UnreadableError(_said(error, source)) from None
    except (RecursionError, MemoryError):
        raise UnreadableError("nested too deeply") from None
    except (ValueError, OverflowError) as error:  # lone surrogates
        raise UnreadableError(f"syntax error: {error}") from None
    assert isinstance(tree, ast.Module)  # noqa: S101  what the flag asks for
    return tree


def _said(error: SyntaxError, source: str) -> str:
    line = error.lineno or 0
    for pattern, what in _PYTHON2:
        found = pattern.search(error.msg)
        if found:
            return f"Python 2: {what.format(*found.groups())} in line {line}"
    lines = LINE_END.split(source)
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    for pattern, what in _PYTHON2_LINE:
        if pattern.search(text):
            return f"Python 2: {what} in line {line}"
    printing = next((number for number, one in enumerate(lines, start=1) if _PRINT.match(one)), 0)
    if printing:  # Python 3 stumbles elsewhere
        return f"Python 2: a print statement in line {printing}"
    if _ASYNC.search(text):
        return f"Python 3.6 or older: `async` as a name in line {line}"
    if "too many" in error.msg or "nested" in error.msg:
        return f"nested too deeply in line {line}"
    return f"syntax error in line {line}: {error.msg}"
