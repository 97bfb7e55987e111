"""Try every reader with inputs that were changed by their structure: no crash, no hang, bounded memory.

    scripts/fuzz.py READER [--seconds 600] [--cases TICKETS.jsonl ...] [--save FOLDER] [--seed N]

READER is ticket, jsonl, snapshot, dump, text, answer, fingerprint, redact-text, redact-json or triage; hdf5, keras-h5,
keras-zip, keras-json, keras-folder or bytecode; savedmodel, checkpoint, graph, pbtxt, table, tflite, keras-metadata or
others (what is no model); code or fix (the user's programs). An input may take 10 s of the processor and the process
4 GiB. What fails is saved, one input of each kind; exit code 1 where there is any.
"""

import argparse
import faulthandler
import hashlib
import resource
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path
from random import Random
from typing import Final

LIMIT: Final = 10.0  # seconds of the processor that an input may take
MEMORY: Final = 4 << 30
_LONGEST: Final = 1 << 20  # bytes of an input


class TooLongError(BaseException):
    """An input takes too long."""


class Trial:
    """Runs one reader on many inputs and keeps what fails."""

    def __init__(self, reader: str, cases: list[Path], save: Path | None, seconds: float) -> None:
        """Load the reader and its seeds."""
        from fuzzing.targets import TARGETS

        self.reader = reader
        self.target = TARGETS[reader]
        self.seeds = self.target.seeds(cases)
        self.save = save
        self.end = time.monotonic() + seconds
        self.start = time.monotonic()
        self.inputs = 0
        self.slowest = 0.0
        self.failures: dict[str, int] = {}

    def changed(self, data: bytes, rng: Random) -> bytes:
        """Return another input."""
        base = rng.choice(self.seeds) if rng.random() < 0.3 or not data else data
        return self.target.mutate(base, rng, self.seeds)[:_LONGEST]

    def run(self, data: bytes) -> None:
        """Try one input."""
        self.inputs += 1
        faulthandler.dump_traceback_later(20 * LIMIT, exit=True)  # a hang that no signal ends
        signal.setitimer(signal.ITIMER_PROF, LIMIT, 1)
        start = time.process_time()
        try:
            self.target.run(data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the result
            self._keep(error, data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            faulthandler.cancel_dump_traceback_later()
        self.slowest = max(self.slowest, time.process_time() - start)

    def _keep(self, error: BaseException, data: bytes) -> None:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        kind = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
        self.failures[kind] = self.failures.get(kind, 0) + 1
        if self.failures[kind] > 1:
            return
        print(f"\n{self.reader}: {kind}: {str(error)[:300]}", flush=True)
        traceback.print_exception(error, limit=-8, file=sys.stdout)
        if self.save is not None:
            self.save.mkdir(parents=True, exist_ok=True)
            (self.save / f"{self.reader}-{hashlib.sha256(data).hexdigest()[:12]}").write_bytes(data)

    def report(self) -> int:
        """Print the figures and return the exit code."""
        seconds = time.monotonic() - self.start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{self.reader}: {self.inputs} inputs in {seconds:.0f} s, {sum(self.failures.values())} failed in "
            f"{len(self.failures)} ways, slowest {self.slowest:.2f} s, peak {peak:.0f} MB",
            flush=True,
        )
        for kind, number in self.failures.items():
            print(f"  {number} x {kind}")
        return int(bool(self.failures))


def by_chance(trial: Trial, rng: Random) -> int:
    """Try inputs until the time is over."""
    data = b""
    for seed in trial.seeds:
        trial.run(seed)
    while time.monotonic() < trial.end:
        # Some inputs are the children of the last one: changes add up.
        data = trial.changed(data if rng.random() < 0.5 else b"", rng)
        trial.run(data)
    return trial.report()


def _stop(number: int, frame: object) -> None:
    del number, frame
    raise TooLongError(f"longer than {LIMIT:g} s")


def main() -> int:
    """Try one reader."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("reader")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--cases", type=Path, nargs="*", default=[], help="tickets (.jsonl) as further seeds")
    parser.add_argument("--save", type=Path, help="folder for inputs that fail")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # zipfile's, about names that come twice
    signal.signal(signal.SIGPROF, _stop)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    trial = Trial(options.reader, options.cases, options.save, options.seconds)
    return by_chance(trial, Random(options.seed))  # noqa: S311  no secret


if __name__ == "__main__":
    sys.exit(main())
