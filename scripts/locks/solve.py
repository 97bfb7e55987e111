"""One lock from uv: the declared requirements, and the undeclared bounds as constraints."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.version import Version

from tfdoctor.matrix.bounds import Versions, _presupposed  # the reader of the same file

if TYPE_CHECKING:
    from locks.index import Index
    from locks.space import Target
    from tfdoctor.matrix.bounds import Bound, Bounds

# Pure Python, or with an optional extension: the only ones that may be built where no wheel fits.
SDISTS = frozenset(
    {
        "absl-py",
        "astunparse",
        "bleach",
        "clang",
        "future",
        "gast",
        "html5lib",
        "jax",
        "keras-applications",
        "markdown",
        "mock",
        "oauth2client",
        "opt-einsum",
        "pasta",
        "promise",
        "rsa",
        "termcolor",
        "uritemplate",
        "wrapt",
    }
)
# What uv is told to resolve for, the oldest system first.
LADDERS = {
    "linux": ("manylinux2014", "manylinux_2_28", "manylinux_2_31", "manylinux_2_34", "manylinux_2_39"),
    "windows": ("pc-windows-msvc",),
    "macos": ("10.9", "10.14", "10.15", "11.0", "12.0", "13.0", "14.0", "15.0"),
}
ATTEMPTS = 40
LIMIT = 600  # seconds


class Override(msgspec.Struct, frozen=True):
    """A row of locks.toml: what neither metadata nor bounds say, and why.

    Attributes:
        distribution: the TensorFlow distributions that it speaks of begin with this.
        tensorflow: their releases.
        extra: only with this extra; None is always.
        python: only under these interpreters.
        constraint: a requirement that narrows a pin.
        override: requirements that replace what the metadata says; "-name" leaves a distribution out.
        require: a further root requirement.
    """

    tensorflow: str
    reason: str
    source: str
    checked: str
    basis: str
    extra: str | None = None
    python: str | None = None
    platform: str | None = None
    constraint: str | None = None
    override: tuple[str, ...] = ()
    require: str | None = None

    def speaks_of(self, target: Target) -> bool:
        """Whether the row is about this lock."""
        return (
            Version(target.version) in Versions(self.tensorflow)
            and self.extra in {None, target.extra}
            and (self.python is None or Version(target.python) in Versions(self.python))
            and (self.platform is None or target.platform.startswith(self.platform))
        )


class Solved(msgspec.Struct, frozen=True):
    """The pins, the system that they were resolved for, and the bounds that could not be kept."""

    pins: dict[str, str]
    rung: str
    violated: tuple[str, ...] = ()


class UnsolvableError(Exception):
    """No set of pins exists; the text is uv's reason, shortened."""


