"""Where an upgrade brings several changes, the complaint decides: its kind, what it names, what the code uses."""

from collections.abc import Callable

import pytest

from tfdoctor.diagnosis import Diagnosis
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.api import Change
from tfdoctor.rules.drift._upgraded import Told, weigh

Tell = Callable[..., Diagnosis]


def primary(found: Diagnosis) -> str:
    return found.primary.name if found.primary else ""


@pytest.mark.parametrize(
    ("before", "after", "title", "expected"),
    [
        ("1.14", "2.0", "Everything is slower", "eager-default-slowdown"),
        ("1.14", "2.0", "RAM grows with every call", "predict-memory-growth"),
        ("1.15", "2.3", "images are scaled by half a pixel, other bilinear results", "image-resize-half-pixel"),
        ("1.15", "2.3", "loss of padded sequences differs, mask ignored", "loss-reduction-change"),
        ("1.x", "2.1", "clipvalue has no effect", "clipnorm-semantics"),
        ("1.x (tf.losses)", "2.0", "loss differs", "loss-reduction-change"),
        ("1.x", "2.4", "fine tuning with frozen layers gives other results", "batchnorm-trainable-semantics"),
        ("2.0", "2.1.0 / 2.2.0", "memory is never freed", "predict-memory-growth"),
        ("2.8", "2.12", "memory consumption of predict", "predict-memory-growth"),
        ("2.9", "2.12", "same seed, other random weights", "initializer-rng-change"),
        ("2.9", "2.10", "two layers get identical weights", "initializer-instance-reuse"),
        ("2.8", "2.10", "slow augmentation", "augmentation-layers-slow-29"),
        ("2.10", "2.11", "embedding model trains slower", "optimizer-rewrite-211-speed"),
        ("2.10", "2.11", "our optimizer class is broken", "optimizer-rewrite-211-api"),
        ("2.12", "2.13", "it takes longer to build the model", "keras-symbolic-build-slow"),
        ("2.12", "2.13", "scikit-learn classifier cannot be imported", "sklearn-wrapper-removed"),
        ("2.15", "2.16", "LSTM became slow on the GPU", "keras3-lstm-cudnn"),
        ("2.15", "2.16", "XLA makes it slow", "keras3-jit-default"),
        ("2.15", "2.17", "word error rate: worse results", "keras3-default-behaviour"),
        ("2.15", "2.17", "batch norm: numeric differences", "batchnorm-keras3-numerics"),
        ("2.15", "2.17", "workers is refused by fit", "keras3-fit-args-removed"),
        ("2.15", "2.17", "ModelCheckpoint fails", "keras3-save-format-restriction"),
        ("2.8", "2.9", "rounding: results differ by oneDNN", "onednn-default-on"),
    ],
)
def test_the_complaint_decides(tell: Tell, before: str, after: str, title: str, expected: str) -> None:
    found = tell(before=before, after=after, title=title)
    assert primary(found) == expected
    assert found.primary is not None
    assert found.primary.severity == "note"
    assert all(finding.severity == "note" for finding in found.findings)


@pytest.mark.parametrize(
    ("before", "after", "title", "expected"),
    [
        ("keras 2.2", "tf.keras (TF 2.1.0)", "the network does not learn any more", "adadelta-default-lr"),
        ("keras 2.2.4", "tf.keras 2.2.4-tf (TF 1.14.0)", "other results with tf.keras", "batchnorm-fused"),
        ("keras 2.2", "tf.keras (TF 1.15)", "my GAN does not converge", "adam-implementation-change"),
        ("Keras 2.2", "tf.keras 1.13", "clipnorm differs from Keras", "clipnorm-semantics"),
        ("keras 2.x (standalone)", "2.3 tf.keras", "GRU results differ", "gru-reset-after-default"),
        ("keras", "tf.keras", "Adam gives other results", "adam-implementation-change"),
    ],
)
def test_from_keras_of_its_own(tell: Tell, before: str, after: str, title: str, expected: str) -> None:
    found = tell(before=before, after=after, title=title)
    assert primary(found) == expected
    assert not {"image-resize-half-pixel", "loss-reduction-change"} & {finding.name for finding in found.findings}


def test_what_keras_alone_changed_is_nothing_to_an_upgrade_of_tensorflow(tell: Tell) -> None:
    found = tell(before="1.15", after="2.1", title="Adam gives other results")
    assert "adam-implementation-change" not in {finding.name for finding in found.findings}


def test_a_log_of_a_training_that_does_not_move(tell: Tell) -> None:
    log = "Epoch 1/9\n600/600 - loss: 2.27 - accuracy: 0.16 - val_loss: 2.22 - val_accuracy: 0.34"
    found = tell(log, before="keras 2.2", after="tf.keras (TF 2.1.0)", tf_version="2.1.0")
    assert primary(found) == "adadelta-default-lr"


def test_code_decides(tell: Tell) -> None:
    code = "x = Input((1,))\ny = Input((1,))\nz = x + y"
    assert primary(tell("", code, before="2.12", after="2.13")) == "keras-symbolic-build-slow"
    code = "model.compile(optimizer='adam', loss='mse')"
    assert primary(tell("", code, before="2.10", after="2.11", title="slower")) == "optimizer-rewrite-211-speed"


