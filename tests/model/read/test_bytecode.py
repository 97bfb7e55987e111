"""Functions that each CPython marshalled itself: the one that wrote it is named."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfdoctor.model.read.bytecode import function

CAPTURES = Path(__file__).parents[1] / "captures"
ROWS = [json.loads(line) for line in (CAPTURES / "bytecode.jsonl").read_text().splitlines()]
# Minors that write the same bytes for a function without names, or with nothing that one of them lacks.
TWINS = ({"3.6", "3.7"}, {"3.8", "3.9"}, {"3.11", "3.12"})
RAW = base64.b64decode(next(row["code"] for row in ROWS if row["python"] == "3.12" and row["function"] == "multi"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['python']}-{row['function']}")
def test_the_python_that_wrote_it_is_named(row: dict[str, str]) -> None:
    found = function(row["code"])
    assert found is not None
    assert row["python"] in found.pythons
    twins = next((pair for pair in TWINS if row["python"] in pair), {row["python"]})
    assert set(found.pythons) <= twins
    assert found.name == {"multi": "multi", "cl": "inner", "fin": "fin"}.get(row["function"], "<lambda>")
    if row["function"] in {"tf", "cl"}:
        assert found.names == ("tf", "floor")


@pytest.mark.parametrize(
    ("python", "name", "only"),
    [
        ("3.7", "tf", True),
        ("3.8", "fin", True),
        ("3.9", "multi", True),
        ("3.9", "lst", True),
        ("3.12", "star1", True),
        ("3.11", "tf", True),
        ("3.12", "mul", False),
    ],
)
def test_what_only_one_minor_writes_tells_it(python: str, name: str, only: bool) -> None:  # noqa: FBT001  a case
    code = next(row["code"] for row in ROWS if (row["python"], row["function"]) == (python, name))
    found = function(code)
    assert found is not None
    assert (found.pythons == (python,)) is only


def test_keras_before_base64_wrote_the_bytes_as_characters() -> None:
    row = next(row for row in ROWS if (row["python"], row["function"]) == ("3.7", "tf"))
    text = base64.b64decode(row["code"]).decode("raw_unicode_escape")
    assert function(text) == function(row["code"])


def test_python_3_5_has_instructions_of_one_and_three_bytes() -> None:
    # LOAD_FAST 0, LOAD_CONST 1, BINARY_MULTIPLY, RETURN_VALUE, each code object's fields as 3.5 orders them.
    code = b"\x7c\x00\x00\x64\x01\x00\x14\x53"
    numbers = b"".join(number.to_bytes(4, "little") for number in (1, 0, 1, 2, 67))
    empty, name = b")\x00", b"z\x08<lambda>"
    data = b"c" + numbers + b"s\x08\x00\x00\x00" + code + b")\x02Ni\x02\x00\x00\x00" + empty + b")\x01Z\x01x"
    data += empty * 2 + b"z\x04a.py" + name + b"\x01\x00\x00\x00" + b"s\x00\x00\x00\x00"
    found = function(base64.b64encode(data).decode())
    assert found is not None
    assert found.pythons == ("3.4", "3.5")


@pytest.mark.parametrize(
    "data",
    [b"", b"c", b"\xe3" * 500, b"(" * 500, b"\xe3" + bytes(20) + b"r\x09\x00\x00\x00", b"c" + bytes(16) + b"?"],
)
def test_what_is_no_function_is_none(data: bytes) -> None:
    assert function(base64.b64encode(data).decode()) is None


def test_constants_of_every_kind_are_passed() -> None:
    numbers = b"".join(number.to_bytes(4, "little") for number in (1, 0, 0, 1, 2, 67))
    kinds = [
        b"N", b"T", b"F", b".", b"S", b"i" + bytes(4), b"I" + bytes(8), b"g" + bytes(8), b"y" + bytes(16), b"f\x031.5",
        b"x\x011\x012", b"l\x02\0\0\0" + bytes(4), b"l\xfe\xff\xff\xff" + bytes(4), b"<" + bytes(4), b">" + bytes(4),
        b"[\x01\0\0\0N", b"(\x01\0\0\0N", b"s\x02\0\0\0ab", b"u\x02\0\0\0ab", b"a\x02\0\0\0ab", b"A\x02\0\0\0ab",
        b"\xce", b"r" + bytes(4),
    ]  # fmt: skip
    consts = b")" + bytes([len(kinds)]) + b"".join(kinds)
    data = b"c" + numbers + b"s\x04\0\0\0\x7c\0S\0" + consts + b")\0" * 4 + b"z\x04a.py" + b"z\x01f"
    data += bytes(4) + b"s\0\0\0\0"
    found = function(base64.b64encode(data).decode())
    assert found is not None
    assert (found.name, found.pythons) == ("f", ("3.8", "3.9"))
    for wrong in (b"{0", b"r\x09\0\0\0", b"(\xff\xff\xff\x7f"):
        changed = data.replace(b"l\x02\0\0\0" + bytes(4), wrong)
        assert function(base64.b64encode(changed).decode()) is None
    assert function(base64.b64encode(data.replace(numbers, b"\xf0" * 24)).decode()) is None
    assert function(base64.b64encode(data.replace(b"z\x01f", b"s\x01\0\0\0f")).decode()) is None
    assert function(base64.b64encode(data.replace(consts + b")\0", consts + b")\x01N")).decode()) is None


def test_text_that_is_no_code_is_none() -> None:
    assert function("linear") is None
    assert function("c" * (5 << 20)) is None
    assert function("c\u20ac") is None
    assert function("\ud800") is None


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(RAW) - 1), st.binary(max_size=4), st.integers(0, 8))
def test_changed_code_is_read_or_none(place: int, data: bytes, cut: int) -> None:
    changed = RAW[:place] + data + RAW[place + cut :]
    found = function(base64.b64encode(changed).decode())
    assert found is None or isinstance(found.name, str)
