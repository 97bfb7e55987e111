"""The installers: uv and pip behind one form. Neither is told anything about indexes: the user's own settings hold."""

import configparser
import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from tfdoctor.apply.environment import Environment, describe, python_in
from tfdoctor.apply.outcome import CannotApplyError
from tfdoctor.apply.process import Tools

_OLDEST_PIP: Final = (20, 3)  # knows all manylinux tags
_RENEWED: Final = "pip>=20.3,<22"  # 21.3.1 is the last for CPython 3.6, the only one that brings an older pip


class Installer(Protocol):
    """What is wanted of an installer. Each method raises ToolError where the program fails."""

    def create(self, interpreter: str, where: Path) -> None:
        """Make a virtual environment."""

    def install(self, environment: Environment, file: Path, *, dependencies: bool, reinstall: bool) -> None:
        """Install what a requirements file names."""

    def uninstall(self, environment: Environment, names: Sequence[str]) -> None:
        """Remove distributions; one that is not there is no error."""


class Uv:
    """Installs with uv."""

    def __init__(self, program: str, tools: Tools) -> None:
        self.program = program
        self.tools = tools

    def create(self, interpreter: str, where: Path) -> None:
        """See Installer.create."""
        self.tools.run([self.program, "venv", "--no-project", "--python", interpreter, str(where)])

    def install(self, environment: Environment, file: Path, *, dependencies: bool, reinstall: bool) -> None:
        """See Installer.install."""
        options = [*(() if dependencies else ("--no-deps",)), *(("--reinstall",) if reinstall else ())]
        self.tools.run([*self._pip("install", environment), *options, "-r", str(file)])

    def uninstall(self, environment: Environment, names: Sequence[str]) -> None:
        """See Installer.uninstall."""
        self.tools.run([*self._pip("uninstall", environment), *names])

    def _pip(self, command: str, environment: Environment) -> list[str]:
        return [self.program, "pip", command, "--python", environment.python]


class Pip:
    """Installs with the environment's own pip, which is brought or renewed first where it must be."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.ready: set[str] = set()

    def create(self, interpreter: str, where: Path) -> None:
        """See Installer.create."""
        self.tools.run([interpreter, "-I", "-m", "venv", str(where)])
        self._prepare(describe(python_in(where), self.tools))

    def install(self, environment: Environment, file: Path, *, dependencies: bool, reinstall: bool) -> None:
        """See Installer.install."""
        self._prepare(environment)
        options = [*(() if dependencies else ("--no-deps",)), *(("--force-reinstall",) if reinstall else ())]
        self.tools.run([*_pip(environment, "install"), *options, "-r", str(file)])

    def uninstall(self, environment: Environment, names: Sequence[str]) -> None:
        """See Installer.uninstall."""
        self._prepare(environment)
        self.tools.run([*_pip(environment, "uninstall"), "-y", *names])

    def _prepare(self, environment: Environment) -> None:
        if environment.python in self.ready:
            return
        if not environment.pip:
            if not environment.ensurepip:
                raise CannotApplyError(f"{environment.prefix}: there is no pip in it, and no uv on PATH: install uv")
            self.tools.run([environment.python, "-I", "-m", "ensurepip", "--default-pip"])
            environment = describe(environment.python, self.tools)
        if tuple(int(part) for part in re.findall(r"\d+", environment.pip)[:2]) < _OLDEST_PIP:
            self.tools.run([*_pip(environment, "install"), "--upgrade", _RENEWED])
        self.ready.add(environment.python)


def _pip(environment: Environment, command: str) -> list[str]:
    # A random.py in the current folder, or a distribution in the user's site, is not to be what pip imports.
    return [environment.python, "-Iu", "-m", "pip", command]


def choose(tools: Tools) -> Installer:
    """Return uv where it is there and would ask the index that the user has configured, else pip."""
    program = uv(tools.environ)
    if program is None or (_pip_has_own_index(tools.environ) and not _uv_has_own_index(tools.environ)):
        return Pip(tools)
    return Uv(program, tools)


def uv(environ: Mapping[str, str]) -> str | None:
    """Return the path of uv: on PATH, or beside tfdoctor (its extra `uv`); None where there is none."""
    found = shutil.which("uv", path=environ.get("PATH", ""))
    if found is not None or importlib.util.find_spec("uv") is None:
        return found
    from uv import find_uv_bin

    try:
        return str(find_uv_bin())
    except FileNotFoundError:  # the distribution is there, its program is not
        return None


def conda(environ: Mapping[str, str]) -> str | None:
    """Return the program that makes conda environments, or None."""
    named = environ.get("CONDA_EXE", "")
    if named and Path(named).is_file():
        return named
    path = environ.get("PATH", "")
    return next(filter(None, (shutil.which(name, path=path) for name in ("conda", "mamba", "micromamba"))), None)


def _pip_has_own_index(environ: Mapping[str, str]) -> bool:
    """Whether pip is told to ask another index than the public one, or none: uv does not read pip's settings."""
    if environ.get("PIP_INDEX_URL") or environ.get("PIP_NO_INDEX"):
        return True
    for file in _pip_files(environ):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            if any(parser.has_option(section, name) for name in ("index-url", "index_url", "no-index", "no_index")):
                return True
    return False


def _pip_files(environ: Mapping[str, str]) -> Iterator[Path]:
    named = environ.get("PIP_CONFIG_FILE")
    if named:
        yield Path(named)
    if sys.platform == "win32":
        yield Path(environ.get("PROGRAMDATA", r"C:\ProgramData"), "pip", "pip.ini")
        yield Path(environ.get("APPDATA", ""), "pip", "pip.ini")
        yield Path(environ.get("USERPROFILE", ""), "pip", "pip.ini")
        return
    home = environ.get("HOME", "")
    config = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    for path in ("/etc/pip.conf", "/etc/xdg/pip/pip.conf", f"{home}/.pip/pip.conf", f"{config}/pip/pip.conf"):
        yield Path(path)
    if sys.platform == "darwin":
        yield Path(home, "Library/Application Support/pip/pip.conf")


def _uv_has_own_index(environ: Mapping[str, str]) -> bool:
    names = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
    if any(environ.get(name) for name in names):
        return True
    home = environ.get("HOME", "")
    config = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    files = [environ.get("UV_CONFIG_FILE", ""), f"{config}/uv/uv.toml", "/etc/uv/uv.toml", "uv.toml"]
    if sys.platform == "win32":
        files += [str(Path(environ.get(name, ""), "uv", "uv.toml")) for name in ("APPDATA", "PROGRAMDATA")]
    return any(name and Path(name).is_file() for name in files)
