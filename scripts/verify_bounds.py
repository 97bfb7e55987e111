"""Prove the rows of compat_matrix/bounds.toml by real installs: the cure works, the bad version breaks as said.

For each chosen row the working environment is made from exact pins, the version of `worked` has to pass, the version
of `broke` has to fail at the row's effect. Results are appended to a JSONL file at once, and what is in it is not
measured again: an interrupted run goes on where it was. `--changes` measures a list of changes instead ("2.6.5 cp39
protobuf 4.21.0" a line), which is how new bounds are found.

It needs uv and the interpreters on PATH, the package index, and about 2 GB of disk for each release.
"""

import argparse
import datetime as dt
import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bounds.measure import Change, Laboratory, MeasureError, as_line, read_lines

from tfdoctor.matrix.bounds import BREAKING, Bounds, Row

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "compat_matrix" / "bounds.toml"
PINS = ROOT / "compat_matrix" / "evidence" / "environments.json"
RESULTS = ROOT / "compat_matrix" / "evidence" / "bounds.jsonl"

RUN = re.compile(r"tensorflow (\S+) \+ (\S+) (\S+) on CPython (\d)\.(\d+): (.+)")


def run_named(text: str) -> Change:
    """Return the change that a `broke` or `worked` text names.

    Raises:
        ValueError: it is not of the form "tensorflow 2.6.5 + protobuf 4.21.12 on CPython 3.9: import".
    """
    found = RUN.fullmatch(text)
    if found is None:
        raise ValueError(f"not the name of a run: {text!r}")
    tensorflow, distribution, version, major, minor, _ = found.groups()
    return Change(tensorflow, f"cp{major}{minor}", distribution, version)


def shows(row: Row, result: dict[str, Any]) -> bool:
    """Whether a measured result has the effect that the row claims."""
    if row.effect in BREAKING:
        return bool(result["outcome"] == row.effect)
    if result["outcome"] != "ok":
        return False
    if row.effect == "feature":
        return row.feature in result.get("features", {})
    return bool(result.get("noise")) == (row.effect == "warning")


def free_of(row: Row, result: dict[str, Any]) -> bool:
    """Whether a measured result is without the effect that the row claims."""
    return result["outcome"] == "ok" and row.feature not in result.get("features", {})


def measure_all(laboratory: Laboratory, changes: Iterable[Change], results: Path) -> dict[Change, dict[str, Any]]:
    """Measure what is not yet in the results file, append each result, and return all results."""
    known = dict(read_lines(results))
    results.parent.mkdir(parents=True, exist_ok=True)
    for change in changes:
        if change in known:
            continue
        try:
            outcome = laboratory.measure(change)
        except MeasureError as error:
            print(f"skipped: {error}")
            continue
        was = dict(pin.split("==") for pin in laboratory.pins[change.environment]).get(change.distribution)
        line = as_line(change, was, outcome, dt.datetime.now(tz=dt.timezone.utc).date().isoformat())
        with results.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        known[change] = json.loads(line)
        print(f"{change.tf} {change.python} {change.distribution} {change.version}: {outcome.outcome} {outcome.error}")
    return known


def verdicts(rows: Iterable[Row], known: dict[Change, dict[str, Any]]) -> Iterator[tuple[Row, str]]:
    """Yield each row with "proven" or what is wrong with its proof."""
    for row in rows:
        if row.broke is None or row.worked is None:
            yield row, "names no run"
            continue
        broke, worked = known.get(run_named(row.broke)), known.get(run_named(row.worked))
        if broke is None or worked is None:
            yield row, "not measured"
        elif not shows(row, broke):
            yield row, f"{row.broke}: measured {broke['outcome']} {broke.get('features', '')}"
        elif not free_of(row, worked):
            yield row, f"{row.worked}: measured {worked['outcome']} {worked.get('features', '')}"
        else:
            yield row, "proven"


def main() -> int:
    """Measure, then print the rows that are not proven; 1 where there are any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--distribution", action="append", help="only the rows of this dependency (repeatable)")
    parser.add_argument("--changes", type=Path, help="measure the changes of this file instead of the rows")
    parser.add_argument("--pins", type=Path, default=PINS, help="the environments' exact pins")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the result file")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "bounds", help="where environments are made")
    parser.add_argument("--offline", action="store_true", help="install nothing, judge by the result file")
    arguments = parser.parse_args()
    pins = json.loads(arguments.pins.read_text(encoding="utf-8"))
    laboratory = Laboratory(arguments.work, pins, shutil.which("uv") or "uv")
    if arguments.changes:
        lines = arguments.changes.read_text(encoding="utf-8").splitlines()
        measure_all(laboratory, [Change(*line.split()) for line in lines if line.strip()], arguments.results)
        return 0
    rows = [bound.row for bound in Bounds.decode(TABLE.read_bytes())]
    rows = [row for row in rows if not arguments.distribution or row.distribution in arguments.distribution]
    wanted = [run_named(text) for row in rows for text in (row.worked, row.broke) if text is not None]
    known = measure_all(laboratory, [] if arguments.offline else wanted, arguments.results)
    judged = list(verdicts(rows, known))
    unproven = [(row, verdict) for row, verdict in judged if verdict != "proven"]
    for row, verdict in unproven:
        print(f"UNPROVEN {row.distribution} {row.breaks} with tensorflow {row.tensorflow}: {verdict}")
    print(f"{len(judged) - len(unproven)} of {len(judged)} rows proven")
    return 1 if unproven else 0


if __name__ == "__main__":
    sys.exit(main())
