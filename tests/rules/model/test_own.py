"""What a file needs from outside it: the user's own classes, leave to run code, a model at all."""

from collections.abc import Callable

import pytest

from tfdoctor.diagnosis import Diagnosis
from tfdoctor.rules import RULES

Tell = Callable[..., Diagnosis]


@pytest.mark.parametrize(
    "log",
    ["ValueError: No model found in config file.", "ValueError: No model config found in the file at weights.h5."],
)
def test_a_file_without_a_model(tell: Tell, log: str) -> None:
    primary = tell(log, tf_version="2.13.1").primary
    assert primary is not None
    assert (primary.code, primary.name) == ("TFD716", "training-config-key-missing")
    assert "load the weights" in primary.remedies[0].text


def test_what_a_log_says_itself_is_told_of_files_only(tell: Tell) -> None:
    told = "ValueError: Unknown layer: Scaler\nRequested the deserialization of a Lambda layer"
    assert {"TFD709", "TFD710"} <= {rule.code for rule in RULES}
    assert not {"lambda-safe-mode", "custom-object-not-registered"} & {row.name for row in tell(told).findings}
