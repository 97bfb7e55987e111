"""Harvests which functions take a symbolic tensor of Keras (of Input and layers) in which release: symbolic.json.

Keras 3 refuses such tensors where TensorFlow's own functions are called; no signature tells that. Each function of the
API that may take a tensor is called in each release (see knowing/ask_symbolic.py). The options are those of
harvest_symbols.py.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Final

from knowing.environments import Environment
from knowing.harvest import Ask, harvest

from tfdoctor.matrix import Matrix

ROOT: Final = Path(__file__).resolve().parent.parent
CHILD: Final = ROOT / "scripts" / "knowing" / "ask_symbolic.py"
FORMAT: Final = 1
# Where functions on tensors are; not those that set, write, compile or build something.
FAMILIES: Final = re.compile(
    r"tf\.(?:compat\.v1\.)?(?:(?:math|nn|linalg|image|signal|strings|sparse|random|bitwise|ragged|sets|layers|losses|dtypes|audio|"
    r"quantization|keras\.(?:backend|activations|losses|metrics|utils|ops))\.)?[a-zA-Z]\w*"
)
WITHOUT: Final = re.compile(
    r"(?:set|get|clear|init|enable|disable|reset|add_to|load|save|write|read|print|test|register|deserialize|manual|py_func|"
    r"numpy_function|numpy_func|function|name_|variable|control|device|executing|global|local|trainable|model_var|plot|pad_seq|"
    r"Assert|Print|no_op|timestamp|while_loop|cond|case|py_function|get_file|delete|import|report)"
)


def functions(matrix: Matrix, release: str) -> list[str]:
    """Return the functions of a release that are tried."""
    symbols = matrix.symbols
    names = (name for name in symbols.names(release) if FAMILIES.fullmatch(name))
    found = (name for name in names if not WITHOUT.match(name.rpartition(".")[2]))
    return sorted(name for name in found if getattr(symbols.find(name, release), "kind", "") == "function")


def fold(answers: dict[str, list[str]], date: str) -> str:
    """Return the table: of each function a number whose lowest bit says whether it takes one in the first release."""
    releases = list(answers)
    takes = {
        name: sum(1 << at for at, release in enumerate(releases) if name in answers[release])
        for name in sorted({name for names in answers.values() for name in names})
    }
    head = {"format": FORMAT, "source": "scripts/harvest_symbolic.py", "checked": date}
    table = {**head, "releases": releases, "takes": takes}
    return json.dumps(table, separators=(",", ":")) + "\n"


def asked(one: Environment, ask: Ask, folder: Path) -> list[str]:
    """Return the functions of a release that take one."""
    names = folder / "names.json"
    names.write_text(json.dumps(functions(Matrix.locate(), one.minor)), encoding="utf-8")
    found: list[str] = ask(CHILD, names)["takes"]
    return found


def main() -> int:
    """Harvest, then write the table."""
    return harvest(__doc__, "symbolic.json", asked, fold)


if __name__ == "__main__":
    sys.exit(main())
