import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Callable

from tfdoctor import facts
from tfdoctor.tickets.dump import Content, Manifest, Origin, Redacted, write
from tfdoctor.tickets.dump.write import stamp

Dumped = Callable[..., tuple[bytes, Manifest]]


def test_the_same_content_gives_the_same_bytes(dumped: Dumped, machine: facts.Snapshot) -> None:
    log, code = Content("attachments/001-a.log", b"x", "log"), Content("attachments/002-b.py", b"y", "code")
    first, _ = dumped(machine, log, code)
    again, _ = dumped(machine, code, log)
    assert first == again


def test_a_dump_is_an_ordinary_zip(dumped: Dumped, machine: facts.Snapshot) -> None:
    data, manifest = dumped(machine, Content("load.log", b"Killed\n", "load-log"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", "load.log", "snapshot.json"]
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 21, 10, 45, 0)}
        assert {stat.filemode(info.external_attr >> 16) for info in archive.infolist()} == {"-rw-------"}
        stated = json.loads(archive.read("manifest.json"))
        assert stated["format"] == 1
        assert stated["redaction"] == {"on": True, "rules": {"home-path": 3}}
        for name, member in manifest.members.items():
            content = archive.read(name)
            assert (member.bytes, member.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert len(data) < len(facts.encode(machine)) / 2


def test_a_time_that_no_zip_can_state() -> None:
    for taken in ("", "1970-01-01T00:00:00Z", "nonsense"):
        data, manifest = write([], taken=taken, written_by=Origin(tool="1"), redaction=Redacted(on=False))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)
        assert manifest.taken == taken


def test_the_time_in_a_file_name() -> None:
    assert stamp("2026-11-21T10:45:00Z") == "20261121T104500Z"
    assert stamp("") == "unknown"
