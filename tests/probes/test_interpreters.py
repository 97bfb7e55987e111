"""Which interpreters are found, with real ones, and scripts that play others."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tfdoctor.probes import interpreters
from tfdoctor.probes.interpreters import Found, find_pythons
from tfdoctor.probes.machine import RealMachine

REAL = os.path.realpath(sys.executable)
VERSION = ".".join(str(part) for part in sys.version_info[:3])
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the interpreters are played by shell scripts")


def script(path: Path, text: str = f'exec "{REAL}" "$@"') -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def answering(version: str, level: str = "final", name: str = "cpython", bits: str = "64", threads: str = "") -> str:
    return f"printf 'noise\\ntfdoctor\\t{version}\\t{level}\\t{name}\\tx86_64\\t{bits}\\t{threads}\\n'"


def search(environ: Mapping[str, str], known: tuple[str, ...] = ()) -> Found:
    """What is found in a home of its own: the folders of this machine that no variable names are not looked at."""
    found = find_pythons(RealMachine(platform="linux", environ={"PATH": "", **environ}), known)
    usual = ("/usr/local/bin/", "/opt/")
    return Found(
        tuple(item for item in found.pythons if not item.path.startswith(usual)),
        tuple(item for item in found.left_out if not item.path.startswith(usual)),
    )


def test_the_running_interpreter_is_found_by_path() -> None:
    found = search({"PATH": str(Path(REAL).parent)})
    assert [(item.version, item.origin) for item in found.pythons] == [(VERSION, "path")]
    assert os.path.realpath(found.pythons[0].path) == REAL
    assert found.pythons[0].arch == os.uname().machine
    assert not found.left_out


def test_each_manager_is_asked(tmp_path: Path) -> None:
    pyenv = script(tmp_path / ".pyenv/versions/3.9.18/bin/python", answering("3.9.18"))
    uv = script(tmp_path / ".local/share/uv/python/cpython-3.10.4-linux-x86_64-gnu/bin/python3", answering("3.10.4"))
    base = script(tmp_path / "miniconda3/bin/python", answering("3.12.1"))
    env = script(tmp_path / "miniconda3/envs/tf/bin/python", answering("3.9.18"))
    listed = script(tmp_path / "elsewhere/bin/python", answering("3.8.1"))
    (tmp_path / ".conda").mkdir()
    (tmp_path / ".conda/environments.txt").write_text(f"{listed.parent.parent}\n\n{tmp_path}/gone\n")
    mise = script(tmp_path / ".local/share/mise/installs/python/3.7/bin/python", answering("3.7.9"))
    found = search({"HOME": str(tmp_path)})
    assert [(item.path, item.version, item.origin) for item in found.pythons] == [
        (str(base), "3.12.1", "conda"),
        (str(uv), "3.10.4", "uv"),
        (str(pyenv), "3.9.18", "pyenv"),
        (str(env), "3.9.18", "conda"),
        (str(listed), "3.8.1", "conda"),
        (str(mise), "3.7.9", "path"),
    ]


def test_variables_move_the_managers(tmp_path: Path) -> None:
    script(tmp_path / "a b[1]/versions/3.9.18/bin/python", answering("3.9.18"))
    script(tmp_path / "uv/cpython-3.10.4-linux-x86_64-gnu/bin/python3", answering("3.10.4"))
    script(tmp_path / "mamba/envs/tf/bin/python", answering("3.8.1"))
    script(tmp_path / "conda/envs/tf/bin/python", answering("3.7.1"))
    found = search(
        {
            "PYENV_ROOT": str(tmp_path / "a b[1]"),
            "UV_PYTHON_INSTALL_DIR": str(tmp_path / "uv"),
            "MAMBA_ROOT_PREFIX": str(tmp_path / "mamba"),
            "CONDA_EXE": str(tmp_path / "conda/bin/conda"),
        }
    )
    assert [item.version for item in found.pythons] == ["3.10.4", "3.9.18", "3.8.1", "3.7.1"]


def test_names_that_are_no_interpreter_and_shims_are_not_run(tmp_path: Path) -> None:
    for name in ("python3-config", "python3.9-gdb.py", "python2", "pythonw", "python3.9m"):
        script(tmp_path / "bin" / name, "touch ran")
    script(tmp_path / "shims/python3", "touch ran")
    assert search({"PATH": f"{tmp_path}/bin:{tmp_path}/shims/::{tmp_path}/none"}) == ((), ())
    assert not list(tmp_path.rglob("ran"))


def test_one_interpreter_with_many_names_is_one(tmp_path: Path) -> None:
    exact = script(tmp_path / "bin/python3.9", answering("3.9.18"))
    for name in ("python", "python3"):
        (tmp_path / "bin" / name).symlink_to("python3.9")
    (tmp_path / "lib").symlink_to("bin")
    found = search({"PATH": f"{tmp_path}/bin:{tmp_path}/lib"}, (str(exact),))
    assert [item.path for item in found.pythons] == [str(exact)]


def test_of_an_environment_the_python_it_was_made_with(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    found = search({"PATH": str(tmp_path / "env/bin")})
    assert [os.path.realpath(item.path) for item in found.pythons] == [REAL]
    assert str(tmp_path) not in found.pythons[0].path
    # A copy, as Windows makes them, tells its origin in pyvenv.cfg only.
    copied = script(tmp_path / "copied/bin/python3", answering("3.9.18")).parent
    base = script(tmp_path / "base/python3", answering("3.9.17"))
    (copied.parent / "pyvenv.cfg").write_text(f"home = {base.parent}\nversion = 3.9.17\n")
    assert [item.path for item in search({"PATH": str(copied)}).pythons] == [str(base)]
    base.unlink()
    assert [item.because for item in search({"PATH": str(copied)}).left_out] == ["a link to what is not there"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exit 127", "ended with exit code 127"),
        ("echo >&2 first; echo >&2 'libpython3.9.so: not found'; exit 127", "code 127: libpython3.9.so: not found"),
        ("echo 3.9.18", "ended with exit code 0"),
        (answering("2.7.18", name="python2"), "Python 2.7.18 is too old"),
        (answering("3.5.2"), "Python 3.5.2 is too old"),
        (answering("3.9.18", name="pypy"), "PyPy"),
        (answering("3.9.18", name="graalpy"), "graalpy 3.9.18"),
        (answering("3.15.0", level="alpha"), "a pre-release of Python 3.15.0"),
        (answering("3.9.18", bits="32"), "a 32-bit build"),
        (answering("3.13.1", threads="free"), "a free-threaded build"),
    ],
)
def test_what_cannot_be_used_is_left_out_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    script(tmp_path / "bin/python3", text)
    found = search({"PATH": str(tmp_path / "bin")})
    assert not found.pythons
    assert len(found.left_out) == 1
    assert reason in found.left_out[0].because


def test_what_is_no_program_is_left_out(tmp_path: Path) -> None:
    script(tmp_path / "a/python3").chmod(0o644)
    (tmp_path / "b").mkdir()
    (tmp_path / "b/python3").symlink_to("gone")
    (tmp_path / "c/python3").mkdir(parents=True)
    (tmp_path / "d").mkdir()
    (tmp_path / "d/python3").touch(mode=0o755)
    found = search({"PATH": ":".join(str(tmp_path / name) for name in "abcd")})
    assert not found.pythons
    assert [item.because for item in found.left_out] == [
        "a link to what is not there",
        "cannot be run (Permission denied)",
        "cannot be run (Permission denied)",
    ]
    assert search({}, ("nul\0byte",)) == ((), ())


def test_interpreters_that_hang_cost_one_time_limit_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreters, "LIMIT", 1.2)
    for number in range(20):
        script(tmp_path / f"bin{number}/python3", "exec /bin/sleep 5" if number < 6 else answering(f"3.9.{number}"))
    began = time.monotonic()
    found = search({"PATH": f"{tmp_path}/bin" + f":{tmp_path}/bin".join(str(number) for number in range(20))})
    assert time.monotonic() - began < 4
    assert len(found.pythons) == 14
    assert {item.because for item in found.left_out} == {"did not answer within 1 s"}


def test_user_files_of_the_current_folder_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("os", "re", "struct", "platform", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)")
    environ = {"PATH": str(Path(REAL).parent), "PYTHONPATH": str(tmp_path), "PYTHONHOME": "/nowhere"}
    assert [item.version for item in search(environ).pythons] == [VERSION]


@pytest.mark.skipif(shutil.which("pyenv") is None, reason="no pyenv here")
def test_a_real_pyenv() -> None:
    found = find_pythons(RealMachine())
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = {path.name for path in versions.iterdir() if path.name[0] == "3" and not path.is_symlink()}
    assert named <= {item.version for item in found.pythons}
    assert all(item.version.startswith("3.") for item in found.pythons)
