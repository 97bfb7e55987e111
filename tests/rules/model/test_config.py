"""The configuration of a model: the same message means another thing with other versions."""

from collections.abc import Callable

import pytest

from tfdoctor.diagnosis import Diagnosis

Tell = Callable[..., Diagnosis]
Side = dict[str, str] | None

ARGUMENT = "config-arg-from-newer-keras"
CLASS = "unknown-class-from-newer-keras"
KERAS2 = "keras2-file-in-keras3"
CUSTOM = "keras3-minor-custom-object-key"
NESTED = "keras3-nested-model-reload"
LIST = "old-config-format-regression"

GROUPS = "ValueError: Unrecognized keyword arguments passed to DepthwiseConv2D: {'groups': 1}"
REBUILT = "TypeError: <class 'keras.src.models.functional.Functional'> could not be deserialized properly."
METRIC = "ValueError: Could not deserialize 'keras.metrics.mse' because it is not a KerasSaveable subclass"
COUNT = "Layer count mismatch when loading weights from file. Model expected 3 layers, found 2 saved layers."
AUTO = "ValueError: Invalid value for argument `reduction`. Expected on of (). Received: reduction=auto"
LAMBDA = "We could not automatically infer the shape of the Lambda's output. Please specify the `output_shape`"
RECEIVED = "Layer 'dense' expected 2 variables, but received 0 variables during loading. Expected: ['kernel', 'bias']"
TWO = 'ValueError: Layer "dense" expects 1 input(s), but it received 2 input tensors. Inputs received: [<KerasTensor'

