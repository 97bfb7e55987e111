"""Which interpreter is the patient: the one the user names, else the active environment, else that on PATH."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tfdoctor.errors import PatientError

_PLACES = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
_NAMES = ("python3", "python")


def find(python: str | None, environ: Mapping[str, str]) -> str:
    """Return the path of the interpreter to examine.

    Args:
        python: an interpreter file, an environment's folder, a name on PATH; None for the active environment
            (VIRTUAL_ENV, CONDA_PREFIX, the one that comes first on PATH where both are set), else `python3` or
            `python` on PATH. The environment that tfdoctor itself is installed in counts only where it is active,
            holds a TensorFlow, or is the only one.
        environ: the user's environment variables.

    Raises:
        PatientError: there is no interpreter at that place, or the active environment has lost its own.
    """
    if python is not None:
        return _named(python, environ)
    for folder in _active(environ):
        found = _inside(folder)
        if found is not None:
            return str(found)
    own = Path(sys.executable)
    if importlib.util.find_spec("tensorflow") is not None:  # pragma: no cover  tfdoctor's own tests have none
        return str(own)
    return next(_on_path(environ, own.parent), str(own))


def _named(python: str, environ: Mapping[str, str]) -> str:
    if not python:
        raise PatientError("--python: no interpreter is named")
    path = Path(python).expanduser()
    try:
        if path.is_dir():
            found = _inside(path)
            if found is None:
                raise PatientError(f"{python}: no environment (there is no {' or '.join(_PLACES[::2])} in this folder)")
            return str(found)
        if path.exists():
            if not os.access(path, os.X_OK):
                raise PatientError(f"{python}: no permission to run this file, or it is no program")
            return str(_absolute(path))
        if path.is_symlink():
            raise PatientError(f"{python}: a link to what is not there ({path.readlink()})")
    except (OSError, ValueError) as error:
        raise PatientError(f"{python}: {getattr(error, 'strerror', None) or error}") from None
    on_path = shutil.which(python, path=environ.get("PATH", ""))
    if on_path is None or os.sep in python:
        raise PatientError(f"{python}: no such interpreter, environment folder or program on PATH")
    return on_path


def _active(environ: Mapping[str, str]) -> list[Path]:
    """The active environments, the one whose programs come first on PATH first."""
    folders = [Path(environ[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if environ.get(name)]
    path = [Path(entry) for entry in environ.get("PATH", "").split(os.pathsep) if entry]

    def rank(folder: Path) -> int:
        places = [path.index(entry) for entry in (folder, folder / "bin", folder / "Scripts") if entry in path]
        return min(places, default=len(path))

    return sorted(folders, key=rank)


def _inside(folder: Path) -> Path | None:
    """The interpreter of an environment, its link not followed: that is what makes it this environment's."""
    for place in _PLACES:
        python = _absolute(folder / place)
        if python.is_file():
            return python
        if python.is_symlink():
            raise PatientError(
                f"{python}: the Python that this environment was made from is gone ({python.readlink()})"
            )
    return None


def _absolute(path: Path) -> Path:
    """The path from the root, its links not followed; the current folder, which may be gone, is asked only at need."""
    return path if path.is_absolute() else Path.cwd() / path


def _on_path(environ: Mapping[str, str], own: Path) -> Iterator[str]:
    """The interpreters on PATH except tfdoctor's own and the empty files that only open the Windows store."""
    entries = [entry for entry in environ.get("PATH", "").split(os.pathsep) if entry and Path(entry) != own]
    for name in _NAMES:
        found = shutil.which(name, path=os.pathsep.join(entries))
        if found is not None and Path(found).stat().st_size:
            yield found
