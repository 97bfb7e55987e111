"""What the files of a TensorFlow say about it."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.answers import build_info
from tfdoctor.facts import ABSENT, TensorFlow, Unknown, known
from tfdoctor.probes import tensorflow
from tfdoctor.probes.machine import RealMachine

OLD = "is_rocm_build = False\nis_cuda_build = True\ncuda_version_number = '10'\ncudnn_version_number = '7'\n"
DICT = "build_info = {'cuda_version': '64_112', 'is_cuda_build': True, 'cudnn_version': '64_8'}"
PAIRS = (
    "import collections\nbuild_info = collections.OrderedDict([('cuda_compute_capabilities', ['sm_60', 'compute_90']),"
    " ('cuda_version', '12.5.1'), ('cudnn_version', '9'), ('is_cuda_build', True), ('is_rocm_build', False)])"
)


def look(root: Path, rows: Sequence[Mapping[str, Any]] = (), platform: str = "linux") -> TensorFlow:
    path = str(root / "tensorflow") if (root / "tensorflow").exists() else None
    data = {"modules": [{"name": "tensorflow", "path": path}], "distributions": rows}
    return tensorflow.probe(RealMachine(), data, platform)


def row(root: Path, name: str = "tensorflow", version: str | None = "2.15.1", **more: Any) -> dict[str, Any]:
    return {"name": name, "version": version, "location": str(root), "tops": ["tensorflow"], **more}


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


@pytest.mark.parametrize(
    ("text", "cuda", "cudnn", "capabilities"),
    [
        (OLD, "10", "7", None),
        (DICT, "11.2", "8", None),
        (PAIRS, "12.5.1", "9", ("sm_60", "compute_90")),
    ],
)
def test_build_info_of_each_generation(
    tmp_path: Path, text: str, cuda: str, cudnn: str, capabilities: tuple[str, ...] | None
) -> None:
    write(tmp_path, {"tensorflow/python/platform/build_info.py": text})
    found = look(tmp_path, [row(tmp_path)])
    assert (found.version, found.distribution) == ("2.15.1", "tensorflow")
    assert (found.cuda_build, found.rocm_build, found.cuda, found.cudnn) == (True, False, cuda, cudnn)
    assert known(found.compute_capabilities) == capabilities


def test_a_build_without_cuda_has_none(tmp_path: Path) -> None:
    write(tmp_path, {"tensorflow/python/platform/build_info.py": "build_info = {'is_cuda_build': False}"})
    found = look(tmp_path)
    assert (found.cuda_build, found.cuda, found.cudnn, found.compute_capabilities) == (False, ABSENT, ABSENT, ABSENT)


@pytest.mark.parametrize(
    "text", ["", "build_info = (", "build_info = call()", "build_info = 3", "a.b = 1\n\0", "def f(): pass"]
)
def test_a_damaged_build_info_is_unknown(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"tensorflow/python/platform/build_info.py": text})
    found = look(tmp_path)
    assert isinstance(found.cuda_build, Unknown)
    assert isinstance(found.cuda, Unknown)


def test_a_build_info_that_does_not_say(tmp_path: Path) -> None:
    write(tmp_path, {"tensorflow/python/platform/build_info.py": "build_info = {'cpu_compiler': 'clang'}"})
    assert isinstance(look(tmp_path).cuda_build, Unknown)


def test_the_old_core_package(tmp_path: Path) -> None:
    write(tmp_path, {"tensorflow/__init__.py": "", "tensorflow_core/python/platform/build_info.py": OLD})
    assert look(tmp_path).cuda == "10"


def test_nothing_installed(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert (found.path, found.version, found.distribution) == (ABSENT, ABSENT, ABSENT)


def test_metadata_without_files(tmp_path: Path) -> None:
    found = look(tmp_path, [row(tmp_path)])
    assert (found.path, found.version, found.distribution) == (ABSENT, "2.15.1", "tensorflow")


def test_metadata_without_a_version(tmp_path: Path) -> None:
    write(tmp_path, {"tensorflow/__init__.py": ""})
    assert isinstance(look(tmp_path, [row(tmp_path, version=None)]).version, Unknown)


def test_of_two_owners_the_one_whose_files_are_there(tmp_path: Path) -> None:
    write(tmp_path, {"tensorflow/__init__.py": ""})
    rows = [
        row(tmp_path, version="2.10.0", missing_count=5, altered_count=2),
        row(tmp_path, "tensorflow-cpu", "2.15.1", missing_count=0, altered_count=1),
        row(tmp_path / "elsewhere", "tensorflow-gpu", "2.4.0"),
        row(tmp_path, "tensorflow-metal", "1.0"),
    ]
    found = look(tmp_path, rows)
    assert (found.distribution, found.version) == ("tensorflow-cpu", "2.15.1")


VERSION = (
    "#define TF_MAJOR_VERSION 2\n#define TF_MINOR_VERSION 4\n#define TF_PATCH_VERSION 1\n#define TF_VERSION_SUFFIX "
)


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("version.h", VERSION + '"-rc1"', "2.4.1rc1"),
        ("release_version.h", VERSION + '""', "2.4.1"),
        ("version.h", "#define TF_GRAPH_DEF_VERSION 3", None),
    ],
)
def test_a_tensorflow_of_no_distribution(tmp_path: Path, name: str, text: str, version: str | None) -> None:
    write(tmp_path, {f"tensorflow/include/tensorflow/core/public/{name}": text})
    found = look(tmp_path)
    assert found.distribution == ABSENT
    assert known(found.version) == version


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler")
def test_native_libraries(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "tensorflow/python/_pywrap_tensorflow_internal.so": "damaged",
            "a.c": "int puts(const char*);int f(){return puts(0);}",
        },
    )
    library = tmp_path / "tensorflow/libtensorflow_framework.so.2"
    flags = ["-Wl,-rpath,$ORIGIN/../nvidia/cudnn/lib:$ORIGIN/:$ORIGIN/", "-Wl,--enable-new-dtags"]
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, tmp_path / "a.c", *flags], check=True)
    found = look(tmp_path)
    assert known(found.runpath) == ("$ORIGIN/../nvidia/cudnn/lib", "$ORIGIN/")
    assert "libc.so.6" in (known(found.needed) or ())
    assert (known(found.glibc) or "").startswith("2.")
    assert found.glibcxx == ABSENT
    assert known(found.machine) in {"x86_64", "aarch64"}
    assert isinstance(look(tmp_path, platform="darwin").machine, Unknown)


def test_damaged_native_libraries_are_unknown(tmp_path: Path) -> None:
    write(tmp_path, {"tensorflow/libtensorflow_framework.so.2": "damaged"})
    found = look(tmp_path)
    assert isinstance(found.machine, Unknown)
    assert isinstance(found.runpath, Unknown)


@pytest.mark.parametrize(
    ("text", "version"), [("64_101", "10.1"), ("92", "9.2"), ("n/a", None), ("", None), ("8.9.7", "8.9.7")]
)
def test_cuda_numbers(text: str, version: str | None) -> None:
    assert build_info.cuda_number(text) == version


def test_the_newest_symbol_version() -> None:
    names = ["GLIBC_2.9", "GLIBC_2.17", "GLIBC_PRIVATE", "GLIBCXX_3.4"]
    assert tensorflow.newest(names, "GLIBC") == "2.17"
    assert tensorflow.newest(names, "GLIBCXX") == "3.4"
    assert tensorflow.newest(names, "CXXABI") is None
