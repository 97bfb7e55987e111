"""The rows of `compat_matrix/symbols.json`.

A set of releases has one bit for each, in their order; rows name sets by their place in a list of sets, 0 for "all that
have what it is of". They name signatures, messages and values by their place in lists, too, 0 for none. A column is a
place, or pairs of a place and a set where releases differ.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final, Literal

import msgspec

from tfdoctor.matrix.harvested import Harvested, Head
from tfdoctor.matrix.symbols.model import Kind, Parameter

FORMAT: Final = 1
KINDS: Final[Mapping[str, Kind]] = {
    "m": "module", "c": "class", "f": "function", "M": "method", "p": "property", "v": "value",
}  # fmt: skip
Column = int | tuple[tuple[int, int], ...]


class SymbolRelease(msgspec.Struct, frozen=True):
    """A release that was run.

    Attributes:
        minor: "2.6".
        tensorflow: "2.6.5".
        keras: release of the distribution keras beside it, "" where there was none.
        python: "3.9".
    """

    minor: str
    tensorflow: str
    keras: str
    python: str


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A symbol, or a member of a class."""

    releases: int
    kind: str | tuple[tuple[str, int], ...] = "p"
    signature: Column = 0
    pattern: int = 0
    deprecated: Column = 0
    value: Column = 0
    arguments: Column = 0
    bases: Column = 0
    members: dict[str, "int | Row"] = {}


class Alias(msgspec.Struct, frozen=True, array_like=True):
    """What a name leads to in some releases; `pattern`: by which rules other names lead there."""

    target: str
    releases: int
    pattern: int = 0


class _File(Head, frozen=True):
    releases: tuple[SymbolRelease, ...]
    rules: tuple[tuple[str, str], ...]
    sets: tuple[int, ...]
    patterns: tuple[tuple[tuple[int, int], ...], ...]
    parameters: tuple[str, ...]
    signatures: tuple[msgspec.Raw, ...]
    texts: tuple[msgspec.Raw, ...]
    values: tuple[str, ...]
    classes: tuple[str, ...]
    bases: tuple[msgspec.Raw, ...]
    arguments: tuple[dict[str, int], ...]
    renamed: msgspec.Raw
    ended: dict[str, int]
    contrib: dict[str, msgspec.Raw]
    aliases: dict[str, msgspec.Raw]
    symbols: dict[str, msgspec.Raw]


class _All(msgspec.Struct, frozen=True):
    aliases: dict[str, tuple[Alias, ...]]
    symbols: dict[str, Row]


