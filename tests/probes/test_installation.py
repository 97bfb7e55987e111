"""What lies in site-packages, in all the states that installers and people leave it in."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.answers import installation
from tfdoctor.facts import ABSENT, Distribution, Installation, Overlap, Shadow, Unknown, known
from tfdoctor.probes.interpreter import FOREIGN

BUILD_INFO = "import collections\nbuild_info = collections.OrderedDict([('is_cuda_build', False)])\n"
TENSORFLOW = {
    "tensorflow/__init__.py": "",
    "tensorflow/python/a.so": "native",
    "tensorflow/python/b.py": "b",
    "tensorflow/python/platform/build_info.py": BUILD_INFO,
    "tensorflow/include/a.h": "header",
}

PIPES = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among its files")


def installed(patient: Any) -> Installation:
    found = patient.snapshot()
    assert found.failures == ()
    return found.installation  # type: ignore[no-any-return]  # the fixture's class lives in conftest


def by_name(found: Installation) -> dict[str, Distribution]:
    return {item.name: item for item in known(found.distributions) or ()}


def test_an_empty_environment(patient: Any) -> None:
    found = installed(patient)
    assert found.distributions == found.overlaps == found.leftovers == found.shadows == found.orphans == ()
    assert found.unowned_files == found.plugins == ()
    modules = {row.name: row.path for row in known(found.modules) or ()}
    assert modules["tensorflow"] == ABSENT


def test_a_whole_tensorflow(patient: Any) -> None:
    headers = (
        "Requires-Dist: numpy<2,>=1.23",
        'Requires-Dist: nvidia-x ; extra == "and-cuda"',
        "Requires-Python: >=3.9",
    )
    patient.install("tensorflow", "2.15.1", TENSORFLOW, headers=headers)
    found = installed(patient)
    assert by_name(found)["tensorflow"] == Distribution(
        name="tensorflow",
        version="2.15.1",
        folder_version="2.15.1",
        location=str(patient.site),
        installer="pip",
        requires=("numpy<2,>=1.23", 'nvidia-x ; extra == "and-cuda"'),
        requires_python=">=3.9",
        missing_files=(),
        missing_count=0,
        altered_files=(),
        altered_count=0,
    )
    assert found.orphans == found.unowned_files == ()
    assert {row.name: row.path for row in known(found.modules) or ()}["tensorflow"] == str(patient.site / "tensorflow")


def test_half_deleted_and_altered(patient: Any) -> None:
    patient.install("tensorflow", "2.15.1", TENSORFLOW, headers=("Requires-Dist: wrapt",))
    patient.install("wrapt", "1.14", {"wrapt/__init__.py": "", "wrapt/_wrappers.so": "native"})
    patient.install("other", "1", {"other.py": "text"})
    (patient.site / "tensorflow/python/a.so").unlink()
    (patient.site / "tensorflow/python/b.py").write_text("longer")
    (patient.site / "wrapt/_wrappers.so").unlink()
    (patient.site / "other.py").unlink()
    found = by_name(installed(patient))
    assert found["tensorflow"].missing_files == ("tensorflow/python/a.so",)
    assert found["tensorflow"].altered_files == ("tensorflow/python/b.py",)
    assert found["wrapt"].missing_count == 1
    assert isinstance(found["other"].missing_count, Unknown), "nothing that TensorFlow needs is not compared"


def test_a_dangling_link_is_missing(patient: Any) -> None:
    patient.install("tensorflow", "2.15.1", TENSORFLOW)
    (patient.site / "tensorflow/python/a.so").unlink()
    (patient.site / "tensorflow/python/a.so").symlink_to("nowhere")
    assert patient.distribution("tensorflow").missing_files == ("tensorflow/python/a.so",)


def test_many_missing_files_are_counted_and_a_few_named(patient: Any) -> None:
    patient.install("numpy", "1.26.4", {f"numpy/f{number}.py": "x" for number in range(50)} | {"numpy/__init__.py": ""})
    for path in (patient.site / "numpy").glob("f*.py"):
        path.unlink()
    found = patient.distribution("numpy")
    assert found.missing_count == 50
    assert len(known(found.missing_files) or ()) == 20


def test_stale_files_of_an_earlier_release(patient: Any) -> None:
    patient.install("tensorflow", "2.15.1", TENSORFLOW)
    patient.install("keras", "2.15.0", {"keras/__init__.py": ""})
    patient.file("tensorflow/python/old.py")
    patient.file("tensorflow/python/libold.so.2")
    patient.file("keras/api/_v1.py")
    for harmless in ("tensorflow/__pycache__/a.py", "tensorflow/include/old.py", "tensorflow/notes.txt"):
        patient.file(harmless)
    assert installed(patient).unowned_files == tuple(
        str(patient.site / path)
        for path in ("keras/api/_v1.py", "tensorflow/python/libold.so.2", "tensorflow/python/old.py")
    )


def test_other_distributions_beside_protobuf_own_their_part_of_google(patient: Any) -> None:
    patient.install("protobuf", "4.25", {"google/protobuf/__init__.py": "", "google/protobuf/a.py": ""})
    patient.install("google-auth", "2", {"google/auth/__init__.py": ""})
    patient.install("googleapis-common-protos", "1", {"google/api/a.py": "", "google/protobuf_extra/a.py": ""})
    patient.file("google/somebody/else.py")
    found = installed(patient)
    assert found.overlaps == found.unowned_files == found.orphans == ()
    patient.file("google/protobuf/stale.py")
    assert installed(patient).unowned_files == (str(patient.site / "google/protobuf/stale.py"),)


def test_two_distributions_with_the_same_files(patient: Any) -> None:
    patient.install("tensorflow", "2.15.1", TENSORFLOW)
    patient.install("tensorflow-cpu", "2.15.0", {**TENSORFLOW, "tensorflow/python/a.so": "another"})
    found = installed(patient)
    assert found.overlaps == (
        Overlap(distributions=("tensorflow", "tensorflow-cpu"), files=4, modules=("tensorflow",), differing=1),
    )
    assert by_name(found)["tensorflow"].altered_count == 1


def test_equal_namespace_files_are_no_overlap(patient: Any) -> None:
    patient.install("nvidia-cublas-cu12", "12", {"nvidia/__init__.py": "", "nvidia/cublas/a.so": "a"})
    patient.install("nvidia-cudnn-cu12", "9", {"nvidia/__init__.py": "", "nvidia/cudnn/a.so": "b"})
    assert installed(patient).overlaps == ()


def test_an_interrupted_upgrade(patient: Any) -> None:
    patient.install("numpy", "1.26.4", {"numpy/__init__.py": "old", "numpy/core.py": ""})
    patient.install("numpy", "2.0.0", {"numpy/__init__.py": "newer"})
    patient.file("~umpy/core.py")
    patient.file("~umpy-1.26.4.dist-info/METADATA")
    found = installed(patient)
    assert known(found.leftovers) == (str(patient.site / "~umpy"), str(patient.site / "~umpy-1.26.4.dist-info"))
    both = [item for item in known(found.distributions) or () if item.name == "numpy"]
    assert [(item.version, item.shadowed) for item in both] == [("2.0.0", False), ("1.26.4", False)]
    assert found.overlaps == ()


def test_the_same_distribution_in_two_folders(patient: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tmp_path / "first"
    first.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(first))
    patient.install("numpy", "1.19", {"numpy/__init__.py": ""}, site=first)
    patient.install("numpy", "1.26.4", {"numpy/__init__.py": ""})
    found = installed(patient)
    rows = [(item.version, item.location, item.shadowed) for item in known(found.distributions) or ()]
    assert rows == [("1.19", str(first), False), ("1.26.4", str(patient.site), True)]
    assert found.shadows == ()


def test_one_folder_by_two_names(patient: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patient.install("tensorflow", "2.15.1", TENSORFLOW)
    (tmp_path / "lib64").symlink_to(patient.site)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib64"))
    found = installed(patient)
    assert [item.shadowed for item in known(found.distributions) or ()] == [False]
    assert found.shadows == found.orphans == ()


@pytest.mark.parametrize(
    ("metadata", "name", "version"),
    [
        (None, "tensorflow", ABSENT),
        (b"", "tensorflow", ABSENT),
        (b"Name: TensorFlow\r\nVersion: 2.15\r\nAuthor: J\xfcrgen\r\n\r\nVersion: 3\r\n", "tensorflow", "2.15"),
        (bytes(range(256)) * 20, "tensorflow", ABSENT),
        (b"\xff\xfe" + "Name: x\nVersion: 1\n".encode("utf-16-le"), "tensorflow", ABSENT),
        (b"Version: 2.15\nDescription: a\n        Version: 9\nName: my.own_Name\n", "my-own-name", "2.15"),
    ],
)
def test_metadata_of_any_kind(patient: Any, metadata: bytes | None, name: str, version: object) -> None:
    folder = patient.install("tensorflow", "2.15.1", TENSORFLOW)
    (folder / "METADATA").unlink()
    if metadata is not None:
        (folder / "METADATA").write_bytes(metadata)
    (found,) = known(installed(patient).distributions) or ()
    assert (found.name, found.version, found.folder_version) == (name, version, "2.15.1")
    if metadata is None:
        assert isinstance(found.requires, Unknown)


def test_without_a_list_of_files_nothing_is_claimed(patient: Any) -> None:
    patient.install("tensorflow", "2.15.1", TENSORFLOW, record=False)
    patient.install("keras", "2.15.0", {"keras/__init__.py": ""})
    (patient.site / "keras-2.15.0.dist-info/RECORD").write_bytes(b"")
    patient.file("tensorflow/stale.py")
    found = installed(patient)
    assert isinstance(by_name(found)["tensorflow"].missing_count, Unknown)
    assert isinstance(by_name(found)["keras"].missing_count, Unknown)
    assert found.orphans == found.unowned_files == ()


@pytest.mark.parametrize("filler", [b"\0", b"x"])
def test_a_huge_list_of_files(patient: Any, filler: bytes) -> None:
    patient.install("tensorflow", "2.15.1", TENSORFLOW)
    record = patient.site / "tensorflow-2.15.1.dist-info/RECORD"
    if filler == b"\0":
        os.truncate(record, 100 << 20)
    else:
        line = b"tensorflow/" + filler * 89 + b",,\n"
        record.write_bytes(record.read_bytes() + line * ((17 << 20) // len(line)))
    found = installed(patient)
    assert isinstance(by_name(found)["tensorflow"].missing_count, Unknown)
    assert found.unowned_files == ()


def test_odd_lines_in_a_list_of_files(patient: Any) -> None:
    patient.install("numpy", "1.26.4", {"numpy/__init__.py": ""})
    patient.file("numpy/a,b.py", "four")
    patient.file("numpy/back/slash.py", "four")
    record = patient.site / "numpy-1.26.4.dist-info/RECORD"
    more = b'"numpy/a,b.py",sha256=x,4\nnumpy\\back\\slash.py,sha256=y,4\nno commas\n/absolute,,\nnumpy/\xff.py,,\n'
    odd_size = b"numpy/__init__.py,,\xc2\xb2\n"
    record.write_bytes(record.read_bytes() + more + odd_size)
    found = patient.distribution("numpy")
    assert (found.missing_count, found.altered_count) == (1, 0)
    assert known(found.missing_files) == ("numpy/?.py",)


def test_the_old_forms_of_metadata(patient: Any, tmp_path: Path) -> None:
    patient.file("wrapt-1.10.egg-info", "Name: wrapt\nVersion: 1.10\n")
    patient.file("six-1.16.egg-info/PKG-INFO", "Name: six\nVersion: 1.16\n")
    patient.file("six-1.16.egg-info/installed-files.txt", "../six.py\n")
    patient.file(
        "six-1.16.egg-info/requires.txt", "a>=1\n\n[extra]\nb\n\n[:python_version < '3']\nc\n[x:sys_platform]\nd"
    )
    patient.file("gast-0.2-py3.9.egg/EGG-INFO/PKG-INFO", "Name: gast\nVersion: 0.2\n")
    patient.file("easy-install.pth", "./gast-0.2-py3.9.egg\n")
    project = tmp_path / "project"
    (project / "mine.egg-info").mkdir(parents=True)
    (project / "mine.egg-info/PKG-INFO").write_text("Name: mine\nVersion: 0.1\n")
    (project / "mine.egg-info/SOURCES.txt").write_text("")
    patient.file("mine.egg-link", f"{project}\n.")
    patient.file("mine.pth", str(project))
    patient.install("newer", "1").joinpath("direct_url.json").write_text('{"dir_info": {"editable": true}}')
    found = by_name(installed(patient))
    assert {name: (row.version, row.distutils, row.editable) for name, row in found.items()} == {
        "wrapt": ("1.10", True, False),
        "six": ("1.16", False, False),
        "gast": ("0.2", True, False),
        "mine": ("0.1", False, True),
        "newer": ("1", False, True),
    }
    assert found["six"].requires == (
        "a>=1",
        'b ; extra == "extra"',
        "c ; python_version < '3'",
        'd ; sys_platform and extra == "x"',
    )
    assert found["mine"].location == str(project)


def test_archives_on_the_path(patient: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("wrapt-1.0.dist-info/METADATA", "Name: wrapt\nVersion: 1.0\n")
    with zipfile.ZipFile(tmp_path / "six-1.16-py3.11.egg", "w") as archive:
        archive.writestr("EGG-INFO/PKG-INFO", "Version: 1.16\n")
    (tmp_path / "broken.zip").write_bytes(b"PK\3\4 no archive")
    places = ("a.zip", "six-1.16-py3.11.egg", "broken.zip", "missing.zip")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(tmp_path / name) for name in places))
    found = by_name(installed(patient))
    assert {name: row.version for name, row in found.items()} == {"wrapt": "1.0", "six": "1.16"}


def test_files_that_hide_modules(patient: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, extra = tmp_path / "work", tmp_path / "extra"
    patient.install("tensorflow", "2.15.1", TENSORFLOW, headers=("Requires-Dist: six",))
    patient.install("six", "1.16", {"six.py": ""})
    patient.install("unrelated", "1", {"unrelated.py": ""})
    for name in ("random.py", "tensorflow.py", "unrelated.py", "os.py", "test.py", "mine.py", "six.txt"):
        (work / name).write_text("")
    (work / "queue").mkdir()
    (work / "keras").mkdir()
    (extra / "typing").mkdir(parents=True)
    (extra / "typing/__init__.py").write_text("")
    (extra / "six.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(extra))
    found = known(installed(patient).shadows)
    assert found == (
        Shadow(module="random", path=str(work / "random.py")),
        Shadow(module="tensorflow", path=str(work / "tensorflow.py")),
        Shadow(module="six", path=str(extra / "six.py")),
        Shadow(module="typing", path=str(extra / "typing")),
    )


def test_folders_without_an_owner(patient: Any) -> None:
    patient.file("tensorflow/include/left.h")
    patient.file("keras/__pycache__/a.pyc")
    patient.file("numpy/__init__.py")
    patient.file("google/protobuf/__init__.py")
    found = installed(patient)
    assert found.orphans == tuple(str(patient.site / name) for name in ("tensorflow", "numpy", "google/protobuf"))
    module = next(row for row in known(found.modules) or () if row.name == "tensorflow")
    assert (module.path, module.namespace) == (str(patient.site / "tensorflow"), True)


def test_links_that_lead_nowhere_or_in_circles(patient: Any) -> None:
    patient.install("tensorflow", "2.15.1", TENSORFLOW)
    (patient.site / "tensorflow/python/up").symlink_to(patient.site / "tensorflow")
    for name in ("numpy", "keras", "broken.dist-info"):
        (patient.site / name).symlink_to(patient.site / name)
    found = installed(patient)
    assert found.unowned_files == found.orphans == ()
    assert set(by_name(found)) == {"tensorflow", "broken"}


def test_plugins(patient: Any) -> None:
    patient.file("tensorflow-plugins/libmetal_plugin.dylib")
    assert installed(patient).plugins == (str(patient.site / "tensorflow-plugins/libmetal_plugin.dylib"),)


def test_distutils_by_setuptools(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def importable(name: str) -> bool:
        return any(row.name == name and row.path != ABSENT for row in known(installed(patient).modules) or ())

    in_library = sys.version_info < (3, 12)
    assert importable("distutils") is in_library
    assert not importable("pkg_resources")
    patient.file("setuptools/__init__.py")
    patient.file("setuptools/_distutils/__init__.py")
    patient.file("pkg_resources/__init__.py")
    patient.file("distutils-precedence.pth", "")
    assert importable("distutils")
    assert importable("pkg_resources")
    monkeypatch.setenv("SETUPTOOLS_USE_DISTUTILS", "stdlib")
    assert importable("distutils") is in_library


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_that_may_not_be_read(patient: Any) -> None:
    folder = patient.install("tensorflow", "2.15.1", TENSORFLOW)
    (folder / "METADATA").chmod(0)
    (folder / "RECORD").chmod(0)
    (patient.site / "tensorflow/python").chmod(0)
    try:
        found = patient.distribution("tensorflow")
        assert isinstance(found.requires, Unknown)
        assert isinstance(found.missing_count, Unknown)
    finally:
        (patient.site / "tensorflow/python").chmod(0o755)


@pytest.mark.parametrize("make", [os.mkdir, pytest.param(getattr(os, "mkfifo", None), marks=PIPES)])
def test_metadata_that_are_no_files(patient: Any, make: Callable[[Path], None]) -> None:
    folder = patient.install("tensorflow", "2.15.1", TENSORFLOW)
    for name in ("METADATA", "RECORD", "INSTALLER"):
        (folder / name).unlink()
        make(folder / name)
    found = patient.distribution("tensorflow")
    assert found.version == ABSENT
    assert isinstance(found.missing_count, Unknown)


def test_a_deleted_current_folder(patient: Any, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    answer = tmp_path / "answer.json"
    script = FOREIGN / "interrogate.py"
    command = f'cd "{gone}" && rmdir "{gone}" && "{patient.python}" -B "{script}" "{answer}"'
    subprocess.run(["sh", "-c", command], check=True)
    assert '"failures": []' in answer.read_text()


@pytest.mark.parametrize(
    ("packages", "cudnn"),
    [(None, []), ([], []), ([["cudatoolkit", "11.2"], ["cudnn", "8.1.0.77"], ["numpy", "1.26"]], ["8.1.0.77"])],
)
def test_what_conda_names(packages: list[list[str]] | None, cudnn: list[str]) -> None:
    assert [row.version for row in installation.conda_cudnn({"conda": packages})] == cudnn
