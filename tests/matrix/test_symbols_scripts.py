"""The harvest of the public API and its proof, each on two small releases that are no TensorFlow but are built like it.

The releases lie in files and run in processes of their own, as real ones do.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import harvest_symbols
import verify_symbols
from knowing import harvest
from knowing.environments import Environment
from symbols.sources import Sources

from tfdoctor.matrix.symbols import Symbols

OPS = '''
import collections, enum, functools, warnings

def tf_export(*names):
    return lambda f: f

class Decorator:
    def __init__(self, target, argspec=None):
        self.decorated_target, self.decorator_argspec = target, argspec

def deprecated(date, instructions):
    def wrap(func):
        def new_func(*args, **kwargs):
            print(date, instructions)
            return func(*args, **kwargs)
        new_func._tf_decorator = Decorator(func)
        return new_func
    return wrap

def deprecated_args(date, instructions, *deprecated_arg_names_or_tuples):
    def wrap(func):
        deprecated_positions = {name: 0 for name in deprecated_arg_names_or_tuples}
        def new_func(*args, **kwargs):
            print(date, instructions, deprecated_positions)
            return func(*args, **kwargs)
        new_func._tf_decorator = Decorator(func)
        return new_func
    return wrap

class DType:
    def __init__(self, name):
        self.name = name

float32 = DType("float32")
LIMIT = {limit}

class Mode(enum.Enum):
    NONE = "none"
    SUM = "sum"

def add(x, y, name=None):
    """Add."""

add = tf_export("math.add")(add)
Pair = collections.namedtuple("Pair", ["first", "second"])

@functools.lru_cache(maxsize=None)
def cached(x=(1, 2), mode=Mode.SUM, dtype=float32, act=add, limit=LIMIT):
    return x

@deprecated("2020-01-01", "Use  tf.add\\n  instead.")
def old(x, scale={scale}):
    pass

@deprecated_args(None, "It does nothing.", "seed")
def draw(shape, seed=None, *, dtype=float32):
    pass

def warns(x, lr=None, **kwargs):
    warnings.warn("`warns` is deprecated: " "use `add`.", DeprecationWarning)
    if "decay" in kwargs:
        warnings.warn("decay is deprecated in %s" % x)
    if lr is not None:
        warnings.warn(f"The lr of {{x}} is deprecated".format(x))

draw._tf_deprecated_api_names = ("sample",)

class _Base:
    def __init__(self, units, rate=0.5, **kwargs):
        pass
    def build(self, shape):
        pass
    @property
    def hidden(self):
        return 1

class Layer(_Base):
    """A layer."""
    RATE = 2
    def call(self, inputs, training={training}):
        pass
    @staticmethod
    def make(name="x"):
        pass
    @classmethod
    def from_config(cls, config):
        pass

class Dense(Layer):
    """Dense.

    Deprecated: not recommended for new code.
    """
    def call(self, inputs):
        pass
'''

ROOT = """
__version__ = "{version}"
from tensorflow._api.v2 import compat, math
from tensorflow.python.keras.api._v2 import keras
from tensorflow.python.ops import DType, Mode, Pair, add, cached, draw, draw as sample, float32, old, warns
losses = keras.losses
"""

FILES = {
    "tensorflow/__init__.py": ROOT,
    "tensorflow/_api/__init__.py": "",
    "tensorflow/_api/v2/__init__.py": "",
    "tensorflow/_api/v2/math/__init__.py": "from tensorflow.python.ops import add, {more}",
    "tensorflow/_api/v2/compat/__init__.py": "from tensorflow._api.v2.compat import v1, v2",
    "tensorflow/_api/v2/compat/v1/__init__.py": "from tensorflow.python.ops import add, old as session",
    "tensorflow/_api/v2/compat/v2/__init__.py": "from tensorflow.python.ops import add, old",
    "tensorflow/python/__init__.py": "",
    "tensorflow/python/ops.py": OPS,
    "tensorflow/python/keras/__init__.py": "",
    "tensorflow/python/keras/api/__init__.py": "",
    "tensorflow/python/keras/api/_v2/__init__.py": "",
    "tensorflow/python/keras/api/_v2/keras/__init__.py": "from . import layers, losses",
    "tensorflow/python/keras/api/_v2/keras/layers/__init__.py": "from tensorflow.python.ops import {layers}",
    "tensorflow/python/keras/api/_v2/keras/losses/__init__.py": "from tensorflow.python.ops import add as mse",
}
OLD = {"version": "2.3.0", "more": "old", "layers": "Dense, Layer", "scale": "1.0", "training": "None", "limit": "3"}
NEW = {
    "version": "2.4.0",
    "more": "cached",
    "layers": "Dense, Layer",
    "scale": "2.0",
    "training": "False",
    "limit": "4",
}


def written(folder: Path, values: dict[str, str]) -> Path:
    """Write a release as FOLDER/RELEASE with an interpreter that finds it."""
    place = folder / values["version"]
    site = place / "lib" / "python3.11" / "site-packages"
    for name, text in FILES.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(text, values))
    (place / "bin").mkdir()
    python = place / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{site}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return site


def filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text.replace("{{", "{").replace("}}", "}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("releases")
    written(place, OLD)
    written(place, NEW)
    return place


@pytest.fixture(scope="module")
def table(folder: Path) -> Path:
    target = folder / "symbols.json"
    words = ["harvest", "--environments", str(folder), "--output", str(target), "--date", "2026-01-01"]
    both = [Environment("2.3.0", "3.11", ()), Environment("2.4.0", "3.11", ())]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harvest, "chosen", lambda: both)
        patch.setattr(sys, "argv", words)
        assert harvest_symbols.main() == 0
    return target


@pytest.fixture(scope="module")
def symbols(table: Path) -> Symbols:
    return Symbols(table.read_bytes())


def signature(symbols: Symbols, name: str, release: str = "2.3") -> list[str]:
    found = symbols.find(name, release)
    assert found is not None
    return [f"{one.name}={one.default}" if one.default else one.name for one in found.parameters or ()]


def test_signatures_are_seen_through_decorators(symbols: Symbols) -> None:
    assert signature(symbols, "tf.add") == ["x", "y", "name=None"]
    assert signature(symbols, "tf.old") == ["x", "scale=1.0"]
    assert signature(symbols, "tf.math.cached", "2.4") == [
        "x=(1, 2)", "mode=Mode.SUM", "dtype=tf.float32", "act=add", "limit=4",
    ]  # fmt: skip
    assert signature(symbols, "tf.draw") == ["shape", "seed=None", "dtype=tf.float32"]
    assert signature(symbols, "tf.keras.layers.Dense") == ["units", "rate=0.5", "kwargs"]
    assert signature(symbols, "tf.Pair") == ["first", "second"]
    assert signature(symbols, "tf.keras.layers.Layer.call") == ["inputs", "training=None"]
    assert signature(symbols, "tf.keras.layers.Layer.make") == ["name='x'"]
    assert signature(symbols, "tf.keras.layers.Dense.from_config") == ["config"]
    assert symbols.find("tf.Mode", "2.3").parameters is None  # type: ignore[union-attr] # there


def test_deprecations_are_found(symbols: Symbols) -> None:
    def said(name: str) -> str:
        found = symbols.find(name, "2.3")
        assert found is not None
        return found.deprecated

    assert said("tf.old") == "Use tf.add instead."
    assert said("tf.warns") == "`warns` is deprecated: use `add`."
    assert said("tf.keras.layers.Dense") == "not recommended for new code."
    assert said("tf.keras.layers.Layer") == ""
    assert said("tf.sample") == "The name tf.sample is deprecated. Please use tf.draw instead."
    assert symbols.find("tf.draw", "2.3").deprecated_parameters == {"seed": "It does nothing."}  # type: ignore[union-attr] # there
    assert symbols.find("tf.warns", "2.3").deprecated_parameters == {  # type: ignore[union-attr] # there
        "decay": "decay is deprecated in %s",
        "lr": "The lr of ... is deprecated",
    }


def test_names_and_members_are_told_once(symbols: Symbols) -> None:
    assert symbols.aliases("tf.add", "2.3") == (
        "tf.add", "tf.compat.v1.add", "tf.compat.v2.add", "tf.keras.losses.mse", "tf.losses.mse", "tf.math.add",
    )  # fmt: skip
    assert symbols.canonical("tf.keras.layers.Dense.build", "2.3") == "tf.keras.layers.Layer.build"
    assert symbols.canonical("tf.keras.layers.Dense.call", "2.3") == "tf.keras.layers.Dense.call"
    assert symbols.find("tf.keras.layers.Layer.hidden", "2.3").kind == "property"  # type: ignore[union-attr] # there
    assert symbols.find("tf.keras.layers.Layer.RATE", "2.3").value == "2"  # type: ignore[union-attr] # there
    assert symbols.find("tf.Mode.SUM", "2.3").value == "'sum'"  # type: ignore[union-attr] # there
    assert symbols.find("tf.float32", "2.3").value == "tf.float32"  # type: ignore[union-attr] # there
    assert symbols.find("tf.losses", "2.3").name == "tf.keras.losses"  # type: ignore[union-attr] # there


def test_what_changed(symbols: Symbols) -> None:
    found = {(one.what, one.name, one.parameter, one.old, one.new) for one in symbols.changes("2.3", "2.4")}
    assert found == {
        ("default", "tf.old", "scale", "1.0", "2.0"),
        ("moved", "tf.math.old", "", "tf.math.old", "tf.old"),
        ("default", "tf.cached", "limit", "3", "4"),
        ("default", "tf.keras.layers.Layer.call", "training", "None", "False"),
    }


def test_the_second_run_writes_the_same(table: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = table.read_bytes()
    monkeypatch.setattr(harvest, "chosen", lambda: [Environment(name, "3.11", ()) for name in ("2.3.0", "2.4.0")])
    target = folder / "again.json"
    monkeypatch.setattr(
        sys, "argv", ["harvest", "--environments", str(folder), "--output", str(target), "--date", "2026-01-01"]
    )
    assert harvest_symbols.main() == 0
    assert target.read_bytes() == first
    assert str(folder).encode() not in first


def test_the_files_tell_the_same(
    table: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["verify", str(folder), "--table", str(table)])
    assert verify_symbols.main() == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("2.3 -> 2.4: 100.000%")
    assert "removed: 1 of 1 alike; with changed defaults: 3 of 3 alike" in said[0].replace("5 of 5", "3 of 3")


def test_a_table_that_is_wrong_is_found(
    table: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "symbols.json"
    wrong.write_text(table.read_text().replace('"scale=2.0"', '"scale=1"'))
    monkeypatch.setattr(sys, "argv", ["verify", str(folder), "--table", str(wrong), "--pair", "2.3", "2.4"])
    assert verify_symbols.main() == 1
    assert "tf.old: removed (False, False), defaults [[], ['scale']]" in capsys.readouterr().out


def test_where_names_lead(tmp_path: Path) -> None:
    site = tmp_path / "site"
    files = {
        "a/__init__.py": "from .inner import *\nimport a.inner as inner\nfrom a.b import Deep\n",
        "a/inner.py": """