class Choice:
    """A bound that only holds while something else does: keep it, or prevent that."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.options = [(bound.row.distribution, bound.breaks)]
        for text in bound.row.when:
            name, specifier = _presupposed(text)
            if specifier is not None:
                self.options.append((name, Versions(str(specifier))))
        self.current = 0

    @property
    def name(self) -> str:
        """The distribution that is constrained now."""
        return self.options[self.current][0]


class Hints:
    """What the search for one lock of a release found, for the next: it saves attempts."""

    def __init__(self) -> None:
        self.builds: set[str] = set()
        self.options: dict[int, int] = {}


class Problem:
    """The search for one lock."""

    def __init__(self, target: Target, bounds: Bounds, index: Index, overrides: list[Override], uv: str) -> None:
        self.target = target
        self.hints = Hints()
        self.index = index
        self.bounds = bounds
        self.uv = uv
        self.overrides = [row for row in overrides if row.speaks_of(target)]
        self.python = Version(target.python)
        rows = [
            bound
            for bound in bounds.for_tensorflow(Version(target.version), self.python, target.os)
            if bound.row.effect != "none" and not bound.row.when
        ]
        self.banned: list[Bound] = rows
        self.roots = [*target.roots, *(row.require for row in self.overrides if row.require)]
        self.roots += sorted({bound.row.distribution for bound in rows if bound.breaks.absent})
        self.choices: list[Choice] = []
        self.given_up: list[Bound] = []
        self.builds: set[str] = set()
        self.rungs = list(LADDERS[target.os])

    def solve(self, interpreter: str, preferred: dict[str, str], hints: Hints, least: str | None = None) -> Solved:
        """Search until a set of pins violates no bound, or none can be kept any more.

        Args:
            interpreter: the CPython of the target's version, of any system.
            preferred: pins to take where they fit.
            hints: what is known of this release already.
            least: the first rung to try.

        Raises:
            UnsolvableError: uv finds no pins even without the bounds that may be given up.
        """
        self.hints = hints
        self.builds = set(hints.builds)
        if least in self.rungs:
            self.rungs = self.rungs[self.rungs.index(least) :]
        self.ladder = tuple(self.rungs)
        for _ in range(ATTEMPTS):
            pins, complaint = self._compile(interpreter, preferred)
            if pins is None:
                self._relax(complaint)
            elif not self._tighten(pins):
                self.hints.options |= {id(choice.bound): choice.current for choice in self.choices}
                left = (*self.given_up, *self._hits(pins))
                names = {f"{bound.row.distribution} {bound.row.breaks}: {bound.row.finding}" for bound in left}
                return Solved(pins, self.rungs[0], tuple(sorted(names)))
        raise UnsolvableError("no end of the search")

    def _hits(self, pins: dict[str, str]) -> list[Bound]:
        installed = {name: Version(version) for name, version in pins.items()}
        found = self.bounds.hits(Version(self.target.version), installed, self.python, self.target.os, complete=True)
        return [bound for bound in found if bound.row.effect != "none" and bound not in self.given_up]

    def _tighten(self, pins: dict[str, str]) -> bool:
        known = {id(choice.bound) for choice in self.choices}
        fresh = [bound for bound in self._hits(pins) if id(bound) not in known]
        for bound in fresh:
            if bound.row.distribution not in pins:
                if bound.row.distribution in self.roots:
                    self.given_up.append(bound)
                else:
                    self.roots.append(bound.row.distribution)
            choice = Choice(bound)
            choice.current = min(self.hints.options.get(id(bound), 0), len(choice.options) - 1)
            self.choices.append(choice)
        return bool(fresh)

    def _relax(self, complaint: str) -> None:
        missing = set(re.findall(r"Wheels are required for `([^`]+)`", complaint)) & SDISTS - self.builds
        if missing:
            self.builds |= missing
            self.hints.builds |= missing
            return
        if self.choices:
            named = [choice for choice in self.choices if choice.name in complaint]
            last = (named or self.choices)[-1]
            last.current += 1
            if last.current == len(last.options):
                self.choices.remove(last)
                self.given_up.append(last.bound)
            return
        if len(self.rungs) > 1:
            self.rungs.pop(0)
            return
        for effect in ("warning", "feature"):
            soft = [
                bound for bound in self.banned if bound.row.effect == effect and bound.row.distribution in complaint
            ]
            if soft:
                self.given_up += soft
                self.banned = [bound for bound in self.banned if bound not in soft]
                self.rungs = list(self.ladder)
                return
        raise UnsolvableError(_short(complaint))

    def _constraints(self) -> list[str]:
        bans: dict[str, list[Versions]] = {}
        for bound in self.banned:
            bans.setdefault(bound.row.distribution, []).append(bound.breaks)
        for choice in self.choices:
            name, versions = choice.options[choice.current]
            bans.setdefault(name, []).append(versions)
        lines = [row.constraint for row in self.overrides if row.constraint]
        for name, sets in sorted(bans.items()):
            known = self.index.versions(name)
            good = [version for version in known if not any(version in bad for bad in sets)]
            if not good:
                continue
            holes = [v for v in known if good[0] < v < good[-1] and v not in set(good)]
            lines.append(",".join([f"{name}>={good[0]}", f"<={good[-1]}", *(f"!={version}" for version in holes)]))
        return lines

    def _overridden(self) -> list[str]:
        return [
            f"{text[1:]}==0; sys_platform == 'nowhere'" if text.startswith("-") else text
            for row in self.overrides
            for text in row.override
        ]

    def _compile(self, interpreter: str, preferred: dict[str, str]) -> tuple[dict[str, str] | None, str]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            texts = {
                "in": self.roots,
                "constraints": self._constraints(),
                "overrides": self._overridden(),
                "out": [f"{name}=={version}" for name, version in sorted(preferred.items())],
            }
            for stem, lines in texts.items():
                (folder / f"{stem}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            system, environ = self._system()
            command = [self.uv, "pip", "compile", "-q", "in.txt", "-o", "out.txt", "-p", interpreter]
            command += ["-c", "constraints.txt", "--override", "overrides.txt", "--python-platform", system]
            command += ["--no-header", "--no-annotate", "--only-binary", ":all:"]
            command += [word for built in sorted(self.builds) for word in ("--no-binary", built)]
            done = subprocess.run(
                command, cwd=folder, env=environ, capture_output=True, text=True, timeout=LIMIT, check=False
            )
            if done.returncode:
                return None, done.stderr
            lines = (folder / "out.txt").read_text(encoding="utf-8").splitlines()
            return dict(line.split("==") for line in lines if "==" in line), ""

    def _system(self) -> tuple[str, dict[str, str]]:
        import os

        rung, arch = self.rungs[0], self.target.arch
        if self.target.os == "macos":
            name = "aarch64" if arch == "arm64" else arch
            return f"{name}-apple-darwin", {**os.environ, "MACOSX_DEPLOYMENT_TARGET": rung}
        return f"{arch}-{rung}", dict(os.environ)


def _short(text: str) -> str:
    """Return uv's first clause: what is missing, without what follows from that."""
    flat = " ".join(re.sub(r"\{[^}]*\}", "", text).replace("╰─▶", "").split())
    flat = flat.split("hint:")[0].removeprefix("error: No solution found when resolving dependencies").strip(" :")
    first = flat.removeprefix("cause:").strip().partition("we can conclude that")[0]
    return first.removeprefix("Because ").rstrip(" ,")[:300]
