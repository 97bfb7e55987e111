"""What an upgrade alone lets expect: notes, and only where neither log nor code says more."""

from collections.abc import Callable

import pytest

from tfdoctor.diagnosis import Diagnosis

Tell = Callable[..., Diagnosis]

STEPS = [
    ("1.13", "1.14", {"adadelta-default-lr"}),
    (
        "1.15",
        "2.0",
        {
            "eager-default-slowdown", "image-resize-half-pixel", "loss-reduction-change",
            "batchnorm-trainable-semantics", "predict-memory-growth",
        },
    ),
    ("2.0", "2.1", {"predict-memory-growth"}),
    ("2.1", "2.2", {"accuracy-metric-resolution"}),
    ("2.3", "2.4", {"keras-method-removed"}),
    ("2.6", "2.7", {"initializer-rng-change"}),
    ("2.8", "2.9", {"augmentation-layers-slow-29", "predict-memory-growth"}),
    ("2.9", "2.10", {"initializer-rng-change", "initializer-instance-reuse"}),
    ("2.10", "2.11", {"optimizer-rewrite-211-api", "optimizer-rewrite-211-speed"}),
    ("2.12", "2.13", {"sklearn-wrapper-removed", "keras-symbolic-build-slow"}),
    ("2.13", "2.14", set()),
    (
        "2.15 (Keras 2)",
        "2.16",
        {
            "estimator-removed-216", "keras3-fit-args-removed", "keras3-default-behaviour", "keras3-jit-default",
            "keras3-lstm-cudnn",
        },
    ),
    ("Keras 2", "Keras 3", {
        "estimator-removed-216", "keras3-fit-args-removed", "keras3-default-behaviour", "keras3-jit-default",
        "keras3-lstm-cudnn",
    }),
    ("2.11", "2.10", set()),
    ("2.11", "2.9", set()),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), STEPS)
def test_an_upgrade_brings_notes(tell: Tell, before: str, after: str, expected: set[str]) -> None:
    found = tell("", before=before, after=after)
    assert {finding.name for finding in found.findings} == expected
    assert all((one.severity, one.confidence) == ("note", "possible") for one in found.findings)


def test_a_log_says_more_than_an_upgrade(tell: Tell) -> None:
    found = tell("AttributeError: module 'tensorflow' has no attribute 'estimator'", before="2.15", after="2.16")
    assert [finding.name for finding in found.findings] == ["estimator-removed-216"]
    assert found.findings[0].confidence == "certain"


def test_code_says_more_than_an_upgrade(tell: Tell) -> None:
    found = tell("", "gru = GRU(5)(Input(shape=[10, 4]))", before="keras 2.2.4", after="tf.keras (TF 2.3)")
    assert [finding.name for finding in found.findings] == ["gru-reset-after-default"]


@pytest.mark.parametrize("before", ["", "x", "a keras", "9999", "tf", "Keras", "2.x or so"])
def test_words_that_name_no_release(tell: Tell, before: str) -> None:
    assert all(finding.severity == "note" for finding in tell("", before=before, after="unknown").findings)
