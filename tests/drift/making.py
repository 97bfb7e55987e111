"""Small values for the tests of drift: uses, changes, a table of measurements, programs in a folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfdoctor.drift.change import Change
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.cure import WriteOut
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.api import Api, ApiFile
from tfdoctor.matrix.api import Change as Row
from tfdoctor.matrix.behaviour import Behaviour

MATRIX = Matrix.locate()
SPAN = Span("2.3", "2.6")
Values = Mapping[str, object]

PROGRAM = """\
import tensorflow as tf
from tensorflow.keras import layers as L

model = tf.keras.Sequential([
    L.GRU(16),
    L.GRU(16, reset_after=False, recurrent_activation="hard_sigmoid"),
])
first = tf.initializers.random_normal()
held = tf.placeholder(tf.float32)
shown = model.predict_classes([[1.0]])
"""


def program(folder: Path, text: str = PROGRAM, name: str = "train.py") -> Path:
    """Write a program into a folder."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def notebook(folder: Path, *cells: str, name: str = "study.ipynb") -> Path:
    """Write a notebook of code cells, with a text cell in front."""
    rows: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": ["# A study"]}]
    rows += [{"cell_type": "code", "metadata": {}, "outputs": [], "source": each.splitlines(True)} for each in cells]
    whole = {"cells": rows, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = folder / name
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def use(name: str = "tf.keras.layers.GRU", kind: Any = "call", **others: Any) -> Use:
    """A use in line 5 of a program."""
    place = {"path": "train.py", "line": 5, "column": 5, "end_line": 5, "end_column": 14}
    return Use(**{**place, "name": name, "kind": kind, **others})


def named(*names: str) -> tuple[Given, ...]:
    """Arguments that are given by name."""
    return tuple(Given(name=name, text="1") for name in names)


def change(**others: Any) -> Change:
    """A changed default of GRU."""
    row = {
        "finding": "default-changed", "kind": "default", "effect": "results", "subject": ("tf.keras.layers.GRU",),
        "what": "tf.keras.layers.GRU: reset_after is True by default, not False", "before": "reset_after=False",
        "after": "reset_after=True", "parameters": ("reset_after",), "keep": "reset_after=False",
        "cure": WriteOut("reset_after", "False"),
    }  # fmt: skip
    return Change(**{**row, **others})


def behaviour(*rows: tuple[str, Mapping[str, object], Values | str, Values | str]) -> Behaviour:
    """A table of experiments in 2.3 and 2.6: (name, what it is about, values or error in each)."""
    experiments = {}
    for name, about, before, after in rows:
        shape = {"kind": "layer", "subject": ["tf.keras.layers.GRU"], "what": f"{name}.", "arguments": [], **about}
        outcomes = [[3, before]] if before == after else [[1, before], [2, after]]
        experiments[name] = [shape["kind"], shape["subject"], shape["what"], shape["arguments"], outcomes, {}]
    releases = [{"minor": minor, "tensorflow": f"{minor}.0", "keras": "", "numpy": "", "python": ""}
                for minor in ("2.3", "2.6")]  # fmt: skip
    table = {"format": 1, "source": "a run", "checked": "2026-11-21", "basis": "trained", "releases": releases,
             "experiments": experiments}  # fmt: skip
    return Behaviour(json.dumps(table).encode())


def matrix(measured: Behaviour | None = None, *written: Row) -> Matrix:
    """The committed matrix, with other measurements and other written rows."""
    made = Matrix(MATRIX.root)
    made.__dict__["symbols"] = MATRIX.symbols
    made.__dict__["uses"] = MATRIX.uses
    made.__dict__["behaviour"] = measured or behaviour()
    made.__dict__["api"] = Api(ApiFile((), (), written))
    return made
