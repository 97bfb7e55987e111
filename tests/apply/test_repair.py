"""Environments that are there: repaired, or left exactly as they were."""

import ensurepip
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tfdoctor.apply import ApplyError, CannotApplyError, apply, backup
from tfdoctor.plan.model import Change, Step

from .conftest import Patient, Voice, Wheels, install, plan_of, uninstall

Program = Callable[[str, str], str]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are played by shell scripts")


@pytest.fixture
def ill(patient: Patient, wheels: Wheels) -> Patient:
    """An environment with four distributions; one version too old, one in the way."""
    for version in ("1.0", "2.0"):
        files: dict[str, str | bytes] = {
            "one/__init__.py": f"__version__ = '{version}'\n",
            "one/data.bin": version.encode() * 40_000,
        }
        files[f"one-{version}.data/scripts/one"] = "#!python\nprint('one')\n"
        wheels.add("one", version, files)
    wheels.add("two", "1.0", {"one/extra.py": "x = 1\n", "two/__init__.py": "__version__ = '1.0'\n"})
    wheels.add("three", "1.0")
    patient.install(wheels, "one==1.0", "two==1.0", "three==1.0")
    return patient


def test_with_uv(ill: Patient, wheels: Wheels, voice: Voice) -> None:
    plan = plan_of(uninstall("two", "not-there"), install("one==2.0"))
    plan = msgspec.structs.replace(plan, changes=(Change(distribution="one", was="1.0", becomes="2.0"),))
    outcome = apply(plan, voice.asked(wheels.uv), python=ill.python)
    assert (ill.version("one"), ill.version("two"), ill.version("three")) == ("2.0", "", "1.0")
    assert voice.questions == [f"Change the environment {ill.root} (one)?"]
    assert not (ill.root / ".tfdoctor-backup").exists()
    assert not [path for path in ill.root.rglob("*tfdoctor*") if "undo" not in path.name]
    record = Path(outcome.undo).read_text()
    assert record.splitlines()[2:] == ["one==1.0", "three==1.0", "two==1.0"]
    assert f'"{ill.python}" -m pip install --no-deps -r "{outcome.undo}"' in record


def test_with_pip(pip_patient: Patient, wheels: Wheels, voice: Voice) -> None:
    wheels.add("first", "2.0")
    apply(plan_of(install("first==2.0")), voice.asked(wheels.pip), python=pip_patient.python)
    assert pip_patient.version("first") == "2.0"
    outcome = apply(plan_of(uninstall("first")), voice.asked(wheels.pip), python=pip_patient.python)
    assert pip_patient.version("first") == ""
    assert "first==2.0" in Path(outcome.undo).read_text()


def test_no_network_with_pip(pip_patient: Patient, wheels: Wheels, voice: Voice, closed_port: int) -> None:
    before = pip_patient.state()
    environ = {**wheels.pip, "PIP_INDEX_URL": f"http://127.0.0.1:{closed_port}/simple", "PIP_RETRIES": "1"}
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
        del environ[name]
    with pytest.raises(ApplyError, match="the index could not be reached, or broke off") as caught:
        apply(plan_of(uninstall("first"), install("first==2.0")), voice.asked(environ), python=pip_patient.python)
    assert "The environment is as it was. To go on: see to the network" in str(caught.value)
    assert pip_patient.state() == before


