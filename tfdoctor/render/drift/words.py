"""Words that all forms of the answer share: headings, what to put beside a change, what keeps the old behaviour."""

from collections.abc import Iterable
from math import isfinite
from typing import Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.drift.change import Effect
from tfdoctor.render.drift.fold import Entry
from tfdoctor.render.drift.view import ChangeView, DriftView, NumbersView, PlaceView

TITLES: Final[dict[Effect, str]] = {
    "results": "Other results, without an error", "raises": "Raises", "warns": "Warns",
    "speed": "Other speed or memory", "cosmetic": "Changes no result",
}  # fmt: skip
ASIDE: Final = "Measured differences, in cases that it may not meet"
CONFIDENCE: Final[dict[Confidence, str]] = {"certain": "", "likely": " (likely)", "possible": " (possible)"}
_MEASURED: Final = "measured."
_FEW: Final = 3  # numbers of a row


def sentence(entry: Entry, parts: tuple[str, ...] | None = None, more: int = 0) -> str:
    """Return an entry as one sentence, with some of its parts where it has many."""
    shown = entry.parts if parts is None else parts
    named = entry.changes[0].kind in {"gone", "moved", "deprecated", "order"}
    said = (", " if named else "; ").join(shown) + (f" and {more:,} more" if more else "")
    end = f" - {entry.said}" if entry.said else ""
    if entry.title and said.startswith(entry.title):
        return said
    if entry.said and len(entry.parts) == 1:
        return f"{entry.title}.{said}{end}"
    return f"{entry.title}: {said}{end}" if entry.title else f"{said}{end}"


def keeping(entry: Entry, used: str = "") -> str:
    """Return what keeps the old behaviour, as it is written: "GRU(…, reset_after=False)"; "" where nothing does.

    `used` is the name that the program uses.
    """
    name = used or entry.title
    if entry.changes[0].kind != "default" or not entry.keep or "," in name:
        return entry.keep
    return f"{name.rpartition('.')[2]}(…, {entry.keep})"


def label(entry: Entry) -> str:
    """Return what comes before that: whether it gives the old behaviour back, or is what to do in its place."""
    return "as before" if any(change.cure for change in entry.changes) else "instead"


def measured(entry: Entry) -> list[str]:
    """Return what was measured of an entry in short, each experiment once: "layer-gru-default: gradient 1 → 2"."""
    told: dict[str, str] = {}
    for change in entry.changes:
        for row in change.evidence:
            name = row.fact.removeprefix(_MEASURED)
            if name == row.fact or name in told:
                continue
            if not change.numbers and change.kind == "behaviour" and change.before and change.after:
                continue  # as `was_and_is` says
            numbers = max((one for one in change.numbers if one.experiment == name), key=apart, default=None)
            told[name] = f"{name}: {_numbers(numbers) if numbers else row.value}"
    return list(told.values())


def _numbers(row: NumbersView) -> str:
    def few(numbers: tuple[float, ...]) -> str:
        return ", ".join(f"{one:.4g}" for one in numbers[:_FEW]) + (", …" if len(numbers) > _FEW else "")

    far = f" ({100 * apart(row):.3g}% apart)" if len(row.before) == len(row.after) else ""
    return f"{row.value} {few(row.before)} → {few(row.after)}{far}"


def apart(row: NumbersView) -> float:
    """Return the largest difference as a part of the largest number."""
    both = [abs(number) for number in (*row.before, *row.after) if isfinite(number)]
    pairs = zip(row.before, row.after, strict=False)
    largest = max((abs(a - b) for a, b in pairs if isfinite(a) and isfinite(b)), default=0.0)
    scale = max(both, default=0.0)
    return largest / scale if scale else 0.0


def was_and_is(change: ChangeView, answer: DriftView) -> list[tuple[str, str]]:
    """Return what a change did and what it does, where nothing else says so: (release, text)."""
    if change.kind != "behaviour" or change.numbers or not (change.before and change.after):
        return []
    return [(answer.subject.before, change.before), (answer.subject.after, change.after)]


def where(place: PlaceView) -> str:
    """Return a place as an editor and a person find it: "train.py:12", "study.ipynb:cell 3:2", "net.h5: gru"."""
    if not place.line:
        return f"{place.path}: {place.part}"
    return f"{place.path}:cell {place.cell}:{place.line}" if place.cell else f"{place.path}:{place.line}"


def lines(places: Iterable[PlaceView]) -> dict[str, PlaceView]:
    """Return where the places stand, each line once with the first place in it."""
    found: dict[str, PlaceView] = {}
    for place in places:
        found.setdefault(where(place), place)
    return found


def whole(answer: DriftView) -> bool:
    """Whether all was read and looked at; else it is no good news that nothing was found."""
    return not answer.unread and all(row.family != "doctor" for row in answer.findings)


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
