"""`tfdoctor drift` as a user calls it."""

import json
from functools import partial
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import Run, a_tensorflow
from tests.drift.making import PROGRAM, program
from tests.model.title import h5

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "drift.json").read_text())


@pytest.fixture
def run(call: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run it in an empty folder, with no environment active."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)

    return partial(call, "drift")


def test_two_releases(run: Run) -> None:
    code, out, err = run("2.3", "2.6")
    assert (code, err) == (0, "")
    assert out.startswith("TensorFlow 2.3 → 2.6\n")
    assert "tf.keras.Sequential.predict_classes - not in TensorFlow 2.6" in out
    assert "The same in both\n  Adam  learning_rate=0.001" in out


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("never", 0), ("warning", 1)])
def test_code_decides_the_exit_code(run: Run, tmp_path: Path, fail_on: str, code: int) -> None:
    program(tmp_path)
    assert run("1.15", "2.3", "--code", "train.py", "--quiet", "--fail-on", fail_on)[0] == code


def test_without_code_nothing_is_an_error(run: Run) -> None:
    assert run("2.15", "2.16", "--quiet", "--fail-on", "warning")[0] == 0
    assert run("2.15", "2.16", "--quiet", "--fail-on", "note")[0] == 1


def test_code_is_repeatable_and_stands_beside_a_model(run: Run, tmp_path: Path) -> None:
    program(tmp_path)
    program(tmp_path, "import tensorflow as tf\ntf.estimator.Estimator(1)\n", "other.py")
    model = h5(tmp_path, "tf-2.6-cnn")
    code, out, _ = run("2.6", "2.16", "--code", "train.py", "--code", "other.py", "--model", model, "-f", "json")
    assert code == 1
    data = json.loads(out)
    jsonschema.validate(data, SCHEMA)
    assert {row["path"] for row in data["places"]} == {"train.py", "other.py", str(model)}
    assert data["subject"]["files"] == 2


@pytest.mark.parametrize(
    ("form", "start"),
    [("json", "{"), ("sarif", "{"), ("github", "::"), ("html", "<!DOCTYPE html>"), ("text", "TensorFlow 1.15")],
)
def test_every_form_has_the_same_exit_code(run: Run, tmp_path: Path, form: str, start: str) -> None:
    program(tmp_path)
    code, out, err = run("1.15", "2.3", "--code", tmp_path / "train.py", "--format", form)
    assert (code, err) == (1, "")
    assert out.startswith(start)
    if form in {"sarif", "github"}:
        assert str(tmp_path) not in out  # paths are told from the folder that it was called in


# --- the two ends -------------------------------------------------------------------------------------


