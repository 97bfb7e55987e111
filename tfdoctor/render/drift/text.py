"""What changed between two releases for people: the worst first, with what keeps the old behaviour."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from tfdoctor.drift.change import EFFECTS, Effect
from tfdoctor.render.drift.view import ChangeView, DriftView, PlaceView
from tfdoctor.render.safe import harmless, line
from tfdoctor.render.text import speaks_unicode

STYLES: Final[dict[Effect, str]] = {
    "results": "bold yellow", "raises": "bold red", "warns": "bold cyan", "speed": "bold magenta", "cosmetic": "dim",
}  # fmt: skip
TITLES: Final[dict[Effect, str]] = {
    "results": "Other results, without a word", "raises": "Raises", "warns": "Warns", "speed": "Other speed or memory",
    "cosmetic": "Changes no result",
}  # fmt: skip
GLYPHS: Final[dict[Effect, str]] = {"results": "≠", "raises": "✗", "warns": "!", "speed": "~", "cosmetic": "i"}
ASCII: Final[dict[Effect, str]] = {"results": "!=", "raises": "x", "warns": "!", "speed": "~", "cosmetic": "i"}
_CONFIDENCE: Final = {"certain": "", "likely": " (likely)", "possible": " (possible)"}
_SHOWN: Final[dict[Effect, int]] = {"results": 25, "raises": 12, "warns": 6, "speed": 8, "cosmetic": 0}
_PLACES: Final = 8  # of one change
_EVIDENCE: Final = 3
_LONG: Final = 300


def show(console: Console, answer: DriftView, *, quiet: bool = False, verbose: bool = False) -> None:
    """Print the answer; `quiet` leaves headings and places, `verbose` names everything."""
    shown = harmless(answer)
    glyphs = GLYPHS if speaks_unicode(console) else ASCII
    arrow = "→" if speaks_unicode(console) else "to"
    console.print(Text(f"TensorFlow {shown.subject.before} {arrow} {shown.subject.after}", style="bold"))
    if shown.subject.kind == "code":
        parts = _of_code(shown, glyphs, quiet=quiet, verbose=verbose)
    else:
        parts = _of_releases(shown, glyphs, quiet=quiet, verbose=verbose)
    for part in parts:
        console.print(part)


def _of_releases(
    answer: DriftView, glyphs: dict[Effect, str], *, quiet: bool, verbose: bool
) -> Iterator[RenderableType]:
    for effect in EFFECTS:
        rows = [row for row in answer.changes if row.effect == effect]
        shown = rows if verbose else [row for row in rows if not row.positional][: _SHOWN[effect]]
        if not rows:
            continue
        yield Text(f"\n{TITLES[effect]}: {len(rows)}", style=STYLES[effect])
        for row in shown:
            yield Padding(Group(*_change(row, glyphs, quiet=quiet, verbose=verbose)), (0, 0, 0, 2), expand=False)
        if len(shown) < len(rows) and shown:
            yield Text(f"  and {len(rows) - len(shown)} more (--verbose, or --format json)", style="dim")
    if answer.same:
        yield from _same(answer, verbose=verbose)
    if not quiet:
        yield Text("\nWhat of this concerns your program: add --code PATH or --model PATH.", style="green")


def _of_code(answer: DriftView, glyphs: dict[Effect, str], *, quiet: bool, verbose: bool) -> Iterator[RenderableType]:
    subject = answer.subject
    yield Text(f"{_count(subject.uses or 0, 'use')} of TensorFlow and Keras in {_count(subject.files or 0, 'file')}"
               + (f", and the model {line(subject.model)}" if subject.model else ""), style="dim")  # fmt: skip
    for unread in answer.unread if verbose else answer.unread[:_PLACES]:
        yield Text(line(f"not read: {unread.path}: {unread.reason}"), style="dim")
    if len(answer.unread) > _PLACES and not verbose:
        yield Text(f"and {len(answer.unread) - _PLACES} more that were not read (--verbose)", style="dim")
    places: dict[int, list[PlaceView]] = {}
    for place in answer.places:
        places.setdefault(place.change, []).append(place)
    for effect in EFFECTS:
        rows = [row for row in answer.changes if row.effect == effect and row.id in places]
        if not rows or (effect == "cosmetic" and not verbose):
            continue
        yield Text(f"\n{TITLES[effect]}: {len(rows)}", style=STYLES[effect])
        for row in rows:
            body = [*_change(row, glyphs, quiet=quiet, verbose=verbose), *_places(places[row.id], verbose=verbose)]
            yield Padding(Group(*body), (0, 0, 0, 2), expand=False)
    touched = sum(1 for row in answer.changes if row.id in places and row.effect != "cosmetic")
    if not touched:
        yield Text("\nNothing that changed between these releases concerns it, as far as is known.", style="bold green")
    if answer.same and not quiet:
        yield from _same(answer, verbose=verbose)


def _change(row: ChangeView, glyphs: dict[Effect, str], *, quiet: bool, verbose: bool) -> Iterator[RenderableType]:
    yield Text.assemble(
        (f"[{glyphs[row.effect]}] ", STYLES[row.effect]), line(row.what), (_CONFIDENCE[row.confidence], "dim")
    )
    if quiet:
        return
    indent = (0, 0, 0, 4)
    measured = [one for one in row.evidence if one.fact.startswith("measured.")]
    for one in row.evidence if verbose else measured[:_EVIDENCE]:
        yield Padding(Text(line(f"{one.fact}: {one.value}"[:_LONG]), style="dim"), indent, expand=False)
    if row.keep:
        yield Padding(Text(line(f"as before: {row.keep}"), style="green"), indent, expand=False)


def _places(rows: Sequence[PlaceView], *, verbose: bool) -> Iterator[RenderableType]:
    for row in rows if verbose else rows[:_PLACES]:
        cell = f" (cell {row.cell})" if row.cell else ""
        where = f"{row.path}:{row.line}{cell}" if row.line else row.path
        text = Text.assemble((line(where), "bold"), "  ", line(row.text[:_LONG]))
        yield Padding(text, (0, 0, 0, 4), expand=False)
    if len(rows) > _PLACES and not verbose:
        yield Padding(Text(f"and {len(rows) - _PLACES} more places (--verbose)", style="dim"), (0, 0, 0, 4))


def _same(answer: DriftView, *, verbose: bool) -> Iterator[RenderableType]:
    yield Text("\nThe same in both", style="bold green")
    for row in answer.same:
        measured = f"; measured the same: {_count(len(row.experiments), 'experiment')}" if row.experiments else ""
        said = row.defaults if verbose or len(row.defaults) <= _LONG // 2 else "all defaults"
        yield Padding(Text.assemble((line(row.title), "bold"), line(f"  {said}{measured}")), (0, 0, 0, 2), expand=False)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
