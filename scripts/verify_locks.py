"""Installs locks and trains in them: nothing but the lock, then the stages of scripts/smoke_tf.py.

Linux x86_64 on CPU. For each lock a fresh environment, its files by hash, without dependencies. The results are
appended to compat_matrix/evidence/locks.jsonl; `scripts/build_locks.py --fold` makes them the locks' basis.

Resumable: a lock whose very pins have a run is not done again, unless that failed and --failed is given. Order: the
last patch of each minor on its newest CPython, the other releases on theirs, CPython 3.6 for what is older than 1.13,
then all other CPythons; newest releases first. Several of these may run at once: each takes the next lock that no
other has. Needs uv, the interpreters, the network and 20 GB of disk. Exit code 1 when a stage failed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import fcntl
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from locks.pythons import interpreters
from locks.space import PYTHONS, Target
from locks.state import Run, State
from locks.table import STAGES
from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.locks import Lock, Locks

ROOT = Path(__file__).resolve().parent.parent
SMOKE = ROOT / "scripts" / "smoke_tf.py"
LEAST_FREE = 12 << 30  # bytes; below this uv's copies of TensorFlow are dropped
LIMIT = 900  # seconds for one step
LARGE = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu")
_PATH = re.compile(r"(?<![\w.…])/[\w.+-]+(?:/[\w.+-]+)*/")


def system() -> str:
    """Return this machine in words: the system and its GNU C library; the runs use the CPU."""
    name = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return f"{name}, glibc {platform.libc_ver()[1]}, {platform.machine()}, CPU"


def order(target: Target, matrix: Matrix) -> tuple[object, ...] | None:
    """Return where a lock stands in the queue; None for one that cannot run here."""
    if target.platform != "linux-x86_64" or target.python not in PYTHONS or target.extra == "and-cuda":
        return None
    version = Version(target.version)
    release = matrix.releases.get(target.distribution, version)
    if release is None:
        return None
    newest = max((python for python in release.pythons("linux", "x86_64") if python in PYTHONS), key=Version)
    last = matrix.releases.latest_patch(target.distribution, f"{version.major}.{version.minor}")
    is_newest, is_last = target.python == newest, last is not None and last.version == version
    if target.distribution != "tensorflow":
        place = 5
    elif version < Version("1.13"):
        place = 2
    elif is_newest:
        place = 0 if is_last else 1
    else:
        place = 3 if is_last else 4
    return (place, -version.major, -version.minor, -version.micro, target.extra, -Version(target.python).minor)


@contextmanager
def claims(folder: Path) -> Iterator[Callable[[str], bool]]:
    """Give a function that claims a lock by its digest until the end; False when another verifier has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:

        def take(digest: str) -> bool:
            file = held.enter_context((folder / digest).open("w"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            return True

        yield take


def requirements(lock: Lock) -> str:
    """Return the lock as a requirements file with a hash for each file."""
    return "".join(
        f"{pin} " + " ".join(f"--hash=sha256:{file.sha256}" for file in pin.files) + "\n" for pin in lock.pins
    )


def run(*argv: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; its output is text."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TF_", "KERAS"))}
    clean["CUDA_VISIBLE_DEVICES"] = ""
    try:
        return subprocess.run(
            argv, cwd=cwd, env=clean, capture_output=True, text=True, errors="replace", timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 124, "", f"no end after {LIMIT} s")


def examine(lock: Lock, digest: str, interpreter: str, folder: Path, uv: str) -> Run:
    """Make the environment of a lock and return what happens in it."""
    start = time.monotonic()
    environment, pins = folder / "env", folder / "lock.txt"
    shutil.rmtree(environment, ignore_errors=True)
    pins.write_text(requirements(lock), encoding="utf-8")
    patient = str(environment / "bin" / "python")
    steps = (
        (uv, "venv", "-q", "-p", interpreter, str(environment)),
        (uv, "pip", "install", "-q", "-p", patient, "--no-deps", "--require-hashes", "-r", str(pins)),
    )
    problem = next((done for done in (run(*step, cwd=folder) for step in steps) if done.returncode), None)
    passed: list[str] = []
    failed, check, exact = None, "", lock.python
    if problem is not None:
        failed = f"install: {plain(problem.stderr)}"
    else:
        exact, passed, failed = smoke(patient, folder)
        check = _check(run(uv, "pip", "check", "-p", patient, cwd=folder).stderr)
    shutil.rmtree(environment, ignore_errors=True)
    return Run(
        lock=str(Target(lock.distribution, lock.version, lock.python, lock.platform, lock.extra)),
        digest=digest,
        date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
        interpreter=exact,
        system=system(),
        stages=tuple(passed),
        failed=failed,
        check=check,
        seconds=round(time.monotonic() - start, 1),
    )


