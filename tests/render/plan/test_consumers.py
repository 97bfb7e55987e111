"""Every form given to who reads it: pip, uv, sh, shellcheck, the grammars of PowerShell, YAML, conda, Dockerfiles."""

import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from packaging.pylock import Pylock
from packaging.version import Version

from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Plan, Step, Target
from tfdoctor.render.plan import render

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.render.plan.conftest import MINOR, tool
from tests.render.plan.plans import PLANS, chosen

Run = Callable[..., subprocess.CompletedProcess[str]]
REAL = Matrix.locate()
PINS = ("alpha==1.0", "beta==2.0", "gamma==3.1")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")


def plan(*steps: Step, requirements: tuple[str, ...] = PINS, **more: str) -> Plan:
    """A plan with the tiny wheels, for the Python that runs the tests."""
    return Plan(
        target=Target(),
        chosen=chosen("9.9", MINOR, **more),
        requirements=requirements,
        basis="resolved",
        evidence=(),
        steps=steps,
    )


NEW = plan(
    Step(kind="create-environment", text="Make it.", python=MINOR, interpreter=sys.executable),
    Step(kind="install", text="Install it.", requirements=PINS),
    Step(
        kind="set-variable", text="Let the loader find it.", variable="LD_LIBRARY_PATH",
        value="{site}/a b:{prefix}/`$HOME`",
        prepend=True,
    ),
    Step(kind="set-variable", text="Say it.", variable="TFD_SAYS", value='a "b" $c'),
    Step(kind="unset-variable", text="Take it away.", variable="TFD_GONE"),
)  # fmt: skip


