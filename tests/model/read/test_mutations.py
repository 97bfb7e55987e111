"""Any change of a real model is read or refused: no crash, and a result that is JSON."""

import contextlib
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfdoctor.errors import UsageError
from tfdoctor.model.read import read

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FILES = [
    "1.15.5/frozen.pb", "1.15.5/frozen.pbtxt", "1.15.5/v1/model", "1.15.5/v2/model.meta", "2.21.0/model.tflite",
    "2.6.5/objects/ckpt-1.index", "2.6.5/keras/keras_metadata.pb", "2.6.5/keras/saved_model.pb",
]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@FEW
@given(place=st.floats(0, 1), cut=st.integers(0, 40), put=st.binary(max_size=12))
def test_changed_files(models: Path, tmp_path: Path, name: str, *, place: float, cut: int, put: bytes) -> None:
    data = (models / name).read_bytes()
    at = int(place * len(data))
    folder = tmp_path / "model"
    shutil.rmtree(folder, ignore_errors=True)
    path = folder / name.rpartition("/")[2]
    if name.endswith(("keras_metadata.pb", "saved_model.pb", "index")):
        shutil.copytree((models / name).parent, folder)
    else:
        folder.mkdir()
    path.write_bytes(data[:at] + put + data[at + cut :])
    with contextlib.suppress(UsageError):
        found = read(folder if name.endswith(("keras_metadata.pb", "saved_model.pb")) else path)
        assert msgspec.json.encode(found)


@pytest.mark.parametrize("name", FILES[:5])
def test_every_length(models: Path, tmp_path: Path, name: str) -> None:
    data = (models / name).read_bytes()
    path = tmp_path / "model"
    refused = 0
    for length in range(0, len(data), 1 + len(data) // 80):
        path.write_bytes(data[:length])
        try:
            assert msgspec.json.encode(read(path))
        except UsageError:
            refused += 1
    assert refused > 0
