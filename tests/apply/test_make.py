"""New environments: made whole, or not at all."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tfdoctor.apply import ApplyError, CannotApplyError, apply, installer
from tfdoctor.plan.model import Step

from .conftest import MINOR, Patient, Voice, Wheels, create, install, plan_of

Program = Callable[[str, str], str]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are played by shell scripts")


def started(start: str, code: str) -> str:
    """What the environment's Python prints in a shell that was started as the outcome says."""
    done = subprocess.run(
        ["bash", "-c", f"{start} && python -c '{code}'"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/bin"},
    )
    return done.stdout.strip()


def test_with_uv(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    wheels.add("one", "1.0", None, "Requires-Dist: missing")
    where = tmp_path / "deep" / "a place"
    outcome = apply(plan_of(create(), install("one==1.0")), voice.asked(wheels.uv), where=where)
    assert Patient(where).version("one") == "1.0"
    assert (outcome.python, outcome.prefix) == (str(where / "bin/python"), str(where))
    assert len(outcome.done) == 2
    assert not voice.questions
    assert any("one==1.0" in line for line in voice.told)
    assert started(outcome.start, "import one, sys; print(sys.prefix)") == str(where)


def test_with_pip_and_hashes(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    digest = hashlib.sha256(wheels.add("one", "1.0").read_bytes()).hexdigest()
    text = f"# a comment\none==1.0 --hash=sha256:{digest}\n"
    where = tmp_path / "env"
    outcome = apply(plan_of(create(), install("one==1.0")), voice.asked(wheels.pip, text), where=where)
    assert Patient(where).version("one") == "1.0"
    assert any(line.startswith("Successfully installed one-1.0") for line in voice.told)
    assert started(outcome.start, "import pip; print(pip.__file__)").startswith(str(where))


def test_the_default_folder(tmp_path: Path, wheels: Wheels, voice: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = apply(plan_of(create(), version="2.6.5"), voice.asked(wheels.uv))
    assert outcome.prefix == str(tmp_path / ".venv-tf2.6.5")


def test_variables_and_what_is_left_to_a_person(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    manual = Step(kind="manual", text="Install a newer driver.")
    path = Step(kind="set-variable", text="x", variable="LD_LIBRARY_PATH", value="{site}/nvidia/lib", prepend=True)
    plain = Step(kind="set-variable", text="x", variable="TF_X", value="{prefix} $HOME 'q'")
    environ = {**wheels.uv, "LD_LIBRARY_PATH": "/old"}
    where = tmp_path / "env"
    outcome = apply(plan_of(manual, create(), path, plain), voice.asked(environ), where=where)
    assert outcome.manual == (manual,)
    site = f"{where}/lib/python{MINOR}/site-packages/nvidia/lib"
    assert outcome.variables == (("LD_LIBRARY_PATH", f"{site}:/old"), ("TF_X", f"{where} $HOME 'q'"))
    code = 'import os; print(os.environ["LD_LIBRARY_PATH"], os.environ["TF_X"])'
    assert started(outcome.start, code) == f"{site} {where} $HOME 'q'"


def test_links_are_made_inside_the_environment_only(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    link = Step(kind="link", text="x", paths=("{site}/nvidia/cudnn/lib/libnvrtc.so",), value="../../nvrtc/lib/x.so.11")
    outside = Step(kind="link", text="x", paths=(str(tmp_path / "elsewhere.so"),), value="x.so")
    where = tmp_path / "env"
    outcome = apply(plan_of(create(), link, link, outside), voice.asked(wheels.uv), where=where)
    made = where / f"lib/python{MINOR}/site-packages/nvidia/cudnn/lib/libnvrtc.so"
    assert str(made.readlink()) == "../../nvrtc/lib/x.so.11"
    assert outcome.manual == (outside,)
    assert not (tmp_path / "elsewhere.so").is_symlink()


def test_nothing_is_overwritten(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    full, link, file, empty = (tmp_path / name for name in ("full", "link", "file", "empty"))
    full.mkdir()
    (full / "thesis.txt").write_text("precious")
    link.symlink_to("nowhere")
    file.write_text("precious")
    for where in (full, link, file):
        with pytest.raises(CannotApplyError, match="is there already; name another folder"):
            apply(plan_of(create()), voice.asked(wheels.uv), where=where)
    with pytest.raises(CannotApplyError):
        apply(plan_of(create()), voice.asked(wheels.uv), where=file / "below")
    with pytest.raises(CannotApplyError, match="too long"):
        apply(plan_of(create()), voice.asked(wheels.uv), where=tmp_path / ("x" * 300))
    assert (full / "thesis.txt").read_text() == file.read_text() == "precious"
    empty.mkdir()
    with pytest.raises(ApplyError):
        apply(plan_of(create(), install("missing==1")), voice.asked(wheels.uv), where=empty)
    assert not any(empty.iterdir())
    assert apply(plan_of(create()), voice.asked(wheels.uv), where=empty).prefix == str(empty)


def test_a_failure_leaves_nothing_behind(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    wheels.add("one", "1.0")
    steps = (create(), install("one==1.0"), install("missing==2.0"))
    with pytest.raises(ApplyError) as caught:
        apply(plan_of(*steps), voice.asked(wheels.uv), where=tmp_path / "a/b/env")
    error = caught.value
    assert error.exit_code == 1
    assert "step 3 of 3 (Install missing==2.0) failed: the index that is configured here lacks" in str(error)
    assert "b/env was removed again. To go on: see which index" in str(error)
    assert "\n" not in str(error)
    assert (error.step, error.done) == (steps[2], steps[:2])
    assert "missing" in error.tail
    assert "missing" in Path(error.log).read_text()
    Path(error.log).unlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "wheels"]


def test_no_network(tmp_path: Path, wheels: Wheels, voice: Voice, closed_port: int) -> None:
    index = {"UV_DEFAULT_INDEX": f"http://127.0.0.1:{closed_port}/simple", "UV_HTTP_RETRIES": "0", "UV_OFFLINE": "0"}
    with pytest.raises(ApplyError, match="the index could not be reached, or broke off") as caught:
        apply(plan_of(create(), install("one==1.0")), voice.asked(wheels.uv | index), where=tmp_path / "env")
    assert "run the same command again: what was downloaded is kept" in str(caught.value)
    assert not (tmp_path / "env").exists()


def test_a_wrong_hash(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    wheels.add("one", "1.0")
    text = f"one==1.0 --hash=sha256:{'0' * 64}\n"
    with pytest.raises(ApplyError, match="is not the one that was locked"):
        apply(plan_of(create(), install("one==1.0")), voice.asked(wheels.uv, text), where=tmp_path / "env")


def test_too_little_room_is_seen_before(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    with pytest.raises(CannotApplyError, match=r"about 4000000\.0 GB are needed there and .* GB are free"):
        apply(plan_of(create()), voice.asked(wheels.uv, download=10**15), where=tmp_path / "env")
    assert not (tmp_path / "env").exists()


def test_a_full_disk(small_disk: Path, wheels: Wheels, voice: Voice) -> None:
    wheels.add("big", "1.0", {"big/data": os.urandom(12 << 20)})
    with pytest.raises(ApplyError, match="no space left on the disk") as caught:
        apply(plan_of(create(), install("big==1.0")), voice.asked(wheels.uv), where=small_disk / "env")
    assert "free some, then run the same command again" in str(caught.value)
    assert not list(small_disk.iterdir())


def test_a_program_that_hangs(tmp_path: Path, wheels: Wheels, voice: Voice, program: Program) -> None:
    path = program("uv", 'echo "$$" >"$0.pid"; echo begun; mkdir "$5"; exec sleep 60')
    environ = {**wheels.uv, "PATH": f"{path}:/usr/bin:/bin"}
    with pytest.raises(ApplyError, match="uv did not end in time"):
        apply(plan_of(create()), voice.asked(environ, limit=1.5), where=tmp_path / "env")
    assert "begun" in voice.told
    with pytest.raises(ProcessLookupError):
        os.kill(int(Path(path, "uv.pid").read_text()), 0)


def test_an_interruption(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    wheels.add("one", "1.0")

    def stop(line: str) -> None:
        voice.progress(line)
        if "one==1.0" in line and "+" in line:
            raise KeyboardInterrupt

    asked = voice.asked(wheels.uv)
    object.__setattr__(asked, "progress", stop)
    with pytest.raises(KeyboardInterrupt):
        apply(plan_of(create(), install("one==1.0")), asked, where=tmp_path / "env")
    assert voice.told[-1] == f"interrupted: {tmp_path / 'env'} was removed again"
    assert not (tmp_path / "env").exists()


def test_a_fault_of_tfdoctor_itself_cleans_up_too(tmp_path: Path, wheels: Wheels, voice: Voice) -> None:
    with pytest.raises(CannotApplyError, match="before it makes an environment"):
        apply(plan_of(install("one==1.0"), create()), voice.asked(wheels.uv), where=tmp_path / "env")
    assert not (tmp_path / "env").exists()


# --- interpreters and conda ---------------------------------------------------------------------------


def test_an_interpreter_on_path(tmp_path: Path, wheels: Wheels, voice: Voice, program: Program) -> None:
    path = program(f"python{MINOR}", f'exec "{sys.executable}" "$@"')
    environ = {**wheels.uv, "PATH": path}
    assert apply(plan_of(create("")), voice.asked(environ), where=tmp_path / "env").python
    with pytest.raises(CannotApplyError, match=f"there is no CPython {MINOR} on PATH"):
        apply(plan_of(create("")), voice.asked({**wheels.uv, "PATH": "/nowhere"}), where=tmp_path / "other")


def test_an_interpreter_to_be_got(
    tmp_path: Path, wheels: Wheels, voice: Voice, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f'[ "$1 $2" = "python find" ] && {{ echo {sys.executable}; exit; }}; [ "$1" = python ] && exit'
    path = program("uv", f'echo "$@" >>"$0.calls"; {text}; exec {sys.executable} -m venv --without-pip "$5"')
    get = Step(kind="get-python", text="Get CPython: with uv, pyenv or conda.", python=MINOR)
    asked = voice.asked({**wheels.uv, "PATH": f"{path}:/usr/bin:/bin"})
    assert apply(plan_of(get, create("")), asked, where=tmp_path / "env").python
    assert voice.questions == [f"Let uv download CPython {MINOR}?"]
    assert (
        Path(path, "uv.calls").read_text().startswith(f"python install {MINOR}\npython find --managed-python {MINOR}\n")
    )
    voice.answer = False
    with pytest.raises(CannotApplyError, match="nothing was changed"):
        apply(plan_of(get, create("")), asked, where=tmp_path / "other")
    monkeypatch.setattr(installer, "uv", lambda _: None)
    with pytest.raises(CannotApplyError, match="no uv to get one with: Get CPython: with uv"):
        apply(plan_of(get, create("")), asked, where=tmp_path / "other")


def test_conda(tmp_path: Path, wheels: Wheels, voice: Voice, program: Program) -> None:
    wheels.add("one", "1.0")
    made = f'{sys.executable} -m venv --without-pip "$4" && mkdir "$4/conda-meta"'
    path = program("conda", f'echo "$@" >>"$0.calls"; [ "$1" = install ] || {{ {made}; }}')
    step = Step(kind="create-environment", text="Make a conda environment.", python=MINOR, conda=("cudatoolkit=11.2",))
    more = Step(kind="install", text="Install cuDNN.", conda=("cudnn=8.1",), channels=("defaults", "mine"))
    environ = {**wheels.uv, "PATH": f"{path}:/usr/bin:/bin"}
    where = tmp_path / "env"
    outcome = apply(plan_of(step, more, install("one==1.0")), voice.asked(environ), where=where)
    channel = "--override-channels -c conda-forge"
    assert Path(path, "conda.calls").read_text().splitlines() == [
        f"create -y -p {where} {channel} python={MINOR} pip cudatoolkit=11.2",
        f"install -y -p {where} --override-channels -c defaults -c mine cudnn=8.1",
    ]
    assert Patient(where).version("one") == "1.0"
    assert outcome.python == str(where / "bin/python")
    with pytest.raises(CannotApplyError, match="needs conda, mamba or micromamba"):
        apply(plan_of(step), voice.asked(wheels.uv), where=tmp_path / "other")
    named = {**wheels.uv, "CONDA_EXE": f"{path}/conda"}
    assert apply(plan_of(step), voice.asked(named), where=tmp_path / "other").prefix == str(tmp_path / "other")