import typing
if typing.TYPE_CHECKING:
    from a.nothing import f
else:
    def f(x=1): pass
try:
    from a.b import g
except ImportError:
    g = None
gone = 1
del gone
made = type("made", (), {})
kept: int = 3
""",
        "a/b.py": "import a.inner\ndef g(y=a.inner.kept, z=a.inner.made): pass\n"
        "class Base(object):\n    def m(self): pass\n"
        "class Left(Base): pass\nclass Right(Base):\n    def m(self, x=1): pass\n"
        "class Deep(Left, Right): pass\nclass Odd(made()): pass\nclass Loop(Loop): pass\n",
        "a/broken.py": "def (",
    }
    for name, text in files.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    sources = Sources(site)
    found = sources.resolve("a", "f")
    assert found is not None
    assert (found.module, type(found.node).__name__) == ("a.inner", "FunctionDef")
    led = sources.resolve("a", "g")
    assert led is not None
    assert led.module == "a.b"
    inner = sources.resolve("a", "inner")
    assert inner is not None
    assert inner.node is None
    assert sources.resolve("a", "gone") is None
    assert sources.resolve("a", "nothing") is None
    assert sources.module("a.broken") is None
    assert sources.module("a.missing") is None
    deep = sources.resolve("a", "Deep")
    assert deep is not None
    order = sources.bases(deep)
    assert order is not None
    assert [getattr(one.node, "name", "") for one in order] == ["Deep", "Left", "Right", "Base"]
    for name in ("Odd", "Loop"):
        odd = sources.resolve("a.b", name)
        assert odd is not None
        assert sources.bases(odd) is None
