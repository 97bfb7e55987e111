"""Names that several layers read: of TensorFlow's distributions, and of NVIDIA's Jetson."""

import re
from typing import Final

# Distributions that carry the import package `tensorflow`, the most usual first.
TENSORFLOW_DISTRIBUTIONS = (
    "tensorflow", "tensorflow-gpu", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos",
    "tensorflow-cpu-aws", "tensorflow-aarch64", "tensorflow-rocm", "tensorflow-directml",
    "nvidia-tensorflow", "intel-tensorflow", "intel-tensorflow-avx512", "tf-nightly", "tf-nightly-gpu",
    "tf-nightly-cpu", "tf-nightly-intel", "tf-nightly-macos",
)  # fmt: skip

JETSON: Final = re.compile(r"\bjetson\b|\bjetpack\b|\bl4t\b|\btegra\b", re.IGNORECASE)