class File(Harvested[_File], kind=_File, file="symbols.json", format=FORMAT):
    """The table, row by row."""

    def __init__(self, data: bytes) -> None:
        """Read the table; see `Harvested`."""
        super().__init__(data)
        self.rules, self.releases = self._file.rules, self._file.releases
        self.ended = self._file.ended
        self._data = data
        self._rows: dict[str, Row] = {}
        self._aliases: dict[str, tuple[Alias, ...]] = {}
        self._patterns: dict[tuple[int, int], tuple[tuple[str, int], ...]] = {}
        self._signatures: dict[int, tuple[Parameter, ...]] = {}

    @property
    def symbols(self) -> Iterator[str]:
        """All names that are canonical in any release."""
        return iter(self._file.symbols)

    @property
    def aliases(self) -> Iterator[str]:
        """All other names that no rule tells."""
        return iter(self._file.aliases)

    def row(self, name: str) -> Row | None:
        """Return the row of a name that is canonical in some release."""
        if name not in self._rows:
            raw = self._file.symbols.get(name)
            if raw is None:
                return None
            self._rows[name] = msgspec.json.decode(raw, type=Row)
        return self._rows[name]

    def alias(self, name: str) -> tuple[Alias, ...]:
        """Return what a name leads to."""
        if name not in self._aliases:
            raw = self._file.aliases.get(name)
            if raw is None:
                return ()
            self._aliases[name] = msgspec.json.decode(raw, type=tuple[Alias, ...])
        return self._aliases[name]

    def decode(self) -> None:
        """Decode all rows: ten times as fast as one after the other."""
        if len(self._rows) < len(self._file.symbols):
            found = msgspec.json.decode(self._data, type=_All)
            self._rows, self._aliases = found.symbols, found.aliases

    @staticmethod
    def member(row: Row, name: str) -> Row | None:
        """Return the row of what a class itself defines."""
        found = row.members.get(name)
        return Row(found) if isinstance(found, int) else found

    def bits(self, place: int, whole: int = -1) -> int:
        """Return a set of releases."""
        return self._file.sets[place - 1] if place else whole

    def told(self, place: int, bit: int) -> tuple[tuple[str, int], ...]:
        """Return the rules that tell other names of a symbol that a release has: (start, how much that replaces)."""
        if (place, bit) not in self._patterns:
            rows = self._file.patterns[place - 1] if place else ()
            found = (self.rules[rule] for rule, releases in rows if self.bits(releases) & bit)
            self._patterns[place, bit] = tuple((start, len(instead)) for start, instead in found)
        return self._patterns[place, bit]

    def at(self, column: Column, bit: int) -> int:
        """Return what a column says of a release."""
        if isinstance(column, int):
            return column
        return next((value for value, releases in column if self._file.sets[releases - 1] & bit), 0)

    def kind(self, row: Row, bit: int) -> Kind:
        """Return the kind of a symbol in a release."""
        if isinstance(row.kind, str):
            return KINDS[row.kind]
        return KINDS[next(kind for kind, releases in row.kind if self._file.sets[releases - 1] & bit)]

    def parameters(self, place: int) -> tuple[Parameter, ...] | None:
        """Return a signature."""
        if not place:
            return None
        if place not in self._signatures:
            numbers = msgspec.json.decode(self._file.signatures[place - 1], type=tuple[int, ...])
            self._signatures[place] = parsed([self._file.parameters[number - 1] for number in numbers])
        return self._signatures[place]

    def text(self, place: int) -> str:
        """Return a message."""
        return msgspec.json.decode(self._file.texts[place - 1], type=str) if place else ""

    def value(self, place: int) -> str:
        """Return a value."""
        return self._file.values[place - 1] if place else ""

    def arguments(self, place: int) -> dict[str, str]:
        """Return what is said of parameters."""
        return {name: self.text(text) for name, text in self._file.arguments[place - 1].items()} if place else {}

    def bases(self, place: int) -> tuple[str, ...]:
        """Return the public bases of a class, nearest first."""
        if not place:
            return ()
        return tuple(
            self._file.classes[one - 1] for one in msgspec.json.decode(self._file.bases[place - 1], type=list[int])
        )

    @cached_property
    def renamed(self) -> dict[str, str]:
        """What 1.15 says of names that go."""
        found = msgspec.json.decode(self._file.renamed, type=dict[str, str])
        return {old: new or f"tf.compat.v1.{old.removeprefix('tf.')}" for old, new in found.items()}

    def contrib(self, name: str) -> Kind | None:
        """Return the kind of a name of tf.contrib."""
        module, _, last = name.rpartition(".")
        raw = self._file.contrib.get(module)
        found = {} if raw is None else msgspec.json.decode(raw, type=dict[str, str])
        return next((KINDS[kind] for kind, names in found.items() if f" {last} " in f" {names} "), None)


def parsed(written: list[str]) -> tuple[Parameter, ...]:
    """Return parameters from the form of the table: ["x", "/", "y=1", "*", "name=None"]."""
    found: list[Parameter] = []
    kind: Literal["either", "named"] = "either"
    for text in written:
        name, equals, default = text.partition("=")
        if text == "/":
            found = [Parameter(one.name, "positional", one.default) for one in found]
        elif text == "*":
            kind = "named"
        elif text.startswith("**"):
            found.append(Parameter(name[2:], "**"))
        elif text.startswith("*"):
            found.append(Parameter(name[1:], "*"))
            kind = "named"
        else:
            found.append(Parameter(name, kind, default if equals else None))
    return tuple(found)
