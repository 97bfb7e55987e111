"""Verifies that what `tfdoctor plan --with` chooses beside TensorFlow works: installed, imported and used.

For the last patch of each minor an environment from the plan alone: `--format requirements`, uv, no dependencies.
Then scripts/smoke_tf.py, and in a process of its own a minimal use of each companion (scripts/companions/uses.py),
without network. As many companions at once as have a plan together; the rest in a further environment.
Linux x86_64 on CPU. Results are appended to compat_matrix/evidence/companions.jsonl at once.

Resumable: a release whose very pins have a run is not done again (--again does). `--fold` writes the table of pairs
that work, compat_matrix/companions.json, and docs/companions.md. Needs uv, interpreters, the network, 10 GB of disk.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from companions.table import Run, Use, fold, read_runs
from companions.uses import MAIN, PRELUDE, USES
from locks.pythons import interpreters
from packaging.version import Version
from verify_locks import LARGE, LEAST_FREE, plain, run, smoke, system

from tfdoctor.matrix import Matrix
from tfdoctor.matrix.companions import digest
from tfdoctor.matrix.locks import Lock
from tfdoctor.plan.place import Place
from tfdoctor.plan.resolution.asks import YOU, needs
from tfdoctor.plan.resolution.resolve import Conflict, Question, resolve
from tfdoctor.versions import Dotted

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "compat_matrix" / "evidence" / "companions.jsonl"
TFDOCTOR = str(Path(sys.executable).parent / "tfdoctor")
MINORS = ("1.15", *(f"2.{number}" for number in range(22)))
GLIBC = "2.35"
TRIES, PAUSE = 20, 10  # seconds
MACHINE = "ubuntu 22.04, x86_64, python {}"


class Planner:
    """Says which companions go together, as the planner would, without the search for ways out."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix

    def refusal(self, tensorflow: str, python: str, names: Sequence[str]) -> str:
        """Return why a release has no plan with companions; "" where it has one."""
        version = Version(tensorflow)
        lock = self.matrix.locks.get("tensorflow", version, python, "linux-x86_64")
        if not isinstance(lock, Lock):
            return f"no lock for CPython {python}"
        place = Place(Version(f"{python}.30"), glibc=Dotted(GLIBC))
        question = Question(
            place=place,
            tensorflow=("tensorflow", version),
            asked=tuple(needs(names, YOU, place)),
            preferred={pin.name: (Version(pin.version),) for pin in lock.pins},
            serving=frozenset(names),
        )
        found = resolve(question, self.matrix)
        return "; ".join(clash.text for clash in found.clashes) or "none" if isinstance(found, Conflict) else ""

    def largest(self, tensorflow: str, python: str, names: Sequence[str]) -> tuple[str, ...]:
        """Return the most companions that have a plan together."""
        for size in range(len(names), 0, -1):
            for chosen in itertools.islice(itertools.combinations(names, size), 60):
                if not self.refusal(tensorflow, python, chosen):
                    return chosen
        return ()


def pythons_for(planner: Planner, version: Version, here: dict[str, str]) -> Iterator[str]:
    """Yield the CPythons of a release that have a lock and are here, newest first."""
    for python in sorted(here, key=Version, reverse=True):
        if isinstance(planner.matrix.locks.get("tensorflow", version, python, "linux-x86_64"), Lock):
            yield python


def sets(
    planner: Planner, tensorflow: str, names: Sequence[str], here: dict[str, str]
) -> Iterator[tuple[str, tuple[str, ...], dict[str, str]]]:
    """Yield (Python, companions, refusals): the CPython that serves the most of them; the rest where it is served."""
    left = list(names)
    while left:
        best: tuple[int, str, list[str], dict[str, str]] | None = None
        for python in pythons_for(planner, Version(tensorflow), here):
            why = {name: text for name in left if (text := planner.refusal(tensorflow, python, [name]))}
            served = [name for name in left if name not in why]
            if best is None or len(served) > best[0]:
                best = (len(served), python, served, why)
        if best is None or not best[0]:
            yield ("", (), best[3] if best else {})
            return
        _, python, served, _ = best
        chosen = planner.largest(tensorflow, python, served)
        yield (python, chosen, {})
        left = [name for name in left if name not in chosen]


