#!/usr/bin/env python3
"""`tfdoctor model --prove` for real, over saved models of many kinds: does what happens agree with what was predicted?

    scripts/verify_proofs.py WORK FROM TO [--environments FOLDER] [--legacy] [--unsafe] [--output FILE]

WORK is the folder of scripts/measure_models.py; every model that release FROM wrote there is loaded in TO, in the
environment that `plan` makes under FOLDER (and in that of FROM, for the answers to compare with). The rows are kept
in FILE, and what is in it is not done again. Exit 1 where a load went otherwise than predicted.
"""

import argparse
import collections
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from models import runs

TFDOCTOR: Final = str(Path(sys.executable).parent / "tfdoctor")
Row = dict[str, Any]


def proved(model: Path, to: str, words: list[str]) -> Row:
    """Return the proof of one model, or what was said instead."""
    command = [TFDOCTOR, "model", str(model), "--target", to, "--prove", "--yes", "--format", "json", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        return {"error": f"ended with {done.returncode}: {done.stderr.strip()[-300:]}"}
    proof: Row = json.loads(done.stdout)["proof"]
    return {"trials": proof["trials"], "remarks": proof["remarks"]}


def tried(options: argparse.Namespace) -> list[Row]:
    """Prove what is not in the file of rows yet; return all rows of this pair."""
    before = options.output.read_text().splitlines() if options.output.exists() else []
    to = f"{options.to} with tf-keras" if options.legacy else options.to
    rows = [row for row in map(json.loads, before) if (row["from"], row["to"]) == (options.source, to)]
    done = {(row["arch"], row["format"]) for row in rows}
    words = ["--env", str(options.environments)]
    words += [f"--{name}" for name in ("legacy", "unsafe") if getattr(options, name)]
    for folder in sorted((options.work / "artifacts" / options.source).iterdir()):
        for kind, name in runs.FILES.items():
            model = folder / name
            there = model.exists() or model.with_name(f"{model.name}.index").exists()
            if (folder.name, kind) in done or not there:
                continue
            row = {"from": options.source, "to": to, "arch": folder.name, "format": kind}
            row |= proved(model, options.to, words)
            rows.append(row)
            with options.output.open("a") as file:
                file.write(json.dumps(row) + "\n")
    return rows


def report(rows: list[Row]) -> int:
    """Print how the loads went; return how many went otherwise than predicted or could not be tried."""
    wrong = 0
    counts: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for row in rows:
        where = f"{row['arch']} {row['format']}"
        if "error" in row:
            wrong += 1
            print(f"{where}: {row['error']}")
            continue
        for trial in row["trials"]:
            cell = counts[row["format"], trial["way"]]
            told = {True: "as predicted", False: "OTHERWISE", None: "not judged"}[trial["agrees"]]
            cell[told] += 1
            cell[trial["outcome"]] += 1
            if trial["outputs"]:
                cell["compared"] += 1
            if trial["agrees"] is False:
                wrong += 1
                print(f"{where} {trial['way']}: predicted {trial['predicted']}, {trial['outcome']}: {trial['message']}")
    print(f"\n{len(rows)} files of {len({row['arch'] for row in rows})} architectures")
    for key, cell in sorted(counts.items()):
        print(f"{key[0]:11}{key[1]:22}", ", ".join(f"{name} {count}" for name, count in sorted(cell.items())))
    total = sum((collections.Counter(cell) for cell in counts.values()), collections.Counter[str]())
    print("all".ljust(33), ", ".join(f"{name} {count}" for name, count in sorted(total.items())))
    return wrong


def main() -> int:
    """Prove and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("source", metavar="FROM", help="release that wrote the models: 2.6.5")
    parser.add_argument("to", metavar="TO", help="release that loads them: 2.3.4")
    parser.add_argument("--environments", type=Path, default=Path(), help="folder where the environments are made")
    parser.add_argument("--legacy", action="store_true", help="load with tf-keras and TF_USE_LEGACY_KERAS=1")
    parser.add_argument("--unsafe", action="store_true", help="let code of the models run (Lambda layers)")
    parser.add_argument("--output", type=Path, default=Path("proofs.jsonl"))
    options = parser.parse_args()
    return int(report(tried(options)) > 0)


if __name__ == "__main__":
    sys.exit(main())
