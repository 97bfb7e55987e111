"""Install every TensorFlow release as a user would, and compare `tfdoctor check` with what really happens.

For each stable release with a Linux x86_64 wheel for CPython 3.7 to 3.13: a fresh environment on the newest such
CPython, `uv pip install tensorflow==X`, scripts/smoke_tf.py, `tfdoctor check` and `tfdoctor check --load`.
The verdicts must agree with reality: an error with the right primary where a stage fails, no error where none does.

Resumable: a release that is in the results file is not done again (--again does it all again).
Writes docs/installs.md. Needs uv, the interpreters, the network and 20 GB of disk. Exit code 1 on a disagreement.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from packaging.version import Version

from tfdoctor.matrix import Matrix

ROOT = Path(__file__).parent.parent
SMOKE = ROOT / "scripts" / "smoke_tf.py"
TFDOCTOR = str(Path(sys.executable).parent / "tfdoctor")  # not -m: that would import from the working folder
TABLE = ROOT / "docs" / "installs.md"
PYTHONS = tuple(f"3.{minor}" for minor in range(7, 14))
LEAST_FREE = 15 << 30  # bytes; below this uv's copies of tensorflow are dropped

# What a failed stage says decides the right primary, apart from tfdoctor: the message of the raising library.
TRUTH = (
    (re.compile(r"Descriptors cannot (not )?be created directly"), "protobuf-too-new"),
    (re.compile(r"Unable to convert function return value to a Python type"), "numpy2-abi"),
    (re.compile(r"_ARRAY_API not found|compiled using NumPy 1\.x"), "numpy2-abi"),
)

Row = dict[str, Any]


def interpreters(extra: list[str]) -> dict[str, str]:
    """Return the CPython interpreters at hand by minor version: given ones, PATH, pyenv's folder."""
    found: dict[str, str] = {}
    root = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
    for python in PYTHONS:
        candidates = [path for path in extra if f"python{python}" in path or f"/{python}." in path]
        candidates += [str(path) for path in sorted(root.glob(f"{python}.*/bin/python"))]
        candidates += [path for path in (shutil.which(f"python{python}"),) if path]
        if candidates:
            found[python] = candidates[0]
    return found


def releases(matrix: Matrix, pythons: dict[str, str]) -> list[tuple[str, str]]:
    """Return pairs (release, newest CPython that has a wheel and is at hand), newest release first."""
    pairs = []
    for version in sorted(matrix.releases.versions("tensorflow"), reverse=True):
        release = matrix.releases.get("tensorflow", str(version))
        usable = [p for p in (release.pythons("linux", "x86_64") if release else ()) if p in PYTHONS]
        if usable:
            newest = max(usable, key=Version)
            if newest in pythons:
                pairs.append((str(version), newest))
            else:
                print(f"left out: {version} needs CPython {newest}, which is not here", file=sys.stderr)
    return pairs


