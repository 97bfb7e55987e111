"""Zips that were made to do harm: none of them crashes, hangs, fills the memory or the disk."""

import io
import os
import random
import struct
import sys
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.tickets.dump import Content, Manifest, read

Dumped = Callable[..., tuple[bytes, Manifest]]
Zipped = Callable[..., bytes]
SNAPSHOT = facts.encode(facts.Snapshot(id="s"))


@contextmanager
def bounded(seconds: float, mebibytes: float) -> Iterator[None]:
    tracemalloc.start()
    began = time.monotonic()
    try:
        yield
        assert time.monotonic() - began < seconds
        assert tracemalloc.get_traced_memory()[1] < mebibytes * (1 << 20)
    finally:
        tracemalloc.stop()


def entry(name: str, mode: int = 0o100644, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    info.compress_type = method
    return info


@pytest.mark.parametrize(
    ("info", "said"),
    [
        (entry("../../etc/passwd"), "points out of the zip"),
        (entry("/etc/passwd"), "points out of the zip"),
        (entry("a/../../b"), "points out of the zip"),
        (entry("C:\\Windows\\win.ini"), "points out of the zip"),
        (entry("..\\up"), "points out of the zip"),
        (entry("link", 0o120777), "a link or a device"),
        (entry("fifo", 0o010644), "a link or a device"),
        (entry("zero", 0o020644), "a link or a device"),
        (entry("inner.zip"), "not opened"),
        (entry("inner.TAR.GZ"), "not opened"),
        (entry("a\x1b]0;owned\x07b"), "control characters"),
        (entry("a\nb"), "control characters"),
        (entry("squeezed", method=zipfile.ZIP_BZIP2), "method that is not read"),
        (entry("squeezed", method=zipfile.ZIP_LZMA), "method that is not read"),
    ],
)
def test_an_entry_that_is_left_alone(zipped: Zipped, info: zipfile.ZipInfo, said: str) -> None:
    found = read(zipped({"snapshot.json": SNAPSHOT}, (info, b"x")), members=True)
    assert found.snapshot is not None
    assert found.snapshot.id == "s"
    assert list(found.members) == []
    [remark] = [text for text in found.remarks if said in text]
    assert remark.isprintable()


def test_a_nul_in_a_name(zipped: Zipped) -> None:
    data = zipped({"snapshot.json": SNAPSHOT, "evil.txtXexe": b"x"}).replace(b"evil.txtX", b"evil.txt\0")
    found = read(data, members=True)
    assert "control characters" in found.remarks[0]
    assert not found.members


def test_a_name_given_twice(zipped: Zipped) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = zipped({"snapshot.json": SNAPSHOT}, (entry("snapshot.json"), facts.encode(facts.Snapshot(id="second"))))
    found = read(data)
    assert found.snapshot is not None
    assert found.snapshot.id == "s"
    assert "snapshot.json: named twice, the second is ignored" in found.remarks


def test_encrypted(zipped: Zipped) -> None:
    data = bytearray(zipped({"snapshot.json": SNAPSHOT, "notes.txt": b"x"}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    found = read(bytes(data), members=True)
    assert "notes.txt: encrypted, ignored" in found.remarks


def test_a_bomb_of_one_file(dumped: Dumped) -> None:
    many = b"\0" * (100 << 20)
    data = dumped(facts.Snapshot(), Content("attachments/001-a.log", many, "log"))[0]
    del many
    with bounded(20, 80):
        found = read(data, members=True)
    assert any("001-a.log: larger than" in remark for remark in found.remarks)


def test_a_bomb_in_the_snapshot(zipped: Zipped) -> None:
    data = zipped({"snapshot.json": b" " * (100 << 20)})
    with bounded(20, 120), pytest.raises(InputError, match="larger than"):
        read(data)


def test_a_bomb_of_many_files(dumped: Dumped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["tfdoctor.tickets.dump.read"], "_BUDGET", 5 << 20)
    logs = [Content(f"attachments/{number:03}-a.log", b"A" * (1 << 20), "log") for number in range(30)]
    found = read(dumped(facts.Snapshot(), *logs)[0], members=True)
    assert 3 << 20 < sum(map(len, found.members.values())) <= 5 << 20
    assert any("larger than" in remark for remark in found.remarks)


def test_declared_sizes_are_not_believed(zipped: Zipped) -> None:
    data = bytearray(zipped({"a.txt": b"B" * (40 << 20)}))
    for sign, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rindex(sign)
        data[at + place : at + place + 4] = struct.pack("<I", 10)
    with bounded(10, 30), pytest.raises(InputError, match="damaged"):
        read(bytes(data))


def test_entries_over_each_other(zipped: Zipped) -> None:
    data = zipped({"snapshot.json": SNAPSHOT, "load.log": b"one" * 99})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.getinfo("load.log")
    directory = data.index(b"PK\x01\x02")
    rows = data[directory : data.index(b"PK\x05\x06")]
    row = rows[rows.rindex(b"PK\x01\x02") :]
    twin = row.replace(b"load.log", b"load.lag")
    assert struct.unpack("<I", row[42:46])[0] == first.header_offset
    whole = rows + twin
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, len(whole), directory, 0)
    found = read(data[:directory] + whole + end, members=True)
    assert "load.lag: lies over another file in the zip, ignored" in found.remarks
    assert list(found.members) == ["load.log"]


def test_a_wrong_checksum(zipped: Zipped) -> None:
    data = bytearray(zipped({}, (entry("snapshot.json", method=zipfile.ZIP_STORED), SNAPSHOT)))
    data[data.index(b'"id":"s"') + 6] ^= 1
    with pytest.raises(InputError, match="damaged"):
        read(bytes(data))


def test_cut_off_anywhere(dumped: Dumped) -> None:
    data = dumped(facts.Snapshot())[0]
    for length in range(0, len(data), 7):
        with pytest.raises(InputError):
            read(data[:length])


def test_too_many_entries(zipped: Zipped) -> None:
    data = zipped({f"{number}.txt": b"" for number in range(100_000)})
    with bounded(5, 60), pytest.raises(InputError, match="lists too many files"):
        read(data)
    data = zipped({f"{number}": b"" for number in range(10_001)})
    with pytest.raises(InputError, match="more than 10000 files"):
        read(data)


@pytest.mark.parametrize("wide", [False, True])
def test_a_list_of_entries_that_lies_about_its_length(zipped: Zipped, *, wide: bool) -> None:
    data = bytearray(zipped({"a.txt": b"x"}))
    at = data.rindex(b"PK\x05\x06")
    data[at + 12 : at + 16] = b"\xff\xff\xff\xff" if wide else b"\x00\x00\x00\x7f"
    with pytest.raises(InputError):
        read(bytes(data))


def test_zip64_is_read(dumped: Dumped) -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("snapshot.json", "w", force_zip64=True) as file,
    ):
        file.write(SNAPSHOT)
    assert read(buffer.getvalue()).snapshot == facts.decode(SNAPSHOT)
    del dumped


def test_a_long_comment_and_something_before_the_zip(zipped: Zipped) -> None:
    comment = os.urandom(65_000) + b"PK\x05\x06" + b"\0" * 10
    assert read(zipped({"snapshot.json": SNAPSHOT}, comment=b"c" * 65_535)).snapshot is not None
    try:
        found = read(zipped({"snapshot.json": SNAPSHOT}, comment=comment))
    except InputError:
        pass
    else:
        assert found.snapshot is not None
    assert read(b"#!/bin/sh\nexit 1\n" + zipped({"snapshot.json": SNAPSHOT})).snapshot is not None


def test_more_remarks_than_anybody_reads(zipped: Zipped) -> None:
    entries = [(entry(f"../{number}"), b"") for number in range(500)]
    found = read(zipped({"snapshot.json": SNAPSHOT}, *entries))
    assert len(found.remarks) <= 25
    assert found.remarks[-1].startswith("and 48")


@pytest.mark.parametrize("seed", range(40))
def test_random_damage(dumped: Dumped, machine: facts.Snapshot, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  reproducible damage, no secret
    data = bytearray(dumped(machine, Content("load.log", b"Killed\n" * 50, "load-log"))[0])
    for _ in range(dice.randint(1, 8)):
        at = dice.choice([dice.randrange(len(data)), len(data) - 1 - dice.randrange(400)])
        data[at] = dice.randrange(256)
    said: tuple[str, ...]
    try:
        said = read(bytes(data), members=True).remarks
    except InputError as error:
        said = (str(error),)
    assert all(text.isprintable() for text in said)
