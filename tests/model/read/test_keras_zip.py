"""Zips that are damaged, hostile, packed anew or very large."""

import contextlib
import gzip
import io
import json
import os
import struct
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.read import keras_zip
from tfdoctor.model.read.source import WHOLE, Bytes, DamagedError, File

WHOLE_FILE = gzip.decompress((Path(__file__).parents[1] / "captures" / "keras" / "tf-2.21.keras.gz").read_bytes())
with zipfile.ZipFile(io.BytesIO(WHOLE_FILE)) as _archive:
    MEMBERS = {name: _archive.read(name) for name in _archive.namelist()}


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def read(data: bytes) -> SavedModel:
    return keras_zip.read(Bytes(data, "model.keras"))


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_packed_anew_it_says_the_same(compression: int) -> None:
    again = packed(MEMBERS | {"assets/layers/text/vocabulary.txt": b"a\n"}, compression)
    whole, found = read(WHOLE_FILE), read(again)
    assert (found.keras, found.groups, found.writer) == (whole.keras, whole.groups, whole.writer)
    assert found.files[0][0] == "assets/layers/text/vocabulary.txt"
    assert found.remarks == ()


@pytest.mark.parametrize("before", [b"", b"#!/bin/sh\n" * 50])
def test_what_stands_before_a_zip_does_not_matter(before: bytes) -> None:
    assert read(before + WHOLE_FILE).groups == read(WHOLE_FILE).groups


@pytest.mark.parametrize("missing", ["metadata.json", "model.weights.h5", "config.json"])
def test_a_missing_member_is_remarked(missing: str) -> None:
    found = read(packed({name: data for name, data in MEMBERS.items() if name != missing}))
    assert found.remarks == (f"{missing} is missing",)
    assert (found.writer.keras is None) == (missing == "metadata.json")
    assert (found.groups is None) == (missing == "model.weights.h5")
    assert found.keras is not None
    assert (found.keras.config is None) == (missing == "config.json")


def test_a_zip_of_something_else_is_refused() -> None:
    with pytest.raises(DamagedError, match="not of Keras"):
        read(packed({"a.txt": b"a"}))


@pytest.mark.parametrize(
    ("name", "data", "remark"),
    [
        ("config.json", b"[1]", "config.json: JSON, but no object"),
        ("config.json", b"{}", "config.json: not the configuration of a Keras model"),
        ("config.json", b"\xff\x00", "config.json: not JSON"),
        ("metadata.json", b"{", "metadata.json: not JSON"),
        ("model.weights.h5", b"x" * 600, "model.weights.h5: model.weights.h5: not HDF5"),
    ],
)
def test_a_damaged_member_is_remarked(name: str, data: bytes, remark: str) -> None:
    found = read(packed(MEMBERS | {name: data}))
    assert any(text.startswith(remark) for text in found.remarks), found.remarks


def test_nan_and_halves_of_surrogates_in_a_configuration() -> None:
    config = b'{"class_name": "Dense", "config": {"a": NaN, "b": "\\ud800\\\\ud800 \\ud83d\\ude00", "c": %s}}' % (
        b"9" * 30
    )
    found = read(packed(MEMBERS | {"config.json": config})).keras
    assert found is not None
    assert found.config is not None
    assert found.config["config"]["b"] == "\ufffd\\ud800 \U0001f600"
    assert json.dumps(found.config["config"]["c"]) == "1e+30"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_members_of_one_name_the_last_counts() -> None:
    buffer = io.BytesIO(packed(MEMBERS))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("metadata.json", b'{"keras_version": "9.9"}')
    found = read(buffer.getvalue())
    assert found.writer.keras == "9.9"
    assert found.remarks == ("1 members have the name of another, the last one counts",)


def test_an_encrypted_member_is_remarked() -> None:
    data = bytearray(packed(MEMBERS))
    at = data.rindex(b"PK\x01\x02")  # in the list of members, the last: the weights
    data[at + 8] |= 1
    assert any("it is encrypted" in remark for remark in read(bytes(data)).remarks)


def test_a_member_where_there_is_none_is_remarked() -> None:
    data = bytearray(packed(MEMBERS))
    at = data.rindex(b"PK\x01\x02")
    data[at + 42 : at + 46] = struct.pack("<I", 7)
    found = read(bytes(data))
    assert any("there is no member" in remark for remark in found.remarks)
    data[at + 42 : at + 46] = struct.pack("<I", 0)
    data[at + 24 : at + 28] = struct.pack("<I", 1 << 30)
    assert any("bytes are there" in remark for remark in read(bytes(data)).remarks)


def test_methods_that_keras_does_not_use_are_not_unpacked() -> None:
    found = read(packed(MEMBERS, zipfile.ZIP_LZMA))
    assert {remark.partition(": ")[2] for remark in found.remarks} == {"compressed by method 14, which is not read"}


def test_a_bomb_is_not_unpacked() -> None:
    data = packed(MEMBERS | {"model.weights.h5": bytes(WHOLE + 1)}, zipfile.ZIP_DEFLATED)
    assert any("only" in remark and "unpacked in memory" in remark for remark in read(data).remarks)
    # One that lies about its size gives no more than it says, or is damaged.
    lying = bytearray(packed(MEMBERS | {"config.json": bytes(WHOLE)}, zipfile.ZIP_DEFLATED))
    at = lying.index(b"config.json", lying.index(b"PK\x01\x02")) - 46
    lying[at + 24 : at + 28] = struct.pack("<I", 100)
    assert any("config.json" in remark for remark in read(bytes(lying)).remarks)


def test_a_list_of_members_that_is_too_long_is_refused() -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 17 << 20, 0, 0)
    with pytest.raises(DamagedError, match="longer than is read"):
        read(b"PK\x03\x04" + bytes(17 << 20) + end)


@pytest.mark.skipif(sys.platform == "win32", reason="needs files with holes")
def test_weights_of_many_gb_are_read_where_they_lie(tmp_path: Path) -> None:
    path = tmp_path / "large.keras"
    small = {name: data for name, data in MEMBERS.items() if name != "model.weights.h5"}
    data = packed(small | {"model.weights.h5": MEMBERS["model.weights.h5"]})
    hole = 5 << 30
    # The same zip with a hole of 5 GB behind the weights, which are longer by it: zip64 says so.
    at = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    length = len(MEMBERS["model.weights.h5"]) + hole
    first = data.index(b"PK\x01\x02")
    entry = bytearray(data[at:end])
    entry[20:28] = b"\xff" * 8
    entry[30:32] = struct.pack("<H", 20)
    entry += struct.pack("<HHQQ", 1, 16, length, length)
    members = data[first:at] + bytes(entry)
    place = first + hole
    last = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 3, 3, len(members), place)
    last += struct.pack("<4sLQL", b"PK\x06\x07", 0, place + len(members), 1)
    last += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, len(members), 0xFFFFFFFF, 0)
    with path.open("wb") as file:
        file.write(data[:first])
        file.seek(place)
        file.write(members + last)
    source = File(path)
    start = time.process_time()
    found = keras_zip.read(source)
    assert time.process_time() - start < 2
    source.close()
    os.truncate(path, 0)
    assert found.remarks == ()
    assert dict(found.files)["model.weights.h5"] == length
    assert found.groups == read(WHOLE_FILE).groups


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE_FILE) - 1), st.binary(min_size=1, max_size=8), st.integers(0, 8))
def test_changed_zips_are_read_or_refused(place: int, data: bytes, cut: int) -> None:
    with contextlib.suppress(DamagedError):
        assert read(WHOLE_FILE[:place] + data + WHOLE_FILE[place + cut :]).format == "keras-zip"
