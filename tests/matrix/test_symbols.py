"""The public API of each release: signatures, other names, members through the bases, and what changed."""

import json
import time
from functools import cache

import pytest

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.symbols import Parameter, Symbol, SymbolChange, Symbols
from tfdoctor.matrix.symbols.differences import differences
from tfdoctor.matrix.symbols.file import FORMAT, parsed

SYMBOLS = Matrix.locate().symbols


@cache
def changes(before: str, after: str) -> tuple[SymbolChange, ...]:
    return tuple(SYMBOLS.changes(before, after))


def default(name: str, release: str, parameter: str) -> str | None:
    found = SYMBOLS.find(name, release)
    assert found is not None
    assert found.parameters is not None
    return next(one.default for one in found.parameters if one.name == parameter)


def test_every_minor_from_1_15_on_was_run() -> None:
    assert SYMBOLS.releases[:2] == ("1.15", "2.0")
    assert SYMBOLS.releases[1:] == tuple(f"2.{number}" for number in range(len(SYMBOLS.releases) - 1))
    assert len(SYMBOLS.releases) >= 23
    assert [one.keras for one in SYMBOLS.harvested if one.minor in {"2.3", "2.6", "2.16"}] == ["", "2.6.0", "3.4.1"]


@pytest.mark.parametrize(
    ("name", "parameter", "before", "old", "after", "new"),
    [
        ("tf.keras.layers.GRU", "reset_after", "1.15", "False", "2.0", "True"),
        ("tf.keras.layers.GRU", "recurrent_activation", "1.15", "'hard_sigmoid'", "2.0", "'sigmoid'"),
        ("tf.initializers.random_normal", "stddev", "1.15", "1.0", "2.3", "0.05"),
        ("tf.keras.layers.ConvLSTM2D", "recurrent_activation", "2.15", "'hard_sigmoid'", "2.16", "'sigmoid'"),
        ("tf.keras.Input", "sparse", "2.3", "False", "2.6", "None"),
        ("tf.keras.Sequential.fit", "verbose", "2.3", "1", "2.6", "'auto'"),
        ("tf.image.resize", "method", "1.15", "0", "2.0", "'bilinear'"),
    ],
)
def test_defaults_that_changed(name: str, parameter: str, before: str, old: str, after: str, new: str) -> None:  # noqa: PLR0917 - a row of the table
    assert default(name, before, parameter) == old
    assert default(name, after, parameter) == new
    found = SYMBOLS.compare(name, before, after)
    assert any((one.what, one.parameter, one.old, one.new) == ("default", parameter, old, new) for one in found)
    listed = [one for one in changes(before, after) if one.what == "default" and one.parameter == parameter]
    defined = SYMBOLS.canonical(name, before)
    assert sum(name in one.names or one.name == defined for one in listed) == 1


@pytest.mark.parametrize("optimizer", ["Adam", "Adadelta", "SGD", "RMSprop"])
def test_nothing_of_an_optimizer_changed_from_2_3_to_2_6(optimizer: str) -> None:
    assert SYMBOLS.compare(f"tf.keras.optimizers.{optimizer}", "2.3", "2.6") == ()
    found = SYMBOLS.find(f"tf.keras.optimizers.{optimizer}", "2.3")
    assert found is not None
    assert found.open  # lr, decay, clipnorm


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("tf.keras.Sequential.predict_classes", "2.5"),
        ("tf.keras.utils.multi_gpu_model", "2.3"),
        ("tf.estimator.Estimator", "2.15"),
        ("tf.keras.wrappers.scikit_learn.KerasClassifier", "2.12"),
        ("tf.contrib.layers.fully_connected", "1.15"),
        ("tf.Session", "1.15"),
        ("tf.compat.v1.layers.dense", "2.15"),
    ],
)
def test_names_go(name: str, last: str) -> None:
    seen = SYMBOLS.seen(name)
    assert seen[-1] == last
    after = SYMBOLS.releases[SYMBOLS.releases.index(last) + 1]
    assert SYMBOLS.compare(name, last, after)[0].what in {"removed", "moved"}


