"""Do what a reader of the README does: `tfdoctor plan --format requirements`, a fresh environment, pip, train.

Releases and Pythons are drawn at random (--seed), or named: `2.6.5:3.9`. The environment is made with `python -m venv`
and filled by the pip that comes with it, renewed first where it is older than 20.3 (it would not know the wheels'
tags); or, with --installer uv, by uv. Then scripts/smoke_tf.py. Results are appended to --results.
Needs the interpreters, the network and 5 GB of disk. Exit code 1 where a plan does not work.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from locks.pythons import interpreters

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import Lock

ROOT = Path(__file__).resolve().parent.parent
SMOKE = ROOT / "scripts" / "smoke_tf.py"
TFDOCTOR = str(Path(sys.executable).parent / "tfdoctor")
LIMIT = 1200  # seconds for one program


def choices(matrix: Matrix, pythons: dict[str, str]) -> list[tuple[str, str]]:
    """Return every (release, Python) that a plan can be made for and an interpreter is here."""
    return [
        (lock.version, lock.python)
        for lock in matrix.locks
        if isinstance(lock, Lock)
        and (lock.distribution, lock.platform, lock.extra) == ("tensorflow", "linux-x86_64", "")
        and lock.python in pythons
    ]


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; its output is text."""
    return subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=LIMIT, check=False)


def fill(installer: str, interpreter: str, environment: Path, file: Path) -> str:
    """Make and fill an environment; return what went wrong, or ""."""
    python = str(environment / "bin" / "python")
    old = run(interpreter, "-c", "import sys; sys.exit(sys.version_info < (3, 7))").returncode
    if installer == "uv":
        steps = [
            ("uv", "venv", "-q", "-p", interpreter, str(environment)),
            ("uv", "pip", "install", "-q", "-p", python, "-r", str(file)),
        ]
    else:
        steps = [
            (interpreter, "-m", "venv", str(environment)),
            # Only Python 3.6 brings an older one; 21.3.1 is the last that runs there.
            *([(python, "-m", "pip", "install", "-q", "--upgrade", "pip>=20.3,<22")] if old else []),
            (python, "-m", "pip", "install", "-q", "--no-cache-dir", "-r", str(file)),
        ]
    for step in steps:
        done = run(*step)
        if done.returncode:
            return f"{' '.join(step[1:4])}: {done.stderr.strip()[-400:]}"
    return ""


def examine(
    version: str, python: str, interpreter: str, options: argparse.Namespace, folder: Path
) -> dict[str, object]:
    """Plan, install, train; return what happened."""
    start = time.monotonic()
    row: dict[str, object] = {"tf": version, "python": python, "installer": options.installer}
    shutil.rmtree(folder / "env", ignore_errors=True)
    words = ["plan", "--target", version, "--python", python, "--cpu", "--format", "requirements"]
    planned = run(TFDOCTOR, *words, *(["--hashes"] if options.hashes else []))
    (folder / "requirements.txt").write_text(planned.stdout)
    error = planned.stderr if planned.returncode else ""
    error = error or fill(options.installer, interpreter, folder / "env", folder / "requirements.txt")
    if not error:
        done = run(str(folder / "env" / "bin" / "python"), "-c", SMOKE.read_text())
        lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        stages = json.loads(lines[-1].removeprefix("RESULT "))["stages"] if lines else []
        failed = [f"{name}: {text}" for name, result, text in stages if result == "fail"]
        error = failed[0] if failed else "" if stages else f"crash, exit code {done.returncode}: {done.stderr[-300:]}"
    return row | {"works": not error, "error": error, "seconds": round(time.monotonic() - start, 1)}


def main() -> int:
    """Try what is asked for; 1 where a plan does not work."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("pairs", nargs="*", help="RELEASE:PYTHON [default: at random]")
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--installer", choices=["pip", "uv"], default="pip")
    parser.add_argument("--hashes", action="store_true")
    parser.add_argument("--results", type=Path, default=ROOT / ".cache" / "plans.jsonl")
    parser.add_argument("--folder", type=Path, help="where environments are made")
    options = parser.parse_args()
    pythons = interpreters()
    pairs = [tuple(pair.split(":")) for pair in options.pairs]
    if not pairs:
        pairs = random.Random(options.seed).sample(choices(Matrix.locate(), pythons), options.count)  # noqa: S311
    options.results.parent.mkdir(parents=True, exist_ok=True)
    works = 0
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, options.results.open("a") as results:
        for version, python in pairs:
            row = examine(version, python, pythons[python], options, Path(folder))
            results.write(json.dumps(row) + "\n")
            results.flush()
            works += bool(row["works"])
            print(version, python, "works" if row["works"] else row["error"], row["seconds"], "s")
    print(f"{works} of {len(pairs)} plans work")
    return 0 if works == len(pairs) else 1


if __name__ == "__main__":
    sys.exit(main())
