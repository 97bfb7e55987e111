"""The loaders of TensorFlow itself: which problem of a graph each of them meets first, and in which words."""

from collections.abc import Iterable
from typing import Any

import pytest
from packaging.version import Version

from tfdoctor.facts.saved import (
    AttrUse,
    MetaGraph,
    OpUse,
    SavedModel,
    SavedObject,
    Signature,
    TfLite,
    TfLiteOp,
)
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge import Target, Verdict, Way
from tfdoctor.model.judge.graph import verdicts

MATRIX = Matrix.locate()
ROOT = SavedObject(node=0, kind="user_object", path="root", identifier="_tf_keras_network")


def where(tensorflow: str, *, keras: str = "", legacy: bool = False) -> Target:
    return Target(Version(tensorflow), Version(keras or tensorflow), legacy, None)


def graph(*ops: OpUse, objects: tuple[SavedObject, ...] | None = (ROOT,), **others: Any) -> MetaGraph:
    signatures = (Signature(name="serving_default"),)
    given = {"tags": ("serve",), "producer": 1087, "min_consumer": 12, "signatures": signatures}
    return MetaGraph(ops=ops, objects=objects, **{**given, **others})


def model(*graphs: MetaGraph, **others: Any) -> SavedModel:
    return SavedModel(**{"path": "net", "format": "savedmodel", "meta_graphs": graphs, "variables": (), **others})


def said(found: SavedModel, target: Target, way: Way = "saved_model.load") -> Verdict:
    return next(verdict for verdict in verdicts(found, target, MATRIX) if verdict.way == way)


def refused(found: SavedModel, target: Target, way: Way = "saved_model.load") -> tuple[str, str, str]:
    verdict = said(found, target, way)
    assert verdict.outcome == "fails"
    assert verdict.reason is not None
    return verdict.reason.finding, verdict.reason.error, verdict.reason.message


COPY = OpUse("DisableCopyOnRead", 2, function=(4, 5), called=140)
DEBUG = OpUse("VarHandleOp", 2, (AttrUse("debug_name", ('"dense/"',), default=False, node=0),), node=0)
VALIDATE = OpUse("AssignVariableOp", 1, (AttrUse("validate_shape", ("true",), function=(1, 5)),), function=(1, 5))
LATER = OpUse("StatelessRandomGetKeyCounter", 1, function=(4, 3))


@pytest.mark.parametrize(
    ("release", "error"), [("2.1.4", "NotFoundError"), ("2.2.3", "NotFoundError"), ("2.3.4", "FileNotFoundError")]
)
def test_an_operation_that_came_later(release: str, error: str) -> None:
    message = "Op type not registered 'DisableCopyOnRead' in binary"
    newer = "op-not-registered-newer-producer"
    assert refused(model(graph(COPY)), where(release)) == (newer, error, message)
    assert refused(model(graph(COPY)), where(release), "v1") == (newer, "NotFoundError", message)
    assert said(model(graph(COPY)), where("2.10.1")).outcome == "loads"


def test_functions_that_nobody_calls_matter_to_the_second_way_alone() -> None:
    alone = model(graph(OpUse("DisableCopyOnRead", 1, function=(0, 0))))
    assert said(alone, where("2.3.4"), "v1").outcome == "loads"
    assert said(alone, where("2.3.4")).outcome == "fails"
    inside = model(graph(DEBUG))
    assert said(inside, where("2.3.4")).outcome == "loads"
    finding, error, message = refused(inside, where("2.3.4"), "v1")
    assert (finding, error) == ("graphdef-attr-from-newer-producer", "ValueError")
    assert message == "NodeDef mentions attr 'debug_name' not in Op<name=VarHandleOp"


def test_the_first_problem_is_named() -> None:
    both = model(graph(COPY, VALIDATE, DEBUG))
    assert "validate_shape" in refused(both, where("2.3.4"))[2]  # its function is made before the other
    assert "debug_name" in refused(both, where("2.3.4"), "v1")[2]
    same = model(graph(COPY, LATER))
    assert "StatelessRandomGetKeyCounter" in refused(same, where("2.3.4"))[2]
    late = OpUse("AssignVariableOp", 1, (AttrUse("validate_shape", ("true",), function=(4, 0)),), function=(4, 0))
    assert "DisableCopyOnRead" in refused(model(graph(COPY, late)), where("2.3.4"))[2]  # operations are looked up first


def test_unknown_attributes_are_ignored_from_2_5_on() -> None:
    assert said(model(graph(VALIDATE, DEBUG)), where("2.5.3")).outcome == "loads"
    assert said(model(graph(VALIDATE, DEBUG)), where("2.5.3"), "v1").outcome == "loads"
    assert said(model(graph(VALIDATE)), where("2.4.4")).outcome == "fails"


