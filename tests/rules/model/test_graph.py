"""Graphs: operations, attributes, TensorFlow 1, TensorFlow Lite."""

from collections.abc import Callable

import pytest

from tfdoctor.diagnosis import Diagnosis

Tell = Callable[..., Diagnosis]
Side = dict[str, str] | None

NEWER = "op-not-registered-newer-producer"
PLUGIN = "op-not-registered-missing-plugin-import"
ATTR = "graphdef-attr-from-newer-producer"
API = "tf1-graph-api-in-tf2"
HUB = "tf1-hub-module-in-tf2"
SHAPES = "tf1-savedmodel-shape-check"
LITE = "tflite-runtime-older-than-converter"

LOGS: list[tuple[str, Side, Side, str]] = [
    ("NotFoundError: Op type not registered 'DisableCopyOnRead' in binary running on host.", None, None, NEWER),
    (
        ("Converting GraphDef to Graph has failed. The binary trying to import the GraphDef was built when GraphDef "
        "version was 440. The GraphDef was produced by a binary built when GraphDef version was 561."),
        None,
        None,
        NEWER,
    ),
    ("Op type not registered 'CaseFoldUTF8' in binary running on host.", None, {"tf": "2.8"}, PLUGIN),
    ("Op type not registered 'Addons>GeluV2' in binary running on host.", None, None, PLUGIN),
    ("Op type not registered 'PmfToQuantizedCdf' in binary", {"tf": "1.15"}, {"tf": "1.15"}, PLUGIN),
    ("Op type not registered 'DisableCopyOnRead' in binary", {"tf": "2.16.1"}, {"tf": "tfjs-node 4.18.0"}, NEWER),
    ("Op type not registered 'GatherTree' in binary", None, {"tf": "1.15"}, PLUGIN),
    ("Op type not registered 'att_sum_bahdanau' in binary running on host.", None, None, PLUGIN),
    ("Op type not registered 'ImageProjectiveTransformV2' in binary", {"tf": "1.12"}, {"tf": "2.0"}, PLUGIN),
    ("(Check whether your GraphDef-interpreting binary is up to date with your GraphDef-generating", None, None, ATTR),
    ("ValueError: NodeDef mentions attr 'Truncate' not in Op<name=Cast; signature=x:SrcT -> y:DstT;", None, None, ATTR),
    (
        ("InvalidArgumentError: NodeDef mentions attribute debug_name which is not in the op definition: "
        "Op<name=VarHandleOp; signature= -> resource:resource>"),
        None,
        None,
        ATTR,
    ),
    ("RuntimeError: Exporting/importing meta graphs is not supported when eager", None, None, API),
    ("AttributeError: module 'tensorflow_hub' has no attribute 'Module'", None, None, API),
    ("hub.load(url)\nTypeError: 'AutoTrackable' object is not callable", None, None, HUB),
    (
        "ValueError: Signature name has to be specified for non-callable saved models (if not legacy TF1 Hub format).",
        None,
        None,
        HUB,
    ),
    (
        "ValueError: Node 'x' has an _output_shapes attribute inconsistent with the GraphDef for output #0: Shapes",
        None,
        None,
        SHAPES,
    ),
    ("Didn't find op for builtin opcode 'FULLY_CONNECTED' version '12'. An older version", None, None, LITE),
    ("ERROR: Op builtin_code out of range: 150. Are you using old TFLite binary with newer model?", None, None, LITE),
]  # fmt: skip


@pytest.mark.parametrize(("log", "saved", "loaded", "name"), LOGS)
def test_message_and_versions_decide(tell: Tell, log: str, saved: Side, loaded: Side, name: str) -> None:
    found = tell(log, saved, loaded).primary
    assert found is not None
    assert found.name == name
    assert found.evidence


FACTS: list[tuple[Side, Side, str, str]] = [
    ({"tf": "2.12", "format": "tflite"}, {"tf": "2.5"}, "", LITE),
    ({"tf": "2.10", "format": "frozen graph"}, {"tf": "2.4"}, "", NEWER),
    ({"tf": "1.15", "format": "TF1 Hub module"}, {"tf": "2.3"}, "", HUB),
    ({"tf": "1.15", "format": "meta graph"}, {"tf": "2.3"}, "", API),
    ({"tf": "2.10", "format": "SavedModel"}, {"tf": "2.4"}, "", NEWER),
    ({"format": "TF1 Hub module"}, {"tf": "2.3"}, "embed = hub.Module(url)", API),
]


@pytest.mark.parametrize(("saved", "loaded", "code", "name"), FACTS)
def test_the_sides_alone(tell: Tell, saved: Side, loaded: Side, code: str, name: str) -> None:
    found = tell("", saved, loaded, code).primary
    assert found is not None
    assert found.name == name
    assert found.confidence in {"likely", "possible"}


@pytest.mark.parametrize(
    "log",
    ["Op type not registered 'NoOp' in binary", "TypeError: '_UserObject' object is not callable"],
)
def test_what_the_versions_do_not_explain(tell: Tell, log: str) -> None:
    assert not [found for found in tell(log, None, {"tf": "2.9"}).findings if found.family.startswith("model-")]
