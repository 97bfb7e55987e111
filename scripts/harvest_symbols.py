"""Harvests the public API of TensorFlow 1.15 and every 2.x minor, and of Keras beside it, into symbols.json.

Each release is run and inspected. `python scripts/harvest_symbols.py` makes an environment of each with uv, from the
pins in compat_matrix/evidence/environments.json, one after the other, and removes it; `--environments FOLDER` takes
those that are there as FOLDER/RELEASE.
The answers depend on the releases alone, so that a second run gives the same bytes (`--date` is the day of the first).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from knowing.environments import Environment
from knowing.fold_symbols import fold
from knowing.harvest import Ask, harvest

ROOT = Path(__file__).resolve().parent.parent
CHILD = ROOT / "scripts" / "knowing" / "ask_symbols.py"


def asked(_one: Environment, ask: Ask, _folder: Path) -> dict[str, Any]:
    """Return the public API of a release."""
    return ask(CHILD)


def main() -> int:
    """Harvest, then write the table."""
    return harvest(__doc__, "symbols.json", asked, lambda answers, date: fold(list(answers.values()), date))


if __name__ == "__main__":
    sys.exit(main())
