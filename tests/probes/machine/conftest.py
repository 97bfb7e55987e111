"""A machine made of a few files, and a compiler for real shared libraries where there is one."""

import fnmatch
import posixpath
import re
import shutil
import struct
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tfdoctor.probes.machine import Completed, Machine


@dataclass
class MadeUp:
    """Files by path (an exception is raised on reading), symbolic links, and what programs print."""

    files: Mapping[str, bytes | str | OSError] = field(default_factory=dict)
    platform: str = "linux"
    architecture: str = "x86_64"
    environ: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, str | Completed | OSError] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    ran: list[str] = field(default_factory=list)

    def _all(self) -> set[str]:
        paths = {*self.files, *self.links}
        for path in tuple(paths):
            parent = path
            while len(parent) > 3 and re.search(r"[/\\]", parent[1:]):
                parent = re.split(r"[/\\](?=[^/\\]*$)", parent)[0]
                paths.add(parent)
        return paths

    def read(self, path: str, limit: int = 1 << 20) -> bytes:
        path = self.real_path(path)
        if path not in self.files:
            raise IsADirectoryError(path) if path in self._all() else FileNotFoundError(2, "No such file", path)
        content = self.files[path]
        if isinstance(content, OSError):
            raise content
        return (content.encode() if isinstance(content, str) else content)[:limit]

    def size(self, path: str) -> int:
        real = self.real_path(path)
        if real in self.files:
            content = self.files[real]
            return 0 if isinstance(content, OSError) else len(content)
        if real in self._all():
            return 4096
        raise FileNotFoundError(2, "No such file", path)

    def real_path(self, path: str) -> str:
        for link, target in self.links.items():
            if path == link or path.startswith(link + "/"):
                return self.real_path(
                    posixpath.normpath(posixpath.join(posixpath.dirname(link), target)) + path[len(link) :]
                )
        return path

    def may_open(self, path: str) -> bool:
        return path not in self.closed

    def glob(self, pattern: str) -> tuple[str, ...]:
        for link in self.links:
            if pattern.startswith(link + "/"):
                real = self.real_path(link)
                return tuple(link + path[len(real) :] for path in self.glob(real + pattern[len(link) :]))
        depth = len(re.split(r"[/\\]", pattern))
        return tuple(
            sorted(
                path
                for path in self._all()
                if len(re.split(r"[/\\]", path)) == depth and fnmatch.fnmatchcase(path, pattern)
            )
        )

    def run(self, argv: Sequence[str], timeout: float, env: Mapping[str, str] | None = None) -> Completed:  # noqa: ARG002
        line = " ".join(argv)
        self.ran.append(line)
        answer = self.programs.get(line, FileNotFoundError(2, "No such file", argv[0]))
        if isinstance(answer, OSError):
            raise answer
        return answer if isinstance(answer, Completed) else Completed(0, answer.encode(), b"")


@pytest.fixture
def made_up() -> Callable[..., MadeUp]:
    def make(**parts: object) -> MadeUp:
        machine = MadeUp(**parts)  # type: ignore[arg-type]  # the parts are those of MadeUp
        as_machine: Machine = machine
        assert as_machine.platform
        return machine

    return make


@pytest.fixture
def compile_library() -> Callable[..., Path]:
    if shutil.which("gcc") is None:
        pytest.skip("no C compiler")

    def compile_one(path: Path, *options: str, code: str = "int made_up(void) { return 1; }") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        command = ["gcc", "-x", "c", "-", "-x", "none", "-o", str(path), *options]
        if "-pie" not in options:
            command[1:1] = ["-shared", "-fPIC", f"-Wl,-soname,{path.name}"]
        subprocess.run(command, input=code.encode(), check=True)
        return path

    return compile_one


@pytest.fixture
def tiny_elf() -> Callable[..., bytes]:
    """The smallest shared library that has a dynamic segment: one segment, SONAME libtiny.so.1, NEEDED libc.so.6."""

    def make(number: int, *, wide: bool = True, order: str = "<", runpath: str = "") -> bytes:
        strings = f"\0libtiny.so.1\0libc.so.6\0{runpath}\0".encode()
        header, row, entry = (64, 56, "QQ") if wide else (52, 32, "II")
        table = header + 2 * row
        tags = [(5, table), (14, 1), (1, 14), *([(29, 24)] if runpath else []), (0, 0)]
        dynamic = b"".join(struct.pack(order + entry, *tag) for tag in tags)
        at = table + len(strings)
        end = at + len(dynamic)
        start = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
        word = "Q" if wide else "I"
        start += struct.pack(f"{order}HHI3{word}IHHHHHH", 3, number, 1, 0, header, 0, 0, header, row, 2, 0, 0, 0)
        rows = []
        for kind, offset, size in ((1, 0, end), (2, at, len(dynamic))):
            fields = (
                (kind, 4, offset, offset, offset, size, size, 8)
                if wide
                else (kind, offset, offset, offset, size, size, 4, 8)
            )
            rows.append(struct.pack(f"{order}IIQQQQQQ" if wide else f"{order}8I", *fields))
        return start + b"".join(rows) + strings + dynamic

    return make


@pytest.fixture
def i386() -> Path:
    """A real shared library for another machine."""
    return Path(__file__).parents[2] / "elf" / "i386.so"
