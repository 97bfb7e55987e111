"""Harvests the operations of TensorFlow and TFLite of 1.15 and every 2.x minor into `compat_matrix/ops.json`.

Each release is run. `python scripts/harvest_ops.py` makes an environment of each with uv, from the pins in
compat_matrix/evidence/environments.json, one after the other, and removes it; `--environments FOLDER` takes those that
are there as FOLDER/RELEASE.
The answers depend on the releases alone, so that a second run gives the same bytes (`--date` is the day of the first).
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from pathlib import Path

from knowing.environments import ask, chosen, prepared
from knowing.fold_ops import fold

ROOT = Path(__file__).resolve().parent.parent
OPS, LITE = (ROOT / "scripts" / "knowing" / name for name in ("ask_ops.py", "ask_lite.py"))


def main() -> int:
    """Harvest, then write the table; a release that does not answer ends the run and nothing is written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, help="folder of ready environments")
    parser.add_argument("--output", type=Path, default=ROOT / "compat_matrix" / "ops.json")
    parser.add_argument("--date", default=dt.datetime.now(tz=dt.timezone.utc).date().isoformat())
    options = parser.parse_args()
    answers = []
    with tempfile.TemporaryDirectory() as scratch:
        for one in chosen():
            with prepared(one, options.environments, Path(scratch)) as (python, variables):
                kept = Path(scratch) / "answer.json"
                lite = ask(python, variables, LITE, kept)
                answers.append({**ask(python, variables, OPS, kept), "lite": lite})
            print(f"{one.name}: {len(answers[-1]['ops'])} operations", file=sys.stderr)
    text = fold(answers, options.date)
    options.output.write_text(text, encoding="utf-8", newline="\n")
    print(f"{options.output.name}: {len(answers)} releases, {len(text.encode()):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
