"""What differs between a symbol in one release and the same, or what took its name, in another."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from tfdoctor.matrix.symbols.model import Parameter, Symbol, SymbolChange, What

ALIKE: Final = 0.5  # of two names, as difflib measures it: "max_values" and "max_tokens" are


def differences(name: str, before: Symbol, after: Symbol) -> Iterator[SymbolChange]:
    """Yield the changes under one name."""

    def change(what: What, parameter: str = "", old: str = "", new: str = "") -> SymbolChange:
        return SymbolChange(what, name, before, after, parameter, old, new, (name,))

    if before.kind != after.kind:
        yield change("kind", "", before.kind, after.kind)
    if before.value != after.value:
        yield change("value", "", before.value, after.value)
    if after.deprecated and not before.deprecated:
        yield change("deprecated", "", "", after.deprecated)
    for parameter, said in after.deprecated_parameters.items():
        if parameter not in before.deprecated_parameters:
            yield change("parameter-deprecated", parameter, "", said)
    if not before.opaque and not after.opaque:
        for found in _signature(before.parameters or (), after.parameters or ()):
            yield change(*found)


def _signature(before: tuple[Parameter, ...], after: tuple[Parameter, ...]) -> Iterator[tuple[What, str, str, str]]:
    """Yield what changed of parameters: (what, parameter, old, new)."""
    old, new = _named(before), _named(after)
    renamed = dict(_renamed(before, after))
    for name, one in old.items():
        other = new.get(renamed.get(name, name))
        if other is None:
            yield "parameter-removed", name, one.default or "", ""
        elif name in renamed and alike(name, other.name):
            yield "parameter-renamed", name, name, other.name
        elif name in renamed:
            yield "parameter-removed", name, one.default or "", other.name
        if other is not None and not same(one.default, other.default):
            yield "default", name, one.default or "", other.default or ""
    for name, one in new.items():
        if name not in old and name not in renamed.values():
            yield "parameter-added", name, "", one.default or ""
    order, other_order = _order(before), _order(after)
    for place, name in enumerate(order):
        now = renamed.get(name, name)
        if now in new and (place >= len(other_order) or other_order[place] != now):
            yield "parameters-reordered", name, ", ".join(order), ", ".join(other_order)
            return


def same(one: str | None, other: str | None) -> bool:
    """Return whether two defaults are the same value: 1 is 1.0."""
    if one == other:
        return True
    try:
        return float(one or "") == float(other or "")
    except ValueError:
        return False


def _named(parameters: tuple[Parameter, ...]) -> dict[str, Parameter]:
    """Return parameters by name; those that take the rest as "*args" and "**kwargs", however they are called."""
    rest = {"*": "*args", "**": "**kwargs"}
    return {rest.get(one.kind, one.name): one for one in parameters}


def _order(parameters: tuple[Parameter, ...]) -> list[str]:
    """Return the names that can be given by position."""
    return [one.name for one in parameters if one.kind in {"positional", "either"}]


def alike(name: str, other: str) -> bool:
    """Return whether two names of parameters may mean the same."""
    return SequenceMatcher(None, name, other).ratio() > ALIKE


def _renamed(before: tuple[Parameter, ...], after: tuple[Parameter, ...]) -> Iterator[tuple[str, str]]:
    """Yield parameters with those that are at their places now.

    A place alone tells little: they are the only ones that went and came, both must be given, or their names are alike.
    """
    old, new = {one.name: one for one in before}, {one.name: one for one in after}
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    for one, other in zip(_order(before), _order(after), strict=False):
        if one in gone and other in come and same(old[one].default, new[other].default):
            required = old[one].default is None
            if required or (len(gone) == 1 and len(come) == 1) or alike(one, other):
                yield one, other
