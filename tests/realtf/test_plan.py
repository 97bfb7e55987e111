"""Plans carried out for real: a new environment that trains, broken by hand and repaired."""

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import tfdoctor
from tfdoctor.cli import main

from .conftest import add

pytestmark = pytest.mark.realtf

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "applied.json").read_text())
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int | str | None, dict[str, Any]]:
    monkeypatch.setattr(sys, "argv", ["tfdoctor", "plan", "--format", "json", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code, json.loads(capsys.readouterr().out)


def stages(report: dict[str, Any]) -> list[str]:
    return [finding["name"] for finding in report["diagnosis"]["findings"] if finding["severity"] == "error"]


def test_a_new_environment_trains_and_is_repaired_after_it_was_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    where = tmp_path / "an env"
    words = ("--target", ">=2.12,<2.20", "--python", HERE, "--cpu", "--apply", "--env", str(where))
    code, made = run(monkeypatch, capsys, *words)
    jsonschema.validate(made, SCHEMA)
    assert code == 0
    assert stages(made) == []
    assert made["environment"]["prefix"] == str(where)

    add(where, "--no-deps", "protobuf==3.19.6", "gast==0.2.2")
    code, repaired = run(monkeypatch, capsys, "--repair", "--python", str(where), "--apply", "--yes")
    assert code == 0
    assert stages(repaired) == []
    assert {row["distribution"] for row in repaired["plan"]["changes"]} == {"protobuf", "gast"}

    code, again = run(monkeypatch, capsys, "--repair", "--python", str(where))
    assert (code, again["reason"], again["steps"]) == (0, None, [])
