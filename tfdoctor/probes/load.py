"""Uses TensorFlow in a child of the patient's Python and tells how far it came."""

import shutil
import tempfile
import time
from pathlib import Path

from tfdoctor.facts import ABSENT, Fact, LoadAttempt, Unknown
from tfdoctor.probes import child
from tfdoctor.probes.interpreter import FOREIGN
from tfdoctor.probes.machine import Machine


def probe(machine: Machine, executable: str, timeout: float) -> Fact[LoadAttempt]:
    """Import TensorFlow, list its devices, run one operation and one step of training, at most `timeout` seconds.

    A crash, a signal or a hang keeps what came before it. The child has the user's environment, except that
    TensorFlow's own messages are not held back.
    """
    # What glibc says when it aborts goes to the terminal otherwise.
    env = {**machine.environ, "TF_CPP_MIN_LOG_LEVEL": "0", "LIBC_FATAL_STDERR_": "1"}
    folder = Path(tempfile.mkdtemp(prefix="tfdoctor-"))
    marks = folder / "marks"
    began = time.monotonic()
    try:
        running = child.start([executable, str(FOREIGN / "trial.py"), str(marks)], env, folder / "stderr")
        try:
            code = running.wait(timeout)
        except KeyboardInterrupt:  # the child has a process group of its own, which Ctrl-C does not reach
            running.kill()
            raise
        seconds = round(time.monotonic() - began, 2)
        lines = marks.read_bytes().split(b"\n") if marks.exists() else []
        return parse(lines, code, stderr=running.tail(), seconds=seconds)
    except OSError as error:
        return Unknown(reason=f"the child could not be started: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def parse(lines: list[bytes], code: int | None, *, stderr: str, seconds: float) -> LoadAttempt:
    """Make the attempt of the marks that the child left; `code` is its exit code, None where it was killed."""
    stages: list[tuple[str, str]] = []
    devices: Fact[tuple[str, ...]] = Unknown(reason="TensorFlow did not come to list its devices")
    begun = ""
    for line in lines:
        match line.decode("utf-8", "replace").split("\t"):
            case ["begin", stage]:
                begun = stage
            case ["end", stage, outcome]:
                stages.append((stage, outcome))
                begun = ""
            case ["devices", *names]:
                devices = tuple(names)
            case _:  # the crash cut the line off
                continue
    name = child.signal_name(code) if code is not None else None
    if begun:
        stages.append((begun, _end(code, name, seconds)))
    return LoadAttempt(
        stages=tuple(stages),
        signal=name or ABSENT,
        exit_code=ABSENT if code is None else code,
        timed_out=code is None,
        seconds=seconds,
        stderr=stderr,
        devices=devices,
    )


def _end(code: int | None, name: str | None, seconds: float) -> str:
    if code is None:
        return f"did not end within {seconds:.0f} s"
    return f"the process was ended by {name}" if name else f"the process ended with exit code {code}"
