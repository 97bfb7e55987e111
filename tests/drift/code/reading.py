"""Reads pieces of programs."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

from tfdoctor.drift.code import Skipped, Use, read


def uses(folder: Path, source: str, name: str = "program.py") -> list[Use]:
    """The uses in a program, all of which can be read."""
    path = folder / name
    path.write_text(dedent(source), encoding="utf-8", newline="")
    found = list(read([path]))
    assert not [one for one in found if isinstance(one, Skipped)]
    return [one for one in found if isinstance(one, Use)]


def shown(folder: Path, source: str, *kinds: str, imports: str = "import tensorflow as tf\n") -> list[str]:
    """The names of the uses of some kinds, but for imports, without the usual beginning."""
    wanted = kinds or ("call", "reference", "subclass", "string")
    return [one.name for one in uses(folder, imports + dedent(source)) if one.kind in wanted]


def skipped(path: Path) -> list[str]:
    """Why files, folders and cells below a path were not read."""
    return [
        f"{Path(one.path).relative_to(path).as_posix() if Path(one.path) != path else '.'}: {one.reason}"
        for one in read([path])
        if isinstance(one, Skipped)
    ]


def notebook(folder: Path, *cells: str | list[str], version: int = 4, **metadata: Any) -> Path:
    """A notebook with code cells, and a cell of text before them."""
    key = "source" if version == 4 else "input"
    listed: list[dict[str, Any]] = [{"cell_type": "markdown", "source": ["# `tf.nothing()`"]}]
    listed += [{"cell_type": "code", key: one, "outputs": []} for one in cells]
    content: dict[str, Any] = {"nbformat": version, "metadata": metadata}
    content |= {"cells": listed} if version == 4 else {"worksheets": [{"cells": listed}]}
    path = folder / "program.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