LOGS: list[tuple[str, Side, Side, str]] = [
    # arguments that came
    ("TypeError: __init__() got an unexpected keyword argument 'ragged'", None, {"keras": "2.2.4"}, ARGUMENT),
    ("ValueError: ('Unrecognized keyword arguments:', dict_keys(['ragged']))", None, {"tf": "1.14"}, ARGUMENT),
    ("TypeError: ('Keyword argument not understood:', 'groups')", {"tf": "2.3"}, {"tf": "2.2"}, ARGUMENT),
    ("ValueError: Unrecognized keyword arguments: ['batch_shape']", {"keras": "3.1"}, {"tf": "2.15"}, ARGUMENT),
    ("Exception encountered: Unrecognized keyword arguments: ['batch_shape']", None, None, ARGUMENT),
    (
        "ValueError: Unrecognized keyword arguments passed to Dense: {'quantization_config': None}",
        {"keras": "3.13"},
        {"keras": "3.10"},
        ARGUMENT,
    ),
    # arguments that went
    (GROUPS, None, None, KERAS2),
    (GROUPS, {"tf": "2.10", "format": "h5"}, {"tf": "2.17"}, KERAS2),
    ("ValueError: Unrecognized keyword arguments passed to LSTM: {'time_major': False}", None, None, KERAS2),
    # classes that came
    ("ValueError: Unknown layer: Functional", None, {"tf": "2.1.0"}, CLASS),
    ("ValueError: Unknown layer: SlicingOpLambda", None, {"tf": "2.3"}, CLASS),
    ("ValueError: Unknown initializer: GlorotUniform\nload_model(", None, {"keras": "2.2.4"}, CLASS),
    ("ValueError: Unknown layer: DepthwiseConv2D", None, None, CLASS),
    # classes that went
    ("ValueError: Unknown layer: 'TFOpLambda'. Please ensure you are using", None, {"tf": "2.16.1"}, KERAS2),
    ("ValueError: Unknown layer: 'Functional'. Please ensure you are using", None, None, KERAS2),
    ("TypeError: Could not locate class 'Model'. Make sure custom classes", None, {"keras": "3"}, KERAS2),
    (
        ("TypeError: Could not deserialize class 'Functional' because its parent module keras.src.engine.functional "
        "cannot be imported."),
        None,
        None,
        KERAS2,
    ),
    # the store of weights and other parts of Keras 2
    (COUNT, None, {"keras": "3"}, KERAS2),
    (AUTO, None, None, KERAS2),
    (
        "ValueError: Unrecognized keyword arguments passed to Dense: {'strange': 1}\nload_model(",
        None,
        {"keras": "3"},
        KERAS2,
    ),
    ("Unrecognized keyword arguments passed to Dense: {'strange': 1}", {"tf": "2.9"}, {"keras": "3"}, KERAS2),
    ("ValueError: Unknown layer: 'MyLayer'", {"tf": "2.9"}, {"keras": "3"}, KERAS2),
    ("TypeError: Could not deserialize class 'A' because its parent module lib.b cannot be imported", {"tf": "2.9"},
     {"keras": "3.1"}, KERAS2),
    (METRIC, None, None, KERAS2),
    (REBUILT, {"tf": "2.12"}, {"keras": "3.9.2"}, KERAS2),
    ("TypeError: Error when deserializing class 'Dense' using config=", None, {"keras": "3.9.2"}, KERAS2),
    (LAMBDA, None, {"keras": "3.0.5"}, KERAS2),
    (RECEIVED, {"tf": "2.12"}, {"keras": "3.0.5"}, KERAS2),
    (TWO, {"tf": "2.12"}, {"keras": "3.0.5"}, KERAS2),
    # Keras 3 on both sides
    ("TypeError: Could not locate class 'Model'.", {"keras": "3.3"}, {"keras": "3.9.2"}, CUSTOM),
    ("TypeError: Error when deserializing class 'A' using config=", {"keras": "3.9"}, {"keras": "3.3"}, ARGUMENT),
    (RECEIVED, {"keras": "3.3"}, {"keras": "3.3"}, NESTED),
    (METRIC, {"keras": "3.3"}, {"keras": "3.9"}, CUSTOM),
    # the reader has Keras 2
    ("TypeError: Error when deserializing class 'Dense' using config=", {"tf": "2.15"}, {"tf": "2.12"}, ARGUMENT),
    ("TypeError: __init__() got an unexpected keyword argument 'strange'", {"tf": "2.9"}, {"tf": "2.4"}, ARGUMENT),
    (COUNT, {"tf": "2.3"}, {"tf": "2.9"}, "layer-variables-changed-between-versions"),
    ('Layer #1 (named "batch_normalization") expects 7 weight(s), but the saved weights have 10 element(s)', None, None,
     "layer-variables-changed-between-versions"),
    (REBUILT, {"keras": "3.6"}, {"keras": "3.9.2"}, CUSTOM),
    ("TypeError: Could not locate class 'CoordConv2D'.", {"keras": "3.3"}, {"keras": "3.9.2"}, CUSTOM),
    (TWO, {"keras": "3.4.1"}, {"keras": "3.4.1"}, NESTED),
    (
        ("generic_utils.py in class_and_config_for_serialized_keras_object(config)\n"
        "AttributeError: 'list' object has no attribute 'items'"),
        {"tf": "1.4"},
        {"tf": "2.1.0"},
        LIST,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("log", "saved", "loaded", "name"), LOGS)
def test_message_and_versions_decide(tell: Tell, log: str, saved: Side, loaded: Side, name: str) -> None:
    found = tell(log, saved, loaded).primary
    assert found is not None
    assert found.name == name
    assert found.evidence
    assert found.remedies


QUIET = [
    # a class of one's own that was not named, other arguments, a list somewhere else
    "ValueError: Unknown layer: MyAttention",
    "TypeError: __init__() got an unexpected keyword argument 'name'",
    "ValueError: Unrecognized keyword arguments passed to MyLayer: {'depth': 3}",
    "AttributeError: 'list' object has no attribute 'items'",
    "TypeError: Could not locate class 'CoordConv2D'.",
    'ValueError: Layer "dense" expects 1 input(s), but it received 2 input tensors.',
    'Layer #1 (named "conv2d") expects 2 weight(s), but the saved weights have 1 element(s)',
    "Requested the deserialization of a `Lambda` layer whose `function` is a Python lambda.",
]


@pytest.mark.parametrize("log", QUIET)
def test_what_is_no_matter_of_versions_is_left_alone(tell: Tell, log: str) -> None:
    assert not [found for found in tell(log).findings if found.family.startswith("model-")]


def test_code_for_keras2_is_no_file_of_keras2(tell: Tell) -> None:
    log = "ValueError: Unrecognized keyword arguments passed to Embedding: {'weights': [array([[0.]])]}"
    found = tell(log, tf_version="2.17").primary
    assert found is not None
    assert found.name == "keras3-default-code-break"


def test_versions_of_both_sides_make_it_certain(tell: Tell) -> None:
    found = tell(GROUPS, {"tf": "2.10", "format": "h5"}, {"tf": "2.17"}).primary
    assert found is not None
    assert found.confidence == "certain"
    assert "TensorFlow 2.10" in found.message
    assert "TensorFlow 2.17" in found.message
    assert [row.source for row in found.evidence if row.fact.startswith("matrix.")]


SIDES: list[tuple[str, Side, Side]] = [
    # the versions say that it is another matter
    ("AttributeError: 'list' object has no attribute 'items'\nload_model(", {"tf": "1.4"}, {"tf": "2.3"}),
    (
        "Layer count mismatch when loading weights from file. Model expected 3 layers, found 2",
        {"tf": "2.9"},
        {"tf": "2.9"},
    ),
    (
        "ValueError: Invalid value for argument `reduction`. Received: reduction=auto",
        {"keras": "3.3"},
        {"keras": "3.3"},
    ),
    ("Requested the deserialization of a `Lambda` layer", {"tf": "2.13", "format": "h5"}, {"tf": "2.17"}),
]


@pytest.mark.parametrize(("log", "saved", "loaded"), SIDES)
def test_the_versions_can_say_no(tell: Tell, log: str, saved: Side, loaded: Side) -> None:
    assert not [found for found in tell(log, saved, loaded).findings if found.family.startswith("model-")]
