"""`import tfdoctor; tfdoctor.check()`, as a program and a notebook use it."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import tfdoctor
from tfdoctor.errors import TfdoctorError

SCHEMAS = Path(tfdoctor.__file__).parent / "schemas"


@pytest.fixture(scope="module")
def report() -> tfdoctor.Report:
    return tfdoctor.check()


def test_the_interpreter_that_asks_is_examined(report: tfdoctor.Report) -> None:
    assert report.diagnosis.subject.executable == sys.executable
    assert report.findings is report.diagnosis.findings
    assert report.ok == (report.diagnosis.status in {"ok", "note"})
    jsonschema.validate(report.to_dict(), json.loads((SCHEMAS / "diagnosis.json").read_text()))


def test_it_prints_as_text_and_shows_as_a_part_of_a_page(report: tfdoctor.Report) -> None:
    text = repr(report)
    assert sys.executable in text.replace("\n", "")
    assert "\x1b" not in text
    shown = report._repr_html_()
    assert shown.startswith("<style>.tfd{")
    assert shown == report._repr_html_()
    assert report.to_html().startswith("<!DOCTYPE html>")


def test_no_interpreter_is_an_error_with_words(tmp_path: Path) -> None:
    with pytest.raises(TfdoctorError, match=r"\w"):
        tfdoctor.check(str(tmp_path / "none"))


def test_the_import_brings_nothing_but_the_version() -> None:
    code = "import sys; before = set(sys.modules); import tfdoctor; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['tfdoctor']"
    with pytest.raises(AttributeError, match="has no attribute 'checks'"):
        _ = tfdoctor.checks


def test_a_notebook_completes_what_is_not_imported_yet() -> None:
    code = "import sys, tfdoctor; print('check' in dir(tfdoctor), 'tfdoctor.api' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
