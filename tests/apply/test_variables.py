"""Variables in the activation scripts, run by the shells themselves."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_powershell

from tfdoctor.apply import variables
from tfdoctor.apply.environment import Environment
from tfdoctor.apply.variables import Setting
from tfdoctor.plan.model import Step

from .conftest import MINOR, Patient, Wheels

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shells of POSIX")

VALUE = '/a b/$HOME/`x`/it\'s "q" \\ %PATH%'
WANTED = (
    Setting("LD_LIBRARY_PATH", VALUE, ":"),
    Setting("XLA_FLAGS", "--new=1", " "),
    Setting("PLAIN", VALUE),
    Setting("GONE", None),
)
NAMES = [item.name for item in WANTED]
OLD = {"LD_LIBRARY_PATH": "/old:/older", "XLA_FLAGS": "--old", "PLAIN": "before", "GONE": "there"}
SHELLS = {  # the script, how it is read, how it is left
    "bash": ("activate", ". '{}'", "deactivate"),
    "sh": ("activate", ". '{}'", "deactivate"),
    "zsh": ("activate", ". '{}'", "deactivate"),
    "fish": ("activate.fish", "source '{}'", "deactivate"),
    "tcsh": ("activate.csh", "set prompt = x; source '{}'", "deactivate"),
}


@pytest.fixture(params=["uv", "venv"])
def environment(request: pytest.FixtureRequest, patient: Patient, wheels: Wheels) -> Environment:
    """An environment with the scripts of one of its makers."""
    if request.param == "uv":
        shutil.rmtree(patient.root)
        uv = str(Path(sys.executable).parent / "uv")
        if not Path(uv).exists():
            pytest.skip("no uv beside the tests' Python")
        subprocess.run([uv, "venv", "-q", "-p", sys.executable, patient.root], check=True, env=wheels.uv)
    return described(patient.root)


def described(root: Path, kind: str = "venv") -> Environment:
    site = str(root / "lib" / f"python{MINOR}" / "site-packages")
    return Environment(
        python=str(root / "bin/python"),
        version=f"{MINOR}.0",
        prefix=str(root),
        purelib=site,
        platlib=site,
        scripts=str(root / "bin"),
        kind=kind,
    )


def seen(shell: str, before: str, after: str, environ: Mapping[str, str]) -> list[list[str]]:
    """The variables as a program sees them after each of two commands."""
    names = ", ".join(f'"{name}"' for name in NAMES)
    show = f"{sys.executable} -c 'import os; print([os.environ.get(name, str()) for name in [{names}]])'"
    text = f"{before}\n{show}\n{after}\n{show}\n"
    env = {"PATH": "/usr/bin:/bin", **environ}
    done = subprocess.run([shell, "-c", text], capture_output=True, text=True, check=True, env=env)
    assert not done.stderr
    return [eval(line) for line in done.stdout.splitlines()]  # noqa: S307  what Python printed a line above


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("old", [{}, OLD], ids=["unset", "set"])
def test_every_shell(environment: Environment, shell: str, old: dict[str, str], tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    script, source, leave = SHELLS[shell]
    variables.write((Setting("STALE", "x"), Setting("PLAIN", "stale")), environment)
    variables.write(WANTED, environment)
    path = f"{environment.scripts}/{script}"
    inside, outside = seen(shell, source.format(path), leave, {**old, "HOME": str(tmp_path)})
    joined = [f"{VALUE}:/old:/older", "--new=1 --old"] if old else [VALUE, "--new=1"]
    assert inside == [*joined, VALUE, ""]
    if shell != "tcsh":  # its deactivation is one alias, which is left alone
        assert outside == [old.get(name, "") for name in NAMES]


def test_the_scripts_come_back_as_they_were(environment: Environment) -> None:
    scripts = sorted(Path(environment.scripts).glob("[aA]ctivate*"))
    before = {path: (path.read_bytes().rstrip(), path.stat().st_mode) for path in scripts}
    variables.write(WANTED, environment)
    assert b"tfdoctor" in (Path(environment.scripts) / "activate").read_bytes()
    variables.write((), environment)
    assert {path: (path.read_bytes().rstrip(), path.stat().st_mode) for path in scripts} == before
    assert sorted(Path(environment.scripts).glob("[aA]ctivate*")) == scripts


def test_powershell_reads_its_script(environment: Environment) -> None:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    (script,) = Path(environment.scripts).glob("[aA]ctivate.ps1")
    assert not parser.parse(script.read_bytes()).root_node.has_error
    variables.write(WANTED, environment)
    text = script.read_bytes()
    assert text.count(b"# begin tfdoctor") == 2
    assert not parser.parse(text).root_node.has_error
    assert parser.parse(text + b"if (").root_node.has_error


@pytest.mark.parametrize("shell", ["sh", "fish"])
@pytest.mark.parametrize("old", [{}, OLD], ids=["unset", "set"])
def test_conda(tmp_path: Path, shell: str, old: dict[str, str]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    variables.write(WANTED, described(tmp_path, "conda"))
    conda = tmp_path / "etc/conda"
    word = "." if shell == "sh" else "source"
    before, after = (f"{word} '{conda}/{folder}/tfdoctor.{shell}'" for folder in ("activate.d", "deactivate.d"))
    inside, outside = seen(shell, before, after, {**old, "HOME": str(tmp_path)})
    assert inside[2:] == [VALUE, ""]
    assert inside[0] == (f"{VALUE}:/old:/older" if old else VALUE)
    assert outside == [old.get(name, "") for name in NAMES]


def test_conda_gives_path_back_itself(tmp_path: Path) -> None:
    variables.write((Setting("PATH", "/x", ":"), Setting("A", "1")), described(tmp_path, "conda"))
    restored = (tmp_path / "etc/conda/deactivate.d/tfdoctor.sh").read_text()
    assert "_TFDOCTOR_A" in restored
    assert "PATH" not in restored


def test_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = tmp_path / "bin"
    scripts.mkdir()
    (scripts / "activate.bat").write_bytes(b"@echo off\r\nset X=1\r\n")
    (scripts / "deactivate.bat").write_bytes(b"@echo off\r\nset X=\r\n")
    signed = "function global:deactivate ([switch]$NonDestructive) {\n    $x\n}\n# SIG # Begin signature block\n# MII\n"
    (scripts / "Activate.ps1").write_text(signed)
    wanted = (Setting("PATH", r"C:\it's\bin", ";"), Setting("A", "50%"), Setting("B", None))
    monkeypatch.setattr(sys, "platform", "win32")
    environment = described(tmp_path)
    variables.write(wanted, environment)
    assert (scripts / "activate.bat").read_text().splitlines()[2:] == [
        "@rem begin tfdoctor",
        '@set "_TFDOCTOR_PATH=1"',
        '@set "_TFDOCTOR_OLD_PATH=%PATH%"',
        r'@if defined PATH set "PATH=C:\it' + "'" + r's\bin;%PATH%"',
        r'@if not defined PATH set "PATH=C:\it' + "'" + r's\bin"',
        '@set "_TFDOCTOR_A=1"',
        '@set "_TFDOCTOR_OLD_A=%A%"',
        '@set "A=50%%"',
        '@set "_TFDOCTOR_B=1"',
        '@set "_TFDOCTOR_OLD_B=%B%"',
        '@set "B="',
        "@rem end tfdoctor",
    ]
    lines = (scripts / "deactivate.bat").read_text().splitlines()
    assert lines[:3] == [
        "@echo off",
        "@rem begin tfdoctor",
        '@if defined _TFDOCTOR_PATH set "PATH=%_TFDOCTOR_OLD_PATH%"',
    ]
    assert lines[-1] == "set X="
    power = (scripts / "Activate.ps1").read_text()
    assert "signature" not in power
    assert "$env:PATH = 'C:\\it''s\\bin' + $(if ($env:PATH) { ';' + $env:PATH })\n" in power
    assert power.startswith("function global:deactivate ([switch]$NonDestructive) {\n# begin tfdoctor\nif (Test-Path")
    assert variables.start(environment) == f'& "{scripts}/activate.ps1"'
    variables.write(wanted, described(tmp_path, "conda"))
    names = {path.name for path in (tmp_path / "etc/conda/activate.d").iterdir()}
    assert names == {"tfdoctor.bat", "tfdoctor.ps1"}
    step = Step(kind="set-variable", text="x", variable="PATH", value="{prefix}", prepend=True)
    assert variables.settings((step,), environment) == (Setting("PATH", str(tmp_path), ";"),)


def test_what_steps_ask_for(tmp_path: Path) -> None:
    steps = (
        Step(kind="manual", text="x"),
        Step(kind="unset-variable", text="x", variable="A"),
        Step(kind="set-variable", text="x", variable="XLA_FLAGS", value="--a={site}/x", prepend=True),
        Step(kind="set-variable", text="x", variable="LD_LIBRARY_PATH", value="{site}:{prefix}/lib"),
    )
    environment = described(tmp_path)
    first, second, third = variables.settings(steps, environment)
    assert first == Setting("A", None)
    assert second.whole({"XLA_FLAGS": "--b"}) == f"--a={environment.purelib}/x --b"
    assert second.whole({}) == f"--a={environment.purelib}/x"
    assert third.whole({"LD_LIBRARY_PATH": "/old"}) == f"{environment.purelib}:{tmp_path}/lib"
    assert first.whole({"A": "x"}) == ""
