"""What each Keras knows: classes by their names, arguments, defaults, and what was refused when it was tried."""

import json

import pytest

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.keras import FORMAT, KerasRelease, KerasTable, Kind

KERAS = Matrix.locate().keras


def release(minor: str) -> KerasRelease:
    found = KERAS.release(minor)
    assert found is not None
    return found


def test_one_scale_from_tf_keras_to_keras_3() -> None:
    assert KERAS.minors[:2] == ("1.15", "2.0")
    assert KERAS.minors.index("2.15") + 1 == KERAS.minors.index("2.16")  # tf-keras
    assert KERAS.minors[KERAS.minors.index("3.0") :] == tuple(
        f"3.{number}" for number in range(len(KERAS.minors) - KERAS.minors.index("3.0"))
    )
    assert KERAS.release("2.99") is None
    roots = {minor: release(minor).root for minor in ("2.3", "2.9", "2.15", "2.18", "3.4")}
    assert roots == {
        "2.3": "tensorflow.python.keras", "2.9": "keras", "2.15": "keras.src", "2.18": "tf_keras.src",
        "3.4": "keras.src",
    }  # fmt: skip
    assert release("3.4").tensorflow == "2.16.2"


@pytest.mark.parametrize(
    ("kind", "name", "since"),
    [
        ("layers", "Functional", "2.3"),
        ("layers", "TFOpLambda", "2.3"),
        ("layers", "Dense", "1.15"),
        ("losses", "mse", "1.15"),
        ("activations", "gelu", "2.4"),
        ("optimizers", "lion", "3.0"),
        ("layers", "Nobody", None),
    ],
)
def test_the_first_that_knows_a_name(kind: Kind, name: str, since: str | None) -> None:
    assert KERAS.since(kind, name) == since


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("SlicingOpLambda", ("2.4", "2.15")),
        ("MelSpectrogram", ("3.1", None)),
        ("Dense", (None, None)),
        ("Nobody", (None, None)),
        ("LocallyConnected1D", (None, "2.15")),
    ],
)
def test_when_a_layer_was_there(name: str, span: tuple[str | None, str | None]) -> None:
    assert KERAS.span(name) == span
    assert (name in KERAS.classes) == (name != "Nobody")


def test_names_are_looked_up_as_the_deserializer_does() -> None:
    old, new = release("2.3"), release("3.4")
    assert old.lookup("layers", "SlicingOpLambda") is None
    assert release("2.4").lookup("layers", "SlicingOpLambda") is not None
    assert new.lookup("layers", "TFOpLambda") is None
    assert "Dense" in old.names("layers")
    assert "LSTM" not in old.names("losses")
    assert old.has_function("activations", "relu")
    assert not old.has_function("activations", "silu_of_nobody")
    assert old.exported("keras.layers", "Dense") is None  # nothing is looked up by module there
    dense = new.exported("keras.layers", "Dense")
    assert dense is not None
    assert new.imported("keras.src.layers.core.dense", "Dense") is dense
    assert new.imported("keras.src.engine.nowhere", "Dense") is None
    assert new.has_module("keras.src.layers.core.dense")
    assert not new.has_module("keras.src.engine.functional")
    assert new.exported_function("keras.activations", "relu")
    assert not new.exported_function("keras.activations", "nothing")


def test_arguments_and_defaults() -> None:
    depthwise = release("2.3").lookup("layers", "DepthwiseConv2D")
    assert depthwise is not None
    assert (depthwise.kind, depthwise.name) == ("layers", "DepthwiseConv2D")
    assert depthwise.modules == {"layers.convolutional"}
    assert depthwise.required == {"kernel_size"}
    assert depthwise.config is not None
    assert depthwise.config["groups"] == 1
    assert depthwise.takes("groups")
    adam = release("2.3").lookup("optimizers", "adam")
    assert adam is not None
    assert adam.open
    assert adam.takes("something_of_nobody") is None
    assert adam.takes("use_ema") is False
    model = release("2.3").lookup("layers", "Model")
    assert model is not None
    assert model.config is None


def test_what_was_tried_and_refused() -> None:
    old, new = (release(minor).lookup("layers", "DepthwiseConv2D") for minor in ("2.1", "3.4"))
    assert old is not None
    assert new is not None
    refusal = old.refusal("groups", 1)
    assert refusal is not None
    assert (refusal.error, refusal.message) == ("TypeError", "('Keyword argument not understood:', 'groups')")
    assert "groups" in new.refused
    assert new.takes("groups") is False
    refusal = new.refusal("groups", 1)
    assert refusal is not None
    assert refusal.message.startswith("Unrecognized keyword arguments passed to DepthwiseConv2D: {'groups'")
    assert new.refusal("kernel_size", [1, 1]) is None
    assert "dtype" in release("2.3").shared


@pytest.mark.parametrize("data", [b"{", b"[]", json.dumps({"format": FORMAT + 1}).encode()])
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(MatrixError, match=r"keras\.json"):
        KerasTable(data)


def test_another_format_is_named() -> None:
    names = {"source": "", "checked": "", "releases": [], "lines": []}
    empty: dict[str, object] = {key: {} for key in ("tables", "functions", "exported", "exported_functions")}
    with pytest.raises(MatrixError, match=f"format {FORMAT + 1}"):
        KerasTable(json.dumps({"format": FORMAT + 1, **names, **empty}).encode())
