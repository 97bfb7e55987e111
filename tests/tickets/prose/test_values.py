"""Single answers, as people write them."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tfdoctor.tickets.prose import forms, labels, models, values


def read(answer: Callable[[str], Iterable[tuple[str, str]]], text: str) -> list[tuple[str, str]]:
    return [(key.removeprefix("environment."), value) for key, value in answer(text)]


@pytest.mark.parametrize(
    ("text", "cuda", "cudnn"),
    [
        ("11.2 / 8.1", ["11.2"], ["8.1"]),
        ("CUDA 10.1, cuDNN 7.6.5", ["10.1"], ["7.6.5"]),
        ("cuda 11.0 cudnn 8", ["11.0"], ["8"]),
        ("CUDA11.2/cuDNN8.1.0", ["11.2"], ["8.1.0"]),
        ("10.0/7.4.2", ["10.0"], ["7.4.2"]),
        ("cuDNN 7.6.5 for CUDA 10.1", [], ["7.6.5"]),
        ("10.0, 9.1", ["10.0", "9.1"], []),
        ("cuda-10.0 cudnn-7.4.2", ["10.0"], ["7.4.2"]),
        ("CUDA=11.2 cuDNN=8.1", ["11.2"], ["8.1"]),
        ("CUDA 11.0 (nvidia-smi 11.2), cudnn 8", ["11.0"], ["8"]),
        ("11.2 (nvidia-smi)", [], []),
        ("434", [], []),
        ("release 10.1, V10.1.243 / cudnn 7.6.4", ["10.1", "10.1.243"], ["7.6.4"]),
        ("CUDA 12", ["12"], []),
        ("cuDNN v7.6.5 (November 5th, 2019), for CUDA 10.1", [], ["7.6.5"]),
        ("unknown/unknown", [], []),
    ],
)
def test_cuda(text: str, cuda: list[str], cudnn: list[str]) -> None:
    pairs = read(values.cuda_and_cudnn, text)
    assert [value for key, value in pairs if key == "cuda_versions_found"] == cuda
    assert [value for key, value in pairs if key == "cudnn_versions_found"] == cudnn


def test_what_is_the_drivers_is_no_toolkit() -> None:
    assert ("driver_cuda_version", "11.2") in read(values.cuda_and_cudnn, "11.2 (nvidia-smi)")
    assert ("driver_cuda_version", "11.2") in read(values.cuda_and_cudnn, "CUDA 11.0 (nvidia-smi 11.2)")
    assert ("driver_version", "460.32") in read(values.cuda_and_cudnn, "CUDA 11.0, driver 460.32")
    assert ("version_notes", "cudnn: 7.6.5 (for CUDA 10.1)") in read(values.cuda_and_cudnn, "cuDNN 7.6.5 for CUDA 10.1")
    assert ("version_notes", "cuda: 9.2 (conda)") in read(values.cuda_and_cudnn, "CUDA 9.2 (conda)")
    assert read(values.cudnn, "8.1") == [("cudnn_versions_found", "8.1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.4.1", "2.4.1"),
        ("tf 2.4", "2.4"),
        ("v2.4.0-49-g85c8b2a817f 2.4.1", "2.4.1"),
        ("unknown 2.4.1", "2.4.1"),
        ("tf-nightly 2.5.0.dev20210320", "2.5.0.dev20210320"),
        ("1.15 and 2.0", ""),
        ("v2.3.0-54-gfcc4b966f1", "2.3.0"),
        ("2.x", ""),
        ("latest", ""),
        ("2.0.0-beta1", "2.0.0-beta1"),
        ("2.3.1, keras 2.4.3", "2.3.1"),
        ("2.3.1 (also 2.2)", "2.3.1"),
        ("b'v1.9.0-0-g25c197e023' 1.9.0", "1.9.0"),
        ("tensorflow==2.6.0", "2.6.0"),
        ("2.16.1 on Python 3.11", "2.16.1"),
    ],
)
def test_tensorflow(text: str, expected: str) -> None:
    assert dict(read(values.tensorflow, text)).get("tf_version", "") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tf-nightly 2.5.0.dev20210320", "tf-nightly"),
        ("tensorflow-gpu 2.0", "tensorflow-gpu"),
        ("tf-gpu 1.14", "tensorflow-gpu"),
        ("pip install tensorflow[and-cuda]", "tensorflow[and-cuda]"),
        ("2.4.1", None),
        ("docker, tensorflow/tensorflow:2.4.1-gpu", "docker tensorflow/tensorflow:2.4.1-gpu"),
        ("tf-nightly-gpu and tf-nightly", "tf-nightly-gpu and tf-nightly"),
    ],
)
def test_distribution(text: str, expected: str | None) -> None:
    assert dict(read(values.distribution, text)).get("tf_distribution") == expected


def test_images_tell_what_they_hold() -> None:
    found = read(values.images, "nvidia/cuda:11.2.0-cudnn8-devel-ubuntu20.04")
    assert ("cuda_versions_found", "11.2") in found
    assert ("cudnn_versions_found", "8") in found
    assert ("os", "Ubuntu 20.04") in found
    assert ("tf_version", "2.4.1") in read(values.images, "tensorflow/tensorflow:2.4.1-gpu")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.8 (Anaconda)", [("python_version", "3.8"), ("conda", "Anaconda")]),
        ("3.7.3 64 bit", [("python_version", "3.7.3"), ("python_bits", "64")]),
        ("Python 3.6.9", [("python_version", "3.6.9")]),
        ("3", [("python_version", "3")]),
        ("3.6 and 3.7", [("version_notes", "python: 3.6 and 3.7")]),
        ("3.8, 3.8.5", [("python_version", "3.8.5")]),
    ],
)
def test_python(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(values.python, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NVIDIA GeForce RTX 2080 Ti 11GB", ["NVIDIA GeForce RTX 2080 Ti"]),
        ("2 x Tesla V100", ["Tesla V100"] * 2),
        ("GTX 1080 Ti (11GB) and Titan X", ["GTX 1080 Ti", "Titan X"]),
        ("none", [""]),
        ("no GPU", [""]),
        ("8GB", []),
        ("RTX 3090 (compute capability 8.6)", ["RTX 3090; capability 8.6"]),
        ("GTX 960M sm_50", ["GTX 960M; capability 5.0"]),
        ("dual RTX 3090", ["RTX 3090"] * 2),
    ],
)
def test_gpus(text: str, expected: list[str]) -> None:
    assert [value for key, value in read(values.gpus, text) if key == "gpus"] == expected


def test_further_answers() -> None:
    assert ("driver_version", "441.22") in read(values.gpus, "GTX 1060 6GB, driver 441.22")
    assert read(values.system, "macOS 11.2 (arm64)") == [("os", "macOS 11.2 (arm64)"), ("arch", "arm64")]
    assert ("arch", "arm64") in read(values.system, "macOS on Apple Silicon")
    assert ("container", "docker me/image/x:1.2") in read(values.system, "Ubuntu in me/image/x:1.2")
    assert ("conda", "conda") in read(values.installed, "conda install tensorflow")
    assert values.version("none") == ""


@pytest.mark.parametrize("text", ["", "N/A", "_No response_", "e.g., Linux Ubuntu 16.04", "  -  ", "**n/a**"])
def test_no_answer(text: str) -> None:
    assert values.nothing(text)


@pytest.mark.parametrize(
    ("line", "label", "value"),
    [
        ("- **TensorFlow version (use command below)**: 2.4.1", "TensorFlow version (use command below)", "2.4.1"),
        ("* Python version - 3.8", "Python version", "3.8"),
        ("TensorFlow = 2.4", "TensorFlow", "2.4"),
        ("- TensorFlow installed from binary", "TensorFlow installed from", "binary"),
        ("### OS", "OS", ""),
        ("Installed using virtualenv? pip? conda?: pip", "Installed using virtualenv? pip? conda?", "pip"),
        ("1. Python: 3.7", "Python", "3.7"),
    ],
)
def test_fields_are_cut(line: str, label: str, value: str) -> None:
    cut = forms.split(line)
    assert cut is not None
    assert cut[:2] == (label, value)


@pytest.mark.parametrize("line", ["x == 2", "https://example.org", "a sentence of no kind", "std::move(x)"])
def test_other_lines_are_no_fields(line: str) -> None:
    cut = forms.split(line)
    assert cut is None or not labels.known(cut[0])


def test_labels() -> None:
    assert labels.plain("CUDA/cuDNN version") == "cuda cudnn"
    assert labels.answer("x" * 300) is None
    assert labels.known("Have I written custom code (as opposed to using a stock example)")


def test_sides_of_a_model() -> None:
    found: dict[str, Any] = dict(models.side("2.3, keras 2.4.3, h5", "saved_with"))
    assert found == {"saved_with.tf": "2.3", "saved_with.keras": "2.4.3", "saved_with.format": "h5"}
