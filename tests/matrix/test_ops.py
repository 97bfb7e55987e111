"""The registry of each release: operations, attributes, allowed values, graph versions, TFLite's operators."""

import json

import pytest

from tfdoctor.errors import MatrixError
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.ops import FORMAT, Registry

OPS = Matrix.locate().ops


def test_every_minor_from_1_15_on_was_run() -> None:
    minors = [release.minor for release in OPS.releases]
    assert minors[0] == "1.15"
    assert minors[1:] == [f"2.{number}" for number in range(len(minors) - 1)]
    assert len(minors) >= 23
    producers = [release.producer for release in OPS.releases[1:]]
    assert producers == sorted(producers)
    found = OPS.release("2.3")
    assert found is not None
    assert (found.version, found.producer, found.min_consumer, found.min_producer) == ("2.3.4", 440, 0, 0)
    assert OPS.release("2.99") is None


def test_the_releases_around_a_graph_version() -> None:
    assert [one.minor for one in OPS.of_producer(440)] == ["2.3"]
    assert [one.minor for one in OPS.of_producer(500)] == ["2.3", "2.4"]
    assert [one.minor for one in OPS.of_producer(1)] == ["2.0"]
    assert [one.minor for one in OPS.of_producer(120)] == ["2.0", "1.15"]
    assert [one.minor for one in OPS.of_producer(99999)] == [OPS.releases[-1].minor]


@pytest.mark.parametrize(
    ("name", "since"), [("DisableCopyOnRead", "2.10"), ("RngReadAndSkip", "2.4"), ("MatMul", "1.15"), ("Nobody", None)]
)
def test_operations_come(name: str, since: str | None) -> None:
    assert OPS.since(name) == since
    assert (OPS.until(name) is None) == (since is None)
    assert (OPS.get(name, "2.3") is None) == (since != "1.15")


def test_attributes_with_defaults_and_what_is_allowed() -> None:
    old, new = OPS.get("AssignVariableOp", "2.3"), OPS.get("AssignVariableOp", "2.8")
    assert old is not None
    assert new is not None
    assert "validate_shape" not in old.attrs
    assert new.attrs["validate_shape"].default == "false"
    assert OPS.attr_since("AssignVariableOp", "validate_shape") == "2.8"
    assert OPS.attr_since("AssignVariableOp", "nothing") is None
    assert OPS.attr_since("Nobody", "nothing") is None
    assert old.stateful
    pool = OPS.get("MaxPool", "2.3")
    assert pool is not None
    assert pool.attrs["data_format"].allowed == frozenset({'"NHWC"', '"NCHW"', '"NCHW_VECT_C"'})
    assert pool.attrs["ksize"].minimum == 4
    assert (pool.inputs, pool.outputs) == (1, 1)
    removed = OPS.get("BatchCholesky", "2.3")
    assert removed is not None
    assert (removed.deprecated, removed.why) == (13, "Use Cholesky instead.")
    matmul = OPS.get("MatMul", "2.3")
    assert matmul is not None
    assert matmul.deprecated == 0


def test_tf_contrib_is_apart() -> None:
    found = OPS.contrib("SingleImageRandomDotStereograms")
    assert found is not None
    assert found.contrib
    assert OPS.get("SingleImageRandomDotStereograms", "1.15") is None
    assert OPS.contrib("MatMul") is None


def test_operators_of_tflite_by_version() -> None:
    fully = 9
    old, new = OPS.lite(fully, "1.15"), OPS.lite(fully, OPS.releases[-1].minor)
    assert old is not None
    assert new is not None
    assert old[-1] < new[-1]
    assert OPS.lite(126, "1.15") is None  # BATCH_MATMUL came later
    assert OPS.lite_refusal(67, 3, "2.1") == "Didn't find op for builtin opcode 'TRANSPOSE_CONV' version '3'"
    assert OPS.lite_refusal(126, 1, "2.1").startswith("Op builtin_code out of range: 126")
    assert OPS.lite_refusal(99999, 1, "2.1") == ""


@pytest.mark.parametrize("data", [b"{", b"[]", json.dumps({"format": FORMAT + 1}).encode()])
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(MatrixError, match=r"ops\.json"):
        Registry(data)


def test_another_format_is_named() -> None:
    names = dict.fromkeys(("source", "checked", "basis"), "")
    empty = {**names, "releases": [], "allowed": [], "attrs": [], "ops": {}, "contrib": {}}
    with pytest.raises(MatrixError, match=f"format {FORMAT + 1}"):
        Registry(json.dumps({"format": FORMAT + 1, **empty}).encode())
