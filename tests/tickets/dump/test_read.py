import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tfdoctor import facts
from tfdoctor.errors import InputError
from tfdoctor.tickets.dump import Content, Manifest, is_archive, read

Dumped = Callable[..., tuple[bytes, Manifest]]
Zipped = Callable[..., bytes]


def test_what_is_written_is_read(dumped: Dumped, machine: facts.Snapshot, tmp_path: Path) -> None:
    data, manifest = dumped(machine, Content("attachments/001-run.log", b"Killed\n", "log"))
    path = tmp_path / "tfdoctor-x.zip"
    path.write_bytes(data)
    for source in (data, path):
        found = read(source)
        assert (found.snapshot, found.manifest, found.remarks) == (machine, manifest, ())
        assert found.members == {}
        assert (found.documents, found.understood) == ((), ())
    texts = read(data, members=True).members
    assert texts["attachments/001-run.log"] == "Killed\n"
    assert set(texts) == {"manifest.json", "attachments/001-run.log"}
    assert is_archive(data)
    assert not is_archive(b"{}")


def test_a_dump_that_was_unpacked_and_packed_again(zipped: Zipped, machine: facts.Snapshot, dumped: Dumped) -> None:
    manifest = msgspec.json.encode(dumped(machine)[1])
    data = zipped(
        {
            "tfdoctor-x/manifest.json": manifest,
            "tfdoctor-x/snapshot.json": facts.encode(machine),
            "__MACOSX/tfdoctor-x/._snapshot.json": b"\0",
            "tfdoctor-x/.DS_Store": b"\0",
        }
    )
    found = read(data)
    assert found.snapshot == machine
    assert found.remarks == ()


def test_only_the_first_of_several_dumps(zipped: Zipped, machine: facts.Snapshot, dumped: Dumped) -> None:
    manifest = msgspec.json.encode(dumped(machine)[1])
    other = facts.encode(facts.Snapshot(id="other"))
    data = zipped(
        {
            "a/b/manifest.json": manifest, "a/b/snapshot.json": other,
            "a/manifest.json": manifest, "a/snapshot.json": facts.encode(machine),
        }
    )  # fmt: skip
    found = read(data)
    assert found.snapshot == machine
    assert "a/b/: another dump in the same zip, ignored" in found.remarks


def test_a_dump_that_was_changed(zipped: Zipped, machine: facts.Snapshot, dumped: Dumped) -> None:
    manifest = msgspec.json.encode(dumped(machine, Content("load.log", b"x", "load-log"))[1])
    data = zipped(
        {"manifest.json": manifest, "snapshot.json": facts.encode(facts.Snapshot(id="mine")), "notes.txt": b"hello"}
    )
    found = read(data)
    assert found.snapshot is not None
    assert found.snapshot.id == "mine"
    assert found.remarks == (
        "load.log: named in the manifest, not in the dump",
        "notes.txt: not named in the manifest",
        "snapshot.json: changed after the dump was written",
    )


def test_a_dump_without_a_usable_manifest(zipped: Zipped, machine: facts.Snapshot) -> None:
    for files in ({}, {"manifest.json": b"[]"}, {"manifest.json": b"[" * 100_000}, {"manifest.json": b"\xff"}):
        found = read(zipped({"snapshot.json": facts.encode(machine)} | files))
        assert found.snapshot == machine
        assert found.manifest is None
        assert "manifest" in found.remarks[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "snapshot.json"),
        (b'{"type": "Snapshot", "origin": "moon"}', r"\$.origin"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"type": "Snapshot", "id": "\xff"}', "snapshot.json"),
    ],
)
def test_a_dump_without_a_usable_snapshot(zipped: Zipped, content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=f"^ticket 5: .*{said}"):
        read(zipped({"snapshot.json": content}), place="ticket 5")


def test_a_newer_dump_says_what_is_ignored(zipped: Zipped, machine: facts.Snapshot, dumped: Dumped) -> None:
    newer = json.loads(facts.encode(machine)) | {"schema_version": 2, "weather": "fine"}
    manifest = json.loads(msgspec.json.encode(dumped(machine)[1])) | {"format": 2, "signature": "…"}
    manifest["members"] = {}
    found = read(zipped({"snapshot.json": json.dumps(newer).encode(), "manifest.json": json.dumps(manifest).encode()}))
    assert found.snapshot == machine
    assert found.manifest is not None
    assert "the dump is of a newer format (2, this tfdoctor knows 1); ignored: signature" in found.remarks
    assert "snapshot.json: written by a newer tfdoctor (schema 2, this one knows 1)" in found.remarks
    assert any(remark.endswith("ignored: weather") for remark in found.remarks)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read(tmp_path / "none.zip")
    with pytest.raises(InputError, match="directory"):
        read(tmp_path)
