"""NumPy: the ABI of version 2, removed names, symbolic shapes, too old a C API, the pin."""

from collections.abc import Callable
from typing import Any

import pytest

from tfdoctor.diagnosis import Diagnosis, Finding

Ask = Callable[..., Diagnosis]
HANDLE = "TypeError: Unable to convert function return value to a Python type! The signature was"
SYMBOLIC = "NotImplementedError: Cannot convert a symbolic Tensor (lstm/strided_slice:0) to a numpy array."
OLD = "numpy-too-old-abi"
PIN = "tensorflow 2.13.0 requires numpy<=1.24.3,>=1.22, but you have numpy 1.26.0 which is incompatible."


def named(found: Diagnosis, name: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.name == name]


@pytest.mark.parametrize(
    ("log", "environment", "name"),
    [
        ("AttributeError: _ARRAY_API not found", {"tf_version": "2.15"}, "numpy2-abi"),
        ("A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.1.0 as it may crash.", {}, "numpy2-abi"),
        ("ImportError: numpy.core.umath failed to import", {"tf_version": "2.10"}, "numpy2-abi"),
        ("ValueError: numpy.ufunc size changed. Expected 216 from C header, got 232 from PyObject", {}, "numpy2-abi"),
        (HANDLE, {"tf_version": "2.12.0"}, "numpy2-abi"),
        ("module compiled against ABI version 0x1000009 but this version of numpy is 0x2000000", {}, "numpy2-abi"),
        (HANDLE, {"tf_version": "2.4", "packages": {"numpy": "1.18.0"}}, OLD),
        ("RuntimeError: module compiled against API version 0xe but this version of numpy is 0xd", {}, OLD),
        ("RuntimeError: module compiled against API version a but this version of numpy is 9", {}, OLD),
        ("No module named 'numpy.core._multiarray_umath'\nnumpy.core.umath failed to import", {}, OLD),
        ("ValueError: numpy.dtype size changed. Expected 96 from C header, got 88 from PyObject", {}, OLD),
        ("AttributeError: module 'numpy' has no attribute 'object'.", {}, "numpy-removed-aliases"),
        ("AttributeError: `np.float_` was removed in the NumPy 2.0 release.", {}, "numpy-removed-aliases"),
        (SYMBOLIC, {"tf_version": "2.3"}, "numpy120-with-old-tf"),
        (SYMBOLIC, {}, "numpy120-with-old-tf"),
        (PIN, {"tf_version": "2.13.0"}, "numpy-outside-pin"),
    ],
)  # fmt: skip
def test_from_a_log(ask: Ask, log: str, environment: dict[str, Any], name: str) -> None:
    primary = ask(log, **environment).primary
    assert primary is not None
    assert primary.name == name
    assert primary.symptom
    assert primary.remedies


@pytest.mark.parametrize(
    ("versions", "name", "severity"),
    [
        (("3.11", "2.14.0", "2.0.0"), "numpy2-abi", "error"),
        (("3.10", "2.10.1", "2.2.6"), "numpy2-abi", "error"),
        (("3.8", "2.3.4", "1.24.4"), "numpy-removed-aliases", "error"),
        (("3.8", "2.3.4", "1.21.0"), "numpy120-with-old-tf", "warning"),
        (("3.11", "2.13.1", "1.26.4"), "numpy-outside-pin", "warning"),
    ],
)
def test_from_versions(inspect: Ask, versions: tuple[str, str, str], name: str, severity: str) -> None:
    python, tensorflow, numpy = versions
    (finding,) = named(inspect(python, tensorflow=tensorflow, numpy=numpy), name)
    assert finding.severity == severity
    assert not finding.symptom


def test_one_cause_gives_one_finding(inspect: Ask) -> None:
    found = inspect("3.9", tensorflow="2.4.4", numpy="1.24.4")
    assert [finding.name for finding in found.findings if finding.family == "numpy"] == ["numpy-removed-aliases"]


@pytest.mark.parametrize(
    ("log", "environment"),
    [
        (SYMBOLIC, {"tf_version": "2.12"}),
        (SYMBOLIC, {"tf_version": "2.3", "packages": {"numpy": "1.19.5"}}),
        ("AttributeError: _ARRAY_API not found", {"packages": {"numpy": "1.26.4"}}),
        ("AttributeError: module 'numpy' has no attribute 'nonsense'", {}),
        ("    a = pywrap_ml_dtypes.float8_e5m2()\n" + HANDLE, {}),
    ],
)
def test_another_cause_is_not_numpy(ask: Ask, log: str, environment: dict[str, Any]) -> None:
    found = ask(log, **environment).findings
    assert not [finding for finding in found if finding.family == "numpy" and finding.symptom]


def test_numpy_2_is_fine_from_2_18_on(inspect: Ask) -> None:
    found = inspect("3.12", tensorflow="2.18.1", numpy="2.0.2")
    assert not [finding for finding in found.findings if finding.family == "numpy"]


def test_the_complaint_of_setuptools_is_read(ask: Ask) -> None:
    (finding,) = ask("error: numpy 1.19.5 is installed but numpy>=1.20 is required by {'tensorflow'}").findings
    assert (finding.name, finding.symptom) == ("numpy-outside-pin", True)


def test_the_pin_of_a_release_whose_interpreter_nobody_states(ask: Ask) -> None:
    assert named(ask(tf_version="2.3.1", packages={"numpy": "1.19.2"}), "numpy-outside-pin")
    assert not named(ask(tf_version="2.3.1", packages={"numpy": "1.18.5"}), "numpy-outside-pin")
    assert not named(ask(tf_version="99.1", packages={"numpy": "1.19.2"}), "numpy-outside-pin")
