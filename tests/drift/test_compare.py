"""Real programs and notebooks between two releases: what touches them, and what becomes of a part that crashes."""

import json
from pathlib import Path

import pytest

from tests.drift.making import MATRIX, notebook, program
from tests.model.title import h5
from tfdoctor.drift import compare as whole
from tfdoctor.drift import sources
from tfdoctor.drift.answer import Answer
from tfdoctor.drift.code import program as reader
from tfdoctor.drift.code.modules import Modules
from tfdoctor.drift.code.notebook import Notebook
from tfdoctor.drift.compare import compare
from tfdoctor.drift.edits import edits
from tfdoctor.drift.findings import diagnosis, place
from tfdoctor.drift.fix import plan
from tfdoctor.drift.releases import Span
from tfdoctor.errors import UsageError
from tfdoctor.model.read import read

OLD = Span("1.15", "2.6")


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = tmp_path_factory.mktemp("code")
    program(folder)
    notebook(folder, "import tensorflow as tf\n", "%matplotlib inline\ncell = tf.keras.layers.GRUCell(3)\n")
    program(folder, "print 'two'\n", "old.py")
    return compare(OLD, MATRIX, [folder])


def test_a_call_that_gives_the_argument_is_not_touched(answer: Answer) -> None:
    lines = {hit.use.line for hit in answer.hits if hit.change.parameters == ("reset_after",) and not hit.use.cell}
    assert lines == {5}
    texts = {hit.text for hit in answer.hits if hit.change.parameters == ("reset_after",)}
    assert texts == {"L.GRU(16),", "cell = tf.keras.layers.GRUCell(3)"}


def test_what_was_read_is_told(answer: Answer) -> None:
    assert answer.read
    assert answer.read.files == 2
    assert answer.read.uses > 6
    assert [Path(row.path).name for row in answer.read.skipped] == ["old.py"]


def test_findings_are_one_a_change_the_gravest_first(answer: Answer) -> None:
    found = diagnosis(answer)
    assert found.status == "error"
    assert [row.severity for row in found.findings] == sorted(
        (row.severity for row in found.findings), key=["error", "warning", "note"].index
    )
    names = {row.name for row in found.findings}
    assert {"tf1-api-in-tf2", "default-changed", "keras-method-removed"} <= names
    resets = [row for row in found.findings if "reset_after is True" in row.message]
    cell, gru = sorted(resets, key=lambda row: "GRU:" in row.message)
    assert (gru.severity, gru.verdict) == ("warning", "degraded")
    assert [row.value.rpartition("/")[2] for row in gru.evidence if row.source == "code"] == ["train.py:5"]
    assert [row.value.rpartition("/")[2] for row in cell.evidence if row.source == "code"] == [
        "study.ipynb, cell 3, line 2"
    ]
    assert gru.remedies[0].text == "Keep the old behaviour: reset_after=False"
    assert [row.reason for row in found.skipped if "old.py" in row.reason]


def test_what_changes_no_result_is_no_finding(answer: Answer) -> None:
    cosmetic = [hit for hit in answer.hits if hit.change.effect == "cosmetic"]
    assert len({id(hit.change) for hit in answer.hits if hit.change.effect != "cosmetic"}) == len(
        diagnosis(answer).findings
    )
    assert all(hit.use.line for hit in cosmetic)


def test_without_code_there_is_a_note_for_each_kind() -> None:
    answer = compare(OLD, MATRIX)
    found = diagnosis(answer)
    assert answer.read is None
    assert found.status == "note"
    assert found.skipped == ()
    names = [row.name for row in found.findings]
    assert "default-changed" in names
    assert "contrib-removed" in names
    assert all(row.message.startswith("TensorFlow 1.15 to 2.6: ") for row in found.findings)
    assert " more." in next(row.message for row in found.findings if row.name == "default-changed")


def test_a_model_is_touched_where_its_configuration_leaves_something_out(tmp_path: Path) -> None:
    answer = compare(Span("2.6", "2.16"), MATRIX, (), read(h5(tmp_path, "tf-2.6-cnn")))
    assert answer.read
    assert answer.read.model.endswith("tf-2.6-cnn.h5")
    assert answer.hits
    assert all(place(hit).startswith(f"{answer.read.model}: ") for hit in answer.hits)


