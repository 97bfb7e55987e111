"""Tables of checkpoints: packed blocks, shards, and what is damaged in them."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdoctor.errors import UsageError
from tfdoctor.model.read import checkpoint, read, snappy, table, wire
from tfdoctor.model.read.source import Bytes, DamagedError

MAGIC = bytes.fromhex("57fb808b247547db")


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return wire.encoded(number << 3) + wire.encoded(value)
    return wire.encoded(number << 3 | wire.BYTES) + wire.encoded(len(value)) + value


def block(pairs: list[tuple[bytes, bytes]], *, packed: bool = False) -> bytes:
    data = b"".join(b"\0" + wire.encoded(len(key)) + wire.encoded(len(value)) + key + value for key, value in pairs)
    data += struct.pack("<II", 0, 1)
    if packed:
        data = wire.encoded(len(data)) + b"".join(literal(data[at : at + 60]) for at in range(0, len(data), 60))
    return data + bytes([packed]) + b"sum."


def literal(data: bytes) -> bytes:
    return bytes([len(data) - 1 << 2]) + data


def made(*blocks: bytes, handles: list[tuple[int, int]] | None = None) -> bytes:
    data, places = b"", []
    for one in blocks:
        places.append((len(data), len(one) - 5))
        data += one
    index = block([(b"%d" % at, wire.encoded(start) + wire.encoded(size)) for at, (start, size) in
                   enumerate(handles or places)])  # fmt: skip
    footer = wire.encoded(0) * 2 + wire.encoded(len(data)) + wire.encoded(len(index) - 5)
    return data + index + footer.ljust(40, b"\0") + MAGIC


HEADER = (b"", field(1, 1))
ENTRY = (b"w", field(1, 1) + field(2, field(2, field(1, 3))))


def index(tmp_path: Path, data: bytes) -> checkpoint.Index:
    (tmp_path / "c.index").write_bytes(data)
    return checkpoint.index(tmp_path / "c")


@pytest.mark.parametrize("packed", [False, True])
def test_blocks_plain_and_packed(tmp_path: Path, packed: bool) -> None:  # noqa: FBT001  the case
    found = index(tmp_path, made(block([HEADER], packed=packed), block([ENTRY], packed=packed)))
    assert [(item.name, item.dtype, item.shape) for item in found.variables] == [("w", "float32", (3,))]
    assert (found.objects, found.remarks) == (False, ())


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (made(block([HEADER, ENTRY]), handles=[(0, 9999)]), "bytes are expected"),
        (made(block([HEADER, ENTRY]), handles=[(0, 1 << 40)]), "a block of 1099511627776 bytes"),
        (made(block([HEADER, ENTRY])[:-5] + b"\x07sum."), "compression 7"),
        (made(b"\0\0\0" + b"\0sum."), "a block of no size"),
        (made(b"\0\0\0\x7f" + b"\0sum."), "shorter than its restarts"),
        (made(b"\x05\x01\x01ab" + struct.pack("<II", 0, 1) + b"\0sum."), "an entry of a block is cut off"),
        (made(block([HEADER]), block([ENTRY]), handles=[(0, 13), (5, 10)]), "before the end of the last one"),
        (made(block([HEADER, (b"w", b"\x09")])), "longer than its message"),
    ],
)
def test_tables_that_are_damaged(tmp_path: Path, data: bytes, what: str) -> None:
    found = index(tmp_path, data)
    assert [what in remark for remark in found.remarks] == [True]
    assert "c.index" in found.remarks[0]


def test_variables_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "_VARIABLES", 2)
    found = index(tmp_path, made(block([HEADER, *((b"v%d" % number, ENTRY[1]) for number in range(5))])))
    assert [item.name for item in found.variables] == ["v0", "v1"]
    assert found.remarks == ("c.index: the first 2 variables are read",)


@pytest.mark.parametrize(
    ("entry", "shard", "what"),
    [
        (field(1, 1) + field(5, 4), b"", "4 bytes of float32"),
        (field(1, 7) + field(5, 1 << 40), b"", "1099511627776 bytes of string"),
        (field(1, 7) + field(5, 9), b"x", "9 bytes are expected at 0, 1 are there"),
        (field(1, 7) + field(5, 7), b"\x09\0\0\0\0ab", "9 bytes are announced and 2 are there"),
        (field(1, 7) + field(5, 6), b"\x01\0\0\0\0\x0b", "kind 3"),
        (field(1, 7) + field(3, 4) + field(5, 6), b"", "No such file"),
    ],
)
def test_object_graphs_that_can_not_be_read(tmp_path: Path, entry: bytes, shard: bytes, what: str) -> None:
    (tmp_path / "c.data-00000-of-00001").write_bytes(shard)
    found = index(tmp_path, made(block([HEADER, (checkpoint.GRAPH, entry), ENTRY])))
    assert found.objects
    assert "the object graph of the checkpoint is not read" in found.remarks[0]
    assert what in found.remarks[0]
    assert [item.name for item in found.variables] == ["w"]


def first_format(*, rest: bytes = b"") -> bytes:
    shape = field(2, field(2, field(1, 3)))
    meta = field(1, field(1, b"w") + shape + field(3, 1)) + field(1, field(1, b"x") + field(3, 9))
    return made(block([(b"", field(1, meta)), (b"\0w", rest)]))


def test_the_first_format(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(first_format())
    found = read(tmp_path / "model")
    assert [(item.name, item.dtype, item.shape) for item in found.variables or ()] == [
        ("w", "float32", (3,)), ("x", "int64", ()),
    ]  # fmt: skip


def test_the_first_format_with_a_large_first_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_BLOCK", 1000)
    (tmp_path / "model").write_bytes(first_format(rest=bytes(5000)))
    assert len(read(tmp_path / "model").variables or ()) == 2
    (tmp_path / "packed").write_bytes(made(block([(b"", field(1, b""))], packed=True)))
    assert read(tmp_path / "packed").variables == ()
    (tmp_path / "empty").write_bytes(made())
    with pytest.raises(UsageError, match="an empty table"):
        read(tmp_path / "empty")


def test_an_index_by_itself_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "renamed").write_bytes(made(block([HEADER, ENTRY])))
    with pytest.raises(UsageError, match=r"an index of a checkpoint, whose name ends in \.index"):
        read(tmp_path / "renamed")


@given(st.binary(min_size=1, max_size=400))
def test_snappy_literals(data: bytes) -> None:
    long = bytes([60 << 2, len(data) - 1]) + data if len(data) <= 256 else bytes([61 << 2]) + struct.pack(
        "<H", len(data) - 1) + data  # fmt: skip
    assert snappy.expand(wire.encoded(len(data)) + long, 1000) == data


def test_snappy_copies() -> None:
    near = b"\x0b" + literal(b"abc") + bytes([(4 << 2) | 1, 3])  # 8 bytes from 3 back
    assert snappy.expand(near, 100) == b"abcabcabcab"
    far = b"\x09" + literal(b"abc") + bytes([(5 << 2) | 2]) + struct.pack("<H", 2)
    assert snappy.expand(far, 100) == b"abcbcbcbc"
    wide = b"\x05" + literal(b"abc") + bytes([(1 << 2) | 3]) + struct.pack("<I", 3)
    assert snappy.expand(wide, 100) == b"abcab"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xe8\x07", "a packed block of 1000 bytes"),
        (b"\x05" + bytes([(5 << 2) | 2]) + b"\x01\x00", "before its start"),
        (b"\x05" + literal(b"a") + bytes([1]), "cut off"),
        (b"\x05" + literal(b"a"), "of 1 bytes in place of 5"),
    ],
)
def test_snappy_that_is_damaged(data: bytes, what: str) -> None:
    with pytest.raises(DamagedError, match=what):
        snappy.expand(data, 100)


def test_what_is_a_table() -> None:
    assert table.is_table(Bytes(made(), "table"))
    assert not table.is_table(Bytes(MAGIC, "short"))
