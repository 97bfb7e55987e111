"""`tfdoctor compare` with a recorded fingerprint and a live one of a real TensorFlow: oneDNN off and on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from knowing.environments import chosen

from .conftest import an_environment

pytestmark = pytest.mark.realtf
ONLY = ("--only", "execution-onednn", "--only", "layer-dense", "--only", "optimizer-adam-default")


def tfdoctor(onednn: str, *words: str) -> str:
    environ = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_ENABLE_ONEDNN_OPTS": onednn}
    command = [sys.executable, "-m", "tfdoctor", *words, "--format", "json", "--fail-on", "never"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_onednn_off_and_on_differ_in_that_alone(tmp_path: Path) -> None:
    one = next(one for one in chosen() if one.minor == "2.15")
    python = str(an_environment(tmp_path / "env", one.python, "--no-deps", *one.pins) / "bin" / "python")
    (tmp_path / "off.json").write_text(tfdoctor("0", "fingerprint", "-p", python, *ONLY))
    found = json.loads(tfdoctor("1", "compare", str(tmp_path / "off.json"), python, "--fingerprint"))["experiments"]
    assert found["b"]["ran"] == 3  # those that were recorded
    assert [(row["experiment"], row["origin"]) for row in found["differences"]] == [("execution-onednn", "a")]
    assert [row["judgement"] for row in found["differences"]] == ["suspicious"]
    assert set(found["same"]) | set(found["near"]) == {"layer-dense", "optimizer-adam-default"}
