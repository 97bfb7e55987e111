"""A child that uses TensorFlow, or what calls itself so, and how it ends."""

from pathlib import Path
from typing import Any

import pytest

from tfdoctor.facts import ABSENT, LoadAttempt, Unknown
from tfdoctor.probes import load, take_snapshot
from tfdoctor.probes.machine import RealMachine

# The least that the child's stages need of a TensorFlow 2; each test breaks one of them.
GOOD = """
import types
__version__ = "2.15.1"
class _Value:
    def numpy(self):
        return [[3.0, 3.0], [7.0, 7.0]]
class _Device:
    name = "/physical_device:CPU:0"
class _Model:
    def __init__(self, layers): pass
    def compile(self, **how): pass
    def fit(self, *data, **how): pass
def constant(value): return value
def matmul(left, right): return _Value()
config = types.SimpleNamespace(list_physical_devices=lambda: [_Device()])
keras = types.SimpleNamespace(
    models=types.SimpleNamespace(Sequential=_Model), layers=types.SimpleNamespace(Dense=lambda *how, **more: None))
"""
NUMPY = "def zeros(shape, dtype): return []\n"


def attempt(patient: Any, source: str, timeout: float = 30) -> LoadAttempt:
    patient.file("numpy.py", NUMPY)
    patient.file("tensorflow/__init__.py", source)
    found = load.probe(RealMachine(), patient.python, timeout)
    assert isinstance(found, LoadAttempt)
    return found


def test_all_stages(patient: Any) -> None:
    found = attempt(patient, GOOD)
    assert found.stages == (("import", "ok"), ("devices", "ok"), ("op", "ok"), ("fit", "ok"))
    assert found.devices == ("/physical_device:CPU:0",)
    assert (found.signal, found.exit_code, found.timed_out) == (ABSENT, 0, False)
    assert found.stderr == ""
    assert 0 < found.seconds < 30


def test_an_import_that_fails(patient: Any) -> None:
    found = attempt(patient, "raise ImportError('libcudart.so.10.0: cannot\\nopen shared object file')\n")
    assert found.stages == (("import", "ImportError: libcudart.so.10.0: cannot open shared object file"),)
    assert "Traceback" in found.stderr
    assert 'tensorflow/__init__.py", line 1' in found.stderr
    assert isinstance(found.devices, Unknown)


def test_no_tensorflow_and_a_folder_without_one(patient: Any) -> None:
    missing = load.probe(RealMachine(), patient.python, 30)
    assert isinstance(missing, LoadAttempt)
    assert missing.stages == (("import", "ModuleNotFoundError: No module named 'tensorflow'"),)
    patient.file("tensorflow/left.txt")
    empty = load.probe(RealMachine(), patient.python, 30)
    assert isinstance(empty, LoadAttempt)
    assert "no attribute 'constant'" in empty.stages[0][1]


def test_a_wrong_result_and_a_failing_list_of_devices(patient: Any) -> None:
    source = GOOD.replace("7.0", "8.0").replace("lambda: [_Device()]", "lambda: 1 / 0")
    found = attempt(patient, source)
    assert [name for name, _ in found.stages] == ["import", "devices", "op"]
    assert found.stages[1][1] == "ZeroDivisionError: division by zero"
    assert found.stages[2][1].startswith("ArithmeticError: the product")


@pytest.mark.parametrize(("number", "name"), [(4, "SIGILL"), (11, "SIGSEGV"), (6, "SIGABRT")])
def test_a_crash_keeps_what_came_before(patient: Any, number: int, name: str) -> None:
    source = GOOD.replace("return _Value()", f"import os; os.write(2, b'last words'); os.kill(os.getpid(), {number})")
    found = attempt(patient, source)
    assert found.stages == (("import", "ok"), ("devices", "ok"), ("op", f"the process was ended by {name}"))
    assert found.signal == name
    assert found.exit_code == -number
    assert "last words" in found.stderr


def test_an_exit_in_the_middle(patient: Any) -> None:
    found = attempt(patient, "import os; os._exit(7)")
    assert found.stages == (("import", "the process ended with exit code 7"),)
    assert (found.signal, found.exit_code) == (ABSENT, 7)
    assert attempt(patient, "raise SystemExit(3)").stages == (("import", "SystemExit: 3"),)


def test_a_hang(patient: Any) -> None:
    found = attempt(patient, "import time; time.sleep(60)", timeout=1)
    assert found.stages == (("import", "did not end within 1 s"),)
    assert found.timed_out
    assert found.exit_code == found.signal == ABSENT


def test_a_flood_keeps_the_last_of_it(patient: Any) -> None:
    found = attempt(patient, "import sys\nsys.stderr.write('x' * 300000 + 'end\\n')\nprint('noise')\n" + GOOD)
    assert len(found.stderr) == 1 << 16
    assert found.stderr.endswith("end\n")


def test_the_environment_is_the_users(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    names = ("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS")
    found = attempt(patient, f"import os, sys\nraise ImportError([os.environ[name] for name in {names}], sys.path[0])")
    assert found.stages == (("import", "ImportError: (['0', '0'], '')"),)


def test_old_releases_use_sessions(patient: Any) -> None:
    old = GOOD.replace("2.15.1", "1.13.1").replace("config = types", "unused = types") + (
        "class Session:\n"
        "    def __enter__(self): return self\n"
        "    def __exit__(self, *error): pass\n"
        "    def run(self, value): return value.numpy()\n"
        "def executing_eagerly(): return False\n"
    )
    patient.file("tensorflow/python/client/device_lib.py", "def list_local_devices():\n    return []\n")
    patient.file("tensorflow/python/__init__.py")
    patient.file("tensorflow/python/client/__init__.py")
    found = attempt(patient, old)
    assert found.stages == (("import", "ok"), ("devices", "ok"), ("op", "ok"), ("fit", "ok"))
    assert found.devices == ()


def test_a_mark_that_was_cut_off() -> None:
    lines = [b"begin\timport", b"end\timport\tok", b"begin\top", b"end\to"]
    found = load.parse(lines, -11, stderr="", seconds=1.0)
    assert found.stages == (("import", "ok"), ("op", "the process was ended by SIGSEGV"))
    assert load.parse([b"", b"\xff"], 0, stderr="", seconds=1.0).stages == ()


def test_the_users_files_hide_modules_as_without_tfdoctor(patient: Any) -> None:
    for name in ("json", "traceback", "random"):
        Path(f"{name}.py").write_text("raise ImportError('the wrong file')")
        found = attempt(patient, f"import {name}")
        assert found.stages == (("import", "ImportError: the wrong file"),)


def test_an_interpreter_that_is_gone(tmp_path: Path) -> None:
    assert isinstance(load.probe(RealMachine(), str(tmp_path / "gone"), 1), Unknown)


def test_the_snapshot_holds_the_attempt(patient: Any) -> None:
    patient.file("numpy.py", NUMPY)
    patient.file("tensorflow/__init__.py", GOOD)
    found = take_snapshot(patient.python, load=True, timeout=30).load
    assert isinstance(found, LoadAttempt)
    assert found.stages[0] == ("import", "ok")
    assert patient.snapshot().load == ABSENT
