"""Resolves requirements over the real index, through uv: for distributions that the bundled index does not know."""

import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tfdoctor.apply.installer import uv
from tfdoctor.apply.outcome import CannotApplyError
from tfdoctor.apply.process import ToolError, Tools
from tfdoctor.apply.reasons import reason

# glibc versions, newest first, for which uv knows a platform of its own.
_GLIBC: Final = ("2.40", "2.39", "2.38", "2.37", "2.36", "2.35", "2.34", "2.33", "2.32", "2.31", "2.28", "2.17")
_CONFLICT: Final = re.compile(
    r"No solution found|unsatisfiable|conflicting|no version of|not found in the package registry"
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be resolved.

    Attributes:
        requirements: what has to be there, PEP 508.
        constraints: what must hold for whatever is taken, PEP 508 (`numpy<2`).
        overrides: what replaces every declared requirement on the same distribution.
        preferred: exact pins to take where they fit: what is installed, or a lock's.
        python: "3.9" or "3.9.18".
        platform: as locks name it: "linux-x86_64", "linux-aarch64", "windows-x86_64", "macos-x86_64", "macos-arm64".
        system: version of the machine's glibc, on a Mac of macOS, where known.
        as_of: "2021-06-30": nothing that is newer.
        interpreter: a Python of that version, where there is one: sources are built with it to learn what they require.
    """

    requirements: Sequence[str]
    constraints: Sequence[str] = ()
    overrides: Sequence[str] = ()
    preferred: Sequence[str] = ()
    python: str
    platform: str
    system: str = ""
    as_of: str = ""
    interpreter: str = ""


@dataclass(frozen=True)
class Pins:
    """The whole closure as exact pins, in the order of names."""

    pins: tuple[str, ...]


@dataclass(frozen=True)
class Contradiction:
    """The requirements cannot be kept together; `text` is uv's explanation, which names both sides."""

    text: str


def resolve(question: Question, environ: Mapping[str, str], limit: float = 120) -> Pins | Contradiction:
    """Ask uv, which asks the index that the user has configured for it; at most `limit` seconds.

    Raises:
        CannotApplyError: there is no uv, the index cannot be reached, or uv does not understand a requirement.
    """
    program = uv(environ)
    if program is None:
        raise CannotApplyError("--online needs uv, which is not on PATH: install it, or tfdoctor with its extra `uv`")
    with tempfile.TemporaryDirectory(prefix="tfdoctor-") as name:
        folder = Path(name)
        lists = {"in": question.requirements, "constraints": question.constraints, "overrides": question.overrides}
        for stem, lines in {**lists, "out": question.preferred}.items():
            (folder / f"{stem}.txt").write_text(_text(lines), encoding="utf-8")
        platform, more = _platform(question)
        tools = Tools({**environ, **more}, folder / "log", lambda _: None, limit)
        command = [program, "pip", "compile", "-q", "in.txt", "-c", "constraints.txt", "--override", "overrides.txt"]
        command += ["-o", "out.txt", "--no-header", "--no-annotate", "--python-version", question.python]
        # Without a name uv would run every Python on PATH, and pyenv's programs there take seconds.
        command += ["--python", question.interpreter or sys.executable, "--python-platform", platform]
        command += ["--exclude-newer", question.as_of] if question.as_of else []
        try:
            tools.run(command, cwd=name)
        except ToolError as error:
            return _refusal(error)
        text = (folder / "out.txt").read_text(encoding="utf-8")
    return Pins(tuple(line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")))


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _platform(question: Question) -> tuple[str, dict[str, str]]:
    """Return uv's name of the platform, and the variables that go with it."""
    os, _, arch = question.platform.partition("-")
    if os == "macos":
        more = {"MACOSX_DEPLOYMENT_TARGET": question.system} if question.system else {}
        return f"{'aarch64' if arch == 'arm64' else arch}-apple-darwin", more
    if os == "windows":
        return f"{arch}-pc-windows-msvc", {}
    own = tuple(int(part) for part in re.findall(r"\d+", question.system)[:2]) or (2, 28)
    fits = (name for name in _GLIBC if tuple(map(int, name.split("."))) <= own)
    return f"{arch}-manylinux_{next(fits, '2.17').replace('.', '_')}", {}


def _refusal(error: ToolError) -> Contradiction:
    if _CONFLICT.search(error.tail) and not re.search(r"[Ff]ailed to fetch|error sending request", error.tail):
        return Contradiction(_clauses(error.tail))
    why = reason(error)
    raise CannotApplyError(f"--online: {why.what}. To go on: {why.advice}")


def _clauses(tail: str) -> str:
    """The explanation of uv as running text, from its first clause on."""
    text = " ".join(line.strip(" \u2502\u251c\u2570\u2500\u25b6\u00d7") for line in tail.splitlines())
    text = re.sub(r"\s+", " ", re.sub(r"\{[^}]*\}", "", text)).partition(" hint:")[0]
    text = text.partition("No solution found when resolving dependencies")[2] or text
    return text.strip(" :").removeprefix("cause:").strip()