def test_arguments_go_with_keras_3() -> None:
    found = {one.parameter for one in SYMBOLS.compare("tf.keras.Model.fit", "2.15", "2.16")}
    assert found == {"workers", "max_queue_size", "use_multiprocessing"}


def test_names_of_one_symbol() -> None:
    assert SYMBOLS.canonical("keras.layers.Dense", "2.16") == "tf.keras.layers.Dense"
    assert SYMBOLS.canonical("tf.optimizers.Adam", "2.3") == "tf.keras.optimizers.Adam"
    assert SYMBOLS.canonical("tf.compat.v2.math.log", "2.3") == "tf.math.log"
    assert SYMBOLS.canonical("tf.keras.Sequential.fit", "2.3") == "tf.keras.Model.fit"
    assert SYMBOLS.canonical("tf.contrib.keras.layers.GRU", "1.15") == "tf.keras.layers.GRU"
    assert SYMBOLS.canonical("keras.layers.Dense", "2.3") is None
    assert SYMBOLS.canonical("tf.keras.layers.Dense", "9.9") is None
    names = SYMBOLS.aliases("tf.initializers.random_normal", "2.3")
    assert names[0] == "tf.keras.initializers.RandomNormal"
    assert {"tf.initializers.RandomNormal", "tf.compat.v2.keras.initializers.random_normal"} <= set(names)
    assert all(SYMBOLS.canonical(name, "2.3") == names[0] for name in names)
    assert SYMBOLS.aliases("tf.keras.Sequential.fit", "2.3") == ("tf.keras.Model.fit",)
    assert SYMBOLS.aliases("tf.nothing", "2.3") == ()


@pytest.mark.parametrize("release", ["1.15", "2.3", "2.16"])
def test_all_names_lead_somewhere_and_back(release: str) -> None:
    every = SYMBOLS.every(release)
    assert set(SYMBOLS.names(release)) == set(every.values())
    assert len(every) > 10_000
    for name, place in list(every.items())[::97]:
        assert SYMBOLS.canonical(name, release) == place
        assert name in SYMBOLS.aliases(place, release)


def test_deprecations() -> None:
    def said(name: str, release: str) -> str:
        found = SYMBOLS.find(name, release)
        assert found is not None
        return found.deprecated

    assert "Model.fit" in said("tf.keras.Model.fit_generator", "2.3")
    assert said("tf.log", "1.15") == "The name tf.log is deprecated. Please use tf.math.log instead."
    assert "tf.compat.v1.Session" in said("tf.Session", "1.15")
    assert said("tf.math.log", "1.15") == ""
    assert "tf.keras.layers.Dense" in said("tf.layers.dense", "1.15") or "keras" in said("tf.layers.dense", "1.15")
    assert "np.argmax" in said("tf.keras.Sequential.predict_classes", "2.5")
    assert "tf.data" in said("tf.data.experimental.ThreadingOptions", "2.6")
    found = SYMBOLS.find("tf.gather", "1.15")
    assert found is not None
    assert SYMBOLS.find("tf.nn.dropout", "1.15").deprecated_parameters["keep_prob"]  # type: ignore[union-attr] # there


def test_values_and_members() -> None:
    found = SYMBOLS.find("tf.VariableAggregation.SUM", "2.3")
    assert found is not None
    assert (found.kind, found.value) == ("value", "1")
    assert SYMBOLS.find("tf.float32", "2.3") == Symbol("tf.float32", "value", value="tf.float32")
    assert {"fit", "add", "layers"} <= set(SYMBOLS.members("tf.keras.Sequential", "2.3"))
    assert list(SYMBOLS.members("tf.nothing", "2.3")) == []
    module = SYMBOLS.find("tf.keras.layers", "2.3")
    assert module is not None
    assert module.kind == "module"
    assert module.opaque
    contrib = SYMBOLS.find("tf.contrib.layers.fully_connected", "1.15")
    assert contrib == Symbol("tf.contrib.layers.fully_connected", "function", contrib=True)


