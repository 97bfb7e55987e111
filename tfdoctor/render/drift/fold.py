"""Changes of one kind put together: the defaults of a symbol, the names that a module lost, ...; the order stays."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tfdoctor.diagnosis import CONFIDENCES, Confidence
from tfdoctor.drift.change import Effect
from tfdoctor.drift.cure import Rename
from tfdoctor.drift.measured import MEASURED
from tfdoctor.render.drift.view import ChangeView, PlaceView

_ARROW: Final = " → "
_TOP: Final = "tf"
_COMPAT: Final = "tf.compat.v1."


class Entry(msgspec.Struct, frozen=True):
    """Some changes that are told as one.

    Attributes:
        effect: of all of them.
        title: what it is about: "tf.keras.layers.GRU", "tf.keras.Model"; "" where `parts` is a whole sentence.
        said: what comes between the title and the parts: "not in TensorFlow 2.6".
        parts: one for each change, the first ones the most used: "reset_after False → True", "predict_classes".
        keep: what keeps the old behaviour.
        changes: them.
        confidence: how sure the surest of them is, or of the places that they touch.
        aside: it was measured in a case that only may be the program's: it is told after the others.
    """

    effect: Effect
    title: str
    said: str
    parts: tuple[str, ...]
    keep: str
    changes: tuple[ChangeView, ...]
    confidence: Confidence = "certain"
    aside: bool = False


_Key = tuple[str, ...]


def entries(changes: Iterable[ChangeView], after: str, places: Iterable[PlaceView] = ()) -> list[Entry]:
    """Return changes put together, in the order of the first of each; with places those that touch the same ones.

    `after` is the release that they lead to.
    """
    where: dict[int, list[str]] = {}
    sure: dict[int, list[Confidence]] = {}
    for place in places:
        where.setdefault(place.change, []).append(f"{place.path}:{place.cell}:{place.line}:{place.column}")
        sure.setdefault(place.change, []).append(place.confidence)
    groups: dict[_Key, list[ChangeView]] = {}
    for change in changes:
        key = _key(change)
        groups.setdefault((change.effect, *key, *where.get(change.id, ())), []).append(change)
    made = [_entry(rows, after) for rows in groups.values()]
    return [_judged(row, sure) for row in (made if where else _alike(made))]


def _judged(row: Entry, sure: dict[int, list[Confidence]]) -> Entry:
    found = [each for change in row.changes for each in sure.get(change.id, (change.confidence,))]
    confidence = min(found, key=CONFIDENCES.index)
    aside = bool(sure) and row.changes[0].finding == MEASURED and confidence == "possible"
    return msgspec.structs.replace(row, confidence=confidence, aside=aside)


def _key(change: ChangeView) -> _Key:
    """What changes have in common that are told together."""
    owner, _, _ = _name(change).rpartition(".")
    match change.kind:
        case "default" | "argument" | "renamed":
            return ("arguments" if change.kind != "default" else "default", _name(change))
        case "gone":
            return ("gone", owner, change.keep or "")
        case "moved":
            return ("moved", owner, change.after.rpartition(".")[0])
        case "deprecated":
            return ("deprecated", owner or _TOP)
        case "order":
            return ("order",)
        case _:
            return (str(change.id),)


def _entry(rows: list[ChangeView], after: str) -> Entry:
    first = rows[0]
    owner = _name(first).rpartition(".")[0] or _TOP
    match first.kind:
        case "default":
            keep = ", ".join(row.keep for row in rows if row.keep)
            return _made(rows, _name(first), "", [_default(row) for row in rows], keep)
        case "argument" | "renamed":
            told = dict.fromkeys(row.keep for row in rows if row.keep and row.kind == "argument")
            return _made(rows, _name(first), "", list(_arguments(rows)), "; ".join(told))
        case "gone":
            return _made(rows, owner, f"not in TensorFlow {after}", [_last(row) for row in rows], first.keep or "")
        case "moved":
            now = first.after.rpartition(".")[0]
            parts = [_last(row) if _same_last(row) else f"{_last(row)}{_ARROW}{_end(row.after)}" for row in rows]
            return _made(rows, owner, f"is in {now} now", parts, _common(rows))
        case "deprecated":
            return _made(rows, owner, "deprecated", [_warned(row) for row in rows], "")
        case "order":
            if len(rows) == 1:
                return _made(rows, "", "", [first.what], first.keep or "")
            return _made(rows, "Arguments that are given by position mean others", "", list(map(_order, rows)),
                         first.keep or "")  # fmt: skip
        case _:
            title = _name(first) if first.finding == MEASURED else ""
            return _made(rows, title, "", [first.what], first.keep or "")


def _common(rows: list[ChangeView]) -> str:
    """What keeps the old behaviour of all of them; "" where each has its own."""
    keeps = {row.keep or "" for row in rows}
    return keeps.pop() if len(keeps) == 1 else ""


def _made(rows: list[ChangeView], title: str, said: str, parts: list[str], keep: str) -> Entry:
    return Entry(rows[0].effect, title, said, tuple(dict.fromkeys(parts)), keep, tuple(rows))


def _default(row: ChangeView) -> str:
    name, _, old = row.before.partition("=")
    new = row.after.partition("=")[2]
    return f"{name} {old}{_ARROW}{new}" if new != "required" else f"{name} must be given"


def _arguments(rows: list[ChangeView]) -> Iterator[str]:
    gone = [row.parameters[0] for row in rows if not isinstance(row.cure, Rename)]
    if gone:
        yield f"no argument {', '.join(gone)}"
    yield from (f"{row.cure.argument} is called {row.cure.to}" for row in rows if isinstance(row.cure, Rename))


def _warned(row: ChangeView) -> str:
    return f"{_last(row)}({row.parameters[0]})" if row.parameters else _last(row)


def _order(row: ChangeView) -> str:
    number = row.positional
    end = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 % 10 != 1 else 0, "th")
    return f"{_name(row)} (from the {number}{end})"


def _name(change: ChangeView) -> str:
    """The symbol by the name that the change is told under."""
    return change.subject[0] if change.subject else ""


def _last(change: ChangeView) -> str:
    return _end(_name(change))


def _same_last(change: ChangeView) -> bool:
    return _last(change) == _end(change.after)


def _end(name: str | None) -> str:
    return (name or "").rpartition(".")[2]


def _alike(rows: Iterable[Entry]) -> Iterator[Entry]:
    """Entries of one module that say the same of several symbols, as one: "tf.keras.layers.GRU, GRUCell".

    What names of TensorFlow 1 say as well is not said again.
    """
    groups: dict[_Key, list[Entry]] = {}
    for number, row in enumerate(rows):
        told = row.changes[0].kind in {"default", "argument", "renamed"}
        owner = row.title.replace(_COMPAT, "tf.").rpartition(".")[0]
        key = (row.effect, owner, *row.parts) if told else (str(number),)
        groups.setdefault(key, []).append(row)
    for same in groups.values():
        first = same[0]
        others = dict.fromkeys(_end(row.title) for row in same if row is not first)
        names = ", ".join([first.title, *(name for name in others if name != _end(first.title))])
        changes = tuple(change for row in same for change in row.changes)
        yield msgspec.structs.replace(first, title=names, changes=changes)
