"""Which changes touch which places of a program: the name, and the arguments that are given or left out."""

from collections.abc import Iterable, Iterator
from typing import Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.drift.api import places
from tfdoctor.drift.call_conditions import meets
from tfdoctor.drift.change import Change, Hit
from tfdoctor.drift.changes import about
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.file_conditions import Files
from tfdoctor.drift.measured import MEASURED, ordinary
from tfdoctor.drift.naming import Meant
from tfdoctor.drift.private_names import kept
from tfdoctor.drift.releases import Span, ordered
from tfdoctor.drift.sure import at_most, least
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.symbols import Symbol

_MEMBERS: Final = frozenset({"method", "property"})
_RUNS: Final = frozenset({"call", "string"})


def hits(uses: Iterable[Use], changes: tuple[Change, ...], span: Span, matrix: Matrix) -> Iterator[Hit]:
    """Yield the places that changes touch, in the order of the uses."""
    meant, by_name = Meant(matrix.symbols, span), about(changes)
    rows = [(use, symbol, meant.names(use.name, symbol)) for use in uses for symbol in [meant.symbol(use.name)]]
    files = Files(((use, names) for use, _, names in rows), matrix.api.imports(ordered(span.after)))
    for use, symbol, names in rows:
        seen: set[int] = set()
        for name in names:
            for change in by_name.get(name, ()):
                if id(change) in seen or not meant.concerns(change, name, use, symbol):
                    continue
                seen.add(id(change))
                held = change.kind in {"gone", "moved"} and kept(use.name, span.after, matrix)
                called = meant.taking(symbol, change.parameters)
                given = tuple(_arguments(use, change.parameters, called))
                around = None if held else files.meet(use, change)
                confidence = _touched(use, change, called, given, around) if around is not None else None
                if confidence is not None:
                    yield Hit(change, use, confidence)


def _touched(
    use: Use, change: Change, symbol: Symbol | None, given: tuple[Given, ...], around: Confidence
) -> Confidence | None:
    """How sure it is that a change concerns a use; None where it does not; `around`: how sure its file makes it."""
    shown = meets(use, change.where, given)
    if shown is None:
        return None
    sure = least(around, shown, change.confidence, at_most(use, raises=change.effect == "raises"))
    if change.finding == MEASURED:  # its numbers are not those of the program
        sure = least(sure, "likely" if ordinary(change) else "possible")
    if change.positional:
        count = sum(one.position is not None for one in use.given)
        return sure if use.kind == "call" and count >= change.positional else None
    return _by_arguments(use, change, symbol, sure) if change.parameters else _by_name(use, change, symbol, sure)


def _by_name(use: Use, change: Change, symbol: Symbol | None, sure: Confidence) -> Confidence | None:
    """How sure it is that a change of a name as a whole concerns a use."""
    if _overrides(use, symbol):  # to define what is gone is no error; what is not public may be called no more
        told = change.where.defined or (symbol is None and change.effect == "results")
        return sure if told else None
    if use.kind == "import" and change.kind not in {"gone", "moved"}:
        return None
    read = use.stores or (symbol is not None and symbol.kind == "property")
    runs = change.effect in {"raises", "warns"} or use.kind in _RUNS or read
    return sure if runs else None


def _by_arguments(use: Use, change: Change, symbol: Symbol | None, sure: Confidence) -> Confidence | None:
    """How sure it is that a change of arguments concerns a use."""
    if use.kind not in _RUNS:
        return None
    if change.kind == "renamed":
        return sure if any(one.name in change.parameters for one in use.given) else None
    states = [_given(use, parameter, symbol) for parameter in change.parameters]
    if change.given:
        return sure if True in states else None
    if all(state is True for state in states):
        return None
    if symbol is not None and change.parameters[0] not in {one.name for one in symbol.parameters or ()}:
        # No signature tells its place: by position it may be there.
        sure = "possible" if any(one.position is not None for one in use.given) else sure
    return "possible" if None in states and False not in states else sure


def _overrides(use: Use, symbol: Symbol | None) -> bool:
    """Whether a use is a method that a class of the program defines, not a class that it derives from."""
    return use.kind == "subclass" and bool(use.given or symbol is None or symbol.kind in _MEMBERS)


def _given(use: Use, parameter: str, symbol: Symbol | None) -> bool | None:
    """Whether a call gives a parameter; None where `*` or `**` may."""
    if any(True for _ in _arguments(use, (parameter,), symbol)):
        return True
    return None if any(one.starred and one.name is None and one.position is None for one in use.given) else False


def _arguments(use: Use, parameters: tuple[str, ...], symbol: Symbol | None) -> Iterator[Given]:
    """Yield the arguments that a call gives for some parameters; a word in quotes is called without any."""
    if use.kind == "string":
        return
    names = list(places(symbol))
    for parameter in parameters:
        place = names.index(parameter) if parameter in names else -1
        yield from (one for one in use.given if one.name == parameter or one.position == place)
