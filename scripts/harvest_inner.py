"""Harvests what no documentation tells, and programs use all the same, in each release: inner.json.

The modules inside tensorflow and keras with the names in them (their files are read), and the attributes that objects
of Keras have besides public methods (objects are made and asked). What every release has alike is left out.
The options are those of harvest_symbols.py.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from knowing.environments import Environment
from knowing.harvest import Ask, harvest

ROOT: Final = Path(__file__).resolve().parent.parent
KNOWING: Final = ROOT / "scripts" / "knowing"
FORMAT: Final = 1
IMPORTED: Final = "+"  # before a name that a module only imports; one that no release defines is left out
STAR: Final = "*"  # in a module that brings the names of another one
PARTS: Final = {"modules": "ask_modules.py", "objects": "ask_attributes.py"}
Answers = Mapping[str, Mapping[str, list[str]]]  # release -> owner -> names


def folded(answers: Answers, sets: dict[int, int], *, whole: bool) -> dict[str, list[Any]]:
    """Return [set of releases, {name: set of releases}] of each owner; the names that it always has where `whole`."""
    owners: dict[str, int] = {}
    names: dict[str, dict[str, int]] = {}
    own: dict[str, set[str]] = defaultdict(set)
    for at, answer in enumerate(answers.values()):
        for owner, found in answer.items():
            owners[owner] = owners.get(owner, 0) | 1 << at
            kept = names.setdefault(owner, {})
            for name in found:
                own[owner].update([] if name.startswith(IMPORTED) else [name])
                kept[name.lstrip(IMPORTED)] = kept.get(name.lstrip(IMPORTED), 0) | 1 << at
    every = (1 << len(answers)) - 1
    rows: dict[str, list[Any]] = {}
    for owner, bits in sorted(owners.items()):
        own[owner] -= {name for name in own[owner] if f"{owner}.{name}" in owners}  # modules have their own rows
        mine = sorted((name, one) for name, one in names[owner].items() if name in own[owner])
        told = [(name, one) for name, one in mine if whole or one != bits or name == STAR]
        some = {name: sets.setdefault(one, len(sets)) for name, one in told}
        if some or bits != every:
            rows[owner] = [sets.setdefault(bits, len(sets)), some]
    return rows


def asked(_one: Environment, ask: Ask, _folder: Path) -> dict[str, dict[str, list[str]]]:
    """Return the names of each owner in a release, by part."""
    return {part: ask(KNOWING / child) for part, child in PARTS.items()}


def fold(answers: dict[str, dict[str, dict[str, list[str]]]], date: str) -> str:
    """Return the table."""
    sets: dict[int, int] = {}
    rows = {
        part: folded({minor: told[part] for minor, told in answers.items()}, sets, whole=part == "objects")
        for part in PARTS
    }
    table = {
        "format": FORMAT, "source": "scripts/harvest_inner.py", "checked": date,
        "releases": list(answers), "sets": list(sets), **rows,
    }  # fmt: skip
    return json.dumps(table, separators=(",", ":")) + "\n"


def main() -> int:
    """Harvest, then write the table."""
    return harvest(__doc__, "inner.json", asked, fold)


if __name__ == "__main__":
    sys.exit(main())
