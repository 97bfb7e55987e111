"""Folds what the releases of Keras answered into one table: each fact once, with the set of releases that have it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import Any

from packaging.version import Version

FORMAT = 1
SOURCE = (
    "https://github.com/keras-team/keras (run: tf.keras of TensorFlow 1.15 to 2.5, keras from 2.6, tf-keras from 2.16)"
)
# Modules whose classes no saved model names.
NEVER = ("callbacks", "testing", "tests", "backend", "export", "distribution", "legacy_tf_layers", "feature_column")
# What a configuration can be of.
STORED = {
    "Layer", "Operation", "KerasSaveable", "Optimizer", "OptimizerV2", "Loss", "Metric", "Initializer", "Regularizer",
    "Constraint", "LearningRateSchedule", "Policy", "DTypePolicy",
}  # fmt: skip
# Modules of the public name space whose functions a configuration may name.
PUBLIC = {"activations", "constraints", "initializers", "losses", "metrics", "regularizers", "ops"}

WHOLE = ""  # instead of a value: the key is refused, whatever its value
MOST = 6  # values that are tried for one key
LONG = 300  # characters of a value
LONGEST = 160  # characters of a message that are kept

Answer = dict[str, Any]


def minor_of(answer: Answer) -> str:
    """Return the place of a release on the scale: TensorFlow's minor for tf.keras, else Keras's own."""
    version = Version(answer["keras"].removesuffix("-tf"))
    return f"{version.major}.{version.minor}"


def relative(answer: Answer, identity: str) -> tuple[str, str] | None:
    """Return (module below the root, name) of "module:Class"; None for what is none of this Keras."""
    module, _, name = identity.partition(":")
    root = answer["root"]
    if module == root:
        return "", name
    return (module[len(root) + 1 :], name) if module.startswith(root + ".") else None


class Folder:
    """Gathers the lines. Two classes of two releases are one line when a deserializer finds both under one name."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.lines: list[Line] = []
        self.tables: dict[str, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
        self.functions: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.exported: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.exported_functions: dict[str, int] = defaultdict(int)
        self.shared: dict[str, int] = defaultdict(int)
        self.errors: dict[tuple[str, str], int] = {}

    def add(self, answer: Answer, bit: int) -> None:
        """Add what one release answered."""
        number = {identity: self._fill(answer, key, identity, bit) for identity, key in owners(answer).items()}
        for kind, table in answer["tables"].items():
            self._look_up(answer, kind, table, number, bit)
        for name, identity in answer["exported"].items():
            if identity in number:
                self.exported[name][number[identity]] |= bit
        for name in answer["functions"]:
            if name.split(".")[1] in PUBLIC:
                self.exported_functions[name] |= bit
        for name, error in answer.get("answers", {}).get("base", {}).items():
            self.shared[name] |= 0 if error else bit

    def _look_up(self, answer: Answer, kind: str, table: dict[str, str], number: dict[str, int], bit: int) -> None:
        """Add the names of one deserializer."""
        for name, identity in table.items():
            if identity in number:
                self.tables[kind][name][number[identity]] |= bit
            elif identity not in answer["classes"] and relative(answer, identity) and not name.startswith("_"):
                self.functions[kind][name] |= bit

    def _fill(self, answer: Answer, key: str, identity: str, bit: int) -> int:
        """Add what is known of one class; return the number of its line."""
        if key not in self.numbers:
            self.numbers[key] = len(self.lines)
            self.lines.append(Line(key))
        line, found = self.lines[self.numbers[key]], answer["classes"][identity]
        place = relative(answer, identity)
        line.name = identity.partition(":")[2]
        line.modules[place[0] if place else "?"] |= bit
        for name in found["args"]:
            line.args[name] |= bit
        for name in found["needed"]:
            line.needed[name] |= bit
        line.open |= bit if found["rest"] else 0
        for name, value in (found["config"] or {}).items():
            line.config[name][kept(value) if name != "name" else "null"] |= bit
        for name, tried in answer.get("answers", {}).get("classes", {}).get(identity, {}).items():
            refused = [(value, error) for value, error in tried if error is not None]
            whole = len(refused) == len(tried) and name not in (found["config"] or {})
            for value, error in refused:
                told = self.errors.setdefault(template(error, line.name, name), len(self.errors))
                line.refuses[name][WHOLE if whole else kept(value)][told] |= bit
            if not refused:
                line.takes[name] |= bit
        return self.numbers[key]

    def table(self, releases: list[dict[str, Any]], date: str) -> str:
        """Return keras.json, one line of text for each class."""
        order = sorted(range(len(self.lines)), key=lambda number: self.lines[number].key)
        place = {number: index for index, number in enumerate(order)}

        def pairs(found: dict[int, int]) -> list[list[int]]:
            return sorted([place[number], releases] for number, releases in found.items())

        tables = {kind: {name: pairs(found) for name, found in rows.items()} for kind, rows in self.tables.items()}
        fields: dict[str, Any] = {
            "format": FORMAT, "source": SOURCE, "checked": date, "releases": releases,
            "tables": tables, "functions": self.functions,
            "exported": {name: pairs(found) for name, found in self.exported.items()},
            "exported_functions": self.exported_functions,
            "shared": {name: bits for name, bits in self.shared.items() if bits},
            "errors": list(self.errors),
        }  # fmt: skip
        pool: dict[str, int] = {}
        rows = ",\n".join(text(self.lines[number].row(pool)) for number in order)
        fields["values"] = [json.loads(value) for value in pool]
        body = ",\n".join(f"{text(name)}:{text(value)}" for name, value in fields.items())
        return f'{{{body},\n"lines":[\n{rows}\n]}}\n'


class Line:
    """A class through the releases."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.name = ""
        self.modules: dict[str, int] = defaultdict(int)
        self.args: dict[str, int] = defaultdict(int)
        self.needed: dict[str, int] = defaultdict(int)
        self.open = 0
        self.config: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.takes: dict[str, int] = defaultdict(int)
        self.refuses: dict[str, dict[str, dict[int, int]]] = defaultdict(_nested)

    def row(self, pool: dict[str, int]) -> list[Any]:
        """Return the row of the table; `pool` numbers the values of configurations."""
        whole = 0
        for releases in self.modules.values():
            whole |= releases

        def sets(found: dict[str, int]) -> dict[str, int]:
            return {name: 0 if releases == whole else releases for name, releases in found.items()}

        config: dict[str, Any] = {}
        for name, found in self.config.items():
            numbers = [[pool.setdefault(value, len(pool)), releases] for value, releases in sorted(found.items())]
            config[name] = numbers[0][0] if len(numbers) == 1 and numbers[0][1] == whole else numbers
        # What the signature says already needs no trial.
        takes = {name: extra for name, releases in self.takes.items() if (extra := releases & ~self.args.get(name, 0))}
        refuses = {
            name: [
                [error, bits] if value == WHOLE else [error, bits, pool.setdefault(value, len(pool))]
                for value, errors in sorted(values.items())
                for error, bits in sorted(errors.items())
            ]
            for name, values in self.refuses.items()
        }
        kind = self.key.partition("/")[0]
        modules = sets(self.modules) if len(self.modules) > 1 else dict(self.modules)
        return [
            kind, self.name, modules, sets(self.args), sets(self.needed), self.open, config, takes, refuses,
        ]  # fmt: skip


def _nested() -> dict[str, dict[int, int]]:
    return defaultdict(lambda: defaultdict(int))


def owners(answer: Answer) -> dict[str, str]:
    """Return the line's key of each class: the name under which it is found, else the place where it is defined."""
    found: dict[str, str] = {}
    for kind in sorted(answer["tables"], key=lambda kind: (kind == "legacy_optimizers", kind)):
        # The class's own name comes before its aliases.
        names = answer["tables"][kind]
        for name in sorted(names, key=lambda name: (name.lower() != names[name].partition(":")[2].lower(), name)):
            if names[name] in answer["classes"]:
                found.setdefault(names[name], f"{kind}/{name}")
    if answer["exported"]:
        public = set(answer["exported"].values())
        for identity in sorted(answer["classes"]):
            place = relative(answer, identity)
            if place and (identity in public or not place[0].startswith(NEVER)) and not hidden(answer, identity):
                found.setdefault(identity, f"{place[0]}/{place[1]}")
    return found


def hidden(answer: Answer, identity: str) -> bool:
    """Say whether no deserializer returns a class: it is neither layer, operation nor anything that is stored."""
    bases = {*answer["classes"][identity]["bases"], identity.partition(":")[2]}
    return not bases & STORED


def kept(value: object) -> str:
    """Return a value as text; of a whole layer inside another its class alone is kept."""
    said = text(nameless(value))
    if len(said) <= LONG:
        return said
    if not isinstance(value, dict):  # bytecode of a Lambda
        return "null"
    return text({key: one for key, one in value.items() if key != "config"})


def template(error: list[str], name: str, key: str) -> tuple[str, str]:
    """Return an error as (type, text) with the class, the key and long values left open, so that few are different."""
    kind, said = error
    said = said.rpartition("Exception encountered: ")[2].strip()
    said = re.sub(rf"\b{re.escape(name)}\b", "{class}", said)
    said = re.sub(rf"(['\"`]){re.escape(key)}\1", r"\1{key}\1", said)
    said = re.sub(r"(\{'\{key\}': ).*\}", r"\1{value}}", said)
    said = re.sub(r"(?:<[^>]*>|\b0x[0-9a-f]+)", "{object}", said)
    first = said.split("\n", 1)[0]
    return kind, first[:LONGEST]


def questions(answers: list[Answer]) -> dict[str, Any]:
    """Return what each release is to be asked: the keys and values that any release writes by default.

    "base": arguments to be tried on the base layer; "lines": line -> key -> values; "ids": class -> its lines.
    """
    names: set[str] = set()
    lines: dict[str, dict[str, dict[str, object]]] = defaultdict(lambda: defaultdict(dict))
    ids: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        for identity, key in owners(answer).items():
            found = answer["classes"][identity]
            names.update(found["args"], found["config"] or ())
            ids[identity].add(key)
            for name, value in (found["config"] or {}).items():
                if name != "name":
                    lines[key][name].setdefault(text(nameless(value)), value)
    return {
        "base": sorted(names),
        "lines": {
            key: {name: [values[one] for one in sorted(values)][:MOST] for name, values in found.items()}
            for key, found in lines.items()
        },
        "ids": {identity: sorted(keys) for identity, keys in ids.items()},
    }


def fold(answers: list[Answer], date: str) -> str:
    """Return keras.json of releases in the order of the scale."""
    folder = Folder()
    releases = []
    for number, answer in enumerate(answers):
        folder.add(answer, 1 << number)
        columns = ("keras", "tensorflow", "python", "root")
        releases.append({"minor": minor_of(answer)} | {name: answer[name] for name in columns})
    return folder.table(releases, date)


def nameless(value: object) -> object:
    """Return a configuration without the names of its layers, which count up."""
    if isinstance(value, dict):
        return {key: "" if key == "name" and isinstance(one, str) else nameless(one) for key, one in value.items()}
    return [nameless(one) for one in value] if isinstance(value, list) else value


def text(value: object) -> str:
    """Return JSON as short as it gets, its keys sorted."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