def test_pip_that_is_not_there_is_brought(
    patient: Patient, wheels: Wheels, voice: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bundled,) = (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")
    shutil.copy(bundled, wheels.folder)
    monkeypatch.setattr("tfdoctor.apply.installer._OLDEST_PIP", (99,))  # and then found too old
    monkeypatch.setattr("tfdoctor.apply.installer._RENEWED", "pip>=20.3")
    with pytest.raises(ApplyError, match="lacks a distribution"):
        apply(plan_of(install("missing==2.0")), voice.asked(wheels.pip), python=patient.python)
    assert any("Successfully installed" in line and "pip-" in line for line in voice.told)
    assert any("Requirement already satisfied: pip>=20.3" in line for line in voice.told)
    assert not (patient.root / "bin" / "pip").exists()  # taken back with the failure


def test_a_failed_step_leaves_everything_as_it_was(ill: Patient, wheels: Wheels, voice: Voice) -> None:
    (ill.site / "mine.pth").write_text("import sys\n")
    (ill.site / "~ne").mkdir()
    (ill.site / "~ne" / "rest.py").write_text("")
    (ill.site / "link.py").symlink_to("three/__init__.py")
    plan = plan_of(
        Step(kind="delete", text="Delete the leftovers.", paths=("{site}/~ne", f"{ill.site}/link.py")),
        uninstall("two"),
        install("one==2.0"),
        Step(kind="set-variable", text="x", variable="X", value="1"),
        install("missing==1.0"),
    )
    before = ill.state()
    with pytest.raises(ApplyError) as caught:
        apply(plan, voice.asked(wheels.uv), python=ill.python)
    assert "step 5 of 5 (Install missing==1.0) failed" in str(caught.value)
    assert "The environment is as it was." in str(caught.value)
    assert len(caught.value.done) == 4
    assert ill.state() == before
    assert (ill.version("one"), ill.version("two")) == ("1.0", "1.0")


def test_a_full_disk(small_disk: Path, wheels: Wheels, voice: Voice) -> None:
    root = small_disk / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root], check=True)
    patient = Patient(root)
    wheels.add("one", "1.0", {"one/__init__.py": "__version__ = '1.0'\n", "one/data": os.urandom(3 << 20)})
    wheels.add("one", "2.0", {"one/__init__.py": "__version__ = '2.0'\n", "one/data": os.urandom(12 << 20)})
    patient.install(wheels, "one==1.0")
    before = patient.state()
    with pytest.raises(ApplyError, match="no space left on the disk"):
        apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=patient.python)
    assert patient.state() == before
    (root / "ballast").write_bytes(bytes(shutil.disk_usage(root).free))
    with pytest.raises(CannotApplyError, match="the old files cannot be kept: No space left"):
        apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=patient.python)
    (root / "ballast").unlink()
    assert patient.state() == before


def test_not_confirmed(ill: Patient, wheels: Wheels, voice: Voice) -> None:
    before = ill.state()
    voice.answer = False
    with pytest.raises(CannotApplyError, match=r"nothing was changed: it was not confirmed \(--yes confirms\)"):
        apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=ill.python)
    assert voice.questions == [f"Change the environment {ill.root} (1 steps)?"]
    assert ill.state() == before


def test_nothing_to_change(ill: Patient, wheels: Wheels, voice: Voice) -> None:
    before = ill.state()
    manual = Step(kind="manual", text="Install a newer driver.")
    assert apply(plan_of(manual), voice.asked(wheels.uv), python=ill.python).manual == (manual,)
    assert apply(plan_of(), voice.asked(wheels.uv), python=ill.python).undo == ""
    assert not voice.questions
    assert ill.state() == before


def test_through_a_link(ill: Patient, wheels: Wheels, voice: Voice, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ill.root)
    outcome = apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=str(tmp_path / "link/bin/python"))
    assert ill.version("one") == "2.0"
    assert outcome.prefix == str(ill.root)


# --- what installers cannot remove --------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_without_a_list_of_files(ill: Patient, pip_patient: Patient, wheels: Wheels, voice: Voice, tool: str) -> None:
    patient, environ = (ill, wheels.uv) if tool == "uv" else (pip_patient, wheels.pip)
    (patient.site / "one-1.0.dist-info/RECORD").unlink()
    (patient.site / "three-1.0.dist-info/RECORD").unlink()
    (patient.site / "three/rest.py").write_text("")
    apply(plan_of(uninstall("Three"), install("one==2.0")), voice.asked(environ), python=patient.python)
    # The folder of `one` holds a file of `two`, so it was not deleted.
    assert (patient.version("one"), patient.version("two"), patient.version("three")) == ("2.0", "1.0", "")
    assert (patient.site / "one/extra.py").is_file()
    assert not (patient.site / "three").exists()
    assert "deleting three-1.0, which has no list of its files" in voice.told


def test_two_of_one_name(pip_patient: Patient, wheels: Wheels, voice: Voice) -> None:
    wheels.add("one", "1.0")
    wheels.add("one", "2.0")
    pip_patient.install(wheels, "one==1.0")
    shutil.copytree(pip_patient.site / "one-1.0.dist-info", pip_patient.root / "kept")
    pip_patient.install(wheels, "one==2.0")
    shutil.copytree(pip_patient.root / "kept", pip_patient.site / "one-1.0.dist-info")
    apply(plan_of(uninstall("one")), voice.asked(wheels.pip), python=pip_patient.python)
    assert not list(pip_patient.site.glob("one*"))