def values(op: str, attr: str, *found: str) -> MetaGraph:
    return graph(OpUse(op, 1, (AttrUse(attr, found, function=(0, 0), node=0),), function=(0, 0), node=0))


def test_values_that_are_not_allowed() -> None:
    later = model(values("ArgMax", "T", "DT_FLOAT", "DT_BOOL"))
    finding, error, message = refused(later, where("2.1.4"))
    assert (finding, error) == ("graphdef-attr-from-newer-producer", "ValueError")
    assert message == "Value for attr 'T' of bool is not in the list of allowed values"
    assert said(later, where("2.8.4")).outcome == "loads"
    text = model(values("MaxPool", "data_format", '"NWHC"'))
    assert "'data_format' of \"NWHC\" is not" in refused(text, where("2.8.4"))[2]
    assert said(model(values("MaxPool", "data_format", "$format")), where("2.8.4")).outcome == "loads"
    listed = model(values("ParseExample", "Tdense", "[DT_FLOAT, DT_BOOL]", "[]"))
    assert "'Tdense' of bool" in refused(listed, where("2.8.4"))[2]


def test_plugins_contrib_and_what_nobody_knows() -> None:
    for name in ("Addons>Mish", "SingleImageRandomDotStereograms", "NobodysOp"):
        found = model(graph(OpUse(name, 1, function=(0, 0), node=3)))
        assert refused(found, where("2.8.4"))[0] == "op-not-registered-missing-plugin-import"


def test_an_operation_that_was_removed_from_graphs() -> None:
    old = OpUse("BatchCholesky", 1, node=0)
    assert said(model(graph(old, producer=12)), where("2.8.4"), "v1").outcome == "loads"
    _, error, message = refused(model(graph(old)), where("2.8.4"), "v1")
    assert (error, message) == ("UnimplementedError", "Op BatchCholesky is not available in GraphDef version")
    assert said(model(graph(old)), where("2.8.4")).outcome == "loads"  # no function uses it
    within = model(graph(OpUse("BatchCholesky", 1, function=(0, 0)), producer=12))
    assert refused(within, where("2.8.4"))[1] == "UnimplementedError"


@pytest.mark.parametrize(
    ("versions", "message"),
    [
        ({"min_consumer": 9999}, "GraphDef min consumer version 9999 above current version 987"),
        ({"bad_consumers": (987,)}, "GraphDef disallows consumer version 987"),
        ({"producer": -1}, "GraphDef producer version -1 below min producer 0"),
    ],
)
def test_versions_that_the_graph_states(versions: dict[str, Any], message: str) -> None:
    found = model(graph(**versions))
    assert refused(found, where("2.8.4"), "v1")[1:] == ("ValueError", message)
    assert said(found, where("2.8.4")).outcome == "loads"  # functions count as this release's own


def test_tensorflow_1_has_another_function_of_that_name() -> None:
    assert refused(model(graph()), where("1.15.5"))[1:] == (
        "TypeError",
        "load() missing 2 required positional arguments: 'tags' and 'export_dir'",
    )


def test_the_format_of_tensorflow_1() -> None:
    flat = graph(objects=None)
    verdict = said(model(flat), where("2.8.4"))
    assert verdict.outcome == "differs"
    assert "signatures" in verdict.difference
    many = model(graph(objects=None, tags=()), graph(objects=None, tags=("train",)), format="hub-tf1")
    for release, quoted in (("2.6.5", "'tags=None'"), ("2.8.4", "`tags=None`")):
        finding, error, message = refused(many, where(release))
        assert (finding, error) == ("tf1-hub-module-in-tf2", "ValueError")
        assert message == f"if there is more than one MetaGraph. Got {quoted}, but there are 2 MetaGraphs"
    assert refused(many, where("2.8.4"), "v1")[1] == "RuntimeError"
    assert said(model(graph(COPY, objects=None)), where("2.3.4")).reason is not None


def test_optimizers_of_keras_2_are_not_revived_beside_keras_3() -> None:
    optimizer = SavedObject(1, "user_object", "root.optimizer", identifier="optimizer", slots=4)
    found = model(graph(objects=(ROOT, optimizer)))
    finding, error, message = refused(found, where("2.18.1", keras="3.15.1"))
    assert (finding, error) == ("optimizer-state-legacy-vs-new", "AttributeError")
    assert message == "'_UserObject' object has no attribute 'add_slot'"
    assert refused(found, where("2.18.1", keras="3.15.1"), "TFSMLayer")[1] == "AttributeError"
    assert said(found, where("2.15.1")).outcome == "loads"
    assert said(found, where("2.18.1", keras="2.18", legacy=True)).outcome == "loads"


