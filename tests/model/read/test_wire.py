"""The wire format: numbers, messages, and large messages in windows."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdoctor.model.read import wire
from tfdoctor.model.read.source import Bytes, DamagedError


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return wire.encoded(number << 3) + wire.encoded(value)
    return wire.encoded(number << 3 | wire.BYTES) + wire.encoded(len(value)) + value


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_numbers_come_back(value: int) -> None:
    found, at = wire.varint(wire.encoded(value) + b"\x01", 0)
    assert (wire.signed(found), at) == (value, len(wire.encoded(value)))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 10, b"\xff" * 20])
def test_numbers_that_are_cut_off_or_too_long(data: bytes) -> None:
    with pytest.raises(DamagedError, match="cut off or too long"):
        wire.varint(data, 0)


def test_messages_in_memory() -> None:
    packed = field(4, b"\x01\x02" + wire.encoded(-1))
    found = wire.message(
        field(1, 7) + field(1, 8) + field(2, b"text") + packed + b"\x1d" + struct.pack("<f", 1.5) + b"\x29" + bytes(8)
    )
    assert (wire.number(found, 1), wire.number(found, 9, 5)) == (8, 5)
    assert (wire.text(found, 2), wire.blob(found, 9)) == ("text", b"")
    assert (wire.number(found, 2), wire.blob(found, 1)) == (0, b"")
    assert list(wire.numbers(found, 4)) == [1, 2, -1]
    assert list(wire.numbers(found, 1)) == [7, 8]
    assert list(wire.floats(found, 3)) == [1.5]
    assert list(wire.blobs(found, 5)) == [bytes(8)]
    assert wire.message(field(200, 1)) == {200: [1]}


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (field(1, b"long")[:-1], "longer than its message"),
        (b"\x1d\x00", "longer than its message"),
        (b"\x0b", "kind 3"),
        (b"\x08\x01" * 1001, "more than 1000 fields"),
        (b"\x80", "cut off"),
    ],
)
def test_messages_that_are_damaged(data: bytes, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_FIELDS", 1000)
    with pytest.raises(DamagedError, match=what):
        wire.message(data)


def test_text_that_is_no_unicode() -> None:
    assert wire.string(b"a\xff") == "a\\xff"


def test_fields_of_a_message_that_is_larger_than_a_window() -> None:
    large = bytes(wire.WINDOW + 5)
    data = field(1, 3) + field(2, large) + field(3, b"end") + b"\x25" + bytes(4) + b"\x29" + bytes(8)
    walker = wire.Walker(Bytes(data, "file"))
    found = list(walker.fields(0, len(data)))
    assert [number for number, _, _ in found] == [1, 2, 3, 4, 5]
    assert [length for _, _, length in found] == [-1, len(large), 3, 4, 8]
    assert walker.take(*found[1][1:]) == large
    assert walker.take(*found[2][1:]) == b"end"
    assert walker.take(*found[2][1:]) == b"end"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (field(1, b"long")[:-1], "5? ?bytes at 2 is cut off"),
        (b"\x0c", "a field of kind 4 at 0"),
        (b"\xff", "cut off"),
    ],
)
def test_large_messages_that_are_damaged(data: bytes, what: str) -> None:
    with pytest.raises(DamagedError, match=what):
        list(wire.Walker(Bytes(data, "file")).fields(0, len(data)))


def test_a_field_that_ends_behind_its_source() -> None:
    with pytest.raises(DamagedError, match="ends within a field"):
        wire.Walker(Bytes(b"abc", "file")).take(1, 9)


def test_no_message_is_walked_over_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_WALKED", 100)
    data = b"\x08\x01" * 101
    with pytest.raises(DamagedError, match="read up to its field 100"):
        list(wire.Walker(Bytes(data, "file")).fields(0, len(data)))