def test_an_editable_one_stays(ill: Patient, wheels: Wheels, voice: Voice, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "mine.py").write_text("__version__ = '0'\n")
    info = ill.site / "mine-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 0\n")
    (info / "RECORD").write_text("mine.pth,,\nmine-0.dist-info/METADATA,,\nmine-0.dist-info/RECORD,,\n")
    (info / "direct_url.json").write_text(f'{{"url": "file://{project}", "dir_info": {{"editable": true}}}}')
    (ill.site / "mine.pth").write_text(f"{project}\n")
    outcome = apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=ill.python)
    assert ill.version("mine") == "0"
    assert f"-e {project}" in Path(outcome.undo).read_text().splitlines()


def test_nothing_outside_is_deleted(ill: Patient, wheels: Wheels, voice: Voice, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "thesis.txt").write_text("precious")
    (ill.site / "away").symlink_to(outside)
    paths = (str(outside), "../../../../outside", "away/thesis.txt", "{site}", "{site}/..", str(ill.root / "bin"), "/")
    step = Step(kind="delete", text="Delete.", paths=(*paths, "away", "three/__init__.py", "gone"))
    outcome = apply(plan_of(step), voice.asked(wheels.uv), python=ill.python)
    assert outcome.manual == (step,)
    assert len([line for line in voice.told if line.startswith("left alone")]) == len(paths)
    assert (outside / "thesis.txt").read_text() == "precious"
    assert (ill.root / "bin/python").exists()
    assert not (ill.site / "away").is_symlink()
    assert not (ill.site / "three/__init__.py").exists()


# --- what is refused ----------------------------------------------------------------------------------


def test_the_system_is_refused(wheels: Wheels, voice: Voice, tmp_path: Path) -> None:
    if not Path("/usr/bin/python3").exists():
        pytest.skip("no Python of the system here")
    with pytest.raises(CannotApplyError, match=r"PEP 668|the system's Python") as caught:
        apply(plan_of(install("one==1.0")), voice.asked(wheels.uv), python="/usr/bin/python3")
    assert "the same command without --repair" in str(caught.value)
    base = os.path.realpath(sys.executable)
    with pytest.raises(CannotApplyError, match=r"PEP 668|the system's Python"):
        apply(plan_of(install("one==1.0")), voice.asked(wheels.uv), python=base)
    assert not voice.questions
    missing = str(tmp_path / "python")
    with pytest.raises(CannotApplyError, match="cannot be run"):
        apply(plan_of(install("one==1.0")), voice.asked(wheels.uv), python=missing)


PLAYED = """
import sys, sysconfig
paths = sysconfig.get_paths()
paths["stdlib"] = sys.prefix + "/lib"
sys.base_prefix, sysconfig.get_paths = sys.prefix, lambda: paths
exec(sys.argv[1])
"""


@pytest.fixture
def conda(ill: Patient, program: Program, tmp_path: Path) -> str:
    """An interpreter of its own beside a folder conda-meta: its answer about itself is played."""
    (ill.root / "conda-meta").mkdir()
    (tmp_path / "played.py").write_text(PLAYED)
    text = f'[ "$2" = -c ] && exec "{ill.python}" -I "{tmp_path}/played.py" "$3"; exec "{ill.python}" "$@"'
    return program("python", text) + "/python"


def test_a_conda_environment(ill: Patient, conda: str, wheels: Wheels, voice: Voice) -> None:
    plan = plan_of(install("one==2.0"), Step(kind="set-variable", text="x", variable="X", value="1"))
    outcome = apply(plan, voice.asked(wheels.uv), python=conda)
    assert ill.version("one") == "2.0"
    assert outcome.start == f"conda activate '{ill.root}'"
    assert "export X=1" in (ill.root / "etc/conda/activate.d/tfdoctor.sh").read_text()
    more = Step(kind="install", text="Install cuDNN.", conda=("cudnn=8.1",))
    with pytest.raises(CannotApplyError, match="does not change an existing environment with conda"):
        apply(plan_of(more), voice.asked(wheels.uv), python=conda)


@pytest.mark.parametrize(
    ("file", "words"),
    [("conda-meta/conda-23.1.0-py39.json", "conda's base environment"), ("lib/EXTERNALLY-MANAGED", "PEP 668")],
)
def test_managed_ones_are_refused(conda: str, wheels: Wheels, voice: Voice, file: str, words: str) -> None:
    root = Path(conda).parents[1] / "my env"
    (root / file).write_text("{}")
    with pytest.raises(CannotApplyError, match=words):
        apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=conda)
    assert Patient(root).version("one") == "1.0"


