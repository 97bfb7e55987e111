"""Zips that are no dumps: what people put together by hand."""

import json
from collections.abc import Callable

import pytest

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.tickets.dump import read

Zipped = Callable[..., bytes]
LOG = (
    b"2021-03-01 10:00:00.000000: W tensorflow/stream_executor/platform/default/dso_loader.cc:60] Could not load "
    b"dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file\n"
)
FREEZE = b"numpy==1.19.5\ntensorflow==2.4.1\n"


def test_texts_are_one_users_words(zipped: Zipped) -> None:
    found = read(
        zipped(
            {
                "logs/train.log": LOG,
                "pip freeze.txt": FREEZE,
                "train.py": b"import tensorflow as tf\n",
                "screen.png": b"\x89PNG\r\n\x1a\n\0\0",
                "more.zip": b"PK\x03\x04",
            }
        )
    )
    assert found.manifest is None
    assert found.snapshot is not None
    assert found.snapshot.origin == "ticket"
    assert "libcudnn.so.8" in str(found.snapshot.log)
    assert "import tensorflow" in str(found.snapshot.code)
    versions = {item.name: item.version for item in facts.known(found.snapshot.installation.distributions) or ()}
    assert versions["tensorflow"] == "2.4.1"
    assert "more.zip: an archive in the archive, not opened" in found.remarks
    assert "screen.png: is no text, ignored" in found.remarks
    assert set(found.members) == {"logs/train.log", "pip freeze.txt", "train.py"}


def test_where_it_stood_names_the_file(zipped: Zipped) -> None:
    found = read(zipped({"a.log": LOG, "freeze.txt": FREEZE}))
    places = {row.fact: row.source for row in found.understood}
    assert any(source.startswith("a.log: line 1") for source in places.values()), places
    assert any(source.startswith("freeze.txt: lines 1-2") for source in places.values()), places


def test_tickets_are_handed_on(zipped: Zipped) -> None:
    ticket = json.dumps({"id": "7", "log": "x"}).encode()
    lines = b"\n" + ticket + b"\n" + ticket + b"\n"
    found = read(
        zipped(
            {
                "t.json": ticket,
                "many.jsonl": lines,
                "empty.jsonl": b"\n",
                "package.json": b'{"name": "web", "version": "1"}',
                "deep.json": b"[" * 100_000,
                "latin.json": b'{"log": "\xe9"}',
            }
        )
    )
    assert found.snapshot is None
    assert found.documents == (("t.json", ticket), ("many.jsonl", lines))
    for name in ("package.json", "deep.json", "empty.jsonl", "latin.json"):
        assert f"{name}: is no ticket, ignored" in found.remarks


def test_a_long_log_keeps_its_ends(zipped: Zipped) -> None:
    middle = b"one more step of the training\n" * (1 << 16)
    found = read(zipped({"a.log": b"the beginning\n" + middle + LOG}))
    assert found.snapshot is not None
    assert "libcudnn.so.8" in str(found.snapshot.log)
    assert len(found.members["a.log"]) <= (1 << 20) + 1
    assert found.members["a.log"].startswith("the beginning")
    assert "of which the first" in found.remarks[0]


@pytest.mark.parametrize("files", [{}, {"a.png": b"\x89PNG\0"}, {"../a.txt": b"x"}, {"a/": b""}])
def test_nothing_to_read(zipped: Zipped, files: dict[str, bytes]) -> None:
    with pytest.raises(InputError, match="nothing in the zip can be read"):
        read(zipped(files))


def test_too_much_altogether(zipped: Zipped, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys.modules["tfdoctor.tickets.dump.read"], "_BUDGET", 1 << 20)
    found = read(zipped({"a.log": LOG, "b.log": b"x" * (2 << 20), "c.log": LOG}))
    assert set(found.members) == {"a.log"}
    assert "b.log: too much in this zip, ignored" in found.remarks


def test_a_damaged_file_among_others(zipped: Zipped) -> None:
    data = bytearray(zipped({"a.log": LOG, "b.log": FREEZE}))
    data[data.index(b"b.log") + 6] ^= 0xFF
    found = read(bytes(data))
    assert set(found.members) == {"a.log"}
    assert found.remarks[0].startswith("b.log: damaged")
