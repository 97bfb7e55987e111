"""Folds the operations of all releases into one table: each fact once, with the set of releases that have it."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from packaging.version import Version

from tfdoctor.matrix import attrs

FORMAT = 1
SOURCE = (
    "https://github.com/tensorflow/tensorflow (run: the registry of the CPU wheels for Linux x86_64 of 1.15 to {last})"
)
_COMMA = ",\n"
Answer = dict[str, Any]


def minor_of(answer: Answer) -> str:
    """Return "2.3"."""
    version = Version(answer["version"])
    return f"{version.major}.{version.minor}"


def canonical(value: list[Any]) -> str:
    """Return the value of an attribute in the form of tfdoctor.matrix.attrs."""
    kind, plain = value
    match kind:
        case "s":
            return attrs.text(plain.encode("latin-1"))
        case "f":
            return attrs.number(plain)
        case "b":
            return attrs.boolean(plain)
        case "type":
            return attrs.dtype(plain)
        case "shape":
            return attrs.shape(plain)
        case "tensor":
            return attrs.tensor(*plain)
        case "func":
            return attrs.function(plain)
        case "list":
            return attrs.many(canonical(one) for one in plain)
    return str(plain)


class Attribute:
    """An attribute through the releases."""

    def __init__(self, kind: str) -> None:
        self.type = kind
        self.releases = 0
        self.defaults: dict[str, int] = defaultdict(int)
        self.allowed: dict[tuple[str, ...], int] = defaultdict(int)
        self.minimum: dict[int, int] = defaultdict(int)

    def add(self, found: Answer, bit: int) -> None:
        """Add what one release says."""
        self.releases |= bit
        if found.get("default") is not None:
            self.defaults[canonical(found["default"])] |= bit
        if "allowed" in found:
            self.allowed[tuple(sorted(canonical(one) for one in found["allowed"]))] |= bit
        if "minimum" in found:
            self.minimum[int(found["minimum"])] |= bit


class Operation:
    """An operation through the releases."""

    def __init__(self) -> None:
        self.releases = self.stateful = 0
        self.signature: dict[tuple[int, int], int] = defaultdict(int)
        self.deprecated: dict[tuple[int, str], int] = defaultdict(int)
        self.attrs: dict[tuple[str, str], Attribute] = {}

    def add(self, found: Answer, bit: int) -> None:
        """Add what one release says."""
        self.releases |= bit
        self.stateful |= bit if found["stateful"] else 0
        self.signature[found["inputs"], found["outputs"]] |= bit
        if found["deprecated"]:
            self.deprecated[found["deprecated"], found["why"]] |= bit
        for attr in found["attrs"]:
            self.attrs.setdefault((attr["name"], attr["type"]), Attribute(attr["type"])).add(attr, bit)

    def row(self, lists: dict[tuple[str, ...], int], pool: dict[str, int]) -> list[Any]:
        """Return the row of the table; `lists` numbers the lists of allowed values, `pool` the attributes."""
        attributes = []
        for (name, kind), attr in sorted(self.attrs.items()):
            allowed = {lists.setdefault(values, len(lists)): bits for values, bits in sorted(attr.allowed.items())}
            whole = attr.releases
            columns = [
                name, kind, _bits(whole, self.releases), _pairs(attr.defaults, whole), _pairs(allowed, whole),
                _pairs(attr.minimum, whole),
            ]  # fmt: skip
            while columns[-1] == []:
                columns.pop()
            attributes.append(pool.setdefault(_json(columns), len(pool)))
        signature = [
            [*counts, *([bits] if bits != self.releases else [])] for counts, bits in sorted(self.signature.items())
        ]
        deprecated = [[*said, _bits(bits, self.releases)] for said, bits in sorted(self.deprecated.items())]
        return [self.releases, self.stateful, signature, attributes, *([deprecated] if deprecated else [])]


def _pairs(found: dict[Any, int], whole: int) -> list[list[Any]]:
    return [[value, _bits(bits, whole)] for value, bits in sorted(found.items())]


def _bits(bits: int, whole: int) -> int:
    """Return a set of releases; 0 says: all that have what it is about."""
    return 0 if bits == whole else bits


def fold(answers: list[Answer], date: str) -> str:
    """Return ops.json of releases, oldest first: one line of text for each operation."""
    ops: dict[str, Operation] = defaultdict(Operation)
    contrib: dict[str, Operation] = defaultdict(Operation)
    for number, answer in enumerate(answers):
        for table, found in ((ops, answer["ops"]), (contrib, answer["contrib"])):
            for op in found:
                table[op["name"]].add(op, 1 << number)
    known, refusals = lite(answers)
    lists: dict[tuple[str, ...], int] = {}
    pool: dict[str, int] = {}
    tables = {
        name: ",\n".join(f"{_json(op)}:{_json(table[op].row(lists, pool))}" for op in sorted(table))
        for name, table in (("ops", ops), ("contrib", contrib))
    }
    releases = [
        {"minor": minor_of(one)} | {key: one[key] for key in ("version", "producer", "min_consumer", "min_producer")}
        for one in answers
    ]
    fields: dict[str, object] = {
        "format": FORMAT, "source": SOURCE.format(last=minor_of(answers[-1])), "checked": date, "basis": "installed",
        "releases": releases, "allowed": list(lists),
        "lite": known, "refusals": refusals,
    }  # fmt: skip
    lines = [f"{_json(name)}:{_json(value)}" for name, value in fields.items()]
    lines.append(f'"attrs":[\n{_COMMA.join(pool)}\n]')
    lines += [f'"{name}":{{\n{rows}\n}}' for name, rows in tables.items()]
    return "{" + ",\n".join(lines) + "}\n"


def lite(answers: list[Answer]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the versions of TFLite's operators and the messages of those that are not registered, by code."""
    known: dict[int, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    said: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number, answer in enumerate(answers):
        for code, versions in answer["lite"]["known"].items():
            known[int(code)][versions[0], versions[-1]] |= 1 << number
        for code, message in answer["lite"]["refused"].items():
            said[int(code)][_open(message, answer["lite"]["far"])] |= 1 << number
    return (
        {str(code): [[*pair, bits] for pair, bits in sorted(known[code].items())] for code in sorted(known)},
        {str(code): [[text, bits] for text, bits in sorted(said[code].items())] for code in sorted(known)},
    )


def _open(message: str, far: int) -> str:
    """Return the first sentence of a message, the version left open."""
    text = message.partition(": ")[2].split("\n", 1)[0]
    return text.split(". ")[0].replace(f"'{far}'", "'{version}'")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
