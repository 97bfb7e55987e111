"""What changed between two releases for people: the worst first, with what keeps the old behaviour."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from tfdoctor.drift.change import EFFECTS, Effect
from tfdoctor.render.drift.fold import Entry, entries
from tfdoctor.render.drift.view import ChangeView, DriftView, FixView, PlaceView
from tfdoctor.render.drift.words import (
    ASIDE,
    CONFIDENCE,
    TITLES,
    count,
    keeping,
    label,
    lines,
    measured,
    sentence,
    was_and_is,
    whole,
)
from tfdoctor.render.safe import harmless, line
from tfdoctor.render.text import speaks_unicode

_STYLES: Final[dict[Effect, str]] = {
    "results": "bold yellow", "raises": "bold red", "warns": "bold cyan", "speed": "bold magenta", "cosmetic": "dim",
}  # fmt: skip
_GLYPHS: Final[dict[Effect, str]] = {"results": "≠", "raises": "✗", "warns": "!", "speed": "~", "cosmetic": "i"}
_ASCII: Final[dict[Effect, str]] = {"results": "!=", "raises": "x", "warns": "!", "speed": "~", "cosmetic": "i"}
_PLAIN: Final = str.maketrans({"→": "->", "…": "...", "≠": "!="})
_SHOWN: Final[dict[Effect, int]] = {"results": 20, "raises": 12, "warns": 4, "speed": 8, "cosmetic": 0}
_PARTS: Final = 8  # of one entry
_PLACES: Final = 8  # of one change
_EVIDENCE: Final = 3
_LONG: Final = 300


def show(console: Console, answer: DriftView, *, quiet: bool = False, verbose: bool = False) -> None:
    """Print the answer; `quiet` leaves one line a change, `verbose` names everything."""
    _Report(console, harmless(answer), quiet=quiet, verbose=verbose).show()


class _Whole(Text):
    """A line that is not broken: `patch` may read it."""


class _Report:
    """One answer on one console."""

    def __init__(self, console: Console, answer: DriftView, *, quiet: bool, verbose: bool) -> None:
        self._console = console
        self._answer = answer
        self._quiet, self._verbose = quiet, verbose
        self._unicode = speaks_unicode(console)
        self._glyphs = _GLYPHS if self._unicode else _ASCII
        self._places: dict[int, list[PlaceView]] = {}
        for place in answer.places:
            self._places.setdefault(place.change, []).append(place)

    def show(self) -> None:
        subject = self._answer.subject
        for part in (
            self._text(f"TensorFlow {subject.before} → {subject.after}", "bold"),
            *(self._text(f"remark: {line(said)}", "yellow") for said in self._answer.remarks),
            *(self._code() if subject.kind == "code" else self._releases()),
            *self._same(),
            *self._crashes(),
            *(part for row in self._answer.fixes or () for part in self._fix(row)),
            *self._hints(),
        ):
            self._console.print(part, soft_wrap=isinstance(part, _Whole))

    # --- the list -------------------------------------------------------------------------------------

    def _releases(self) -> Iterator[RenderableType]:
        rows = entries(self._answer.changes, self._answer.subject.after)
        for effect in EFFECTS:
            mine = [row for row in rows if row.effect == effect]
            if not mine:
                continue
            shown = mine if self._verbose else mine[: _SHOWN[effect]]
            number = sum(len(row.changes) for row in mine)
            yield self._heading(effect, number, "" if shown else " (--verbose)")
            for row in shown:
                yield from self._entry(row)
            left = sum(len(row.changes) for row in mine[len(shown) :])
            if left and shown:
                yield self._text(f"  {count(left, 'rarer change')} not shown (--verbose, --format json)", "dim")

    def _code(self) -> Iterator[RenderableType]:
        yield from self._read()
        rows = entries(self._answer.changes, self._answer.subject.after, self._answer.places)
        for effect in EFFECTS:
            mine = [row for row in rows if row.effect == effect and not row.aside]
            if not mine or (effect == "cosmetic" and not self._verbose):
                continue
            yield self._heading(effect, len(mine))
            for row in mine:
                yield from self._entry(row)
        if not any(row.effect != "cosmetic" and not row.aside for row in rows):
            yield self._nothing()
        yield from self._aside([row for row in rows if row.aside])

    def _nothing(self) -> RenderableType:
        """Say that nothing was found; where not all was read and looked at, that is no good news."""
        answer = self._answer
        if not answer.subject.uses and not answer.subject.model:
            return self._text("\nNo use of TensorFlow or Keras was read: nothing is known of it.", "bold yellow")
        part = ", in what could be read" if answer.unread else ""
        crashed = any(row.name == "rule-crashed" for row in answer.findings)
        more = "; what the part that crashed would have found is not" if crashed else ""
        said = f"Nothing that changed between these releases concerns it{part}, as far as is known{more}."
        return self._text(f"\n{said}", "bold green" if whole(answer) else "bold yellow")

    def _aside(self, rows: Sequence[Entry]) -> Iterator[RenderableType]:
        if rows:
            yield self._text(f"\n{ASIDE}: {len(rows):,}{'' if self._verbose else ' (--verbose)'}", "bold")
        if self._verbose:
            for row in rows:
                yield from self._entry(row)
        elif not self._quiet:
            counted = Counter(row.title for row in rows)
            told = ", ".join(f"{name} {number}" for name, number in list(counted.items())[:_PARTS])
            more = f" and {len(counted) - _PARTS:,} more" if len(counted) > _PARTS else ""
            if rows:
                yield Padding(self._text(line(told + more), "dim"), (0, 0, 0, 2), expand=False)

    def _read(self) -> Iterator[RenderableType]:
        subject, unread = self._answer.subject, self._answer.unread
        model = f"{line(subject.model)}: its layers and what it was compiled with" if subject.model else ""
        code = f"{count(subject.uses or 0, 'use')} of TensorFlow and Keras in {count(subject.files or 0, 'file')}"
        yield self._text("; ".join(part for part in (code if subject.files or not model else "", model) if part), "dim")
        for row in unread if self._verbose else unread[:_PLACES]:
            yield self._text(f"not read: {line(row.path)}: {line(row.reason)}", "dim")
        if len(unread) > _PLACES and not self._verbose:
            yield self._text(f"and {len(unread) - _PLACES:,} more that were not read (--verbose)", "dim")

    def _heading(self, effect: Effect, number: int, more: str = "") -> Text:
        return self._text(f"\n{TITLES[effect]}: {number:,}{more}", _STYLES[effect])

    # --- one entry ------------------------------------------------------------------------------------

    def _entry(self, row: Entry) -> Iterator[RenderableType]:
        parts = row.parts if self._verbose else row.parts[:_PARTS]
        said = self._said(line(sentence(row, parts, len(row.parts) - len(parts))))
        mark = f"[{self._glyphs[row.effect]}] "
        yield Padding(
            Text.assemble((mark, _STYLES[row.effect]), said, (CONFIDENCE[row.confidence], "dim")), (0, 0, 0, 2),
            expand=False,
        )  # fmt: skip
        places = self._places.get(row.changes[0].id, [])
        yield from self._where(places)
        if self._quiet:
            return
        for change in row.changes:
            for release, text in was_and_is(change, self._answer):
                yield self._under(f"{release}: {line(text)[:_LONG]}", "dim")
        found = measured(row)
        for text in found if self._verbose else found[:_EVIDENCE]:
            yield self._under(f"measured {line(text)[:_LONG]}", "dim")
        if self._verbose:
            yield from self._evidence(row.changes)
        keep = keeping(row, places[0].name if places else "")
        if keep:
            yield self._under(f"{label(row)}: {line(keep)}", "green")

    def _where(self, places: Sequence[PlaceView]) -> Iterator[RenderableType]:
        told = lines(places)
        most = len(told) if self._verbose else 1 if self._quiet else _PLACES
        for name, place in islice(told.items(), most):
            yield self._under(Text.assemble((line(name), "bold"), "  ", self._said(line(place.source)[:_LONG])))
        if most < len(told):
            yield self._under(f"and {count(len(told) - most, 'more place')} (--verbose)", "dim")

    def _evidence(self, changes: Sequence[ChangeView]) -> Iterator[RenderableType]:
        for row in (row for change in changes for row in change.evidence if not row.fact.startswith("measured.")):
            source = f"  ({line(row.source)})" if row.source.startswith("http") else ""
            yield self._under(f"{line(row.fact)} = {line(row.value)[:_LONG]}{source}", "dim")

    # --- the rest -------------------------------------------------------------------------------------

    def _same(self) -> Iterator[RenderableType]:
        if not self._answer.same or self._quiet:
            return
        yield self._text("\nThe same in both", "bold green")
        for row in self._answer.same:
            number = len(row.experiments)
            proof = f"; measured the same: {count(number, 'experiment')}" if number else ""
            said = row.defaults if self._verbose or len(row.defaults) <= _LONG // 2 else "all defaults"
            text = Text.assemble((line(row.title), "bold"), self._said(f"  {line(said)}{proof}"))
            yield Padding(text, (0, 0, 0, 2), expand=False)

    def _crashes(self) -> Iterator[RenderableType]:
        for row in self._answer.findings:
            if row.family == "doctor":
                yield self._text(f"\n[!] {row.code} {row.name}: {line(row.message)}", "bold yellow")
                yield from (self._under(line(one.value)[:_LONG], "dim") for one in row.evidence)

    def _fix(self, row: FixView) -> Iterator[RenderableType]:
        done = "was rewritten" if row.written else "would become"
        yield self._text(f"\n{line(row.path)} {done}: {count(row.made, 'change')}", "bold")
        styles = {"+": "green", "-": "red", "@": "cyan"}
        for text in row.diff.splitlines():
            yield _Whole(text, style=styles.get(text[:1], ""))
        for one in row.refused:
            cell = f" of cell {one.cell}" if one.cell else ""
            yield self._under(f"left: {line(one.text)} in line {one.line}{cell}: {line(one.reason)}", "dim")

    def _hints(self) -> Iterator[RenderableType]:
        answer = self._answer
        if self._quiet:
            return
        if answer.subject.kind == "releases":
            yield self._text("\nWhat of this concerns your program: add --code PATH or --model PATH.", "green")
        elif answer.fixes is not None:
            if not any(row.made for row in answer.fixes):
                style = "green" if whole(answer) else "yellow"
                yield self._text("\nNothing that can be rewritten safely was found.", style)
            elif not any(row.written for row in answer.fixes):
                yield self._text("\nNothing was written: add --write.", "green")

    def _text(self, text: str, style: str) -> Text:
        return Text(self._said(text), style=style)

    def _under(self, text: str | Text, style: str = "") -> Padding:
        return Padding(text if isinstance(text, Text) else self._text(text, style), (0, 0, 0, 6), expand=False)

    def _said(self, text: str) -> str:
        return text if self._unicode else text.translate(_PLAIN)
