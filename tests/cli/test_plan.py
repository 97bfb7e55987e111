import json
import socket
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import ended
from tfdoctor import facts
from tfdoctor.probes import take_host

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "plan.json").read_text())
MACHINE = ("--machine", "RTX 3090, driver 470.57, ubuntu 20.04, x86_64, python 3.8")
CPU = ("--machine", "ubuntu 22.04, x86_64")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    return ended(monkeypatch, "plan", *words)


@pytest.mark.parametrize("words", [MACHINE, (*MACHINE, "--target", "2.3", "--gpu"), (*CPU, "--target", "2.6")])
def test_json_is_of_its_schema_and_the_exit_code_tells_whether_there_is_a_plan(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code = run(monkeypatch, *words, "--format", "json")
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    assert code == (0 if document["chosen"] else 3)
    if code == 3:
        assert document["reason"]
        assert document["alternatives"]
        assert document["relax"]


def test_the_text_says_what_why_and_how(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, *MACHINE) == 0
    said = capsys.readouterr().out
    assert "tensorflow 2.13.1" in said
    assert "RTX 3090" in said
    assert "LD_LIBRARY_PATH" in said


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("requirements", "tensorflow==2.6.5"),
        ("conda", "- pip:"),
        ("sh", "set -eu"),
        ("powershell", "$ErrorActionPreference"),
        ("dockerfile", "FROM python:3.9"),
        ("pylock", 'lock-version = "1.0"'),
    ],
)
def test_every_form(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str, part: str) -> None:
    assert run(monkeypatch, *CPU, "--target", "2.6", "--format", form) == 0
    assert part in capsys.readouterr().out


def test_hashes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, *CPU, "--target", "2.6", "--format", "requirements", "--hashes") == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "==" in line and not line.startswith("#")]
    assert lines
    assert capsys.readouterr().err == ""


def test_a_form_that_can_only_hold_a_plan_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *MACHINE, "--target", "2.3", "--gpu", "--format", "requirements") == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "RTX 3090" in err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--target", "two"), 2, "--target 'two'"),
        (("--target", "2.6.9", *CPU), 3, "2.6.5"),
        (("--python", "2.7", *CPU), 3, "2.7"),
        (("--as-of", "yesterday", *CPU), 2, "--as-of 'yesterday'"),
        (("--with", "numpy==", *CPU), 2, "'numpy=='"),
        (("-r", "gone.txt", *CPU), 2, "gone.txt"),
        (("--machine", "a potato"), 2, "potato"),
        (("--machine", " "), 2, "--machine"),
        (("--python", "3", *CPU), 2, "--python 3"),
        (("--machine", "macos 14, driver 535.104.05"), 2, "macos"),
        (("--snapshot", "gone.json"), 2, "gone.json"),
        (("--python", "/no/such/python"), 2, "/no/such/python"),
        ((*CPU, "--repair"), 2, "--machine"),
        ((*CPU, "--apply"), 2, "--apply"),
        (("--apply", "--format", "conda"), 2, "--apply"),
        (("--repair", "--as-of", "2021-06"), 2, "--repair"),
    ],
)
def test_bad_input_is_one_clear_line_with_its_exit_code(  # noqa: PLR0917  one a fixture or a part of the case
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *words) == code
    out, err = capsys.readouterr()
    assert said.lower() in (out + err).lower()
    assert "Traceback" not in err
    if code == 2:
        assert out == ""
        assert len(err.splitlines()) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[1]", b'{"type": "Snapshot", "system": 3}'])
def test_a_corrupt_snapshot_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "snapshot.json"
    path.write_bytes(content)
    assert run(monkeypatch, "--snapshot", str(path)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "snapshot.json" in err
    assert len(err.splitlines()) == 1


def test_a_contradictory_requirements_file_names_both_sides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("tensorflow==2.6.*\nprotobuf>=4\n")
    assert run(monkeypatch, *CPU, "-r", str(path)) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "protobuf>=4" in said
    assert "tensorflow 2.6.5" in said
    path.write_text("tensorflow==2.6.*\ntensorflow>=2.8\n")
    assert run(monkeypatch, *CPU, "-r", str(path)) == 3
    assert "no release" in capsys.readouterr().out


def test_online_without_a_network_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as closed:  # bound, and not listening: whoever connects is refused
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{closed.getsockname()[1]}/simple")
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
        monkeypatch.setenv("UV_NO_CACHE", "1")
        assert run(monkeypatch, *CPU, "--target", "2.6", "--with", "pandas", "--online") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tfdoctor: --online: ")
    assert len(err.splitlines()) == 1


def test_the_plan_of_a_saved_snapshot_is_that_of_its_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "snapshot.json"
    path.write_bytes(facts.encode(take_host()))
    assert run(monkeypatch, "--snapshot", str(path), "--target", "2.6", "--cpu", "--format", "requirements") == 0
    saved = capsys.readouterr().out
    assert run(monkeypatch, "--target", "2.6", "--cpu", "--format", "requirements") == 0
    own = capsys.readouterr().out
    pins = [line for line in own.splitlines() if not line.startswith("#")]
    assert [line for line in saved.splitlines() if not line.startswith("#")][:1] == pins[:1]


def test_a_repair_brings_the_pip_that_it_uses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    installed = {"tensorflow": "2.6.5", "protobuf": "4.25.8"}
    rows = tuple(facts.Distribution(name=name, version=version, requires=()) for name, version in installed.items())
    patient = facts.Interpreter(
        version="3.9.18", executable="/my env/python", environment="venv", machine="x86_64", pip_version=facts.ABSENT
    )
    snapshot = facts.Snapshot(
        system=facts.System(os="linux", arch="x86_64", libc="glibc", libc_version="2.35"),
        interpreter=patient,
        installation=facts.Installation(distributions=rows, overlaps=(), leftovers=(), shadows=()),
        tensorflow=facts.TensorFlow(version="2.6.5", distribution="tensorflow"),
    )
    path = tmp_path / "snapshot.json"
    path.write_bytes(facts.encode(snapshot))
    assert run(monkeypatch, "--snapshot", str(path), "--repair", "--format", "json") == 0
    steps = json.loads(capsys.readouterr().out)["steps"]
    commands = [command for step in steps for command in step["commands"]]
    assert commands[0] == "'/my env/python' -m ensurepip"
    assert all(command.startswith("'/my env/python' -m pip ") for command in commands[1:])
    assert len(commands) > 1


def test_nothing_is_changed_without_being_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "--target", "2.6", "--cpu") == 0
    assert not list(tmp_path.iterdir())
    assert "tensorflow==2.6.5" in capsys.readouterr().out
