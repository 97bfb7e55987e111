"""The CPython interpreters at hand."""

import os
import shutil
from pathlib import Path

from locks.space import PYTHONS


def interpreters() -> dict[str, str]:
    """Return an interpreter for each minor version that is here: pyenv's folder, then PATH."""
    root = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
    found = {}
    for python in PYTHONS:
        candidates = [str(path) for path in sorted(root.glob(f"{python}.*/bin/python"))]
        candidates += [path for path in (shutil.which(f"python{python}"),) if path]
        if candidates:
            found[python] = candidates[0]
    return found
