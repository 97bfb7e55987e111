"""Files that h5py wrote, in the oldest form and in the newest, against what h5py reads of them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.model.read.hdf5 import Dataset, File, Group, Node, locate
from tfdoctor.model.read.source import Bytes, DamagedError

CAPTURES = Path(__file__).parents[2] / "captures" / "hdf5"
EXPECTED: dict[str, Any] = json.loads((CAPTURES / "expected.json").read_text())
FORMS = ["oldest", "newest", "behind-a-user-block"]
# What NumPy has no name for.
OURS = {
    "arrays/of S7": "string",
    "arrays/of bfloat16": "opaque16",
    "arrays/of lists": "list of int32",
    "arrays/of pairs": "compound(a: float32, b: int32[2], c: string)",
    "arrays/of references": "reference",
    "arrays/of texts": "string",
}


def opened(name: str) -> File:
    return File(Bytes(gzip.decompress((CAPTURES / f"{name}.h5.gz").read_bytes()), name))


@pytest.mark.parametrize("form", FORMS)
def test_all_that_h5py_reads_is_read(form: str) -> None:
    file = opened(form)
    for path, wanted in EXPECTED.items():
        node = file.root.get(path) if path else file.root
        assert node is not None, path
        attributes = {name: node.value(name) for name in node.attributes}
        if "config" in attributes:
            config = attributes.pop("config")
            assert config == "x" * wanted["attributes"].pop("config", 100_000)
        assert attributes == {name: value for name, value in wanted["attributes"].items() if name != "config"}
        if "links" in wanted:
            assert isinstance(node, Group)
            assert list(node.links) == wanted["links"]
        if "dtype" in wanted:
            assert isinstance(node, Dataset)
            assert node.dtype == OURS.get(path, wanted["dtype"])
            assert node.shape == (None if wanted["shape"] is None else tuple(wanted["shape"]))
    assert file.remarks == ()


@pytest.mark.parametrize("form", FORMS)
def test_links_are_followed_within_the_file_only(form: str) -> None:
    root = opened(form).root
    values = root.group("values")
    assert values is not None
    for same in ("soft", "hard", "arrays/circle/arrays/circle/values", "/soft"):
        found = root.get(same)
        assert found is not None
        assert found.address == values.address
    one = root.get("relative")
    assert isinstance(one, Dataset)
    assert (one.shape, one.dtype) == ((), "float64")
    for nothing in ("dangling", "loop1", "external", "values/none", "arrays/one/below", "x/" * 1000):
        assert root.get(nothing) is None
    assert root.file.remarks == ("a link to another file is not followed: other.h5:/a",)


def test_a_type_by_itself_is_neither_group_nor_array() -> None:
    root = opened("newest").root
    node = root.get("type")
    assert type(node) is Node
    assert node.value("nothing") is None
    assert root.group("type") is None


def test_what_is_no_hdf5_is_refused() -> None:
    for data in (b"", b"\x89HDF", b"x" * 5000):
        assert locate(Bytes(data, "a")) is None
        with pytest.raises(DamagedError, match="not HDF5"):
            File(Bytes(data, "a"))


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [(8, 9, "superblock of version 9"), (13, 3, "addresses of 3"), (64, 255, "no object header at 255")],
)
def test_a_damaged_start_is_refused(place: int, value: int, message: str) -> None:
    data = bytearray(gzip.decompress((CAPTURES / "oldest.h5.gz").read_bytes()))
    data[place : place + 1] = bytes([value])
    with pytest.raises(DamagedError, match=message):
        File(Bytes(bytes(data), "a"))
