"""`tfdoctor dump`: what it writes, where, and what it says."""

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import ended
from tfdoctor import facts
from tfdoctor.cli import _members
from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.probes import take_snapshot
from tfdoctor.render import dump
from tfdoctor.render.view import view
from tfdoctor.tickets.dump import Attachment, read
from tfdoctor.tickets.dump.attach import take
from tfdoctor.tickets.redact import Identity, Redactor

SCHEMAS = Path(tfdoctor.__file__).parent / "schemas"
MACHINES = sorted((Path(__file__).parent.parent / "machines").glob("*/snapshot.json"))
MATRIX = Matrix.locate()
ALWAYS = {"manifest.json", "snapshot.json", "diagnosis.json", "report.txt", "report.html", "freeze.txt"}
Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command in an empty folder and return its exit code."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def call(*words: str) -> int:
        return ended(monkeypatch, *words)

    return call


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "here"


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def only(folder: Path) -> Path:
    [path] = folder.iterdir()
    return path


def test_one_file_with_everything(run: Run, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dump") == 0
    path = only(here)
    said = capsys.readouterr()
    assert said.out == f"{path}\n"
    assert path.name.startswith("tfdoctor-2")
    assert stat.filemode(path.stat().st_mode) == "-rw-------"
    inside = members(path)
    assert set(inside) >= ALWAYS
    manifest = json.loads(inside["manifest.json"])
    assert manifest["redaction"]["on"] is True
    assert manifest["written_by"] == {
        "tool": tfdoctor.__version__, "matrix": MATRIX.version, "digest": MATRIX.digest,
    }  # fmt: skip
    assert path.name == f"tfdoctor-{manifest['taken'].replace('-', '').replace(':', '')}.zip"
    jsonschema.validate(manifest, json.loads((SCHEMAS / "manifest.json").read_text()))
    jsonschema.validate(json.loads(inside["diagnosis.json"]), json.loads((SCHEMAS / "diagnosis.json").read_text()))
    assert "pytest==" in inside["freeze.txt"].decode()
    for name in set(inside) - {"manifest.json"}:
        assert name in said.err
    assert f"tfdoctor triage {path.name}" in said.err


def test_as_json(run: Run, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dump", "--format", "json", "--quiet") == 0
    said = capsys.readouterr()
    assert said.err == ""
    written = json.loads(said.out)
    jsonschema.validate(written, json.loads((SCHEMAS / "dump.json").read_text()))
    data = only(here).read_bytes()
    assert (written["path"], written["size"]) == (str(only(here)), len(data))
    assert written["sha256"] == hashlib.sha256(data).hexdigest()


def test_nothing_private_is_left_unless_asked_for(
    run: Run, here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"  # noqa: S105  the example of the documentation
    log = tmp_path / "train.log"
    log.write_text(f"login as jane.doe@corp.example\nAWS_ACCESS_KEY_ID={secret}\nImportError: DLL load failed\n")
    assert run("dump", "--attach", str(log)) == 0
    closed = b"".join(members(only(here)).values())
    assert secret.encode() not in closed
    assert b"jane.doe" not in closed
    assert b"ImportError: DLL load failed" in closed
    only(here).unlink()
    assert run("dump", "--attach", str(log), "--no-redact") == 0
    path = only(here)
    assert path.name.endswith("-UNREDACTED.zip")
    assert members(path)["attachments/001-train.log"] == log.read_bytes()
    assert "NOT REDACTED" in capsys.readouterr().err
    assert json.loads(members(path)["manifest.json"])["redaction"] == {"on": False, "rules": {}}


def test_the_users_own_error_is_diagnosed(run: Run, here: Path, tmp_path: Path) -> None:
    log = tmp_path / "my.log"
    log.write_text(
        "AttributeError: _ARRAY_API not found\nA module that was compiled using NumPy 1.x cannot be run in\n"
    )
    code = tmp_path / "train.py"
    code.write_text("import tensorflow as tf\n")
    assert run("dump", "--attach", str(log), "--attach", str(code)) == 0
    found = read(only(here)).snapshot
    assert found is not None
    assert found.log == log.read_text()
    assert found.code == code.read_text()


@pytest.mark.parametrize("name", ["/does/not/exist", "folder", "/dev/null"])
def test_a_patient_that_cannot_be_examined_is_dumped_all_the_same(
    run: Run, here: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    python = name if name.startswith("/") else str(tmp_path / name)
    assert run("dump", "--python", python) == 0
    inside = members(only(here))
    assert set(inside) >= ALWAYS
    found = facts.decode(inside["snapshot.json"])
    assert found.failures[0].probe == "patient"
    assert isinstance(found.system.os, str)
    assert inside["freeze.txt"].decode().startswith("# the installed distributions are not known")
    assert json.loads(inside["diagnosis.json"])["primary"] == "probe-crashed"


def test_probes_that_crash(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> facts.Snapshot:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tfdoctor.probes.take_snapshot", crash)
    monkeypatch.setattr("tfdoctor.probes.take_host", crash)
    assert run("dump") == 0
    found = facts.decode(members(only(here))["snapshot.json"])
    assert [failure.probe for failure in found.failures] == ["patient", "host"]
    only(here).unlink()
    assert run("dump", "--debug") == 70
    assert list(here.iterdir()) == []


def test_a_report_that_crashes_is_left_out(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("in /home/jane/render.py")

    monkeypatch.setattr("tfdoctor.render.text.show", crash)
    assert run("dump") == 0
    inside = members(only(here))
    assert "report.txt" not in inside
    assert "ZeroDivisionError" in json.loads(inside["manifest.json"])["left_out"]["report.txt"]
    assert b"jane" not in b"".join(inside.values())
    only(here).unlink()
    monkeypatch.setattr("tfdoctor.diagnose.diagnose", crash)
    assert run("dump") == 0
    assert {"diagnosis.json", "report.txt", "report.html"} & set(members(only(here))) == set()


def test_where_it_is_written(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    assert run("dump", "-o", str(folder), "-q") == 0
    assert capsys.readouterr().out == f"{only(folder)}\n"
    for given, name in (("a.zip", "a.zip"), ("b", "b.zip")):
        assert run("dump", "-o", str(tmp_path / given), "-q") == 0
        assert capsys.readouterr().out == f"{tmp_path / name}\n"
    assert run("dump", "-o", str(tmp_path / "c.zip"), "-q", "--no-redact") == 0
    assert capsys.readouterr().out == f"{tmp_path / 'c-UNREDACTED.zip'}\n"


def test_two_dumps_of_the_same_second(tmp_path: Path) -> None:
    from tfdoctor.cli._place import place

    target = place(str(tmp_path), redacted=False)
    names = [target.save(b"x", "20261121T104500Z").name for _ in range(3)]
    assert names == [f"tfdoctor-20261121T104500Z{number}-UNREDACTED.zip" for number in ("", "-2", "-3")]
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("there", ["a.zip", "there.txt"])
def test_nothing_is_overwritten(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str) -> None:
    (tmp_path / there).write_text("mine")
    assert run("dump", "-o", str(tmp_path / there)) == 2
    assert "already there" in capsys.readouterr().err
    assert (tmp_path / there).read_text() == "mine"


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    from tfdoctor.cli._place import place
    from tfdoctor.errors import UsageError

    target = place(str(tmp_path / "a.zip"), redacted=True)
    (tmp_path / "a.zip").write_text("mine")
    with pytest.raises(UsageError, match="already there"):
        target.save(b"x", "now")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tfdoctor.cli._place import place

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    target = place(str(tmp_path), redacted=True)
    assert [target.save(b"x", "now").name for _ in range(2)] == ["tfdoctor-now.zip", "tfdoctor-now-2.zip"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_nothing_is_left_where_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException] | OSError
) -> None:
    from tfdoctor.cli._place import place
    from tfdoctor.errors import UsageError

    def fail(_: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((KeyboardInterrupt, UsageError)):
        place(str(tmp_path), redacted=True).save(b"x", "now")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("", "no file or folder"),
        ("none/", "no such folder"),
        ("none/a.zip", "no folder"),
        ("a\0b", "no file or folder"),
        ("x" * 300, "long"),
    ],
)
def test_places_that_cannot_be_meant(
    run: Run, here: Path, capsys: pytest.CaptureFixture[str], output: str, said: str
) -> None:
    assert run("dump", "-o", output) == 2
    assert said in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_a_folder_that_cannot_be_written(
    run: Run, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and access(path, mode))
    assert run("dump") == 2
    assert "tfdoctor dump -o " in capsys.readouterr().err
    assert run("dump", "-o", str(here)) == 2
    assert "may not write" in capsys.readouterr().err


def test_a_current_folder_that_is_gone(
    run: Run, here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here.rmdir()
    assert run("dump") == 2
    assert "the current folder is gone" in capsys.readouterr().err
    assert run("dump", "-o", str(tmp_path), "-q") == 0
    assert Path(capsys.readouterr().out.strip()).is_file()
    here.mkdir()


# --- attachments --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "missing", "binary"])
def test_what_cannot_be_attached(
    run: Run, here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    place = tmp_path / kind
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    elif kind == "binary":
        place.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    name = str(place)
    assert run("dump", "--attach", name) == 2
    said = capsys.readouterr().err
    assert said.startswith("tfdoctor: --attach ")
    assert said.count("\n") == 1
    assert list(here.iterdir()) == []
    if kind == "binary":
        assert "--no-redact" in said
        assert run("dump", "--attach", name, "--no-redact", "-q") == 0
        assert members(only(here))["attachments/001-binary"] == place.read_bytes()


def test_the_same_name_and_the_same_file(run: Run, here: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "a b;$(x).log").write_text(f"log {number}\n")
    (tmp_path / "link.log").symlink_to(tmp_path / "1" / "a b;$(x).log")
    words = [word for place in ("1", "2", "1") for word in ("--attach", str(tmp_path / place / "a b;$(x).log"))]
    assert run("dump", *words, "--attach", str(tmp_path / "link.log")) == 0
    inside = members(only(here))
    assert [name for name in inside if name.startswith("attachments/")] == [
        "attachments/001-a_b_x_.log", "attachments/002-a_b_x_.log",
    ]  # fmt: skip
    found = facts.decode(inside["snapshot.json"])
    assert found.log == "log 1\n\nlog 2\n"


@pytest.mark.parametrize(
    ("name", "done"),
    [
        ("qjane-ml01-10.1.2.3.log", "user1-host1-192.0.2.1.log"),
        ("192.168.1.7.txt", "192.0.2.1.txt"),
        ("cudnn-8.9.7.29.log", "cudnn-8.9.7.29.log"),
        ("qjane@acme.com.txt", "user1_example.invalid.txt"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789.py", "secret1.py"),
    ],
)
def test_names_of_attachments_tell_nothing(tmp_path: Path, name: str, done: str) -> None:
    (tmp_path / name).write_text("x = 1\n")
    maker = _members.Maker(Matrix.locate(), Redactor(Identity(users=("qjane",), hosts=("ml01",))), debug=True)
    _, manifest = maker.make(facts.Snapshot(taken="2026-11-21T12:00:00Z"), take([tmp_path / name], binary=False))
    assert [member for member in manifest.members if "attach" in member] == [f"attachments/001-{done}"]


def test_attached_json_stays_json(run: Run, here: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"password": "hunter2hunter2", "home": "/home/jane/x", "n": [1, 2.50]}')
    (tmp_path / "b.json").write_text('{"password": "hunter2hunter2"')
    assert run("dump", "--attach", str(tmp_path / "a.json"), "--attach", str(tmp_path / "b.json")) == 0
    inside = members(only(here))
    kept = json.loads(inside["attachments/001-a.json"])
    assert list(kept) == ["password", "home", "n"]
    assert kept["n"] == [1, 2.5]
    assert inside["attachments/002-b.json"].startswith(b'{"password"')
    assert b"hunter2" not in b"".join(inside.values())
    assert b"jane" not in b"".join(inside.values())


# --- what goes in -------------------------------------------------------------------------------------


def test_the_log_of_the_load_attempt(here: Path) -> None:
    attempt = facts.LoadAttempt(stages=(("import", "ImportError: no"),), stderr="Traceback\nImportError: no\n")
    data, _ = _members.Maker(MATRIX, None, debug=True).make(facts.Snapshot(load=attempt), ())
    here.mkdir()
    (here / "d.zip").write_bytes(data)
    assert members(here / "d.zip")["load.log"] == b"Traceback\nImportError: no\n"


def test_a_damaged_installation_still_gives_the_facts(tmp_path: Path) -> None:
    data, manifest = _members.Maker(Matrix(tmp_path), None, debug=False).make(facts.Snapshot(id="x"), ())
    assert manifest.written_by.matrix == ""
    assert "MatrixError" in manifest.left_out["diagnosis.json"]
    assert read(data).snapshot == facts.Snapshot(id="x")
    with pytest.raises(MatrixError):
        _members.Maker(Matrix(tmp_path), None, debug=True).make(facts.Snapshot(), ())


def test_what_is_installed_as_pip_would_say_it() -> None:
    installed = facts.Installation(
        distributions=(
            facts.Distribution(name="numpy", version="2.0", location="/b", shadowed=True),
            facts.Distribution(name="numpy", version="1.26.4", location="/a"),
            facts.Distribution(name="mine", version="0.1", location="/src", editable=True),
            facts.Distribution(name="half"),
        )
    )
    assert dump.freeze(facts.Snapshot(installation=installed)).splitlines() == [
        "# no version in its metadata: half",
        "# editable: mine==0.1 in /src",
        "numpy==1.26.4",
        "# shadowed: numpy==2.0 in /b",
    ]
    nothing = facts.Snapshot(installation=facts.Installation(distributions=facts.ABSENT))
    assert dump.freeze(nothing) == ""
    assert dump.freeze(facts.Snapshot()) == "# the installed distributions are not known: not observed\n"


# --- the round trip -----------------------------------------------------------------------------------

LOGS = (
    Attachment("train.log", "log", b"", "", 0),
    Attachment(
        "train.log",
        "log",
        b"Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file\n",
        "Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file\n",
        101,
    ),
)


def essence(diagnosis: Diagnosis) -> list[tuple[object, ...]]:
    return [
        (row.code, row.severity, row.verdict, row.confidence, [item.fact for item in row.evidence])
        for row in diagnosis.findings
    ]


@pytest.mark.parametrize(
    "redactor", [None, Identity(), Identity(users=("root", "tf"), hosts=("lib",))], ids=["off", "on", "odd"]
)
@pytest.mark.parametrize("attachments", [(), LOGS[1:]], ids=["facts", "log"])
@pytest.mark.parametrize("path", [*MACHINES, None], ids=lambda path: path.parent.name if path else "here")
def test_a_dump_gives_the_diagnosis_of_the_machine(
    path: Path | None, redactor: Identity | None, attachments: tuple[Attachment, ...]
) -> None:
    snapshot = facts.decode(path.read_bytes()) if path else take_snapshot(sys.executable)
    expected = diagnose(_members.with_attachments(snapshot, attachments), MATRIX, debug=True)
    maker = _members.Maker(MATRIX, None if redactor is None else Redactor(redactor), debug=True)
    data, _ = maker.make(snapshot, attachments)
    found = read(data)
    assert found.remarks == ()
    assert found.snapshot is not None
    again = diagnose(found.snapshot, MATRIX, debug=True)

    assert essence(again) == essence(expected)
    assert [row.code for row in again.skipped] == [row.code for row in expected.skipped]
    report = json.loads(read(data, members=True).members["diagnosis.json"])
    assert report == json.loads(json.dumps(json_of(found.snapshot)))


def json_of(snapshot: facts.Snapshot) -> object:
    import msgspec

    return msgspec.to_builtins(view(snapshot, diagnose(snapshot, MATRIX), MATRIX))


def test_out_of_a_bare_environment(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/usr/bin/env", "-i", sys.executable, "-m", "tfdoctor", "dump", "-o", str(tmp_path)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert only(tmp_path) == Path(done.stdout.strip())


def test_standard_output_that_is_closed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "{sys.executable}" -m tfdoctor dump -o "{tmp_path}" >&-'],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 2
    assert str(only(tmp_path)) in done.stderr


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "tensorflow").mkdir()
    mark = tmp_path / "pid"
    (tmp_path / "tensorflow" / "__init__.py").write_text(
        f"import os, time\nopen({str(mark)!r} + '~', 'w').write(str(os.getpid()))\n"
        f"os.rename({str(mark)!r} + '~', {str(mark)!r})\ntime.sleep(60)\n"
    )
    (tmp_path / "out").mkdir()
    (tmp_path / "temp").mkdir()
    running = subprocess.Popen(
        [sys.executable, "-m", "tfdoctor", "dump", "--load", "--python", sys.executable, "-o", str(tmp_path / "out")],
        env=os.environ | {"PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path / "temp")},
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 20
    while not mark.exists() and time.monotonic() < end:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
    assert list((tmp_path / "out").iterdir()) == []
    assert list((tmp_path / "temp").iterdir()) == []
