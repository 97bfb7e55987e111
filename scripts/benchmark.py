"""Measure tfdoctor against its budgets, with peers in the same run, as ratios.

    scripts/benchmark.py --patient ENVIRONMENT [--peer NAME=COMMAND ...] [--tickets FILE]
    scripts/benchmark.py --tickets FILE [--sizes 1000 10000 100000] [--jobs 1 2]
    scripts/benchmark.py --model SAVED_MODEL [--patient ENVIRONMENT] [--gigabytes 0.05 0.5 5]

Wall time is the median of --runs after one warm-up; memory is the largest resident set of the process and its
children. A peer is any command; `{python}` in it becomes the patient's interpreter. Exit code 1 over a budget.
"""

import argparse
import json
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

MATRIX = Path(__file__).parent.parent / "compat_matrix"
BUNDLED = {"index.json", "locks.json", "lock_files.json"}
TICKETS_A_SECOND = 200
GROWTH = 1.2  # of the memory from the first size to the largest
MODEL_SECONDS = 0.25
TFDOCTOR = str(Path(sys.executable).parent / "tfdoctor")


@dataclass(frozen=True)
class Measured:
    """Median wall time in seconds and peak memory in MB of one command."""

    seconds: float
    megabytes: float


def measure(argv: list[str], runs: int) -> Measured:
    """Run a command `runs` times after one warm-up, its output read and dropped."""
    seconds = []
    peak = 0.0
    for number in range(runs + 1):
        start = time.perf_counter()
        peak = max(peak, _peak(argv))
        if number:
            seconds.append(time.perf_counter() - start)
    return Measured(statistics.median(seconds), peak)


