"""Finds the CPython interpreters of this machine that an environment can be made with."""

import re
import threading
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from tfdoctor.probes.interpreter_places import Origin, places, separator
from tfdoctor.probes.machine import Completed, Machine

LIMIT: Final = 2.0  # seconds for one interpreter; a healthy one answers in 0.02
_AT_ONCE: Final = 16
_OLDEST: Final = (3, 6)
# Which of two interpreters of one version comes first: an environment made with a conda one dies with it.
_ORDER: Final[tuple[Origin, ...]] = ("path", "pyenv", "uv", "launcher", "conda")

# Valid for every Python since 2.7. Only modules that are part of the interpreter itself are imported, since the
# current folder comes first in its search path.
_ASK: Final = """
import sys
i = getattr(sys, "implementation", None)
u = ""
if "posix" in sys.builtin_module_names:
    import posix
    u = posix.uname()[4]
elif "(" in sys.version:
    u = sys.version.rpartition("(")[2].rstrip(")").replace("64 bit", "").replace("32 bit", "").strip(" ()")
sys.stdout.write("\\n%s\\n" % "\\t".join([
    "tfdoctor", "%d.%d.%d" % sys.version_info[:3], sys.version_info[3],
    "pypy" if "PyPy" in sys.version else i.name if i else "python2",
    getattr(i, "_multiarch", "").split("-")[0].replace("darwin", "") or u,
    "64" if sys.maxsize > 2**32 else "32",
    "free" if "free-threading" in sys.version or "t" in getattr(sys, "abiflags", "") else "locked"]))
"""


class FoundPython(msgspec.Struct, frozen=True, kw_only=True):
    """One interpreter that answered. `version` is "3.9.18", `arch` what it was built for, `origin` who brought it."""

    version: str
    path: str
    origin: Origin
    arch: str = ""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """One interpreter that cannot be used, with the reason in a few words."""

    path: str
    because: str


class Found(NamedTuple):
    """All interpreters of a machine: those to use, newest first, and those left out."""

    pythons: tuple[FoundPython, ...]
    left_out: tuple[LeftOut, ...]


def find_pythons(machine: Machine, known: Sequence[str] = ()) -> Found:
    """Return every CPython 3.6 or later of this machine; of an environment, the one it was made with.

    Looked at are PATH, pyenv, uv, conda, the Windows registry (PEP 514), the usual folders of macOS, and `known`.
    Each one is run, all at the same time: that takes 4 ms for each, and no file tells whether it works. One that does
    not answer within LIMIT seconds is left out, as are PyPy, pre-releases, 32-bit and free-threaded builds: TensorFlow
    has no wheel for them.
    """
    candidates = _Candidates(machine)
    for path, origin in places(machine, known):
        candidates.add(path, origin)
    pythons: list[FoundPython] = []
    left_out = candidates.left_out
    answers = _ask(machine, [path for path, _ in candidates.found])
    for (path, origin), answer in zip(candidates.found, answers, strict=True):
        read = _read(path, origin, answer)
        if isinstance(read, FoundPython):
            pythons.append(read)
        else:
            left_out.append(read)
    pythons.sort(key=lambda item: ([-int(part) for part in item.version.split(".")], _ORDER.index(item.origin)))
    return Found(tuple(pythons), tuple(left_out))


class _Candidates:
    """Paths worth asking, each interpreter once: the first place that names it wins."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.divider = separator(machine)
        self.seen: set[str] = set()
        self.found: list[tuple[str, Origin]] = []
        self.left_out: list[LeftOut] = []

    def add(self, path: str, origin: Origin) -> None:
        if "\0" in path:  # environments.txt may hold anything
            return
        real = self.machine.real_path(path)
        if real in self.seen:
            return
        base = self._base(path, real)
        if base is not None:
            path, real = base, self.machine.real_path(base)
        if real in self.seen:
            return
        self.seen.add(real)
        try:
            size = self.machine.size(real)
        except OSError:
            self.left_out.append(LeftOut(path=path, because="a link to what is not there"))
            return
        if size:  # the empty programs of Windows only open its store
            self.found.append((path, origin))

    def _base(self, path: str, real: str) -> str | None:
        """The interpreter that the environment around `path` was made with, or None where it is in none."""
        folder, _, name = path.rpartition(self.divider)
        for home in (folder.rpartition(self.divider)[0], folder):
            try:
                text = self.machine.read(f"{home}{self.divider}pyvenv.cfg").decode("utf-8", "replace")
            except OSError:
                continue
            named = re.search(r"^home\s*=\s*(.+?)\s*$", text, re.MULTILINE)
            if real.startswith(home + self.divider) and named is not None:  # a copy, as Windows makes them
                return f"{named.group(1)}{self.divider}{name}"
            return real
        return None


def _ask(machine: Machine, paths: Sequence[str]) -> list[Completed | OSError]:
    """What each interpreter answers, in the order of `paths`; up to _AT_ONCE of them run at one time."""
    answers: dict[int, Completed | OSError] = {}
    rest = iter(enumerate(paths))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                item = next(rest, None)
            if item is None:
                return
            number, path = item
            try:
                answers[number] = machine.run([path, "-E", "-S", "-c", _ASK], LIMIT, _environ(machine))
            except OSError as error:
                answers[number] = error

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(_AT_ONCE, len(paths)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(len(paths))]


def _environ(machine: Machine) -> dict[str, str]:
    """The user's variables without the one by which a macOS build names tfdoctor's own environment to its children."""
    return {name: value for name, value in machine.environ.items() if name != "__PYVENV_LAUNCHER__"}


def _read(path: str, origin: Origin, answer: Completed | OSError) -> FoundPython | LeftOut:
    if isinstance(answer, OSError):
        return LeftOut(path=path, because=f"cannot be run ({answer.strerror or answer})")
    if answer.code is None:
        return LeftOut(path=path, because=f"did not answer within {LIMIT:.0f} s")
    found = re.search(rb"^tfdoctor\t(\d[\d.]*(?:\t[^\t\r\n]*){5})\r?$", answer.stdout, re.MULTILINE)
    if found is None:
        words = answer.stderr.decode("utf-8", "replace").strip().splitlines()
        return LeftOut(path=path, because=f"ended with exit code {answer.code}{f': {words[-1]}' if words else ''}")
    version, level, implementation, arch, bits, threads = found.group(1).decode().split("\t")
    reason = _refusal(version, level, implementation, bits, threads)
    if reason:
        return LeftOut(path=path, because=reason)
    return FoundPython(version=version, path=path, origin=origin, arch=arch)


def _refusal(version: str, level: str, implementation: str, bits: str, threads: str) -> str:
    if implementation == "pypy":
        return f"PyPy (Python {version})"
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST:
        return f"Python {version} is too old"
    if implementation != "cpython":
        return f"{implementation} {version}"
    if level != "final":
        return f"a pre-release of Python {version}"
    if bits != "64":
        return f"a 32-bit build of Python {version}"
    return f"a free-threaded build of Python {version}" if threads == "free" else ""
