"""The judge of measured environments, run on a few rows as scripts/smoke_tf.py and a change of one dependency give."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.diagnosis import Diagnosis

SCRIPT = Path(__file__).parents[2] / "scripts" / "evaluate_freezes.py"
MEASURED = json.loads((SCRIPT.parents[1] / "compat_matrix" / "evidence" / "environments.json").read_text())
BASE = {"2.15.1": {"python": "cp311", "pins": MEASURED["2.15.1-cp311"]}}
REFUSED = "TypeError: Descriptors cannot be created directly."


def change(distribution: str, version: str, outcome: str) -> dict[str, Any]:
    return {"tf": "2.15.1", "distribution": distribution, "version": version, "outcome": outcome}


def judge(folder: Path, *rows: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (folder / "base.json").write_text(json.dumps(BASE))
    command = [sys.executable, str(SCRIPT), str(folder / "rows.jsonl"), "--environments", str(folder / "base.json")]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_measured_outcomes_are_confirmed(tmp_path: Path) -> None:
    installed = {
        "tf": "2.7.4",
        "py": 9,
        "freeze": [*MEASURED["2.7.4-cp39"], "protobuf==4.21.12"],  # the last one counts
        "result": {"py": "3.9.18", "stages": [["import", "fail", REFUSED]]},
    }
    done = judge(
        tmp_path,
        installed,
        change("numpy", "2.1.3", "import"),
        change("numpy", "1.25.2", "ok"),
        change("keras", "3.3.3", "fit"),
        change("protobuf", "3.19.6", "uninstallable"),
    )
    assert done.returncode == 0, done.stderr
    assert "4 of 4 right" in done.stdout


def test_a_wrong_judgement_is_shown(tmp_path: Path) -> None:
    done = judge(tmp_path, change("numpy", "2.1.3", "ok"), change("numpy", "1.25.2", "import"))
    assert done.returncode == 1
    assert "2.15.1 with numpy 2.1.3: ok, said to fail (numpy2-abi)" in done.stdout
    assert "2.15.1 with numpy 1.25.2: import, said to work" in done.stdout


@pytest.mark.parametrize("name", MEASURED)
def test_environments_in_which_all_stages_pass_have_no_error(inspect: Callable[..., Diagnosis], name: str) -> None:
    _, _, tag = name.partition("-cp")
    pins = dict(pin.split("==") for pin in MEASURED[name])
    found = inspect(f"{tag[0]}.{tag[1:]}", **{key.replace("-", "_"): version for key, version in pins.items()})
    assert [finding.name for finding in found.findings if finding.severity == "error"] == []
