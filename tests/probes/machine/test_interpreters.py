"""Interpreters of Windows and macOS."""

from collections.abc import Callable
from typing import Any

from tfdoctor.probes.interpreters import FoundPython, find_pythons
from tfdoctor.probes.machine import Completed

REGISTRY = r"""
HKEY_LOCAL_MACHINE\Software\Python\PythonCore\3.9
    DisplayName    REG_SZ    Python 3.9 (64-bit)

HKEY_LOCAL_MACHINE\Software\Python\PythonCore\3.9\InstallPath
    (Default)    REG_SZ    C:\Program Files\Python39\
    ExecutablePath    REG_SZ    C:\Program Files\Python39\python.exe
    WindowedExecutablePath    REG_SZ    C:\Program Files\Python39\pythonw.exe
"""


class Runs(dict[str, str]):
    """Programs that answer to any arguments: the seam asks with the whole line."""

    def get(self, key: str, default: Any = None) -> Any:
        return next((text for program, text in self.items() if key.startswith(program)), default)


def test_windows(made_up: Callable[..., Any]) -> None:
    answer = "\r\ntfdoctor\t%s\tfinal\tcpython\tAMD64\t64\tlocked\r\n"
    programs = {
        r"C:\Program Files\Python39\python.exe": "3.9.13",
        r"C:\Users\me\.pyenv\pyenv-win\versions\3.10.4\python.exe": "3.10.4",
        r"C:\Users\me\AppData\Roaming\uv\python\cpython-3.11.9-windows-x86_64-none\python.exe": "3.11.9",
        r"C:\Users\me\miniconda3\python.exe": "3.12.2",
        r"C:\Users\me\miniconda3\envs\tf\python.exe": "3.8.19",
        r"D:\python\python.exe": "3.7.9",
    }
    store = r"C:\Users\me\AppData\Local\Microsoft\WindowsApps\python.exe"
    machine = made_up(
        platform="win32",
        files={**dict.fromkeys(programs, b"MZ"), store: b""},
        environ={
            "USERPROFILE": r"C:\Users\me",
            "APPDATA": r"C:\Users\me\AppData\Roaming",
            "PATH": store.rpartition("\\")[0] + r";D:\python\;C:\Program Files\Python39",
        },
        programs=Runs(
            {r"reg query HKLM\Software\Python /s": REGISTRY}
            | {path: answer % version for path, version in programs.items()}
        ),
    )
    found = find_pythons(machine)
    assert {item.path: item.version for item in found.pythons} == programs
    assert [item.origin for item in found.pythons] == ["conda", "uv", "pyenv", "launcher", "conda", "path"]
    assert not found.left_out


def test_macos(made_up: Callable[..., Any]) -> None:
    answer = "\ntfdoctor\t%s\tfinal\tcpython\tarm64\t64\tlocked\n"
    programs = {
        "/Library/Frameworks/Python.framework/Versions/3.10/bin/python3": "3.10.11",
        "/Library/Developer/CommandLineTools/usr/bin/python3": "3.9.6",
        "/opt/homebrew/bin/python3.12": "3.12.7",
    }
    machine = made_up(
        platform="darwin",
        files=dict.fromkeys((*programs, "/usr/bin/python3", "/opt/homebrew/bin/python3.12-config"), b"\xcf\xfa"),
        environ={"HOME": "/Users/me", "PATH": "/opt/homebrew/bin:/usr/bin", "__PYVENV_LAUNCHER__": "/own"},
        programs=Runs({path: answer % version for path, version in programs.items()}),
    )
    found = find_pythons(machine)
    assert {item.path: item.version for item in found.pythons} == programs
    assert FoundPython(version="3.9.6", path=list(programs)[1], origin="path", arch="arm64") in found.pythons
    assert not [line for line in machine.ran if line.startswith("/usr/bin/python3")]


def test_a_program_that_answers_nothing(made_up: Callable[..., Any]) -> None:
    machine = made_up(files={"/bin/python3": "x"}, environ={"PATH": "/bin"}, programs=Runs())
    machine.programs = {}
    assert "cannot be run" in find_pythons(machine).left_out[0].because
    machine.programs = Runs({"/bin/python3": Completed(-11, b"", b"")})  # type: ignore[dict-item]  # a crash
    assert "exit code -11" in find_pythons(machine).left_out[0].because
