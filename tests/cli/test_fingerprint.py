"""`tfdoctor fingerprint` as a user calls it, with a TensorFlow that can be imported and does nothing."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tests.cli.running import Run, site
from tests.laboratory import NUMPY, TENSORFLOW

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "fingerprint.json").read_text())


@pytest.fixture
def run(call: Run) -> Run:
    return partial(call, "fingerprint")


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    def made(version: str) -> Path:
        folder = tmp_path_factory.mktemp("env")
        where = site(folder)
        if version:
            (where / "tensorflow.py").write_text(TENSORFLOW.replace("{version}", version))
            (where / "numpy.py").write_text(NUMPY)
        return folder

    return made


def test_a_tensorflow_that_computes_nothing_differs(run: Run, patient: Callable[[str], Path]) -> None:
    where = patient("2.6.5")
    code, out, _ = run("-p", where, "--only", "layer-dense", "--no-color")
    assert code == 0
    assert "layer-dense" in out
    assert "AttributeError" in out
    assert "0 of 1 experiments give what TensorFlow 2.6 gave elsewhere" in out
    assert run("-p", where, "--only", "layer-dense", "--fail-on", "warning", "-q")[0] == 1


def test_json_is_of_its_schema(run: Run, patient: Callable[[str], Path]) -> None:
    code, out, _ = run("-p", patient("2.6.5"), "--only", "layer-d*", "--format", "json")
    found = json.loads(out)
    jsonschema.validate(found, SCHEMA)
    assert code == 0
    assert found["subject"]["reference"] == "2.6"
    assert {row["experiment"] for row in found["differences"]} >= {"layer-dense"}


def test_a_release_without_a_reference_is_said(run: Run, patient: Callable[[str], Path]) -> None:
    code, out, _ = run("-p", patient("9.9.9"), "--only", "layer-dense", "--verbose")
    assert code == 0
    assert "TensorFlow 9.9.9 was not measured" in out
    assert "unknown  layer-dense" in out


def test_what_can_not_be_run_is_one_line(run: Run, patient: Callable[[str], Path]) -> None:
    code, out, err = run("-p", patient(""), "--only", "layer-dense")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "No module named" in err
    code, _, err = run("--only", "no-such-*")
    assert code == 2
    assert "there is no such experiment" in err


def test_a_start_that_takes_too_long_is_ended(run: Run, patient: Callable[[str], Path]) -> None:
    slow = patient("2.6.5")
    site = next((slow / "lib").glob("python*")) / "site-packages"
    (site / "numpy.py").write_text(NUMPY + "import time\ntime.sleep(60)\n")
    code, out, err = run("-p", slow, "--timeout", "1")
    assert (code, out) == (2, "")
    assert "the time for all experiments is over" in err
