"""Words that all forms of the answer share: headings, what to put beside a change, what keeps the old behaviour."""

from typing import Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.drift.change import Effect
from tfdoctor.render.drift.fold import Entry
from tfdoctor.render.drift.view import ChangeView, DriftView, PlaceView

TITLES: Final[dict[Effect, str]] = {
    "results": "Other results, without a word", "raises": "Raises", "warns": "Warns", "speed": "Other speed or memory",
    "cosmetic": "Changes no result",
}  # fmt: skip
CONFIDENCE: Final[dict[Confidence, str]] = {"certain": "", "likely": " (likely)", "possible": " (possible)"}
_MEASURED: Final = "measured."


def sentence(entry: Entry, parts: tuple[str, ...] | None = None, more: int = 0) -> str:
    """Return an entry as one sentence, with some of its parts where it has many."""
    shown = entry.parts if parts is None else parts
    named = entry.changes[0].kind in {"gone", "moved", "deprecated", "order"}
    said = (", " if named else "; ").join(shown) + (f" and {more:,} more" if more else "")
    end = f" - {entry.said}" if entry.said else ""
    if entry.said and len(entry.parts) == 1:
        return f"{entry.title}.{said}{end}"
    return f"{entry.title}: {said}{end}" if entry.title else f"{said}{end}"


def keeping(entry: Entry) -> str:
    """Return what keeps the old behaviour, as it is written: "GRU(…, reset_after=False)"; "" where nothing does."""
    if entry.changes[0].kind != "default" or not entry.keep or "," in entry.title:
        return entry.keep
    return f"{entry.title.rpartition('.')[2]}(…, {entry.keep})"


def measured(entry: Entry) -> list[str]:
    """Return what was measured of an entry, each once."""
    return list(dict.fromkeys(
        f"{row.fact.removeprefix(_MEASURED)}: {row.value}" for change in entry.changes for row in change.evidence
        if row.fact.startswith(_MEASURED)
    ))  # fmt: skip


def was_and_is(change: ChangeView, answer: DriftView) -> list[tuple[str, str]]:
    """Return what a change did and what it does, where its sentence does not say so: (release, text)."""
    if change.kind != "behaviour" or not (change.before and change.after):
        return []
    return [(answer.subject.before, change.before), (answer.subject.after, change.after)]


def where(place: PlaceView) -> str:
    """Return a place as an editor and a person find it: "train.py:12", "study.ipynb:cell 3:2", "net.h5: gru"."""
    if not place.line:
        return f"{place.path}: {place.part}"
    return f"{place.path}:cell {place.cell}:{place.line}" if place.cell else f"{place.path}:{place.line}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
