"""Which functions take symbolic tensors of Keras: the committed table."""

import pytest

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.symbolic import Symbolic

SYMBOLIC = Matrix.locate().symbolic


def test_keras_3_ends_it_for_functions_of_tensorflow() -> None:
    found = set(SYMBOLIC.refused("2.15", "2.16"))
    assert {"tf.reduce_mean", "tf.concat", "tf.keras.backend.mean", "tf.nn.conv2d", "tf.shape", "tf.gather"} <= found
    assert found.isdisjoint({"tf.keras.activations.relu", "tf.keras.backend.int_shape", "tf.is_tensor", "tf.no_op"})
    assert "tf.reduce_mean" not in set(SYMBOLIC.refused("2.6", "2.10"))
    assert not list(SYMBOLIC.refused("2.16", "2.15")) or "tf.concat" not in set(SYMBOLIC.refused("2.16", "2.15"))


def test_releases_that_were_not_run_tell_nothing() -> None:
    assert list(SYMBOLIC.refused("1.14", "2.16")) == []
    assert {"1.15", "2.0", "2.21"} <= set(SYMBOLIC.releases)
    assert SYMBOLIC.source == "scripts/harvest_symbolic.py"
    assert SYMBOLIC.checked >= "2026-11"


@pytest.mark.parametrize(
    ("text", "said"), [(b"{", "symbolic.json of the compatibility matrix"), (b'{"format":2}', "symbolic.json")]
)
def test_a_broken_table_is_said(text: bytes, said: str) -> None:
    with pytest.raises(MatrixError, match=said):
        Symbolic(text)