def test_moves_are_told_once() -> None:
    moved = [one for one in changes("1.15", "2.0") if one.what == "moved"]
    assert next(one.new for one in moved if one.name == "tf.layers.dense") == "tf.compat.v1.layers.dense"
    assert next(one.new for one in moved if one.name == "tf.log") == "tf.math.log"
    assert SYMBOLS.compare("tf.contrib.rnn.LSTMCell", "1.15", "2.0")[0].new == "tf.compat.v1.nn.rnn_cell.LSTMCell"
    names = [name for one in moved for name in one.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("pair", [("1.15", "2.0"), ("2.3", "2.6"), ("2.10", "2.11"), ("2.15", "2.16"), ("2.6", "2.3")])
def test_changes_are_told_once(pair: tuple[str, str]) -> None:
    found = changes(*pair)
    keys = [(one.what, one.name, one.parameter, one.old, one.new) for one in found]
    assert len(keys) == len(set(keys))
    for one in found[::37]:
        assert one.names[0] == one.name
        if one.what == "removed":
            assert all(SYMBOLS.find(name, pair[0]) and not SYMBOLS.find(name, pair[1]) for name in one.names)
        if one.what == "added":
            assert all(SYMBOLS.find(name, pair[1]) and not SYMBOLS.find(name, pair[0]) for name in one.names)
        if one.what == "default":
            compared = SYMBOLS.compare(one.name, *pair)
            assert any((each.parameter, each.old, each.new) == (one.parameter, one.old, one.new) for each in compared)


def test_what_a_base_loses_is_told_where_it_was_lost() -> None:
    names = {one.name for one in changes("2.15", "2.16") if one.what == "removed"}
    assert "tf.keras.layers.Layer.with_name_scope" in names
    assert "tf.keras.layers.Dense.with_name_scope" not in names
    assert SYMBOLS.compare("tf.keras.layers.Dense.with_name_scope", "2.15", "2.16")[0].what == "removed"


def test_the_same_release_and_unknown_ones() -> None:
    assert list(SYMBOLS.changes("2.3", "2.3")) == []
    assert list(SYMBOLS.changes("2.3", "9.9")) == []
    assert SYMBOLS.compare("tf.nothing", "2.3", "2.4") == ()
    assert SYMBOLS.compare("tf.keras.layers.RandomFlip", "2.5", "2.6")[0].what == "added"


def function(*written: str, **more: str) -> Symbol:
    return Symbol("tf.f", "function", parsed(list(written)), **more)  # type: ignore[arg-type] # texts only


def told(before: Symbol, after: Symbol) -> list[tuple[str, str, str, str]]:
    return [(one.what, one.parameter, one.old, one.new) for one in differences("tf.f", before, after)]


def test_how_signatures_differ() -> None:
    assert told(function("x", "y=1"), function("x", "y=1.0")) == []
    assert told(function("x", "y=1"), function("x", "y=2")) == [("default", "y", "1", "2")]
    assert told(function("x", "y"), function("x", "y=None")) == [("default", "y", "", "None")]
    assert told(function("x", "y=1"), function("x")) == [("parameter-removed", "y", "1", "")]
    assert told(function("x"), function("x", "y=1")) == [("parameter-added", "y", "", "1")]
    assert told(function("vocab"), function("vocabulary")) == [("parameter-renamed", "vocab", "vocab", "vocabulary")]
    # Another thing may be at the place: Checkpoint.save(session=) has options= there.
    assert told(function("labels"), function("y_true")) == [("parameter-removed", "labels", "", "y_true")]
    assert told(function("x", "lr=1"), function("x", "rate=1")) == [("parameter-removed", "lr", "1", "rate")]
    assert told(function("x", "a=1", "b=2"), function("x", "b=2", "a=1")) == [
        ("parameters-reordered", "a", "x, a, b", "x, b, a")
    ]
    assert told(function("x", "y=1"), function("x", "*", "y=1")) == [("parameters-reordered", "y", "x, y", "x")]
    assert told(function("x", "**kwargs"), function("x")) == [("parameter-removed", "**kwargs", "", "")]
    assert told(function("x", "**kwargs"), function("x", "**kw")) == []
    assert told(function("*args", "**kwargs"), function("x")) == []  # it tells nothing
    other = [("parameter-removed", "merge", "True", ""), ("parameter-removed", "old", "1", "")]
    assert told(function("merge=True", "old=1"), function("zzz=True"))[:2] == other  # a place alone is no proof


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("tf.image.resize_images", "tf.compat.v1.image.resize_images"),  # tf.image.resize is another function
        ("tf.random_poisson", "tf.compat.v1.random.poisson"),  # the new one takes its arguments the other way round
        ("tf.truncated_normal_initializer", "tf.compat.v1.truncated_normal_initializer"),  # stddev is another
        ("tf.confusion_matrix", "tf.compat.v1.math.confusion_matrix"),
        ("tf.log", "tf.math.log"),
    ],
)
def test_what_has_the_name_of_a_symbol_may_be_another(name: str, now: str) -> None:
    (moved,) = [row for row in SYMBOLS.changes("1.15", "2.3") if name in row.names and row.what in {"moved", "removed"}]
    assert moved.new == now


