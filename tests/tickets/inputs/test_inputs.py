import gzip
import io
import json
import os
import random
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from tfdoctor import facts
from tfdoctor.tickets.inputs import content, readers, split
from tfdoctor.tickets.inputs.entry import Entry, Piece, Rejected
from tfdoctor.tickets.read import read_inputs

ISSUE = "**System information**\n- TensorFlow version: 2.4.1\n- Python version: 3.8\n"
TICKET = {"environment": {"tf_version": "2.4.1"}}


def read(*paths: Path | str) -> list[Entry | Rejected]:
    return list(read_inputs([str(path) for path in paths]))


def entries(*paths: Path | str) -> list[Entry]:
    found = read(*paths)
    assert all(isinstance(entry, Entry) for entry in found), found
    return [entry for entry in found if isinstance(entry, Entry)]


def reason(path: Path | str) -> str:
    [found] = read(path)
    assert isinstance(found, Rejected)
    return found.reason


def written(path: Path, data: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.json", json.dumps(TICKET)),
        ("t.json", json.dumps(TICKET, indent=2).encode("utf-16")),
        ("t.txt", json.dumps(TICKET)),
        ("t.log", json.dumps(TICKET, indent=2)),
        ("t.jsonl", json.dumps(TICKET)),
        ("t.json.gz", gzip.compress(json.dumps(TICKET).encode())),
        ("t", b"\xef\xbb\xbf" + json.dumps(TICKET).encode()),
        ("t.md", ISSUE),
        ("t.json", ISSUE.encode("utf-16")),
        ("t.out", ISSUE.encode("utf-16-le")),
        ("t.log.gz", gzip.compress(ISSUE.encode())),
        ("t.json", json.dumps([TICKET])),
        ("t.json", json.dumps({"number": 12, "title": "it fails", "body": ISSUE})),
        ("t.txt", facts.encode(facts.Snapshot(tensorflow=facts.TensorFlow(version="2.4.1")))),
    ],
)
def test_what_a_file_is_follows_from_its_content(tmp_path: Path, name: str, data: bytes | str) -> None:
    if name == "t.json" and isinstance(data, bytes) and b"S\x00y\x00s" in data:
        assert "JSON" in reason(written(tmp_path / name, data))  # it says that it is JSON, and is not
        return
    [entry] = entries(written(tmp_path / name, data))
    assert entry.snapshot.tensorflow.version == "2.4.1"
    assert entry.id in {"t", "t:1", "12"}


def test_an_array_and_lines_under_any_name(tmp_path: Path) -> None:
    assert [e.id for e in entries(written(tmp_path / "a.json", '[{"id": 1}, {"title": "x"}]'))] == ["1", "a:2"]
    assert [e.id for e in entries(written(tmp_path / "b.txt", '{"id": 1}\n\n{"id": 2}'))] == ["1", "2"]
    assert [e.id for e in entries(written(tmp_path / "c.jsonl.gz", gzip.compress(b'{"id": 1}\n{"id": 2}')))] == [
        "1",
        "2",
    ]
    long = json.dumps({"id": 1, "log": "x" * 100_000})
    assert [e.id for e in entries(written(tmp_path / "d.json", f"{long}\n{long}"))] == ["1", "1"]
    assert "array" in reason(written(tmp_path / "e.json", "[1]")) or "object" in reason(tmp_path / "e.json")
    assert reason(written(tmp_path / "f.json", "[{]"))
    assert reason(written(tmp_path / "g.json", "[" * 100_000)) == "nested too deeply"
    assert entries(written(tmp_path / "h.txt", "{not json} is text")) != []
    assert entries(written(tmp_path / "i.txt", "[1/2] Building\nTensorFlow version: 2.4.1"))


def test_free_text_says_what_was_understood(tmp_path: Path) -> None:
    [entry] = entries(written(tmp_path / "issue.md", ISSUE + "\xff".encode("latin-1").decode("latin-1")))
    assert any(row.fact == "environment.tf_version" and "line 2" in row.source for row in entry.understood)
    [wrong] = entries(written(tmp_path / "wrong.md", ISSUE.encode() + b"\xff\xfe"))
    assert "no UTF-8" in wrong.remarks[0]


def test_a_zip_of_texts_and_tickets(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("issue.md", ISSUE)
        archive.writestr("more/tickets.jsonl", '{"id": "x", "log": "y"}\n{"environment": 7}\n')
    text, ticket, bad = read(tmp_path / "a.zip")
    assert isinstance(text, Entry)
    assert text.snapshot.tensorflow.version == "2.4.1"
    assert isinstance(ticket, Entry)
    assert ticket.id == "x"
    assert isinstance(bad, Rejected)
    assert "tickets.jsonl: line 2" in bad.place
    assert text.id == "a"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"\x7fELF\x00\x01", "a program"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "a 7z archive"),
        (gzip.compress(gzip.compress(b"x")), "gzip file in a gzip file"),
        (bytes(range(20)) * 90, "binary data"),
        (b'{"id": ', "truncated"),
        (b'{"name": "left-pad"}', "none of a ticket's keys"),
        (b"[1, 2]", "a ticket is a JSON object, and this is a number"),
        (b"[]", "no ticket is in the list"),
        (random.Random(7).randbytes(5000), "binary data"),  # noqa: S311  no secret
        (b'{"schema_version": 1, "id": "x", "findings": []}', "an answer of tfdoctor"),
        (b'{"type": "Snapshot", "origin": "moon"}', "$.origin"),
        (gzip.compress(b'{"id": 1}' * 99)[:30], "damaged gzip"),
        (b"PK\x03\x04" + bytes(50), "zip"),
    ],
)
def test_what_cannot_be_read_has_a_reason(tmp_path: Path, data: bytes, said: str) -> None:
    found = read(written(tmp_path / "t.json", data))
    assert all(isinstance(entry, Rejected) and said in entry.reason for entry in found), found
    assert found


