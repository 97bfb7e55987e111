"""Which interpreter is examined."""

import os
import sys
from pathlib import Path

import pytest

from tfdoctor.errors import PatientError
from tfdoctor.probes.find import find


def environment(folder: Path, place: str = "bin/python") -> Path:
    python = folder / place
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return python


def test_a_file_a_folder_and_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = environment(tmp_path / "env")
    monkeypatch.chdir(tmp_path)
    assert find(str(python), {}) == str(python)
    assert find("env/bin/python", {}) == str(python)
    assert find("env", {}) == str(python)
    assert find("python", {"PATH": str(python.parent)}) == str(python)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a folder can be deleted under its users")
def test_an_absolute_place_needs_no_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = environment(tmp_path / "env")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    assert find(str(tmp_path / "env"), {}) == find(str(python), {}) == str(python)


@pytest.mark.parametrize("place", ["bin/python3", "Scripts/python.exe", "python.exe"])
def test_other_layouts_of_an_environment(tmp_path: Path, place: str) -> None:
    python = environment(tmp_path / "env", place)
    assert find(str(tmp_path / "env"), {}) == str(python)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "no interpreter is named"),
        ("no-such-python", "no such interpreter"),
        ("missing/bin/python", "no such interpreter"),
        ("plain", "no environment"),
        ("text.py", "no permission"),
        ("nul\0byte", "no such interpreter|null"),
        ("dangling", "a link to what is not there"),
    ],
)
def test_what_is_no_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "text.py").write_text("print()")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PatientError, match=words) as caught:
        find(name, {"PATH": str(tmp_path)})
    assert "\n" not in str(caught.value)


def test_the_active_environment_comes_before_path(tmp_path: Path) -> None:
    active, other = environment(tmp_path / "active"), environment(tmp_path / "other")
    environ = {"VIRTUAL_ENV": str(tmp_path / "active"), "PATH": str(other.parent)}
    assert find(None, environ) == str(active)
    assert find(None, {"CONDA_PREFIX": str(tmp_path / "active"), "PATH": str(other.parent)}) == str(active)


def test_of_two_active_environments_the_one_first_on_path(tmp_path: Path) -> None:
    venv, conda = environment(tmp_path / "venv"), environment(tmp_path / "conda")
    environ = {"VIRTUAL_ENV": str(tmp_path / "venv"), "CONDA_PREFIX": str(tmp_path / "conda")}
    assert find(None, {**environ, "PATH": f"{conda.parent}{os.pathsep}{venv.parent}"}) == str(conda)
    assert find(None, {**environ, "PATH": f"{venv.parent}{os.pathsep}{conda.parent}"}) == str(venv)
    assert find(None, environ) == str(venv)


def test_a_deleted_active_environment_is_passed_over(tmp_path: Path) -> None:
    other = environment(tmp_path / "other")
    assert find(None, {"VIRTUAL_ENV": str(tmp_path / "gone"), "PATH": str(other.parent)}) == str(other)


def test_own_environment_and_empty_files_only_for_want_of_another(tmp_path: Path) -> None:
    own = str(Path(sys.executable).parent)
    store = tmp_path / "store" / "python3"
    store.parent.mkdir()
    store.touch(mode=0o755)
    other = environment(tmp_path / "other")
    assert find(None, {"PATH": os.pathsep.join([own, str(store.parent), str(other.parent)])}) == str(other)
    assert find(None, {"PATH": own}) == sys.executable
    assert find(None, {}) == sys.executable


def test_an_environment_that_lost_its_python(tmp_path: Path) -> None:
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(tmp_path / "gone")
    for name, environ in ((str(tmp_path / "env"), {}), (None, {"VIRTUAL_ENV": str(tmp_path / "env")})):
        with pytest.raises(PatientError, match="is gone"):
            find(name, environ)


def test_a_folder_that_cannot_be_looked_into(tmp_path: Path) -> None:
    with pytest.raises(PatientError, match="too long"):
        find("x" * 5000, {})
    (tmp_path / "file").write_text("")
    with pytest.raises(PatientError):
        find(str(tmp_path / "file" / "python"), {})
