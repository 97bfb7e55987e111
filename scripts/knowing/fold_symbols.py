"""Folds the public API of all releases into one table: each fact once, with the set of releases that have it."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from knowing.fold_ops import minor_of

FORMAT = 1
SOURCE = (
    "https://github.com/tensorflow/tensorflow and https://github.com/keras-team/keras "
    "(run: the CPU wheels for Linux x86_64 of 1.15 to {last}, inspected)"
)
# A name with the first beginning shows the symbol that has the second: said by symbol, not once for each name.
_KERAS = ("losses", "metrics", "optimizers", "initializers")
RULES = (
    *((f"tf.compat.v2.{name}.", f"tf.keras.{name}.") for name in _KERAS),
    *((f"tf.{name}.", f"tf.keras.{name}.") for name in _KERAS),
    ("tf.contrib.keras.", "tf.keras."),
    ("tf.contrib.quantization.", "tf.raw_ops."),
    ("tf.compat.v1.app.flags.", "tf.compat.v1.flags."),
    ("tf.app.flags.", "tf.flags."),
    ("tf.keras.ops.numpy.", "tf.keras.ops."),
    ("tf.keras.ops.nn.", "tf.keras.ops."),
    ("tf.keras.ops.linalg.", "tf.keras.ops."),
    ("tf.compat.v1.", "tf."),
    ("tf.compat.v2.", "tf."),
    ("keras.", "tf.keras."),
)
LONGEST = 480  # characters of a message
KINDS = {"module": "m", "class": "c", "function": "f", "method": "M", "property": "p", "value": "v"}
Row = dict[str, Any]


def canonical(row: Row, renames: dict[str, str]) -> str:
    """Return the name of a symbol: short, of `tf`, not deprecated; a class of Keras is `tf.keras`'s."""
    names: list[str] = row["names"]
    over = {f"{prefix}{name}" for name in row.get("deprecated_names", ()) for prefix in ("tf.", "tf.compat.v1.")}
    over |= {name for name in names if renames.get(name) in names and "compat" not in renames[name]}
    keras = any(name.startswith("tf.keras.") for name in names)

    def rank(name: str) -> tuple[Any, ...]:
        starts = ("tf.contrib", "keras", "tf.compat.v2", "tf.compat.v1")
        away = next((n for n, start in enumerate(starts) if name == start or name.startswith(f"{start}.")), len(starts))
        short = keras and f"{name}.".startswith(tuple(f"tf.{part}." for part in _KERAS))
        last = name.rpartition(".")[2]
        other = last != row.get("own") and name != row.get("value")
        return -away, name in over, short, "experimental" in name, name.count("."), other, len(name), name

    return min(names, key=rank)


def signature(parameters: list[list[Any]] | None) -> tuple[str, ...] | None:
    """Return parameters as Python writes them: ("x", "/", "y=1", "*", "name=None")."""
    if parameters is None:
        return None
    found: list[str] = []
    last = ""
    for name, kind, default in parameters:
        if last == "positional" != kind:
            found.append("/")
        if kind == "named" and last not in {"named", "*"}:
            found.append("*")
        mark = kind if kind in {"*", "**"} else ""
        found.append(f"{mark}{name}" + ("" if default is None else f"={default}"))
        last = kind
    return (*found, "/") if last == "positional" else tuple(found)


def shortened(text: str) -> str:
    """Return the beginning of a message, whole sentences where there are any."""
    if len(text) <= LONGEST:
        return text
    head = text[:LONGEST]
    whole = re.match(r".*[.!](?=\s)", head)
    return whole.group(0) if whole and len(whole.group(0)) > LONGEST // 3 else head.rpartition(" ")[0] + " ..."


class Pool:
    """Values that rows name by their place; 0 is none."""

    def __init__(self) -> None:
        self.places: dict[Any, int] = {}

    def place(self, value: Any) -> int:  # noqa: ANN401 - whatever can be a key
        """Return the place of a value, from 1 on."""
        return self.places.setdefault(value, len(self.places) + 1)