def test_what_says_nothing_is_not_taken_for_faultless(tmp_path: Path) -> None:
    [empty] = read(written(tmp_path / "a.json", b"{}"))
    [said] = read(written(tmp_path / "b.txt", b"Hello\nI have a question about my invoice.\nBye"))
    assert isinstance(empty, Entry)
    assert isinstance(said, Entry)
    assert empty.remarks == ("the ticket states nothing",)
    assert said.remarks == ("nothing in the text was understood",)


def test_an_empty_name_is_not_the_current_folder() -> None:
    assert list(read_inputs([""])) == [Rejected("''", "an empty name is no input; the current folder is .")]


def test_empty_texts_and_odd_names(tmp_path: Path) -> None:
    assert reason(written(tmp_path / "t.txt", " \n")) == "it is empty"
    assert "null" in reason("a\x00b") or "embedded" in reason("a\x00b")
    assert reason("/dev/zero" if Path("/dev/zero").exists() else tmp_path / "none")
    [entry] = entries(written(tmp_path / "issue-2.4", ISSUE))
    assert entry.id == "issue-2.4"


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
def test_a_folder_is_walked_in_order_and_never_left(tmp_path: Path) -> None:
    folder = tmp_path / "tickets"
    written(folder / "b" / "2.json", '{"title": "x"}')
    written(folder / "a.json", '{"id": "first"}')
    written(folder / "c.md", ISSUE)
    written(folder / "d.log", bytes(range(20)) * 90)
    written(folder / "model.h5", b"\x89HDF")
    written(folder / ".secret.json", "{}")
    written(tmp_path / "outside.json", '{"id": "outside"}')
    (folder / "loop").symlink_to(folder)
    (folder / "out.json").symlink_to(tmp_path / "outside.json")
    os.mkfifo(folder / "pipe.json")
    skipped: Counter[str] = Counter()
    found = list(split.pieces([str(folder)], skipped))
    assert [piece.id for piece in found] == ["a", "b/2", "c"]
    assert skipped == {"hidden": 1, "a link": 2, "no regular file": 1, "of another kind": 1, "binary": 1}
    assert [e.id for e in entries(folder)] == ["first", "b/2", "c"]
    written(tmp_path / "empty" / "x.png", b"")
    assert "holds no" in reason(tmp_path / "empty")


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    written(tmp_path / "a" / "a.json", "{}").chmod(0)
    (tmp_path / "a" / "b").mkdir(mode=0)
    assert [row.reason for row in read(tmp_path / "a") if isinstance(row, Rejected)] == ["Permission denied"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
@pytest.mark.parametrize("data", [json.dumps(TICKET), ISSUE, json.dumps(TICKET) + "\n" + json.dumps(TICKET)])
def test_a_pipe_is_read_once(data: str) -> None:
    reader, writer = os.pipe()
    os.write(writer, data.encode())
    os.close(writer)
    try:
        found = entries(f"/dev/fd/{reader}")
    finally:
        os.close(reader)
    assert {entry.snapshot.tensorflow.version for entry in found} == {"2.4.1"}


def test_a_zip_through_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("issue.md", ISSUE)

    class Standard:
        buffer: io.BytesIO

    Standard.buffer = io.BytesIO(buffer.getvalue())
    monkeypatch.setattr("sys.stdin", Standard())
    [entry] = entries("-")
    assert entry.snapshot.tensorflow.version == "2.4.1"
    monkeypatch.setattr("sys.stdin", None)
    assert reason("-") == "it is closed"


def test_long_lines_and_long_texts_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "OBJECT_LIMIT", 1 << 20)
    monkeypatch.setattr(content, "TEXT_HALF", 1 << 12)
    monkeypatch.setattr(content.lines, "__defaults__", (1 << 20,))
    monkeypatch.setattr(content.bounded, "__defaults__", (1 << 20,))
    monkeypatch.setattr(content.ends_of, "__defaults__", (1 << 12,))
    big = json.dumps({"id": "big", "log": "x" * (2 << 20)})
    [first, bad, last] = read(written(tmp_path / "a.jsonl", f'{{"id": 1}}\n{big}\n{{"id": 3}}\n'))
    assert isinstance(first, Entry)
    assert isinstance(last, Entry)
    assert isinstance(bad, Rejected)
    assert (bad.place, bad.reason) == (f"{tmp_path / 'a.jsonl'}: line 2", "the line is larger than 1 MiB")
    assert reason(written(tmp_path / "b.json", big)) == "larger than 1 MiB"
    [entry] = entries(written(tmp_path / "c.log", ISSUE + "noise\n" * 100_000 + "the end\n"))
    assert entry.snapshot.tensorflow.version == "2.4.1"
    assert "were not read" in entry.remarks[0]


def test_a_file_that_vanishes_is_rejected(tmp_path: Path) -> None:
    piece = Piece("gone.md", "gone", "text", path=str(tmp_path / "gone.md"))
    assert list(readers.read(piece)) == [Rejected("gone.md", "No such file or directory", "gone")]


def test_a_snapshot_of_a_newer_tfdoctor_says_what_is_ignored(tmp_path: Path) -> None:
    data = json.loads(facts.encode(facts.Snapshot(id="new"))) | {"schema_version": 7, "weather": "rain"}
    [entry] = entries(written(tmp_path / "new.json", json.dumps(data)))
    assert entry.id == "new"
    assert any("newer" in remark for remark in entry.remarks)
    assert any("weather" in remark for remark in entry.remarks)
