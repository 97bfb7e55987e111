#!/usr/bin/env python3
"""A dump here, triage elsewhere: is the diagnosis the same?

    scripts/verify_roundtrip.py ENVIRONMENT... [--load] [--machines tests/machines] [--reader COMMAND]

Each environment (and each golden machine with a snapshot.json) is examined by `tfdoctor check`, dumped with redaction
by `tfdoctor dump`, and read by `tfdoctor triage` in an empty environment, without network where Linux allows that.
Codes, severities, verdicts, confidences and their order must agree. `--reader` is another tfdoctor ("python3.12
tfdoctor.pyz"), as the one who gets the ticket would have. Exit 1 where anything differs.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TFDOCTOR = [str(Path(sys.executable).parent / "tfdoctor")]
Row = tuple[str, str, str, str]


def run(command: list[str], *, elsewhere: bool = False) -> str:
    """Return what a command prints; `elsewhere` without variables, and without network where that can be had."""
    apart = ["unshare", "-rn"] if elsewhere and sys.platform == "linux" and _can_unshare() else []
    variables = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"} if elsewhere else None
    done = subprocess.run([*apart, *command], capture_output=True, text=True, check=False, env=variables)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{shlex.join(command)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def _can_unshare() -> bool:
    return subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0


def rows(document: str) -> list[Row]:
    """The findings of a diagnosis without what names a path."""
    found: list[dict[str, Any]] = json.loads(document)["findings"]
    return [(row["code"], row["severity"], row["verdict"], row["confidence"]) for row in found]


def environment(place: Path, folder: Path, reader: list[str], load: list[str]) -> tuple[list[Row], list[Row]]:
    """Return the findings here and those of the one who gets the dump."""
    here = rows(run([*TFDOCTOR, "check", "-p", str(place), "--format", "json", *load]))
    dump = folder / f"{place.name}.zip"
    run([*TFDOCTOR, "dump", "-p", str(place), "-o", str(dump), *load])
    return here, rows(run([*reader, "triage", "--format", "json", str(dump)], elsewhere=True))


def machine(snapshot: Path, folder: Path, reader: list[str]) -> tuple[list[Row], list[Row]]:
    """The same for a saved snapshot, redacted afterwards."""
    here = rows(run([*TFDOCTOR, "triage", "--format", "json", str(snapshot)]))
    redacted = folder / f"{snapshot.parent.name}.json"
    run([*TFDOCTOR, "redact", str(snapshot), "-o", str(redacted)])
    return here, rows(run([*reader, "triage", "--format", "json", str(redacted)], elsewhere=True))


def main() -> int:
    """Try all; print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environments", nargs="*", type=Path)
    parser.add_argument("--load", action="store_true", help="also import and use TensorFlow")
    parser.add_argument("--machines", type=Path, help="folder of folders with a snapshot.json")
    parser.add_argument("--reader", default=shlex.join(TFDOCTOR), help="the tfdoctor that reads")
    options = parser.parse_args()
    reader, load = shlex.split(options.reader), ["--load"] if options.load else []
    total = same = 0
    with tempfile.TemporaryDirectory() as scratch:
        tried = [(place, environment(place, Path(scratch), reader, load)) for place in options.environments]
        if options.machines:
            saved = sorted(options.machines.glob("*/snapshot.json"))
            tried += [(place.parent, machine(place, Path(scratch), reader)) for place in saved]
    for place, (here, there) in tried:
        total += 1
        same += here == there
        print(f"{'same' if here == there else 'DIFFERS':8} {len(here):2} findings  {place.name}")
        if here != there:
            print(f"    here:  {here}\n    there: {there}")
    print(f"\n{same} of {total} diagnoses are the same")
    return int(same < total)


if __name__ == "__main__":
    sys.exit(main())
