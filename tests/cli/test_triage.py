"""Many tickets at once, and tickets that mean harm."""

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import ended
from tfdoctor.cli import _many, _output, _pool, _progress
from tfdoctor.cli._judge import Answer, Asked, Judge
from tfdoctor.cli._options import FailOn, Format
from tfdoctor.cli._pool import Pool
from tfdoctor.cli._progress import Progress
from tfdoctor.tickets.inputs.entry import Piece, Rejected

TFDOCTOR = [sys.executable, "-m", "tfdoctor"]
SCHEMAS = Path(tfdoctor.__file__).parent / "schemas"
BROKEN = {
    "environment": {"tf_version": "2.10.0", "python_version": "3.10", "os": "Linux", "packages": {"numpy": "2.0.0"}},
    "log": "A module that was compiled using NumPy 1.x cannot be run in\nAttributeError: _ARRAY_API not found",
}
FINE = {"environment": {"os": "Linux"}}
EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\x00\r\u202e\u2028evil"
# What a report may send to a terminal: text, lines, and rich's own colours.
COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
DRIVES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]")


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    return ended(monkeypatch, "triage", *words)


def lines(*tickets: object) -> str:
    return "".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in tickets)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.jsonl"
    path.write_text(lines(BROKEN | {"id": "a"}, "nonsense", FINE, BROKEN | {"id": "d"}, {"environment": 7}))
    return path


def schema(name: str) -> dict[str, object]:
    read: dict[str, object] = json.loads((SCHEMAS / name).read_text())
    return read


def test_every_line_has_its_answer_in_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mixed: Path
) -> None:
    assert run(monkeypatch, mixed, "--format", "jsonl") == 2
    captured = capsys.readouterr()
    answers = [json.loads(line) for line in captured.out.splitlines()]
    assert [row["id"] for row in answers] == ["a", "mixed:2", "mixed:3", "d", "mixed:5"]
    for row in answers:
        jsonschema.validate(row, schema("rejected.json" if "error" in row else "diagnosis.json"))
    assert answers[1]["error"]["place"] == f"{mixed}: line 2"
    assert [line.partition(": line")[2][:2] for line in captured.err.splitlines()] == [" 2", " 5"]


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("never", 0)])
def test_codes_without_a_bad_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fail_on: str, code: int) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(lines(FINE, BROKEN, FINE))
    assert run(monkeypatch, path, "--fail-on", fail_on, "--quiet") == code


def test_several_reports_end_with_the_summary(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mixed: Path
) -> None:
    assert run(monkeypatch, mixed) == 2
    out = capsys.readouterr().out
    assert out.count("<- fix this first") == 2
    assert "3 tickets, 2 with errors, 1 with nothing found; 2 could not be read" in out
    assert run(monkeypatch, mixed, "--quiet") == 2
    assert capsys.readouterr().out.splitlines()[:2] == ["a\terror\tTFD450 numpy2-abi", "mixed:3\tok\t-"]
    assert run(monkeypatch, mixed, "--format", "json") == 2
    assert capsys.readouterr().out.count('"schema_version"') == 5
    assert run(monkeypatch, mixed, "--format", "github") == 2
    assert capsys.readouterr().out.count("::error title=TFD450") == 2


def test_the_summary_in_every_form(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mixed: Path
) -> None:
    assert run(monkeypatch, mixed, "--summary") == 2
    assert "TFD450 numpy2-abi" in capsys.readouterr().out
    for form in ("json", "jsonl"):
        assert run(monkeypatch, mixed, "--summary", "--format", form) == 2
        counted = json.loads(capsys.readouterr().out)
        jsonschema.validate(counted, schema("summary.json"))
        assert (counted["entries"], counted["rejected"]) == (3, 2)
    assert run(monkeypatch, mixed, "--format", "html") == 2
    page = capsys.readouterr().out
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "numpy2-abi" in page
    assert run(monkeypatch, mixed, "--format", "sarif") == 2
    assert len(json.loads(capsys.readouterr().out)["runs"][0]["results"]) >= 2


def test_one_ticket_as_a_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "t.json").write_text(json.dumps(BROKEN))
    assert run(monkeypatch, tmp_path / "t.json", "--format", "html") == 1
    assert "numpy2-abi" in capsys.readouterr().out


def test_what_was_left_alone_in_a_folder_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(FINE))
    (tmp_path / "model.h5").write_bytes(b"\x89HDF")
    assert run(monkeypatch, tmp_path) == 0
    assert "files left alone in folders: 1 of another kind" in capsys.readouterr().err


def test_what_was_understood_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "issue.md").write_text("**System information**\n- TensorFlow version: 2.4.1\n- Python version: 3.8\n")
    run(monkeypatch, tmp_path / "issue.md")
    assert "understood: tf version 2.4.1 (line 2" in capsys.readouterr().out
    run(monkeypatch, tmp_path / "issue.md", "--verbose")
    assert "understood:\n  tf version 2.4.1 (line 2" in capsys.readouterr().out
    run(monkeypatch, tmp_path / "issue.md", "--format", "json")
    assert json.loads(capsys.readouterr().out)["understood"][0]["fact"] == "environment.tf_version"


