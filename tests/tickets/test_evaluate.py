import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "evaluate_cases.py"
TOO_NEW = {"tf_version": "2.2.0", "os": "Linux", "cuda_versions_found": ["10.2"]}
OLD_DRIVER = {"tf_version": "2.10.0", "os": "Linux", "gpus": ["RTX 3090"], "driver_version": "390.1"}


def evaluate(tmp_path: Path, *cases: dict[str, Any], options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps(case) + "\n" for case in cases))
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(file), *options], capture_output=True, text=True, check=False
    )


def case(name: str, verdict: str = "degraded", usable: str = "environment") -> dict[str, Any]:
    expect = {"name": name, "verdict": verdict, "usable_as": [usable]}
    return {"id": "one", "environment": TOO_NEW, "log": None, "expect": expect}


def test_a_right_answer(tmp_path: Path) -> None:
    done = evaluate(tmp_path, case("cuda-toolkit-too-new"), case("something", usable="code"))
    assert done.returncode == 0, done.stderr
    assert "1 of 1 primary findings right" in done.stdout


def test_a_confusion_and_an_error_on_a_harmless_case_fail(tmp_path: Path) -> None:
    done = evaluate(tmp_path, case("cuda-toolkit-too-old"))
    assert done.returncode == 1
    assert "expected cuda-toolkit-too-old, found cuda-toolkit-too-new" in done.stdout
    harmless = {**case("driver-too-old", verdict="harmless"), "environment": OLD_DRIVER}
    done = evaluate(tmp_path, harmless, options=("--at-least", "0"))
    assert done.returncode == 1
    assert "one: driver-too-old" in done.stdout