def test_a_file_that_crashes_the_reader_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = reader.uses

    def uses(path: Path, modules: Modules) -> object:
        if path.name == "bad.py":
            raise IndexError("no such line")
        return real(path, modules)

    monkeypatch.setattr(reader, "uses", uses)
    program(tmp_path)
    program(tmp_path, "import tensorflow as tf\n", "bad.py")
    answer = compare(OLD, MATRIX, [tmp_path])
    (crash,) = answer.crashes
    assert (crash.part.endswith("bad.py"), crash.error) == (True, "IndexError('no such line')")
    assert answer.hits
    assert answer.read
    assert [row.reason for row in answer.read.skipped] == ["the doctor crashed on it"]
    finding = diagnosis(answer).findings[-1]
    assert (finding.code, finding.name, finding.family, finding.severity) == (
        "TFD002", "rule-crashed", "doctor", "warning",
    )  # fmt: skip
    with pytest.raises(IndexError):
        compare(OLD, MATRIX, [tmp_path], debug=True)


def test_a_file_whose_lines_are_not_found_costs_no_other_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(data: bytes) -> Notebook:
        if b"bad" in data:
            raise IndexError("no such cell")
        return Notebook(data)

    monkeypatch.setattr(sources, "Notebook", crash)
    cell = "import tensorflow as tf\ntf.keras.layers.GRU(3)\ntf.placeholder(1)\n"
    notebook(tmp_path, cell)
    notebook(tmp_path, f"bad = 1\n{cell}", name="bad.ipynb")
    program(tmp_path)
    answer = compare(OLD, MATRIX, [tmp_path])
    (crashed,) = answer.crashes
    assert (crashed.part, crashed.error) == (f"the lines of {tmp_path / 'bad.ipynb'}", "IndexError('no such cell')")
    placed = {(Path(hit.use.path).name, bool(hit.text), bool(hit.region)) for hit in answer.hits}
    assert placed == {("bad.ipynb", False, False), ("study.ipynb", True, True), ("train.py", True, True)}
    with pytest.raises(IndexError):
        compare(OLD, MATRIX, [tmp_path], debug=True)


def test_a_sheet_without_cells_costs_nothing(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "input": ["import tensorflow as tf\n", "tf.placeholder(1)"]}]
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps({"worksheets": [{"metadata": {}}, {"cells": cells}]}))
    answer = compare(OLD, MATRIX, [path])
    assert not answer.crashes
    assert {hit.text for hit in answer.hits} == {"tf.placeholder(1)"}


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("old.py", "import tensorflow as tf\nprint 'two'\n", "old.py: Python 2: a print statement in line 2"),
        ("old.ipynb", "{", "old.ipynb: no notebook"),
        ("notes.txt", "", "code: no program or notebook in it"),
    ],
)
def test_code_that_cannot_be_read_is_not_fine(tmp_path: Path, name: str, text: str, reason: str) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / name).write_text(text)
    found = diagnosis(compare(OLD, MATRIX, [folder]))
    (finding,) = found.findings
    assert (finding.code, finding.name, finding.family, finding.severity) == (
        "TFD003", "code-unread", "doctor", "warning",
    )  # fmt: skip
    assert (found.status, found.primary) == ("warning", finding)
    assert [
        row.value.removeprefix(f"{tmp_path}/").removeprefix("code/")[: len(reason)] for row in finding.evidence
    ] == [reason]


def test_unread_code_is_no_finding_where_uses_were_read_and_is_one_beside_a_model(
    tmp_path: Path, answer: Answer
) -> None:
    assert answer.read
    assert answer.read.skipped
    assert "code-unread" not in {row.name for row in diagnosis(answer).findings}
    whole_ = compare(OLD, MATRIX, [program(tmp_path, "x = 1\n")])
    assert diagnosis(whole_).findings == ()
    old = program(tmp_path, "print 'two'\n", "old.py")
    both = diagnosis(compare(Span("2.6", "2.16"), MATRIX, [old], read(h5(tmp_path, "tf-2.6-cnn"))))
    assert len(both.findings) > 1
    assert both.findings[-1].name == "code-unread"


