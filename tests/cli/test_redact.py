"""`tfdoctor redact`: files of every kind, never over another file, and what was replaced is said."""

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tfdoctor.cli import app
from tfdoctor.errors import InputError, UsageError

LOG = "qbob@zeus7:~/x$ python x.py\npassword=hunter2hunter\n/home/qbob/acme/x.py\n"
MACHINE = next((Path(__file__).parent.parent / "machines").glob("*/snapshot.json"))


def run(*arguments: object) -> tuple[str, str]:
    result = CliRunner().invoke(app, ["redact", *map(str, arguments)], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


@pytest.mark.parametrize("suffix", [".log", ".txt", ".md", ""])
def test_a_text(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"x{suffix}"
    file.write_text(LOG)
    out, said = run(file)
    target = tmp_path / f"x.redacted{suffix}"
    assert out.strip() == str(target)
    assert target.read_text() == "user1@host1:~/x$ python x.py\npassword=secret1\n/home/user1/dir1/x.py\n"
    assert "1 password" in said
    assert file.read_text() == LOG
    again = run(target, "-o", "-")
    assert again[0] == target.read_text()
    assert "nothing to redact" in again[1]


def test_json_and_lines_of_it(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"log": "/home/qbob/x", "n": 1.10}\nno json: password=hunter2hunter\n\n{"log": "/home/qbob/y"}')
    run(file, "-q", "-o", tmp_path / "y.jsonl")
    assert (tmp_path / "y.jsonl").read_text() == (
        '{"log": "/home/user1/x", "n": 1.10}\nno json: password=secret1\n\n{"log": "/home/user1/y"}'
    )
    done, _ = run(MACHINE, "-o", "-")
    assert json.loads(done)["type"] == "Snapshot"
    assert "/home/user/" not in done


def test_a_dump(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text(LOG)
    dump = tmp_path / "d.zip"
    made = CliRunner().invoke(app, ["dump", "--no-redact", "-q", "-o", str(dump), "--attach", str(log)])
    assert made.exit_code == 0, made.output
    (marked,) = tmp_path.glob("*.zip")
    run(marked)
    done = tmp_path / "d.redacted.zip"
    with zipfile.ZipFile(done) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [name for name, text in texts.items() if "hunter2" in text or "qbob" in text]
    assert json.loads(texts["manifest.json"])["redaction"]["on"] is True
    assert texts["snapshot.json"].count("secret1") == 1


def test_refusals(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    with pytest.raises(InputError, match="no such file"):
        run(file)
    with pytest.raises(InputError, match="folder"):
        run(tmp_path)
    file.write_text(LOG)
    run(file)
    with pytest.raises(UsageError, match="--force"):
        run(file)
    run(file, "--force")
    with pytest.raises(UsageError, match="own place"):
        run(file, "-o", file, "--force")
    (tmp_path / "x.bin").write_bytes(b"\x7fELF\0\1\2")
    with pytest.raises(InputError, match="no text"):
        run(tmp_path / "x.bin")
    (tmp_path / "x.gz").write_bytes(b"\x1f\x8b")
    with pytest.raises(InputError, match="unpack"):
        run(tmp_path / "x.gz")
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(InputError, match=r"x\.json"):
        run(tmp_path / "x.json")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(InputError):
        run(tmp_path / "x.zip")
    with pytest.raises(InputError):
        run(file, "-o", tmp_path / "none" / "x")
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_device_is_written_to_and_a_link_is_followed(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    file.write_text("/home/bobby/x.py\n")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    run(file, "-o", pipe, "--force")
    assert os.read(reader, 100) == b"/home/user1/x.py\n"
    os.close(reader)
    assert pipe.is_fifo()
    real, link = tmp_path / "real.log", tmp_path / "link.log"
    real.write_text("before")
    link.symlink_to(real)
    run(file, "-o", link, "--force")
    assert link.is_symlink()
    assert real.read_text() == "/home/user1/x.py\n"


def test_a_name_of_a_later_line_goes_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"log": "hello qbob"}\n{"log": "/home/qbob/x.py"}\n')
    run(file)
    assert (tmp_path / "a.redacted.jsonl").read_text() == '{"log": "hello user1"}\n{"log": "/home/user1/x.py"}\n'


def test_a_notebook_stays_one(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    source = "password = \"Hunter2x7\"; open('C:\\Users\\qbob\\x.csv')"
    file.write_text(json.dumps({"cells": [{"cell_type": "code", "source": [source]}]}))
    run(file)
    [cell] = json.loads((tmp_path / "a.redacted.ipynb").read_text())["cells"]
    assert cell["source"] == ["password = \"secret1\"; open('C:\\Users\\u1__\\x.csv')"]
