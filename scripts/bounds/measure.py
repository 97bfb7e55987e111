"""Measure what one changed dependency does to a working TensorFlow environment: real installs, real runs."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfdoctor.matrix.bounds import ABSENT

STAGES = Path(__file__).with_name("stages.py")
SMOKE = ("import", "op", "fit", "save_load", "tensorboard")
INSTALL_LIMIT = 900
RUN_LIMIT = 300
# A source build of these takes minutes or fails for want of a compiler: without a wheel they count as uninstallable.
COMPILED = ("numpy", "h5py", "grpcio", "ml-dtypes", "scipy", "cryptography")

_PATH = re.compile(r"(?<![\w.…])/[\w.-]+(?:/[\w.-]+)*")


class MeasureError(Exception):
    """An environment could not be made, or does not work before anything is changed."""


@dataclass(frozen=True)
class Change:
    """One distribution put at another version ("absent": uninstalled) in the environment of a release."""

    tf: str
    python: str
    distribution: str
    version: str

    @property
    def environment(self) -> str:
        """The environment's name: "2.6.5-cp39"."""
        return f"{self.tf}-{self.python}"


@dataclass(frozen=True)
class Outcome:
    """What the stages said.

    Attributes:
        outcome: "ok", the first of the smoke stages that failed, "crash", or "uninstallable".
        error: its message.
        features: messages of the later stages that failed, by stage.
        noise: errors that were printed although the smoke stages passed.
    """

    outcome: str
    error: str
    features: dict[str, str]
    noise: list[str]


def read_stages(text: str, stderr: str, status: int) -> Outcome:
    """Read the lines that stages.py printed."""
    words: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        if line.startswith("STAGE "):
            _, name, word, *reason = line.split(" ", 3)
            words[name] = word, "".join(reason)
    failed = {name: reason for name, (word, reason) in words.items() if word == "fail"}
    first = next((name for name in SMOKE if name in failed), None)
    if first is not None:
        return Outcome(first, failed[first], _features(failed), [])
    if any(name not in words for name in SMOKE):
        last = stderr.strip().splitlines()[-1:]
        return Outcome("crash", f"status {status}: {''.join(last)}", _features(failed), [])
    noise = {line.strip() for line in stderr.splitlines() if line.lstrip().startswith("AttributeError")}
    return Outcome("ok", "", _features(failed), sorted(noise)[:2])


def _features(failed: dict[str, str]) -> dict[str, str]:
    return {name: reason[:160] for name, reason in failed.items() if name not in SMOKE}


class Laboratory:
    """Environments in a folder, made from pins when they are first needed, and changed one distribution at a time."""

    def __init__(self, folder: Path, pins: dict[str, list[str]], uv: str) -> None:
        """Use `folder` for the environments; `pins` has "name==version" lists by environment name."""
        self.folder = folder
        self.pins = pins
        self.uv = uv

    def _uv(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.uv, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_LIMIT, check=False)

    def _python(self, environment: str) -> Path:
        return self.folder / environment / "bin" / "python"

    def prepare(self, environment: str) -> None:
        """Make the environment unless it is there, whole and unchanged.

        Raises:
            MeasureError: there are no pins for it, or they cannot be installed.
        """
        ready = self.folder / environment / ".ready"
        if ready.exists():
            return
        if environment not in self.pins:
            raise MeasureError(f"no pins for {environment}")
        tag = environment.rpartition("-cp")[2]
        shutil.rmtree(self.folder / environment, ignore_errors=True)
        python = str(self._python(environment))
        for arguments in (
            ["venv", "--quiet", "--python", f"{tag[0]}.{tag[1:]}", str(self.folder / environment)],
            ["pip", "install", "--quiet", "--no-deps", "--python", python, *self.pins[environment]],
        ):
            done = self._uv(*arguments)
            if done.returncode:
                raise MeasureError(f"{environment}: {done.stderr.strip()[-400:]}")
        ready.touch()

    def _put(self, environment: str, distribution: str, version: str) -> str:
        """Install or remove one distribution; return what uv complained of, "" for success."""
        python = str(self._python(environment))
        if version == ABSENT:
            done = self._uv("pip", "uninstall", "--quiet", "--python", python, distribution)
        else:
            only = [word for name in COMPILED for word in ("--only-binary", name)]
            wanted = f"{distribution}=={version}"
            done = self._uv("pip", "install", "--quiet", "--no-deps", "--python", python, *only, wanted)
        return done.stderr.strip()[-200:] if done.returncode else ""

    def run(self, environment: str) -> Outcome:
        """Run the stages in the environment as it is now."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TF_", "KERAS"))}
        try:
            done = subprocess.run(
                [self._python(environment), STAGES],
                capture_output=True,
                text=True,
                timeout=RUN_LIMIT,
                check=False,
                env=clean,
            )
        except subprocess.TimeoutExpired:
            return Outcome("crash", f"no end after {RUN_LIMIT} s", {}, [])
        return read_stages(done.stdout, done.stderr, done.returncode)

    def measure(self, change: Change) -> Outcome:
        """Make the change, run the stages and undo the change.

        Raises:
            MeasureError: the environment cannot be made.
        """
        self.prepare(change.environment)
        before = dict(pin.split("==") for pin in self.pins[change.environment])
        ready = self.folder / change.environment / ".ready"
        ready.unlink()  # an interrupted run leaves a changed environment, which is then made anew
        complaint = self._put(change.environment, change.distribution, change.version)
        outcome = Outcome("uninstallable", complaint, {}, []) if complaint else self.run(change.environment)
        if not self._put(change.environment, change.distribution, before.get(change.distribution, ABSENT)):
            ready.touch()
        return outcome


def anonymous(text: str) -> str:
    """Return `text` with the file names of its absolute paths only: where this machine keeps them is its own affair."""
    return _PATH.sub(lambda found: "…/" + path[-1] if len(path := found.group().split("/")) > 2 else "…", text)


def as_line(change: Change, was: str | None, outcome: Outcome, date: str) -> str:
    """Return the result as one line of JSON, empty parts left out."""
    row: dict[str, Any] = {
        "tf": change.tf,
        "python": change.python,
        "distribution": change.distribution,
        "version": change.version,
        "was": was,
        "outcome": outcome.outcome,
    }
    if outcome.error:
        row["error"] = outcome.error[:160]
    if outcome.features:
        row["features"] = outcome.features
    if outcome.noise:
        row["noise"] = outcome.noise
    return anonymous(json.dumps({**row, "date": date}, ensure_ascii=False))


def read_lines(path: Path) -> Iterator[tuple[Change, dict[str, Any]]]:
    """Yield the changes and results of a result file; none where it does not exist."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Change(row["tf"], row["python"], row["distribution"], row["version"]), row
