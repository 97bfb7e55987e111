"""Asks the patient's Python what it is and what it has installed: starts the interrogator, takes its answer."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from tfdoctor.errors import PatientError
from tfdoctor.probes import child

FOREIGN: Final = Path(__file__).parent / "foreign"
LIMIT: Final = 30.0  # seconds; a healthy interpreter answers in a fraction of one


@dataclass(frozen=True)
class Interrogation:
    """A running interrogation."""

    executable: str
    folder: Path
    running: child.Child

    def close(self) -> None:
        """End what still runs and remove the temporary folder."""
        self.running.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(executable: str, environ: Mapping[str, str]) -> Interrogation:
    """Start the interrogator in the patient; the caller closes it.

    Raises:
        PatientError: the file cannot be run.
    """
    folder = Path(tempfile.mkdtemp(prefix="tfdoctor-"))
    argv = [executable, "-B", str(FOREIGN / "interrogate.py"), str(folder / "answer.json")]
    try:
        running = child.start(argv, environ, folder / "stderr")
    except (OSError, ValueError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        reason = getattr(error, "strerror", None) or str(error)
        raise PatientError(f"{executable}: cannot be run as a Python interpreter ({reason})") from None
    return Interrogation(executable, folder, running)


def finish(interrogation: Interrogation, timeout: float) -> dict[str, Any]:
    """Return the interrogator's answer: its parts "interpreter", "installation" and "failures".

    Raises:
        PatientError: no answer within `timeout` seconds, no Python, or one that no TensorFlow wheel is made for.
    """
    executable = interrogation.executable
    limit = min(timeout, LIMIT)
    code = interrogation.running.wait(limit)
    try:
        answer = msgspec.json.decode((interrogation.folder / "answer.json").read_bytes())
    except (OSError, msgspec.DecodeError):
        answer = None
    if isinstance(answer, dict) and ("interpreter" in answer or answer.get("failures")):
        return answer
    if isinstance(answer, dict) and isinstance(answer.get("refused"), dict):
        raise PatientError(_refusal(executable, **answer["refused"]))
    if code is None:
        raise PatientError(f"{executable}: gave no answer within {limit:g} s and was ended")
    last = _telling(interrogation.running.tail())
    died = child.signal_name(code)
    how = f"ended by {died}" if died else f"exit code {code}"
    raise PatientError(f"{executable}: is no working Python interpreter ({how}{': ' + last[:300] if last else ''})")


def _telling(text: str) -> str:
    """The line of an interpreter's last words that says why: an error's, else the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"\w*Error: |Fatal Python error|.*not found", line)]
    return (errors or lines or [""])[-1]


def _refusal(executable: str, version: str, implementation: str) -> str:
    if implementation != "cpython":
        return f"{executable}: this is {implementation}; TensorFlow's wheels are made for CPython only"
    return (
        f"{executable}: Python {version} is too old; TensorFlow's wheels that tfdoctor knows need Python 3.6 or later"
    )
