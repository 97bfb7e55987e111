"""Which changes touch which places of a program: the name, and the arguments that are given or left out."""

from collections.abc import Iterable, Iterator
from typing import Final

from tfdoctor.diagnosis import CONFIDENCES, Confidence
from tfdoctor.drift.api import places
from tfdoctor.drift.change import Change, Hit
from tfdoctor.drift.changes import about
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.measured import MEASURED, ordinary
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.symbols import Symbol, Symbols

_RUNS: Final = frozenset({"call", "string"})


def hits(uses: Iterable[Use], changes: tuple[Change, ...], span: Span, matrix: Matrix) -> Iterator[Hit]:
    """Yield the places that changes touch, in the order of the uses."""
    symbols, by_name = matrix.symbols, about(changes)
    uses = list(uses)
    used: dict[str, set[str]] = {}
    for use in uses:
        used.setdefault(use.path, set()).add(_written(use.name))
    for use in uses:
        symbol = _symbol(use.name, symbols, span.before)
        names = {use.name, symbol.name} if symbol else {use.name}
        seen: set[int] = set()
        for name in sorted(names):
            for change in by_name.get(name, ()):
                # What moved is still there under its other names.
                if id(change) in seen or (change.kind == "moved" and _written(use.name) not in change.subject):
                    continue
                seen.add(id(change))
                if change.beside and used[use.path].isdisjoint(change.beside):
                    continue
                confidence = _touched(use, change, symbol)
                if confidence is not None:
                    yield Hit(change, use, confidence)


def _symbol(name: str, symbols: Symbols, minor: str) -> Symbol | None:
    """The symbol that a name means; keras and tf_keras are tf.keras where the release has no other."""
    found = symbols.find(name, minor)
    if found is None and name.startswith(("keras.", "tf_keras.")):
        found = symbols.find(f"tf.keras.{name.partition('.')[2]}", minor)
    return found


def _written(name: str) -> str:
    return f"tf.{name}" if name.startswith("keras.") else name


def _touched(use: Use, change: Change, symbol: Symbol | None) -> Confidence | None:
    """How sure it is that a change concerns a use; None where it does not."""
    sure: Confidence = change.confidence if use.certain else "possible"
    if use.guarded and change.effect == "raises":
        sure = "possible"
    if change.beside:  # what else it takes, such as shapes, is not seen
        sure = _least(sure, "likely")
    if change.finding == MEASURED:  # its numbers are not those of the program
        sure = _least(sure, "likely" if ordinary(change) else "possible")
    if change.positional:
        given = sum(one.position is not None for one in use.given)
        return sure if use.kind == "call" and given >= change.positional else None
    if not change.parameters:
        runs = change.effect in {"raises", "warns"} or use.kind in _RUNS
        return sure if runs else None
    if use.kind not in _RUNS:
        return None
    states = [_given(use.given, parameter, symbol) for parameter in change.parameters]
    if change.given:
        return sure if True in states else None
    if all(state is True for state in states):
        return None
    return "possible" if None in states and False not in states else sure


def _least(one: Confidence, other: Confidence) -> Confidence:
    return max(one, other, key=CONFIDENCES.index)


def _given(given: tuple[Given, ...], parameter: str, symbol: Symbol | None) -> bool | None:
    """Whether a call gives a parameter; None where `*` or `**` may."""
    if any(one.name == parameter for one in given):
        return True
    place = _place(parameter, symbol)
    if place is not None and any(one.position == place for one in given):
        return True
    return None if any(one.starred and one.name is None and one.position is None for one in given) else False


def _place(parameter: str, symbol: Symbol | None) -> int | None:
    """The place of a parameter among the positional arguments; None where it has none."""
    return next((at for at, name in enumerate(places(symbol)) if name == parameter), None)
