"""Which hits are mended in the code."""

from typing import Any

import pytest

from tests.drift.making import change, use
from tfdoctor.drift.change import Change, Hit
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.edits import edits
from tfdoctor.drift.fix import Edit


def made(row: Change, place: Use, confidence: Any = "certain") -> list[Edit]:
    return list(edits([Hit(row, place, confidence), Hit(row, place, confidence)]))


def test_a_default_is_written_out_once() -> None:
    (edit,) = made(change(), use())
    assert (edit.kind, edit.name, edit.text, edit.path, edit.line, edit.end_column) == (
        "add", "reset_after", "False", "train.py", 5, 14,
    )  # fmt: skip


def test_an_argument_that_is_called_otherwise_is_renamed() -> None:
    row = change(finding="argument-removed", kind="renamed", effect="raises", parameters=("max_tokens",), given=True,
                 keep="num_tokens=…")  # fmt: skip
    (edit,) = made(row, use(cell=3))
    assert (edit.kind, edit.name, edit.new, edit.cell) == ("rename", "max_tokens", "num_tokens", 3)


@pytest.mark.parametrize("kind", ["call", "reference"])
def test_a_name_that_moved_below_its_owner_is_followed(kind: str) -> None:
    keep = "tf.compat.v1.placeholder"
    row = change(finding="symbol-removed", kind="moved", effect="raises", parameters=(), keep=keep)
    (edit,) = made(row, use("tf.placeholder", kind=kind))
    assert (edit.kind, edit.name, edit.new) == ("attribute", "placeholder", "compat.v1.placeholder")
    assert made(row, use("keras.placeholder")) == []
    assert made(row, use("tf.placeholder", kind="import")) == []


@pytest.mark.parametrize(
    ("row", "place", "confidence"),
    [
        (change(keep=""), use(), "certain"),
        (change(), use(line=0), "certain"),
        (change(), use(certain=False), "certain"),
        (change(), use(), "possible"),
        (change(effect="cosmetic"), use(), "certain"),
        (change(keep="reader=TFRecordDataset"), use(), "certain"),
        (change(keep="a=("), use(), "certain"),
        (change(), use(given=(Given(text="k", starred=True),)), "certain"),
        (change(), use(kind="string"), "certain"),
        (change(finding="clipnorm-semantics", kind="behaviour", keep="Take another."), use(), "certain"),
    ],
)
def test_what_is_not_sure_is_left(row: Change, place: Use, confidence: Any) -> None:
    assert made(row, place, confidence) == []