def test_files_and_environments_are_ends(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ticket.json").write_text(json.dumps({"environment": {"tf_version": "2.3.1"}}))
    old, new = (a_tensorflow(tmp_path / name, version) for name, version in (("old", "2.3.4"), ("new", "2.6.5")))
    for words in (
        ("ticket.json", "2.6.5"), ("ticket.json", "--to-env", new), ("--from-env", old, "2.6"),
        ("--from-env", old, "--to-env", new), (old, new / "bin" / "python"),
    ):  # fmt: skip
        code, out, err = run(*words, "-f", "json")
        assert (code, err) == (0, ""), words
        subject = json.loads(out)["subject"]
        assert (subject["before"], subject["after"]) == ("2.3", "2.6")
    assert subject["asked"] == [f"{old} (2.3.4)", f"{new / 'bin' / 'python'} (2.6.5)"]


def test_the_active_environment_is_an_end(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(a_tensorflow(tmp_path / "env", "2.3.4")))
    for words in ((".", "2.6"), ("--from-env", ".", "2.6")):
        assert json.loads(run(*words, "-f", "json")[1])["subject"]["asked"] == [". (2.3.4)", "2.6"]


def test_an_end_that_is_no_environment_has_none_active(run: Run) -> None:
    code, _, err = run("--from-env", ".", "2.6")
    assert code == 2
    assert err.startswith("tfdoctor: .: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "FROM is missing: name a release (2.3)"),
        (("2.3",), "TO is missing"),
        (("2.3", "2.6", "--to-env", "env"), "2.6: two releases are compared, and both are named already"),
        (("--from-env", "env", "2.6"), "env: no such interpreter, environment folder or program on PATH"),
        (("2.3", "2.3.4"), "2.3 and 2.3.4 are both TensorFlow 2.3: patches of a minor are not compared"),
        (("2.3", "newest"), "'newest' is no release of TensorFlow: write 2.3 or 2.3.1"),
        (("2.3", "9.9"), "TensorFlow 9.9 was not harvested: known are 1.15 and 2.0 to 2.21"),
        (("gone.zip", "2.3"), "gone.zip: No such file or directory"),
        (("empty.json", "2.3"), "empty.json: it does not say which TensorFlow it is about"),
        (("future.json", "2.3"), "future.json: TensorFlow 9.9 was not harvested"),
        (("bare", "2.3"), "bare: this environment has no TensorFlow"),
        (("folder", "2.3"), "'folder' is no release of TensorFlow"),
        (("2.3", "no/env"), "no/env: there is no such file or folder"),
        (("2.3", "2.6", "--code", "gone.py"), "gone.py: no such file or folder"),
        (("2.3", "2.6", "--model", "gone.h5"), "gone.h5: "),
        (("2.3", "2.6", "--fix"), "--fix rewrites programs: name them with --code"),
        (("2.3", "2.6", "--code", "folder", "--write"), "--write writes what --fix shows: it needs --fix"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_line(run: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "empty.json").write_text('{"title": "a"}')
    (tmp_path / "future.json").write_text('{"environment": {"tf_version": "9.9.1"}}')
    (tmp_path / "folder").mkdir()
    if "bare" in words:
        import venv

        venv.create(tmp_path / "bare", symlinks=True)
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith(f"tfdoctor: {said}")
    assert err.count("\n") == 1


# --- rewriting ----------------------------------------------------------------------------------------


def test_fix_shows_and_writes_with_a_word(run: Run, tmp_path: Path) -> None:
    path = program(tmp_path)
    words = ("1.15", "2.3", "--code", "train.py", "--fix")
    code, out, _ = run(*words)
    assert code == 1
    assert "+import tensorflow.compat.v1 as tf\n+tf.disable_v2_behavior()\n" in out
    assert "Nothing was written: add --write." in out
    assert path.read_text() == PROGRAM
    code, out, _ = run(*words, "--write", "-f", "json")
    (fix,) = json.loads(out)["fixes"]
    assert (fix["written"], fix["made"]) == (True, 3)
    assert "held = tf.placeholder(tf.float32)\n" in path.read_text()
    assert "L.GRU(16, recurrent_activation='hard_sigmoid', reset_after=False),\n" in path.read_text()
    assert "Nothing that can be rewritten safely was found." in run(*words)[1]


def test_a_program_of_tensorflow_1_that_runs_eagerly_stays_eager(run: Run, tmp_path: Path) -> None:
    source = (
        "import tensorflow as tf\ntf.enable_eager_execution()\nopt = tf.train.AdamOptimizer()\nopt.minimize(loss)\n"
    )
    (tmp_path / "eager.py").write_text(source)
    _, out, _ = run("1.15", "2.3", "--code", "eager.py", "--fix")
    assert "+tf.compat.v1.enable_eager_execution()\n" in out
    assert "disable_v2_behavior" not in out


# --- the doctor's own trouble -------------------------------------------------------------------------


def test_a_part_that_crashes_is_a_finding(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("tfdoctor.drift.compare.unchanged", crash)
    code, out, err = run("2.15", "2.16")
    assert (code, err) == (0, "")
    assert "TFD002 rule-crashed: A part of the doctor crashed (what did not change)" in out
    assert "ZeroDivisionError('a fault')" in out
    assert run("2.15", "2.16", "--fail-on", "warning")[0] == 1
    code, _, err = run("2.15", "2.16", "--debug")
    assert code == 70
    assert "Traceback" in err


def test_what_could_not_be_read_is_not_called_fine(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("print 'two'\n")
    code, out, _ = run("2.3", "2.6", "--code", tmp_path / "old.py")
    assert code == 0
    assert "nothing is known of it" in out
    assert "TFD003 code-unread: " in out
    assert run("2.3", "2.6", "--code", tmp_path / "old.py", "--fail-on", "warning")[0] == 1
    data = json.loads(run("2.3", "2.6", "--code", tmp_path / "old.py", "--format", "json")[1])
    jsonschema.validate(data, SCHEMA)
    assert (data["status"], data["primary"]) == ("warning", "code-unread")
    assert "code-unread" in run("2.3", "2.6", "--code", tmp_path / "old.py", "--format", "github")[1]
    (tmp_path / "new.py").write_text("import tensorflow as tf\ntf.constant(1)\n")
    assert "in what could be read, as far as is known" in run("2.3", "2.6", "--code", tmp_path)[1].replace("\n", " ")
