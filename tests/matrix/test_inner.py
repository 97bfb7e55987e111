"""What no documentation tells: the committed table of modules and attributes."""

import json

import pytest

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.inner import Inner

INNER = Matrix.locate().inner


def made(modules: object = None, objects: object = None) -> Inner:
    table = {
        "format": 1, "source": "a run", "checked": "2026-11-21", "releases": ["2.3", "2.6"], "sets": [1, 2, 3],
        "modules": modules or {}, "objects": objects or {},
    }  # fmt: skip
    return Inner(json.dumps(table).encode())


@pytest.mark.parametrize(
    ("name", "before", "after", "lost"),
    [
        ("keras.engine.data_adapter.unpack_x_y_sample_weight", "2.10", "2.15", "keras.engine"),
        ("keras.utils.np_utils.to_categorical", "2.6", "2.15", "keras.utils.np_utils"),
        ("tf.python.keras.engine.network.Network", "2.1", "2.3", "tf.python.keras.engine.network"),
        ("tf.python.framework.ops.Tensor", "2.3", "2.6", ""),
        ("keras.engine.data_adapter", "2.3", "2.6", ""),
        ("tf.python.no.such.module", "2.3", "2.6", ""),
        ("keras.engine", "0.9", "2.15", ""),
    ],
)
def test_modules_that_are_gone(name: str, before: str, after: str, lost: str) -> None:
    assert INNER.lost(name, before, after) == (lost, True)


def test_names_of_modules() -> None:
    table = made(
        {"keras.a": [2, {"gone": 0, "stays": 1}], "keras.b": [2, {"gone": 0, "*": 1}], "keras.c": [0, {"x": 0}]}
    )
    assert table.lost("keras.a.gone", "2.3", "2.6") == ("keras.a.gone", True)
    assert table.lost("keras.a.gone.more", "2.3", "2.6") == ("keras.a.gone", True)
    assert table.lost("keras.a.stays", "2.3", "2.6") == ("", True)
    assert table.lost("keras.a.other", "2.3", "2.6") == ("", True)
    assert table.lost("keras.b.gone", "2.3", "2.6") == ("keras.b.gone", False)  # a star may bring it
    assert table.lost("keras.c.x", "2.3", "2.6") == ("keras.c", True)


@pytest.mark.parametrize(
    ("owner", "name", "minor", "found"),
    [
        ("tf.keras.Sequential", "total_loss", "1.15", True), ("tf.keras.Sequential", "total_loss", "2.6", False),
        ("tf.keras.Model", "_layers", "2.1", True), ("tf.keras.optimizers.Optimizer", "get_slot", "2.11", False),
        ("tf.keras.layers.Dense", "name", "2.16", True), ("tf.keras.layers.NoSuch", "name", "2.16", None),
        ("tf.keras.Model", "total_loss", "0.9", None),
    ],
)  # fmt: skip
def test_attributes_of_objects(owner: str, name: str, minor: str, found: object) -> None:
    assert INNER.has(owner, name, minor) is found


def test_one_example_may_have_what_another_has_not() -> None:
    table = made(objects={"functional": [2, {"x": 0}], "subclass": [2, {"x": 2, "y": 1}]})
    assert table.has("tf.keras.Model", "x", "2.6") is True
    assert not table.always("tf.keras.Model", "x", "2.6")
    assert table.always("tf.keras.Model", "y", "2.6")


@pytest.mark.parametrize(
    ("text", "said"), [(b"{", "inner.json of the compatibility matrix"), (b'{"format":2}', "inner.json")]
)
def test_a_broken_table_is_said(text: bytes, said: str) -> None:
    with pytest.raises(MatrixError, match=said):
        Inner(text)


def test_what_can_not_be_assigned_to() -> None:
    assert INNER.fixed("tf.keras.layers.Layer", "path", "2.16")
    assert not INNER.fixed("tf.keras.layers.Layer", "path", "2.15")
    assert not INNER.fixed("tf.keras.layers.Layer", "no_such", "2.16")
