"""Many releases at once: a table of releases and ways of loading, with the reasons below it."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

import msgspec
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from tfdoctor.model.judge.verdict import Outcome, Way
from tfdoctor.render.model.headline import raised
from tfdoctor.render.model.view import JudgedView, ModelView, WayView
from tfdoctor.render.safe import line

SHORT: Final[dict[Way, str]] = {
    "load_model": "load_model",
    "load_model-nocompile": "compile=False",
    "saved_model.load": "saved_model.load",
    "TFSMLayer": "TFSMLayer",
    "load_weights": "load_weights",
    "v1": "compat.v1",
    "tflite": "tf.lite",
}
"""The ways as heads of columns."""

_STYLE: Final[dict[Outcome, str]] = {"loads": "green", "differs": "yellow", "fails": "red", "undecided": "cyan"}
_WORDS: Final[dict[Outcome, str]] = {"loads": "loads", "differs": "differs", "fails": "fails", "undecided": "open"}
_LONG = 300  # characters of a reason
_COLUMN = 13  # characters that a column with words needs
_RELEASES = 24


class Row(msgspec.Struct, frozen=True):
    """Releases, one after the other, in which all ways do the same."""

    name: str
    cells: tuple[WayView | None, ...]


class Grid(msgspec.Struct, frozen=True):
    """The table as data: ways as columns, rows, and the reasons that the cells refer to by number."""

    ways: tuple[Way, ...]
    rows: tuple[Row, ...]
    reasons: tuple[str, ...]

    def number(self, cell: WayView | None) -> int | None:
        """Return the number of a cell's reason, from 1."""
        said = reason_of(cell) if cell else ""
        return self.reasons.index(said) + 1 if said else None


def grid(answer: ModelView, *, every: bool = False) -> Grid:
    """Return the table; releases in which all is the same stand in one row unless `every` is set."""
    ways: tuple[Way, ...] = tuple(way for way in SHORT if any(c.way == way for row in answer.targets for c in row.ways))
    reasons: dict[str, None] = {}
    rows: list[Row] = []

    def cells(row: JudgedView) -> tuple[WayView | None, ...]:
        return tuple(next((cell for cell in row.ways if cell.way == way), None) for way in ways)

    def key(row: JudgedView) -> object:
        same = tuple((cell.outcome, reason_of(cell)) if cell else None for cell in cells(row))
        return (row.target.legacy, row.target.tensorflow if every else same)

    for _, found in groupby(answer.targets, key):
        members = list(found)
        for cell in cells(members[0]):
            if cell is not None and reason_of(cell):
                reasons.setdefault(reason_of(cell))
        rows.append(Row(_name(members), cells(members[0])))
    return Grid(ways, tuple(rows), tuple(reasons))


def reason_of(cell: WayView) -> str:
    """Return what is said below the table of a cell; "" where it just loads."""
    lacking = "; ".join(f"{row.fact}: {row.value}" for row in cell.evidence) if cell.outcome == "undecided" else ""
    page = " ".join(part for part in (cell.code, cell.finding) if part)
    said = cell.difference or raised(cell) or lacking
    return f"{said}  ({page})" if said and page else said or page


def _name(members: list[JudgedView]) -> str:
    first, last = members[0].target, members[-1].target
    minors = [".".join(row.tensorflow.split(".")[:2]) for row in (first, last)]
    name = first.tensorflow if len(members) == 1 else f"{minors[0]} - {minors[1]}"
    return f"{name} tf-keras" if first.legacy else name


def table(
    answer: ModelView, glyphs: Mapping[Outcome, str], *, width: int, verbose: bool = False
) -> Iterator[RenderableType]:
    """Yield the table and its reasons; on a narrow terminal a glyph stands for the word."""
    made = grid(answer, every=verbose)
    wide = _RELEASES + len(made.ways) * (_COLUMN + 2) <= width
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    shown.add_column("TensorFlow", no_wrap=True)
    for number, way in enumerate(made.ways):
        shown.add_column(SHORT[way] if wide else chr(ord("A") + number), no_wrap=True)
    for row in made.rows:
        cells = [_cell(cell, made.number(cell), glyphs, wide=wide) for cell in row.cells]
        shown.add_row(Text(row.name, style="bold"), *cells)
    if not wide:
        for number, way in enumerate(made.ways):
            yield Text(f"{chr(ord('A') + number)}  {SHORT[way]}", style="dim")
        yield Text("  ".join(f"{glyphs[key]} {word}" for key, word in _WORDS.items()), style="dim")
    yield shown
    if made.reasons:
        yield Text()
    for number, reason in enumerate(made.reasons, 1):
        said = Table.grid()
        said.add_column(no_wrap=True)
        said.add_column(overflow="fold")
        said.add_row(Text(f"{number:2}  ", style="bold"), Text(line(reason[:_LONG])))
        yield said


def _cell(cell: WayView | None, number: int | None, glyphs: Mapping[Outcome, str], *, wide: bool) -> Text:
    if cell is None:
        return Text("-", style="dim")
    said = f"{glyphs[cell.outcome]} {_WORDS[cell.outcome]}" if wide else glyphs[cell.outcome]
    text = Text(said, style=_STYLE[cell.outcome])
    text.append(f" {number}" if number else "", style="dim")
    return text
