"""`tfdoctor compare` as a user calls it."""

import json
import venv
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import ended
from tfdoctor import facts
from tfdoctor.tickets.dump import Content, Origin, Redacted, write

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "comparison.json").read_text())
MACHINES = Path(__file__).parent.parent / "machines"
GOOD = str(MACHINES / "debian12-cpu-tf2.21.0" / "snapshot.json")
BAD = str(MACHINES / "debian12-cpu-tf2.10.1-numpy2" / "snapshot.json")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    return ended(monkeypatch, "compare", *words)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((GOOD, BAD), 1),
        ((GOOD, BAD, "--fail-on", "never"), 0),
        ((GOOD, GOOD, "--fail-on", "note"), 0),
        ((BAD, GOOD, "--fail-on", "warning"), 1),
    ],
)
def test_the_exit_code_is_the_same_whatever_the_format(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str, words: tuple[str, ...], code: int
) -> None:
    assert run(monkeypatch, *words, "--format", form) == code
    out = capsys.readouterr().out
    if form == "json":
        jsonschema.validate(json.loads(out), SCHEMA)
    else:
        assert out.startswith(("[✗]", "[✓]"))


def test_suspicious_is_a_warning_and_harmless_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, version in (("a", "2.8.0"), ("b", "2.9.1")):
        (tmp_path / f"{name}.json").write_text(json.dumps({"environment": {"tf_version": version}}))
    pair = str(tmp_path / "a.json"), str(tmp_path / "b.json")
    assert run(monkeypatch, *pair) == 0
    assert run(monkeypatch, *pair, "--fail-on", "warning") == 1
    data = json.loads(Path(GOOD).read_text())
    data["system"]["kernel"] = "5.4.0"
    (tmp_path / "kernel.json").write_text(json.dumps(data))
    assert run(monkeypatch, GOOD, str(tmp_path / "kernel.json"), "--fail-on", "warning") == 0
    assert run(monkeypatch, GOOD, str(tmp_path / "kernel.json"), "--fail-on", "note") == 1


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    folder = tmp_path / "env"
    venv.create(folder, with_pip=False, symlinks=True)
    return folder


def test_environments_and_interpreters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], environment: Path
) -> None:
    assert run(monkeypatch, str(environment), str(environment / "bin" / "python"), "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["judgement"] is None
    assert found["a"]["subject"]["executable"] == str(environment / "bin" / "python")
    monkeypatch.setenv("VIRTUAL_ENV", str(environment))
    assert run(monkeypatch, ".", GOOD, "--quiet") == 1
    assert "tensorflow-not-installed" in capsys.readouterr().out


def test_an_environment_against_a_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], environment: Path, tmp_path: Path
) -> None:
    (tmp_path / "issue.txt").write_text("TensorFlow version: 2.15.0\nPython version: 3.11\n")
    (tmp_path / "issue.txt").chmod(0o755)  # as on a drive of Windows, where all files are programs
    assert run(monkeypatch, str(tmp_path / "issue.txt"), str(environment), "--quiet") == 1
    assert "no TensorFlow where A has 2.15.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-", "-"), "only one of the two"),
        ((GOOD, "/does/not/exist.json"), "/does/not/exist.json"),
        ((GOOD, "/does/not/exist"), "/does/not/exist"),
        ((GOOD, "a" * 5000), "too long"),
        ((GOOD, "a\0b"), "no such interpreter"),
        ((GOOD,), "B"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert run(monkeypatch, *words) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


def test_more_or_less_than_one_entry(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "two.jsonl").write_text('{"id": "a"}\n{"id": "b"}\n')
    assert run(monkeypatch, GOOD, str(tmp_path / "two.jsonl")) == 2
    assert "more than one entry in it" in capsys.readouterr().err
    (tmp_path / "empty.jsonl").write_text("")
    assert run(monkeypatch, GOOD, str(tmp_path / "empty.jsonl")) == 2
    assert "empty.jsonl" in capsys.readouterr().err
    (tmp_path / "bad.json").write_text('{"type": "Snapshot", "origin": "moon"}')
    assert run(monkeypatch, GOOD, str(tmp_path / "bad.json")) == 2
    assert "bad.json" in capsys.readouterr().err


def test_a_dump_is_like_the_snapshot_in_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data, _ = write(
        [Content("snapshot.json", Path(GOOD).read_bytes(), "snapshot")],
        taken="2026-11-21T10:45:00Z",
        written_by=Origin(tool="0.1.0", matrix="2026-11-20", digest="0" * 12),
        redaction=Redacted(on=False, rules={}),
    )
    (tmp_path / "dump.zip").write_bytes(data)
    assert run(monkeypatch, GOOD, str(tmp_path / "dump.zip"), "--fail-on", "note") == 0
    assert "do not differ" in capsys.readouterr().out


def test_a_folder_of_one_ticket(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "one.json").write_bytes(facts.encode(facts.decode(Path(GOOD).read_bytes())))
    assert run(monkeypatch, GOOD, str(tmp_path)) == 0
    assert "do not differ" in capsys.readouterr().out


def test_json_does_not_drive_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "a\x9b2J\u202e\x1b]0;x\x07.json", tmp_path / "b.json"
    for path, version in ((one, "2.6.0"), (other, "2.7.0")):
        path.write_text(json.dumps({"environment": {"tf_version": version}}))
    run(monkeypatch, str(one), str(other), "--format", "json")
    shown = capsys.readouterr().out
    assert json.loads(shown)
    assert "\\u009b" in shown
    assert not set(shown) & set("\x9b\u202e\x1b\x07")