def run(*argv: str, timeout: float = 900, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program and return how it ended; its output is text."""
    return subprocess.run(argv, capture_output=True, text=True, timeout=timeout, check=False, errors="replace", cwd=cwd)


def smoke(python: str, cwd: Path | None = None) -> tuple[str, str]:
    """Return the first stage that fails and its error, or two empty texts; `cwd` is imported from first."""
    # As a user's `python -c` in that folder: the folder itself is sys.path[0], not that of the script.
    done = run(python, "-c", SMOKE.read_text(), cwd=cwd)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines:
        return "crash", f"exit code {done.returncode}: {done.stderr[-200:]}"
    stages = json.loads(lines[-1].removeprefix("RESULT "))["stages"]
    return next(((name, error) for name, result, error in stages if result == "fail"), ("", ""))


def check(python: str, *options: str, cwd: Path | None = None) -> Row:
    """Run `tfdoctor check` on an environment and return status, primary and exit code."""
    start = time.perf_counter()
    done = run(TFDOCTOR, "check", "--python", python, "--format", "json", *options, cwd=cwd)
    seconds = round(time.perf_counter() - start, 2)
    if done.returncode not in (0, 1):
        return {"exit": done.returncode, "status": "?", "primary": done.stderr.strip()[-200:], "seconds": seconds}
    report = json.loads(done.stdout)
    errors = [row["name"] for row in report["findings"] if row["severity"] == "error"]
    return {
        "exit": done.returncode,
        "status": report["status"],
        "primary": report["primary"],
        "errors": errors,
        "seconds": seconds,
    }


def agrees(row: Row, verdict: Row) -> bool:
    """Whether a verdict is right: error and right primary where reality fails, no error where it works."""
    if not row["stage"]:
        return bool(verdict["exit"] == 0 and verdict["status"] != "error")
    wanted = next((name for pattern, name in TRUTH if pattern.search(row["error"])), None)
    return bool(verdict["exit"] == 1 and verdict["status"] == "error" and verdict["primary"] == wanted)


def examine(release: str, python: str, interpreter: str, folder: Path, snapshots: Path | None) -> Row:
    """Make one real environment and return what happens in it and what tfdoctor says."""
    environment = folder / "env"
    shutil.rmtree(environment, ignore_errors=True)
    made = run("uv", "venv", "-q", "-p", interpreter, str(environment))
    patient = str(environment / "bin" / "python")
    installed = run("uv", "pip", "install", "-q", "-p", patient, f"tensorflow=={release}")
    if made.returncode or installed.returncode:
        return {"tf": release, "python": python, "stage": "install", "error": (made.stderr + installed.stderr)[-300:]}
    stage, error = smoke(patient)
    row: Row = {"tf": release, "python": python, "stage": stage, "error": error}
    kept = ["--write-snapshot", str(snapshots / f"{release}.json")] if snapshots else []
    row["check"], row["load"] = check(patient, *kept), check(patient, "--load")
    row["agrees"] = [agrees(row, row["check"]), agrees(row, row["load"])]
    row["date"] = datetime.now(timezone.utc).date().isoformat()
    shutil.rmtree(environment, ignore_errors=True)
    if shutil.disk_usage(folder).free < LEAST_FREE:
        run("uv", "cache", "clean", "tensorflow")
    return row


def table(rows: list[Row]) -> str:
    """Return the results as Markdown."""
    rows = sorted(rows, key=lambda row: Version(row["tf"]), reverse=True)
    works = sum(not row["stage"] for row in rows)
    right = [sum(row.get("agrees", [False, False])[i] for row in rows) for i in (0, 1)]
    dates = sorted({row.get("date", "") for row in rows})
    lines = [
        "# Every release, installed plainly",
        "",
        f"Made by `scripts/verify_installs.py` on {dates[-1]} (Linux x86_64, CPU):",
        "`uv pip install tensorflow==X` on the newest CPython that has a wheel, then",
        "scripts/smoke_tf.py, `tfdoctor check` and `tfdoctor check --load`.",
        "",
        f"{len(rows)} releases: {works} work, {len(rows) - works} fail. `check` agrees with reality in {right[0]} of",
        f"{len(rows)}, `check --load` in {right[1]} of {len(rows)}.",
        "",
        "| TensorFlow | CPython | reality | check | check --load | agree |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        reality = f"{row['stage']} fails" if row["stage"] else "works"
        verdicts = [f"{row[key]['status']}: {row[key]['primary']}" if key in row else "-" for key in ("check", "load")]
        right_both = "yes" if all(row.get("agrees", [False])) else "**no**"
        lines.append(f"| {row['tf']} | {row['python']} | {reality} | {verdicts[0]} | {verdicts[1]} | {right_both} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run all that is asked for and not yet done; write the table when all is done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="*", default=[], help="releases [default: all]")
    parser.add_argument("--python", nargs="*", default=[], dest="pythons", help="further interpreters")
    parser.add_argument("--results", type=Path, default=ROOT / ".cache" / "installs.jsonl")
    parser.add_argument("--again", action="store_true", help="forget earlier results")
    parser.add_argument("--snapshots", type=Path, help="also keep the facts of each environment in this folder")
    parser.add_argument("--folder", type=Path, default=None, help="where environments are made")
    options = parser.parse_args()
    options.results.parent.mkdir(parents=True, exist_ok=True)
    if options.again:
        options.results.unlink(missing_ok=True)
    rows = [json.loads(line) for line in options.results.read_text().splitlines()] if options.results.exists() else []
    done = {row["tf"] for row in rows}
    pythons = interpreters(options.pythons)
    wanted = [pair for pair in releases(Matrix.locate(), pythons) if not options.only or pair[0] in options.only]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, options.results.open("a") as results:
        for release, python in wanted:
            if release in done:
                continue
            row = examine(release, python, pythons[python], Path(folder), options.snapshots)
            rows.append(row)
            results.write(json.dumps(row) + "\n")
            results.flush()
            print(release, python, row["stage"] or "works", row.get("check", {}).get("primary"), row.get("agrees"))
    names = {release for release, _ in wanted}
    rows = [row for row in rows if row["tf"] in names]
    if not options.only:
        TABLE.write_text(table(rows))
    wrong = [row["tf"] for row in rows if not all(row.get("agrees", [False]))]
    print(f"{len(rows)} releases, {len(rows) - len(wrong)} agree; wrong: {', '.join(wrong) or 'none'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
