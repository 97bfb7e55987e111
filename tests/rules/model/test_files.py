"""Stored code, formats, weights, optimizer state and the Keras part of a SavedModel."""

from collections.abc import Callable

import pytest

from tfdoctor.diagnosis import Diagnosis

Tell = Callable[..., Diagnosis]
Side = dict[str, str] | None

BYTECODE = "lambda-bytecode-python-mismatch"
PICKLE = "pickle-of-keras-object"
FOLDER = "savedmodel-dir-in-keras3"
ZIP = "dot-keras-zip-in-old-tf"
SAVE = "keras-applications-save-bug"
METADATA = "savedmodel-keras-metadata-change"
NOTICE = "savedmodel-keras-metadata-missing"
VARIABLES = "layer-variables-changed-between-versions"
KEYS = "dot-keras-weight-key-change"
GRU = "gru-reset-after-default"
STATE = "optimizer-state-legacy-vs-new"
MAC = "mac-legacy-optimizer-fallback"

SLOW = "WARNING:absl:There is a known slowdown when using v2.11+ Keras optimizers on M1/M2 Macs."
UNREADABLE = "OSError: Unable to open file (file signature not found)"
EAGER = "Unrecognized type <class 'tensorflow.python.framework.ops.EagerTensor'>."

LOGS: list[tuple[str, Side, Side, str]] = [
    ("ValueError: bad marshal data (unknown type code)", None, None, BYTECODE),
    ("XXX lineno: 7, opcode: 0\nSystemError: unknown opcode", {"python": "3.5"}, {"python": "3.6"}, BYTECODE),
    ("pickle.load(f)\nModuleNotFoundError: No module named 'keras.src.preprocessing'", None, {"tf": "2.17"}, PICKLE),
    ("No module named 'keras.src'", {"keras": ">=2.13", "format": "joblib pickle"}, {"keras": "2.6.0"}, PICKLE),
    ("Failed to find any matching files for ram://1234/variables/variables", None, None, PICKLE),
    ("ValueError: File format not supported: filepath=a/b. Keras 3 only supports V3 `.keras`", None, None, FOLDER),
    (UNREADABLE, {"tf": "2.13.1", "format": ".keras"}, {"tf": "2.11.0"}, ZIP),
    (UNREADABLE, None, None, ZIP),
    (f"TypeError: Unable to serialize [2.0896919 2.1128857 2.1081853] to JSON. {EAGER}", None, None, SAVE),
    ("ValueError: Could not find matching concrete function to call", {"tf": "2.3"}, {"tf": "2.8"}, METADATA),
    ("WARNING:tensorflow:SavedModel saved prior to TF 2.5 detected when loading Keras model.", None, None, NOTICE),
    ("AssertionError: block/Dense_0/kernel:0 not in output weights.", None, {"tf": "2.4.0"}, VARIABLES),
    (
        (
            "ValueError: Layer 'conv2d_1' expected 2 variables, but received 0 variables during loading. "
            "Expected: ['conv2d_1/kernel:0', 'conv2d_1/bias:0']"
        ),
        {"tf": "2.13", "format": ".keras v3"},
        {"tf": "2.14"},
        KEYS,
    ),
    (
        (
            "ValueError: Shape mismatch in layer #1 (named gru) for weight gru/gru_cell/bias:0. Weight expects shape "
            "(2, 96). Received saved weight with shape (96,)"
        ),
        None,
        None,
        GRU,
    ),
    (
        "ValueError: You are trying to restore a checkpoint from a legacy Keras optimizer into a v2.11+ Optimizer",
        None,
        {"tf": "2.11"},
        STATE,
    ),
    (f"{SLOW}\nAttributeError: 'Adam' object has no attribute 'build'", None, None, MAC),
]


@pytest.mark.parametrize(("log", "saved", "loaded", "name"), LOGS)
def test_message_and_versions_decide(tell: Tell, log: str, saved: Side, loaded: Side, name: str) -> None:
    found = tell(log, saved, loaded).primary
    assert found is not None
    assert found.name == name
    assert found.evidence


def test_a_notice_stays_harmless(tell: Tell) -> None:
    log = "WARNING:tensorflow:SavedModel saved prior to TF 2.5 detected when loading Keras model."
    found = tell(log, {"tf": "2.4", "format": "SavedModel"}, {"tf": "2.5"})
    assert found.status == "note"
    assert found.primary is not None
    assert found.primary.verdict == "harmless"


