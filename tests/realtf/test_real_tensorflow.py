"""Real TensorFlow releases from the configured index, working and broken; left out where it cannot be reached."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.cli import main

from .conftest import add, an_environment

pytestmark = pytest.mark.realtf


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(folder: Path, *options: str) -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["tfdoctor", "check", "--python", str(folder), "--format", "json", *options])
        with pytest.raises(SystemExit) as stopped:
            main()
        report: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert stopped.value.code == (1 if report["status"] == "error" else 0)
        return report

    return run


def test_a_working_release_is_healthy_until_something_is_changed(tmp_path: Path, check: Any) -> None:
    env = an_environment(tmp_path / "env", "3.11", "tensorflow-cpu==2.15.1", "setuptools<80")
    report = check(env, "--load")
    assert report["status"] != "error"
    assert report["subject"]["tensorflow"] == "2.15.1"
    add(env, "--no-deps", "numpy==2.2.6")
    for options in ([], ["--load"]):
        report = check(env, *options)
        assert (report["status"], report["primary"]) == ("error", "numpy2-abi")
    add(env, "--no-deps", "numpy==1.26.4", "protobuf==3.19.6")
    assert check(env)["primary"] == "protobuf-too-old"
    add(env, "--no-deps", "protobuf==4.25.8")
    library = next((env / "lib").glob("python3.*/site-packages/tensorflow/python/_pywrap_tensorflow_internal.so"))
    library.unlink()
    report = check(env)
    assert report["status"] == "error"
    assert "_pywrap_tensorflow_internal.so" in json.dumps(report["findings"][0])


def test_a_plain_install_of_an_old_release_cannot_be_imported(tmp_path: Path, check: Any) -> None:
    env = an_environment(tmp_path / "env", "3.9", "tensorflow-cpu==2.6.0")
    for options in ([], ["--load"]):
        report = check(env, *options)
        assert (report["status"], report["primary"]) == ("error", "protobuf-too-new")
    command = report["findings"][0]["remedies"][0]["commands"][0].split()
    assert subprocess.run(command, check=False, capture_output=True).returncode in {0, 1}


def test_two_distributions_of_one_package(tmp_path: Path, check: Any) -> None:
    env = an_environment(tmp_path / "env", "3.12", "tensorflow-cpu==2.20.0")
    add(env, "--no-deps", "tensorflow-cpu==2.20.0", "tensorflow==2.19.0")
    names = [row["name"] for row in check(env)["findings"]]
    assert "two-tensorflow-distributions" in names
