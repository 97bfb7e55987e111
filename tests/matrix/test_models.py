"""What saved models name: arguments and classes of Keras, operations of graphs."""

from itertools import pairwise

import pytest

from tfdoctor.matrix import Matrix

MATRIX = Matrix.locate()


def test_the_layer_decides_what_an_argument_means() -> None:
    depthwise = MATRIX.keras_configs.argument("groups", "DepthwiseConv2D")
    plain = MATRIX.keras_configs.argument("groups", "Conv2D")
    assert depthwise is not None
    assert plain is not None
    assert (depthwise.since, depthwise.until) == ("2.3", "2.15")
    assert (plain.since, plain.until) == ("2.3", None)
    assert MATRIX.keras_configs.argument("groups", "") == depthwise
    assert MATRIX.keras_configs.argument("no_such_argument", "Dense") is None


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [("Functional", "2.3", None), ("SlicingOpLambda", "2.4", "2.15"), ("DTypePolicy", "3.0", None)],
)
def test_classes_come_and_go(name: str, since: str, until: str | None) -> None:
    row = MATRIX.keras_configs.known(name)
    assert row is not None
    assert (row.since, row.until) == (since, until)
    assert name in MATRIX.keras_configs.names
    assert MATRIX.keras_configs.known("Dense") is None
    assert MATRIX.keras_configs.known("NobodysLayer") is None


def test_who_registers_an_operation() -> None:
    ops = MATRIX.graph_ops
    plugin, core = ops.plugin("Addons>Mish"), ops.core("DisableCopyOnRead")
    assert plugin is not None
    assert plugin.module == "tensorflow_addons"
    assert core is not None
    assert core.since == "2.10"
    assert ops.contrib("GatherTree") is not None
    assert ops.contrib("FlushSummaryWriter") is not None  # earlier than 1.15
    assert ops.contrib("Abs") is None
    assert ops.core("GatherTree") is None
    assert ops.plugin("NoOp") is None
    attr = ops.attr("Cast", "Truncate")
    assert attr is not None
    assert attr.since == "1.11"


def test_what_was_before_the_harvest_refines_it() -> None:
    ops = MATRIX.graph_ops
    since = {name: row.since for name in ("Abs", "Igamma", "AddV2", "NoOp") if (row := ops.core(name))}
    assert since["Abs"] == "1.2"
    assert since["AddV2"] == "1.6"
    early = ops.core("ApplyAdam")  # no generated module of a wheel has it, the registry does
    assert early is not None
    assert early.since == "1.15"
    gone = ops.core("TRTEngineOp")  # only builds with CUDA register it
    assert gone is not None
    assert ops.core("NobodysOp") is None
    newer = ops.attr("FusedBatchNormV3", "exponential_avg_factor")
    assert newer is not None
    assert newer.since == "2.2"
    assert ops.attr("MatMul", "transpose_a") is None  # always there


def test_minors_of_the_core_are_in_order_and_no_operation_has_two() -> None:
    rows = MATRIX.graph_ops._file.core
    minors = [tuple(int(part) for part in row.since.split(".")) for row in rows]
    assert all(one < other for one, other in pairwise(minors))
    assert minors[-1] == (1, 15)
    names = [name for row in rows for name in row.ops]
    assert len(names) == len(set(names))
