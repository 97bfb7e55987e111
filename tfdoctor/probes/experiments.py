"""Runs the experiments of `foreign/experiments` in an environment, in children of its Python."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from tfdoctor.probes import child
from tfdoctor.probes.interpreter import FOREIGN

RUN: Final = FOREIGN / "experiments" / "run.py"
BEGINNING: Final = 180.0  # seconds for Python and TensorFlow to start
SLACK: Final = 10.0  # seconds that an experiment may be late: it ends by itself at its limit where it has a fork
Progress = Callable[[str, int, int], None]


class Ran(msgspec.Struct, frozen=True):
    """What an experiment gave: named numbers or words, or why there are none ("AttributeError: ...", "Crash: ...")."""

    values: dict[str, tuple[float, ...] | str] = {}
    error: str = ""
    seconds: float = 0.0


class About(msgspec.Struct, frozen=True):
    """What the numbers depend on: versions, and whether each experiment had a process of its own."""

    python: str = ""
    tensorflow: str = ""
    keras: str = ""
    numpy: str = ""
    fork: bool = False


class Suite(msgspec.Struct, frozen=True):
    """What all of them gave.

    Attributes:
        about: versions; None where TensorFlow could not be imported.
        outcomes: by the names of the experiments that ran.
        error: why the suite could not run, or was not finished.
        left: the names of the experiments that did not get their turn.
    """

    about: About | None
    outcomes: dict[str, Ran]
    error: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be run and how.

    Attributes:
        names: of experiments; None: all but those of speed.
        limit: seconds for one experiment at most; its own limit may be less.
        fork: whether each has a process of its own; None: where that is safe (Linux without a GPU).
        threads: how many threads TensorFlow takes; None: as many as it takes by itself.
    """

    names: Sequence[str] | None = None
    limit: float = 60.0
    fork: bool | None = None
    threads: int | None = None


@dataclass
class _Told:
    """What the children have told until now."""

    about: About | None = None
    wanted: tuple[str, ...] | None = None
    outcomes: dict[str, Ran] = field(default_factory=dict)
    begun: str = ""
    limit: float = BEGINNING
    since: float = field(default_factory=time.monotonic)
    ended: bool = False
    failed: str = ""

    @property
    def left(self) -> tuple[str, ...]:
        """The experiments that have no outcome yet."""
        return tuple(name for name in self.wanted or () if name not in self.outcomes)

    def wait_for(self, name: str, limit: float) -> None:
        """Note what is being done, and how long it may take; "" is what comes before and between experiments."""
        self.begun, self.limit, self.since = name, limit, time.monotonic()

    def take(self, line: bytes) -> str:
        """Take one line of an answer; return the name of the experiment that it ends. Other lines are passed over."""
        try:
            return self._take(msgspec.json.decode(line, type=dict[str, Any]))
        except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError, ValueError):  # a crash cut it off
            return ""

    def _take(self, told: dict[str, Any]) -> str:
        if "about" in told:
            self.about = msgspec.convert(told["about"], type=About)
            self.wanted = self.wanted or tuple(map(str, told["experiments"]))
        elif "begin" in told:
            self.wait_for(str(told["begin"]), float(told["limit"]) + SLACK)
        elif "name" in told:
            self.outcomes[str(told["name"])] = msgspec.convert(told, type=Ran)
            self.wait_for("", BEGINNING)
            return str(told["name"])
        elif "failed" in told:
            self.failed = str(told["failed"])
        elif "end" in told:
            self.ended = True
        return ""


@dataclass
class _Run:
    """A run of the suite: as many children as crash, and one more."""

    executable: str
    environ: Mapping[str, str]
    wish: Wish
    folder: Path
    end: float
    progress: Progress | None
    told: _Told

    def whole(self) -> str:
        """Run children until the suite has come to its end; return why it has not, "" where it has."""
        while not self.told.ended:
            before = len(self.told.outcomes)
            error = self.once()
            if error:
                return error
            if len(self.told.outcomes) == before and not self.told.ended:
                return "the children end before an experiment begins"
        return ""

    def once(self) -> str:
        """Run one child; return why no other can follow it, "" where one can or need not."""
        place = Path(tempfile.mkdtemp(dir=self.folder))
        names = self.told.left if self.told.wanted is not None else None
        task = {"experiments": names, "limit": self.wish.limit, "fork": self.wish.fork, "threads": self.wish.threads}
        (place / "task.json").write_text(json.dumps(task), encoding="utf-8")
        files = [str(RUN), str(place / "task.json"), str(place / "answer")]
        self.told.wait_for("", BEGINNING)
        running = child.start([self.executable, "-B", "-W", "ignore", *files], self.environ, place / "stderr")
        try:
            code = self.follow(running, place / "answer")
        finally:  # Ctrl-C does not reach a process group of its own
            running.kill()
        return self.judged(running, code)

    def follow(self, running: child.Child, answer: Path) -> int | None:
        """Read what a child writes until it ends, or is too late; return its exit code, None where it was too late."""
        read = 0
        while True:
            code = running.process.poll()  # before the file is read: what it wrote last is read, too
            whole, found, _ = (answer.read_bytes() if answer.exists() else b"")[read:].rpartition(b"\n")
            read += len(whole) + len(found)
            for line in whole.splitlines():
                name = self.told.take(line)
                if name and self.progress:
                    self.progress(name, len(self.told.outcomes), len(self.told.wanted or ()))
            if code is not None or self.told.ended:
                return code
            now = time.monotonic()
            if now >= min(self.end, self.told.since + self.told.limit):
                return None
            time.sleep(0.05)

    def judged(self, running: child.Child, code: int | None) -> str:
        """Note a crash or a hang as the outcome of what was being done; return why no other child can follow."""
        told = self.told
        if told.ended or told.failed:
            return told.failed
        if time.monotonic() >= self.end:
            return "the time for all experiments is over"
        name = child.signal_name(code) if code is not None else None
        how = f"ended by {name}" if name else f"ended with exit code {code}"
        if told.begun:
            error = f"TimeoutError: did not end within {told.limit - SLACK:g} s" if code is None else f"Crash: {how}"
            told.outcomes[told.begun] = Ran(error=error, seconds=round(time.monotonic() - told.since, 2))
            if self.progress:
                self.progress(told.begun, len(told.outcomes), len(told.wanted or ()))
            return ""
        if told.about is not None:
            return ""
        last = next((line.strip() for line in reversed(running.tail(4096).splitlines()) if line.strip()), "")
        said = "TensorFlow did not start in time" if code is None else f"the child was {how}"
        return f"{said}: {last[:300]}" if last else said


def run(
    executable: str, environ: Mapping[str, str], wish: Wish, timeout: float, progress: Progress | None = None
) -> Suite:
    """Run experiments, all of them within `timeout` seconds; a crash or a hang costs one.

    `progress` is told after each: its name, how many are done, how many there are.
    """
    folder = Path(tempfile.mkdtemp(prefix="tfdoctor-"))
    told = _Told(wanted=tuple(wish.names) if wish.names is not None else None)
    try:
        error = _Run(executable, environ, wish, folder, time.monotonic() + timeout, progress, told).whole()
    except OSError as failure:
        error = f"the child could not be started: {failure.strerror or failure}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Suite(told.about, told.outcomes, error, told.left)
