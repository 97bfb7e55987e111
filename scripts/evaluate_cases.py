#!/usr/bin/env python3
"""Runs the rules over labelled tickets and compares the primary finding with the label `expect.name`.

The same case is tried in several forms: its facts alone, its log alone, both, the whole ticket with its title, and
the text of an issue. A form counts the cases that are usable from what it shows. Exit 1 where the accuracy of a form is
below its bar, or an error is raised on a harmless case.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cases import issue_form

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, prose, ticket

STATED: Final = ("environment", "saved_with", "loaded_with", "from_version", "to_version")


@dataclass(frozen=True)
class Form:
    """A way to show a case: what the case must be usable from, how it is read, and the accuracy that is asked for."""

    usable: frozenset[str]
    read: Callable[[dict[str, Any]], form.Ticket | None]
    bar: float = 0.0


def _only(*keys: str) -> Callable[[dict[str, Any]], form.Ticket | None]:
    def read(case: dict[str, Any]) -> form.Ticket | None:
        kept = {key: case[key] for key in keys if case.get(key)}
        return form.from_object({"id": case["id"], **kept}) if kept else None

    return read


def _written(manner: str) -> Callable[[dict[str, Any]], form.Ticket | None]:
    return lambda case: prose.read(issue_form.render(case, manner)).ticket


FORMS: Final = {
    "facts": Form(frozenset({"environment"}), _only(*STATED)),
    "log": Form(frozenset({"log"}), _only("log"), 0.80),
    "both": Form(frozenset({"environment", "log"}), _only(*STATED, "log", "code"), 0.90),
    "ticket": Form(frozenset({"environment", "log"}), _only("title", *STATED, "log", "code"), 0.90),
    **{f"text-{name}": Form(frozenset({"environment", "log"}), _written(name), 0.90) for name in issue_form.FORMS},
}


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


def results(files: list[Path], shown: Form, matrix: Matrix, *, debug: bool) -> Iterator[Result]:
    """Diagnose every usable case of the files in one form."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            case = json.loads(line, parse_float=str)  # the version 2.10 is not 2.1
            expect = case["expect"]
            read = shown.read(case) if shown.usable & set(expect.get("usable_as", ())) else None
            if read is not None:
                found = diagnose(ticket.snapshot(read), matrix, debug=debug)
                yield Result(case["id"], expect["name"], expect["verdict"], found)


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
    parser.add_argument("--form", choices=(*FORMS, "all"), default="both", help="how the cases are shown")
    parser.add_argument("--at-least", type=float, help="the bar of every form, instead of its own")
    parser.add_argument("--only", default="", help="only cases whose label or id contains this text")
    parser.add_argument("--debug", action="store_true", help="let a crashing rule raise")
    options = parser.parse_args()
    matrix = Matrix.locate()
    failed = False
    lines: list[str] = []
    for name, shown in FORMS.items():
        if options.form not in {name, "all"}:
            continue
        start = time.perf_counter()
        rows = list(results(options.files, shown, matrix, debug=options.debug))
        seconds = time.perf_counter() - start
        rows = [row for row in rows if options.only in row.expected or options.only in row.id]
        print(f"== {name}")
        accuracy = report(rows, seconds)
        alarms = sum(bool(row.false_alarms) for row in rows)
        failed |= accuracy < (shown.bar if options.at_least is None else options.at_least) or bool(alarms)
        lines.append(f"{name:16} {accuracy:6.1%} of {len(rows):4} cases; {alarms} harmless ones called errors")
    print("\n" + "\n".join(lines))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