def test_other_differences() -> None:
    assert told(function("x"), function("x", deprecated="Use g.")) == [("deprecated", "", "", "Use g.")]
    assert told(Symbol("v", "value", value="1"), Symbol("v", "value", value="2")) == [("value", "", "1", "2")]
    assert told(function("x"), Symbol("c", "class", parsed(["x"]))) == [("kind", "", "function", "class")]
    said = Symbol("tf.f", "function", parsed(["x"]), deprecated_parameters={"x": "No more."})
    assert told(function("x"), said) == [("parameter-deprecated", "x", "", "No more.")]
    assert told(said, said) == []


def test_signatures_as_python_writes_them() -> None:
    assert parsed(["x", "/", "y=1", "*args", "z", "**kwargs"]) == (
        Parameter("x", "positional"), Parameter("y", "either", "1"), Parameter("args", "*"), Parameter("z", "named"),
        Parameter("kwargs", "**"),
    )  # fmt: skip
    assert parsed(["s='='"]) == (Parameter("s", "either", "'='"),)


def test_it_is_quick() -> None:
    data = (Matrix.locate().root / "symbols.json").read_bytes()
    assert len(data) <= 1_200_000
    start = time.process_time()
    symbols = Symbols(data)
    assert symbols.find("tf.keras.Sequential.fit", "2.3") is not None
    one = time.process_time()
    assert sum(1 for _ in symbols.changes("2.3", "2.6")) > 500
    assert one - start < 0.2
    assert time.process_time() - one < 1.5  # 0.15 s on an idle machine


def test_nothing_of_the_machine_that_harvested() -> None:
    text = (Matrix.locate().root / "symbols.json").read_text(encoding="utf-8")
    assert " at 0x" not in text
    assert "site-packages" not in text
    assert "/home/" not in text


def test_what_is_no_table() -> None:
    with pytest.raises(MatrixError, match=r"symbols\.json"):
        Symbols(b"{}")
    known = json.loads((Matrix.locate().root / "symbols.json").read_bytes())
    assert known["format"] == FORMAT
    known["format"] = FORMAT + 1
    with pytest.raises(MatrixError, match="this tfdoctor reads"):
        Symbols(json.dumps(known).encode())


def test_changes_are_values() -> None:
    change = SymbolChange("removed", "tf.f", function("x"), None)
    assert change == SymbolChange("removed", "tf.f", function("x"), None)
