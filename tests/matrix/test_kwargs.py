"""Which arguments functions take by **kwargs: the table, and how the sources of a package are read."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.kwargs import Kwargs

CHILD = Path(__file__).resolve().parents[2] / "scripts" / "knowing" / "ask_kwargs.py"
SOURCE = """
    import functools

    def wrapped(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            return function(*args, **kwargs)
        return inner

    def validate_kwargs(given, allowed):
        pass

    @wrapped
    def pops(x, **kwargs):
        kwargs.pop("a", None)
        if "b" in kwargs:
            x = kwargs["c"]
        if "refused" in kwargs:
            raise TypeError("refused")
        if kwargs:
            raise TypeError("unknown: %s" % kwargs)

    def passes(y, **kwargs):
        return pops(y, **kwargs)

    def allows(**kwargs):
        invalid = set(kwargs) - {"d", "e"}
        validate_kwargs(kwargs, ("f", "g"))
        if invalid:
            raise TypeError(invalid)

    def keeps(**kwargs):
        return dict(one=kwargs)

    class Base:
        def __init__(self, name=None, **kwargs):
            self.rest = kwargs.get("base")

        def fit(self, **kwargs):
            self._check(**kwargs)

        def _check(self, only=None):
            pass

    class Derived(Base):
        def __init__(self, units, **kwargs):
            kwargs.pop("own", None)
            super().__init__(**kwargs)

    class Plain:
        pass

    def unknown(**kwargs):
        return nobody_knows(**kwargs)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What is said of each function of the package."""
    folder = tmp_path_factory.mktemp("kwargs")
    (folder / "tensorflow.py").write_text(dedent(SOURCE), encoding="utf-8")
    names = ["pops", "passes", "allows", "keeps", "Base", "Base.fit", "Derived", "Plain", "unknown", "missing"]
    (folder / "names.json").write_text(json.dumps([f"tf.{name}" for name in names]), encoding="utf-8")
    answer = folder / "answer.json"
    words = [sys.executable, str(CHILD), str(answer), str(folder / "names.json")]
    subprocess.run(words, check=True, env={"PYTHONPATH": str(folder)}, capture_output=True)
    found: dict[str, dict[str, object]] = json.loads(answer.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("name", "takes", "open_"),
    [
        ("pops", ["a", "b", "c"], False),
        ("passes", ["a", "b", "c", "x"], False),
        ("allows", ["d", "e", "f", "g"], False),
        ("keeps", [], True),
        ("Base", ["base"], False),
        ("Base.fit", ["only"], False),
        ("Derived", ["base", "name", "own"], False),
        ("Plain", [], False),
        ("unknown", [], True),
    ],
)
def test_what_a_source_takes(told: dict[str, dict[str, object]], name: str, takes: list[str], *, open_: bool) -> None:
    assert (told[f"tf.{name}"]["takes"], told[f"tf.{name}"]["open"]) == (takes, open_)


def test_what_is_refused_is_not_taken_and_what_is_not_there_is_not_told(told: dict[str, dict[str, object]]) -> None:
    assert "refused" in str(told["tf.pops"]["maybe"])
    assert "tf.missing" not in told


def test_the_table() -> None:
    kwargs = Matrix.locate().kwargs
    assert kwargs.takes("tf.keras.Model.compile", "sample_weight_mode", "2.15") is True
    assert kwargs.takes("tf.keras.Model.compile", "nonsense", "2.15") is False
    assert kwargs.takes("tf.keras.Model.compile", "auto", "2.15") is None  # a word of its source
    assert kwargs.takes("tf.keras.Model.compile", "nonsense", "1.15") is None  # it goes on to where nobody follows
    assert kwargs.takes("tf.keras.Model.compile", "nonsense", "9.9") is None
    assert kwargs.takes("tf.nothing", "x", "2.15") is None
    assert "signatures" in kwargs.taken("tf.keras.Model.save", "2.12")
    assert kwargs.taken("tf.nothing", "2.12") == frozenset()
    assert set(kwargs.releases) == set(Matrix.locate().symbols.releases)


def test_a_table_of_another_format() -> None:
    with pytest.raises(MatrixError, match=r"kwargs\.json"):
        Kwargs(b'{"format":9,"source":"","checked":"","releases":[],"words":[],"rows":{}}')