def test_a_slow_optimizer_alone_is_no_error(tell: Tell) -> None:
    found = tell(SLOW).primary
    assert found is not None
    assert (found.name, found.severity) == (MAC, "note")


def test_apple_silicon_alone(tell: Tell) -> None:
    both = {"tf": "2.13", "format": ".keras"}
    found = tell("", both, both, os="macOS", arch="arm64").primary
    assert found is not None
    assert found.name == MAC


QUIET: list[tuple[str, Side, Side]] = [
    # by the sides it is another matter: the same release, a release without the fault, another architecture
    ("ValueError: Could not find matching concrete function to call", {"tf": "2.3"}, {"tf": "2.3"}),
    (f"TypeError: Unable to serialize 64.0 to JSON. {EAGER}", None, {"tf": "2.11"}),
    (f"TypeError: Unable to serialize [2.0896919] to JSON. {EAGER}", None, {"tf": "2.13"}),
    ("AttributeError: 'Adam' object has no attribute 'build'", None, {"tf": "2.17"}),
    ("AssertionError: block/kernel:0 not in output weights.", None, {"tf": "2.3"}),
    ("weight expects shape (2, 95). Received saved weight with shape (95,)", None, None),
    ("OSError: Unable to load model. Filepath is not an hdf5 file", None, None),
    ("", {"tf": "2.3", "format": "SavedModel"}, {"tf": "2.3"}),
    ("", {"tf": "2.3", "format": "h5"}, {"tf": "2.3"}),
    ("", {"format": "h5"}, None),
]


@pytest.mark.parametrize(("log", "saved", "loaded"), QUIET)
def test_what_the_versions_do_not_explain(tell: Tell, log: str, saved: Side, loaded: Side) -> None:
    assert not [found for found in tell(log, saved, loaded).findings if found.family.startswith("model-")]


def test_a_damaged_hdf5_file_is_no_matter_of_versions(tell: Tell) -> None:
    assert tell(UNREADABLE, {"tf": "2.15", "format": "h5"}, {"tf": "2.15"}).primary is None


FACTS: list[tuple[Side, Side, str]] = [
    ({"tf": "2.13", "format": "SavedModel"}, {"tf": "2.17"}, FOLDER),
    ({"tf": "2.7", "keras": "2", "format": "TF checkpoint weights"}, {"keras": "3"}, FOLDER),
    ({"tf": "2.13.1", "format": ".keras v3 (zip)"}, {"tf": "2.10"}, ZIP),
    ({"tf": "2.13", "format": ".keras v3"}, {"tf": "2.14"}, KEYS),
    ({"tf": "2.15", "format": "h5"}, {"tf": "2.16.1", "keras": "3"}, "keras2-file-in-keras3"),
    ({"tf": "2.0-2.2", "format": "h5 by name"}, {"tf": "2.4"}, VARIABLES),
    ({"format": "pickle"}, {"keras": "3"}, PICKLE),
    ({"python": "3.8", "format": "h5 with Lambda"}, {"python": "3.11"}, BYTECODE),
    ({"tf": "2.7", "format": "SavedModel (keras)"}, {"tf": "2.8-2.10"}, METADATA),
    ({"tf": "2.10", "format": "TF checkpoint"}, {"tf": "2.11"}, STATE),
    ({"tf": "1.15", "format": "h5 with GRU"}, {"tf": "2.3"}, GRU),
    ({"python": "2.7", "format": "h5"}, {"python": "3.4"}, BYTECODE),
    ({"tf": "2.3", "format": "h5"}, {"tf": "2.2"}, "unknown-class-from-newer-keras"),
    ({"tf": "2.9", "format": "h5"}, {"tf": "2.6"}, "config-arg-from-newer-keras"),
    ({"keras": "3.4", "format": "h5"}, {"tf": "2.12"}, "config-arg-from-newer-keras"),
    ({"keras": "3.4", "format": ".keras"}, {"keras": "3.9"}, "keras3-minor-custom-object-key"),
    ({"tf": "1.4", "format": "h5"}, {"tf": "2.1.0"}, "old-config-format-regression"),
    ({"tf": "2.2", "format": "h5"}, {"tf": "2.6"}, VARIABLES),
    ({"format": "h5 weights"}, {"tf": "2.16.1", "keras": "3"}, "keras2-file-in-keras3"),
]


@pytest.mark.parametrize(("saved", "loaded", "name"), FACTS)
def test_the_sides_alone(tell: Tell, saved: Side, loaded: Side, name: str) -> None:
    found = tell("", saved, loaded).primary
    assert found is not None
    assert found.name == name
    assert found.confidence != "certain"
