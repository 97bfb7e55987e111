"""The scripts that measure and judge the bounds: their parsers, and one real run without TensorFlow."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from bounds.measure import STAGES, Change, Laboratory, MeasureError, Outcome, as_line, read_lines, read_stages
from judge_bounds import judged
from verify_bounds import free_of, measure_all, run_named, shows, verdicts

from tfdoctor.matrix.bounds import Bounds

TABLE = b"""
[[bound]]
tensorflow = "<2.7"
distribution = "numpy"
breaks = ">=1.24"
effect = "import"
finding = "numpy-removed-aliases"
message = "m"
broke = "tensorflow 2.6.5 + numpy 1.24.4 on CPython 3.9: import"
worked = "tensorflow 2.6.5 + numpy 1.23.5 on CPython 3.9: all stages"
source = "s"
checked = "2026-11-21"
basis = "trained"

[[bound]]
tensorflow = "<2.6"
distribution = "numpy"
breaks = ">=1.20"
effect = "feature"
feature = "recurrent"
finding = "numpy120-with-old-tf"
message = "m"
source = "s"
checked = "2026-11-21"
basis = "installed"
"""
ALL_OK = "".join(f"STAGE {name} ok \n" for name in ("import", "op", "fit", "save_load", "tensorboard"))


def test_stages_that_pass_are_ok_and_failing_features_are_kept() -> None:
    text = ALL_OK + "STAGE recurrent fail NotImplementedError: symbolic\nSTAGE estimator skip removed\n"
    outcome = read_stages(text, "  AttributeError: 'MessageFactory' object\nnoise\n", 0)
    assert outcome == Outcome(
        "ok", "", {"recurrent": "NotImplementedError: symbolic"}, ["AttributeError: 'MessageFactory' object"]
    )


def test_the_first_failing_smoke_stage_is_the_outcome() -> None:
    text = "STAGE import ok \nSTAGE op ok \nSTAGE fit fail ImportError: keras\nSTAGE save_load skip no model\n"
    assert read_stages(text, "", 0) == Outcome("fit", "ImportError: keras", {}, [])


def test_a_process_that_ends_in_the_middle_crashed() -> None:
    outcome = read_stages("STAGE import ok \n", "free(): invalid pointer\n", -6)
    assert outcome.outcome == "crash"
    assert outcome.error == "status -6: free(): invalid pointer"


def test_a_run_is_named_by_release_dependency_and_interpreter() -> None:
    change = run_named("tensorflow 2.12.1 + wrapt 1.11.2 on CPython 3.11: import")
    assert change == Change("2.12.1", "cp311", "wrapt", "1.11.2")
    assert change.environment == "2.12.1-cp311"
    with pytest.raises(ValueError, match="not the name of a run"):
        run_named("numpy 2 breaks it")


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    change = Change("2.6.5", "cp39", "numpy", "1.24.4")
    file = tmp_path / "results.jsonl"
    assert list(read_lines(file)) == []
    file.write_text(as_line(change, "1.19.5", Outcome("import", "E", {"a": "b"}, ["n"]), "2026-11-21") + "\n")
    ((found, row),) = read_lines(file)
    assert found == change
    assert row["was"] == "1.19.5"
    assert (row["outcome"], row["error"], row["features"], row["noise"]) == ("import", "E", {"a": "b"}, ["n"])


def test_a_result_names_no_folder_of_the_machine() -> None:
    outcome = Outcome("import", "no name 'x' (/srv/envs/lib/python3.9/x.py), relative to /srv: a/b", {}, [])
    line = as_line(Change("2.6.5", "cp39", "x", "1"), None, outcome, "2026-11-21")
    assert json.loads(line)["error"] == "no name 'x' (…/x.py), relative to …: a/b"


def test_a_row_is_proven_by_its_two_runs_only() -> None:
    aliases, recurrent = [bound.row for bound in Bounds.decode(TABLE)]
    bad = Change("2.6.5", "cp39", "numpy", "1.24.4")
    good = Change("2.6.5", "cp39", "numpy", "1.23.5")
    known = {bad: {"outcome": "import"}, good: {"outcome": "ok"}}
    assert {row.effect: word for row, word in verdicts([aliases, recurrent], known)} == {
        "import": "proven",
        "feature": "names no run",
    }
    ((_, word),) = verdicts([aliases], {bad: {"outcome": "import"}})
    assert word == "not measured"
    ((_, word),) = verdicts([aliases], {**known, bad: {"outcome": "ok"}})
    assert word.startswith("tensorflow 2.6.5 + numpy 1.24.4")
    ((_, word),) = verdicts([aliases], {**known, good: {"outcome": "fit"}})
    assert word.startswith("tensorflow 2.6.5 + numpy 1.23.5")


def test_a_feature_row_is_shown_by_a_failing_feature_after_passing_stages() -> None:
    _, recurrent = [bound.row for bound in Bounds.decode(TABLE)]
    failing = {"outcome": "ok", "features": {"recurrent": "E"}}
    assert shows(recurrent, failing)
    assert not free_of(recurrent, failing)
    assert not shows(recurrent, {"outcome": "import", "features": {"recurrent": "E"}})
    assert free_of(recurrent, {"outcome": "ok"})


def test_the_judge_compares_prediction_and_measurement(tmp_path: Path) -> None:
    rows = [
        {
            "tf": "2.6.5",
            "python": "cp39",
            "distribution": "numpy",
            "version": "1.24.4",
            "outcome": "import",
            "error": "",
        },
        {
            "tf": "2.6.5",
            "python": "cp39",
            "distribution": "numpy",
            "version": "absent",
            "outcome": "import",
            "error": "",
        },
        {
            "tf": "2.6.5",
            "python": "cp39",
            "distribution": "numpy",
            "version": "1.20.3",
            "outcome": "save_load_h5",
            "error": "",
        },
        {
            "tf": "2.6.5",
            "python": "cp39",
            "distribution": "numpy",
            "version": "9.9",
            "outcome": "uninstallable",
            "error": "",
        },
        {"tf": "9.9.9", "python": "cp39", "distribution": "numpy", "version": "9.9", "outcome": "ok", "error": ""},
    ]
    file = tmp_path / "changes.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    for environments in (
        {"2.6.5": {"python": "cp39", "pins": ["numpy==1.19.5"]}},
        {"2.6.5-cp39": ["numpy==1.19.5"]},
    ):
        found = [(said, measured) for _, said, measured in judged(Bounds.decode(TABLE), environments, file)]
        assert found == [("import", "import"), ("ok", "import"), ("ok", "save_load")]


def test_an_environment_without_pins_is_skipped_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    laboratory = Laboratory(tmp_path / "work", {}, "uv")
    with pytest.raises(MeasureError, match=r"no pins for 9\.9-cp310"):
        laboratory.prepare("9.9-cp310")
    known = measure_all(laboratory, [Change("9.9", "cp310", "numpy", "1")], tmp_path / "results.jsonl")
    assert known == {}
    assert "no pins for 9.9-cp310" in capsys.readouterr().out


def test_the_stages_end_at_an_import_that_fails() -> None:
    # -S: no site-packages, so whatever is installed beside the tests is not found
    done = subprocess.run([sys.executable, "-S", STAGES], capture_output=True, text=True, check=True)
    outcome = read_stages(done.stdout, done.stderr, done.returncode)
    assert outcome.outcome == "import"
    assert outcome.error.startswith("ModuleNotFoundError: No module named 'tensorflow'")


@pytest.mark.realtf
def test_a_bound_is_proven_by_a_real_installation(tmp_path: Path) -> None:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not on PATH")
    evidence = Path(__file__).resolve().parents[2] / "compat_matrix" / "evidence" / "environments.json"
    laboratory = Laboratory(tmp_path / "work", json.loads(evidence.read_text(encoding="utf-8")), uv)
    broke = Change("2.15.1", "cp311", "protobuf", "3.19.6")
    worked = Change("2.15.1", "cp311", "protobuf", "4.25.8")
    known = measure_all(laboratory, [worked, broke], tmp_path / "results.jsonl")
    if len(known) < 2:
        pytest.skip("CPython 3.11 or the package index is not reachable")
    assert known[worked]["outcome"] == "ok"
    assert known[broke]["outcome"] == "import"
    assert "builder" in known[broke]["error"]
