"""What Keras wrote about the objects of a SavedModel, in orders and sizes that no release writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.facts.saved import SavedObject
from tfdoctor.model.read import keras_objects, read, wire
from tfdoctor.model.read.source import Bytes


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return wire.encoded(number << 3) + wire.encoded(value)
    return wire.encoded(number << 3 | wire.BYTES) + wire.encoded(len(value)) + value


def entry(node: int, path: str, metadata: Any, identifier: str = "_tf_keras_layer") -> bytes:
    said = metadata if isinstance(metadata, str) else json.dumps(metadata)
    parts = [field(2, node), field(3, path.encode()), field(4, identifier.encode()), field(5, said.encode())]
    return field(1, b"".join(parts) + field(6, field(1, 2) + field(2, 1)))


def file(*entries: bytes) -> tuple[tuple[Any, ...], list[str]]:
    return keras_objects.file(Bytes(b"".join(entries), "keras_metadata.pb"))[:2]


DENSE = {"class_name": "Dense", "config": {"name": "small", "units": 2}}


def test_tuples_are_lists() -> None:
    marked = {"class_name": "__tuple__", "items": [1, {"class_name": "__tuple__", "items": [2]}]}
    ((found,), _) = file(entry(0, "root", {"config": {"shape": marked}, "rows": [marked]}))
    assert found.metadata == {"config": {"shape": [1, [2]]}, "rows": [[1, [2]]]}
    assert (found.producer, found.min_consumer) == (2, 1)


@pytest.mark.parametrize("said", ["", "[1]", "{", "[" * 100_000])
def test_metadata_that_is_none(said: str) -> None:
    ((found,), remarks) = file(entry(0, "root", said))
    assert (found.metadata, remarks) == (None, [])
    assert keras_objects.keras((found,))[0].config is None


def test_layers_of_a_root_without_configuration() -> None:
    inner = {"class_name": "Sequential", "config": {"name": "inner", "layers": [DENSE]}}
    found, _ = file(
        entry(0, "root", {"class_name": "Mine", "training_config": {"loss": "mse"}}, "_tf_keras_model"),
        entry(1, "root.inner", inner),
        entry(2, "root.inner.layer-0", DENSE),
        entry(3, "root.other", DENSE),
        entry(4, "root.keras_api.metrics.0", {"class_name": "Mean", "config": {}}, "_tf_keras_metric"),
    )
    keras, _ = keras_objects.keras(found)
    assert keras.config == {"class_name": "Mine"}
    assert keras.compile_config == {"loss": "mse"}
    assert [layer.class_name for layer in keras.layers][-3:] == ["Sequential", "Dense", "Dense"]


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_objects, "_OBJECTS", 2)
    found, remarks = file(*[entry(number, "root", DENSE) for number in range(4)])
    assert (len(found), remarks) == (2, ["keras_metadata.pb: read up to its entry 2"])
    monkeypatch.setattr(keras_objects, "_TEXT", 10)
    objects = [SavedObject(0, "user_object", "root", "_tf_keras_layer", metadata=json.dumps(DENSE))]
    assert keras_objects.graph(objects) == ()


def test_damage(tmp_path: Path, models: Path) -> None:
    found, remarks = file(field(3, b"x"), field(3, 1), entry(0, "root", DENSE), b"\x0a\x7f")
    assert len(found) == 1
    assert "cut off" in remarks[0]
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("saved_model.pb", "keras_metadata.pb"):
        (folder / name).write_bytes((models / "2.6.5" / "keras" / name).read_bytes())
    (folder / "keras_metadata.pb").write_bytes(b"\x0a\x7f")
    (folder / "fingerprint.pb").write_bytes(b"\x08")
    model = read(folder)
    assert (model.keras, model.fingerprint, len(model.remarks)) == (None, (), 2)
