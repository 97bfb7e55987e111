"""`tfdoctor model` as a user calls it."""

import json
import os
import subprocess
import sys
import venv
from functools import partial
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import Run, a_tensorflow
from tests.model.title import h5, saved_model
from tfdoctor.model import judge as judgement

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "model.json").read_text())


@pytest.fixture
def run(call: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run it in an empty folder, with no environment active."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    return partial(call, "model")


def test_without_an_environment_the_facts_are_told(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(h5(tmp_path, "tf-2.6-cnn"))
    assert code == 0
    assert "tf-2.6-cnn.h5: Keras model in HDF5, 58.8 kB" in " ".join(out.split())
    assert "written by  Keras 2.6.0" in out
    assert "SGD, learning rate 0.01" in out
    assert "TensorFlow 2." not in out


def test_a_saved_model_tells_its_signature_and_its_operations(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(saved_model(tmp_path), "--verbose")
    assert code == 0
    assert "TensorFlow 2.6.5 (" in out
    assert "serving_default(image: float32[?,12,12,3]) -> logits: float32[?,3]" in out
    assert "FusedBatchNormV3" in out
    assert "DepthwiseConv2D" in out


def test_code_inside_a_model_is_named(run: Run, tmp_path: Path) -> None:
    _, out, _ = run(h5(tmp_path, "tf-2.6-lambda"))
    assert "is bytecode of Python 3.8 or 3.9; it runs when the model is loaded" in " ".join(out.split())


def test_custom_layers_are_named(run: Run, tmp_path: Path) -> None:
    _, out, _ = run(h5(tmp_path, "tf-2.6-registered"), "--format", "json")
    subject = json.loads(out)["subject"]
    assert subject["custom"] == ["shop>Scaler"]
    assert [row["class_name"] for row in subject["layers"] if row["custom"]] == ["shop>Scaler"]


def test_the_question_of_the_title(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(h5(tmp_path, "tf-2.6-cnn"), "--target", "2.3")
    assert code == 1
    assert "It does not load in TensorFlow 2.3.4." in out
    assert "TypeError: ('Keyword argument not understood:', 'keepdims')" in out
    assert "TFD701 config-arg-from-newer-keras" in out
    assert "What to do, the cheapest first\n  1. Save it anew" in out
    assert "drop 'keepdims' of GlobalAveragePooling2D (it is False)" in " ".join(out.split())


def test_the_other_direction_loads(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(h5(tmp_path, "tf-2.3-cnn"), "--target", "2.6")
    assert code == 0
    assert "It loads in TensorFlow 2.6.5." in out
    assert "What to do" not in out


def test_quiet_leaves_the_verdicts(run: Run, tmp_path: Path) -> None:
    _, out, _ = run(h5(tmp_path, "tf-2.6-cnn"), "--target", "2.3", "--quiet")
    assert out.splitlines() == [
        "TensorFlow 2.3.4, Keras 2.3, Python 3.8",
        "It does not load in TensorFlow 2.3.4.",
        "  [✗] keras.models.load_model(path)  fails",
        "  [✗] keras.models.load_model(path, compile=False)  fails",
    ]


@pytest.mark.parametrize("form", ["text", "json", "html"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--target", "2.3"), 1),
        (("--target", "2.3", "--fail-on", "never"), 0),
        (("--target", "2.6"), 0),
        (("--targets", "2.1..2.6"), 1),
        ((), 0),
    ],
)
def test_the_exit_code_is_the_same_whatever_the_format(
    run: Run, tmp_path: Path, form: str, words: tuple[str, ...], code: int
) -> None:
    found, out, _ = run(h5(tmp_path, "tf-2.6-cnn"), *words, "--format", form)
    assert found == code
    if form == "json":
        jsonschema.validate(json.loads(out), SCHEMA)
    elif form == "html":
        assert out.startswith("<!DOCTYPE html>")


def test_json_holds_the_contract(run: Run, tmp_path: Path) -> None:
    _, out, _ = run(h5(tmp_path, "tf-2.6-cnn"), "--target", "2.3", "--format", "json")
    found = json.loads(out)
    assert (found["schema_version"], found["status"], found["primary"]) == (1, "error", "config-arg-from-newer-keras")
    first = found["findings"][0]
    assert (first["code"], first["family"], first["verdict"]) == ("TFD701", "model-keras-config", "broken")
    assert found["ways"] == found["targets"][0]["ways"]
    assert [row["outcome"] for row in found["ways"]] == ["fails", "fails"]
    assert found["ways"][0]["error"] == "TypeError"
    assert [row["kind"] for row in found["targets"][0]["cures"]] == ["resave", "convert", "release", "retrain"]
    assert [row["checked"] for row in found["targets"][0]["cures"]] == ["loads", "loads", "loads", None]


def test_only_the_ways_that_are_named_count(run: Run, tmp_path: Path) -> None:
    path = h5(tmp_path, "tf-2.6-cnn")
    _, out, _ = run(path, "--target", "2.3", "--way", "load_model-nocompile", "--format", "json")
    assert [row["way"] for row in json.loads(out)["ways"]] == ["load_model-nocompile"]
    code, _, err = run(path, "--target", "2.3", "--way", "tflite")
    assert code == 2
    assert "--way tflite: not a way to load this format (ways: load_model, load_model-nocompile)" in err


def test_a_table_of_releases(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(h5(tmp_path, "tf-2.6-cnn"), "--targets", "2.1..2.18", "--quiet")
    assert code == 1
    assert out.splitlines()[0].split() == ["TensorFlow", "load_model", "compile=False"]
    rows = {line.split("  ")[0]: line.split()[-2] for line in out.splitlines()[1:] if " - " in line[:10]}
    assert rows["2.6 - 2.15"] == "✓"
    assert "2.16 - 2.18 tf-keras" in out
    assert "Keyword argument not understood" in out
    assert run(h5(tmp_path, "tf-2.6-cnn"), "--targets", "2.6,2.7.4", "--quiet", "--verbose")[1].count("✓") == 4


def test_legacy_keras_is_a_target_of_its_own(run: Run, tmp_path: Path) -> None:
    path = h5(tmp_path, "tf-2.6-cnn")
    assert run(path, "--target", "2.18", "--legacy", "--quiet")[0] == 0
    code, out, _ = run(path, "--target", "2.18")
    assert code == 1
    assert "python -m pip install 'tf-keras==2.18.*'" in out
    assert "export TF_USE_LEGACY_KERAS=1" in out
    _, out, _ = run(path, "--targets", "2.16..2.18", "--legacy", "--format", "json")
    assert [row["target"]["legacy"] for row in json.loads(out)["targets"]] == [True, True, True]


def test_an_environment_is_judged(run: Run, tmp_path: Path) -> None:
    place = a_tensorflow(tmp_path / "env", "2.3.1")
    path = h5(tmp_path, "tf-2.6-cnn")
    code, out, _ = run(path, "--python", place, "--format", "json")
    assert code == 1
    target = json.loads(out)["targets"][0]["target"]
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert (target["tensorflow"], target["keras"], target["python"]) == ("2.3.1", "2.3", here)
    assert target["executable"] == f"{place}/bin/python"


def test_the_active_environment_is_judged(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = h5(tmp_path, "tf-2.6-cnn")
    monkeypatch.setenv("VIRTUAL_ENV", str(a_tensorflow(tmp_path / "env", "2.18.0", keras="3.5.0")))
    _, out, _ = run(path, "--format", "json")
    assert json.loads(out)["targets"][0]["target"]["keras"] == "3.5.0"
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
    code, out, _ = run(path, "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert found["targets"][0]["target"]["legacy"]
    assert found["remarks"] == ["tf-keras, which TF_USE_LEGACY_KERAS asks for, is not installed in this environment"]


def test_an_active_environment_without_tensorflow_is_left_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "env", symlinks=True)
    path = h5(tmp_path, "tf-2.6-cnn")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "env"))
    assert run(path, "--format", "json")[0] == 0
    code, _, err = run(path, "--python", tmp_path / "env")
    assert code == 2
    assert "this environment has no TensorFlow to load the model with" in err
    (tmp_path / "env" / "bin" / "python").unlink()
    (tmp_path / "env" / "bin" / "python").symlink_to("nothing")
    assert run(path)[0] == 0  # nobody named it
    assert run(path, "--python", tmp_path / "env")[0] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--target", "2.3", "--targets", "2.3,2.6"), "--target is one release"),
        (("--python", "3.8"), "--python 3.8 is a version"),
        (("--python", "here", "--target", "2.3"), "--python names an environment"),
        (("--target", "9.9"), "no release 9.9 of TensorFlow"),
        (("--targets", "2.9..2.1"), "runs backwards"),
        (("--script", "new.py"), "--script writes for one release"),
        (("--prove",), "--prove loads the model in one release"),
        (("--target", "2.3", "--unsafe"), "--unsafe lets --prove"),
        (("--target", "2.3", "--prove", "--custom", "x.py"), "--custom is code"),
        (("--python", "nowhere"), "nowhere: no such interpreter"),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_line(
    run: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    code, out, err = run(h5(tmp_path, "tf-2.6-cnn"), *words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_what_is_no_model_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    for path in (tmp_path / "notes.txt", tmp_path / "nothing"):
        code, _, err = run(path, "--target", "2.3")
        assert code == 2
        assert str(path) in err


def test_a_python_version_goes_with_a_target(run: Run, tmp_path: Path) -> None:
    _, out, _ = run(h5(tmp_path, "tf-2.6-lambda"), "--target", "2.9", "--python", "3.10", "--format", "json")
    found = json.loads(out)
    assert found["targets"][0]["target"]["python"] == "3.10"


def test_a_judgement_that_crashes_costs_no_facts(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*given: object) -> None:
        raise AttributeError(f"{len(given)} things and no name")

    monkeypatch.setattr(judgement, "judge", crash)
    path = h5(tmp_path, "tf-2.6-cnn")
    code, out, _ = run(path, "--target", "2.3", "--format", "json", "--fail-on", "warning")
    found = json.loads(out)
    assert (code, found["primary"], found["subject"]["root"]) == (1, "rule-crashed", "Functional")
    assert "no name" in found["findings"][0]["evidence"][0]["value"]
    _, out, _ = run(path, "--target", "2.3")
    assert "Nothing is known of loading this format in TensorFlow 2.3.4" in out
    code, _, err = run(path, "--target", "2.3", "--debug")
    assert (code, "no name" in err) == (70, True)


def test_the_script_is_written_once(run: Run, tmp_path: Path) -> None:
    path = h5(tmp_path, "tf-2.6-cnn")
    code, _, err = run(path, "--target", "2.3", "--script", "anew.py", "--quiet")
    assert code == 1
    assert "anew.py was written: read it before you run it" in err
    text = (tmp_path / "anew.py").read_text()
    assert "('GlobalAveragePooling2D', 'keepdims', '')" in text
    code, _, err = run(path, "--target", "2.3", "--script", "anew.py")
    assert code == 2
    assert "already there" in err
    code, _, err = run(path, "--target", "2.3", "--script", "nowhere/anew.py")
    assert (code, "No such file or directory" in err) == (2, True)


def test_output_survives_a_poor_terminal(tmp_path: Path) -> None:
    path = h5(tmp_path, "tf-2.6-cnn")
    environ = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "30", "NO_COLOR": "1"}
    argv = [sys.executable, "-m", "tfdoctor", "model", str(path), "--targets", "2.1..2.18"]
    done = subprocess.run(argv, env=environ, capture_output=True, check=False)
    assert done.returncode == 1
    out = done.stdout.decode("ascii")
    assert "+ loads" in out
    assert "2.6 - 2.15" in out


def test_no_question_is_answered_with_yes_by_itself(run: Run, tmp_path: Path) -> None:
    code, _, err = run(h5(tmp_path, "tf-2.6-cnn"), "--target", "2.3", "--python", "3.8", "--prove")
    assert code in {2, 3}  # 3 where no CPython 3.8 is at hand
    assert "nothing was installed: --prove needs TensorFlow 2.3.4" in err or "no environment of TensorFlow" in err
