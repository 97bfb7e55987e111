"""`tfdoctor model --prove` with real TensorFlow: a model of 2.6 in 2.3, which fails, and the cure, which loads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.model.title import h5

from .conftest import an_interpreter

pytestmark = pytest.mark.realtf


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environ = {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": "-1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    argv = [sys.executable, "-m", "tfdoctor", "model", *words]
    return subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=1800)


def test_the_question_of_the_title_is_proved_and_cured(tmp_path: Path) -> None:
    an_interpreter("3.8")
    an_interpreter("3.9")
    h5(tmp_path, "tf-2.6-cnn")
    words = ("tf-2.6-cnn.h5", "--target", "2.3", "--format", "json")
    done = run(tmp_path, *words, "--prove", "--yes", "--script", "anew.py", "--quiet")
    assert done.returncode == 1, done.stderr
    proof = json.loads(done.stdout)["proof"]
    assert proof["tensorflow"] == "2.3.4"
    assert [(row["outcome"], row["agrees"]) for row in proof["trials"]] == [("fails", True)] * 2
    old, new = (str(tmp_path / f".venv-tf{release}" / "bin" / "python") for release in ("2.3.4", "2.6.5"))
    for argv in ([new, "anew.py", "save", "tf-2.6-cnn.h5", "anew"], [old, "anew.py", "load", "anew"]):
        made = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
        assert made.returncode == 0, made.stderr
    assert "largest difference of its answers: 0 relative" in made.stdout
    done = run(tmp_path, "anew/model.h5", "--target", "2.3", "--format", "json", "--prove", "--yes", "--quiet")
    assert done.returncode == 0, done.stderr
    trials = json.loads(done.stdout)["proof"]["trials"]
    assert [(row["outcome"], row["agrees"]) for row in trials] == [("loads", True)] * 2
    assert {row["outputs"] for row in trials} == {"equal (largest difference 0.0e+00), beside TensorFlow 2.6.5"}
