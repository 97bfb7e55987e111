"""The labels of the fields of issue forms, old and new, and what reads the answer of each."""

import re
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from tfdoctor.tickets.prose import models, values
from tfdoctor.tickets.prose.claims import Pair

Answer: TypeAlias = Callable[[str], Iterable[Pair]]

# Distributions whose version people state in a field of their own.
DISTRIBUTIONS: Final = (
    "keras", "tf-keras", "keras-nightly", "numpy", "protobuf", "h5py", "tensorboard", "tensorflow-probability",
    "tensorflow-addons", "tensorflow-hub", "tensorflow-text", "tensorflow-datasets", "tensorflow-estimator",
    "tensorflow-io", "tensorflow-metal", "tensorflow-model-optimization", "tensorflow-decision-forests", "transformers",
    "keras-cv", "keras-nlp", "keras-hub", "keras-tuner", "scipy", "pandas", "jax", "jaxlib", "torch", "ml-dtypes",
    "typing-extensions", "setuptools", "pip", "wrapt", "gast", "absl-py", "flatbuffers", "grpcio", "tf2onnx",
    "importlib-metadata", "mediapipe", "tensorflow-directml-plugin", "tensorflow-recommenders", "tensorflow-federated",
    "tensorflow-io-gcs-filesystem", "tensorflow-intel",
)  # fmt: skip
_ALIASES: Final[dict[str, tuple[Answer, str]]] = {}


def _also(answer: Answer, *labels: str) -> None:
    for label in labels:
        _ALIASES[label] = (answer, label)


def _ignored(_: str) -> Iterable[Pair]:
    return ()


_also(
    values.system, "os platform and distribution", "os platform", "os", "operating system", "os platform distribution",
    "platform and distribution", "os and distribution", "os distribution", "os name", "host os", "os environment",
    "platform",
    "linux distribution", "distribution", "distro", "system", "environment os", "os type", "os platform and distro",
    "operating system and",
)  # fmt: skip
_also(values.simple("os_version", width=60), "os release", "os version")
_also(
    values.tensorflow, "tensorflow", "tf", "tensorflow gpu", "tensor flow", "tensorflow release", "tensorflow commit",
    "tensorflow library", "tf release", "tensorflow or keras", "tensorflow cpu", "tensorflow tf",
)  # fmt: skip
_also(
    values.simple("tf_version_wanted", width=60), "tensorflow wanted", "wanted tensorflow", "tensorflow to install",
    "tensorflow to be installed", "tf to install", "tensorflow version wanted", "tensorflow i want to install",
    "version to install", "tf wanted",
)  # fmt: skip
_also(
    values.installed, "tensorflow installed from", "installed from", "installed using virtualenv pip conda",
    "installed using", "installation method", "install method", "tensorflow installed via",
    "how was tensorflow installed",
    "how did you install tensorflow", "installed with", "tensorflow installed using", "tensorflow installation",
    "installed via", "how you installed tensorflow", "method of installation", "tensorflow installed with",
    "how tensorflow was installed", "installation", "package manager", "tensorflow installed",
)  # fmt: skip
_also(values.chosen, "source")
_also(
    values.distribution,
    "tensorflow distribution",
    "tensorflow package",
    "tensorflow build",
    "tf distribution",
    "package",
)
_also(values.python, "python", "python environment", "python release", "python interpreter", "python build")
_also(values.simple("python_bits", width=2), "python bits")
_also(
    values.cuda_and_cudnn, "cuda cudnn", "cuda and cudnn", "cuda", "cuda toolkit", "cuda runtime", "cudatoolkit",
    "installed of cuda and cudnn", "cuda release", "cuda cudnn toolkit", "cuda sdk", "nvcc", "cuda or cudnn",
    "cuda cudnn tensorrt",
)  # fmt: skip
_also(values.cudnn, "cudnn", "cudnn library", "cudnn release")
_also(
    values.gpus, "gpu model and memory", "gpu", "gpu model", "gpus", "graphics card", "gpu name", "video card",
    "gpu type",
    "gpu and memory", "gpu models", "nvidia gpu", "gpu card", "gpu device", "graphic card", "gpu hardware", "gpu s",
)  # fmt: skip
_also(
    values.dotted("driver_version"), "nvidia driver", "driver", "gpu driver", "nvidia drivers", "graphics driver",
    "nvidia gpu driver", "nvidia graphics driver", "nvidia kernel driver", "gpu drivers", "nvidia display driver",
)  # fmt: skip
_also(
    values.dotted("driver_cuda_version", r"\d+(?:\.\d+)*"), "driver cuda", "cuda driver", "cuda nvidia smi",
    "cuda of driver",
    "cuda of the driver", "cuda supported by driver", "nvidia smi cuda", "cuda by nvidia smi", "max cuda",
    "driver cuda capability",
)  # fmt: skip
_also(values.dotted("libcuda_version"), "libcuda", "libcuda so")
_also(values.simple("cpu"), "cpu", "processor", "cpu model", "cpu type", "cpu architecture and model")
_also(
    values.simple("arch", width=40),
    "architecture",
    "arch",
    "machine architecture",
    "cpu architecture",
    "os architecture",
)
_also(values.simple("libc_version", width=40), "glibc", "libc", "gnu libc", "libc or glibc")
_also(values.simple("container"), "docker image", "container", "docker", "container image", "image", "docker container")
_also(values.simple("wsl", width=40), "wsl", "windows subsystem for linux")
_also(values.simple("conda"), "conda", "anaconda", "conda environment", "miniconda", "conda env")
_also(models.saved, "saved with", "model saved with", "trained with", "model trained with", "exported with", "saved in",
      "saved using", "created with", "model created with", "trained on", "model saved in",
      "saving environment")  # fmt: skip
