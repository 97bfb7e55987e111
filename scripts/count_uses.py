"""Count in how many of TensorFlow's own guides and tutorials each public name is used: compat_matrix/uses.json.

Takes a checkout of https://github.com/tensorflow/docs. What programs use first is told first; no judgement rests on it.
"""

import argparse
import datetime as dt
import json
import subprocess
from collections import defaultdict
from pathlib import Path

from tfdoctor.drift.code import Skipped
from tfdoctor.drift.guard import Guard
from tfdoctor.drift.reading import read
from tfdoctor.matrix import Matrix

TARGET = Path(__file__).parent.parent / "compat_matrix" / "uses.json"
PLACE = "site/en"
RELEASES = ("2.15", "2.21", "2.3", "1.15")
LEAST = 2  # files: what one page alone uses tells nothing
COMPAT = "tf.compat.v1."


def counted(folder: Path, matrix: Matrix) -> tuple[int, dict[str, int]]:
    """Return the number of files that use TensorFlow, and for each name the number of those that use it."""
    symbols = matrix.symbols
    files: dict[str, set[str]] = defaultdict(set)
    for use in read([folder], Guard()):
        if isinstance(use, Skipped) or use.kind == "import":
            continue
        name = f"tf.{use.name}" if use.name.startswith("keras.") else use.name
        found = next((one for one in (symbols.find(name, release) for release in RELEASES) if one), None)
        for each in {name, found.name} if found else ():
            files[f"tf.{each.removeprefix(COMPAT)}" if each.startswith(COMPAT) else each].add(use.path)
    rows = {name: len(paths) for name, paths in files.items() if len(paths) >= LEAST}
    return len(set().union(*files.values())), dict(sorted(rows.items(), key=lambda row: (-row[1], row[0])))


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    checkout = parser.parse_args().checkout
    asked = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
    commit = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    files, uses = counted(checkout / PLACE, Matrix.locate())
    table = {
        "format": 1,
        "source": f"https://github.com/tensorflow/docs/tree/{commit}/{PLACE}",
        "checked": f"{dt.datetime.now(tz=dt.timezone.utc):%Y-%m-%d}",
        "files": files,
        "uses": uses,
    }
    TARGET.write_text(json.dumps(table, separators=(",", ":")) + "\n")
    print(f"{len(uses)} names in {files} files")


if __name__ == "__main__":
    main()
