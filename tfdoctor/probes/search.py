"""The order in which the loader of a program looks for a library that is opened by name.

For glibc, as its manual page ld.so(8) has it and as scripts/verify_search.py proves against the real one:
DT_RPATH of the caller, of those that loaded it and of the program (only where the caller has no DT_RUNPATH),
LD_LIBRARY_PATH, DT_RUNPATH of the caller, the cache, the default folders.
A file for another machine is passed over; a broken file ends the search with an error.
"""

import posixpath
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from tfdoctor.facts import SearchFolder
from tfdoctor.probes.elf import Dynamic, ElfError, parse_header, read_dynamic
from tfdoctor.probes.ldcache import FLAGS, Entry, parse_cache, parse_listing
from tfdoctor.probes.machine import Machine

NARROW: Final = frozenset({"i386", "arm", "ppc"})
CACHE: Final = "/etc/ld.so.cache"
_LEVEL: Final = re.compile(r"/glibc-hwcaps/x86-64-v(\d)/")


State = Literal["ok", "skipped", "broken"]


@dataclass(frozen=True)
class Found:
    """A file that has the name asked for.

    The loader passes over a "skipped" file (for another machine, unreadable) and fails at a "broken" one.
    """

    path: str
    origin: str
    state: State = "ok"
    reason: str = ""


@dataclass
class Loader:
    """The search of one program on one machine."""

    machine: Machine
    architecture: str
    before: tuple[SearchFolder, ...] = ()  # before the cache
    after: tuple[SearchFolder, ...] = ()  # the default folders
    level: int = 1  # of x86-64, for glibc-hwcaps
    entries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    separator: str = "/"
    _with_levels: dict[str, bool] = field(default_factory=dict)

    @property
    def folders(self) -> tuple[SearchFolder, ...]:
        """Every folder that is searched, in order, those that the cache stands for included."""
        kept: dict[str, SearchFolder] = {}
        for folder in self.before:
            kept.setdefault(folder.path, folder)
        for paths in self.entries.values():
            for path in paths:
                parent = posixpath.dirname(path)
                kept.setdefault(parent, SearchFolder(path=parent, origin="cache"))
        for folder in self.after:
            kept.setdefault(folder.path, folder)
        return tuple(kept.values())

    def candidates(self, name: str) -> tuple[Found, ...]:
        """Return the files that the search passes for `name`, in order; what the loader opens is `opened`."""
        found: dict[str, Found] = {}
        for folder in self.before:
            self._look(folder, name, found)
        for path in self._in_cache(name):
            if exists(self.machine, path):
                found.setdefault(path, self.judge(path, "cache"))
                break
        for folder in self.after:
            self._look(folder, name, found)
        return tuple(found.values())

    def opened(self, name: str) -> Found | None:
        """Return the file that opening `name` opens; one that fails is returned as such, None where there is none."""
        return next((one for one in self.candidates(name) if one.state != "skipped"), None)

    def _look(self, folder: SearchFolder, name: str, found: dict[str, Found]) -> None:
        for sub in self._subfolders(folder.path):
            path = sub + self.separator + name
            if exists(self.machine, path):
                found.setdefault(path, self.judge(path, folder.origin))

    def _subfolders(self, folder: str) -> list[str]:
        if folder not in self._with_levels:
            self._with_levels[folder] = self.level > 1 and exists(self.machine, f"{folder}/glibc-hwcaps")
        levels = range(self.level, 1, -1) if self._with_levels[folder] else ()
        return [*(f"{folder}/glibc-hwcaps/x86-64-v{level}" for level in levels), folder]

    def _in_cache(self, name: str) -> list[str]:
        ranked = []
        for path in self.entries.get(name, ()):
            level = _LEVEL.search(path)
            number = int(level.group(1)) if level else 1
            if number <= self.level:
                ranked.append((-number, path))
        return [path for _, path in sorted(ranked, key=lambda pair: pair[0])]

    def judge(self, path: str, origin: str) -> Found:
        """Say what this loader does with the file at `path`."""
        if self.separator == "\\":
            return Found(path, origin)  # Windows reads the whole file before it says what is wrong with it
        return judge(self.machine, path, origin, self.architecture)


def judge(machine: Machine, path: str, origin: str, architecture: str) -> Found:
    """Say what a loader for `architecture` ("" for any) does with the file at `path`."""
    try:
        header = parse_header(machine.read(path, 4096))
        size = machine.size(path)
    except ElfError as error:
        return Found(path, origin, "broken", str(error))
    except IsADirectoryError:
        return Found(path, origin, "broken", "a folder")
    except OSError as error:
        return Found(path, origin, "skipped", error.strerror or "unreadable")
    if architecture and (header.machine, header.bits) != (architecture, 32 if architecture in NARROW else 64):
        return Found(path, origin, "skipped", f"for {header.machine}, {header.bits} bit")
    if size < header.end:
        return Found(path, origin, "broken", f"cut off: {size} of at least {header.end} bytes")
    return Found(path, origin)


def exists(machine: Machine, path: str) -> bool:
    """Whether a file or folder is there; a link that points nowhere is not."""
    try:
        machine.size(path)
    except OSError:
        return False
    return True