# --- several processes --------------------------------------------------------------------------------


def test_processes_give_the_same_answers_in_the_same_order(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(lines(*({**(BROKEN if number % 3 else FINE), "id": number} for number in range(60)), "nonsense"))
    command = [*TFDOCTOR, "triage", "--format", "jsonl", str(path)]
    alone = subprocess.run([*command, "--jobs", "1"], capture_output=True, check=False)
    many = subprocess.run([*command, "--jobs", "2"], capture_output=True, check=False)
    assert alone.returncode == many.returncode == 2
    assert alone.stdout == many.stdout
    assert alone.stderr == many.stderr
    assert len(alone.stdout.splitlines()) == 61


def test_further_processes_start_where_there_is_enough_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(_many, "_ALONE", 0.0)
    monkeypatch.setattr(_many, "_cores", lambda: 2)
    path = tmp_path / "t.jsonl"
    path.write_text(lines(*({**FINE, "id": number} for number in range(40))))
    assert run(monkeypatch, path, "--format", "jsonl") == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == [str(n) for n in range(40)]


def pieces(number: int) -> Iterator[Piece | Rejected]:
    for at in range(number):
        yield Piece(f"p{at}", str(at), "json", json.dumps({**FINE, "id": str(at)}).encode())


def ids(answers: list[Answer]) -> list[str]:
    return [answer.found.id if answer.found else answer.rejected.id if answer.rejected else "" for answer in answers]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_process_that_dies_costs_one_ticket_at_most() -> None:
    pool = Pool(Asked(Format.JSONL), 2)
    answers: list[Answer] = []
    try:
        for answer in pool.answers(pieces(200)):
            answers.append(answer)
            if len(answers) in {1, 50}:
                os.kill(pool.workers[0].process.pid or 0, signal.SIGKILL)
    finally:
        pool.close()
    assert ids(answers) == [str(at) for at in range(200)]
    lost = [answer.rejected.reason for answer in answers if answer.rejected]
    assert len(lost) <= 2
    assert all(reason == "the process that read it ended (signal 9)" for reason in lost)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_process_that_is_silent_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "_GRACE", 0.3)
    pool = Pool(Asked(Format.JSONL, seconds=1.0), 1)
    answers: list[Answer] = []
    try:
        for answer in pool.answers(pieces(40)):
            answers.append(answer)
            if len(answers) == 1:
                os.kill(pool.workers[0].process.pid or 0, signal.SIGSTOP)
    finally:
        pool.close()
    assert ids(answers) == [str(at) for at in range(40)]
    assert {answer.rejected.reason for answer in answers if answer.rejected} <= {"it takes longer than 1 s"}


def test_what_each_process_does() -> None:
    here, there = multiprocessing.Pipe()
    here.send(list(pieces(2)))
    said: list[list[Answer] | None] = []

    def listen() -> None:
        said.extend(here.recv() for _ in range(3))
        here.close()

    before = signal.getsignal(signal.SIGINT)
    listener = threading.Thread(target=listen)
    listener.start()
    try:
        _pool._work(there, Asked(Format.JSONL))
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
        listener.join()
    assert said[0] is None
    assert [ids(answers or []) for answers in said[1:]] == [["0"], ["1"]]


