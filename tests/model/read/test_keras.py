"""Files that releases of Keras wrote themselves: what they say is found."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tfdoctor.facts.saved import SavedModel, Variable
from tfdoctor.model.read import keras_h5, keras_json, keras_zip
from tfdoctor.model.read.source import Bytes, DamagedError, Source

CAPTURES = Path(__file__).parents[1] / "captures" / "keras"
READERS: dict[str, Callable[[Source], SavedModel]] = {
    "h5": keras_h5.read,
    "zip": keras_zip.read,
    "json": keras_json.read,
}


def data(name: str) -> bytes:
    return gzip.decompress((CAPTURES / f"{name}.gz").read_bytes())


def model(name: str, reader: str = "h5") -> SavedModel:
    return READERS[reader](Bytes(data(name), name))


def h5(name: str) -> bytes:
    return gzip.decompress((CAPTURES.parent / "hdf5" / f"{name}.h5.gz").read_bytes())


def shown(found: SavedModel) -> list[tuple[str, str]]:
    assert found.keras is not None
    return [(layer.path, layer.class_name) for layer in found.keras.layers if layer.role == "layer"]


def arrays(found: SavedModel) -> dict[str, tuple[Variable, ...]]:
    return {group.name: group.variables for group in found.groups or ()}


@pytest.mark.parametrize(
    ("name", "keras", "backend", "root", "python"),
    [
        ("keras-1.2.2.h5", "1.2.2", None, "model", "3.7"),
        ("keras-2.0.2.h5", "2.0.2", "tensorflow", "model", "3.7"),
        ("tf-1.15.h5", "2.2.4-tf", "tensorflow", "small", "3.7"),
        ("tf-2.3.keras", "2.4.0", "tensorflow", "small", "3.8"),
        ("tf-2.21.h5", "3.15.1", "tensorflow", "small", "3.13"),
    ],
)
def test_whole_models(name: str, keras: str, backend: str | None, root: str, python: str) -> None:
    found = model(name)
    assert (found.format, found.path, found.size) == ("h5", name, len(data(name)))
    assert (found.writer.keras, found.writer.backend, found.remarks) == (keras, backend, ())
    layers = [layer for layer in shown(found) if layer[1] != "InputLayer"]
    assert layers == [
        (root, "Sequential"), (f"{root}/first", "Dense"), (f"{root}/twice", "Lambda"), (f"{root}/last", "Dense"),
    ]  # fmt: skip
    groups = arrays(found)
    assert list(groups) == ["first", "twice", "last"]
    assert [(array.shape, array.dtype) for array in groups["first"]] == [((3, 2), "float32"), ((2,), "float32")]
    assert found.keras is not None
    assert found.keras.compile_config is not None
    (code,) = found.keras.lambdas
    assert (code.layer, code.place, code.kind, code.name) == ("twice", "function", "bytecode", "<lambda>")
    assert code.names == ("tf", "nn", "relu")
    assert python in code.pythons


def test_optimizer_weights() -> None:
    found = model("tf-2.21.h5").keras
    assert found is not None
    assert [array.dtype for array in found.optimizer_weights or ()] == ["int64", "float32"]
    before = model("tf-1.15.h5").keras
    assert before is not None
    assert before.optimizer_weights is None


def test_hdf5_under_the_name_of_keras_3() -> None:
    found = model("tf-2.12.keras")
    assert (found.format, found.writer.keras) == ("h5", "2.12.0")
    assert ("outer/both/inner", "LSTM") in shown(found)
    assert ("outer/nest/deep", "Dense") in shown(found)


def test_weights_by_names_of_layers() -> None:
    found = model("keras-1.2.2-weights.h5")
    assert (found.format, found.writer.keras) == ("h5-weights", None)
    assert found.keras is not None
    assert found.keras.config is None
    assert arrays(found)["last"] == (
        Variable(name="last_W:0", dtype="float32", shape=(2, 1)),
        Variable(name="last_b:0", dtype="float32", shape=(1,)),
    )


def test_names_that_keras_cut_into_pieces() -> None:
    found = model("tf-2.15-long-names.h5")
    assert found.format == "h5-weights"
    groups = found.groups or ()
    assert [group.name[:9] for group in groups] == [f"layer_{number:02}_" for number in range(40)]
    assert [array.name[:4] for array in groups[0].variables] == [f"k{number:02}_" for number in range(30)]
    assert groups[0].variables[0].shape == (1,)
    assert groups[0].variables[1].shape is None
    assert any(remark.startswith("no array where one is named: k01_") for remark in found.remarks)


def test_weights_by_places() -> None:
    found = model("tf-2.12.weights.h5")
    assert found.format == "keras-weights"
    assert [array.shape for array in arrays(found)["_layer_checkpoint_dependencies/dense"]] == [(3, 2), (2,)]
    assert found.keras is not None
    assert [array.shape for array in found.keras.optimizer_weights or ()] == [()]
    newer = model("tf-2.21.weights.h5")
    assert [(group.name, group.layer) for group in newer.groups or ()] == [
        ("", "sequential"), ("layers/dense", "first"), ("layers/dense_1", "last"),
    ]  # fmt: skip
    assert [array.dtype for array in arrays(newer)["layers/dense"]] == ["bfloat16", "bfloat16"]


def test_weights_as_keras_before_1_0_laid_them_out() -> None:
    found = keras_h5.read(Bytes(h5("layout-of-keras-0"), "a"))
    assert found.format == "h5-weights"
    assert [(group.name, [array.shape for array in group.variables]) for group in found.groups or ()] == [
        ("layer_0", [(3, 2), (3,)]), ("layer_1", []),
    ]  # fmt: skip


def test_groups_that_no_keras_writes() -> None:
    found = keras_h5.read(Bytes(h5("places"), "a"))
    assert [(group.name, [array.name for array in group.variables]) for group in found.groups or ()] == [
        ("layers/again", ["0", "9", "10", "named"]),
    ]  # fmt: skip
    assert found.remarks == (
        "groups in groups deeper than is read",
        "a group or an array that is there twice: layers/dense",
    )


@pytest.mark.parametrize(
    ("before", "after", "remark"),
    [
        (b'{"class_name": "Sequential", ', b'["class_name", "Sequential"] '.ljust(29), "model_config: not JSON"),
        (b'{"loss": "mse"', b"7" + b" " * 13, "training_config: not JSON"),
    ],
)
def test_a_damaged_configuration_is_remarked(before: bytes, after: bytes, remark: str) -> None:
    whole = data("tf-2.3.keras")
    assert whole.count(before) == 1
    found = keras_h5.read(Bytes(whole.replace(before, after), "a"))
    assert found.keras is not None
    assert (found.keras.config is None) == remark.startswith("model")
    assert (found.keras.compile_config is None) == remark.startswith("training")
    assert any(text.startswith(remark) for text in found.remarks)
    assert found.groups


def test_a_configuration_that_is_no_object_is_remarked() -> None:
    whole = data("tf-2.3.keras")
    at = whole.index(b'{"class_name": "Sequential"')
    end = whole.index(b"\0", at)
    found = keras_h5.read(Bytes(whole[:at] + b"7".ljust(end - at) + whole[end:], "a"))
    assert found.remarks == ("model_config: JSON, but no object",)


@pytest.mark.parametrize(("name", "keras", "python"), [("tf-2.15", "2.15.0", "3.11"), ("tf-2.21", "3.15.1", "3.13")])
def test_zips(name: str, keras: str, python: str) -> None:
    found = model(f"{name}.keras", "zip")
    assert (found.format, found.writer.keras, found.remarks) == ("keras-zip", keras, ())
    assert found.writer.saved is not None
    assert [file for file, _ in found.files] == ["config.json", "metadata.json", "model.weights.h5"]
    assert found.keras is not None
    assert found.keras.compile_config is not None
    assert found.keras.optimizer_weights is not None
    assert python in found.keras.lambdas[0].pythons
    assert ("outer/nest/deep", "Dense") in shown(found)
    assert [array.shape for array in arrays(found)["layers/sequential/layers/dense"]] == [(2, 1), (1,)]
    dense = next(layer for layer in found.keras.layers if layer.class_name == "Dense")
    assert (dense.module, dense.registered, dense.custom) == ("keras.layers", None, False)
    assert "units" in dense.keys


@pytest.mark.parametrize(("name", "keras"), [("keras-1.2.2.json", "1.2.2"), ("keras-2.3.1.json", "2.3.1")])
def test_architectures_alone(name: str, keras: str) -> None:
    found = model(name, "json")
    assert (found.format, found.writer.keras, found.groups) == ("keras-json", keras, None)
    assert [class_name for _, class_name in shown(found)] == ["Sequential", "Dense", "Lambda", "Dense"]


def test_json_in_json() -> None:
    text = json.dumps(data("keras-2.3.1.json").decode()).encode()
    assert keras_json.read(Bytes(text, "a")).keras == model("keras-2.3.1.json", "json").keras


@pytest.mark.parametrize(
    ("reader", "content", "message"),
    [
        ("h5", h5("newest"), "not of Keras"),
        ("zip", b"PK\x03\x04", "not a zip that can be read"),
        ("json", b"{", "not JSON"),
        ("json", b'{"a": 1}', "not the configuration"),
        ("json", b"[" * 100_000, "nested deeper"),
        ("json", b"[NaN, " + b"[" * 100_000, "nested deeper"),
        ("json", b"[" + b"[]," * 3_000_001 + b"0]", "more than 6000000 values"),
        ("json", b'{"weight_map": {}, "metadata": {}}', "the weights lie beside it"),
    ],
)
def test_what_is_not_of_keras_is_refused(reader: str, content: bytes, message: str) -> None:
    with pytest.raises(DamagedError, match=message):
        READERS[reader](Bytes(content, "a"))
