"""The whole: every probe through one guard."""

import sys
from typing import Any

import pytest

from tfdoctor import probes
from tfdoctor.facts import Cpu, Unknown, decode, encode
from tfdoctor.probes import cpu, gpu, take_snapshot


def boom(*_: object, **__: object) -> None:
    raise ZeroDivisionError("on purpose")


def test_a_snapshot_survives_its_json_form(patient: Any) -> None:
    found = patient.snapshot()
    assert decode(encode(found)) == found
    assert found.origin == "machine"
    assert found.taken.endswith("Z")
    assert found.failures == ()
    assert found.system.os == {"linux": "linux", "darwin": "macos", "win32": "windows"}[sys.platform]


def test_a_file_name_that_is_no_text(patient: Any) -> None:
    patient.install("keras", "2.15.0", {"keras/__init__.py": ""})
    (patient.site / "keras").joinpath(b"\xff.py".decode("utf-8", "surrogateescape")).write_text("")
    found = patient.snapshot()
    assert len(found.installation.unowned_files) == 1
    assert decode(encode(found)) == found


def test_a_crashing_probe_is_noted_and_the_others_run(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "probe", boom)
    monkeypatch.setattr("tfdoctor.probes.keras_config.probe", boom)
    found = take_snapshot(patient.python)
    assert [row.probe for row in found.failures] == ["cpu", "keras_config"]
    assert found.failures[0].error.startswith("ZeroDivisionError: on purpose (boom, line ")
    assert found.cpu == Cpu()
    assert isinstance(found.keras_config, Unknown)
    assert found.interpreter.executable == patient.python


def test_debug_raises(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "probe", boom)
    with pytest.raises(ZeroDivisionError):
        take_snapshot(patient.python, debug=True)


def test_the_active_environment_is_the_default(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(patient.root))
    assert take_snapshot(None).interpreter.executable == patient.python
    assert probes.RealMachine().environ["VIRTUAL_ENV"] == str(patient.root)


def test_work_meanwhile(patient: Any) -> None:
    done: list[str] = []
    take_snapshot(patient.python, meanwhile=lambda: done.append("once"))
    assert done == ["once"]
