import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import ended

TFDOCTOR = [sys.executable, "-m", "tfdoctor"]
SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "diagnosis.json").read_text())
TICKET = {
    "id": "a",
    "environment": {"tf_version": "2.10.0", "python_version": "3.10", "os": "Linux", "packages": {"numpy": "2.0.0"}},
    "log": "A module that was compiled using NumPy 1.x cannot be run in\nAttributeError: _ARRAY_API not found",
}


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    return ended(monkeypatch, *words)


@pytest.fixture
def ticket(tmp_path: Path) -> str:
    path = tmp_path / "ticket.json"
    path.write_text(json.dumps(TICKET))
    return str(path)


def test_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"tfdoctor {tfdoctor.__version__}\n"


def test_explain_takes_code_and_name_and_lists_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "explain", "tfd001") == 0
    by_code = capsys.readouterr().out
    assert run(monkeypatch, "explain", "probe-crashed") == 0
    assert capsys.readouterr().out == by_code
    assert by_code.startswith("# TFD001 probe-crashed")
    assert run(monkeypatch, "explain") == 0
    assert "TFD001  probe-crashed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "probe-crash"), "did you mean probe-crashed"),
        (("explain", "qqqq"), "lists all"),
        (("triage", "/does/not/exist.json"), "/does/not/exist.json"),
        (("check", "--python", "/does/not/exist"), "/does/not/exist"),
        (("check", "--nope"), "--nope"),
        (("check", "--format", "xml"), "xml"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert run(monkeypatch, *words) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "github"])
@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("never", 0)])
def test_one_exit_code_whatever_the_format(  # noqa: PLR0917
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ticket: str, form: str, fail_on: str, code: int
) -> None:
    assert run(monkeypatch, "triage", ticket, "--format", form, "--fail-on", fail_on) == code
    out = capsys.readouterr().out
    assert "numpy2-abi" in out
    if form in {"json", "jsonl"}:
        jsonschema.validate(json.loads(out), SCHEMA)
        assert json.loads(out)["id"] == "a"


def test_an_internal_error_is_exit_70_with_the_traceback_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ticket: str
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("tfdoctor.matrix.Matrix.locate", broken)
    assert run(monkeypatch, "triage", ticket) == 70
    assert "Traceback" not in (text := capsys.readouterr().err)
    assert "internal error" in text
    assert run(monkeypatch, "triage", ticket, "--debug") == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_closed_pipe_is_silent(ticket: str) -> None:
    for form in ("text", "json"):
        reader, writer = os.pipe()
        os.close(reader)
        process = subprocess.Popen(
            [*TFDOCTOR, "triage", "--format", form, ticket], stdout=writer, stderr=subprocess.PIPE
        )
        os.close(writer)
        assert process.stderr is not None
        errors = process.stderr.read()
        process.stderr.close()
        assert process.wait(60) == 1
        assert errors == b""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_terminal_can_be_written_to(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ticket.json"
    path.write_text(json.dumps(TICKET | {"id": "Größe-日本"}))
    done = subprocess.run(
        [*TFDOCTOR, "triage", str(path)],
        capture_output=True, check=False, env=os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "80"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == b""
    assert b"numpy2-abi" in done.stdout
    assert b"\x1b[" not in done.stdout


@pytest.mark.parametrize("words", ["explain", "plan --machine 'ubuntu 22.04'", "plan --machine 'ubuntu 22.04' -f sh"])
@pytest.mark.parametrize(
    ("into", "code", "said"),
    [
        ("| true", 0, ""),
        pytest.param(
            "> /dev/full", 2, "No space left on device\n",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here"),
        ),
        (">&-", 2, "standard output is closed\n"),
    ],
)  # fmt: skip
@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_result_that_nobody_can_take_is_no_crash(words: str, into: str, code: int, said: str) -> None:
    command = f'"$0" -m tfdoctor {words}'
    script = f"{{ {command}; echo $? >&2; }} {into}" if into[0] == "|" else f"{command} {into}; echo $? >&2"
    done = subprocess.run(["sh", "-c", script, sys.executable], capture_output=True, text=True, check=False)
    line = f"tfdoctor: the result cannot be written: {said}" if said else ""
    assert done.stderr == f"{line}{code}\n"