def test_processes_that_cannot_start_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "_work", sys.exit)  # what each process runs, instead of the judge
    pool = Pool(Asked(Format.JSONL), 1)
    try:
        with pytest.raises(RuntimeError, match="before they are ready"):
            list(pool.answers(pieces(4)))
    finally:
        pool.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_it_with_what_was_done(tmp_path: Path, jobs: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(lines(*({**BROKEN, "id": number} for number in range(4000))))
    command = [*TFDOCTOR, "triage", "--jobs", jobs, "--format", "jsonl", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.fullmatch(rb"tfdoctor: interrupted after \d+ tickets\n", said)
    assert all(json.loads(line)["id"] for line in rest.splitlines())


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
# The alarm may go off in a callback of the garbage collector, which swallows it: the next one counts.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_ticket_that_takes_too_long_is_reported() -> None:
    judge = Judge(Asked(Format.JSONL, seconds=0.01))
    [answer] = judge.answers(Piece("p", "x", "text", b"TensorFlow version: 2.4.1 libcudart.so.10.1\n" * 60_000))
    assert answer.rejected == Rejected("p", "it takes longer than 0.01 s", "x")


def test_a_fault_of_a_reader_costs_one_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr("tfdoctor.tickets.inputs.readers.read", broken)
    piece = Piece("p", "x", "json", b"{}")
    error: Exception = ZeroDivisionError("a bug")
    [answer] = Judge(Asked(Format.JSON)).answers(piece)
    assert answer.rejected is not None
    assert "internal error: ZeroDivisionError" in answer.rejected.reason
    with pytest.raises(ZeroDivisionError):
        Judge(Asked(Format.JSON, debug=True)).answers(piece)
    error = MemoryError()
    [answer] = Judge(Asked(Format.JSON)).answers(piece)
    assert answer.rejected is not None
    assert answer.rejected.reason == "it takes too much memory"


# --- hostile tickets ----------------------------------------------------------------------------------


def hostile(tmp_path: Path) -> Path:
    inner = {"tf_version": f"2.10.0{EVIL}", "os": EVIL, "packages": {f"numpy{EVIL}": EVIL, "numpy": "2.0.0"}}
    ticket = {"id": EVIL, "title": EVIL, "environment": inner, "log": f"{BROKEN['log']}\n_ARRAY_API not found{EVIL}"}
    path = tmp_path / "evil\x1b[2J.jsonl"
    path.write_text(lines(ticket, f"nonsense{EVIL}".replace("\r", ""), {**BROKEN, "id": EVIL}))
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
@pytest.mark.parametrize("words", [[], ["--quiet"], ["--verbose"], ["--summary"], ["-f", "github"], ["-f", "jsonl"]])
def test_a_ticket_does_not_drive_the_terminal(tmp_path: Path, words: list[str]) -> None:
    import pty

    leader, follower = pty.openpty()
    command = [*TFDOCTOR, "triage", *words, str(hostile(tmp_path))]
    environ = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=follower, stderr=pipe, env=environ) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                shown += (part := os.read(leader, 65536))
            except OSError:  # the other end is closed: Linux says so
                break
            if not part:
                break
        said = process.stderr.read().decode() if process.stderr else ""
        assert process.wait(60) == 2
    os.close(leader)
    assert "evil\\x1b[2J.jsonl: line 2" in said
    assert not DRIVES.search(said)
    assert b"TFD450" in shown
    plain = COLOUR.sub(b"", shown).replace(b"\r\n", b"\n").decode()
    assert not DRIVES.search(plain)


# --- progress -----------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_progress_is_one_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    leader, follower = pty.openpty()
    monkeypatch.setattr(_progress, "_FIRST", 0.0)
    monkeypatch.setattr(_progress, "_BETWEEN", 0.0)
    with os.fdopen(follower, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        progress = Progress(wanted=True)
        progress.clear()
        progress.step()
        progress.step(rejected=True)
        progress.clear()
    said = ""
    with suppress(OSError):  # what was written comes in parts; behind it is nothing
        while part := os.read(leader, 4096):
            said += part.decode()
    os.close(leader)
    assert re.fullmatch(r"\r1 done, \d+/s *\r2 done, \d+/s, 1 could not be read *\r +\r", said)


def test_no_progress_elsewhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_progress, "_FIRST", 0.0)
    Progress(wanted=True).step()
    assert capsys.readouterr().err == ""
    assert not Progress(wanted=False).shown


def test_status_codes() -> None:
    assert _output.status_code("warning", FailOn.WARNING) == 1
    assert _output.status_code("note", FailOn.WARNING) == 0
    assert _many._cores() >= 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_does_not_reach_a_process_that_starts() -> None:
    pool = Pool(Asked(Format.JSONL), 2)
    try:
        for worker in pool.workers:
            assert worker.process.pid is not None
            os.kill(worker.process.pid, signal.SIGINT)
        answers = list(pool.answers(pieces(3)))
        assert len(answers) == 3
        assert pool.deaths == 0
    finally:
        pool.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_no_fault_of_the_ticket(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(BROKEN))
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*TFDOCTOR, "triage", str(path)], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stderr == b"tfdoctor: the result cannot be written: No space left on device\n"


def test_what_a_ticket_states_looks_like_no_line_of_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    forged = "x\n::error::forged\n[✓] nothing wrong"
    path = tmp_path / "a.json"
    stated = {
        "tf_version": "2.6.0", "python_version": "3.9", "gpus": [{"name": forged}], "driver_version": forged,
        "packages": {"numpy": f"1.24.0{forged}", forged: "1"}, "cuda_versions_found": [forged],
    }  # fmt: skip
    path.write_text(json.dumps({"id": forged, "environment": stated, "log": f"{BROKEN['log']}{forged}"}))
    assert run(monkeypatch, path, "--verbose") == 1
    shown = [line.lstrip() for line in capsys.readouterr().out.splitlines()]
    assert not [line for line in shown if line.startswith(("::", "[✓]"))]


def test_a_repair_is_planned_for_the_machine_that_is_not_at_hand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    machine = Path(__file__).parent.parent / "machines" / "debian12-cpu-tf2.6.4-protobuf6" / "snapshot.json"
    file = tmp_path / "a machine.json"
    file.write_bytes(machine.read_bytes())
    assert run(monkeypatch, file) == 1
    told = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert f"$ tfdoctor plan --repair --snapshot '{file}'" in told
    many = tmp_path / "many.jsonl"
    many.write_text(json.dumps(json.loads(machine.read_bytes())) + "\n")
    assert run(monkeypatch, many) == 1
    assert "$ tfdoctor plan --repair --snapshot FILE" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_no_summary_in_the_forms_of_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mixed: Path, form: str
) -> None:
    assert run(monkeypatch, mixed, "--summary", "--format", form) == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert f"not {form}" in captured.err
