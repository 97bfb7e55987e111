"""Which hits are mended in the code."""

from typing import Any

import pytest

from tests.drift.making import change, use
from tfdoctor.drift.change import Change, Hit
from tfdoctor.drift.code.use import Given, Spot, Use
from tfdoctor.drift.cure import AsVersion1, ByName, Cure, LeaveOut, MoveTo, Rename, Respell, WriteOut
from tfdoctor.drift.edits import edits
from tfdoctor.drift.fix import Edit


def made(row: Change, place: Use, confidence: Any = "certain") -> list[Edit]:
    return list(edits([Hit(row, place, confidence), Hit(row, place, confidence)]))


def test_a_default_is_written_out_once() -> None:
    (edit,) = made(change(), use())
    assert (edit.kind, edit.name, edit.text, edit.path, edit.line, edit.end_column) == (
        "add", "reset_after", "False", "train.py", 5, 14,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cure", "asked"),
    [
        (Rename("max_tokens", "num_tokens"), ("rename", "max_tokens", "num_tokens")),
        (LeaveOut("lr"), ("remove", "lr", "")),
        (MoveTo("tf.compat.v1.placeholder"), ("move", "tf.placeholder", "tf.compat.v1.placeholder")),
    ],
)
def test_each_cure_is_an_edit(cure: Cure, asked: tuple[str, str, str]) -> None:
    row = change(finding="symbol-removed", kind="behaviour", effect="raises", parameters=(), cure=cure)
    (edit,) = made(row, use("tf.placeholder", cell=3))
    assert (edit.kind, edit.name, edit.new, edit.cell) == (*asked, 3)
    assert made(row, use("tf.placeholder", kind="string")) == []


PLACES = (Given(0, text="'k'", literal="k"), Given(1, text="(3,)"), Given(name="dtype", text="d"))


@pytest.mark.parametrize(
    ("cure", "given", "asked"),
    [
        (ByName(1, ("name", "shape", "dtype")), PLACES, ["name shape"]),
        (ByName(2, ("shape", "dtype")), PLACES, ["shape"]),
        (ByName(3, ("dtype",)), PLACES, []),
        (ByName(1, ("name",)), PLACES, []),  # the next one has no name in the second release
        (LeaveOut("dtype", "None"), (Given(name="dtype", text="None", literal=None),), ["dtype"]),
        (LeaveOut("dtype", "None"), (Given(name="dtype", text="'int8'", literal="int8"),), []),
        (LeaveOut("dtype", "None"), PLACES, []),
    ],
)
def test_some_cures_depend_on_what_is_given(cure: Cure, given: tuple[Given, ...], asked: list[str]) -> None:
    row = change(kind="order", effect="raises", parameters=(), cure=cure)
    assert [one.name for one in made(row, use(given=given))] == asked


def test_names_move_where_they_are_imported_too() -> None:
    row = change(finding="symbol-removed", kind="moved", effect="raises", cure=MoveTo("tf.compat.v1.placeholder"))
    assert [one.kind for one in made(row, use("tf.placeholder", kind="reference"))] == ["move"]
    assert [one.kind for one in made(row, use("tf.placeholder", kind="import"))] == ["import"]
    assert made(row, use("tf.placeholder", kind="subclass")) == []


def test_what_is_as_it_was_under_its_new_name_needs_no_more() -> None:
    moved = change(finding="symbol-removed", kind="moved", effect="raises", cure=MoveTo("tf.compat.v1.nn.rnn"))
    rows = [Hit(change(), use("tf.nn.rnn"), "certain"), Hit(moved, use("tf.nn.rnn"), "certain")]
    assert [one.kind for one in edits(rows)] == ["move"]


ROOT = Spot(1, 8, 1, 24)
GRAPH = change(finding="tf1-api-in-tf2", kind="moved", effect="raises", parameters=(),
               cure=AsVersion1("tf.compat.v1.placeholder"))  # fmt: skip
MOVED = change(kind="moved", effect="raises", parameters=(), cure=MoveTo("tf.compat.v1.layers.dense"))


def test_a_program_of_graphs_gets_version_1_as_a_whole() -> None:
    dense = use("tf.layers.dense", root=ROOT)
    whole, other = edits([Hit(GRAPH, use("tf.placeholder"), "certain"), Hit(MOVED, dense, "certain")])
    assert (whole.kind, whole.name, whole.new, whole.line, whole.end_column) == (
        "version-1", "tensorflow", "tensorflow.compat.v1", 1, 24,
    )  # fmt: skip
    assert (other.kind, other.name) == ("move", "tf.placeholder")  # it is not written as a member of `tf`


def test_what_is_of_version_1_already_is_edited_by_itself() -> None:
    graph = change(kind="behaviour", effect="raises", parameters=(), cure=AsVersion1())
    places = [Hit(graph, use("tf.compat.v1.placeholder", root=ROOT), "likely")]
    places.append(Hit(MOVED, use("tf.compat.v1.layers.dense", root=ROOT), "certain"))
    assert [one.kind for one in edits(places)] == ["version-1", "move"]


def test_another_file_keeps_its_tensorflow() -> None:
    dense = use("tf.layers.dense", root=ROOT, path="other.py")
    asked = list(edits([Hit(GRAPH, use("tf.placeholder", root=ROOT), "certain"), Hit(MOVED, dense, "certain")]))
    assert [(one.kind, one.path) for one in asked] == [("version-1", "train.py"), ("move", "other.py")]


def test_without_a_name_for_tensorflow_each_thing_is_called_as_it_is_now() -> None:
    (edit,) = made(GRAPH, use("tf.placeholder", kind="import"))
    assert (edit.kind, edit.new) == ("import", "tf.compat.v1.placeholder")


def test_a_word_in_quotes_is_another_one() -> None:
    row = change(effect="raises", kind="behaviour", parameters=(), cure=Respell("Huber"))
    word = Given(0, text="'huber_loss'", literal="huber_loss")
    (edit,) = made(row, use("tf.keras.losses.huber_loss", kind="string", given=(word,)))
    assert (edit.kind, edit.name, edit.new) == ("string", "huber_loss", "Huber")
    assert made(row, use()) == []


def test_what_may_be_another_thing_is_left_unless_both_ask_for_the_same() -> None:
    gru, lstm = use(among=2), use("tf.keras.layers.LSTM", among=2)
    assert made(change(), gru) == []
    rows = [Hit(change(), gru, "likely"), Hit(change(subject=("tf.keras.layers.LSTM",)), lstm, "likely")]
    assert [one.kind for one in edits(rows)] == ["add"]


@pytest.mark.parametrize(
    ("row", "place", "confidence"),
    [
        (change(cure=None), use(), "certain"),
        (change(), use(line=0), "certain"),
        (change(), use(certain=False), "certain"),
        (change(), use(), "possible"),
        (change(effect="cosmetic"), use(), "certain"),
        (change(cure=WriteOut("reader", "TFRecordDataset")), use(), "certain"),
        (change(cure=WriteOut("a", "(")), use(), "certain"),
        (change(), use(given=(Given(text="k", starred=True),)), "certain"),
        (change(), use(kind="string"), "certain"),
    ],
)
def test_what_is_not_sure_is_left(row: Change, place: Use, confidence: Any) -> None:
    assert made(row, place, confidence) == []
