"""What the names of distributions tell of a TensorFlow build and of the CUDA and cuDNN that come with others."""

import re

from packaging.version import Version

from tfdoctor.facts import NOT_OBSERVED, Fact
from tfdoctor.logs import Events
from tfdoctor.matrix.releases import Build
from tfdoctor.rules import _sonames as sonames
from tfdoctor.versions import Dotted, dotted

# Distributions whose builds are NVIDIA's, AMD's, Intel's or one's own: what the wheels on the index say is not theirs.
FOREIGN = {"nvidia-tensorflow", "libtensorflow", "tensorflow-rocm", "intel-tensorflow", "intel-tensorflow-avx512"}
WITHOUT_CUDA = {
    "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos", "tensorflow-rocm", "tensorflow-directml",
    "tensorflow-cpu-aws", "tensorflow-aarch64", "intel-tensorflow", "intel-tensorflow-avx512", "tf-nightly-cpu",
}  # fmt: skip
# The cuDNN minor that a build was compiled with, where its wheel tells only the major.
# Sources: the tested configurations at tensorflow.org/install/source; where TensorFlow's own message "source was
# compiled with" differs, that: github.com/tensorflow/tensorflow/issues/25160 (2.0: 7.6), /50217 (2.5: 8.1),
# github.com/tensorflow/docs/pull/2251 (2.12: 8.6).
COMPILED_CUDNN = (
    ("1.3", "6.0"), ("1.5", "7.0"), ("1.13", "7.4"), ("1.15", "7.6"), ("2.4", "8.0"),
    ("2.5", "8.1"), ("2.12", "8.6"), ("2.14", "8.7"), ("2.15", "8.9"), ("2.18", "9.3"),
)  # fmt: skip
CONDA_INSTALL = re.compile(
    r"^(?:(?:ana|mini)?conda(?: \d[\d.]*)?(?: install\b.*)?|conda-forge\b(?!.*pip).*)$", re.IGNORECASE
)

# An answer that says no more than that TensorFlow was compiled at home, with whatever CUDA is there.
OWN_BUILD = re.compile(
    r"^(?:(?:i )?(?:built|compiled|build) )?(?:it )?(?:from |by )?(?:the )?sources?(?: code)?"
    r"(?: \(?(?:build|compiled)\)?)?(?: with bazel)?(?:[ ,]+(?:tag |branch |commit )?v?r?\d[\w.]*)?\.?$",
    re.IGNORECASE,
)


# Distributions of the index and of conda that carry the CUDA run time or cuDNN.
RUNTIMES = (
    "cudatoolkit", "cuda-toolkit", "cuda-runtime", "cuda-cudart", "nvidia-cuda-runtime-cu11",
    "nvidia-cuda-runtime-cu12", "nvidia-cuda-runtime-cu13", "nvidia-cuda-runtime",
)  # fmt: skip
CUDNN: dict[str, Fact[str]] = {
    "nvidia-cudnn-cu11": "11", "nvidia-cudnn-cu12": "12", "nvidia-cudnn-cu13": "13", "cudnn": NOT_OBSERVED,
}  # fmt: skip
STABLE = {"tf-nightly": "tensorflow", "tf-nightly-gpu": "tensorflow-gpu", "tf-nightly-cpu": "tensorflow-cpu"}


def patch(version: Version) -> Version:
    """Return the first patch release that exists of a minor that is stated alone: 2.16 began with 2.16.1."""
    return Version("2.16.1") if version.release in {(2, 16), (2, 16, 0)} else version


def is_cuda(build: Build | None) -> bool:
    """Whether a build is known and made for CUDA."""
    return build is not None and bool(build.is_cuda)


def essential(name: str) -> bool:
    """Whether TensorFlow uses no GPU without this file."""
    return sonames.is_cuda(name) or sonames.is_driver(name) or sonames.cudnn_major(name) is not None


def cudnn_number(text: str) -> Dotted | None:
    """Read cuDNN's own number: 7101 is 7.1.1, 90300 is 9.3.0; "8.1.0" is itself."""
    if not text.isdigit() or len(text) < 4:
        return dotted(text)
    number = int(text)
    major, rest = divmod(number, 10000 if number >= 90000 else 1000)
    return Dotted(f"{major}.{rest // 100}.{rest % 100}")


def fails_otherwise(events: Events) -> bool:
    """Whether TensorFlow's compiled part did not load, or a GPU was found, in a log that names no library."""
    native = any("pywrap" in event["module"] for event in events.of("module-missing"))
    return native or bool(events.of("dll-load-failed", "gpu-not-available", "gpu-found"))