class Pools:
    """All of them."""

    def __init__(self) -> None:
        self.parameters, self.signatures, self.texts, self.values = Pool(), Pool(), Pool(), Pool()
        self.bases, self.arguments, self.patterns = Pool(), Pool(), Pool()
        self.sets: Counter[int] = Counter()

    def signature(self, row: Row) -> int:
        """Return the place of a row's signature."""
        found = signature(row.get("parameters"))
        return 0 if found is None else self.signatures.place(tuple(self.parameters.place(one) for one in found))

    def text(self, row: Row) -> int:
        """Return the place of what a row says of its deprecation."""
        said = row.get("deprecated", "")
        return self.texts.place(shortened(said)) if said else 0

    def said(self, row: Row) -> int:
        """Return the place of what a row says of parameters."""
        found = row.get("deprecated_parameters") or {}
        if not found:
            return 0
        return self.arguments.place(tuple((name, self.texts.place(shortened(found[name]))) for name in sorted(found)))

    def value(self, row: Row) -> int:
        """Return the place of a row's value."""
        return self.values.place(row["value"]) if row.get("value") else 0


class Through:
    """A symbol, or a member of a class, through the releases."""

    def __init__(self) -> None:
        self.bits = 0
        self.columns: dict[str, dict[Any, int]] = defaultdict(lambda: defaultdict(int))
        self.members: dict[str, Through] = defaultdict(Through)

    def add(self, row: Row, bit: int, pools: Pools) -> None:
        """Add what one release says."""
        self.bits |= bit
        said = {
            "kind": KINDS[row["kind"]], "signature": pools.signature(row), "deprecated": pools.text(row),
            "value": pools.value(row), "arguments": pools.said(row), "bases": row.get("above", 0),
        }  # fmt: skip
        for name, value in said.items():
            self.columns[name][value] |= bit
        for name, member in row.get("members", {}).items():
            self.members[name].add(member, bit, pools)

    def column(self, name: str, of_set: Callable[[int], int]) -> Any:  # noqa: ANN401 - a value, or one for each set
        """Return a column: a value, or pairs of a value and a set where releases differ."""
        found = self.columns[name]
        if len(found) == 1:
            return next(iter(found))
        return [[value, of_set(bits)] for value, bits in sorted(found.items(), key=str) if value]

    def row(self, whole: int, of_set: Callable[[int], int], pattern: int) -> list[Any] | int:
        """Return the row of the table; 0 as a set says: all that `whole` says."""
        bits = 0 if self.bits == whole else of_set(self.bits)
        names = ("kind", "signature", "deprecated", "value", "arguments", "bases")
        kind, made, *columns = [self.column(name, of_set) for name in names]
        if not pattern and (kind, made, *columns) == ("p", 0, 0, 0, 0, 0):
            return bits
        members = {name: self.members[name].row(self.bits, of_set, 0) for name in sorted(self.members)}
        found = [bits, kind, made, pattern, *columns, members]
        while found[-1] in (0, {}):
            found.pop()
        return found


class Table:
    """All names of all releases."""

    def __init__(self) -> None:
        self.pools = Pools()
        self.symbols: dict[str, Through] = defaultdict(Through)
        self.names: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.contrib: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.ended: dict[str, int] = defaultdict(int)

    def add(self, answer: Row, bit: int) -> None:
        """Add a release."""
        objects = answer["objects"]
        called = [canonical(row, answer.get("renames", {})) for row in objects]
        for name, row in zip(called, objects, strict=True):
            if name.startswith("tf.contrib"):
                for alias in row["names"]:
                    module, _, last = alias.rpartition(".")
                    self.contrib[module][KINDS[row["kind"]]].append(last)
                continue
            above = tuple(dict.fromkeys(called[place] for place in row.get("bases", ())))
            self.symbols[name].add({**row, "above": self.pools.bases.place(above) if above else 0}, bit, self.pools)
            for alias in row["names"]:
                self.names[alias][name] |= bit
                api = re.sub(r"^tf\.(compat\.v[12]\.)?", "", alias)
                if api in row.get("deprecated_names", ()) and alias != name:
                    self.ended[alias] |= bit

    def split(self) -> tuple[dict[str, dict[str, int]], dict[str, dict[int, int]]]:
        """Return the aliases that no rule tells, and for each name told {rule: releases}."""
        told: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        explicit: dict[str, dict[str, int]] = defaultdict(dict)
        for name in sorted(self.names, key=lambda name: (any(name.startswith(rule[0]) for rule in RULES),
                                                         name.startswith(("tf.compat.", "keras.")), name)):  # fmt: skip
            for target, bits in sorted(self.names[name].items()):
                if target == name:
                    continue
                left = bits
                for number, (start, instead) in enumerate(RULES):
                    if name.startswith(start):
                        base = instead + name.removeprefix(start)
                        same = left & (self.symbols[base].bits if base == target else explicit[base].get(target, 0)
                                       if base in explicit else 0)  # fmt: skip
                        told[base][number] |= same
                        left &= ~same
                if left:
                    explicit[name][target] = left
        return explicit, told


