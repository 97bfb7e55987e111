"""What experiments gave on both sides, for people: first what is the machines' own, then what is the releases'."""

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tfdoctor.render.compare.hanging import hanging
from tfdoctor.render.safe import line
from tfdoctor.tickets.compare import Apart, Experiments, Origin, Ran

_FIRST: Final = 8  # of one origin that are shown unless all are asked for
_LONG: Final = 60  # characters of an outcome in a table
_NAMES: Final = 6
_STYLE: Final = {"certain": "bold red", "suspicious": "bold yellow", "harmless": "dim"}
_ORDER: Final[tuple[Origin, ...]] = ("a", "b", "both", "unknown", "releases")


def parts(found: Experiments, *, narrow: bool, verbose: bool) -> Iterator[RenderableType]:
    """Yield the paragraphs; `narrow` leaves tables out, `verbose` shows all experiments that differ."""
    total = len(found.same) + len(found.near) + len(found.differences)
    near = f", {len(found.near)} more within the noise" if found.near else ""
    said = f"{len(found.same)} of {total} give the same numbers{near}" if total else "none ran on both sides"
    yield Text(f"\nExperiments: {said}", style="bold")
    for letter, side in (("A", found.a), ("B", found.b)):
        yield hanging(Text(f"  {letter}  ", style="bold"), Text(line(_ran(side)), style="dim"))
    for origin in _ORDER:
        rows = found.of(origin)
        if rows:
            yield hanging(
                Text("  "), Text(line(f"{_title(origin, found)} ({len(rows)})"), style=_STYLE[rows[0].judgement])
            )
            yield from _rows(rows, narrow=narrow, verbose=verbose)
    for text in _remarks(found, verbose=verbose):
        yield _said(text)


def _ran(side: Ran) -> str:
    versions = (("TensorFlow", side.tensorflow), ("Keras", side.keras), ("NumPy", side.numpy), ("Python", side.python))
    known = ", ".join(f"{name} {version}" for name, version in versions if version)
    if not side.reference:
        return known
    own = {0: "all as", 1: "one is not as"}.get(len(side.own), f"{len(side.own)} are not as")
    return f"{known}: {own} TensorFlow {side.reference} gives elsewhere"


def _title(origin: Origin, found: Experiments) -> str:
    if origin == "releases":
        before, after = found.a.reference, found.b.reference
        return f"Known between TensorFlow {before} and {after}; tfdoctor drift {before} {after} says what it means"
    if origin == "unknown":
        return "Not measured elsewhere"
    return "Own to both: not what their releases give elsewhere" if origin == "both" else f"Own to {origin.upper()}"


def _rows(rows: tuple[Apart, ...], *, narrow: bool, verbose: bool) -> Iterator[RenderableType]:
    shown = rows if verbose else rows[:_FIRST]
    if narrow:
        text = Text()
        for row in shown:
            text.append(f"  {line(row.experiment)}", style="bold")
            text.append(f"  {_size(row)}\n    A  {_short(row.a)}\n    B  {_short(row.b)}\n")
        text.rstrip()
        yield text
    else:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("", overflow="fold", max_width=36)
        table.add_column("A", overflow="fold", ratio=1)
        table.add_column("B", overflow="fold", ratio=1)
        table.add_column("apart", justify="right", no_wrap=True)
        for row in shown:
            values = (Text(_short(row.a)), Text(_short(row.b)), Text(_size(row)))
            table.add_row(Text(line(row.experiment), style="bold"), *values)
        yield Padding(table, (0, 0, 0, 2), expand=False)
    if verbose:
        for row in shown:
            what = f" {row.what}" if row.what else ""
            yield _said(f"{row.experiment}: {row.reason}.{what}")
    else:
        for reason in dict.fromkeys(row.reason for row in shown if row.origin not in {"releases", "unknown"}):
            yield _said(reason)
    if len(shown) < len(rows):
        yield Text(f"  and {len(rows) - len(shown)} more (--verbose lists them)", style="dim")


def _said(text: str) -> RenderableType:
    return hanging(Text("  - ", style="dim"), Text(line(text), style="dim"))


def _size(row: Apart) -> str:
    return f"{row.size:.2%}" if row.size < 1 and row.values else "" if not row.values else f"{row.size:.0%}"


def _short(text: str) -> str:
    plain = line(text)
    return plain if len(plain) <= _LONG else f"{plain[: _LONG - 3]}..."


def _remarks(found: Experiments, *, verbose: bool) -> Iterator[str]:
    yield from found.remarks
    for letter, names in (("A", found.only_a), ("B", found.only_b)):
        if names:
            yield f"ran in {letter} only, so not compared: {_few(names, verbose=verbose)}"
    if verbose and found.near:
        yield f"within the noise: {', '.join(found.near)}"


def _few(names: tuple[str, ...], *, verbose: bool) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES and not verbose else ""
    return ", ".join(names if verbose else names[:_NAMES]) + more
