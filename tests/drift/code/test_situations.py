"""What has no name in the library is filed under one, and shown under another."""

import pytest

from tests.drift.making import MATRIX
from tfdoctor.drift.code import situations


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (situations.SECOND_MODEL, "tf.keras.optimizers.Optimizer"),
        (situations.SECOND_OF_FROZEN, "tf.keras.optimizers.Optimizer"),
        (f"keras.layers.Layer.{situations.STATE_IN_CALL}", "keras.layers.Layer.call"),
        (f"tf.{situations.SIZE}.value", "tf.Dimension.value"),
        (f"{situations.STEP}.__add__", "tf.keras.optimizers.Optimizer.iterations.__add__"),
        (situations.LABELS, "tf.keras.losses.Loss.call"),
        ("tf.keras.layers.GRU", "tf.keras.layers.GRU"),
    ],
)
def test_people_see_names_that_they_know(name: str, said: str) -> None:
    assert situations.shown(name) == said


def test_rows_know_the_situations() -> None:
    subjects = {name for row in MATRIX.api.changes for name in row.subjects}
    asked = {
        situations.SECOND_MODEL,
        situations.SECOND_OF_FROZEN,
        f"tf.keras.Model.{situations.STATE_IN_CALL}",
        f"tf.{situations.SIZE}.value",
        f"{situations.STEP}.__add__",
    }
    assert asked <= subjects