def planned(tensorflow: str, python: str, names: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what `tfdoctor plan` says, as a requirements file."""
    words = ["plan", "--target", tensorflow, "--python", python, "--cpu", "--with", ",".join(names)]
    argv = (TFDOCTOR, *words, "--machine", MACHINE.format(python), "--format", "requirements")
    answer = run(*argv, cwd=folder)
    for _ in range(TRIES):
        if answer.returncode in {0, 3}:
            break
        time.sleep(PAUSE)  # a checkout that somebody edits: not a fault of what is verified
        answer = run(*argv, cwd=folder)
    return answer


def examine(
    tensorflow: str,
    interpreter: tuple[str, str],
    names: Sequence[str],
    answer: subprocess.CompletedProcess[str],
    place: tuple[Path, str],
) -> Run:
    """Install a plan, train, use; return what happened."""
    start, (python, program), (folder, uv) = time.monotonic(), interpreter, place
    environment, pins = folder / "env", folder / "requirements.txt"
    shutil.rmtree(environment, ignore_errors=True)
    pins.write_text(answer.stdout, encoding="utf-8")
    patient = str(environment / "bin" / "python")
    steps = (
        (uv, "venv", "-q", "-p", program, str(environment)),
        (uv, "pip", "install", "-q", "-p", patient, "--no-deps", "-r", str(pins)),
    )
    problem = next((done for done in (run(*step, cwd=folder) for step in steps) if done.returncode), None)
    versions = dict(line.split("==") for line in answer.stdout.splitlines() if "==" in line and line[0] != "#")
    exact, passed, uses = python, list[str](), tuple[Use, ...]()
    if problem is not None:
        failed: str | None = f"install: {plain(problem.stderr)}"
    else:
        exact, passed, failed = smoke(patient, folder)
        uses = tuple(use(patient, name, versions[name], folder) for name in names)
    shutil.rmtree(environment, ignore_errors=True)
    return Run(
        tensorflow=tensorflow,
        python=python,
        interpreter=exact,
        date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
        system=system(),
        digest=pinned(answer.stdout),
        stages=tuple(passed),
        failed=failed,
        uses=uses,
        pins=tuple(f"{name}=={version}" for name, version in sorted(versions.items())),
        unknown=tuple(line[2:] for line in answer.stdout.splitlines() if line.startswith("# Not resolved")),
        seconds=round(time.monotonic() - start, 1),
    )


def use(patient: str, name: str, version: str, folder: Path) -> Use:
    """Use one companion in a process of its own."""
    program = folder / f"use_{name.replace('-', '_')}.py"
    program.write_text(PRELUDE + USES[name], encoding="utf-8")
    done = run(patient, str(program), cwd=folder)
    error = ""
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.strip()][-3:]
        error = f"status {done.returncode}: {plain(' '.join(last))}"
    return Use(name, version, error)


def pinned(requirements: str) -> str:
    """Return a short name of the pins of a requirements file."""
    return digest(line for line in requirements.splitlines() if line and not line.startswith("#"))


def main() -> int:
    """Verify what is chosen; 1 where a use fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], help="minors or releases [default: the last of each minor]")
    parser.add_argument("--with", dest="names", nargs="*", default=list(MAIN), choices=list(USES))
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--fold", action="store_true", help="verify nothing: write table and page")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--uv", default="uv")
    options = parser.parse_args()
    matrix, here = Matrix.locate(), interpreters()
    if options.fold:
        fold(ROOT, read_runs(RESULTS))
        return 0
    planner, failures = Planner(matrix), 0
    known = {one.digest for one in read_runs(RESULTS)}
    chosen = options.only or list(reversed(MINORS))
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        for text in chosen:
            release = matrix.releases.latest_patch("tensorflow", text) if text.count(".") == 1 else None
            tensorflow = str(release.version) if release else text
            for python, names, refused in sets(planner, tensorflow, options.names, here):
                for companion, why in refused.items():
                    print(f"{tensorflow}: no {companion}: {why}", flush=True)
                if not names:
                    continue
                answer = planned(tensorflow, python, names, Path(name))
                if answer.returncode:
                    print(f"{tensorflow} on CPython {python}: no plan: {answer.stderr.strip()[-300:]}", flush=True)
                    failures += 1
                    continue
                if not options.again and pinned(answer.stdout) in known:
                    continue
                found = examine(tensorflow, (python, here[python]), names, answer, (Path(name), options.uv))
                with RESULTS.open("ab") as file:
                    file.write(msgspec.json.encode(found) + b"\n")
                failures += report(found)
                if shutil.disk_usage(name).free < LEAST_FREE:
                    run(options.uv, "cache", "clean", "--force", *LARGE, cwd=Path(name))
    return 1 if failures else 0


def report(found: Run) -> int:
    """Print a run; return how much of it failed."""
    print(f"{found.tensorflow} on CPython {found.python}: {found.failed or 'trained'} ({found.seconds} s)", flush=True)
    for one in found.uses:
        print(f"  {one.name} {one.version}: {one.error or 'used'}", flush=True)
    for line in found.unknown:
        print(f"  {line}", flush=True)
    return (found.failed is not None) + sum(bool(one.error) for one in found.uses)


if __name__ == "__main__":
    sys.exit(main())
