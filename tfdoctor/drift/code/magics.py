"""Replaces what is IPython's own in a cell by Python, so that the rest can be parsed; lines and columns stay."""

import re
from typing import Final

from tfdoctor.drift.code.source import UnreadableError, parse

# Magics that run the code which stands behind them, with the letters of their options that take a value.
_RUNS: Final = {"time": "", "timeit": "nrp", "prun": "DlsT", "memit": "rti", "mprun": "Tf", "lprun": "fmDTu"}
_GIVES: Final = "time"  # of these the one that gives the value of its code
_OF_PYTHON: Final = frozenset({*_RUNS, "capture", "python", "python3", "tensorflow_version"})
_NOTHING: Final = "pass"
_EMPTY: Final = " "  # for the text of a line: the ends of two lines may not meet

_CELL: Final = re.compile(r"\s*%%(\w+)(?![\w?])[^\r\n]*(?:\r\n|\r|\n)?")
_TARGET: Final = r"(?P<target>[\w(][\w.,\s()]*=\s*)?"
_MAGIC: Final = re.compile(rf"\s*{_TARGET}%{{1,2}}(?P<name>\w+)(?!\S)")
_HELP: Final = r"[^#'\"]*[\w*\]]\?{1,2}\s*$"
_OWN: Final = re.compile(rf"\s*(?=\S)(?:{_TARGET}(?:%\w|!)|%%\w|\?|{_HELP})")
_OPTION: Final = re.compile(r"\s+--?[A-Za-z][\w=./-]*(?!\S)")
_WORD: Final = re.compile(r"\s+\S+")
_TEXT: Final = re.compile(r"[^\r\n]+")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def plain(source: str) -> str:
    """Return a cell without magics, help and shell lines; code that these run stays, of a cell of another kind none."""
    done: list[str] = []
    at = 0
    while (found := _CELL.match(source, at)) is not None:
        if found[1] not in _OF_PYTHON:
            return "".join((*done, _TEXT.sub(_EMPTY, source[at:])))
        done.append(_replaced(found[0]))
        at = found.end()
    rest = source[at:]
    return "".join((*done, rest if _parses(rest) else _without_lines(rest)))


def _without_lines(source: str) -> str:
    """Replace the lines that are no Python; such a line goes on behind a backslash."""
    done, own = [], ""
    for line in _LINE.findall(source):
        if not own and not _OWN.match(line):
            done.append(line)
            continue
        own += line
        if not line.rstrip("\r\n").endswith("\\"):
            done.append(_replaced(own))
            own = ""
    return "".join((*done, _replaced(own) if own else ""))


def _replaced(own: str) -> str:
    """Return Python for a line that is none: the code that it runs, where it stands, else nothing that runs."""
    begin = len(own) - len(own.lstrip())
    code = _code(own, begin)
    if code and _parses(code[begin:]):
        return code
    return f"{own[:begin]}{_NOTHING}{_TEXT.sub(_EMPTY, own[begin:])}"


def _code(own: str, begin: int) -> str:
    """Return a line with spaces for a magic and its options; "" where the magic runs no code."""
    found = _MAGIC.match(own)
    valued = _RUNS.get(found["name"]) if found else None
    if found is None or valued is None:
        return ""
    at = found.end()
    while (option := _OPTION.match(own, at)) is not None:
        value = _WORD.match(own, option.end()) if own[option.end() - 1] in valued else None
        at = value.end() if value else option.end()
    # A line may not begin with spaces, and what the other magics give is not the value of the code.
    first = found["target"] if found["target"] and found["name"] == _GIVES else f"{_NOTHING};"
    return f"{own[:begin]}{first}".ljust(at) + own[at:]


def _parses(source: str) -> bool:
    try:
        parse(source, notebook=True)
    except UnreadableError:
        return False
    return True
