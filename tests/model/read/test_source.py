"""Bounded access to bytes."""

import io
import os
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tfdoctor.errors import InputError
from tfdoctor.model.read.source import WHOLE, Bytes, DamagedError, File, Window, stream


def test_bytes_at_places() -> None:
    source = Bytes(b"0123456789", "digits")
    assert (source.at(2, 3), source.at(8, 9), source.at(10, 1), source.at(-1, 3)) == (b"234", b"89", b"", b"")
    assert source.exactly(0, 10) == source.whole() == b"0123456789"
    source.close()


def test_what_is_not_there_or_too_much() -> None:
    source = Bytes(b"0123456789", "digits")
    with pytest.raises(DamagedError, match="digits: 5 bytes are expected at 8, 2 are there"):
        source.exactly(8, 5)
    with pytest.raises(DamagedError, match="more than are read at once"):
        source.exactly(0, WHOLE + 1)
    with pytest.raises(DamagedError, match="10 bytes, more than the 9"):
        source.whole(9)


def test_a_part_of_another_source() -> None:
    part = Window(Bytes(b"0123456789", "digits"), 4, 100, "part")
    assert (part.size, part.at(1, 2), part.whole()) == (6, b"56", b"456789")


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123")
    with closing(File(tmp_path / "a")) as source:
        assert (source.name, source.size, source.at(1, 2)) == ("a", 4, b"12")
    with closing(File(tmp_path / "a", "other")) as source:
        assert source.name == "other"


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name, what in [("pipe", "not a regular file"), ("gone", "No such file"), ("loop", "Too many levels")]:
        with pytest.raises(InputError, match=what):
            File(tmp_path / name)
    with pytest.raises(InputError, match="not a regular file"):
        File(Path("/dev/zero"))
    with pytest.raises(InputError, match="not a name"):
        File(Path("a\0b"))


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(100))
    with closing(File(path)) as source:
        os.truncate(path, 10)
        with pytest.raises(DamagedError, match="50 bytes are expected at 0, 10 are there"):
            source.exactly(0, 50)


def test_a_source_as_a_file_for_zipfile() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "inside")
    with stream(Bytes(buffer.getvalue(), "zip")) as file, zipfile.ZipFile(file) as archive:
        assert archive.read("a.txt") == b"inside"
    with stream(Bytes(b"abc", "text")) as file:
        assert (file.seek(-1, io.SEEK_END), file.read(), file.tell(), file.seekable()) == (2, b"c", 3, True)
        with pytest.raises(OSError, match="before the start"):
            file.seek(-9, io.SEEK_CUR)
