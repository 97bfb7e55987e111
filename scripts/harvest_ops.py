"""Harvests the operations of TensorFlow and TFLite of 1.15 and every 2.x minor into `compat_matrix/ops.json`.

Each release is run. `python scripts/harvest_ops.py` makes an environment of each with uv, from the pins in
compat_matrix/evidence/environments.json, one after the other, and removes it; `--environments FOLDER` takes those that
are there as FOLDER/RELEASE.
The answers depend on the releases alone, so that a second run gives the same bytes (`--date` is the day of the first).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from knowing.environments import Environment
from knowing.fold_ops import fold
from knowing.harvest import Ask, harvest

ROOT = Path(__file__).resolve().parent.parent
OPS, LITE = (ROOT / "scripts" / "knowing" / name for name in ("ask_ops.py", "ask_lite.py"))


def asked(_one: Environment, ask: Ask, _folder: Path) -> dict[str, Any]:
    """Return the operations of a release, and those of TFLite."""
    lite = ask(LITE)
    return {**ask(OPS), "lite": lite}


def main() -> int:
    """Harvest, then write the table."""
    return harvest(__doc__, "ops.json", asked, lambda answers, date: fold(list(answers.values()), date))


if __name__ == "__main__":
    sys.exit(main())
