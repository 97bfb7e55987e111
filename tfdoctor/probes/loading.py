"""Loads a saved model in an environment, in a child of its Python, one way of loading at a time."""

import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tfdoctor.probes import child
from tfdoctor.probes.interpreter import FOREIGN


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be loaded and how.

    Attributes:
        path: of the model.
        way: one of the ways of loading, as judgements name them.
        custom: a Python file with the model's own classes and functions; it is run.
        legacy: with TF_USE_LEGACY_KERAS=1.
        call: also ask the model for its answer to the fixed input.
    """

    path: Path
    way: str
    custom: Path | None = None
    legacy: bool = False
    call: bool = True


class Output(msgspec.Struct, frozen=True):
    """An array that the model answered: its shape, and its first numbers."""

    shape: tuple[int, ...]
    values: tuple[float, ...]


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What happened. `remark` says why the model could not be asked for an answer, where it was loaded."""

    ok: bool
    error: str = ""
    message: str = ""
    remark: str = ""
    python: str = ""
    tensorflow: str = ""
    keras: str = ""
    outputs: tuple[Output, ...] | None = None
    seconds: float = 0.0


def load(executable: str, environ: Mapping[str, str], task: Task, timeout: float) -> Loaded:
    """Load a model for real, at most `timeout` seconds; a crash or a hang is a failure to load with its name."""
    folder = Path(tempfile.mkdtemp(prefix="tfdoctor-"))
    answer = folder / "answer.json"
    began = time.monotonic()
    try:
        asked = {
            "path": str(_linked(task.path.absolute(), folder)),
            "way": task.way,
            "custom": str(task.custom.absolute()) if task.custom else None,
            "legacy": task.legacy,
            "call": task.call,
        }
        (folder / "task.json").write_text(json.dumps(asked), encoding="utf-8")
        argv = [executable, "-B", str(FOREIGN / "loading.py"), str(folder / "task.json"), str(answer)]
        running = child.start(argv, environ, folder / "stderr")
        try:
            code = running.wait(timeout)
        except KeyboardInterrupt:  # the child has a process group of its own, which Ctrl-C does not reach
            running.kill()
            raise
        seconds = round(time.monotonic() - began, 2)
        return _read(answer, code, seconds, running.tail(4096), timeout)
    except OSError as error:
        return Loaded(ok=False, error="OSError", message=f"the child could not be started: {error.strerror or error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _linked(path: Path, folder: Path) -> Path:
    """Return a link to the model in a folder of its own: Keras 3.4 unpacks archives beside them, over what lies there.

    The name of a checkpoint is that of no file; it stays.
    """
    if not path.exists():
        return path
    place = folder / "model" / path.name
    try:
        place.parent.mkdir()
        place.symlink_to(path, target_is_directory=path.is_dir())
    except OSError:  # Windows lets not everybody make links
        return path
    return place


def _read(answer: Path, code: int | None, seconds: float, tail: str, timeout: float) -> Loaded:
    """Make the result of what the child left; it may have written anything, or nothing."""
    try:
        found: dict[str, Any] = msgspec.json.decode(answer.read_bytes(), type=dict[str, Any])
        if "ok" in found and code == 0:
            return msgspec.convert({**found, "seconds": seconds}, type=Loaded)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        pass
    if code is None:
        return Loaded(ok=False, error="TimeoutError", message=f"did not end within {timeout:g} s", seconds=seconds)
    name = child.signal_name(code)
    said = f"the process was ended by {name}" if name else f"the process ended with exit code {code}"
    last = next((line.strip() for line in reversed(tail.splitlines()) if line.strip()), "")
    return Loaded(ok=False, error=name or "SystemExit", message=f"{said}: {last}" if last else said, seconds=seconds)
