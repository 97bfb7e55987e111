#!/usr/bin/env python3
"""Counts how often each row of compat_matrix/presumptions.toml is right, on the bare logs of labelled tickets.

A row is counted where it speaks: the log is all that is shown and no rule explains it. `--update` writes the counts
into the table. Exit 1 where the table says other numbers than were counted.
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path

from tfdoctor.diagnose import diagnose
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, ticket

TABLE = Path(__file__).parent.parent / "compat_matrix" / "presumptions.toml"


def counted(files: list[Path], matrix: Matrix) -> tuple[Counter[str], Counter[str]]:
    """Return how often each row spoke, and how often it was right, by the row's message."""
    spoke: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for case in (json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()):
        if not case.get("log"):
            continue
        snapshot = ticket.snapshot(form.from_object({"id": case["id"], "log": case["log"]}))
        for finding in diagnose(snapshot, matrix).findings:
            if any(row.fact == "matrix.presumptions" for row in finding.evidence):
                row = next(row for row in matrix.presumptions if finding.message.startswith(row.message))
                spoke[row.message] += 1
                right[row.message] += finding.name == case["expect"]["name"]
    return spoke, right


def main() -> int:
    """Count, print and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="labelled tickets (.jsonl)")
    parser.add_argument("--update", action="store_true", help="write the counts into the table")
    options = parser.parse_args()
    matrix = Matrix.locate()
    spoke, right = counted(options.files, matrix)
    text = TABLE.read_text(encoding="utf-8")
    differs = False
    for row in matrix.presumptions:
        now = (right[row.message], spoke[row.message])
        print(f"{now[0]:4} / {now[1]:3}  {row.finding:36} {', '.join(row.events)} {row.text}")
        differs |= now != (row.right, row.threads)
        start = text.index(row.message)
        counts = re.sub(r"right = \d+\nthreads = \d+", f"right = {now[0]}\nthreads = {now[1]}", text[start:], count=1)
        text = text[:start] + counts
    if options.update:
        TABLE.write_text(text, encoding="utf-8")
        return 0
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
