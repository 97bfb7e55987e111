"""Versions of dependencies, pairs with companions, pins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.facts import Distribution
from tfdoctor.matrix import Matrix
from tfdoctor.rules import RULES

Ask = Callable[..., Diagnosis]

GAVE_UP = "WARNING:tensorflow:AutoGraph could not transform <function f> and will run it as-is."
WRAPPER = "TypeError: this __dict__ descriptor does not support '_DictWrapper' objects"
DECODE = "AttributeError: 'str' object has no attribute 'decode'"
TFP = (
    "ImportError: This version of TensorFlow Probability requires TensorFlow version >= 2.8; "
    "Detected an installation of version 2.7.0."
)
TFDS = (
    "This version of TensorFlow Datasets requires TensorFlow version >= 2.1.0; "
    "Detected an installation of version 2.0.0."
)
CONTRIB = "ModuleNotFoundError: No module named 'tensorflow_estimator.contrib'"
PARAM_SPEC = "ImportError: cannot import name 'ParamSpec' from 'typing_extensions' (/x)"
PINNED = "typing-extensions-pinned-by-tf"
OPTIMIZERS = "AttributeError: module 'tensorflow.keras.optimizers' has no attribute 'legacy'"
FIND_CALLER = "TypeError: findCaller() takes 1 to 2 positional arguments"
XLA = "XlaCallModule from your TensorFlow supports up to serialization version 8 but the module needs version 9"
CALL = "AttributeError: module 'tensorflow.compiler.tf2xla.python.xla' has no attribute 'call_module_max'"
RESOLVER = """\
ERROR: Cannot install apache-beam==2.30 and tensorflow==2.4.1 because these package versions have conflicting dependencies.
The conflict is caused by:
    apache-beam 2.30.0 depends on grpcio>=1.33
    tensorflow 2.4.1 depends on grpcio~=1.32.0"""  # noqa: E501  one line, as pip prints it
ADDONS = """\
Tensorflow Addons supports using Python ops for all Tensorflow versions above or equal to 2.11.0 and strictly below 2.14.0
The versions of TensorFlow you are currently using is 2.14.0 and is not supported."""  # noqa: E501  as it is printed


def pip(name: str, requirement: str, dependency: str, found: str) -> str:
    return f"{name} requires {dependency}{requirement}, but you have {dependency} {found} which is incompatible."


def frame(path: str, error: str) -> str:
    return f'  File "/x/site-packages/{path}", line 5, in <module>\n{error}'


def named(found: Diagnosis, name: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.name == name]


LOGS: list[tuple[str, dict[str, Any], str]] = [
    (frame("keras/engine/saving.py", DECODE), {}, "h5py3-with-old-keras"),
    (DECODE, {"tf_version": "1.15"}, "h5py3-with-old-keras"),
    (DECODE, {}, "h5py3-with-old-keras"),
    (f"{GAVE_UP}\nCause: module 'gast' has no attribute 'Index'", {"tf_version": "2.3.1"}, "gast-version"),
    ("AttributeError: module 'gast' has no attribute 'Constant'", {}, "gast-version"),
    (WRAPPER, {"tf_version": "2.16.1", "python_version": "3.12"}, "wrapt-typing-ext-dictwrapper"),
    (WRAPPER, {"tf_version": "2.4", "packages": {"typing-extensions": "4.8.0"}}, "wrapt-typing-ext-dictwrapper"),
    (
        frame("tensorflow/python/trackable/data_structures.py", "TypeError: …"),
        {"tf_version": "2.12", "packages": {"wrapt": None}},
        "wrapt-typing-ext-dictwrapper",
    ),
    (CONTRIB, {"tf_version": "1.15"}, "estimator-version"),
    (
        "AttributeError: module 'tensorflow' has no attribute 'estimator'",
        {"tf_version": "2.17"},
        "estimator-removed-216",
    ),
    ("tf.estimator package not installed.", {}, "estimator-version"),
    ("AttributeError: module 'tensorflow' has no attribute 'compat'", {"tf_version": "2.2.0"}, "estimator-version"),
    (
        "AttributeError: module 'tensorflow' has no attribute 'compat'",
        {"tf_version": "2.0.0", "packages": {"tensorflow-estimator": "2.2.0"}},
        "estimator-version",
    ),
    ("InvalidArgumentError: Invalid name: Addons>Gelu (Did you use CamelCase?)", {}, "tfa-tf-pair"),
    (
        frame("tensorflow_addons/x.py", "AttributeError: module 'tensorflow_core.keras.utils' has no attribute 'x'"),
        {"tf_version": "2.0.0"},
        "tfa-tf-pair",
    ),
    (
        ('  File "/x/site-packages/tensorflow_addons/utils/types.py", line 23, in <module>\n'
        "    from tensorflow.python.keras.engine import keras_tensor\nImportError: cannot import name 'keras_tensor'"),
        {"tf_version": "2.1.0"},
        "tfa-tf-pair",
    ),
    ("AttributeError: module 'ml_dtypes' has no attribute 'float8_e4m3b11'", {}, "ml-dtypes-version"),
    (
        "    x = pywrap_ml_dtypes.float8_e5m2()\nTypeError: Unable to convert function return value to a Python type!",
        {"tf_version": "2.14.0"},
        "ml-dtypes-version",
    ),
    (
        "TypeError: Unable to convert function return value to a Python type!",
        {"tf_version": "2.14", "packages": {"ml-dtypes": "0.3.1"}},
        "ml-dtypes-version",
    ),
    ("EndVector() takes 1 positional argument but 2 were given", {}, "flatbuffers-version"),
    ("TypeError: EndVector() missing 1 required positional argument: 'n'", {}, "flatbuffers-version"),
    ("AttributeError: 'EntryPoints' object has no attribute 'get'", {"python_version": "3.7"}, "importlib-metadata-5"),
    (frame("absl/logging/__init__.py", FIND_CALLER), {}, "absl-version"),
    (PARAM_SPEC, {"tf_version": "2.6.0"}, PINNED),
    (pip("tensorflow 2.12.1", "<4.6.0,>=3.6.6", "typing-extensions", "4.7.1"), {}, PINNED),
    (pip("tensorflow 2.1.0", "==1.4.1", "scipy", "1.5.1"), {}, "scipy-pin"),
    (TFP, {}, "tfp-tf-pair"),
    (
        frame("tensorflow_probability/python/x.py", "AttributeError: module 'tensorflow.python' has no attribute 'x'"),
        {"tf_version": "2.0"},
        "tfp-tf-pair",
    ),
    (ADDONS, {"tf_version": "2.14.0"}, "tfa-tf-pair"),
    (
        frame("tensorflow_addons/x.py", OPTIMIZERS),
        {"tf_version": "2.4"},
        "tfa-tf-pair",
    ),
    (XLA, {}, "jax-tf-version-pair"),
    ("TypeError: call_module() got an unexpected keyword argument 'function_list'", {}, "jax-tf-version-pair"),
    (CALL, {"tf_version": "2.12"}, "jax-tf-version-pair"),
    (TFDS, {}, "tf-library-needs-newer-tf"),
    (
        "AttributeError: module 'tensorflow.compat.v2' has no attribute 'contrib'",
        {"tf_version": "1.14", "packages": {"tensorflow-datasets": "2.1.0"}},
        "tf-library-needs-newer-tf",
    ),
    (
        frame("rasa/x.py", "ImportError: cannot import name 'array_ops_stack' from 'tensorflow.python.ops' (/x)"),
        {"tf_version": "2.10"},
        "tf-private-api-import",
    ),
    ("No module named 'tensorflow.python.keras'", {"tf_version": "2.16.1"}, "tf-private-api-import"),
    (pip("tf-agents 0.19.0", ">=2.15", "tensorflow", "2.12.0"), {}, "tf-library-needs-newer-tf"),
    (pip("tensorflow-addons 0.21.0", "<2.14,>=2.11", "tensorflow", "2.15.0"), {}, "tfa-tf-pair"),
    ("ImportError: cannot import name 'formatargspec' from 'inspect' (/x/inspect.py)", {}, "dependency-too-old"),
    ("ModuleNotFoundError: No module named 'six.moves'", {"python_version": "3.12"}, "dependency-too-old"),
    (RESOLVER, {"tf_version_wanted": "2.4.1"}, "resolver-pin-conflict"),
    ("ERROR: Cannot install foo and tensorflow==2.4 because of conflicting dependencies.", {}, "resolver-pin-conflict"),
    (pip("tensorflow 2.6.0", "~=1.12.1", "wrapt", "1.13.3"), {"tf_version": "2.6.0"}, "resolver-pin-conflict"),
]  # fmt: skip


@pytest.mark.parametrize(("log", "environment", "name"), LOGS)
def test_from_a_log(ask: Ask, log: str, environment: dict[str, Any], name: str) -> None:
    primary = ask(log, **environment).primary
    assert primary is not None
    assert primary.name == name
    assert primary.symptom
    assert any(piece.fact == "log" for piece in primary.evidence)


VERSIONS: list[tuple[str, dict[str, str], str, str]] = [
    ("3.8", {"tensorflow": "2.3.4", "h5py": "3.1.0"}, "h5py3-with-old-keras", "error"),
    ("3.10", {"tensorflow": "2.12.1", "wrapt": "1.15.0"}, "wrapt-typing-ext-dictwrapper", "warning"),
    ("3.9", {"tensorflow": "2.6.5", "tensorflow_estimator": "2.9.0"}, "estimator-version", "warning"),
    ("3.7", {"tensorflow": "1.12", "tensorflow_estimator": "1.13.0"}, "estimator-version", "warning"),
    ("3.12", {"tensorflow": "2.18.1", "numpy": "2.0.2", "ml_dtypes": "0.3.2"}, "ml-dtypes-version", "error"),
    ("3.13", {"tensorflow": "2.21.0", "flatbuffers": "1.12"}, "flatbuffers-version", "error"),
    ("3.9", {"tensorflow": "2.8", "flatbuffers": "1.12"}, "flatbuffers-version", "warning"),
    ("3.8", {"tensorflow": "2.2.0", "absl_py": "0.8.1"}, "absl-version", "warning"),
    ("3.7", {"tensorflow": "2.1.0", "scipy": "1.5.1"}, "scipy-pin", "warning"),
    ("3.8", {"tensorflow": "2.3.0", "tensorflow_probability": "0.12.1"}, "tfp-tf-pair", "error"),
    ("3.9", {"tensorflow": "2.8.0", "tensorflow_addons": "0.21.0"}, "tfa-tf-pair", "warning"),
    ("3.11", {"tensorflow": "2.13.1", "wrapt": "1.11.2"}, "dependency-too-old", "error"),
    ("3.12", {"tensorflow": "2.18.1", "six": "1.12.0"}, "dependency-too-old", "error"),
    ("3.7", {"tensorflow": "1.15.5", "gast": "0.4.0"}, "requirement-not-met", "warning"),
]


@pytest.mark.parametrize(("python", "versions", "name", "severity"), VERSIONS)
def test_from_versions(inspect: Ask, python: str, versions: dict[str, str], name: str, severity: str) -> None:
    (finding,) = named(inspect(python, **versions), name)
    assert finding.severity == severity
    assert not finding.symptom
    assert finding.evidence


def test_the_requirement_of_another_companion_is_checked_with_its_marker(inspect: Ask) -> None:
    board = Distribution(
        name="tensorboard",
        version="2.15.0",
        location="/x/site-packages",
        requires=(
            "grpcio>=1.48.2",
            "six>1.9; python_version < '3'",
            "werkzeug>=1.0.1; extra == 'x'",
            "markdown>=2.6.8 ; os_name == 'posix'",
            "not a requirement",
            "requests; nonsense == 'x'",
        ),
    )
    versions = {"tensorflow": "2.15.1", "grpcio": "1.20", "six": "1.0", "werkzeug": "0.1", "markdown": "2.0"}
    unmet = named(inspect("3.11", board, **versions), "requirement-not-met")
    assert [finding.message.split()[3] for finding in unmet if "tensorboard" in finding.message] == [
        "grpcio>=1.48.2;",
        "markdown>=2.6.8;",
    ]


@pytest.mark.parametrize(
    ("log", "environment"),
    [
        (DECODE, {"tf_version": "2.12"}),
        (DECODE, {"tf_version": "2.3", "packages": {"h5py": "2.10.0"}}),
        ("AttributeError: 'EntryPoints' object has no attribute 'get'", {"packages": {"importlib-metadata": "4.13"}}),
        (pip("django 4.0", ">=3.4", "asgiref", "3.3"), {"tf_version": "2.10"}),
        ("ModuleNotFoundError: No module named 'six.moves'", {"python_version": "3.12", "packages": {"six": "1.17.0"}}),
        ("ERROR: Cannot install foo and bar because of conflicting dependencies.", {}),
        (frame("tensorflow/python/x.py", "ImportError: cannot import name 'y' from 'tensorflow.python.ops'"), {}),
        ("ImportError: cannot import name 'x' from 'tensorflow.python' (unknown); 'tensorflow' is not a package", {}),
    ],
)  # fmt: skip
def test_another_cause(ask: Ask, log: str, environment: dict[str, Any]) -> None:
    found = ask(log, **environment).findings
    assert not [finding for finding in found if finding.family == "dependency-version" and finding.symptom]


def test_a_marker_cannot_be_judged_without_the_interpreter(ask: Ask) -> None:
    log = pip("tensorflow 2.1.0", "==1.4.1", "scipy", "1.5.1")
    found = ask(log, tf_version="2.16.1", packages={"numpy": "1.20", "tensorflow": "2.16.1"})
    assert not named(found, "numpy-outside-pin")


def test_a_too_old_typing_extensions_is_not_held_down_by_a_pin(inspect: Ask, ask: Ask) -> None:
    (finding,) = named(inspect("3.12", tensorflow="2.18.1", typing_extensions="3.7.4.3"), "dependency-too-old")
    assert finding.severity == "error"
    found = ask(PARAM_SPEC, tf_version="2.18.1", packages={"typing-extensions": "3.7.4"})
    assert named(found, "dependency-too-old")[0].symptom
    assert not named(found, PINNED)


def test_a_healthy_environment_has_no_finding_of_a_dependency(inspect: Ask) -> None:
    versions = {
        "tensorflow": "2.18.1", "keras": "3.8.0", "numpy": "2.0.2", "protobuf": "5.29.6", "h5py": "3.14.0",
        "ml_dtypes": "0.4.1", "wrapt": "2.5.2", "gast": "0.6.0", "flatbuffers": "25.2.10", "six": "1.17.0",
        "typing_extensions": "4.12.2", "absl_py": "2.1.0", "tensorboard": "2.18.0", "setuptools": "81.0.0",
    }  # fmt: skip
    found = inspect("3.12", **versions).findings
    families = {"dependency-version", "keras-generation", "numpy", "protobuf", "binary-abi"}
    assert not [finding for finding in found if finding.family in families]


def test_each_bound_has_a_rule_of_its_finding() -> None:
    rules = {rule.name for rule in RULES}
    assert {bound.row.finding for bound in Matrix.locate().bounds if bound.row.effect != "none"} <= rules


def test_pages_have_their_sections() -> None:
    families = {"dependency-version", "keras-generation", "numpy", "protobuf", "binary-abi"}
    pages = [rule.page for rule in RULES if rule.family.name in families]
    assert len(pages) > 45
    for page in pages:
        assert [line for line in page.splitlines() if line.startswith("## ")] == [
            "## What it checks",
            "## Why it matters",
            "## How to fix it",
            "## Sources",
        ]


def test_the_matrix_of_the_checkout_is_used() -> None:
    assert (Path(Matrix.locate().root) / "bounds.toml").is_file()


UNLOGGED: list[tuple[dict[str, Any], str, str]] = [
    ({"tf_version": "2.13.0", "packages": {"jax": "0.4.16"}}, "jax-tf-version-pair", "note"),
    ({"tf_version": "2.14.1", "packages": {"jax": "0.4.31"}}, "jax-tf-version-pair", "note"),
    ({"tf_version": "2.1.0", "packages": {"transformers": "4.12.3"}}, "tf-library-needs-newer-tf", "warning"),
    ({"tf_version": "2.7.4", "packages": {"wrapt": "1.15.0"}}, "wrapt-typing-ext-dictwrapper", "note"),
    (
        {"tf_version": "2.12.0", "python_version": "3.8", "packages": {"typing-extensions": "4.6.0"}},
        "wrapt-typing-ext-dictwrapper",
        "note",
    ),
    ({"tf_version": "2.13.0", "packages": {"pydantic": "2.3.0"}}, PINNED, "warning"),
]


@pytest.mark.parametrize(("environment", "name", "severity"), UNLOGGED)
def test_the_versions_of_a_ticket_alone(ask: Ask, environment: dict[str, Any], name: str, severity: str) -> None:
    found = ask(**environment)
    assert found.primary
    assert (found.primary.name, found.primary.severity, found.primary.symptom) == (name, severity, False)


@pytest.mark.parametrize(
    "environment",
    [
        {"tf_version": "2.14.1", "packages": {"jax": "0.4.16"}},
        {"packages": {"jax": "0.4.31"}},
        {"tf_version": "2.9.1", "packages": {"transformers": "4.12.3"}},
        {"tf_version": "2.7.4", "packages": {"wrapt": "1.14.1"}},
        {"tf_version": "2.15.0", "packages": {"pydantic": "2.3.0"}},
        {"tf_version": "2.13.0", "packages": {"pydantic": "1.10.0"}},
    ],
)
def test_versions_that_go_together(ask: Ask, environment: dict[str, Any]) -> None:
    assert not ask(**environment).findings


def test_pip_exchanges_what_tensorflow_pins_exactly(ask: Ask) -> None:
    log = "Attempting uninstall: scipy\n  Found existing installation: scipy 1.5.2"
    assert named(ask(log, tf_version="2.2.0"), "scipy-pin")[0].symptom
    assert not named(ask(log, tf_version="2.4.0"), "scipy-pin")
    log = log.replace("1.5.2", "1.4.1")
    assert not named(ask(log, tf_version="2.2.0"), "scipy-pin")


def test_another_distribution_wants_more_than_the_pin_of_tensorflow(ask: Ask) -> None:
    log = pip("pydantic 2.3.0", ">=4.6.1", "typing-extensions", "4.5.0")
    assert named(ask(log, tf_version="2.13.0"), PINNED)[0].symptom
    assert not named(ask(log, tf_version="2.15.0"), PINNED)


def test_without_frames_the_import_above_tells_who_asks(ask: Ask) -> None:
    error = "AttributeError: module 'tensorflow_core._api.v2.random' has no attribute 'Generator'"
    assert named(ask(f"    import tensorflow_addons as tfa\n{error}", tf_version="2.1.0"), "tfa-tf-pair")
    assert named(ask(f"from tensorflow_probability import x\n{error}", tf_version="2.1.0"), "tfp-tf-pair")
    assert not named(ask(error, tf_version="2.1.0"), "tfa-tf-pair")


def test_the_method_of_absl_is_told_by_its_arguments(ask: Ask) -> None:
    log = "TypeError: findCaller() takes from {} positional arguments but {} were given"
    assert named(ask(log.format("1 to 2", 3), python_version="3.8.5"), "absl-version")
    assert not named(ask(log.format("0 to 1", 2), python_version="3.8.5"), "absl-version")


def test_somebody_needs_a_protobuf_that_the_pin_does_not_admit(ask: Ask) -> None:
    log = pip("grpcio-tools 1.59.2", "<5.0dev,>=4.21.6", "protobuf", "3.19.6")
    for stated in ("2.9", "2.9.3"):  # 2.9.0 itself has no upper limit
        assert [finding.name for finding in ask(log, tf_version=stated).findings] == ["resolver-pin-conflict"]
    assert not ask(log, tf_version="2.9.0").findings
    assert not ask(log, tf_version="2.20.0").primary or ask(log, tf_version="2.20.0").findings[0].symptom is False


@pytest.mark.parametrize(
    ("log", "tensorflow", "late"),
    [
        ("AttributeError: module 'keras.optimizers' has no attribute 'legacy'", "2.6", True),
        ("AttributeError: module 'tensorflow.keras.optimizers' has no attribute 'legacy'", "2.12", False),
        ("AttributeError: module 'keras.optimizers' has no attribute 'legacy'", "", False),
        ("AttributeError: module 'tensorflow._api.v2.experimental' has no attribute 'numpy'", "2.3.1", True),
        ("ImportError: cannot import name 'Normalization' from 'tensorflow.keras.layers'", "", True),
        ("AttributeError: module 'tensorflow.keras.layers' has no attribute 'Nonsense'", "2.4", False),
    ],
)
def test_public_names_that_came_later(ask: Ask, log: str, tensorflow: str, *, late: bool) -> None:
    found = named(ask(log, **({"tf_version": tensorflow} if tensorflow else {})), "tf-library-needs-newer-tf")
    assert bool(found) is late
    assert all(finding.symptom for finding in found)


def test_the_only_companion_that_is_stated_asks_for_private_parts(ask: Ask) -> None:
    log = "ImportError: cannot import name 'compiler' from 'tensorflow.python.autograph.pyct' (/x/__init__.py)"
    found = ask(log, packages={"tensorflow-probability": "0.8"})
    assert found.primary
    assert found.primary.name == "tfp-tf-pair"
    assert not named(found, "tf-private-api-import")
    assert named(ask(log), "tf-private-api-import")


def test_the_words_of_poetry_about_a_pin_of_tensorflow(ask: Ask) -> None:
    log = (
        "Because mine depends on tensorflow (2.11.0) which depends on protobuf (>=3.9.2,<3.20), protobuf is required.\n"
        "So, because mine depends on protobuf (>=4), version solving failed."
    )
    assert ask(log, python_version="3.11", tf_version_wanted="2.11.0").findings[0].name == "resolver-pin-conflict"


def test_importlib_metadata_under_python_3_7_without_a_log(ask: Ask) -> None:
    name, packages = "importlib-metadata-5", {"importlib-metadata": "5.0.0"}
    assert named(ask(python_version="3.7", packages=packages), name)[0].severity == "note"
    assert not named(ask(python_version="3.8", packages=packages), name)
