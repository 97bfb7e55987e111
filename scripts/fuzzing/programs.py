"""The reader and the rewriter of the user's programs and notebooks: seeds, changes and calls for `targets`."""

import ast
import json
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from fuzzing import mutate
from tfdoctor.drift.change import Change
from tfdoctor.drift.changes import changes
from tfdoctor.drift.code import Use, program
from tfdoctor.drift.code.modules import Modules
from tfdoctor.drift.edits import edits
from tfdoctor.drift.fix import plan
from tfdoctor.drift.guard import Guard
from tfdoctor.drift.match import hits
from tfdoctor.drift.releases import span
from tfdoctor.matrix import Matrix

_SCRIPTS: Final = Path(__file__).parent.parent
MATRIX: Final = Matrix.locate()
PAIRS: Final = (("1.15", "2.3"), ("2.3", "2.6"), ("2.10", "2.11"), ("2.15", "2.16"), ("2.6", "2.3"))
_SMALL: Final = 50_000  # bytes: rewriting costs some 10 s per megabyte
PROGRAM: Final = b"""\
from functools import partial
import tensorflow as tf, numpy as np
from tensorflow.keras import layers as L
from tensorflow.keras.optimizers import Adam as A
options = {"lr": 0.1, **{"decay": 1e-3}}
Unit = partial(L.GRU, 8, return_sequences=True)
class Cell(L.Layer):
    def __init__(self, n=4):
        super().__init__()
        self.inner = [L.LSTM(n) for _ in range(3)]
    def call(self, x, training=None):
        return tf.contrib.layers.flatten(x) if training else self.inner[0](x)
try:
    model = tf.keras.Sequential([Unit(), Cell(), L.BatchNormalization(momentum=0.9)])
except (ImportError, AttributeError) as error:
    model = None
with tf.Session() as s, tf.device("/cpu:0"):
    s.run(tf.global_variables_initializer(), feed_dict={k: v for k, v in zip("ab", np.eye(2))})
model.compile(optimizer=A(**options), loss="mse", metrics=["acc", {"b": "accuracy"}])
h = model.fit(x := np.zeros((4, 4)), x, epochs=2, callbacks=[lambda *a, **k: a[0]])
print(h.history["acc"], f"{tf.__version__!r:>10}", model.predict_proba(x)[..., 0])
model.optimizer.lr = 1e-4; tf.random_normal([1], stddev=2.)  # the end
"""


def programs() -> list[bytes]:
    """A program of many kinds of uses, and small trainings as people write them."""
    return [PROGRAM, *(path.read_bytes() for path in sorted((_SCRIPTS / "trainings").glob("[!_]*.py")))]


def notebooks() -> list[bytes]:
    """The programs as notebooks, a cell for each few lines."""
    found = []
    for source in programs():
        rows = source.decode().splitlines(keepends=True)
        parts = [
            "%matplotlib inline\n!pip install x\n%time import tensorflow as tf\n",
            *("".join(rows[at : at + 4]) for at in range(0, len(rows), 4)),
        ]
        cells: list[dict[str, Any]] = [{"cell_type": "code", "source": one, "outputs": []} for one in parts]
        cells[-1]["source"] = cells[-1]["source"].splitlines(keepends=True)
        found.append(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}).encode())
        found.append(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode())
    return found


def of_either(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Change a program by its lines, a notebook by its structure."""
    return (mutate.of_json if data.startswith(b"{") else mutate.of_text)(data, rng, seeds)


def read(data: bytes) -> None:
    """Read a program, or a notebook, and write what was found as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(program.uses(_file(folder, data), Modules()))
    most = data.count(b"\n") + data.count(b"\r") + data.count(b"\\n") + 1
    for row in found:
        if not 0 <= getattr(row, "line", 1) <= most:
            raise AssertionError(f"no such line: {row}")
    msgspec.json.encode(found, enc_hook=str)


def rewrite(data: bytes) -> None:
    """Look for what changed in a program, and write the lines that keep the old behaviour: it must stay a program."""
    releases = span(*PAIRS[len(data) % len(PAIRS)], MATRIX)
    with tempfile.TemporaryDirectory() as folder:
        path = _file(folder, data[:_SMALL])
        uses = [row for row in program.uses(path, Modules()) if isinstance(row, Use)]
        for fix in plan(list(edits(hits(uses, _changes(*PAIRS[len(data) % len(PAIRS)]), releases, MATRIX)))):
            if fix.diff and path.suffix == ".py":
                ast.parse(fix.after)
            elif fix.diff:
                json.loads(fix.after)


@cache
def _changes(before: str, after: str) -> tuple[Change, ...]:
    return tuple(changes(span(before, after, MATRIX), MATRIX, Guard(debug=True)))


def _file(folder: str, data: bytes) -> Path:
    path = Path(folder) / ("a.ipynb" if data.startswith(b"{") else "a.py")
    path.write_bytes(data)
    return path
