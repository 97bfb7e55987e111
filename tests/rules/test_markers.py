"""Environment markers, judged for a patient that is not this machine."""

import pytest

from tfdoctor.facts import Interpreter, Snapshot, System
from tfdoctor.matrix import Matrix
from tfdoctor.rules import Case
from tfdoctor.rules._markers import applies, parse

MATRIX = Matrix.locate()


def judge(line: str, python: str = "", os: str = "linux", arch: str = "x86_64") -> bool:
    interpreter = Interpreter(version=python) if python else Interpreter()
    system = System(os=os, arch=arch) if os else System()
    need = parse(line)
    assert need is not None
    return applies(Case(Snapshot(system=system, interpreter=interpreter), MATRIX), need)


@pytest.mark.parametrize(
    ("line", "os", "arch", "holds"),
    [
        ("a", "linux", "x86_64", True),
        ('a; platform_system == "Windows"', "windows", "x86_64", True),
        ('a; platform_machine == "AMD64"', "windows", "x86_64", True),
        ('a; platform_system == "Darwin" and platform_machine == "arm64"', "macos", "arm64", True),
        ('a; sys_platform != "win32"', "windows", "x86_64", False),
        ('a; extra == "and-cuda"', "linux", "x86_64", False),
        ('a; sys_platform == "linux"', "", "", False),
        ('a; platform_release == "x"', "linux", "x86_64", False),
    ],
)
def test_platform_markers(line: str, os: str, arch: str, *, holds: bool) -> None:
    assert judge(line, os=os, arch=arch) is holds


def test_python_markers() -> None:
    assert judge('a; python_version < "3.9"', python="3.8.10")
    assert not judge('a; python_version < "3.9"', python="3.10.1")
    assert not judge('a; python_version < "3.9"')  # not known: not claimed
    assert parse("no requirement at all !") is None
