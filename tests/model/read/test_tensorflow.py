"""Models that releases of TensorFlow wrote: what is read of them is what those releases read themselves."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.facts.saved import MetaGraph, SavedModel, TensorSpec, Variable
from tfdoctor.model.read import read

CAPTURES = Path(__file__).parents[1] / "captures" / "tensorflow"
EXPECTED: dict[str, Any] = json.loads(gzip.decompress((CAPTURES / "expected.json.gz").read_bytes()))
FOLDERS = [(release, name) for release, found in EXPECTED.items() for name in found]
MODERN = [release for release in EXPECTED if release != "1.15.5"]


def specs(tensors: tuple[TensorSpec, ...]) -> dict[str, list[Any]]:
    return {item.name: [item.dtype, None if item.shape is None else list(item.shape)] for item in tensors}


def arrays(found: tuple[Variable, ...] | None) -> dict[str, list[Any]]:
    assert found is not None
    return {item.name: [item.dtype, list(item.shape or ())] for item in found}


def first(model: SavedModel) -> MetaGraph:
    (found,) = model.meta_graphs
    return found


@pytest.mark.parametrize(("release", "name"), FOLDERS)
def test_saved_models(models: Path, release: str, name: str) -> None:
    expected = EXPECTED[release][name]
    model = read(models / release / name)
    (said,) = expected["meta"]
    graph = first(model)
    assert (model.format, model.remarks) == ("savedmodel", ())
    assert model.writer.tensorflow == graph.tensorflow == said["tf"] == release
    assert (list(graph.tags), graph.git, bool(graph.stripped_default_attrs)) == (
        said["tags"],
        said["git"],
        said["stripped"],
    )
    assert (graph.producer, graph.min_consumer or 0) == (said["producer"], said["min"])
    assert list(graph.bad_consumers) == said["bad"]
    assert list(graph.stripped_ops or ()) == said["strip"]
    assert (sorted(graph.functions), graph.nodes) == (said["functions"], said["nodes"])
    assert sorted(graph.collections) == said["coll"]
    signatures = {item.name: [item.method, specs(item.inputs), specs(item.outputs)] for item in graph.signatures}
    assert signatures == {key: value for key, value in said["sigs"].items() if key != "__saved_model_init_op"}
    assert arrays(model.variables) == expected["vars"]
    assert model.object_checkpoint is expected["objckpt"]
    own = {item.name: item.own for item in model.variables or () if item.own}
    assert own == {key: name for key, name in expected.get("names", {}).items() if name and key in expected["vars"]}


@pytest.mark.parametrize(("release", "name"), FOLDERS)
def test_operations_and_their_attributes(models: Path, release: str, name: str) -> None:
    (said,) = EXPECTED[release][name]["meta"]
    ops = first(read(models / release / name)).ops
    assert {op.name: op.count for op in ops} == said["ops"]
    for op in ops:
        values = {attr.name: list(attr.values) for attr in op.attrs}
        assert {key: value[:16] for key, value in said["attrs"].get(op.name, {}).items()} == values
        assert {attr.name: attr.default for attr in op.attrs if attr.default is not None} == said["default"].get(
            op.name, {}
        )


@pytest.mark.parametrize(("release", "name"), FOLDERS)
def test_object_graphs(models: Path, release: str, name: str) -> None:
    (said,) = EXPECTED[release][name]["meta"]
    objects = first(read(models / release / name)).objects
    if said["objects"] is None:
        assert objects is None
        return
    found = [
        [one.node, one.kind, one.path, one.identifier, one.producer, one.min_consumer, one.metadata, one.registered]
        for one in objects or ()
    ]
    assert found == said["objects"]


@pytest.mark.parametrize("release", EXPECTED)
def test_checkpoints(models: Path, release: str) -> None:
    folder = models / release / ("objects" if release in MODERN else "v2")
    expected = next(found for found in EXPECTED[release].values() if "ckpt" in found)
    model = read(folder)
    assert (model.format, model.remarks) == ("checkpoint", ())
    assert arrays(model.variables) == expected["ckpt"]
    assert model.object_checkpoint is expected["ckptobj"]
    prefix = folder / ("ckpt-1" if release in MODERN else "model")
    assert read(prefix).variables == read(prefix.with_name(f"{prefix.name}.index")).variables == model.variables
    assert read(prefix.with_name(f"{prefix.name}.data-00000-of-00001")).files == model.files
    assert model.size == sum(size for _, size in model.files) > 0


@pytest.mark.parametrize("release", MODERN)
def test_tflite(models: Path, release: str) -> None:
    expected = EXPECTED[release]["module"]["lite"]
    model = read(models / release / "model.tflite")
    assert (model.format, model.remarks) == ("tflite", ())
    lite = model.tflite
    assert lite is not None
    (signature,) = lite.signatures
    assert [item.dtype for item in signature.inputs] == [item[1] for item in expected["in"]]
    assert [list(item.shape or ()) for item in signature.outputs] == [item[2] for item in expected["out"]]
    if "codes" in expected:
        assert [[op.code, op.version, op.name if op.custom else ""] for op in lite.ops] == expected["codes"]
        assert [lite.schema, lite.subgraphs] == [expected["schema"], expected["sub"]]
        assert sorted(lite.metadata) == sorted(expected["meta"])
    assert lite.ops[0].name == "FULLY_CONNECTED"
    assert lite.min_runtime == "1.5.0"
    assert lite.conversion == (release if release in {"2.15.1", "2.21.0"} else None)


def test_a_folder_says_who_wrote_it(models: Path) -> None:
    keras = read(models / "2.6.5" / "keras")
    assert (keras.writer.keras, keras.writer.backend) == ("2.6.0", "tensorflow")
    assert ("keras", "keras_metadata.pb: keras_version") in keras.writer.sources
    old = read(models / "2.3.4" / "keras")
    assert old.writer.keras == "2.4.0"
    assert ("keras", "saved_model.pb: keras_version") in old.writer.sources


@pytest.mark.parametrize("release", ["2.3.4", "2.6.5", "2.15.1"])
def test_what_keras_wrote(models: Path, release: str) -> None:
    keras = read(models / release / "keras").keras
    assert keras is not None
    assert keras.config is not None
    assert keras.config["class_name"] == "Sequential"
    assert "small" in [layer.name for layer in keras.layers]
    assert keras.compile_config is not None
    assert keras.compile_config["loss"] == "mse"
    assert keras.objects[0].path == "root"
    assert keras.objects[0].metadata is not None


def test_fingerprints(models: Path) -> None:
    found = dict(read(models / "2.15.1" / "module").fingerprint or ())
    assert {"saved_model_checksum", "graph_def_program_hash", "version"} <= found.keys()
    assert all(value.isdigit() for value in found.values())
    assert read(models / "2.6.5" / "module").fingerprint is None


def test_assets_stand_in_a_field_or_in_a_collection(models: Path) -> None:
    for release, name in [("1.15.5", "saved"), ("1.15.5", "saved_text"), ("2.3.4", "module"), ("2.21.0", "module")]:
        assert first(read(models / release / name)).assets == ("words.txt",)


def test_what_runs_after_loading(models: Path) -> None:
    assert first(read(models / "1.15.5" / "saved")).structure == "saved_model_main_op"
    assert first(read(models / "2.6.5" / "module")).structure == "__saved_model_init_op"


def test_the_first_format_of_checkpoints(models: Path) -> None:
    found = read(models / "1.15.5" / "v1" / "model")
    assert (found.format, found.object_checkpoint) == ("checkpoint-v1", False)
    assert found.variables == (Variable("b", "float32", (2,)), Variable("w", "float32", (3, 2)))
    assert read(models / "1.15.5" / "v1").variables == found.variables


def test_meta_graphs_by_themselves(models: Path) -> None:
    found = read(models / "1.15.5" / "v2" / "model.meta")
    assert (found.format, found.writer.tensorflow) == ("metagraph", "1.15.5")
    assert "trainable_variables" in first(found).collections
    assert "MatMul" in [op.name for op in first(found).ops]


@pytest.mark.parametrize("name", ["frozen.pb", "frozen.pbtxt"])
def test_frozen_graphs(models: Path, name: str) -> None:
    found = read(models / "1.15.5" / name)
    graph = first(found)
    assert found.format == "graphdef"
    assert graph.stripped_ops is None
    constants = next(op for op in graph.ops if op.name == "Const")
    values = next(attr.values for attr in constants.attrs if attr.name == "value")
    assert values == ("tensor(DT_FLOAT,[2])", "tensor(DT_FLOAT,[3,2])", *values[2:])


def test_text_says_what_the_wire_says(models: Path) -> None:
    text, wire = first(read(models / "1.15.5" / "frozen.pbtxt")), first(read(models / "1.15.5" / "frozen.pb"))
    assert text == wire
    assert (
        first(read(models / "1.15.5" / "saved_text")).signatures == first(read(models / "1.15.5" / "saved")).signatures
    )


def test_the_message_by_itself(models: Path, tmp_path: Path) -> None:
    folder = models / "2.6.5" / "module"
    assert read(folder / "saved_model.pb").variables == read(folder).variables
    moved = tmp_path / "renamed.pb"
    shutil.copy(folder / "saved_model.pb", moved)
    found = read(moved)
    assert (found.format, found.variables) == ("savedmodel", None)
    assert found.meta_graphs == read(folder).meta_graphs
    text = tmp_path / "text.pbtxt"
    shutil.copy(models / "1.15.5" / "saved_text" / "saved_model.pbtxt", text)
    assert first(read(text)) == first(read(models / "1.15.5" / "saved_text"))


def test_hub_folders(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    shutil.copytree(models / "1.15.5" / "saved", folder)
    (folder / "tfhub_module.pb").write_bytes(b"\x08\x03")
    found = read(folder)
    assert (found.format, found.remarks) == ("hub-tf1", ())
    (folder / "tfhub_module.pb").write_bytes(b"\x08\x04\x12\x03new")
    assert read(folder).remarks == (
        "tfhub_module.pb: format 4, where 3 is known",
        "tfhub_module.pb: requires the feature new",
    )
    (folder / "tfhub_module.pb").write_bytes(b"\x12\x09new")
    assert "tfhub_module.pb: a field is longer than its message" in read(folder).remarks


def test_a_moved_checkpoint_is_the_one_beside_the_file(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "moved"
    shutil.copytree(models / "2.6.5" / "objects", folder)
    (folder / "checkpoint").write_text('model_checkpoint_path: "/gone/ckpt-1"\n')
    assert read(folder).variables == read(models / "2.6.5" / "objects").variables
    (folder / "checkpoint").unlink()
    assert read(folder).variables == read(models / "2.6.5" / "objects").variables
