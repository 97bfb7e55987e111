import codecs
import gzip
import io
from collections.abc import Iterator

import pytest

from tfdoctor.errors import InputError
from tfdoctor.tickets.inputs import content


def read(data: bytes) -> bytes:
    return b"".join(content.chunks(io.BytesIO(data)))


@pytest.mark.parametrize(
    "data",
    [
        "Größe 日本\n".encode(),
        codecs.BOM_UTF8 + "Größe 日本\n".encode(),
        "Größe 日本\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "Größe 日本\n".encode("utf-16-be"),
        gzip.compress("Größe 日本\n".encode()),
        gzip.compress("Größe ".encode()) + gzip.compress("日本\n".encode()),
        gzip.compress("Größe 日本\n".encode()) + b"\x00" * 512,
        gzip.compress("Größe 日本\n".encode("utf-16")),
    ],
)
def test_every_encoding_becomes_utf_8(data: bytes) -> None:
    assert read(data).decode() == "Größe 日本\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_recognised(encoding: str) -> None:
    assert read("TensorFlow version: 2.4.1\n".encode(encoding)) == b"TensorFlow version: 2.4.1\n"


def test_a_byte_at_a_time() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(1 if size else size)

    assert b"".join(content.chunks(Slow(gzip.compress(b"slow")))) == b"slow"
    assert b"".join(content.chunks(Slow(b"ab"))) == b"ab"
    assert b"".join(content.chunks(Slow("ab\n".encode("utf-16")))) == b"ab\n"


@pytest.mark.parametrize("cut", [12, 40, -1])
def test_damaged_gzip_is_told(cut: int) -> None:
    with pytest.raises(InputError, match="damaged gzip"):
        read(gzip.compress(bytes(range(256)) * 9)[:cut])
    with pytest.raises(InputError, match="damaged gzip"):
        read(gzip.compress(b"x")[:10] + b"\xff\xff\xff\xff\xff\xff")


def test_a_gzip_bomb_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "STREAM_LIMIT", 1 << 20)
    seen: list[int] = []
    with pytest.raises(InputError, match="when unpacked"):
        seen.extend(len(part) for part in content.chunks(io.BytesIO(gzip.compress(bytes(1 << 26)))))
    assert max(seen) <= content.CHUNK
    assert sum(seen) <= 1 << 20


def parts(text: bytes, size: int) -> Iterator[bytes]:
    return (text[at : at + size] for at in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_lines_are_numbered_and_the_long_one_is_skipped(size: int) -> None:
    text = b"one\r\n\n  \n" + b"x" * 50 + b"\nfive\n" + b"y" * 50
    found = list(content.lines(parts(text, size), limit=20))
    assert found == [(1, b"one"), (4, None), (5, b"five"), (6, None)]
    assert list(content.lines([b"a\n", b"b"])) == [(1, b"a"), (2, b"b")]
    assert list(content.lines([])) == []


def test_bounded() -> None:
    assert content.bounded([b"ab", b"c"]) == b"abc"
    with pytest.raises(InputError, match="larger than 1 MiB"):
        content.bounded(iter([b"x" * (1 << 20), b"y"]), 1 << 20)


@pytest.mark.parametrize("size", [7, 64, 4096])
def test_of_a_long_text_head_and_tail_are_read(size: int) -> None:
    text = b"".join(b"line %d\n" % number for number in range(1000))
    data, remarks = content.ends(parts(text, size), half=100)
    shown = data.decode().splitlines()
    assert shown[0] == "line 0"
    assert shown[-1] == "line 999"
    [mark] = [line for line in shown if "left out" in line]
    left = len(text) - (len(data) - len(mark) - 1)
    assert mark == f"[{left} bytes left out]"
    assert remarks[0].startswith(f"{left} of {len(text)} bytes")
    assert len(data) < 260
    assert content.ends(parts(text, size), half=len(text) // 2) == (text, ())


def test_one_endless_line_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "STREAM_LIMIT", 10_000)
    data, remarks = content.ends((b"x" * 1000 for _ in iter(int, 1)), half=100)
    assert 200 <= len(data) < 300
    assert remarks


def test_of_a_long_file_the_middle_is_not_read() -> None:
    text = b"".join(b"line %d\n" % number for number in range(1000))
    for data in (text, b"\xef\xbb\xbf" + text):
        assert content.ends_of(io.BytesIO(data), half=100)[0].splitlines()[-1] == b"line 999"
    assert content.ends_of(io.BytesIO(text), half=100) == content.ends([text], half=100)
    assert content.ends_of(io.BytesIO(text[:150]), half=100) == (text[:150], ())
    for packed in (gzip.compress(text), text.decode().encode("utf-16")):
        assert content.ends_of(io.BytesIO(packed), half=20) == content.ends([text], half=20)
