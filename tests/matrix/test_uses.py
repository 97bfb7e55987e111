"""How many guides and tutorials use a name: the committed table."""

import pytest

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.uses import Uses

USES = Matrix.locate().uses


def test_what_is_common_is_counted_more_often() -> None:
    assert USES.files > 100
    assert USES.files >= USES.of("tf.keras.layers.Dense") > USES.of("tf.keras.layers.GRU") > 0
    assert USES.of("tf.keras.layers.NoSuchThing") == 0
    assert USES.source.startswith("https://github.com/tensorflow/docs/tree/")
    assert USES.checked >= "2026-11"


def test_names_of_tensorflow_1_are_counted_under_either_name() -> None:
    assert USES.of("tf.compat.v1.placeholder") == USES.of("tf.placeholder") > 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "uses.json of the compatibility matrix"),
        (b'{"format":2,"source":"","checked":"","files":1,"uses":{}}', "format 2"),
        (b'{"format":1,"source":"","checked":"","files":1,"uses":{"a":"b"}}', "uses.json of the compatibility matrix"),
    ],
)
def test_a_broken_table_is_said(text: bytes, said: str) -> None:
    with pytest.raises(MatrixError, match=said):
        Uses(text)
