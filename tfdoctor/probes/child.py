"""Programs of the patient: started in a process group of their own and ended with all that they started."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_STATUSES: Final = {
    0xC0000005: "STATUS_ACCESS_VIOLATION",
    0xC000001D: "STATUS_ILLEGAL_INSTRUCTION",
    0xC0000135: "STATUS_DLL_NOT_FOUND",
    0xC0000139: "STATUS_ENTRYPOINT_NOT_FOUND",
    0xC0000142: "STATUS_DLL_INIT_FAILED",
    0xC00000FD: "STATUS_STACK_OVERFLOW",
    0xC0000409: "STATUS_STACK_BUFFER_OVERRUN",
}


@dataclass
class Child:
    """A running program. What it prints to standard output is dropped, standard error goes to the file `stderr`."""

    process: "subprocess.Popen[bytes]"
    stderr: Path
    started: float = field(default_factory=time.monotonic)

    def wait(self, timeout: float) -> int | None:
        """Return the exit code (negative: a signal), or None where `timeout` seconds after the start it was killed.

        Whatever the program started and left behind is killed in either case.
        """
        end = self.started + timeout
        while (code := self.process.poll()) is None and (now := time.monotonic()) < end:
            # Popen.wait would sleep up to 50 ms beyond the end of the program, a third of the whole examination.
            time.sleep(0.002 if now - self.started < 1 else 0.02)
        self.kill()
        return code

    def kill(self) -> None:
        """End the whole process group."""
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):  # all gone; macOS says so with EPERM
                os.killpg(self.process.pid, signal.SIGKILL)
        elif self.process.poll() is None:  # pragma: no cover  Windows only
            # A process group of Windows has no handle of its own; taskkill follows the tree of parents.
            subprocess.run(  # noqa: S603
                ["taskkill", "/F", "/T", "/PID", str(self.process.pid)],  # noqa: S607  a program of Windows
                capture_output=True,
                check=False,
            )
        self.process.wait()

    def tail(self, limit: int = 1 << 16) -> str:
        """Return the last `limit` bytes of standard error as text."""
        with self.stderr.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - limit))
            return file.read().decode("utf-8", "replace")


def start(argv: Sequence[str], env: Mapping[str, str], stderr: Path) -> Child:
    """Start a program of the patient in the user's current folder.

    Raises:
        OSError: it cannot be started.
    """
    group = 0x200 if sys.platform == "win32" else 0  # CREATE_NEW_PROCESS_GROUP
    # The launcher of a macOS framework build names tfdoctor's own environment to the children with this.
    clean = {name: value for name, value in env.items() if name != "__PYVENV_LAUNCHER__"}
    with stderr.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  the interpreter that the user named
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=clean,
            start_new_session=True,
            creationflags=group,
        )
    return Child(process, stderr)


def signal_name(code: int) -> str | None:
    """Return the name of the signal (on Windows: of the status) that an exit code tells of, or None."""
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    if code in _STATUSES:
        return _STATUSES[code]
    # A shell in between reports a signal as 128 + its number.
    return signal.Signals(code - 128).name if code - 128 in {4, 6, 7, 8, 9, 11} else None
