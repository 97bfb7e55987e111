import pytest

from tfdoctor.matrix import Matrix
from tfdoctor.rules import _sonames as sonames
from tfdoctor.versions import Dotted

TABLE = Matrix.locate().sonames


@pytest.mark.parametrize(
    ("name", "base", "major", "toolkit"),
    [
        ("libcudart.so.10.1", "cudart", None, "10.1"),
        ("libcudart.so.11.0", "cudart", None, None),
        ("libcublas.so.11", "cublas", None, None),
        ("libcublas.so.9.0", "cublas", None, "9.0"),
        ("cudart64_101.dll", "cudart", None, "10.1"),
        ("cudart64_90.dll", "cudart", None, "9.0"),
        ("cudart64_110.dll", "cudart", None, None),
        ("cudart64_12.dll", "cudart", None, None),
        ("cublasLt64_11.dll", "cublaslt", None, None),
        ("libcudnn.so.8", "cudnn", 8, None),
        ("libcudnn.so.7.6.5", "cudnn", 7, None),
        ("cudnn64_7.dll", "cudnn", 7, None),
        ("cudnn.dll", "cudnn", None, None),
        ("libcuda.so.1", "cuda", None, None),
        ("README", "", None, None),
    ],
)
def test_parts_of_a_name(name: str, base: str, major: int | None, toolkit: str | None) -> None:
    assert sonames.base(name) == base
    assert sonames.cudnn_major(name) == major
    found = sonames.runtime(name)
    assert (found.text if found else None) == toolkit


def test_kinds_of_files() -> None:
    assert sonames.is_cuda("libcusolver.so.11")
    assert not sonames.is_cuda("libnvinfer.so.7")
    assert sonames.is_driver("nvcuda.dll")
    assert sonames.cudnn_file(8, "linux") == "libcudnn.so.8"
    assert sonames.cudnn_file(8, "windows") == "cudnn64_8.dll"


@pytest.mark.parametrize(
    ("toolkit", "name", "ships"),
    [
        ("11.2.152", "libcudart.so.11.0", True),
        ("11.0", "libcusolver.so.10", True),
        ("11.1", "libcusolver.so.10", False),
        ("10.2", "libcudart.so.10.1", False),
        ("12", "libcudart.so.12", True),
        ("12", "libcudart.so.11.0", False),
        ("11.8", "CUDART64_110.DLL", True),
        ("6.5", "libcudart.so.8.0", False),
        ("7.5", "libcudart.so.7.5", True),
        ("7.0", "libcudart.so.7.5", False),
    ],
)
def test_what_a_toolkit_ships(toolkit: str, name: str, ships: object) -> None:
    assert sonames.ships(TABLE, Dotted(toolkit), name) is ships


def test_the_first_toolkit_with_a_file() -> None:
    assert sonames.first_with(TABLE, "libcusolver.so.10") == Dotted("10.1")
    assert sonames.first_with(TABLE, "libcudart.so.99") is None
    assert sonames.first_with(TABLE, "libcudart.so.7.5") == Dotted("7.5")


def test_every_toolkit_ships_what_the_builds_for_it_open() -> None:
    for build in TABLE.builds:
        for name in build.required:
            if sonames.is_cuda(name):
                assert sonames.ships(TABLE, Dotted(build.cuda), name), (build.tensorflow, build.os, name)