def _pattern(told: dict[int, int], whole: int, of_set: Callable[[int], int]) -> tuple[tuple[int, int], ...]:
    """Return which rules apply to a name, in which releases; 0: in all that have it."""
    pairs = ((number, bits & whole) for number, bits in sorted(told.items()))
    return tuple((number, 0 if bits == whole else of_set(bits)) for number, bits in pairs if bits)


def fold(answers: list[Row], date: str) -> str:
    """Return symbols.json of releases, oldest first: one line of text for each symbol."""
    table = Table()
    for number, answer in enumerate(answers):
        table.add(answer, 1 << number)
    explicit, told = table.split()
    counted: Counter[int] = Counter()

    def tables(of_set: Callable[[int], int]) -> tuple[dict[str, Any], dict[str, Any], Pool]:
        patterns = Pool()

        def pattern(name: str, whole: int) -> int:
            found = _pattern(told.get(name, {}), whole, of_set)
            return patterns.place(found) if found else 0

        symbols = {name: one.row(0, of_set, pattern(name, one.bits)) for name, one in sorted(table.symbols.items())}
        aliases = {
            name: [[target, of_set(bits), *([place] if (place := pattern(name, bits)) else [])]
                   for target, bits in sorted(targets.items())]
            for name, targets in sorted(explicit.items()) if targets
        }  # fmt: skip
        return symbols, aliases, patterns

    def count(bits: int) -> int:
        counted[bits] += 1
        return bits

    tables(count)
    for bits in table.ended.values():
        counted[bits] += 1
    # The frequent sets get the short numbers.
    places = {bits: place for place, (bits, _) in enumerate(sorted(counted.items(), key=lambda p: (-p[1], p[0])), 1)}
    symbols, aliases, patterns = tables(places.__getitem__)
    return _written(answers, date, table, places, symbols, aliases, patterns)


def _written(  # noqa: PLR0913, PLR0917 - the parts of the table
    answers: list[Row], date: str, table: Table, places: dict[int, int],
    symbols: dict[str, Any], aliases: dict[str, Any], patterns: Pool,
) -> str:  # fmt: skip
    pools = table.pools
    classes = Pool()
    bases = [[classes.place(name) for name in names] for names in pools.bases.places]
    releases = [{"minor": minor_of(one), "tensorflow": one["version"], "keras": one["keras"], "python": one["python"]}
                for one in answers]  # fmt: skip
    fields: dict[str, object] = {
        "format": FORMAT, "source": SOURCE.format(last=minor_of(answers[-1])), "checked": date, "basis": "installed",
        "releases": releases, "rules": RULES, "sets": list(places), "patterns": list(patterns.places),
        "parameters": list(pools.parameters.places), "signatures": list(pools.signatures.places),
        "texts": list(pools.texts.places), "values": list(pools.values.places), "classes": list(classes.places),
        "bases": bases, "arguments": [dict(pairs) for pairs in pools.arguments.places],
        "renamed": _renamed(answers), "ended": {name: places[bits] for name, bits in sorted(table.ended.items())},
        "contrib": {module: {kind: " ".join(sorted(names)) for kind, names in sorted(kinds.items())}
                    for module, kinds in sorted(table.contrib.items())},
    }  # fmt: skip
    lines = [f"{_json(name)}:{_json(value)}" for name, value in fields.items()]
    for name, rows in (("aliases", aliases), ("symbols", symbols)):
        lines.append(f'"{name}":{{\n' + ",\n".join(f"{_json(key)}:{_json(row)}" for key, row in rows.items()) + "\n}")
    return "{" + ",\n".join(lines) + "}\n"


def _renamed(answers: list[Row]) -> dict[str, str]:
    """Return the names that 1.15 says will go; "" stands for the same below tf.compat.v1."""
    found: dict[str, str] = {}
    for answer in answers:
        for old, new in answer.get("renames", {}).items():
            found[old] = "" if new == f"tf.compat.v1.{old.removeprefix('tf.')}" else new
    return dict(sorted(found.items()))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
