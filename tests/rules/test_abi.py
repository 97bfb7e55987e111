"""Native code: companions, plugins, custom operations, clashing libraries."""

from collections.abc import Callable
from typing import Any

import pytest

from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.facts import Distribution

Ask = Callable[..., Diagnosis]

TEXT = "NotFoundError: /x/dist-packages/tensorflow_text/python/ops/_x_ops.so: undefined symbol: _ZN10tensorflow1xE"
TEXT_PIN = (
    'tensorflow-text 2.12.1 requires tensorflow<2.13,>=2.12.0; platform_machine != "arm64", but you have '
    "tensorflow 2.15.0 which is incompatible."
)
IO = "unable to open file: libtensorflow_io.so, from: ['…']\nundefined symbol: _ZNK10tensorflow4data11DatasetBase1xE"
OWN = "NotFoundError: ./roi_pooling.so: undefined symbol: _ZTIN10tensorflow8OpKernelE"
NEW_ABI = "undefined symbol: _ZN10tensorflow12OpDefBuilder4AttrENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"
CORE = "ImportError: /x/site-packages/tensorflow/python/_pywrap.so: undefined symbol: _ZN10tensorflow4fooE"
METAL = """\
NotFoundError: dlopen(/x/site-packages/tensorflow-plugins/libmetal_plugin.dylib, 0x0006): Symbol not found: __ZN3tsl1xE
  Referenced from: /x/site-packages/tensorflow-plugins/libmetal_plugin.dylib"""
METAL_OF_A_NEWER_SYSTEM = f"{METAL} (which was built for Mac OS X 12.0)"
DML = r"NotFoundError: C:\x\site-packages\tensorflow-plugins\tfdml_plugin.dll not found"


def named(found: Diagnosis, name: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.name == name]


LOGS: list[tuple[str, dict[str, Any], str]] = [
    (TEXT, {"tf_version": "2.12"}, "tf-plugin-abi-mismatch"),
    (IO, {"tf_version": "2.14.0", "packages": {"tensorflow-io": "0.34.0"}}, "tf-plugin-abi-mismatch"),
    (
        "dlopen(/x/site-packages/tensorflow_text/ops/a.dylib, 6): symbol not found in flat namespace '__ZN4abslE'",
        {"os": "macOS", "tf_version": "2.11"},
        "tf-plugin-abi-mismatch",
    ),
    (
        '  File "/x/site-packages/tfx_bsl/x.py", line 3, in <module>\nundefined symbol: _ZN10tensorflow1xE',
        {},
        "tf-plugin-abi-mismatch",
    ),
    (
        TEXT_PIN,
        {},
        "tf-plugin-abi-mismatch",
    ),
    (
        r"NotFoundError: c:\x\site-packages\tensorflow_text\python\ops\_regex_split_ops.so not found",
        {"os": "Windows"},
        "tf-plugin-abi-mismatch",
    ),
    (IO, {"install_method": "conda-forge + pip"}, "conda-pip-mix"),
    (OWN, {"tf_version": "1.14"}, "custom-op-abi"),
    (NEW_ABI, {}, "custom-op-abi"),
    (
        "ImportError: libtensorflow_framework.so.1: cannot open shared object file: No such file or directory",
        {"tf_version": "2.10"},
        "custom-op-abi",
    ),
    ("#error This file requires compiler and library support for the ISO C++ 2017 standard.", {}, "custom-op-abi"),
    (METAL, {"os": "macOS", "tf_version": "2.18"}, "metal-plugin-mismatch"),
    ("    _ll.load_library(_plugin_dir)", {"os": "macOS", "tf_version": "2.18.0"}, "metal-plugin-mismatch"),
    (DML, {"os": "Windows 10", "tf_version": "2.11"}, "directml-plugin-mismatch"),
    (
        "ImportError: libflatbuffers.so.23.3.3: cannot open shared object file: No such file or directory",
        {"install_method": "conda"},
        "conda-shared-lib-soname-mismatch",
    ),
    ("import torch\nimport tensorflow as tf\nSegmentation fault (core dumped)", {}, "import-order-native-lib-clash"),
    ('$ python3 -c "import torchvision;import tensorflow"\nSegmentation fault', {}, "import-order-native-lib-clash"),
    (
        "import torchvision\nimport tensorflow\nSystemError: google/protobuf/pyext/descriptor.cc:354: bad argument",
        {"tf_version": "2.4.1"},
        "import-order-native-lib-clash",
    ),
    (METAL_OF_A_NEWER_SYSTEM, {"os": "macOS", "os_version": "11.6"}, "metal-plugin-mismatch"),
    (CORE, {"tf_version": "2.10", "tf_distribution": "tensorflow-rocm"}, "vendor-wheel-broken"),
    ("ERROR: intel-tensorflow has an invalid wheel, multiple .dist-info directories found: a, b", {},
     "vendor-wheel-broken"),
]  # fmt: skip


@pytest.mark.parametrize(("log", "environment", "name"), LOGS)
def test_from_a_log(ask: Ask, log: str, environment: dict[str, Any], name: str) -> None:
    primary = ask(log, **environment).primary
    assert primary is not None
    assert primary.name == name
    assert primary.symptom
    assert primary.remedies