_also(models.loaded, "loaded with", "loading with", "model loaded with", "loaded in", "loaded using", "loading in",
      "model loaded in", "inference with", "loading environment")  # fmt: skip
_also(models.before, "from", "upgraded from", "old", "previous", "before", "last working", "working", "worked with",
      "from tensorflow", "old tensorflow", "previous tensorflow", "migrating from", "migrated from", "works in",
      "works with",
      "tensorflow before", "before upgrade", "last working tensorflow", "last good")  # fmt: skip
_also(models.after, "to", "upgraded to", "new", "after", "to tensorflow", "new tensorflow", "migrating to",
"migrated to",
      "tensorflow after", "fails in", "broken in", "after upgrade", "fails with", "first bad",
      "first broken")  # fmt: skip
_also(
    _ignored, "have i written custom code", "mobile device", "bazel", "gcc compiler", "gcc", "compiler",
    "exact command to reproduce",
    "have you reproduced bug with tensorflow nightly", "have you reproduced bug with tf nightly", "issue type",
    "custom code",
    "current behavior", "current behaviour", "standalone code to reproduce issue", "standlone code to reproduce issue",
    "relevant log output", "describe current behavior", "describe expected behavior", "describe problem",
    "source code logs",
    "other info logs", "any other info logs", "expected behavior", "system information", "environment",
    "are you willing to contribute it",
    "phone", "browser", "tensorrt", "java", "node", "ide", "date", "time", "url", "link",
)  # fmt: skip
for _name in DISTRIBUTIONS:
    _also(values.package(_name), _name.replace("-", " "), _name)
_also(values.package("tensorflow-probability"), "tfp", "tf probability")
_also(values.package("tensorflow-addons"), "tfa", "tf addons")
_also(values.package("tensorflow-hub"), "tfhub", "tf hub")
_also(values.package("tensorflow-datasets"), "tfds")

_FILL: Final = re.compile(
    r"\b(?:versions?|your|the|number|used|using(?! virtualenv)|use command below|current|this|exact(?! command)"
    r"|what is|which|"
    r"is|are(?! you)|please|my|a|an|being)\b"
)
_WORDS: Final = re.compile(r"[^a-z0-9]+")


def plain(label: str) -> str:
    """Return a label without what forms and people add to it ("TensorFlow version (use command below)": tensorflow)."""
    low = re.sub(r"\([^()]{0,200}\)?", " ", label.lower())
    low = _WORDS.sub(" ", low)
    kept = low if low.strip() in _ALIASES else _FILL.sub(" ", low)
    return " ".join(kept.split())


def answer(label: str) -> Answer | None:
    """Return what reads the answer of a field; None where the label is not known."""
    if len(label) > 200:
        return None
    found = _ALIASES.get(plain(label))
    return found[0] if found else None


def known(label: str) -> bool:
    """Whether a label is one of a form, answered or not."""
    return answer(label) is not None