def test_code_of_another_kind_than_the_complaint_comes_later(tell: Tell) -> None:
    code = "model.add(GRU(5))\nmodel.compile('adam', metrics=['accuracy'], loss='binary_crossentropy')"
    found = tell("", code, before="1.15", after="2.0", title="slower in eager mode")
    assert primary(found) == "eager-default-slowdown"
    later = next(one for one in found.findings if one.name == "gru-reset-after-default")
    assert (later.severity, later.confidence) == ("note", "possible")
    found = tell("", code, before="1.15", after="2.0", title="other results")
    assert primary(found) == "gru-reset-after-default"


def test_a_message_says_more_than_a_title(tell: Tell) -> None:
    log = "AttributeError: module 'tensorflow' has no attribute 'estimator'"
    assert primary(tell(log, before="2.15", after="2.16", title="slow")) == "estimator-removed-216"


def test_notices_in_the_log_decide_nothing(tell: Tell) -> None:
    log = "I tensorflow/core/util/util.cc:169] oneDNN custom operations are on. You may see slightly other results"
    assert primary(tell(log, before="2.8", after="2.9")) == "onednn-default-on"
    assert primary(tell(log, before="2.8", after="2.9", title="augmentation is slow")) == "augmentation-layers-slow-29"


def test_what_an_upgrade_leaves_behind(tell: Tell) -> None:
    found = tell(before="2.1", after="2.2", title="clipnorm differs")
    assert primary(found) == "clipnorm-semantics"
    assert found.primary is not None
    assert "up to 2.1" in found.primary.message
    assert primary(tell(before="1.15", after="2.4", title="clipnorm differs")) != "clipnorm-semantics"
    assert "clipnorm-semantics" not in {one.name for one in tell(before="2.1", after="2.2").findings}


def test_without_an_upgrade_name_and_kind_are_needed(tell: Tell) -> None:
    assert primary(tell(tf_version="2.3.0", title="memory leak in tf.keras.Model.predict")) == "predict-memory-growth"
    assert tell(tf_version="2.3.0", title="memory leak").findings == ()
    assert tell(tf_version="2.5.0", title="memory leak in model.predict").findings == ()
    assert tell(tf_version="2.3.0", title="How do I use predict?").findings == ()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"arch": "aarch64", "os": "Ubuntu 22.04"}, "onednn-arm-regression"),
        ({"arch": "x86_64", "os": "Ubuntu 22.04"}, "keras3-jit-default"),
        ({"arch": "arm64", "os": "macOS"}, "keras3-jit-default"),
    ],
)
def test_arm(tell: Tell, environment: dict[str, str], expected: str) -> None:
    found = tell(before="2.15", after="2.16", title="convolutions are slow", **environment)
    assert primary(found) == expected


@pytest.mark.parametrize(
    ("gpu", "there"),
    [("NVIDIA A100", True), ("RTX 3090", True), ("Tesla V100", False), ("GTX 1080", False), ("no such card", False)],
)
def test_tf32_needs_a_gpu_of_ampere(tell: Tell, *, gpu: str, there: bool) -> None:
    found = tell(before="2.3", after="2.4", title="precision of matmul", gpus=[{"name": gpu}])
    assert ("tf32-default-on-ampere" in {finding.name for finding in found.findings}) is there


@pytest.mark.parametrize(
    ("environment", "title", "confidence"),
    [
        ({"os": "macOS 14", "packages": {"tensorflow-metal": "1.1.0"}}, "loss does not converge", "likely"),
        ({"os": "macOS", "arch": "arm64"}, "wrong predictions with the Metal plug-in", "likely"),
        ({"os": "macOS", "arch": "arm64"}, "accuracy stays low", "possible"),
        ({"os": "macOS", "arch": "arm64", "packages": {"tensorflow-metal": "1.1.0"}}, "slow", None),
        ({"os": "macOS", "arch": "x86_64"}, "accuracy stays low", None),
        ({"os": "Windows"}, "wrong results with metal", None),
        ({"os": "macOS"}, "accuracy stays low", None),
    ],
)
def test_metal(tell: Tell, environment: dict[str, object], title: str, confidence: str | None) -> None:
    found = tell(title=title, **environment)
    mine = [finding for finding in found.findings if finding.name == "metal-numerics"]
    assert [finding.confidence for finding in mine] == ([confidence] if confidence else [])


def test_metal_against_the_cpu(tell: Tell) -> None:
    found = tell(before="CPU", after="tensorflow-macos 2.16.2 + tensorflow-metal 1.2.0", os="macOS", arch="arm64")
    assert "metal-numerics" in {finding.name for finding in found.findings}


def test_points() -> None:
    rows = [row for row in Matrix.locate().api.changes if row.finding == "clipnorm-semantics"]
    from tfdoctor.logs.complaint import read

    given: Change = rows[0]
    nothing = Told(read(""), frozenset(), frozenset())
    assert weigh(given, nothing) == (0, (), False)
    coded = Told(read(""), frozenset({"adam", "clipnorm"}), frozenset({"clipnorm"}))
    assert weigh(given, coded)[2]
    other = Told(read(""), frozenset({"adam"}), frozenset())
    assert weigh(given, other)[0] < 0
