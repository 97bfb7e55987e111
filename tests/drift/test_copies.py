"""Programs on tensorflow.python.keras, and those that mix it with tf.keras: what real releases say, see idioms.toml."""

from pathlib import Path

import pytest

from tfdoctor.drift import copies
from tfdoctor.drift.compare import compare
from tfdoctor.drift.releases import span
from tfdoctor.matrix import Matrix

MATRIX = Matrix.locate()
IMPORTS = "import tensorflow as tf\nfrom tensorflow.python.keras import layers, models\n"


def raised(folder: Path, source: str, before: str, after: str) -> list[int]:
    """The lines that raise for sure or likely."""
    path = folder / "program.py"
    path.write_text(IMPORTS + source, encoding="utf-8")
    found = compare(span(before, after, MATRIX), MATRIX, [path], debug=True).hits
    return sorted(hit.use.line for hit in found if hit.change.effect == "raises" and hit.confidence != "possible")


def test_its_classes_are_filed_by_their_own_names_and_those_of_their_bases() -> None:
    found = set(copies.names("tf.python.keras.engine.sequential.Sequential.fit", MATRIX.symbols, "2.6"))
    assert {"tf.python.keras.Sequential.fit", "tf.python.keras.Model.fit", "tf.python.keras.Layer.fit"} <= found
    assert "tf.python.keras.Layer" in set(copies.names("tf.python.keras.layers.Dense", MATRIX.symbols, "2.6"))
    assert not list(copies.names("tf.python.keras.backend.sum", MATRIX.symbols, "2.6"))
    assert not list(copies.names("tf.keras.Model.fit", MATRIX.symbols, "2.6"))


@pytest.mark.parametrize(
    ("source", "before", "after", "lines"),
    [
        ("m = models.Sequential()\nm.fit(1)\n", "2.3", "2.12", []),
        ("m = models.Sequential()\nm.fit(1)\n", "2.3", "2.13", [4]),
        ("m = models.Sequential()\nm.fit(1)\n", "2.13", "2.16", []),
        ("class Net(models.Model): pass\nNet().predict(1)\n", "2.12", "2.13", [4]),
        ("tf.keras.Sequential([layers.Dense(1)])\n", "2.3", "2.15", []),
        ("tf.keras.Sequential([layers.Dense(1)])\n", "2.3", "2.16", [3]),
        ("m = tf.keras.Sequential()\nm.add(layers.Dense(1))\n", "2.3", "2.16", [4]),
        ("class Mine(layers.Layer): pass\ntf.keras.Sequential([Mine()])\n", "2.3", "2.16", [4]),
        ("m = models.Sequential()\nm.add(layers.Dense(1))\n", "2.3", "2.16", []),
        ("m = models.Sequential()\nm.compile(tf.keras.optimizers.Adam())\n", "2.5", "2.6", [4]),
        ("m = models.Sequential()\nm.compile('adam')\n", "2.5", "2.6", []),
        ("x = tf.keras.Input((3,))\nlayers.Dense(1)(x)\n", "2.5", "2.6", [4]),
        ("x = layers.Input((3,))\nlayers.Dense(1)(x)\n", "2.5", "2.6", []),
    ],
)
def test_programs(tmp_path: Path, source: str, before: str, after: str, lines: list[int]) -> None:
    assert raised(tmp_path, source, before, after) == lines