def smoke(patient: str, folder: Path) -> tuple[str, list[str], str | None]:
    """Return the interpreter's version, the stages that pass and the first that does not, with its error."""
    done = run(patient, str(SMOKE), cwd=folder)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines:
        return (
            run(
                patient, "-c", "print('.'.join(map(str, __import__('sys').version_info[:3])))", cwd=folder
            ).stdout.strip(),
            [],
            (f"crash: status {done.returncode}: {plain(done.stderr)}"),
        )
    result = json.loads(lines[-1].removeprefix("RESULT "))
    passed = [name for name, word, _ in result["stages"] if word == "ok"]
    failures = [f"{name}: {plain(error)}" for name, word, error in result["stages"] if word == "fail"]
    return result["py"], [name for name in STAGES if name in passed], next(iter(failures), None)


def plain(text: str) -> str:
    """Return the end of a message on one line, without the folders of this machine."""
    return _PATH.sub("…/", " ".join(text.split()))[-300:]


def _check(text: str) -> str:
    """Return the complaints of `uv pip check`, without its counting lines."""
    lines = [line for line in text.splitlines() if not line.startswith(("Using", "Checked", "All", "Found"))]
    return "; ".join(_PATH.sub("…/", line) for line in lines)[:600]


def queue(state: State, options: argparse.Namespace, matrix: Matrix) -> list[Target]:
    """Return the locks to run, in order."""
    runs = {run.digest: run for run in state.runs()}
    waiting = []
    for target, entry in state.entries.items():
        place = order(target, matrix)
        if place is None or entry.pins is None or (options.only and target.version not in options.only):
            continue
        if options.distribution and target.distribution not in options.distribution:
            continue
        if options.python and target.python not in options.python:
            continue
        known = runs.get(entry.digest)
        if known is None or (known.failed and options.failed):
            waiting.append((place, target))
    return [target for _, target in sorted(waiting, key=lambda pair: (pair[0], pair[1]))]


def main() -> int:
    """Run locks until none is left, or the time is over."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], help="releases [default: all]")
    parser.add_argument("--distribution", nargs="*", default=["tensorflow"])
    parser.add_argument("--python", nargs="*", default=[], help="such as 3.9 [default: all]")
    parser.add_argument("--failed", action="store_true", help="run those again that failed")
    parser.add_argument("--minutes", type=float, default=600, help="start none after this time")
    parser.add_argument("--folder", type=Path, default=None, help="where environments are made")
    parser.add_argument("--uv", default="uv")
    options = parser.parse_args()
    matrix, pythons = Matrix.locate(), interpreters()
    end, failures = time.monotonic() + options.minutes * 60, 0
    with tempfile.TemporaryDirectory(dir=options.folder) as name, claims(ROOT / ".cache" / "locks") as take:
        folder = Path(name)
        while time.monotonic() < end:
            state = State(ROOT, "")  # read anew: locks may be built meanwhile
            waiting = [target for target in queue(state, options, matrix) if target.python in pythons]
            mine = next((target for target in waiting if take(state.entries[target].digest)), None)
            if mine is None:
                break
            locks = Locks(state.table.read_bytes(), state.file_table.read_bytes)
            lock = locks.get(mine.distribution, mine.version, mine.python, mine.platform, mine.extra)
            if not isinstance(lock, Lock):
                continue
            result = examine(
                locks.with_files(lock), state.entries[mine].digest, pythons[mine.python], folder, options.uv
            )
            state.record(result)
            failures += result.failed is not None
            print(f"{len(waiting)} {result.lock}: {result.failed or 'trained'} ({result.seconds} s)", flush=True)
            if shutil.disk_usage(folder).free < LEAST_FREE:
                run(options.uv, "cache", "clean", *LARGE, cwd=folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