def escape(path: str) -> str:
    """Return a path in which no character is special to Machine.glob."""
    return re.sub(r"([*?[])", r"[\1]", path)


def expand(folders: tuple[str, ...], library: str) -> tuple[str, ...]:
    """Return the folders of a RPATH or RUNPATH with $ORIGIN of the `library` put in."""
    origin = posixpath.dirname(library)
    return tuple(
        posixpath.normpath(folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)) for folder in folders
    )


def read_cache(machine: Machine, architecture: str) -> dict[str, tuple[str, ...]] | None:
    """Return soname → files of the loader's cache for one architecture, or None where there is no cache."""
    entries: tuple[Entry, ...]
    try:
        entries = parse_cache(machine.read(CACHE, 64 << 20))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        entries = _listing(machine)
    flags = FLAGS.get(architecture)
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if flags is None or entry.flags == flags:
            found[entry.name] = (*found.get(entry.name, ()), entry.path)
    return found


def _listing(machine: Machine) -> tuple[Entry, ...]:
    for program in ("/sbin/ldconfig", "/usr/sbin/ldconfig"):
        try:
            done = machine.run([program, "-p"], timeout=5)
        except OSError:
            continue
        if done.code == 0:
            return parse_listing(done.stdout.decode("utf-8", "surrogateescape"))
    return ()


def default_folders(machine: Machine, architecture: str) -> tuple[str, ...]:
    """Return the folders that the loader looks in last: Debian's multi-arch folders, or lib64, then lib."""
    triplet = {"i386": "i386-linux-gnu", "arm": "arm-linux-gnueabihf"}.get(architecture, f"{architecture}-linux-gnu")
    if exists(machine, f"/lib/{triplet}") or exists(machine, f"/usr/lib/{triplet}"):
        return (f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib", "/usr/lib")
    if architecture in {"x86_64", "aarch64", "s390x", "ppc64"} and exists(machine, "/usr/lib64"):
        return ("/lib64", "/usr/lib64", "/lib", "/usr/lib")
    return ("/lib", "/usr/lib")


def level_of(flags: tuple[str, ...]) -> int:
    """Return the x86-64 level (1 to 4) of a processor from its kernel flags."""
    have = set(flags)
    level = 1
    for number, needed in _LEVELS.items():
        if not needed <= have:
            break
        level = number
    return level


_LEVELS: Final = {
    2: {"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"},
    3: {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"},
    4: {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


def _dynamic(path: str) -> Dynamic | None:
    try:
        return read_dynamic(path)
    except (OSError, ElfError):
        return None


def glibc_loader(
    machine: Machine,
    callers: tuple[str, ...],
    architecture: str,
    flags: tuple[str, ...] = (),
) -> Loader:
    """Return the search of a dlopen in `callers[0]`, which the others loaded; the program itself comes last.

    `flags` are those of the processor. Files of `callers` that cannot be read count for nothing.
    """
    before: list[SearchFolder] = []
    dynamics = [(path, dynamic) for path in callers if (dynamic := _dynamic(path))]
    runpath = expand(dynamics[0][1].runpath, dynamics[0][0]) if dynamics and dynamics[0][0] == callers[0] else ()
    if not runpath:
        for path, dynamic in dynamics:
            if not dynamic.runpath:  # whose DT_RPATH counts for nothing
                before += [_folder(machine, one, "rpath") for one in expand(dynamic.rpath, path)]
    variable = machine.environ.get("LD_LIBRARY_PATH", "")
    if variable:
        before += [_folder(machine, one or ".", "variable") for one in re.split("[:;]", variable)]
    before += [_folder(machine, one, "runpath") for one in runpath]
    first: dict[str, SearchFolder] = {}  # TensorFlow 2.21 names its folders hundreds of times
    for folder in before:
        first.setdefault(folder.path, folder)
    return Loader(
        machine=machine,
        architecture=architecture,
        before=tuple(first.values()),
        after=tuple(_folder(machine, one, "default") for one in default_folders(machine, architecture)),
        level=level_of(flags) if architecture == "x86_64" else 1,
        entries=read_cache(machine, architecture) or {},
    )


def _folder(machine: Machine, path: str, origin: str) -> SearchFolder:
    return SearchFolder(path=path, origin=origin, exists=exists(machine, path))


def windows_loader(machine: Machine, program: str | None = None) -> Loader:
    """Return the search of TensorFlow's LoadLibrary on Windows: the program's folder, the system, PATH.

    The folders of os.add_dll_directory() do not count for it, only for extension modules.
    """
    system = machine.environ.get("SYSTEMROOT", machine.environ.get("SystemRoot", "C:\\Windows"))
    folders = []
    if program:
        folders.append(_folder(machine, program.rpartition("\\")[0], "default"))
    folders += [_folder(machine, system + "\\System32", "default"), _folder(machine, system, "default")]
    for one in path_variable(machine).split(";"):
        if one:
            folders.append(_folder(machine, one.strip('"').rstrip("\\"), "variable"))
    return Loader(machine=machine, architecture="", before=tuple(folders), separator="\\")


def path_variable(machine: Machine) -> str:
    """Return PATH, however Windows spells it."""
    return next((value for name, value in machine.environ.items() if name.upper() == "PATH"), "")
