"""TFLite files built by hand: custom operators, codes of one byte, signatures, and what is damaged."""

import struct
from pathlib import Path

import pytest

from tfdoctor.errors import UsageError
from tfdoctor.facts.saved import TfLite
from tfdoctor.model.read import read

Value = bytes | list["Value"] | dict[int, "Value"] | str | None


def placed(value: Value, at: int) -> bytes:
    """A value of a FlatBuffer whose first byte stands at a place; what it leads to stands behind it."""
    if isinstance(value, str):
        return struct.pack("<I", len(value)) + value.encode() + b"\0"
    if isinstance(value, list):
        start = struct.pack("<I", len(value))
        offsets, behind = b"", b""
        for index, item in enumerate(value):
            place = at + 4 + 4 * len(value) + len(behind)
            inner, table = made(item, place)
            offsets += struct.pack("<I", table - (at + 4 + 4 * index))
            behind += inner
        return start + offsets + behind
    assert isinstance(value, bytes)
    return struct.pack("<I", len(value)) + value


def made(fields: Value, at: int) -> tuple[bytes, int]:
    """A table: its list of offsets, itself, and what it leads to; with the place of the table."""
    assert isinstance(fields, dict)
    count = max(fields, default=-1) + 1
    start = at + 4 + 2 * count
    listed = struct.pack("<HH", 4 + 2 * count, 4 + 4 * count)
    body, behind = struct.pack("<i", start - at), b""
    for field in range(count):
        value = fields.get(field)
        listed += struct.pack("<H", 4 + 4 * field if value is not None else 0)
        here = start + 4 + 4 * field
        if isinstance(value, bytes) and len(value) == 4:
            body += value
        elif value is None:
            body += bytes(4)
        else:
            place = start + 4 + 4 * count + len(behind)
            if isinstance(value, dict):
                inner, table = made(value, place)
                behind += inner
                body += struct.pack("<I", table - here)
            else:
                behind += placed(value, place)
                body += struct.pack("<I", place - here)
    return listed + body + behind, start


def file(fields: Value) -> bytes:
    data, table = made(fields, 8)
    return struct.pack("<I", table) + b"TFL3" + data


def number(value: int) -> bytes:
    return struct.pack("<i", value)


def model(tmp_path: Path, fields: Value) -> tuple[TfLite, tuple[str, ...]]:
    path = tmp_path / "model"
    path.write_bytes(file(fields))
    found = read(path)
    assert found.tflite is not None
    return found.tflite, found.remarks


def test_operators(tmp_path: Path) -> None:
    codes: Value = [
        {0: number(9)},
        {0: number(32), 1: "Mine", 2: number(3)},
        {0: number(127), 3: number(150), 2: number(2)},
        {0: number(127), 3: number(9000)},
    ]
    lite, remarks = model(tmp_path, {0: number(3), 1: codes, 3: "mine"})
    assert [(op.name, op.code, op.version, op.custom) for op in lite.ops] == [
        ("FULLY_CONNECTED", 9, 1, False),
        ("Mine", 32, 3, True),
        ("GELU", 150, 2, False),
        ("BUILTIN_9000", 9000, 1, False),
    ]
    assert (lite.schema, lite.description, lite.subgraphs, lite.signatures, remarks) == (3, "mine", 0, (), ())


def test_signatures_and_metadata(tmp_path: Path) -> None:
    inside = file({0: {0: "2.17.0"}})
    tensors: Value = [{1: number(5), 3: "words"}, {1: number(99), 3: "out"}]
    fields: Value = {
        0: number(3),
        2: [{0: tensors}],
        4: [{}, {0: b"1.14.0\0\0\0"}, {0: inside}],
        6: [{0: "min_runtime_version", 1: number(1)}, {0: "CONVERSION_METADATA", 1: number(2)}],
        7: [{0: [{0: "x", 1: number(0)}], 1: [{0: "y", 1: number(1)}], 2: "serving_default"}],
    }
    lite, remarks = model(tmp_path, fields)
    (signature,) = lite.signatures
    assert remarks == ()
    assert (signature.name, signature.inputs[0].name, signature.inputs[0].dtype) == ("serving_default", "x", "string")
    assert (signature.outputs[0].name, signature.outputs[0].dtype) == ("y", "type_99")
    assert (lite.min_runtime, lite.conversion) == ("1.14.0", "2.17.0")
    assert lite.metadata == ("min_runtime_version", "CONVERSION_METADATA")


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({0: number(3), 1: number(1 << 30)}, "the operators can't be read"),
        ({0: number(3), 2: number(1 << 30)}, "the subgraphs can't be read"),
        ({0: number(3), 3: number(1 << 30)}, "the description can't be read"),
        ({0: number(3), 6: number(1 << 30)}, "the metadata can't be read"),
        ({0: number(3), 7: number(1 << 30)}, "the signatures can't be read"),
        ({0: number(3), 6: [{0: "min_runtime_version", 1: number(5)}]}, "item 5 of 0"),
        ({0: number(3), 6: [{0: "CONVERSION_METADATA", 1: number(5)}]}, "item 5 of 0"),
        ({0: number(3), 4: [{0: b"ab"}], 6: [{0: "CONVERSION_METADATA"}]}, "CONVERSION_METADATA can't be read"),
        ({0: number(3), 3: "x" * 70_000}, "70000 bytes"),
    ],
)
def test_parts_that_are_damaged(tmp_path: Path, fields: Value, what: str) -> None:
    lite, remarks = model(tmp_path, fields)
    assert lite.schema == 3
    assert any(what in remark for remark in remarks)


def test_a_root_that_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(struct.pack("<I", 8) + b"TFL3" + struct.pack("<i", -4) + b"\x02\x00\x00\x00")
    with pytest.raises(UsageError, match="a table at 8 of 2 bytes"):
        read(path)


def test_metadata_without_a_version(tmp_path: Path) -> None:
    lite, remarks = model(tmp_path, {0: number(3), 4: [{0: file({})}], 6: [{0: "CONVERSION_METADATA", 1: number(0)}]})
    assert (lite.conversion, remarks) == (None, ())
