"""Harvests the public API of TensorFlow 1.15 and every 2.x minor, and of Keras beside it, into symbols.json.

Each release is run and inspected. `python scripts/harvest_symbols.py` makes an environment of each with uv, from the
pins in compat_matrix/evidence/environments.json, one after the other, and removes it; `--environments FOLDER` takes
those that are there as FOLDER/RELEASE.
The answers depend on the releases alone, so that a second run gives the same bytes (`--date` is the day of the first).
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from pathlib import Path

from knowing.environments import ask, chosen, prepared
from knowing.fold_symbols import fold

ROOT = Path(__file__).resolve().parent.parent
CHILD = ROOT / "scripts" / "knowing" / "ask_symbols.py"


def main() -> int:
    """Harvest, then write the table; a release that does not answer ends the run and nothing is written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, help="folder of ready environments")
    parser.add_argument("--output", type=Path, default=ROOT / "compat_matrix" / "symbols.json")
    parser.add_argument("--date", default=dt.datetime.now(tz=dt.timezone.utc).date().isoformat())
    options = parser.parse_args()
    answers = []
    with tempfile.TemporaryDirectory() as scratch:
        for one in chosen():
            with prepared(one, options.environments, Path(scratch)) as (python, variables):
                answers.append(ask(python, variables, CHILD, Path(scratch) / "answer.json"))
            print(f"{one.name}: {len(answers[-1]['objects'])} symbols", file=sys.stderr)
    text = fold(answers, options.date)
    options.output.write_text(text, encoding="utf-8", newline="\n")
    print(f"{options.output.name}: {len(answers)} releases, {len(text.encode()):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
