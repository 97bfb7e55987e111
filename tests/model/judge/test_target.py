"""Targets: what a version, a list or a range means, and which Keras it brings."""

import pytest
from packaging.version import Version

from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge.target import environment, target, targets

MATRIX = Matrix.locate()


@pytest.mark.parametrize(
    ("text", "legacy", "release", "keras", "keras_minor"),
    [
        ("1.15", False, "1.15.5", "1.15", "1.15"),
        ("2.3", False, "2.3.4", "2.3", "2.3"),
        ("2.3.1", False, "2.3.1", "2.3", "2.3"),
        ("v2.6.x", False, "2.6.5", "2.6.0", "2.6"),
        ("2.13.*", False, "2.13.1", "2.13.1", "2.13"),
        ("2.16", False, "2.16.2", "3.4.1", "3.4"),
        ("2.16", True, "2.16.2", "2.16", "2.16"),
        ("2.10", True, "2.10.1", "2.10.0", "2.10"),  # before 2.16 there is only one Keras
    ],
)
def test_the_keras_of_a_release(text: str, legacy: bool, release: str, keras: str, keras_minor: str) -> None:  # noqa: FBT001  a column
    found = target(text, MATRIX, legacy=legacy)
    assert found.tensorflow == Version(release)
    assert found.keras == Version(keras)
    assert found.keras_minor == keras_minor
    assert found.legacy == (legacy and keras_minor == "2.16")
    assert found.keras3 == keras.startswith("3.")


def test_the_interpreter_is_the_newest_verified_or_the_one_asked_for() -> None:
    assert target("2.3", MATRIX).python == "3.8"
    assert target("2.17", MATRIX).python == "3.12"
    older = target("2.17", MATRIX, python="3.9")
    assert (older.python, str(older.keras)) == ("3.9", "3.10.0")
    assert target("2.17", MATRIX, python="3.14").keras3  # never verified: still Keras 3


def test_what_is_installed_counts_where_tensorflow_uses_it() -> None:
    assert environment(Version("2.17.1"), MATRIX, keras=Version("3.5.0")).keras == Version("3.5.0")
    assert environment(Version("2.3.4"), MATRIX, keras=Version("2.4.3")).keras == Version("2.3")


def test_ranges_and_lists() -> None:
    assert [one.minor for one in targets("2.1..2.4", MATRIX)] == ["2.1", "2.2", "2.3", "2.4"]
    assert [str(one.tensorflow) for one in targets("2.6, 2.3.1,2.6.5", MATRIX)] == ["2.6.5", "2.3.1"]
    assert [one.minor for one in targets("..1.15", MATRIX)] == ["1.13", "1.14", "1.15"]
    assert [one.minor for one in targets("2.20..", MATRIX)] == ["2.20", "2.21"]
    assert str(targets("2.16", MATRIX, legacy=True)[0]) == "TensorFlow 2.16.2 with tf-keras"


@pytest.mark.parametrize("text", ["", ",", "latest", "2", "2.99", "2.3.99", "2.6..2.3"])
def test_what_means_nothing_is_said(text: str) -> None:
    with pytest.raises(UsageError, match=r"2\.3|is known"):
        targets(text, MATRIX)
