"""Runs the installer's programs: their output goes to a log and, line by line, to whoever shows progress."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

_TAIL: Final = 40  # lines of a program that are kept for the report of its failure
# Variables by which an installer or an interpreter would act on another environment than the one that is meant.
_FOREIGN: Final = {
    "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "CONDA_PREFIX",
    "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON", "PIP_REQUIREMENT", "PIP_DRY_RUN", "PIP_REPORT",
    "PIP_REQUIRE_VIRTUALENV", "PIP_QUIET", "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT", "UV_QUIET",
}  # fmt: skip


class ToolError(Exception):
    """A program failed. `code` is None where the time limit ended it; `tail` its last lines."""

    def __init__(self, program: str, code: int | None, tail: str) -> None:
        super().__init__(f"{program} {'did not end in time' if code is None else f'ended with exit code {code}'}")
        self.code = code
        self.tail = tail


class Tools:
    """Runs programs one after the other.

    Args:
        environ: the user's environment variables; what is configured there of indexes and proxies holds.
        log: the file that gets all output.
        progress: called with each line that a program prints.
        limit: seconds that one program may take.
    """

    def __init__(self, environ: Mapping[str, str], log: Path, progress: Callable[[str], None], limit: float) -> None:
        kept = {name: value for name, value in environ.items() if name.upper() not in _FOREIGN}
        self.environ = {
            **kept,
            "PIP_NO_INPUT": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "NO_COLOR": "1",
            "PYTHONUNBUFFERED": "1",
        }
        self.log = log
        self.progress = progress
        self.limit = limit

    def run(self, argv: Sequence[str], *, quiet: bool = False, cwd: str | None = None) -> str:
        """Run a program to its end; return what it printed, both streams together (its last lines).

        What a `quiet` one prints is no progress.

        An interruption of this process ends the program and all that it started before it goes on.

        Raises:
            ToolError: it failed, or took longer than the limit.
            OSError: it cannot be started.
        """
        with self.log.open("a", encoding="utf-8", errors="replace") as log:
            log.write(f"$ {subprocess.list2cmdline(list(argv))}\n")
            process = self._start(argv, cwd)
            late = threading.Event()

            def expire() -> None:
                late.set()
                end(process)

            timer = threading.Timer(self.limit, expire)
            timer.daemon = True
            timer.start()
            tail: deque[str] = deque(maxlen=_TAIL)
            try:
                for line in process.stdout or ():
                    log.write(line)
                    text = plain(line)
                    if text:
                        tail.append(text)
                        if not quiet:
                            self.progress(text)
                process.wait()
            finally:
                timer.cancel()
                end(process)
                if process.stdout is not None:
                    process.stdout.close()
        text = "\n".join(tail)
        if late.is_set() or process.returncode:
            raise ToolError(Path(argv[0]).stem, None if late.is_set() else process.returncode, text)
        return text

    def _start(self, argv: Sequence[str], cwd: str | None) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603  an installer, or the interpreter of the environment
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environ,
            cwd=cwd,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # so that Ctrl-C in the terminal comes to tfdoctor alone
        )


def end(process: "subprocess.Popen[str]") -> None:
    """Kill a program and all that it started, if it still runs."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:  # pragma: no cover  Windows only
        subprocess.run(  # noqa: S603
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],  # noqa: S607  a program of Windows
            capture_output=True,
            check=False,
        )
    process.wait()


def plain(line: str) -> str:
    """Return a line without the codes that colour it or move the cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).rstrip()