@pytest.fixture(scope="session")
def made(matrix: Matrix, offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that the script made, twice."""
    folder = tmp_path_factory.mktemp("in a folder")
    script = folder / "plan.sh"
    script.write_text(render(NEW, "sh", matrix, hashes=True))
    for _ in range(2):
        done = subprocess.run(
            ["sh", script, "the env"], cwd=folder, env=offline, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert '    . "the env/bin/activate"\n' in done.stdout
    return folder / "the env"


def installed(python: Path) -> dict[str, str]:
    """The tiny wheels that an environment has."""
    code = "import importlib.metadata as m; print(*(f'{d.name} {d.version}' for d in m.distributions()), sep='\\n')"
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    return {name: version for name, version in map(str.split, found.splitlines()) if name in ALL}


def own_pip() -> Version:
    """The pip beside the tests; 0 where there is none."""
    try:
        return Version(importlib.metadata.version("pip"))
    except importlib.metadata.PackageNotFoundError:
        return Version("0")


ALL = {"alpha": "1.0", "beta": "2.0", "gamma": "3.1"}


@POSIX
def test_the_script_makes_the_environment(made: Path) -> None:
    assert installed(made / "bin/python") == ALL


@POSIX
def test_variables_live_in_the_environment_and_leave_with_it(made: Path, run: Run) -> None:
    show = 'echo "$LD_LIBRARY_PATH|$TFD_SAYS|${TFD_GONE-gone}"'
    done = run(
        "sh", "-euc", f'. "$1/bin/activate"; {show}; . "$1/bin/activate"; {show}; deactivate; {show}', "sh", made,
        set_={"LD_LIBRARY_PATH": "/mine", "TFD_SAYS": "before", "TFD_GONE": "here", "PS1": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    inside = f'{made}/lib/python{MINOR}/site-packages/a b:{made}/`$HOME`:/mine|a "b" $c|gone'
    assert done.stdout.splitlines() == [inside, inside, "/mine|before|here"]
    bare = run("sh", "-c", f'. "$1/bin/activate"; echo "$LD_LIBRARY_PATH"; deactivate; {show}', "sh", made)
    assert bare.stdout.splitlines()[0].endswith("/`$HOME`")
    assert bare.stdout.splitlines()[1] == "||gone"


@POSIX
def test_the_script_refuses_what_it_would_spoil(matrix: Matrix, run: Run, tmp_path: Path) -> None:
    script = tmp_path / "plan.sh"
    script.write_text(render(NEW, "sh", matrix))
    (tmp_path / "taken").mkdir()
    refused = run("sh", script, "taken")
    assert (refused.returncode, refused.stderr) == (1, "taken is there and is no environment: name another folder\n")
    other = tmp_path / "other" / "bin"
    other.mkdir(parents=True)
    (other / "python").write_text("#!/bin/sh\nexit 1\n")
    (other / "python").chmod(0o755)
    assert f"has another Python than {MINOR}" in run("sh", script, "other").stderr
    script.write_text(render(NEW, "sh", matrix).replace(sys.executable, "/nowhere").replace(MINOR, "2.0"))
    no_python = run("sh", script, "none", set_={"PATH": "/usr/bin:/bin"})
    assert (no_python.returncode, no_python.stderr) == (
        1,
        "no CPython 2.0 was found: install it (uv and pyenv can), or name it in PYTHON\n",
    )
    assert not (tmp_path / "none").exists()


@POSIX
def test_a_script_that_fails_says_so(matrix: Matrix, made: Path, run: Run, tmp_path: Path) -> None:
    script = tmp_path / "plan.sh"
    script.write_text(render(NEW, "sh", matrix).replace("beta==2.0", "beta==9"))
    done = run("sh", script, made)
    assert done.returncode == 1
    assert "No matching distribution found for beta==9" in done.stderr
    assert "Ready" not in done.stdout


@POSIX
def test_the_script_repairs_what_is_there(made: Path, matrix: Matrix, run: Run, tmp_path: Path) -> None:
    python = made / "bin/python"
    site = made / f"lib/python{MINOR}/site-packages"
    (site / "~lpha").mkdir()
    away = tmp_path / "it's away"
    away.write_text("")
    script = tmp_path / "repair.sh"
    script.write_text(
        render(
            plan(
                Step(kind="uninstall", text="Away.", distributions=("alpha", "beta"), interpreter=str(python)),
                Step(kind="delete", text="Away.", paths=("{site}/~lpha", str(away), "{prefix}/none")),
                Step(kind="install", text="Again.", requirements=("alpha==1.0", "beta==2.0"), reinstall=True),
                Step(kind="set-variable", text="Set.", variable="XLA_FLAGS", value="--dir={site}/`x`", prepend=True),
                Step(kind="unset-variable", text="Unset.", variable="PYTHONHOME"),
                Step(kind="manual", text="Restart what's running."),
            ),
            "sh",
            matrix,
        )
    )
    done = run("sh", script)
    assert done.returncode == 0, done.stderr
    assert installed(python) == ALL
    assert not (site / "~lpha").exists()
    assert not away.exists()
    assert "By hand: Restart what's running.\n" in done.stdout
    told = [line.strip() for line in done.stdout.splitlines() if line.startswith("    ")]
    assert told[1] == "unset PYTHONHOME"
    shown = run("sh", "-c", f'{told[0]}; echo "$XLA_FLAGS"', set_={"XLA_FLAGS": "--mine"})
    assert shown.stdout == f"--dir={site}/`x` --mine\n"


CONDA = """#!/bin/sh
# Stands in for conda, which no index has: a new environment is a copy of one that is there.
echo "$*" >>"$LOG"
if [ "$1" = create ]; then cp -a "$MADE" "$4"; fi
"""


@POSIX
def test_the_script_makes_a_conda_environment(made: Path, matrix: Matrix, run: Run, tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "conda").write_text(CONDA)
    (bin_ / "conda").chmod(0o755)
    script = tmp_path / "plan.sh"
    brought = Step(kind="create-environment", text="Make it.", python=MINOR, conda=("cudatoolkit=11.0", "cudnn=8.0"))
    script.write_text(render(plan(brought, *NEW.steps[1:]), "sh", matrix))
    extra = {"PATH": f"{bin_}:{os.environ['PATH']}", "LOG": str(tmp_path / "log"), "MADE": str(made), "CONDA_EXE": ""}
    for _ in range(2):
        done = run("sh", script, "the conda env", set_=extra)
        assert done.returncode == 0, done.stderr
    rest = f"-y -p ./the conda env --override-channels -c conda-forge python={MINOR} pip cudatoolkit=11.0 cudnn=8.0"
    assert (tmp_path / "log").read_text().splitlines() == [f"create {rest}", f"install {rest}"]
    assert '    conda activate "./the conda env"\n' in done.stdout
    env = tmp_path / "the conda env"
    show = 'echo "$LD_LIBRARY_PATH|$TFD_SAYS|${TFD_GONE-gone}"'
    hooks = [env / f"etc/conda/{name}.d/tfdoctor.sh" for name in ("activate", "deactivate")]
    shown = run(
        "sh", "-euc", f'. "$1"; {show}; . "$2"; {show}', "sh", *hooks,
        set_={"CONDA_PREFIX": str(env), "LD_LIBRARY_PATH": "/mine", "TFD_SAYS": "before", "TFD_GONE": "here"},
    )  # fmt: skip
    inside = f'{env}/lib/python{MINOR}/site-packages/a b:{env}/`$HOME`:/mine|a "b" $c|gone'
    assert shown.stdout.splitlines() == [inside, "/mine|before|here"]
    none = run("sh", script, "no env", set_={"CONDA_EXE": "", "PATH": "/usr/bin:/bin"})
    assert (none.returncode, none.stderr) == (1, "this plan needs conda, mamba or micromamba\n")


@POSIX
@pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="the image is for such a machine")
def test_what_the_dockerfile_runs_works(made: Path, matrix: Matrix, run: Run, tmp_path: Path) -> None:
    text = render(NEW, "dockerfile", matrix, hashes=True)
    found = re.search(r"^RUN ((?:.*\\\n)*.*)$", text, re.MULTILINE)
    assert found is not None
    command = found[1].replace("\\\n", "").replace("/tmp/requirements.txt", "pins.txt")  # noqa: S108  a path in the image
    done = run("sh", "-euc", f"{command} --target here", set_={"PATH": f"{made}/bin:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr
    assert {path.stem for path in (tmp_path / "here").glob("*.py")} == set(ALL)
    assert f'="/usr/local/lib/python{MINOR}/site-packages/a b:/usr/local/`\\$HOME`"\n' in text


@pytest.mark.parametrize("hashes", [False, True])
def test_pip_and_uv_install_the_requirements(
    made: Path, matrix: Matrix, run: Run, tmp_path: Path, *, hashes: bool
) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(render(NEW, "requirements", matrix, hashes=hashes))
    assert file.read_text().count("--hash=sha256:") == (3 if hashes else 0)
    python = made / "bin/python"
    refused = run(python, "-m", "pip", "install", "--dry-run", "-r", file)
    assert (refused.returncode, "ResolutionImpossible" in refused.stderr) == (1, True)
    for number, words in enumerate(
        ([python, "-m", "pip", "install"], [tool("uv"), "pip", "install", "--python", python])
    ):
        target = tmp_path / f"target{number}"
        done = run(*words, "--no-deps", "--target", target, "-r", file)
        assert done.returncode == 0, done.stderr
        assert {path.stem for path in target.glob("*.py")} == set(ALL)


def test_a_file_without_every_hash_is_not_made(matrix: Matrix) -> None:
    with pytest.raises(UsageError, match="files of delta==1 are not in the compatibility matrix"):
        render(plan(requirements=("alpha==1.0", "delta==1")), "requirements", matrix, hashes=True)
    for line in ("alpha>=1", "alpha==1.*", "alpha @ file:///alpha.whl"):
        with pytest.raises(UsageError, match="is no exact pin"):
            render(plan(requirements=(line,)), "pylock", matrix)


def test_the_header_says_what_the_metadata_refuses() -> None:
    plan = PLANS["cpu"]
    assert "#   tensorflow asks for protobuf<3.20,>=3.9.2, this plan has 3.20.3\n" in render(plan, "requirements", REAL)
    older = tuple(line.replace("protobuf==3.20.3", "protobuf==3.19.6") for line in plan.requirements)
    text = render(msgspec.structs.replace(plan, requirements=older), "requirements", REAL)
    assert "asks for" not in text
    assert "pip install --no-deps -r THIS-FILE\n" in text


def test_pylock_is_read_and_installed(made: Path, matrix: Matrix, wheels: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "pylock.toml"
    file.write_text(render(NEW, "pylock", matrix))
    lock = Pylock.from_dict(msgspec.toml.decode(file.read_text()))
    lock.validate()
    assert [(package.name, str(package.version)) for package in lock.packages] == list(ALL.items())
    (tmp_path / "wheels").symlink_to(wheels)
    python = made / "bin/python"
    if sys.platform == "linux" and os.uname().machine == "x86_64":
        assert len(list(lock.select())) == 3
        readers: list[list[str | Path]] = [[tool("uv"), "pip", "install", "--python", python]]
        if own_pip() >= Version("26.3"):  # earlier ones were not tried
            readers.append([sys.executable, "-m", "pip", "install", "--no-deps"])
        for number, words in enumerate(readers):
            target = tmp_path / f"target{number}"
            done = run(*words, "--target", target, "-r", file)
            assert done.returncode == 0, done.stderr
            assert {path.stem for path in target.glob("*.py")} == set(ALL)
        file.write_text(file.read_text().replace('sha256 = "', 'sha256 = "0', 1))
        bad = run(tool("uv"), "pip", "install", "--target", tmp_path / "bad", "--python", python, "-r", file)
        assert bad.returncode != 0


def test_pylock_with_urls_of_the_users_index(matrix: Matrix, wheels: Path) -> None:
    urls = {path.name: path.as_uri() for path in wheels.iterdir()}
    lock = Pylock.from_dict(msgspec.toml.decode(render(NEW, "pylock", matrix, urls=urls)))
    assert [package.wheels[0].url for package in lock.packages if package.wheels] == [
        urls[f"{name}-{version}-py3-none-any.whl"] for name, version in ALL.items()
    ]
    with pytest.raises(UsageError, match=r"does not have alpha-1\.0"):
        render(NEW, "pylock", matrix, urls={})
