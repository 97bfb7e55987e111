"""The single seam between the probes and the machine; tests put a made-up machine behind it."""

import glob as globbing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Completed:
    """How a program ended. `code` is negative for a signal, None where the time limit killed it."""

    code: int | None
    stdout: bytes
    stderr: bytes


class Machine(Protocol):
    """What probes may do with the machine: look, and run programs with a time limit."""

    @property
    def platform(self) -> str:
        """`sys.platform` of the machine."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables."""

    @property
    def architecture(self) -> str:
        """The processor architecture by the kernel's name ("x86_64", "aarch64", "arm64", "AMD64")."""

    def read(self, path: str, limit: int = 1 << 20) -> bytes:
        """Return the first `limit` bytes of a file.

        Raises:
            OSError: it is not there or cannot be read.
        """

    def size(self, path: str) -> int:
        """Return the size of a file in bytes.

        Raises:
            OSError: it is not there.
        """

    def real_path(self, path: str) -> str:
        """Return the path with all symbolic links followed."""

    def may_open(self, path: str) -> bool:
        """Whether this user may open the file for reading and writing."""

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the paths that match, sorted; folders that cannot be read match nothing."""

    def run(self, argv: Sequence[str], timeout: float, env: Mapping[str, str] | None = None) -> Completed:
        """Run a program without a shell; `timeout` in seconds.

        Raises:
            OSError: it cannot be started.
        """


def _architecture() -> str:
    # The platform module would cost 10 ms for the same answer.
    if sys.platform == "win32":
        return os.environ.get("PROCESSOR_ARCHITEW6432") or os.environ.get("PROCESSOR_ARCHITECTURE", "")
    return os.uname().machine


@dataclass(frozen=True)
class RealMachine:
    """This machine."""

    platform: str = sys.platform
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    architecture: str = field(default_factory=_architecture)

    def read(self, path: str, limit: int = 1 << 20) -> bytes:
        """See Machine.read."""
        with Path(path).open("rb") as file:
            return file.read(limit)

    def size(self, path: str) -> int:
        """See Machine.size."""
        return Path(path).stat().st_size

    def real_path(self, path: str) -> str:
        """See Machine.real_path."""
        try:
            return os.path.realpath(path)
        except OSError:  # a link that this user may see but not read, such as /proc/1/root
            return path

    def may_open(self, path: str) -> bool:
        """See Machine.may_open."""
        return os.access(path, os.R_OK | os.W_OK)

    def glob(self, pattern: str) -> tuple[str, ...]:
        """See Machine.glob."""
        return tuple(sorted(globbing.glob(pattern)))  # noqa: PTH207  Path.glob cannot take an absolute pattern

    def run(self, argv: Sequence[str], timeout: float, env: Mapping[str, str] | None = None) -> Completed:
        """See Machine.run."""
        try:
            done = subprocess.run(  # noqa: S603  the program is the patient's interpreter or a fixed tool
                list(argv),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout,
                check=False,
                env=None if env is None else dict(env),
            )
        except subprocess.TimeoutExpired as expired:
            return Completed(None, expired.stdout or b"", expired.stderr or b"")
        return Completed(done.returncode, done.stdout, done.stderr)
