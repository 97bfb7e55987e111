"""New environments: made whole, or not at all."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from tfdoctor.apply import apply
from tfdoctor.plan.model import Plan

from .conftest import Patient, Voice, Wheels, create, install

Planned = Callable[..., Plan]


def test_with_uv(tmp_path: Path, wheels: Wheels, voice: Voice, planned: Planned) -> None:
    wheels.add("one", "1.0", None, "Requires-Dist: missing")
    where = tmp_path / "deep" / "a place"
    outcome = apply(planned(create(), install("one==1.0")), voice.asked(wheels.uv), where=where)
    assert Patient(where).version("one") == "1.0"
    assert (outcome.python, outcome.prefix) == (str(where / "bin/python"), str(where))
    assert len(outcome.done) == 2
    assert not voice.questions
    assert any("one==1.0" in line for line in voice.told)
    shell = subprocess.run(
        ["bash", "-c", f"{outcome.start}; python -c 'import one, sys; print(sys.prefix)'"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shell.stdout.strip() == str(where)
