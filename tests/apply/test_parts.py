"""The parts of carrying out a plan, where a whole run does not reach."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from tfdoctor.apply import CannotApplyError, backup, installer, undo
from tfdoctor.apply.environment import describe
from tfdoctor.apply.process import ToolError, Tools, plain
from tfdoctor.apply.reasons import last, reason
from tfdoctor.apply.removal import forget, metadata, name_of, unlisted

from .conftest import Patient, Wheels

Program = Callable[[str, str], str]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are played by shell scripts")


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return Tools({"PATH": "/usr/bin:/bin", "PYTHONPATH": "/x", "VIRTUAL_ENV": "/y"}, tmp_path / "log", print, 30)


# --- programs -----------------------------------------------------------------------------------------


def test_what_a_program_prints_and_sees(tools: Tools, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = r"printf '\033[1mbold\033[0m\n10%%\r20%%\r\n\n\377\n' >&2; env | grep -c -e PYTHONPATH -e VIRTUAL_ENV"
    with pytest.raises(ToolError, match="sh ended with exit code 1") as caught:
        tools.run(["/bin/sh", "-c", text])
    assert capsys.readouterr().out == "bold\n10%\n20%\n\ufffd\n0\n"
    assert (caught.value.code, caught.value.tail) == (1, "bold\n10%\n20%\n\ufffd\n0")
    assert "\x1b[1mbold" in (tmp_path / "log").read_text()
    assert tools.run(["/bin/sh", "-c", "pwd"], quiet=True, cwd=str(tmp_path)) == str(tmp_path)
    assert not capsys.readouterr().out
    assert plain("a\n") == "a"


def test_reasons() -> None:
    def told(tail: str, code: int | None = 1) -> str:
        return ". ".join(reason(ToolError("pip", code, tail)))

    assert told("") == "pip ended with exit code 1. the log says more"
    assert told("", None).startswith("pip did not end in time. run the same command again")
    assert told("noise\nERROR: it broke").startswith("it broke. ")
    assert "compiled and could not be (Failed to build installable wheels" in told(
        "gcc: x\nerror: command '/usr/bin/gcc' failed with exit code 1\nERROR: Failed to build installable wheels"
    )
    assert "makes no environments" in told("The virtual environment ... because ensurepip is not available.")
    assert "no permission to write" in told("error: Read-only file system (os error 30)")
    assert reason(OSError(13, "Permission denied", "/x")).what == "Permission denied: /x"
    assert reason(OSError("odd")) == ("odd", "try again")
    assert last("  \u00d7 No solution found\n  \u2570\u2500\u25b6 Because x") == "No solution found"


# --- which installer ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pip", "variables", "uv", "chosen"),
    [
        ("", {}, "", "Uv"),
        ("[global]\nextra-index-url = <more>\nfind-links = /x\n", {}, "", "Uv"),
        ("[global]\nindex-url = <index>\n", {}, "", "Pip"),
        ("[install]\nno_index = true\n", {}, "", "Pip"),
        ("[global]\nindex-url = <index>\n", {"UV_DEFAULT_INDEX": "<index>"}, "", "Uv"),
        ("[global]\nindex-url = <index>\n", {}, 'index-url = "<index>"\n', "Uv"),
        ("no section\n", {}, "", "Uv"),
        ("", {"PIP_INDEX_URL": "<index>"}, "", "Pip"),
    ],
)
def test_uv_that_would_ask_another_index_is_not_taken(  # noqa: PLR0917  one column each
    pip: str, variables: dict[str, str], uv: str, chosen: str, tmp_path: Path, program: Program
) -> None:
    if Path("/etc/pip.conf").exists() and "index-url" in Path("/etc/pip.conf").read_text().replace("extra-index", ""):
        pytest.skip("this machine has a setting of its own")
    for file, text in (("pip/pip.conf", pip), ("uv/uv.toml", uv)):
        if text:
            (tmp_path / file).parent.mkdir(parents=True)
            (tmp_path / file).write_text(text)
    environ = {"HOME": "/nowhere", "XDG_CONFIG_HOME": str(tmp_path), "PATH": program("uv", "exit"), **variables}
    found = installer.choose(Tools(environ, tmp_path / "log", print, 1))
    assert type(found).__name__ == chosen


@pytest.mark.parametrize(
    ("platform", "variable", "pip", "uv"),
    [
        ("darwin", "HOME", "Library/Application Support/pip/pip.conf", ".config/uv/uv.toml"),
        ("win32", "APPDATA", "pip/pip.ini", "uv/uv.toml"),
        ("win32", "USERPROFILE", "pip/pip.ini", ""),
    ],
)
def test_settings_of_other_systems(  # noqa: PLR0917  one column each
    platform: str, variable: str, pip: str, uv: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "sys", SimpleNamespace(platform=platform))
    environ = {variable: str(tmp_path)}
    assert not installer._pip_has_own_index(environ)
    assert not installer._uv_has_own_index(environ)
    for file, text in ((pip, "[global]\nindex-url = <index>\n"), (uv, 'index-url = "<index>"\n')):
        if file:
            (tmp_path / file).parent.mkdir(parents=True)
            (tmp_path / file).write_text(text)
    assert installer._pip_has_own_index(environ)
    assert installer._uv_has_own_index(environ) is bool(uv)


def test_pip_settings_of_any_name(tmp_path: Path, program: Program) -> None:
    (tmp_path / "mine.conf").write_text("[global]\nindex-url = <index>\n")
    environ = {"PIP_CONFIG_FILE": str(tmp_path / "mine.conf"), "PATH": program("uv", "exit")}
    assert isinstance(installer.choose(Tools(environ, tmp_path / "log", print, 1)), installer.Pip)


def test_uv_beside_tfdoctor_and_none(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    if importlib.util.find_spec("uv") is None:
        pytest.skip("no uv beside the tests")
    found = installer.uv({"PATH": ""})
    assert found is not None
    assert Path(found).name.startswith("uv")

    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("uv.find_uv_bin", gone)
    assert installer.uv({"PATH": ""}) is None
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert installer.uv({"PATH": ""}) is None
    assert isinstance(installer.choose(Tools({}, Path(os.devnull), print, 1)), installer.Pip)


def test_neither_pip_nor_uv(patient: Patient, tools: Tools) -> None:
    bare = msgspec.structs.replace(describe(patient.python, tools), ensurepip=False)
    with pytest.raises(CannotApplyError, match="no pip in it, and no uv on PATH: install uv"):
        installer.Pip(tools).uninstall(bare, ["one"])


# --- environments -------------------------------------------------------------------------------------


def test_what_an_interpreter_says(patient: Patient, tools: Tools, program: Program) -> None:
    found = describe(patient.python, tools)
    assert (found.kind, found.prefix, found.minor) == ("venv", str(patient.root), sys.version_info[:2])
    assert (found.pip, found.external, found.sites) == ("", False, (str(patient.site),))
    for text in ("echo hello", "exit 3"):
        with pytest.raises(CannotApplyError, match=r"no answer|cannot be run"):
            describe(program("python", text) + "/python", tools)


def test_the_record_of_what_was_there(patient: Patient, tools: Tools) -> None:
    def info(name: str, text: str | None, direct: str = "") -> None:
        folder = patient.site / f"{name}.dist-info"
        folder.mkdir()
        if text is not None:
            (folder / "METADATA").write_text(text)
        if direct:
            (folder / "direct_url.json").write_text(direct)

    plain_text = "Metadata-Version: 2.1\nName: {}\nVersion: 1.0\n"
    info("plain-1.0", plain_text.format("Plain"))
    info(
        "git-1.0",
        plain_text.format("git"),
        '{"url": "https://me:secret@host/x", "vcs_info": {"vcs": "git", "commit_id": "abc"}}',
    )
    info("url-1.0", plain_text.format("url"), '{"url": "file:///x.whl", "archive_info": {}}')
    info("torn-1.0", plain_text.format("torn"), "{")
    info("empty-1.0", None)
    info("nameless-1.0", "Version: 1\n")
    (patient.site / "old-1.0.egg-info").write_text(plain_text.format("old"))
    environment = describe(patient.python, tools)
    assert undo.freeze(environment) == (
        "# without a version: nameless-1.0.dist-info",
        "# without metadata: empty-1.0.dist-info",
        "git @ git+https://host/x@abc",
        "old==1.0",
        "Plain==1.0",
        "torn==1.0",
        "url @ file:///x.whl",
    )


def test_distutils_and_folders_of_eggs(patient: Patient, tools: Tools) -> None:
    for name in ("alone-1.0.egg-info", "listed-1.0.egg-info", "other-1.0.dist-info"):
        (patient.site / name).mkdir()
    (patient.site / "listed-1.0.egg-info/installed-files.txt").write_text("")
    (patient.site / "alone-1.0.egg-info/top_level.txt").write_text("alone_one\n../bad\nshared\ncompiled\n")
    (patient.site / "other-1.0.dist-info/top_level.txt").write_text("shared\n")
    (patient.site / "file-1.0.egg-info").write_text("Name: file\n")
    for name in ("alone_one.py", "shared.py", "compiled.cpython-39.so", "file.py"):
        (patient.site / name).write_text("")
    environment = describe(patient.python, tools)
    assert [name for name, _ in metadata(environment)] == ["alone", "file", "listed", "other"]
    found = unlisted(environment, ["Alone", "listed", "file", "gone"])
    assert [path.name for path in found] == ["alone-1.0.egg-info", "file-1.0.egg-info"]
    for path in found:
        forget(path, environment)
    assert sorted(path.name for path in patient.site.iterdir()) == [
        "listed-1.0.egg-info",
        "other-1.0.dist-info",
        "shared.py",
    ]
    assert [name_of(line) for line in ("A.b[c]==1", " x>2", "# no", "")] == ["a-b", "x", "", ""]


# --- backups ------------------------------------------------------------------------------------------


def test_without_hard_links(patient: Patient, wheels: Wheels, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels.add("one", "1.0")
    patient.install(wheels, "one==1.0")
    before = patient.state()

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    kept = backup.Backup(str(patient.root))
    kept.take(describe(patient.python, tools))
    record = kept.record
    assert record is not None
    assert record.whole
    # Written into in place, replaced by a folder, deleted, and new.
    (patient.site / "one/__init__.py").write_text("broken")
    (patient.site / "one-1.0.dist-info/METADATA").unlink()
    (patient.site / "one-1.0.dist-info/METADATA").mkdir()
    (patient.root / "bin/activate").unlink()
    (patient.root / "share/man").mkdir(parents=True)
    with pytest.raises(FileExistsError):
        kept.take(describe(patient.python, tools))
    kept.restore()
    assert patient.state() == before
    kept.restore()  # nothing is left to do
    assert patient.state() == before


def test_a_folder_that_became_something_else(patient: Patient, wheels: Wheels, tools: Tools, tmp_path: Path) -> None:
    wheels.add("one", "1.0")
    patient.install(wheels, "one==1.0")
    before = patient.state()
    kept = backup.Backup(str(patient.root))
    kept.take(describe(patient.python, tools))
    patient.site.rename(tmp_path / "away")
    patient.site.symlink_to(tmp_path / "away")
    kept.restore()
    after = patient.state()
    above = str(patient.site.parent.relative_to(patient.root))  # this folder was changed, not what is in it
    assert after | {above: before[above]} == before


def test_half_a_backup_is_none(patient: Patient, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = backup.Backup(str(patient.root))
    (patient.site / "mine.py").write_text("")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_put", stop)
        with pytest.raises(KeyboardInterrupt):
            kept.take(describe(patient.python, tools))
    assert not kept.folder.exists()
    kept.take(describe(patient.python, tools))
    record = kept.record
    assert record is not None
    assert not record.alive  # it is this process
    assert not msgspec.structs.replace(record, process=2**22 + 1).alive
    assert not msgspec.structs.replace(record, process=1).alive  # its number, another time
    (kept.folder / "record.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(record, whole=False)))
    kept.restore()
    assert (patient.site / "mine.py").exists()
    assert not kept.folder.exists()
