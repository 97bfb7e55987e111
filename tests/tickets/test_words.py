import pytest

from tfdoctor.tickets.words import (
    architecture,
    build_words,
    container,
    cpu_flags,
    gpu_name,
    is_pc,
    operating_system,
    translated,
)


@pytest.mark.parametrize(
    ("text", "os", "distribution", "version"),
    [
        ("Ubuntu in docker", "linux", "ubuntu", ""),
        ("Ubuntu 20.04", "linux", "ubuntu", "20.04"),
        ("Linux (Ubuntu 20.04)", "linux", "ubuntu", "20.04"),
        ("Debian Buster", "linux", "debian", ""),
        ("Scientific Linux", "linux", "scientific", ""),
        ("Arch Linux", "linux", "arch", ""),
        ("Linux (HPC, environment modules)", "linux", "", ""),
        ("Pop!_OS", "linux", "pop", ""),
        ("Windows 10/11", "windows", "", "10"),
        ("win32", "windows", "", "32"),
        ("macOS 15.1", "macos", "", "15.1"),
        ("Mac OS X 10.14", "macos", "", "10.14"),
        ("macOS (Darwin 18.7.0)", "macos", "", "18.7.0"),
        ("Colab", "linux", "ubuntu", ""),
        ("L4T", "linux", "ubuntu", ""),
        ("macOS / Linux", "", "", ""),
        ("Window 10", "windows", "", "10"),
        ("Big Sur", "macos", "", "11"),
        ("macOS High Sierra", "macos", "", "10.13"),
        ("MacOS Big Sur 11.0.1", "macos", "", "11.0.1"),
        ("RASPIOS 64bit", "linux", "raspbian", ""),
        ("Ubuntu 14.04 32-bit", "linux", "ubuntu", "14.04"),
        ("Android", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_names_of_operating_systems(text: str, os: str, distribution: str, version: str) -> None:
    found = operating_system(text)
    assert (found.os, found.distribution) == (os, distribution)
    if text != "win32":
        assert found.version == version


def test_what_else_the_name_of_a_system_tells() -> None:
    assert operating_system("linux-64").arch == "x86_64"
    assert operating_system("osx-arm64").os == "macos"
    assert operating_system("L4T (Ubuntu)").arch == "aarch64"
    assert operating_system("RASPIOS 64bit").arch == "aarch64"
    assert operating_system("Raspbian 10").arch == "armv7l"
    assert operating_system("Raspberry Pi OS").arch == ""
    assert operating_system("Ubuntu 14.04 32-bit").arch == "i686"
    assert operating_system("Windows 10 64-bit").arch == ""
    assert operating_system("Alpine Linux").musl
    assert operating_system("Google Colab").container == "colab"
    assert operating_system("Ubuntu in docker").container == "docker"
    assert operating_system("Windows and Ubuntu (WSL2)").wsl == "2"
    assert operating_system("Windows and Ubuntu (WSL2)").os == "linux"
    assert operating_system("WSL (Linux)").wsl == "unspecified"


def test_architectures_are_spelled_as_the_system_spells_them() -> None:
    assert architecture("arm64", "linux") == "aarch64"
    assert architecture("arm64", "macos") == "arm64"
    assert architecture("AMD64", "windows") == "x86_64"
    assert architecture("x86", "windows") == "i686"
    assert architecture("sparc", "linux") == "sparc"


def test_containers_and_translation() -> None:
    assert container("docker 18.06.1-ce, nvidia runtime") == "docker"
    assert container("bare metal") == ""
    assert translated("Apple M1 (linux/amd64 under qemu)") == "qemu"
    assert translated("Python under Rosetta 2") == "rosetta"
    assert translated("QEMU default CPU model") == ""


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("Intel Xeon W3670 (no AVX), Hyper-V VM", {"sse4_2"}, {"avx", "avx2"}),
        ("flags up to sse4_1, no avx", {"sse4_1"}, {"sse4_2", "avx"}),
        ("(not named; AVX but no AVX2)", {"avx", "sse4_2"}, {"avx2"}),
        ("i5-3230M (avx, f16c; no avx2, no fma)", {"avx", "f16c"}, {"avx2", "fma"}),
        ("no SSE4.2", {"sse4_1"}, {"sse4_2", "avx"}),
    ],
)
def test_stated_cpu_flags(text: str, has: set[str], lacks: set[str]) -> None:
    flags = cpu_flags(text)
    assert flags is not None
    assert has <= set(flags)
    assert not lacks & set(flags)


def test_a_cpu_that_lacks_nothing_named_says_nothing() -> None:
    assert cpu_flags("Intel Core i7-9700K with AVX2") is None


@pytest.mark.parametrize(
    ("text", "distributions", "cuda_build", "cuda"),
    [
        ("tensorflow-gpu", ("tensorflow-gpu",), None, ""),
        ("docker tensorflow/tensorflow:latest-gpu-py3", ("tensorflow",), True, ""),
        ("docker tensorflow/tensorflow:latest", ("tensorflow",), False, ""),
        ("docker tensorflow/tensorflow", ("tensorflow",), False, ""),
        ("tensorflow[and-cuda]", ("tensorflow",), None, ""),
        ("conda mkl_py311", (), False, ""),
        ("conda-forge cuda112py310", (), True, "11.2"),
        ("conda build (CUDA 9.2)", (), True, "9.2"),
        ("tensorflow (CUDA build)", ("tensorflow",), True, ""),
        ("tensorflow (CPU) over tensorflow-gpu", ("tensorflow", "tensorflow-gpu"), False, ""),
        ("tf-nightly-gpu and tf-nightly", ("tf-nightly-gpu", "tf-nightly"), None, ""),
        ("nvidia-tensorflow", ("nvidia-tensorflow",), None, ""),
        ("source", (), None, ""),
    ],
)
def test_names_of_builds(text: str, distributions: tuple[str, ...], cuda_build: object, cuda: str) -> None:
    found = build_words(text)
    assert (found.distributions, found.cuda_build, found.cuda) == (distributions, cuda_build, cuda)


def test_a_build_that_is_called_the_gpu_version() -> None:
    assert build_words("tensorflow with GPU support").cuda_build is True
    assert build_words("tensorflow (GPU wheel)").cuda_build is True
    assert build_words("tensorflow without GPU support").cuda_build is None
    assert build_words("tensorflow-gpu").cuda_build is None


def test_a_wheel_as_the_name_of_a_build() -> None:
    assert build_words("tensorflow_gpu-1.15.0-cp35-cp35m-win_amd64").distributions == ("tensorflow-gpu",)
    assert build_words("tensorflow-2.10.0-cp310-cp310-win_amd64.whl").distributions == ("tensorflow",)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("GeForce MX130, 2GB", "GeForce MX130"),
        ("RTX 3090 (24GB)", "RTX 3090"),
        ("NVIDIA GeForce GTX 1070 Ti x 2", "NVIDIA GeForce GTX 1070 Ti"),
        ("2x RTX 3090", "RTX 3090"),
        ("dual GeForce GTX 780M", "GeForce GTX 780M"),
        ("4080 RTX", "RTX 4080"),
        ("TITAN X (Pascal)", "TITAN X (Pascal)"),
        ("GTX 1650", "GTX 1650"),
        ("12 GB", "12 GB"),
    ],
)
def test_a_gpus_name_without_number_and_memory(text: str, name: str) -> None:
    assert gpu_name(text) == name


def test_processors_of_pcs() -> None:
    assert is_pc("MacBook Air 2018 (Intel)")
    assert is_pc("AMD Ryzen 5 3600")
    assert not is_pc("Apple M1")
    assert not is_pc("Raspberry Pi 4")


def test_an_image_is_a_container() -> None:
    assert container("nvcr.io/nvidia/tensorflow:19.08-py3") == "docker"
    assert container("floydhub/tensorflow:1.5.0-gpu") == "docker"
    assert container("https://example.org/a/b") == ""
    assert container("conda, pip") == ""
