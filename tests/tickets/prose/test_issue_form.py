"""Cases that are shown as an issue give the same diagnosis as their facts."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.diagnose import diagnose
from tfdoctor.matrix import Matrix
from tfdoctor.tickets import form, prose, ticket

_SPEC = importlib.util.spec_from_file_location(
    "issue_form", Path(__file__).parents[3] / "scripts" / "cases" / "issue_form.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
issue_form = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(issue_form)

CASES: tuple[dict[str, Any], ...] = (
    {
        "title": "no GPU",
        "code": "import tensorflow as tf",
        "statement": "It runs on the CPU.",
        "environment": {
            "tf_version": "2.4.0",
            "python_version": "3.8.5",
            "os": "Ubuntu",
            "os_version": "20.04",
            "install_method": "pip",
            "cuda_versions_found": ["11.2"],
            "cudnn_versions_found": ["8.1"],
            "driver_version": "460.32.03",
            "gpus": [{"name": "GeForce RTX 2080 Ti", "compute_capability": "7.5"}],
            "env_vars": {"CUDA_VISIBLE_DEVICES": "0"},
        },
        "log": "W tensorflow/stream_executor/platform/default/dso_loader.cc:60] "
        "Could not load dynamic library 'libcusolver.so.10'; "
        "dlerror: libcusolver.so.10: cannot open shared object file: No such file or directory",
    },
    {
        "title": "import fails",
        "environment": {
            "tf_version": "2.8.0",
            "packages": {"protobuf": "4.21.0", "wrapt": None},
            "python_version": "3.9",
        },
        "log": "TypeError: Descriptors cannot not be created directly.",
    },
    {
        "title": "cannot install",
        "log": "ERROR: No matching distribution found for tensorflow==2.3.0",
        "environment": {
            "tf_version_wanted": "2.3.0",
            "python_version": "3.9.1",
            "os": "Windows",
            "os_version": "10",
            "python_bits": 64,
        },
    },
    {
        "title": "old model",
        "log": "ValueError: Unrecognized keyword arguments passed to LSTM: {'time_major': False}",
        "environment": {"os": "macOS 14", "arch": "arm64"},
        "saved_with": {"tf": "2.13", "format": "h5"},
        "loaded_with": {"tf": "2.16.1", "keras": "3.0.5", "python": "3.11"},
    },
    {
        "title": "worse",
        "environment": {"tf_version": "2.2.0"},
        "from_version": "2.1.0",
        "to_version": "2.2.0",
        "statement": ["The accuracy is lower."],
    },
)


@pytest.mark.parametrize("shown", issue_form.FORMS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_the_text_gives_the_diagnosis_of_the_facts(case: dict[str, Any], shown: str) -> None:
    matrix = Matrix.locate()
    asked = diagnose(ticket.snapshot(form.from_object(case)), matrix, debug=True)
    found = diagnose(ticket.snapshot(prose.read(issue_form.render(case, shown)).ticket), matrix, debug=True)
    assert (found.primary and found.primary.name) == (asked.primary and asked.primary.name)
    assert [item.name for item in found.findings] == [item.name for item in asked.findings]


def test_two_releases_survive_every_form() -> None:
    for shown in issue_form.FORMS:
        found = prose.read(issue_form.render(CASES[3], shown)).ticket
        assert found.saved_with == form.StatedFramework(tf="2.13", format="h5")
        assert found.loaded_with == form.StatedFramework(tf="2.16.1", keras="3.0.5", python="3.11")