def test_the_new_abi_is_told_by_the_mangled_name(ask: Ask) -> None:
    (finding,) = named(ask(NEW_ABI), "custom-op-abi")
    assert "C++11" in finding.message
    assert "-D_GLIBCXX_USE_CXX11_ABI=0" in finding.remedies[0].text
    (built,) = named(ask(OWN, tf_version="2.10.0"), "custom-op-abi")
    assert "-D_GLIBCXX_USE_CXX11_ABI=1" in built.remedies[0].text


def test_companions_of_another_tensorflow(inspect: Ask) -> None:
    (finding,) = named(inspect("3.10", tensorflow="2.15.0", tensorflow_text="2.13.0"), "tf-plugin-abi-mismatch")
    assert finding.severity == "error"
    assert finding.remedies[0].requirements[0].startswith("tensorflow-text==2.15")
    assert not named(inspect("3.10", tensorflow="2.15.0", tensorflow_text="2.15.0"), "tf-plugin-abi-mismatch")


def test_plugins_of_another_tensorflow(inspect: Ask) -> None:
    metal = named(inspect("3.11", os="macos", tensorflow="2.18.0", tensorflow_metal="1.1.0"), "metal-plugin-mismatch")
    assert {remedy.kind for remedy in metal[0].remedies} >= {"uninstall"}
    directml = inspect("3.10", os="windows", tensorflow_cpu="2.12.0", tensorflow_directml_plugin="0.4.0")
    assert named(directml, "directml-plugin-mismatch")
    fits = inspect("3.10", os="windows", tensorflow_cpu="2.10.1", tensorflow_directml_plugin="0.4.0")
    assert not named(fits, "directml-plugin-mismatch")


def test_conda_and_pip_side_by_side_without_a_symptom(inspect: Ask) -> None:
    conda = Distribution(name="tensorflow", version="2.15.0", installer="conda")
    pip = Distribution(name="tensorflow-io", version="0.36.0", installer="pip")
    (finding,) = named(inspect("3.11", conda, pip), "conda-pip-mix")
    assert (finding.severity, finding.confidence) == ("warning", "possible")
    assert not named(
        inspect("3.11", Distribution(name="tensorflow", version="2.15.0", installer="pip"), pip), "conda-pip-mix"
    )


@pytest.mark.parametrize(
    ("log", "environment"),
    [
        ("ImportError: libfoo.so.1: cannot open shared object file: No such file or directory", {}),
        ("ImportError: /x/site-packages/foo/_c.so: undefined symbol: PyUnicode_FromObject", {}),
        (CORE, {"tf_version": "2.10", "tf_distribution": "tensorflow"}),
        ("import torch\nprint('all is well')", {}),
        ("ERROR: some-library has an invalid wheel, multiple .dist-info directories found: a, b", {}),
        (r"NotFoundError: C:\x\tensorflow-plugins\tfdml_plugin.dll not found", {"tf_version": "2.10.1"}),
    ],
)
def test_nothing_of_tensorflow(ask: Ask, log: str, environment: dict[str, Any]) -> None:
    assert not [finding for finding in ask(log, **environment).findings if finding.family == "binary-abi"]


@pytest.mark.parametrize(
    "log",
    [
        "NotFoundError: _text_similarity_metric_ops.so: undefined symbol: _ZN10tensorflow12OpDefBuilder4AttrESs",
        "undefined symbol: _ZN10tensorflow7strings6StrCatERKNS0_8AlphaNumES3_ error while importing tensorflow_text",
        "import tensorflow_text as text\nNotFoundError: undefined symbol: _ZN10tensorflow8OpKernel1xE",
        "NotFoundError: 3.7/site-packages/tensorflow_text/metrics/_x_ops.so: undefined s\nymbol: _ZN10tensorflow1xE",
        "NotFoundError: _activation_ops.so: undefined symbol: _ZN10tensorflow12OpDefBuilder4AttrESs",
    ],
)
def test_a_companion_is_known_by_its_files_and_by_what_is_imported(ask: Ask, log: str) -> None:
    found = ask(log)
    assert found.primary
    assert found.primary.name == "tf-plugin-abi-mismatch"
    assert not named(found, "custom-op-abi")


def test_a_stack_that_ends_in_call_once_is_a_crash(ask: Ask) -> None:
    log = "import torch\nimport tensorflow\n#2  0x00007f2d09ae7faa in void std::call_once<void (&)()>() ()"
    assert named(ask(log), "import-order-native-lib-clash")


def test_where_things_come_from_as_a_ticket_says(ask: Ask) -> None:
    method = "conda-forge tensorflow, pip tensorflow-decision-forests"
    packages = {"tensorflow-decision-forests": "0.1.9"}
    (finding,) = named(ask(tf_version="2.6.0", install_method=method, packages=packages), "conda-pip-mix")
    assert (finding.severity, finding.symptom) == ("warning", False)
    assert not named(ask(tf_version="2.6.0", install_method="pip", packages=packages), "conda-pip-mix")


def test_releases_that_are_known_to_clash(ask: Ask) -> None:
    name = "import-order-native-lib-clash"
    assert named(ask(tf_version="1.13", packages={"pyarrow": "0.13.0"}), name)[0].severity == "note"
    assert named(ask(tf_version="1.4.0", packages={"torch": "0.2.0"}), name)
    assert not named(ask(tf_version="1.15.0", packages={"pyarrow": "0.13.0"}), name)
    assert not named(ask(tf_version="1.13", packages={"pyarrow": "0.15.0"}), name)
