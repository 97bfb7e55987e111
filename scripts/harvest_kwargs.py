#!/usr/bin/env python3
"""Harvests which arguments public functions take by **kwargs, that no signature tells: compat_matrix/kwargs.json.

Each release that scripts/locks/selection.toml names reads the sources of its functions, and of those that they pass
**kwargs on to (see knowing/ask_kwargs.py). The options are those of harvest_symbols.py.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from knowing.environments import Environment
from knowing.fold_symbols import Pool
from knowing.harvest import Ask, harvest

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.kwargs import FORMAT

CHILD: Final = Path(__file__).resolve().parent / "knowing" / "ask_kwargs.py"
Told = dict[str, dict[str, Any]]


def functions(matrix: Matrix, release: str) -> list[str]:
    """Return the public functions, methods and classes of a release that take **kwargs."""
    symbols = matrix.symbols
    names = list(symbols.names(release))
    names += [f"{name}.{last}" for name in names for last in symbols.members(name, release)]
    return sorted({one.name for name in names if (one := symbols.find(name, release)) and one.open})


def asked(one: Environment, ask: Ask, folder: Path) -> Told:
    """Return what a release says."""
    names = folder / "names.json"
    names.write_text(json.dumps(functions(Matrix.locate(), one.minor)), encoding="utf-8")
    return ask(CHILD, names)


def fold(answers: dict[str, Told], date: str) -> str:
    """Return the table: for each function, the sets of releases with what they take, what they may take, "open"."""
    words, rows = Pool(), {}
    for name in sorted({name for told in answers.values() for name in told}):
        kinds: dict[tuple[int, int, int], int] = {}
        for at, told in enumerate(answers.values()):
            if name in told:
                one = told[name]
                kind = words.place(" ".join(one["takes"])), words.place(" ".join(one["maybe"])), int(one["open"])
                kinds[kind] = kinds.get(kind, 0) | 1 << at
        rows[name] = [[bits, *kind] for kind, bits in kinds.items()]
    head = {"format": FORMAT, "source": "scripts/harvest_kwargs.py", "checked": date}
    table = {**head, "releases": list(answers), "words": list(words.places), "rows": rows}
    return json.dumps(table, separators=(",", ":")) + "\n"


def main() -> int:
    """Harvest, then write the table."""
    return harvest(__doc__, "kwargs.json", asked, fold)


if __name__ == "__main__":
    sys.exit(main())
