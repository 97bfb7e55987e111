"""Where TF_USE_LEGACY_KERAS=1 is looked for, and what `tfdoctor drift` says of it."""

import json
import sys
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import a_tensorflow
from tfdoctor import facts
from tfdoctor.cli import _legacy, main

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "drift.json").read_text())


@pytest.mark.parametrize(
    ("place", "text", "found"),
    [
        ("bin/activate", "PS1=x\nexport TF_USE_LEGACY_KERAS=1\n", True),
        ("bin/activate", "TF_USE_LEGACY_KERAS='True'; export TF_USE_LEGACY_KERAS", True),
        ("bin/activate", "export TF_USE_LEGACY_KERAS=1\nexport TF_USE_LEGACY_KERAS=0\n", False),
        ("bin/activate", "# export TF_USE_LEGACY_KERAS=1\nunset TF_USE_LEGACY_KERAS\n", False),
        ("bin/activate.csh", 'setenv TF_USE_LEGACY_KERAS "1"\n', True),
        ("bin/activate.fish", "set -gx TF_USE_LEGACY_KERAS 1\n", True),
        ("etc/conda/activate.d/env.bat", "@set TF_USE_LEGACY_KERAS=1\r\n", True),
        ("etc/conda/activate.d/env.bat", '@SET "TF_USE_LEGACY_KERAS=1"\r\n', True),
        ("etc/conda/activate.d/env.ps1", '$Env:TF_USE_LEGACY_KERAS = "1"\n', True),
        ("conda-meta/state", '{"env_vars": {"TF_USE_LEGACY_KERAS": "1"}}', True),
        ("conda-meta/state", '{"env_vars": {"TF_USE_LEGACY_KERAS": "0"}}', False),
        ("conda-meta/state", '{"env_vars": []}', False),
        ("conda-meta/state", "[" * 10_000, False),
    ],
)
def test_files_of_an_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, text: str, *, found: bool
) -> None:
    monkeypatch.delenv("TF_USE_LEGACY_KERAS", raising=False)
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text(text)
    assert _legacy.of_environment(str(tmp_path / "bin" / "python")) == (str(tmp_path / place) if found else "")
    assert _legacy.of_environment(str(tmp_path / "python.exe")) == (str(tmp_path / place) if found else "")


def test_the_shell_and_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin" / "activate").mkdir(parents=True)
    loop = tmp_path / "bin" / "activate.fish"
    loop.symlink_to(loop)
    monkeypatch.delenv("TF_USE_LEGACY_KERAS", raising=False)
    assert _legacy.of_environment(str(tmp_path / "bin" / "python")) == ""
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "true")
    assert _legacy.of_environment(str(tmp_path / "bin" / "python")) == "this shell"


def test_what_is_recorded() -> None:
    assert _legacy.of_snapshot(facts.Snapshot()) == ""
    row = facts.Variable(name="TF_USE_LEGACY_KERAS", value="1")
    assert _legacy.of_snapshot(facts.Snapshot(environ=(row,))) == "it"


def drift(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["tfdoctor", "drift", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_drift_says_whose_keras_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TF_USE_LEGACY_KERAS", raising=False)
    env = a_tensorflow(tmp_path / "env", "2.16.2")
    assert drift(monkeypatch, "2.12", "--to-env", env, "-f", "json") == 0
    assert json.loads(capsys.readouterr().out)["remarks"] == []
    with (env / "bin" / "activate").open("a") as file:
        file.write("\nexport TF_USE_LEGACY_KERAS=1\n")
    assert drift(monkeypatch, "2.12", "--to-env", env, "-f", "json") == 0
    data = json.loads(capsys.readouterr().out)
    jsonschema.validate(data, SCHEMA)
    first, second = data["remarks"]
    assert first == (
        f"{env}: {env / 'bin' / 'activate'} sets TF_USE_LEGACY_KERAS=1, so its tf.keras is Keras 2 (tf_keras);"
        " what is said here of tf.keras in 2.16 is that of Keras 3"
    )
    assert second == "tf_keras continues the Keras of 2.15: of tf.keras see tfdoctor drift 2.12 2.15"
    drift(monkeypatch, "2.15", "--to-env", env, "--no-color")
    assert "remark: tf_keras continues the Keras of 2.15: little of tf.keras differs" in capsys.readouterr().out
    drift(monkeypatch, "2.15", "--to-env", env, "-f", "html")
    assert "<dt>Remark</dt>" in capsys.readouterr().out
    drift(monkeypatch, "2.15", "--to-env", env, "-f", "github")
    assert "TF_USE_LEGACY_KERAS=1" in capsys.readouterr().err


def test_a_ticket_states_it_and_an_old_release_has_keras_2_anyway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, version in (("old", "2.12.0"), ("new", "2.17.0")):
        stated = {"tf_version": version, "env_vars": {"TF_USE_LEGACY_KERAS": "1"}}
        (tmp_path / f"{name}.json").write_text(json.dumps({"environment": stated}))
    drift(monkeypatch, tmp_path / "old.json", tmp_path / "new.json", "-f", "json")
    remarks = json.loads(capsys.readouterr().out)["remarks"]
    assert len(remarks) == 2
    assert remarks[0].startswith(f"{tmp_path / 'new.json'}: it sets TF_USE_LEGACY_KERAS=1")
    drift(monkeypatch, "2.10", tmp_path / "old.json", "-f", "json")
    assert json.loads(capsys.readouterr().out)["remarks"] == []
