"""What code lets expect in a release, without any message."""

from collections.abc import Callable
from typing import Any

import pytest

from tfdoctor.diagnosis import Diagnosis

Tell = Callable[..., Diagnosis]

CODE: list[tuple[str, dict[str, Any], str]] = [
    ("opt = tf.keras.optimizers.Adadelta()", {"tf_version": "2.1"}, "adadelta-default-lr"),
    ("model.compile(optimizer='adadelta', loss='mse')", {"tf_version": "2.1"}, "adadelta-default-lr"),
    ("opt = tf.keras.optimizers.Adadelta(1.0)", {"tf_version": "2.1"}, "(nothing)"),
    ("opt = tf.keras.optimizers.SGD(0.1, clipnorm=1.0)", {"tf_version": "2.1"}, "clipnorm-semantics"),
    ("opt = tf.keras.optimizers.SGD(0.1, clipnorm=1.0)", {"tf_version": "2.9"}, "(nothing)"),
    ("opt = tf.keras.optimizers.SGD(0.1, clipnorm=1.0)", {"before": "2.2", "after": "2.5"}, "clipnorm-semantics"),
    ("m.compile('adam', loss='binary_crossentropy', metrics=['acc'])", {"before": "2.1", "after": "2.3"},
     "accuracy-metric-resolution"),
    ("y = tf.image.resize(x, (8, 8))", {"before": "1.15", "after": "2.3"}, "image-resize-half-pixel"),
    ("layer = keras.layers.BatchNormalization()\nlayer.trainable = False", {"before": "1.x", "after": "2.x"},
     "batchnorm-trainable-semantics"),
    ("x = layers.LSTM(5, recurrent_dropout=0.2)(x)", {"tf_version": "2.4"}, "rnn-cudnn-not-usable"),
    ("from keras.optimizers import Adam\nopt = Adam(lr=0.1)", {"tf_version": "2.12"}, "optimizer-lr-ignored"),
    ("from keras.optimizers import Adam\nopt = Adam(lr=0.1)", {"tf_version": "2.17"}, "optimizer-lr-rejected"),
    ("opt = tf.keras.optimizers.Adam(decay=0.1)", {"tf_version": "2.11"}, "optimizer-decay-arg"),
    ("opt = tf.keras.optimizers.legacy.Adam(decay=0.1)", {"tf_version": "2.11"}, "(nothing)"),
    ("model.fit(x, workers=4)", {"tf_version": "2.17"}, "keras3-fit-args-removed"),
    ("model.fit(x, workers=4)", {"tf_version": "2.15"}, "(nothing)"),
    ("from keras.utils import np_utils", {"tf_version": "2.15"}, "keras-private-module-removed"),
    ("layer = tf.keras.layers.LocallyConnected1D(3, 3)", {"tf_version": "2.17"}, "keras3-layer-removed"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "facts", "expected"), CODE)
def test_code_and_versions_decide(tell: Tell, code: str, facts: dict[str, Any], expected: str) -> None:
    found = tell("", code, **facts)
    assert (found.primary.name if found.primary else "(nothing)") == expected
