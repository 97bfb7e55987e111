import io
import json
from pathlib import Path

import pytest

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.tickets.read import Entry, Rejected, read_inputs, read_one


def ids(*paths: Path | str) -> list[str]:
    return [entry.id for entry in read_inputs([str(path) for path in paths]) if isinstance(entry, Entry)]


def bad(*paths: Path | str) -> list[Rejected]:
    return [entry for entry in read_inputs([str(path) for path in paths]) if isinstance(entry, Rejected)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_text('{\n"id": "one"}')
    (tmp_path / "b.jsonl").write_bytes(b'\xef\xbb\xbf{"id": "two"}\r\n\n{"environment": {}}\n')
    (tmp_path / "c.json").write_bytes(facts.encode(facts.Snapshot(id="three")))
    (tmp_path / "d.bin").write_text("no ticket")
    return tmp_path


def test_files_and_folders(folder: Path) -> None:
    assert ids(folder / "a.json") == ["one"]
    assert ids(folder / "b.jsonl") == ["two", "b:3"]
    assert ids(folder) == ["one", "two", "b:3", "three"]
    assert read_one(str(folder / "c.json")).snapshot.origin == "machine"


def test_a_ticket_may_mention_the_word_snapshot(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"log": "Snapshot", "title": "Snapshot"}')
    found = read_one(str(tmp_path / "t.json"))
    assert (found.id, found.snapshot.log) == ("t", "Snapshot")


def test_several_objects_in_a_json_file_are_lines(tmp_path: Path) -> None:
    (tmp_path / "many.json").write_text('{"id": 1}\n{"id": 2}\n')
    assert ids(tmp_path / "many.json") == ["1", "2"]


def test_an_object_spread_over_lines(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{\n{"id": 1}')
    assert [row.place for row in bad(tmp_path / "one.json")] == [str(tmp_path / "one.json")]
    (tmp_path / "two.json").write_text(json.dumps({"id": 5, "environment": {"os": "Linux"}}, indent=1))
    assert ids(tmp_path / "two.json") == ["5"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Standard:
        buffer = io.BytesIO(b'{"id": "in"}')

    monkeypatch.setattr("sys.stdin", Standard())
    assert ids("-") == ["in"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b'{"id": 1}\n{"environment": []}\n', "line 2"),
        (b'{"id": 1}\nnonsense\n', "line 2"),
        (b"\xff\xfe\x00", "line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"type": "Snapshot", "origin": "moon"}', "$.origin"),
    ],
)
def test_malformed_lines_are_named(tmp_path: Path, content: bytes, text: str) -> None:
    (tmp_path / "bad.jsonl").write_bytes(content)
    [found] = bad(tmp_path / "bad.jsonl")
    assert "bad.jsonl: line" in found.place
    assert text in f"{found.place}: {found.reason}"


def test_missing_files_and_empty_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_one(str(tmp_path / "none.json"))
    with pytest.raises(InputError, match="holds no"):
        read_one(str(tmp_path))
    (tmp_path / "two.jsonl").write_text("{}\n{}\n")
    with pytest.raises(InputError, match="several"):
        read_one(str(tmp_path))
