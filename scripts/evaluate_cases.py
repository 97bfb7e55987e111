#!/usr/bin/env python3
"""Runs the rules over labelled tickets and compares the primary finding with the label `expect.name`.

Counts the cases that are usable from a log or from the environment. Exit 1 where the accuracy is below `--at-least`
or an error is raised on a harmless case.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, ticket


@dataclass(frozen=True)
class Result:
    """One labelled case and what the rules said."""

    id: str
    expected: str
    verdict: str
    diagnosis: Diagnosis

    @property
    def found(self) -> str:
        """The name of the primary finding."""
        return self.diagnosis.primary.name if self.diagnosis.primary else "(nothing)"

    @property
    def right(self) -> bool:
        """Whether the primary finding is the label."""
        return self.found == self.expected

    @property
    def false_alarms(self) -> tuple[str, ...]:
        """Errors raised on a harmless case."""
        if self.verdict != "harmless":
            return ()
        return tuple(finding.name for finding in self.diagnosis.findings if finding.severity == "error")


def results(files: list[Path], matrix: Matrix, *, debug: bool) -> Iterator[Result]:
    """Diagnose every usable case of the files."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            expect = row["expect"]
            if {"log", "environment"} & set(expect.get("usable_as", ())):
                snapshot = ticket.snapshot(form.decode(line))
                found = diagnose(snapshot, matrix, debug=debug)
                yield Result(row["id"], expect["name"], expect["verdict"], found)


def report(rows: list[Result], seconds: float) -> float:
    """Print the tables; return the accuracy."""
    right = sum(row.right for row in rows)
    print("per name (right / cases):")
    total = Counter(row.expected for row in rows)
    good = Counter(row.expected for row in rows if row.right)
    for name, number in sorted(total.items()):
        print(f"  {good[name]:3} / {number:3}  {name}")
    print("\nconfusions:")
    for row in rows:
        if not row.right:
            others = [finding.name for finding in row.diagnosis.findings[1:]]
            print(f"  {row.id}: expected {row.expected}, found {row.found}; then {others}")
    print("\nerrors on harmless cases:")
    for row in rows:
        for name in row.false_alarms:
            print(f"  {row.id}: {name}")
    accuracy = right / len(rows) if rows else 0.0
    print(f"\n{right} of {len(rows)} primary findings right: {accuracy:.1%}; {len(rows) / seconds:.0f} tickets/s")
    return accuracy


def main() -> int:
    """Evaluate the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="labelled tickets (.jsonl)")
    parser.add_argument("--at-least", type=float, default=0.90, help="the accuracy below which the exit code is 1")
    parser.add_argument("--only", default="", help="only cases whose label or id contains this text")
    parser.add_argument("--debug", action="store_true", help="let a crashing rule raise")
    options = parser.parse_args()
    matrix = Matrix.locate()
    start = time.perf_counter()
    rows = list(results(options.files, matrix, debug=options.debug))
    seconds = time.perf_counter() - start
    rows = [row for row in rows if options.only in row.expected or options.only in row.id]
    accuracy = report(rows, seconds)
    return int(accuracy < options.at_least or any(row.false_alarms for row in rows))


if __name__ == "__main__":
    sys.exit(main())
