"""`tfdoctor model --prove`: environments that stand there are used, others asked for, and what happens is told."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import Run, site
from tests.model.title import h5, saved_model
from tests.probes.test_loading import NUMPY, TENSORFLOW
from tfdoctor.apply import Outcome
from tfdoctor.cli import _apply

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "model.json").read_text())
Proving = Callable[..., tuple[int, dict[str, Any], str]]

REFUSING = TENSORFLOW.replace("return _Model()", "raise TypeError('Keyword argument not understood:', 'keepdims')")
OTHER = TENSORFLOW.replace("[1.0, float(given.size)]", "[1.0, 5.0]")
GRAPH = """
def _saved(path):
    spec = types.SimpleNamespace(shape=(None, 3), dtype="float32")
    class _Function:
        structured_input_signature = ((), {"x": spec})
        def __call__(self, x): return {"y": _Array([1.0, float(x.size)])}
    return types.SimpleNamespace(signatures={"serving_default": _Function()})
saved_model = types.SimpleNamespace(load=_saved)
def _layer(path, call_endpoint): return lambda x: {"y": _Array([1.0, float(x.size)])}
keras.layers = types.SimpleNamespace(TFSMLayer=_layer)
"""


def environment(folder: Path, source: str) -> Path:
    """An environment with what calls itself TensorFlow."""
    where = site(folder)
    (where / "tensorflow").mkdir()
    (where / "tensorflow" / "__init__.py").write_text(source)
    (where / "numpy.py").write_text(NUMPY)
    return folder


@pytest.fixture
def run(call: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Proving:
    monkeypatch.chdir(tmp_path)

    def proved(*words: object) -> tuple[int, dict[str, Any], str]:
        code, out, err = call("model", *words, "--prove", "--format", "json")
        found = json.loads(out) if out else {}
        if found:
            jsonschema.validate(found, SCHEMA)
        return code, found.get("proof") or {}, err

    return proved


def test_what_happens_is_put_beside_what_was_predicted(run: Proving, tmp_path: Path) -> None:
    environment(tmp_path / ".venv-tf2.3.4", REFUSING)  # it calls itself 2.6.5
    environment(tmp_path / ".venv-tf2.6.5", TENSORFLOW)
    code, proof, err = run(h5(tmp_path, "tf-2.6-cnn"), "--target", "2.3")
    assert code == 1
    assert proof["python"] == f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert proof["remarks"] == ["TensorFlow 2.6.5 is in this environment, where 2.3.4 was expected"]
    assert "loading with load_model in" in err
    assert proof["executable"] == str(tmp_path / ".venv-tf2.3.4" / "bin" / "python")
    first, second = proof["trials"]
    assert (first["way"], first["predicted"], first["outcome"], first["agrees"]) == (
        "load_model",
        "fails",
        "fails",
        True,
    )
    assert first["message"] == "('Keyword argument not understood:', 'keepdims')"
    assert (second["outcome"], second["agrees"]) == ("fails", False)  # for another reason


def test_answers_are_compared_with_those_of_the_writer(run: Proving, tmp_path: Path) -> None:
    fits = TENSORFLOW.replace('if "compile" in options:', "if False:")
    environment(tmp_path / "all" / ".venv-tf2.6.5", fits)
    environment(tmp_path / "all" / ".venv-tf2.4.4", fits.replace("2.6.5", "2.4.4"))
    path = h5(tmp_path, "tf-2.3-cnn")
    code, proof, _ = run(path, "--target", "2.6", "--env", tmp_path / "all", "--quiet")
    assert code == 0
    assert proof["source"] == "2.4.4"
    told = "equal (largest difference 0.0e+00), beside TensorFlow 2.4.4"
    assert [(row["outcome"], row["agrees"], row["outputs"]) for row in proof["trials"]] == [("loads", True, told)] * 2


def test_what_fails_when_it_is_tried_decides_the_exit_code(run: Proving, tmp_path: Path) -> None:
    environment(tmp_path / ".venv-tf2.6.5", REFUSING)
    environment(tmp_path / ".venv-tf2.4.4", TENSORFLOW)
    path = h5(tmp_path, "tf-2.3-cnn")
    code, proof, _ = run(path, "--target", "2.6", "--way", "load_model")
    assert (code, proof["trials"][0]["agrees"]) == (1, False)
    assert run(path, "--target", "2.6", "--way", "load_model", "--fail-on", "never")[0] == 0


def test_another_answer_is_told(run: Proving, tmp_path: Path) -> None:
    environment(tmp_path / ".venv-tf2.6.5", TENSORFLOW)
    environment(tmp_path / ".venv-tf2.4.4", OTHER)
    _, proof, _ = run(h5(tmp_path, "tf-2.3-cnn"), "--target", "2.6", "--way", "load_model")
    assert proof["trials"][0]["outputs"].startswith("differ by ")


def test_code_of_the_model_is_not_run_unasked(run: Proving, tmp_path: Path) -> None:
    environment(tmp_path / ".venv-tf2.6.5", TENSORFLOW)
    environment(tmp_path / ".venv-tf2.7.4", TENSORFLOW)
    path = h5(tmp_path, "tf-2.6-lambda")
    words = (path, "--target", "2.7", "--python", "3.9", "--way", "load_model")
    _, proof, _ = run(*words)
    assert proof["trials"][0]["outcome"] == "not tried"
    assert "bytecode of the layer 'lambda': --unsafe allows it" in proof["trials"][0]["message"]
    _, proof, _ = run(*words, "--unsafe")
    assert proof["trials"][0]["outcome"] == "loads"
    own = tmp_path / "own.py"
    own.write_text("class Scaler: pass\n")
    _, proof, _ = run(*words, "--unsafe", "--custom", own)
    assert (proof["trials"][0]["error"], proof["trials"][0]["agrees"]) == ("KeyError", None)


def test_an_environment_that_is_named_is_the_target(run: Proving, tmp_path: Path) -> None:
    place = environment(tmp_path / "mine", TENSORFLOW)
    site = next((place / "lib").glob("python*")) / "site-packages"
    for name in ("tensorflow",):
        (site / f"{name}-2.6.5.dist-info").mkdir()
        (site / f"{name}-2.6.5.dist-info" / "METADATA").write_text(f"Name: {name}\nVersion: 2.6.5\n")
        (site / f"{name}-2.6.5.dist-info" / "RECORD").write_text("tensorflow/__init__.py,,\n")
    _, proof, _ = run(h5(tmp_path, "tf-2.6-cnn"), "--python", place)
    assert proof["executable"] == str(place / "bin" / "python")
    assert proof["source"] is None
    assert proof["remarks"] == ["TensorFlow 2.6 wrote it: there are no other answers to compare with"]


def test_a_graph_stands_in_where_the_writer_has_no_such_layer(run: Proving, tmp_path: Path) -> None:
    environment(tmp_path / ".venv-tf2.18.1", TENSORFLOW + GRAPH)
    environment(tmp_path / ".venv-tf2.6.5", TENSORFLOW + GRAPH)
    _, proof, _ = run(saved_model(tmp_path), "--target", "2.18", "--way", "TFSMLayer")
    assert proof["trials"][0]["outputs"] == "equal (largest difference 0.0e+00), beside TensorFlow 2.6.5"


def test_a_writer_that_cannot_be_asked_is_a_remark(run: Proving, tmp_path: Path) -> None:
    environment(tmp_path / ".venv-tf2.6.5", TENSORFLOW)
    environment(tmp_path / ".venv-tf2.4.4", REFUSING)
    _, proof, _ = run(h5(tmp_path, "tf-2.3-cnn"), "--target", "2.6", "--way", "load_model")
    assert proof["trials"][0]["outputs"] is None
    assert proof["remarks"] == [
        "load_model in the release that wrote it: ('Keyword argument not understood:', 'keepdims')"
    ]


def test_nothing_is_installed_without_a_yes(run: Proving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = h5(tmp_path, "tf-2.6-cnn")
    code, proof, err = run(path, "--target", "2.3", "--quiet")
    assert proof == {}
    if code == 3:
        pytest.skip("no interpreter for TensorFlow 2.3 here")
    assert (code, sorted(item.name for item in tmp_path.iterdir())) == (2, ["tf-2.6-cnn.h5"])
    assert f"TensorFlow 2.3.4 into {tmp_path}/.venv-tf2.3.4 and TensorFlow 2.6.5 into" in err
    made = []

    def carry_out(plan: Any, matrix: object, *, where: Path, **how: object) -> Outcome:  # noqa: ARG001  the seam
        made.append(plan.chosen.version)
        environment(where, TENSORFLOW)
        return Outcome(python=str(where / "bin" / "python"), prefix=str(where))

    monkeypatch.setattr(_apply, "carry_out", carry_out)
    code, proof, _ = run(path, "--target", "2.3", "--yes", "--quiet")
    assert made == ["2.3.4", "2.6.5"]
    assert code == 1
    assert proof["trials"][0]["agrees"] is False  # the stub loads what TensorFlow 2.3 does not


def test_a_terminal_is_asked(run: Proving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def confirm(question: str, **how: object) -> bool:  # noqa: ARG001  as typer's
        asked.append(question)
        return False

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", confirm)
    code, _, _ = run(h5(tmp_path, "tf-2.6-cnn"), "--target", "2.3", "--quiet")
    if code == 3:
        pytest.skip("no interpreter for TensorFlow 2.3 here")
    assert code == 2
    assert "GB to download)?" in asked[0]


def test_where_no_environment_can_be_made(run: Proving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tfdoctor.plan.choice import choose
    from tfdoctor.plan.model import NoPlan

    def none(target: Any, *others: object) -> NoPlan:  # noqa: ARG001  the seam
        return NoPlan(target=target, reason="no CPython 3.8 is at hand", relax=(), alternatives=())

    monkeypatch.setattr(choose, "plan", none)
    path = h5(tmp_path, "tf-2.6-cnn")
    code, _, err = run(path, "--target", "2.3", "--yes")
    assert code == 3
    assert "no environment of TensorFlow 2.3.4 can be made here: no CPython 3.8 is at hand" in err
    environment(tmp_path / ".venv-tf2.3.4", REFUSING.replace("2.6.5", "2.3.4"))
    _, proof, _ = run(path, "--target", "2.3", "--yes")
    assert proof["remarks"] == [
        "no environment of TensorFlow 2.6.5 can be made here: no CPython 3.8 is at hand: no answers are compared"
    ]


def test_weights_need_code(run: Proving, tmp_path: Path) -> None:
    environment(tmp_path / ".venv-tf2.6.5", TENSORFLOW)
    import gzip

    captures = Path(__file__).parents[1] / "model" / "captures" / "keras"
    weights = tmp_path / "w.weights.h5"
    weights.write_bytes(gzip.decompress((captures / "tf-2.12.weights.h5.gz").read_bytes()))
    _, proof, _ = run(weights, "--target", "2.6", "--yes")
    assert proof["trials"][0]["outcome"] == "not tried"
    assert "weights need code" in proof["trials"][0]["message"]