def test_of_many_files_that_cannot_be_read_some_are_named(tmp_path: Path) -> None:
    for number in range(20):
        program(tmp_path, "print 'two'\n", f"a{number}.py")
    (finding,) = diagnosis(compare(OLD, MATRIX, [tmp_path])).findings
    assert len(finding.evidence) == 8


def test_a_part_that_crashes_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("a")

    monkeypatch.setattr("tfdoctor.drift.measured.changes", crash)
    monkeypatch.setattr("tfdoctor.drift.changes._equal", crash)
    monkeypatch.setattr(whole, "unchanged", crash)
    answer = compare(Span("2.15", "2.16"), MATRIX)
    assert [row.part for row in answer.crashes] == ["the measurements", "what did not change"]
    assert answer.changes
    assert [row.family for row in diagnosis(answer).findings[-2:]] == ["doctor", "doctor"]


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.py: no such file"):
        compare(OLD, MATRIX, [tmp_path / "gone.py"])


@pytest.mark.parametrize(
    ("units", "loss", "lines"),
    [
        ("3", '"binary_crossentropy"', [3]),
        ("count", "tf.keras.losses.BinaryCrossentropy()", [3]),
        ("1", '"binary_crossentropy"', []),
        ("units=1", '"binary_crossentropy"', []),
        ("3", '"mse"', []),
    ],
)
def test_accuracy_means_another_metric_where_loss_and_outputs_say_so(
    tmp_path: Path, units: str, loss: str, lines: list[int]
) -> None:
    path = tmp_path / "train.py"
    path.write_text(
        "import tensorflow as tf\n"
        f"model = tf.keras.Sequential([tf.keras.layers.Dense(1), tf.keras.layers.Dense({units})])\n"
        f'model.compile("sgd", loss={loss}, metrics=["accuracy"])\n'
    )
    answer = compare(Span("2.1", "2.2"), MATRIX, [path])
    found = [hit for hit in answer.hits if hit.change.finding == "accuracy-metric-resolution"]
    assert [(hit.use.line, hit.confidence) for hit in found] == [(line, "likely") for line in lines]


def test_what_brings_back_a_behaviour_that_ended_is_told(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text("import tensorflow as tf\ntf.keras.optimizers.SGD(0.1, clipnorm=1.0)\n")
    told = {
        pair: [hit.change.keep for hit in compare(Span(*pair), MATRIX, [path]).hits if hit.change.given]
        for pair in (("2.1", "2.2"), ("2.2", "2.4"))
    }
    assert told == {("2.1", "2.2"): ["without clipnorm= and clipvalue="], ("2.2", "2.4"): []}


@pytest.mark.parametrize(
    ("before", "written"),
    [
        ("2.10", "tf.keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)"),
        ("2.15", "tf.keras.optimizers.SGD(momentum=0.9)"),
    ],
)
def test_an_argument_that_was_ignored_is_left_out(tmp_path: Path, before: str, written: str) -> None:
    path = tmp_path / "train.py"
    path.write_text("import tensorflow as tf\ntf.keras.optimizers.SGD(lr=0.1, momentum=0.9)\n")
    answer = compare(Span(before, "2.16"), MATRIX, [path])
    (fix,) = plan(list(edits(answer.hits)))
    assert fix.after.decode().splitlines()[1] == written


def test_standalone_keras_loses_what_tf_keras_keeps(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text("import keras\nfrom tensorflow import keras as k\nkeras.backend.ctc_decode\nk.backend.ctc_decode\n")
    answer = compare(Span("2.15", "2.16"), MATRIX, [path])
    gone = [(hit.use.line, hit.change.finding) for hit in answer.hits if hit.change.effect == "raises"]
    assert gone == [(3, "keras3-backend-functions-removed")]


def test_a_variable_is_nothing_of_a_module_that_is_imported_whole(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text("from tensorflow.keras.layers import *\nmodel.predict_classes(x)\nGRU(3)\n")
    names = [hit.use.name for hit in compare(Span("1.15", "2.6"), MATRIX, [path]).hits if hit.change.effect == "raises"]
    assert names == ["tf.keras.Sequential.predict_classes"]