def _peak(argv: list[str]) -> float:
    """Run a command once and return its peak memory in MB, its children included."""
    child = os.fork()
    if child == 0:  # a process of its own, so that RUSAGE_CHILDREN knows this command only
        code = subprocess.call(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        Path(os.environ["TFDOCTOR_BENCHMARK"]).write_text(json.dumps([code, usage]))
        os._exit(0)
    os.waitpid(child, 0)
    return float(json.loads(Path(os.environ["TFDOCTOR_BENCHMARK"]).read_text())[1]) / 1024


def varied(lines: list[bytes], number: int, target: Path) -> None:
    """Write so many tickets, made of the given ones: each has its own id, and every other one its own words."""
    with target.open("wb") as stream:
        for at in range(number):
            ticket = json.loads(lines[at % len(lines)])
            ticket["id"] = f"{ticket.get('id')}-{at}"
            log = ticket.get("log")
            if at % 2 and isinstance(log, str):
                ticket["log"] = f"{log}\nstep {at}: loss {at * 0.37 % 1:.4f}"
            stream.write(json.dumps(ticket).encode() + b"\n")


def growth(tickets: Path, sizes: list[int], jobs: list[int]) -> bool:
    """Print rate and memory of `triage` as the number of tickets grows; False where a budget is exceeded.

    The rate is that after start-up: the time for all, less the time for one. Memory is the largest resident set of any
    of the processes.
    """
    lines = [line for line in tickets.read_bytes().splitlines() if line.strip()]
    kept = True
    print(f"{'triage':>10} {'jobs':>5} {'wall s':>8} {'tickets/s':>10} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.jsonl"
        for count in jobs:
            argv = [TFDOCTOR, "triage", "--format", "jsonl", "--jobs", str(count), str(path)]
            varied(lines, 1, path)
            alone = measure(argv, 1).seconds
            peaks = []
            for size in sizes:
                varied(lines, size, path)
                start = time.perf_counter()
                peaks.append(_peak(argv))
                seconds = time.perf_counter() - start
                rate = (size - 1) / max(seconds - alone, 1e-9)
                kept &= rate >= TICKETS_A_SECOND
                print(f"{size:10} {count:5} {seconds:8.2f} {rate:10.0f} {peaks[-1]:8.1f}", flush=True)
            kept &= max(peaks) <= peaks[0] * GROWTH
    print(f"{'kept' if kept else 'MISSED':7} triage  budget >= {TICKETS_A_SECOND} tickets/s, memory <= x {GROWTH}")
    return kept


def enlarged(model: Path, folder: Path, size: int) -> Path:
    """Return a copy of a model with so many bytes of weights: its largest file, longer by zeros that take no room."""
    target = folder / f"{size}-{model.name}"
    if model.is_dir():
        shutil.copytree(model, target)
    else:
        shutil.copy(model, target)
    files = [path for path in target.rglob("*") if path.is_file()] if target.is_dir() else [target]
    data = [path for path in files if ".data-" in path.name] or files
    largest = max(data, key=lambda path: path.stat().st_size)
    os.truncate(largest, max(size, largest.stat().st_size))
    return target


def saved(options: argparse.Namespace) -> bool:
    """Print time and memory of `model` beside TensorFlow's own tool, and as a model grows; False over the budget."""
    path = str(options.model)
    commands = {
        "tfdoctor model": [TFDOCTOR, "model", path, "--target", "2.6"],
        "tfdoctor model --target 2.3": [TFDOCTOR, "model", path, "--target", "2.3"],
        "tfdoctor model --targets 1.15..": [TFDOCTOR, "model", path, "--targets", "1.15.."],
        "tfdoctor model --format json": [TFDOCTOR, "model", path, "--target", "2.3", "--format", "json"],
    }
    if options.patient:
        folder = Path(options.patient) if Path(options.patient).is_dir() else Path(options.patient).parent.parent
        commands["tfdoctor model --python"] = [TFDOCTOR, "model", path, "--python", str(folder)]
        if options.model.is_dir():
            show = [str(folder / "bin" / "saved_model_cli"), "show", "--all", "--dir", path]
            commands["saved_model_cli show --all"] = show
    results = {name: measure(argv, options.runs) for name, argv in commands.items()}
    base = results["tfdoctor model"]
    print(f"{'command':32} {'wall s':>8} {'x model':>8} {'peak MB':>8} {'x model':>8}")
    for name, row in results.items():
        ratios = row.seconds / base.seconds, row.megabytes / base.megabytes
        print(f"{name:32} {row.seconds:8.3f} {ratios[0]:8.2f} {row.megabytes:8.1f} {ratios[1]:8.2f}")
    print(f"{'size GB':>10} {'wall s':>8} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        grown = []
        for size in options.gigabytes:
            copy = enlarged(options.model, Path(scratch), int(size * 1e9))
            grown.append(measure([TFDOCTOR, "model", str(copy), "--target", "2.6"], options.runs))
            print(f"{size:10.2f} {grown[-1].seconds:8.3f} {grown[-1].megabytes:8.1f}", flush=True)
    checked = results["tfdoctor model --target 2.3"].seconds
    kept = checked <= MODEL_SECONDS
    even = max(row.megabytes for row in grown) <= base.megabytes * GROWTH
    print(f"{'kept' if kept else 'MISSED':7} {'model --target 2.3, s':24} {checked:8.2f}  budget <= {MODEL_SECONDS}")
    print(f"{'kept' if even else 'MISSED':7} memory as it grows        budget <= x {GROWTH}")
    return kept and even


def main() -> int:
    """Print the table; exit code 1 where a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--patient", help="environment or interpreter with TensorFlow")
    parser.add_argument("--peer", action="append", default=[], help="NAME=COMMAND")
    parser.add_argument("--tickets", type=Path, help="tickets (.jsonl) for the triage rate")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="numbers of tickets")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2], help="processes of triage")
    parser.add_argument("--model", type=Path, help="a saved model")
    parser.add_argument("--gigabytes", type=float, nargs="+", default=[0.05, 0.5, 5.0], help="sizes of the model")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    if not (options.patient or options.tickets or options.model):
        parser.error("name --patient, --tickets or --model")
    code = examined(options) if options.patient and not options.model else 0
    if options.model:
        with tempfile.NamedTemporaryFile() as scratch:
            os.environ["TFDOCTOR_BENCHMARK"] = scratch.name
            code |= not saved(options)
    if options.tickets:
        with tempfile.NamedTemporaryFile() as scratch:
            os.environ["TFDOCTOR_BENCHMARK"] = scratch.name
            code |= not growth(options.tickets, options.sizes, options.jobs)
    return int(code)


def examined(options: argparse.Namespace) -> int:
    """Measure the commands that look at one environment; exit code 1 where a budget is exceeded."""
    python = str(Path(options.patient) / "bin" / "python") if Path(options.patient).is_dir() else options.patient
    commands = {
        "python -c pass": [python, "-c", "pass"],
        "import tensorflow": [python, "-c", "import tensorflow"],
        "tfdoctor --help": [TFDOCTOR, "--help"],
        "tfdoctor check": [TFDOCTOR, "check", "--python", python],
        "tfdoctor check --format json": [TFDOCTOR, "check", "--python", python, "--format", "json"],
        "tfdoctor plan": [TFDOCTOR, "plan"],
        "tfdoctor plan --target 2.6": [TFDOCTOR, "plan", "--target", "2.6"],
        "tfdoctor plan --machine": [TFDOCTOR, "plan", "--machine", "RTX 3090, driver 470.57, ubuntu 20.04"],
        "tfdoctor plan --with": [TFDOCTOR, "plan", "--target", "2.15", "--with", "tensorflow-text,transformers"],
        "tfdoctor plan --repair": [TFDOCTOR, "plan", "--repair", "--python", python],
    }
    for peer in options.peer:
        name, _, command = peer.partition("=")
        commands[name] = shlex.split(command.replace("{python}", python))
    with tempfile.NamedTemporaryFile() as scratch:
        os.environ["TFDOCTOR_BENCHMARK"] = scratch.name
        results = {name: measure(argv, options.runs) for name, argv in commands.items()}
    return report(results)


def report(results: dict[str, Measured]) -> int:
    """Print every figure as a ratio to `tfdoctor check`, then the budgets."""
    base = results["tfdoctor check"]
    print(f"{'command':32} {'wall s':>8} {'x check':>8} {'peak MB':>8} {'x check':>8}")
    for name, row in results.items():
        ratios = row.seconds / base.seconds, row.megabytes / base.megabytes
        print(f"{name:32} {row.seconds:8.3f} {ratios[0]:8.2f} {row.megabytes:8.1f} {ratios[1]:8.2f}")
    budgets = [
        ("check, wall s", base.seconds, base.seconds <= 0.40, "<= 0.40"),
        ("check, peak MB", base.megabytes, base.megabytes <= 45, "<= 45"),
        ("--help, wall s", results["tfdoctor --help"].seconds, results["tfdoctor --help"].seconds <= 0.20, "<= 0.20"),
    ]
    plans = [(name, row.seconds) for name, row in results.items() if name.startswith("tfdoctor plan")]
    budgets += [
        (f"{name.removeprefix('tfdoctor ')}, s", seconds, seconds <= 0.50, "<= 0.50") for name, seconds in plans
    ]
    size = sum(file.stat().st_size for file in MATRIX.glob("*.json") if file.name in BUNDLED) / 1e6
    budgets.append(("index and locks, MB", size, size <= 3, "<= 3"))
    for name, value, kept, limit in budgets:
        print(f"{'kept' if kept else 'MISSED':7} {name:24} {value:8.2f}  budget {limit}")
    return 0 if all(kept for _, _, kept, _ in budgets) else 1


if __name__ == "__main__":
    sys.exit(main())
