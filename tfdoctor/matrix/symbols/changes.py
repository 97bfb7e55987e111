"""What changed of the public API between two releases."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tfdoctor.matrix.symbols.differences import differences
from tfdoctor.matrix.symbols.file import Row
from tfdoctor.matrix.symbols.model import Symbol, SymbolChange
from tfdoctor.matrix.symbols.names import Names

CONTRIB = "tf.contrib"
_COMPAT: Final = "tf.compat.v1."


class Symbols(Names):
    """All releases, their public names, and what changed between two of them."""

    def compare(self, name: str, before: str, after: str) -> tuple[SymbolChange, ...]:
        """Return what changed under one name, an alias or a method through a subclass too."""
        old, new = self.find(name, before), self.find(name, after)
        if old is None:
            return () if new is None else (SymbolChange("added", name, None, new, names=(name,)),)
        if new is not None:
            return tuple(differences(name, old, new))
        return self._gone(name, old, before, after)

    def changes(self, before: str, after: str) -> Iterator[SymbolChange]:
        """Yield what changed between two releases: each symbol and each member once, where it is defined."""
        old, new = self.every(before), self.every(after)
        if not old or not new:
            return
        groups: dict[str, list[str]] = defaultdict(list)
        for name, place in old.items():
            groups[place].append(name)
        bits = self._bits[before], self._bits[after]
        for place in sorted(groups):
            yield from self._one(place, groups[place], new, bits)
        yield from self._added(old, new, bits[1])
        if self.find(CONTRIB, before) and not self.find(CONTRIB, after):
            yield SymbolChange("removed", CONTRIB, self.find(CONTRIB, before), None, names=(CONTRIB,))

    def _gone(self, name: str, old: Symbol, before: str, after: str) -> tuple[SymbolChange, ...]:
        """Return where a name went."""
        owner, _, last = name.rpartition(".")
        others = self.aliases(old.name, before) if not old.contrib else ()
        if old.kind in {"method", "property"} or (not others and owner):
            place = self.find(owner, before)
            others = tuple(f"{other}.{last}" for other in (self.aliases(place.name, before) if place else ()))
        for other in sorted(others, key=_far):
            found = self.find(other, after)
            if found is not None:
                moved = SymbolChange("moved", name, old, found, "", name, found.name, (name,))
                return moved, *differences(name, old, found)
        return (SymbolChange("removed", name, old, None, names=(name,)),)

    def _one(self, place: str, names: list[str], new: dict[str, str], bits: tuple[int, int]) -> Iterator[SymbolChange]:
        """Yield what changed of one symbol and its members."""
        now: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names, key=lambda name: (name != place, _far(name), name)):
            now[new.get(name, "")].append(name)
        gone = now.pop("", [])
        if not now:
            yield SymbolChange("removed", place, self._at(place, bits[0]), None, names=tuple(gone))
            return
        main = new.get(place) or min(now, key=lambda one: (_far(one), one))
        if gone:
            old = self._at(place, bits[0], gone[0])
            there = min(sorted(now), key=lambda one: (self._apart(old, one, bits[1]), not _kept(now[one]), one != main))
            yield SymbolChange("moved", gone[0], old, self._at(there, bits[1]), "", gone[0], there, tuple(gone))
        told: dict[tuple[str, ...], SymbolChange] = {}
        for target in sorted(now, key=lambda one: (one != main, one)):
            for last, found in self._both(place, target, now[target], bits):
                key = (found.what, last, found.parameter, found.old, found.new)
                first = told.get(key)  # the same change under another name is no other change
                told[key] = msgspec.structs.replace(first, names=first.names + found.names) if first else found
        yield from told.values()

    def _apart(self, old: Symbol, place: str, bit: int) -> int:
        """Return in how much a symbol differs from an old one: what took its name may be another."""
        return sum(1 for _ in differences(place, old, self._at(place, bit)))

    def _both(
        self, place: str, target: str, names: list[str], bits: tuple[int, int]
    ) -> Iterator[tuple[str, SymbolChange]]:
        """Yield what differs of a symbol that both releases have, and of its members, each with the member's name."""
        row, other = self._row(place), self._row(target)
        name = place if place in names else names[0]
        if row is not other or not self._still(row, bits):
            for found in differences(name, self._at(place, bits[0], name), self._at(target, bits[1], name)):
                yield "", msgspec.structs.replace(found, names=tuple(names))
        if not row.members and not other.members and row is other:
            return
        for last, old, new in self._members(place, target, bits):
            for found in self._member_changes(f"{name}.{last}", old, new):
                yield last, found

    def _still(self, row: Row, bits: tuple[int, int]) -> bool:
        """Return whether nothing of a row itself differs between two releases."""
        columns = (row.signature, row.deprecated, row.value, row.arguments)
        at, kind = self._file.at, self._file.kind
        return all(at(one, bits[0]) == at(one, bits[1]) for one in columns) and kind(row, bits[0]) == kind(row, bits[1])

    def _members(
        self, place: str, target: str, bits: tuple[int, int]
    ) -> Iterator[tuple[str, Symbol | None, Symbol | None]]:
        """Yield the members that two releases of a class do not have alike."""
        row, other = self._row(place), self._row(target)
        for last in sorted({*row.members, *other.members}):
            old, new = self._own(row, last, bits[0]), self._own(other, last, bits[1])
            if (old is None and new is None) or (old == new and old is not None and self._still(old, bits)):
                continue
            first = (place, old) if old else self._member(place, last, bits[0])
            second = (target, new) if new else self._member(target, last, bits[1])
            yield last, self._of(first, last, bits[0]), self._of(second, last, bits[1])
        for base in self._lost(place, target, bits):
            for last in sorted(self._row(base).members):
                found = self._member(place, last, bits[0])
                if found and found[0] == base:
                    now = self._member(target, last, bits[1])
                    yield last, self._of(found, last, bits[0]), self._of(now, last, bits[1])

    def _lost(self, place: str, target: str, bits: tuple[int, int]) -> Iterator[str]:
        """Yield the bases that a class lost itself, not one of its bases."""
        bases, now = self._mro(place, bits[0])[1:], self._mro(target, bits[1])
        kept = [base for base in bases if self._place(base, bits[1]) in now]
        for base in bases:
            if base not in kept and not any(base in self._mro(one, bits[0]) for one in kept):
                yield base

    def _member_changes(self, name: str, old: Symbol | None, new: Symbol | None) -> Iterator[SymbolChange]:
        """Yield what changed of a member."""
        if old is not None and new is not None:
            yield from differences(name, old, new)
        elif old is not None or new is not None:
            yield SymbolChange("removed" if old else "added", name, old, new, names=(name,))

    def _of(self, found: tuple[str, Row] | None, last: str, bit: int) -> Symbol | None:
        """Return the symbol of a member."""
        return self._symbol(f"{found[0]}.{last}", found[1], bit) if found else None

    def _at(self, place: str, bit: int, asked: str = "") -> Symbol:
        """Return the symbol of a canonical name."""
        return self._symbol(place, self._row(place), bit, asked or place)

    def _added(self, old: dict[str, str], new: dict[str, str], bit: int) -> Iterator[SymbolChange]:
        """Yield the symbols of which no name was there before."""
        groups: dict[str, list[str]] = defaultdict(list)
        for name, place in new.items():
            groups[place].append(name)
        for place, names in sorted(groups.items()):
            if not any(name in old for name in names):
                yield SymbolChange(
                    "added", place, None, self._at(place, bit), names=(place, *sorted({*names} - {place}))
                )


def _kept(names: Iterable[str]) -> bool:
    """Return whether one of some names stands for what TensorFlow 1 had."""
    return any(name.startswith(_COMPAT) for name in names)


def _far(name: str) -> int:
    """Return how unlike a name is to one that people use."""
    starts = (_COMPAT, "tf.compat.v2.", "keras.", f"{CONTRIB}.")
    return next((place for place, start in enumerate(starts, 1) if name.startswith(start)), 0)