def test_kinds_of_objects_that_came_later() -> None:
    found = model(graph(objects=(ROOT, SavedObject(1, "captured_tensor", "root.x"))))
    assert refused(found, where("2.4.4"))[1:] == ("ValueError", "Unknown SavedObject type: None")
    assert said(found, where("2.8.4")).outcome == "loads"


def ways(found: SavedModel, target: Target) -> Iterable[Way]:
    return [verdict.way for verdict in verdicts(found, target, MATRIX)]


def test_the_layer_is_where_keras_has_it() -> None:
    assert ways(model(graph()), where("2.8.4")) == ["saved_model.load", "v1"]
    assert "TFSMLayer" not in ways(model(graph()), where("2.18.1", keras="2.18", legacy=True))
    assert said(model(graph()), where("2.18.1", keras="3.15.1"), "TFSMLayer").outcome == "loads"
    unnamed = model(graph(signatures=()))
    assert refused(unnamed, where("2.18.1", keras="3.15.1"), "TFSMLayer")[2].startswith(
        "The endpoint 'serving_default'"
    )
    assert ways(SavedModel(path="x", format="h5"), where("2.8.4")) == []


@pytest.mark.parametrize("form", ["graphdef", "metagraph"])
def test_graphs_by_themselves(form: str) -> None:
    found = model(graph(OpUse("DisableCopyOnRead", 1, node=3), tags=(), objects=None), format=form)
    assert ways(found, where("2.8.4")) == ["v1"]
    assert refused(found, where("2.8.4"), "v1")[1] == "NotFoundError"
    assert said(found, where("2.10.1"), "v1").outcome == "loads"


def test_what_is_not_known_is_said() -> None:
    for found in (model(graph()), model(), SavedModel(path="x", format="tflite", tflite=TfLite(schema=3))):
        verdict = verdicts(found, where("2.99.0"), MATRIX)[0]
        assert (verdict.outcome, verdict.confidence) == ("undecided", "possible")
    for found in (model(), SavedModel(path="x", format="tflite")):
        verdict = verdicts(found, where("2.8.4"), MATRIX)[0]
        assert verdict.outcome == "undecided"
        assert verdict.reason is not None
        assert "could" in verdict.reason.message


def lite(*ops: TfLiteOp) -> SavedModel:
    return SavedModel(path="net.tflite", format="tflite", tflite=TfLite(schema=3, ops=ops))


def test_operators_of_tflite() -> None:
    transposed = lite(TfLiteOp("ADD", 0), TfLiteOp("TRANSPOSE_CONV", 67, 3))
    older = "tflite-runtime-older-than-converter"
    message = "Didn't find op for builtin opcode 'TRANSPOSE_CONV' version '3'"
    assert refused(transposed, where("2.1.4"), "tflite") == (older, "ValueError", message)
    assert said(transposed, where("2.8.4"), "tflite").outcome == "loads"
    assert "out of range: 126" in refused(lite(TfLiteOp("BATCH_MATMUL", 126)), where("2.1.4"), "tflite")[2]


def test_custom_operators_of_tflite() -> None:
    own = lite(TfLiteOp("Mine", 32, custom=True))
    assert refused(own, where("2.8.4"), "tflite")[1:] == ("RuntimeError", "Encountered unresolved custom op: Mine")
    assert said(lite(TfLiteOp("Mfcc", 32, custom=True)), where("2.8.4"), "tflite").outcome == "loads"
    flex = lite(TfLiteOp("FlexErf", 32, custom=True))
    assert refused(flex, where("2.1.4"), "tflite")[1] == "RuntimeError"
    assert said(flex, where("2.8.4"), "tflite").outcome == "loads"
    assert refused(flex, where("2.19.1"), "tflite")[2].startswith("Select TensorFlow op(s)")


DRAW = OpUse("StatelessRandomUniformV2", 1, function=(1, 3))
EXPORTED = SavedObject(node=0, kind="user_object", path="root", identifier="_generic_user_object")


def test_an_export_that_draws_answers_otherwise_each_time() -> None:
    verdict = said(model(graph(DRAW, objects=(EXPORTED,))), where("2.18.1"))
    assert verdict.outcome == "differs"
    assert "StatelessRandomUniformV2" in verdict.difference


@pytest.mark.parametrize(
    "found",
    [
        graph(DRAW),  # Keras 2 saves the functions of training too
        graph(DRAW, objects=(EXPORTED,), signatures=()),
        graph(OpUse("AddV2", 1, function=(1, 3)), objects=(EXPORTED,)),
    ],
)
def test_what_draws_in_training_alone_answers_the_same(found: MetaGraph) -> None:
    assert said(model(found), where("2.18.1")).outcome == "loads"
