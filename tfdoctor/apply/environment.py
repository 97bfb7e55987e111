"""An environment: what it is, whether it may be changed, and how a new one is made."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from tfdoctor.apply.outcome import CannotApplyError
from tfdoctor.apply.process import ToolError, Tools

# Runs in the environment's Python, 3.6 or later; standard library only.
_ASK: Final = """
import importlib.util, json, os, sys, sysconfig
paths = sysconfig.get_paths()
base = getattr(sys, "real_prefix", None) or sys.base_prefix
try:
    from importlib.metadata import version
    pip = version("pip")
except Exception:
    try:
        import pkg_resources
        pip = pkg_resources.get_distribution("pip").version
    except Exception:
        pip = ""
sys.stdout.write("\\ntfdoctor" + json.dumps({
    "python": sys.executable, "version": "%d.%d.%d" % sys.version_info[:3], "prefix": sys.prefix, "base": base,
    "purelib": paths["purelib"], "platlib": paths["platlib"], "scripts": paths["scripts"], "pip": pip,
    "external": os.path.exists(os.path.join(paths["stdlib"], "EXTERNALLY-MANAGED")),
    "ensurepip": importlib.util.find_spec("ensurepip") is not None}) + "\\n")
"""


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """A place that distributions are installed into. All folders are real paths.

    Attributes:
        kind: "venv" (also virtualenv), "conda", or "bare": an interpreter that is no environment.
        pip: version of the pip in it; "" where there is none.
        external: its distributions belong to the system's own installer (PEP 668).
    """

    python: str
    version: str
    prefix: str
    purelib: str
    platlib: str
    scripts: str
    kind: str
    pip: str = ""
    external: bool = False
    ensurepip: bool = True

    @property
    def minor(self) -> tuple[int, int]:
        """The version as numbers, (3, 9)."""
        major, minor, *_ = self.version.split(".")
        return int(major), int(minor)

    @property
    def sites(self) -> tuple[str, ...]:
        """The site-packages folders, one or two."""
        return tuple(dict.fromkeys((self.purelib, self.platlib)))

    def expand(self, text: str) -> str:
        """Return a step's text with `{site}` and `{prefix}` put in."""
        return text.replace("{site}", self.purelib).replace("{prefix}", self.prefix)


def describe(python: str, tools: Tools) -> Environment:
    """Ask an interpreter what environment it belongs to.

    Raises:
        CannotApplyError: it cannot be run.
    """
    try:
        answer = tools.run([python, "-I", "-c", _ASK], quiet=True)
    except (OSError, ToolError) as error:
        raise CannotApplyError(f"{python}: cannot be run ({error})") from None
    found = re.search(r"^tfdoctor(\{.*\})$", answer, re.MULTILINE)
    if found is None:
        raise CannotApplyError(f"{python}: gives no answer as a Python interpreter does")
    data = msgspec.json.decode(found.group(1))
    prefix = os.path.realpath(data["prefix"])
    if prefix != os.path.realpath(data["base"]):
        kind = "venv"
    else:
        kind = "conda" if Path(prefix, "conda-meta").is_dir() else "bare"
    return Environment(
        python=data["python"] or python,
        version=data["version"],
        prefix=prefix,
        purelib=os.path.realpath(data["purelib"]),
        platlib=os.path.realpath(data["platlib"]),
        scripts=os.path.realpath(data["scripts"]),
        kind=kind,
        pip=data["pip"],
        external=data["external"] and kind != "venv",
        ensurepip=data["ensurepip"],
    )


def refuse_unless_own(environment: Environment, environ: Mapping[str, str]) -> None:
    """Make sure that an existing environment is the user's own to change.

    Raises:
        CannotApplyError: it is the system's Python, one that another installer manages (PEP 668), conda's base
            environment, or cannot be written to.
    """
    new = "plan a new environment in its place: the same command without --repair"
    if environment.external:
        raise CannotApplyError(f"{environment.python}: its distributions are managed by the system (PEP 668); {new}")
    if environment.kind == "conda" and any(Path(environment.prefix, "conda-meta").glob("conda-[0-9]*.json")):
        raise CannotApplyError(
            f"{environment.prefix}: this is conda's base environment, which tfdoctor leaves alone; {new}"
        )
    if environment.kind == "bare":
        # One that the user brought himself, such as pyenv's, is his; one of the whole machine is not.
        home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
        own = home and Path(os.path.realpath(home)) in Path(environment.prefix).parents
        if not own or "WindowsApps" in environment.prefix:
            raise CannotApplyError(
                f"{environment.python}: this is the system's Python, which tfdoctor leaves alone; {new}"
            )
    for folder in (*environment.sites, environment.prefix):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise CannotApplyError(f"{folder}: no permission to write there; {new}")


def refuse_unless_free(where: Path) -> None:
    """Make sure that a new environment overwrites nothing.

    Raises:
        CannotApplyError: something is there already, or no folder can be made there.
    """
    try:
        if where.is_symlink() or (where.exists() and (not where.is_dir() or any(where.iterdir()))):
            raise CannotApplyError(f"{where}: is there already; name another folder with --env, or delete this one")
        parent = next(folder for folder in where.absolute().parents if folder.exists())
    except OSError as error:
        raise CannotApplyError(f"{where}: {error.strerror or error}") from None
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise CannotApplyError(f"{parent}: no permission to make a folder there; name another folder with --env")


def python_in(where: Path, *, conda: bool = False) -> str:
    """Return where the interpreter of an environment lies."""
    if sys.platform == "win32":
        return str(where / ("python.exe" if conda else r"Scripts\python.exe"))
    return str(where / "bin" / "python")
