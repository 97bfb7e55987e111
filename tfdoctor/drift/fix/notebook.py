"""Rewrites cells of a notebook; everything else in the file stays byte for byte."""

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from itertools import chain, takewhile
from typing import Any, Final

from tfdoctor.drift.code.magics import plain
from tfdoctor.drift.code.notebook import Notebook
from tfdoctor.drift.code.source import LINE_END, UnreadableError, parse
from tfdoctor.drift.fix.edit import Edit, Refused
from tfdoctor.drift.fix.rewrite import rewritten

_MARK: Final = re.compile(r"(?<![^\r\n])([^\r\n]*)  # tfdoctor line (\d+)(?![^\r\n])")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


def rewritten_cells(data: bytes, edits: Sequence[Edit]) -> tuple[bytes, list[Refused]]:
    """Return the new file, and the edits that were not made.

    Raises:
        UnreadableError: it is no notebook.
    """
    notebook = Notebook(data)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    if data != mark + _encoded(notebook.text):
        raise UnreadableError("not in UTF-8, as notebooks are")
    refused: list[Refused] = []
    changed: dict[int, str] = {}
    wanted: dict[int | None, list[Edit]] = {}
    for edit in edits:
        wanted.setdefault(edit.cell, []).append(edit)
    for number, listed in wanted.items():
        cell = notebook.cells.get(number or 0)
        if cell is None:
            refused.extend(Refused(edit, "there is no such cell") for edit in listed)
            continue
        try:
            new, left = _cell(cell.source, listed)
        except UnreadableError as error:
            refused.extend(Refused(edit, str(error)) for edit in listed)
            continue
        refused.extend(left)
        if new != cell.source:
            changed[cell.number] = new
    text = notebook.text
    for number in sorted(changed, reverse=True):  # from the end, so that places before stay
        place = notebook.place(number)
        text = text[: place.start] + _spelled(notebook, number, changed[number]) + text[place.end :]
    _check(notebook, text, changed)
    return mark + _encoded(text), refused


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # as JSON is decoded


def _cell(source: str, edits: Sequence[Edit]) -> tuple[str, list[Refused]]:
    """Rewrite one cell; of magics and shell lines only the code that they run is changed."""
    own, stands = LINE_END.split(source), LINE_END.split(plain(source))
    ends = [*LINE_END.findall(source), ""]
    changed = {str(at): pair for at, pair in enumerate(zip(stands, own, strict=True)) if pair[0] != pair[1]}
    if any(stand.endswith("\\") for stand, _ in changed.values()):
        raise UnreadableError("the code of a magic goes on behind a backslash")
    lines = (f"{stand}  # tfdoctor line {at}" if str(at) in changed else stand for at, stand in enumerate(stands))
    marked = "".join(chain.from_iterable(zip(lines, ends, strict=True)))
    after, refused = rewritten(marked.encode(), edits)
    new = after.decode()
    parse(new, notebook=True)
    return _MARK.sub(
        lambda found: _restored(found[1], *changed[found[2]]) if found[2] in changed else found[0], new
    ), refused


def _restored(line: str, stand: str, own: str) -> str:
    """Return a line with what it began with before another one stood for it: both end alike."""
    alike = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(reversed(stand), reversed(own), strict=False))
    )
    return own[: len(own) - alike] + line[len(stand) - alike :]


def _spelled(notebook: Notebook, number: int, source: str) -> str:
    """Return another program for a cell as JSON, a string or a list as it was; lines that stay keep their spelling."""
    text, place, strings = notebook.text, notebook.place(number), notebook.strings(number)
    ascii_only = text[place.start : place.end].isascii()
    if strings == [place]:
        return json.dumps(source, ensure_ascii=ascii_only)
    old = {json.loads(text[one.start : one.end]): text[one.start : one.end] for one in strings}
    between = text[strings[0].end : strings[1].start] if len(strings) > 1 else ", "
    lines = (old.get(line) or json.dumps(line, ensure_ascii=ascii_only) for line in _LINE.findall(source))
    return text[place.start : strings[0].start] + between.join(lines) + text[strings[-1].end : place.end]


def _check(notebook: Notebook, after: str, changed: Mapping[int, str]) -> None:
    """Make sure that nothing but the programs of the cells is different.

    Raises:
        UnreadableError: something else is.
    """
    wanted: Any = json.loads(notebook.text)
    for number, source in changed.items():
        *above, last = notebook.cells[number].way
        holder = wanted
        for step in above:
            holder = holder[step]
        holder[last] = source if isinstance(holder[last], str) else _LINE.findall(source)
    if json.loads(after) != wanted:
        raise UnreadableError("the notebook cannot be changed without changing more than its code")