def test_one_of_the_users_own(ill: Patient, conda: str, wheels: Wheels, voice: Voice, tmp_path: Path) -> None:
    (ill.root / "conda-meta").rmdir()  # now an interpreter that the user brought, such as pyenv's
    with pytest.raises(CannotApplyError, match="the system's Python"):
        apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=conda)
    outcome = apply(plan_of(install("one==2.0")), voice.asked({**wheels.uv, "HOME": str(tmp_path)}), python=conda)
    assert ill.version("one") == "2.0"
    assert outcome.start == ""


def test_a_folder_that_may_not_be_written(ill: Patient, wheels: Wheels, voice: Voice) -> None:
    before, site = ill.state(), str(ill.site)
    mounts = [["--bind", site, site], ["-o", "remount,ro,bind", site]]
    if os.geteuid():
        ill.site.chmod(0o555)
    elif any(subprocess.run(["mount", *words], capture_output=True, check=False).returncode for words in mounts):
        pytest.skip("this user may not mount a file system")
    try:
        with pytest.raises(CannotApplyError, match="no permission to write there"):
            apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=ill.python)
    finally:
        if not os.geteuid():
            subprocess.run(["umount", "-l", site], check=True)
        ill.site.chmod(0o755)
    assert ill.state() == before


# --- interruptions ------------------------------------------------------------------------------------

RUN = """
import sys
from pathlib import Path
import msgspec
from tfdoctor.apply import Asked, apply
from tfdoctor.plan.model import Plan
plan, environ, python = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[Plan, dict[str, str], str])
asked = Asked(environ=environ, confirm=lambda _: True, progress=lambda line: print(line, flush=True))
print(apply(plan, asked, python=python))
"""


def begin(ill: Patient, wheels: Wheels, program: Program) -> "subprocess.Popen[str]":
    """Start a repair in a process of its own, whose second installation never ends; return when it is there."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    text = 'for file; do :; done; if grep -q hang "$file"; then echo hangs; sleep 60; fi'
    folder = program("uv", f'{text}\nexec "{uv}" "$@"')
    plan = plan_of(uninstall("two"), install("one==2.0"), install("hang==1.0"))
    environ = {**wheels.uv, "PATH": f"{folder}:/usr/bin:/bin"}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(msgspec.json.encode((plan, environ, ill.python)).decode())
    process.stdin.close()
    for line in process.stdout:
        if line == "hangs\n":
            break
    assert ill.version("one") == "2.0"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal(ill: Patient, wheels: Wheels, program: Program, number: signal.Signals) -> None:
    before = ill.state()
    with begin(ill, wheels, program) as process:
        process.send_signal(number)
        assert process.stdout is not None
        text = process.stdout.read()
    assert "interrupted: the environment is as it was" in text
    assert "KeyboardInterrupt" in text
    assert process.returncode != 0
    assert ill.state() == before


def test_killed_in_the_middle(ill: Patient, wheels: Wheels, voice: Voice, program: Program) -> None:
    before = ill.state()
    plan = plan_of(install("one==2.0"))
    with begin(ill, wheels, program) as process:
        with pytest.raises(CannotApplyError, match=r"another tfdoctor .* is changing this environment"):
            apply(plan, voice.asked(wheels.uv), python=ill.python)
        process.kill()
    deadline = time.monotonic() + 5
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    voice.answer = False
    with pytest.raises(CannotApplyError, match="was cut off in the middle, and the old files are in"):
        apply(plan, voice.asked(wheels.uv), python=ill.python)
    assert ill.version("one") == "2.0"
    voice.answer = True
    with pytest.raises(ApplyError, match=r"the old files were put back now.* run the same command again"):
        apply(plan, voice.asked(wheels.uv), python=ill.python)
    assert ill.state() == before
    apply(plan, voice.asked(wheels.uv), python=ill.python)
    assert ill.version("one") == "2.0"


def test_old_files_that_cannot_be_put_back(ill: Patient, wheels: Wheels, voice: Voice) -> None:
    before = ill.state()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup, "_refill", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(ApplyError, match=r"could not be put back: No space left on device\. They are in") as caught:
            apply(plan_of(install("one==2.0"), install("missing==1.0")), voice.asked(wheels.uv), python=ill.python)
    assert "the next run puts them back" in str(caught.value)
    assert ill.version("one") == "2.0"
    with pytest.raises(ApplyError, match="the old files were put back now"):
        apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=ill.python)
    assert ill.state() == before


def test_in_another_thread(ill: Patient, wheels: Wheels, voice: Voice) -> None:
    import threading

    found = []
    thread = threading.Thread(
        target=lambda: found.append(apply(plan_of(install("one==2.0")), voice.asked(wheels.uv), python=ill.python))
    )
    thread.start()
    thread.join()
    assert ill.version("one") == "2.0"
    assert found
