"""Generators and Sequences whose batches are lists."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.drift.code.reading import uses
from tfdoctor.drift.code import situations

HEAD = """
import tensorflow as tf
from tensorflow import keras

def lists():
    while True:
        yield [a, b], y

def one_list():
    yield [x, y]

def tuples():
    def inner():
        yield [1]
    yield (a, b), {"y": y}

class Lists(keras.utils.Sequence):
    def __getitem__(self, index):
        return [a, b], y

class Tuples(keras.utils.Sequence):
    def __getitem__(self, index):
        return (a, b), y

class Source:
    def lists(self):
        yield [a], y

m = keras.Model()
"""


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("m.fit(lists())", 1),
        ("m.fit(x=one_list(), epochs=3)", 1),
        ("data = lists()\nm.fit(data)", 1),
        ("data = lists()\ndata = tuples()\nm.fit(data)", 0),
        ("m.fit(tuples(), validation_data=lists())", 1),
        ("m.fit(Lists())", 1),
        ("m.evaluate(Source().lists())", 1),
        ("m.predict(one_list())", 1),
        ("m.fit(tuples())", 0),
        ("m.fit(Tuples())", 0),
        ("m.fit([a, b], y)", 0),
        ("m.fit((lambda: 1)())", 0),
        ("pairs, rest = lists(), 1\nm.fit(pairs)", 1),
        ("other.fit(lists())", 0),
    ],
)
def test_batches_that_are_lists(tmp_path: Path, call: str, found: int) -> None:
    told = uses(tmp_path, dedent(HEAD) + call + "\n")
    assert [one.name for one in told if one.name == situations.LISTS] == [situations.LISTS] * found


@pytest.mark.parametrize(
    ("kept", "found"), [("Own(a=1)", 1), ("Heir()", 1), ("dict(a=1)", 0), ("[Own()]", 1), ("Other()", 0)]
)
def test_dictionaries_of_own_classes_that_layers_keep(tmp_path: Path, kept: str, found: int) -> None:
    source = f"""
    import tensorflow as tf
    class Own(dict): ...
    class Heir(Own): ...
    class Other: ...
    class A(tf.keras.layers.Layer):
        def __init__(self):
            self.conf = {kept}
    """
    told = [one.name for one in uses(tmp_path, dedent(source))]
    assert told.count(f"tf.keras.layers.Layer.{situations.OWN_DICT}") == found
