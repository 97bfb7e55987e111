"""Bare logs: what their symptom most often means is said as a possibility, and only where nothing else is known."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.conftest import MATRIX, Ask
from tfdoctor.diagnosis import Finding
from tfdoctor.rules import RULES

CUDART = (
    "Could not load dynamic library 'libcudart.so.10.1'; dlerror: libcudart.so.10.1: cannot open shared object file"
)
NO_DEVICE = "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"
REFUSED = "ERROR: tensorflow-2.6.0-cp38-cp38-macosx_11_0_x86_64.whl is not a supported wheel on this platform."
DLL = "ImportError: DLL load failed: The specified module could not be found."


def is_presumed(finding: Finding) -> bool:
    return any(row.fact == "matrix.presumptions" for row in finding.evidence)


@pytest.mark.parametrize(
    ("log", "name"),
    [
        (CUDART, "cuda-toolkit-too-new"),
        (NO_DEVICE, "gpu-hidden-or-ignored-by-setting"),
        (f"kernel driver does not appear to be running on this host\n{NO_DEVICE}", "driver-missing"),
        ("failed call to cuInit: UNKNOWN ERROR (-1)", "gpu-not-passed-to-container-or-job"),
        ("no kernel image is available for execution on the device", "gpu-cc-gap-in-build"),
        (REFUSED, "macos-python-reports-10-16"),
        ("No matching distribution found for tensorflow==2.3.0", "python-version-no-wheel"),
        ("No matching distribution found for tensorflow-metal", "plugin-no-wheel-for-python"),
        (DLL, "msvc-redist-missing"),
    ],
)
def test_a_bare_log_is_judged_by_experience(ask: Ask, log: str, name: str) -> None:
    [finding] = [row for row in ask(log).findings if is_presumed(row)]
    assert (finding.name, finding.confidence, finding.severity) == (name, "possible", "warning")
    assert log.splitlines()[0] in {row.value for row in finding.evidence} or "\n" in log
    assert any(row.value.endswith("real tickets with this symptom") for row in finding.evidence)
    assert finding.remedies[0].text.startswith("To be sure, find out: ")


def test_a_stated_fact_ends_presuming(ask: Ask) -> None:
    for stated in ({"os": "Linux"}, {"tf_version": "2.2.0"}, {"packages": {"numpy": "1.19"}}, {"env_vars": {"A": "b"}}):
        assert not any(map(is_presumed, ask(CUDART, **stated).findings))


def test_what_a_rule_explains_is_not_presumed(ask: Ask) -> None:
    named = f"{CUDART}\nCuda compilation tools, release 10.2, V10.2.89"
    [finding] = ask(named).findings
    assert finding.name == "cuda-toolkit-too-new"
    assert not is_presumed(finding)


def test_a_host_without_a_driver_stays_healthy(ask: Ask) -> None:
    log = f"{CUDART}\nCould not load dynamic library 'libcuda.so.1'\nfailed call to cuInit: UNKNOWN ERROR (303)"
    assert [row.name for row in ask(log).findings] == ["harmless-optional-library-missing"]


def test_every_row_names_a_rule_and_says_how_often_it_was_right() -> None:
    names = {rule.name for rule in RULES}
    for row in MATRIX.presumptions:
        assert row.finding in names
        assert 0 < row.right <= row.threads
        assert row.message.endswith(".")
        assert row.ask.endswith(".")


def test_the_counts_are_compared(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps({"id": "a", "log": CUDART, "expect": {"name": "cuda-toolkit-too-new"}}) + "\n")
    script = Path(__file__).parent.parent.parent / "scripts" / "measure_presumptions.py"
    done = subprocess.run([sys.executable, script, cases], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr  # the table rests on more than this one
    assert "   1 /   1  cuda-toolkit-too-new" in done.stdout


def test_a_capability_that_all_builds_of_a_cuda_leave_out(ask: Ask) -> None:
    seen = "name: Quadro K4200 major: 3 minor: 0 memoryClockRate(GHz): 0.784\nSuccessfully opened dynamic library {}"
    assert [row.name for row in ask(seen.format("libcudart.so.10.0")).findings] == ["gpu-cc-too-old"]
    named = seen.replace("Quadro K4200 major: 3 minor: 0", "GTX 960M major: 5 minor: 0")
    assert ask(named.format("libcudart.so.10.1")).findings == ()  # 2.1 and 2.2 have code for it, 2.3 has none
