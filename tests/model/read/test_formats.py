"""What a path is: told by content, and refused in one line where it is no model."""

import gzip
import json
import os
import shutil
import time
from pathlib import Path

import pytest

from tfdoctor.errors import UsageError
from tfdoctor.facts.saved import Format
from tfdoctor.model.read import folder, read

KERAS = Path(__file__).parents[1] / "captures" / "keras"


def unpacked(name: str, path: Path) -> Path:
    path.write_bytes(gzip.decompress((KERAS / f"{name}.gz").read_bytes()))
    return path


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("tf-2.15.keras", "keras-zip"),
        ("tf-2.3.keras", "h5"),
        ("tf-1.15.h5", "h5"),
        ("keras-1.2.2-weights.h5", "h5-weights"),
        ("tf-2.21.weights.h5", "keras-weights"),
        ("keras-1.2.2.json", "keras-json"),
    ],
)
def test_files_of_keras_under_any_name(tmp_path: Path, name: str, form: Format) -> None:
    path = unpacked(name, tmp_path / "model.bin")
    found = read(path)
    assert (found.format, found.path) == (form, str(path))
    assert found.size == path.stat().st_size
    assert found.files == (("model.bin", found.size),)


def test_hdf5_behind_a_block_of_the_user(tmp_path: Path) -> None:
    path = unpacked("tf-1.15.h5", tmp_path / "plain.h5")
    (tmp_path / "late.h5").write_bytes(bytes(300) + b"no model")
    with pytest.raises(UsageError, match="no format of TensorFlow or Keras"):
        read(tmp_path / "late.h5")
    assert read(path).format == "h5"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "an empty file"),
        (b"\x1f\x8b\x08\x00", "a gzip archive: unpack it first"),
        (b"\x80\x04\x95", "pickled Python, which only runs"),
        (b"\x93NUMPY\x01", "a NumPy array"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        (b"hello \xff", "no format of TensorFlow or Keras that is known"),
        (b"404: Not Found\n", "a text, no model: '404: Not Found'"),
        (b"\n <!DOCTYPE HTML><html>", "a web page"),
        (b'<?xml version="1.0"?><Error/>', "a web page or XML"),
        (b"x" * 257 + b"ustar\0", "a tar archive: unpack it first"),
        (b"GGUF\x03", "a GGUF file"),
        (b"\x12\x03abc", "no format"),
        (b"\x22\x04\x08\x01\x10", "no format"),
        (b"\x0a\x02\x08\x01", "no format"),
        (b"\x0d\x00\x00\x00\x00", "no format"),
        (b"\x0a\x00", "no format"),
        (bytes(5000), "nothing but zeros"),
        (b"\x08\x07\x12\x07pytorch\x1a\x031.9", "no format"),  # ONNX
        (b'{"a": 1}', "not the configuration of a Keras model"),
        (b"node { name: ", "the text breaks off"),
        (b"node { name: \x01 }", "no text form"),
        (b"\x08\x01", "no meta graph"),
        (b"\x08\x01\x12\x7f", "no meta graph"),
        (b"\x20\x00\x00\x00TFL3" + b"\xff" * 8, "bytes are expected"),
        (bytes(60) + bytes.fromhex("57fb808b247547db"), "a table that is no checkpoint"),
    ],
)
def test_what_is_no_model(tmp_path: Path, data: bytes, what: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=what) as error:
        read(path)
    assert str(tmp_path) in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no such file, folder or checkpoint \(gone.index\)"):
        read(tmp_path / "gone")
    with pytest.raises(UsageError, match=r"a folder without saved_model\.pb"):
        read(tmp_path)
    with pytest.raises(UsageError, match="no such file"):
        read(Path("a\0b"))


def test_pipes_loops_and_devices(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        read(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        read(Path("/dev/zero"))
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match="loop"):
        read(tmp_path / "loop")
    place = tmp_path / "model"
    place.mkdir()
    os.mkfifo(place / "saved_model.pb")
    with pytest.raises(UsageError, match="not a regular file"):
        read(place)


def test_a_folder_with_loops_and_pipes_in_it(models: Path, tmp_path: Path) -> None:
    place = tmp_path / "model"
    shutil.copytree(models / "2.15.1" / "keras", place)
    plain = read(place)
    (place / "again").symlink_to(place)
    (place / "loop").symlink_to("loop")
    os.mkfifo(place / "pipe")
    for name in ("fingerprint.pb", "keras_metadata.pb"):
        (place / name).unlink()
        os.mkfifo(place / name)
    (place / "variables" / "variables.index").unlink()
    (place / "variables" / "variables.index").symlink_to("variables.index")
    found = read(place)
    assert found.meta_graphs == plain.meta_graphs
    assert (found.fingerprint, found.variables) == (None, None)
    assert sum("not a regular file" in remark for remark in found.remarks) == 2
    assert any("Too many levels" in remark for remark in found.remarks)
    assert {name for name, _ in found.files} == {"saved_model.pb", "variables/variables.data-00000-of-00001"}


def test_many_files_are_counted_up_to_a_bound(models: Path, tmp_path: Path) -> None:
    place = tmp_path / "model"
    shutil.copytree(models / "2.15.1" / "module", place)
    (place / "assets.extra").mkdir()
    for number in range(300):
        (place / "assets.extra" / f"{number:03}").write_bytes(b"x")
    deep = place
    for _ in range(12):
        deep = deep / "deep"
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"x")
    found = read(place)
    assert len(found.files) == 200
    assert found.size == read(models / "2.15.1" / "module").size + 300


def test_files_beyond_the_bound_are_not_counted(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_SEEN", 3)
    found = read(models / "2.15.1" / "module")
    assert len(found.files) < 3
    assert "more than 3 files: the rest are not counted" in found.remarks


def test_a_folder_that_goes_away_is_a_remark(tmp_path: Path) -> None:
    assert folder.listing(tmp_path / "gone") == (0, (), [".: No such file or directory"])


def test_a_folder_of_models_names_them(models: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"name one of those in it: .*keras, .*module"):
        read(models / "2.6.5")
    for name in ("a", "b"):
        shutil.copy(models / "2.6.5" / "objects" / "ckpt-1.index", tmp_path / f"{name}.index")
    with pytest.raises(UsageError, match=r"several checkpoints, name one: .*a, .*b"):
        read(tmp_path)
    (tmp_path / "checkpoint").write_text("nothing")
    with pytest.raises(UsageError, match="names no checkpoint"):
        read(tmp_path)


@pytest.mark.parametrize("part", ["\n", " ", 'model_checkpoint_path: "a\n', "model_checkpoint_path:"])
def test_a_hostile_file_of_names_takes_linear_time(tmp_path: Path, part: str) -> None:
    (tmp_path / "checkpoint").write_text(part * (1_000_000 // len(part)))
    began = time.process_time()
    with pytest.raises(UsageError, match="names no checkpoint"):
        read(tmp_path)
    assert time.process_time() - began < 2


def test_a_configuration_in_json(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("\ufeff \n" + json.dumps({"class_name": "Sequential", "config": {"layers": []}}))
    assert read(path).format == "keras-json"
