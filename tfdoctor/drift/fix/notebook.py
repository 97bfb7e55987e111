"""Rewrites cells of a notebook; everything else in the file stays byte for byte."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from tfdoctor.drift.code import notebook
from tfdoctor.drift.code.source import UnreadableError, parse
from tfdoctor.drift.fix.edit import Edit, Refused
from tfdoctor.drift.fix.rewrite import rewritten
from tfdoctor.drift.fix.spans import sources

_MARK: Final = re.compile(r"^.*# tfdoctor line (\d+)$", re.MULTILINE)
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


def rewritten_cells(data: bytes, edits: Sequence[Edit]) -> tuple[bytes, list[Refused]]:
    """Return the new file, and the edits that were not made.

    Raises:
        UnreadableError: it is no notebook.
    """
    cells = dict(notebook.cells(data))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise UnreadableError("not in UTF-8, as notebooks are") from None
    spans = sources(text)
    refused: list[Refused] = []
    changed: dict[int, str] = {}
    wanted: dict[int | None, list[Edit]] = {}
    for edit in edits:
        wanted.setdefault(edit.cell, []).append(edit)
    for number, listed in wanted.items():
        if number is None or number not in cells or number not in spans:
            refused.extend(Refused(edit, "there is no such cell") for edit in listed)
            continue
        try:
            new, left = _cell(cells[number], listed)
        except UnreadableError as error:
            refused.extend(Refused(edit, str(error)) for edit in listed)
            continue
        refused.extend(left)
        if new != cells[number]:
            changed[number] = new
    for number in sorted(changed, reverse=True):  # from the end, so that places before stay
        text = spans[number].replaced(text, changed[number])
    _check(data, text, changed)
    return text.encode(), refused


def _cell(source: str, edits: Sequence[Edit]) -> tuple[str, list[Refused]]:
    """Rewrite one cell; magics and shell lines come back as they were."""
    own = source.split("\n")
    plain = notebook.plain(source).split("\n")
    marked = [
        line if line == kept else f"{line}  # tfdoctor line {number}"
        for number, (line, kept) in enumerate(zip(plain, own, strict=True))
    ]
    after, refused = rewritten("\n".join(marked).encode(), edits)
    new = after.decode()
    parse(new, notebook=True)
    return _MARK.sub(lambda found: own[int(found[1])], new), refused


def _check(before: bytes, after: str, changed: dict[int, str]) -> None:
    """Make sure that nothing but the sources of the cells is different.

    Raises:
        UnreadableError: something else is.
    """
    wanted: Any = json.loads(before)
    cells = notebook.every(wanted) or []
    for number, source in changed.items():
        cell = cells[number - 1]
        key = "source" if "source" in cell else "input"
        cell[key] = source if isinstance(cell[key], str) else _LINE.findall(source)
    if json.loads(after.encode()) != wanted:  # bytes may begin with a byte order mark
        raise UnreadableError("the notebook cannot be changed without changing more than its code")
