"""Which changes touch which places of a program: the name, and the arguments that are given or left out."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tfdoctor.diagnosis import CONFIDENCES, Confidence
from tfdoctor.drift.api import places
from tfdoctor.drift.change import Change, Hit
from tfdoctor.drift.changes import about
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.meant import Meant, written
from tfdoctor.drift.measured import MEASURED, ordinary
from tfdoctor.drift.releases import Span, ordered
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.symbols import Symbol

_FILES: Final = (".keras", ".weights.h5", ".hdf5")  # a text that ends as these do may be one of them
_DENSE: Final = "tf.keras.layers.Dense"
_NOT_EAGER: Final = frozenset(
    f"tf.{root}disable_{what}" for root in ("", "compat.v1.") for what in ("eager_execution", "v2_behavior")
)
_MEMBERS: Final = frozenset({"method", "property"})
_RUNS: Final = frozenset({"call", "string"})


def hits(uses: Iterable[Use], changes: tuple[Change, ...], span: Span, matrix: Matrix) -> Iterator[Hit]:
    """Yield the places that changes touch, in the order of the uses."""
    meant, by_name = Meant(matrix.symbols, span), about(changes)
    uses = list(uses)
    files = _Files(uses, matrix.api.imports(ordered(span.after)))
    for use in uses:
        symbol = meant.symbol(use.name)
        seen: set[int] = set()
        for name in meant.names(use.name, symbol):
            for change in by_name.get(name, ()):
                if id(change) in seen or not meant.concerns(change, name, use, symbol):
                    continue
                seen.add(id(change))
                confidence = _touched(use, change, symbol) if files.meet(use, change) else None
                if confidence is not None:
                    yield Hit(change, use, confidence)


class _Files:
    """What else a file uses, as far as a change asks for it."""

    def __init__(self, uses: Iterable[Use], modules: Sequence[str]) -> None:
        self._modules = modules  # that only an import statement reaches
        self._names: dict[str, set[str]] = {}
        self._imported: set[tuple[str, str]] = set()
        self._single: dict[str, bool] = {}  # whether the last dense layer has one unit
        self._graph = False  # whether eager execution is switched off
        for use in uses:
            name = written(use.name)
            self._graph |= name in _NOT_EAGER
            self._names.setdefault(use.path, set()).add(name)
            if use.kind == "string" and use.given:
                self._names[use.path].add(repr(use.given[0].literal))
            if use.kind == "import":
                self._imported.update((use.path, module) for module in modules if _below(name, module))
            if name == _DENSE and use.kind == "call":
                self._single[use.path] = any(
                    one.literal == 1 for one in use.given if one.position == 0 or one.name == "units"
                )

    def meet(self, use: Use, change: Change) -> bool:
        """Whether the file of a use is one that a change may concern."""
        path = use.path
        if change.kind in {"gone", "moved"} and any(
            _below(written(use.name), module) and (path, module) in self._imported for module in self._modules
        ):
            return False
        if change.unless and (self._graph or not self._names[path].isdisjoint(change.unless)):
            return False
        if change.several and self._single.get(path):
            return False
        return not change.beside or not self._names[path].isdisjoint(change.beside)


def _below(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def _touched(use: Use, change: Change, symbol: Symbol | None) -> Confidence | None:
    """How sure it is that a change concerns a use; None where it does not."""
    sure: Confidence = change.confidence if use.certain else "possible"
    if use.guarded and change.effect == "raises":
        sure = "possible"
    if change.beside or change.unless:  # what else it takes, such as shapes, is not seen
        sure = _least(sure, "likely")
    if change.finding == MEASURED:  # its numbers are not those of the program
        sure = _least(sure, "likely" if ordinary(change) else "possible")
    if change.positional:
        given = sum(one.position is not None for one in use.given)
        return sure if use.kind == "call" and given >= change.positional else None
    return _by_arguments(use, change, symbol, sure) if change.parameters else _by_name(use, change, symbol, sure)


def _by_name(use: Use, change: Change, symbol: Symbol | None, sure: Confidence) -> Confidence | None:
    """How sure it is that a change of a name as a whole concerns a use."""
    if _overrides(use, symbol):  # to define what is gone is no error; what is not public may be called no more
        return sure if symbol is None and change.effect == "results" else None
    runs = change.effect in {"raises", "warns"} or use.kind in _RUNS
    return sure if runs else None


def _by_arguments(use: Use, change: Change, symbol: Symbol | None, sure: Confidence) -> Confidence | None:
    """How sure it is that a change of arguments concerns a use."""
    if use.kind not in _RUNS:
        return None
    if change.unlike:
        return _unlike(use, change, symbol, sure)
    if change.kind == "renamed":
        return sure if any(one.name in change.parameters for one in use.given) else None
    states = [_given(use.given, parameter, symbol) for parameter in change.parameters]
    if change.given:
        return sure if True in states else None
    if all(state is True for state in states):
        return None
    return "possible" if None in states and False not in states else sure


def _overrides(use: Use, symbol: Symbol | None) -> bool:
    """Whether a use is a method that a class of the program defines, not a class that it derives from."""
    return use.kind == "subclass" and bool(use.given or symbol is None or symbol.kind in _MEMBERS)


def _unlike(use: Use, change: Change, symbol: Symbol | None, sure: Confidence) -> Confidence | None:
    """How sure it is that an argument is not of the kind that is wanted; its end may tell."""
    place = _place(change.parameters[0], symbol)
    for one in use.given:
        if one.name == change.parameters[0] or (place is not None and one.position == place):
            text = one.literal if isinstance(one.literal, str) else one.ends
            if re.search(change.unlike, text):
                return None
            open_ = any(name.endswith(text) and re.search(change.unlike, name) for name in _FILES)
            return "possible" if open_ else sure
    return None


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
