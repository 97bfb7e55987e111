#!/usr/bin/env python3
"""Whether `tfdoctor drift --code` finds the labelled cause of tickets that hold code.

    scripts/evaluate_drift.py TICKETS.jsonl...

The code of a ticket, often a few lines without their imports, is read as a program between the ticket's two releases.
A case is found where its label is among the findings. Exit 1 where fewer than 85 % are found.
"""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tfdoctor.drift.compare import compare
from tfdoctor.drift.findings import diagnosis
from tfdoctor.drift.releases import span
from tfdoctor.matrix import Matrix

IMPORTS: Final = "import tensorflow as tf\nimport keras\nfrom tensorflow.keras.layers import *\n"
NAMED: Final = (  # what tickets call releases without a number of TensorFlow
    (re.compile(r"\b([12]\.\d+)"), r"\1"),
    (re.compile(r"standalone|\b1\.x|TF ?1\b", re.IGNORECASE), "1.15"),
    (re.compile(r"\b2\.x|TF ?2\b", re.IGNORECASE), "2.0"),
    (re.compile(r"Keras 2", re.IGNORECASE), "2.15"),
    (re.compile(r"Keras 3", re.IGNORECASE), "2.16"),
)
BAR: Final = 0.85


def minor(text: str) -> str:
    """The minor of TensorFlow that a ticket means; "" where it does not tell."""
    return next((found.expand(value) for pattern, value in NAMED if (found := pattern.search(text))), "")


def findings(case: dict[str, Any], matrix: Matrix) -> list[str] | None:
    """The names of the findings for the code of a case; None without code or releases."""
    before, after = (minor(str(case.get(key) or "")) for key in ("from_version", "to_version"))
    if not case.get("code") or not before or not after:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ticket.py"
        path.write_text(f"{IMPORTS}{case['code']}\n")
        answer = compare(span(before, after, matrix), matrix, [path])
    return [found.name for found in diagnosis(answer).findings]


def main() -> int:
    """Evaluate the cases of all files."""
    matrix, right, total = Matrix.locate(), 0, 0
    for file in sys.argv[1:]:
        for line in Path(file).read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            found = findings(case, matrix)
            if found is None:
                continue
            total += 1
            right += case["expect"]["name"] in found
            print(f"{case['id']}: {case['expect']['name']} {'found' if case['expect']['name'] in found else found[:4]}")
    print(f"{right} of {total} found")
    return int(right < BAR * total)


if __name__ == "__main__":
    sys.exit(main())
