"""What a Python is, and what is none."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.errors import PatientError
from tfdoctor.facts import ABSENT, known
from tfdoctor.probes import interpreter, take_snapshot

Program = Callable[[str], str]


def refusal(python: str, timeout: float = 20) -> str:
    with pytest.raises(PatientError) as caught:
        take_snapshot(python, timeout=timeout)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_facts_are_those_that_the_interpreter_tells(patient: Any) -> None:
    found = patient.snapshot().interpreter
    asked = "import sys, sysconfig; print(sys.executable, sysconfig.get_config_var('SOABI'), sysconfig.get_platform())"
    told = subprocess.run([patient.python, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert [found.executable, found.soabi, found.platform_tag] == told
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert (found.implementation, found.bits, found.environment) == ("cpython", 64, "venv")
    assert found.machine == os.uname().machine
    assert found.prefix == str(patient.root)
    assert found.base_prefix == sys.base_prefix
    assert found.pip_version == ABSENT
    assert found.externally_managed is False


def test_sys_path_is_that_of_a_users_program(patient: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "extra").mkdir()
    (tmp_path / "linked").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "extra"))
    patient.file("more.pth", str(tmp_path / "linked"))
    path = known(patient.snapshot().interpreter.path) or ()
    assert path[:2] == (str(tmp_path / "work"), str(tmp_path / "extra"))
    assert path[-2:] == (str(patient.site), str(tmp_path / "linked"))
    assert not any("foreign" in entry for entry in path)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="no safe path before 3.11")
def test_a_safe_path_has_no_current_folder(patient: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    path = known(patient.snapshot().interpreter.path) or ()
    assert str(tmp_path / "work") not in path
    assert not any("foreign" in entry for entry in path)


def test_noise_at_the_start_does_no_harm(patient: Any) -> None:
    patient.file("sitecustomize.py", "import sys\nprint('{\"noise\": 1}')\nsys.stderr.write('more noise')\n")
    patient.file("noise.pth", "import sys; print('noise')\n")
    patient.file("broken.pth", "import no_such_module_at_all\n\xff\n")
    patient.install("pip", "24.0")
    found = patient.snapshot()
    assert found.interpreter.pip_version == "24.0"
    assert found.failures == ()


def test_own_modules_win_over_the_users_of_the_same_name(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "random", "survey", "re"):
        Path(f"{name}.py").write_text("raise SystemExit('the wrong file was imported')")
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    found = patient.snapshot()
    assert found.failures == ()
    assert {row.module for row in known(found.installation.shadows) or ()} >= {"json", "random"}


def test_a_virtualenv_names_itself(patient: Any) -> None:
    config = patient.root / "pyvenv.cfg"
    config.write_text(config.read_text() + "virtualenv = 20.26\n")
    assert patient.snapshot().interpreter.environment == "virtualenv"


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python installation of its own: a tree of links to the running one's standard library."""
    library = Path(os.__file__).parent
    copy = tmp_path / "prefix" / "lib" / library.name
    copy.mkdir(parents=True)
    for entry in library.iterdir():
        if entry.name not in {"site-packages", "EXTERNALLY-MANAGED"}:
            (copy / entry.name).symlink_to(entry)
    (copy / "site-packages").mkdir()
    monkeypatch.setenv("PYTHONHOME", str(tmp_path / "prefix"))
    monkeypatch.chdir(copy / "site-packages")
    return tmp_path / "prefix"


def test_a_conda_environment(prefix: Path) -> None:
    meta = prefix / "conda-meta"
    meta.mkdir()
    for name in ("cudatoolkit-11.2.2-hbe64b41_10.json", "cudnn-8.1.0.77-h90431f1_0.json", "history"):
        (meta / name).write_text("{}")
    found = take_snapshot(os.path.realpath(sys.executable), debug=True)
    assert found.interpreter.environment == "conda"
    assert found.interpreter.prefix == found.interpreter.base_prefix == str(prefix)
    assert "8.1.0.77" in [row.version for row in known(found.libraries.cudnn) or ()]
    assert known(found.libraries.toolkits)


def test_a_system_python_that_its_distribution_manages(prefix: Path) -> None:
    python = os.path.realpath(sys.executable)
    found = take_snapshot(python, debug=True).interpreter
    assert (found.environment, found.externally_managed) == ("system", False)
    next(prefix.glob("lib/python3*")).joinpath("EXTERNALLY-MANAGED").write_text("[externally-managed]")
    assert take_snapshot(python, debug=True).interpreter.externally_managed is True


@pytest.mark.usefixtures("prefix")
def test_the_user_site_counts_where_it_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path / "user"))
    python = os.path.realpath(sys.executable)
    assert take_snapshot(python, debug=True).interpreter.user_site == ABSENT
    folder = tmp_path / "user" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    folder.mkdir(parents=True)
    found = take_snapshot(python, debug=True).interpreter
    assert found.user_site == str(folder)
    assert str(folder) in (known(found.path) or ())


def test_other_programs_are_refused(program: Program) -> None:
    assert "exit code 3: sorry" in refusal(program("echo sorry >&2; exit 3"))
    assert "no working Python" in refusal(program("exit 0"))
    assert "SIGSEGV" in refusal(program("kill -SEGV $$"))
    assert "no working Python" in refusal(program('echo "[]" > "$3"'))


def test_a_hanging_interpreter_is_ended(program: Program) -> None:
    assert "no answer within 0.5 s" in refusal(program("sleep 60 & wait"), timeout=0.5)


def test_a_wrapper_script_is_an_interpreter(patient: Any, program: Program) -> None:
    wrapper = program(f'echo loading; exec {patient.python} "$@"')
    assert take_snapshot(wrapper, debug=True).interpreter.executable == patient.python


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    path = tmp_path / "python"
    path.write_bytes(b"\x00garbage")
    path.chmod(0o755)
    assert "cannot be run" in refusal(str(path))
    path.chmod(stat.S_IRUSR)
    assert "no permission" in refusal(str(path))


def test_a_broken_home_is_told_in_its_own_words(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/no/such/home")
    assert "encodings" in refusal(patient.python)


@pytest.mark.parametrize(
    ("implementation", "version", "words"),
    [("cpython", "2.7.18", "Python 2.7.18 is too old; TensorFlow's wheels"), ("pypy", "3.10.14", "this is pypy")],
)
def test_what_the_gate_refuses(program: Program, implementation: str, version: str, words: str) -> None:
    answer = f'{{"refused": {{"version": "{version}", "implementation": "{implementation}"}}}}'
    assert words in refusal(program(f"echo '{answer}' > \"$3\""))


def test_a_part_that_failed_is_noted(program: Program) -> None:
    answer = '{"failures": [["installation", "OSError: no"], ["interpreter", "OSError: no"]]}'
    found = take_snapshot(program(f"echo '{answer}' > \"$3\""))
    assert [row.probe for row in found.failures] == ["patient installation", "patient interpreter"]
    assert known(found.interpreter.version) is None
    assert known(found.installation.distributions) is None


def test_the_temporary_folder_is_removed(patient: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "work"))
    patient.snapshot()
    with pytest.raises(PatientError):
        interpreter.start(str(tmp_path), {})
    assert list((tmp_path / "work").iterdir()) == []
