"""Rules on the interpreter: from versions of a ticket, from each installer's words, from a machine's facts."""

from typing import Any

import pytest

from tfdoctor import facts
from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.matrix import Matrix
from tfdoctor.rules import RULES
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
OURS = [rule for rule in RULES if rule.family.name in {"python-version", "platform", "tensorflow"}]
NOTHING = "ERROR: Could not find a version that satisfies the requirement tensorflow (from versions: none)"


def ask(log: str = "", **environment: Any) -> Diagnosis:
    stated = ticket.snapshot(form.from_object({"environment": environment, "log": log}))
    return diagnose(stated, MATRIX, OURS, debug=True)


def names(found: Diagnosis) -> list[str]:
    return [finding.name for finding in found.findings]


def machine(python: str = "3.12.3", **versions: str) -> Diagnosis:
    found = tuple(facts.Distribution(name=name.replace("_", "-"), version=text) for name, text in versions.items())
    taken = facts.Snapshot(
        system=facts.System(os="linux", arch="x86_64"),
        interpreter=facts.Interpreter(version=python, bits=64),
        installation=facts.Installation(distributions=found),
    )
    return diagnose(taken, MATRIX, OURS, debug=True)


@pytest.mark.parametrize(
    ("wanted", "python", "target"), [("2.7.0", "3.10", "3.9"), ("1.15.0", "3.8.1", "3.7"), ("2.15", "3.12", "3.11")]
)
def test_no_wheel_by_versions_alone(wanted: str, python: str, target: str) -> None:
    found = ask(tf_version_wanted=wanted, python_version=python, os="Linux")
    assert found.primary is not None
    assert found.primary.name == "python-version-no-wheel"
    assert found.primary.remedies[0].python == target
    assert not found.primary.symptom


@pytest.mark.parametrize(
    "log",
    [
        "ERROR: No matching distribution found for tensorflow==2.10.0",
        "Could not find a version that satisfies the requirement tensorflow==2.10.0 (from versions: 2.12.0rc0, 2.12.0)",
        "ERROR: Could not find a version that matches tensorflow==2.10.0 (from -r Pipfile)",
        "Because tensorflow==2.10.0 has no wheels with a matching Python ABI\n      tag (e.g., `cp311`)",
        "ERROR: Package 'tensorflow' requires a different Python: 3.11.4 not in '>=3.7, <3.11'",
        "- tensorflow requires Python >=3.7,<3.11, so it will not be installable for Python >=3.11,<4.0",
        "ERROR: tensorflow-2.10.0-cp310-cp310-manylinux_2_17_x86_64.whl is not a supported wheel on this platform.",
        "  - tensorflow==2.10.0 -> python[version='>=3.10,<3.11.0a0|>=3.8,<3.9.0a0']\nYour python: python=3.11.4",
    ],
)
def test_no_wheel_in_each_installers_words(log: str) -> None:
    found = ask(log, python_version="3.11.4", os="Windows" if "linux" not in log else "Linux")
    assert names(found)[0] == "python-version-no-wheel"
    assert found.findings[0].symptom


def test_the_log_alone_tells_the_python() -> None:
    log = "Because tensorflow==2.10.0 has no wheels with a matching Python ABI tag (e.g., `cp311`)"
    assert names(ask(log)) == ["python-version-no-wheel"]
    log += "\nhint: You're using CPython 3.11 (`cp311`), but `tensorflow` (v2.10.0) only has wheels"
    assert names(ask(log)) == ["python-version-no-wheel"]


def test_any_release_refused_by_a_new_python_is_only_likely() -> None:
    found = ask(NOTHING, python_version="3.12.0", os="Windows", python_bits=64)
    assert [(row.name, row.confidence) for row in found.findings] == [("python-version-no-wheel", "likely")]
    assert names(ask(NOTHING, python_version="3.12.0")) == []  # no platform: it may be anything
    assert [(row.severity, row.confidence) for row in ask(NOTHING).findings] == [("warning", "possible")]  # presumed


def test_a_python_with_wheels_is_not_blamed() -> None:
    assert names(ask(tf_version_wanted="2.15.0", python_version="3.10", os="Linux", arch="x86_64")) == []
    assert "python-version-no-wheel" not in names(
        ask(NOTHING.replace("tensorflow ", "tensorflow==2.15.0 "), python_version="3.10", os="Linux", arch="x86_64")
    )


def test_the_versions_offered_tell_the_python() -> None:
    log = (
        "Could not find a version that satisfies the requirement tensorflow==1.15 (from versions: 2.5.0, 2.6.0, 2.8.0)"
    )
    found = ask(log)
    assert [(row.name, row.confidence) for row in found.findings] == [("python-version-no-wheel", "likely")]
    assert [row.confidence for row in ask(log.replace("1.15", "2.7.0")).findings] == ["possible"]
    assert [row.confidence for row in ask(log.replace("2.5.0, 2.6.0, 2.8.0", "9.9.9")).findings] == ["possible"]


def test_python_32bit() -> None:
    for stated in ({"python_bits": 32}, {"arch": "x86"}):
        assert names(ask(NOTHING, os="Windows", python_version="3.8", **stated)) == ["python-32bit"]
    log = NOTHING + "\nPython 3.8.5 (tags/v3.8.5:580fbb0) [MSC v.1924 32 bit (Intel)] on win32"
    assert names(ask(log, os="Windows", python_version="3.8")) == ["python-32bit"]
    assert "python-32bit" not in names(ask(NOTHING, os="Windows", python_version="3.12", python_bits=64))


def test_plugins_and_dependencies_without_a_wheel() -> None:
    log = "ERROR: No matching distribution found for tensorflow-metal"
    assert names(ask(log, python_version="3.13", os="macOS", arch="arm64")) == ["plugin-no-wheel-for-python"]
    log = "Unable to find installation candidates for tensorflow-io-gcs-filesystem (0.37.1)"
    assert names(ask(log, python_version="3.11", os="Windows")) == ["platform-wheel-missing"]
    log = "ERROR: No matching distribution found for tensorflow-text==2.13.0"
    assert names(ask(log, python_version="3.10", os="Windows 11")) == ["platform-wheel-missing"]
    assert names(ask(log, python_version="3.12", os="Linux")) == ["plugin-no-wheel-for-python"]
    log = "ERROR: No matching distribution found for libclang>=13.0.0"
    assert names(ask(log, python_version="3.10", os="Linux", arch="ppc64le")) == ["platform-wheel-missing"]
    assert names(ask("ERROR: No matching distribution found for my-own-thing", python_version="3.10", os="Linux")) == []


def test_distutils_removed() -> None:
    found = ask("ModuleNotFoundError: No module named 'distutils'", python_version="3.12")
    assert names(found) == ["distutils-removed"]
    assert names(ask("ModuleNotFoundError: No module named 'distutils.version'"))[0] == "distutils-removed"
    assert names(ask("ModuleNotFoundError: No module named 'distutils'", python_version="3.8")) == []
    assert "distutils-removed" in names(machine(tensorflow="2.18.1"))
    assert "distutils-removed" not in names(machine(tensorflow="2.19.0"))
    assert "distutils-removed" not in names(machine("3.11.2", tensorflow="2.18.1"))
    assert "distutils-removed" not in names(machine(tensorflow="2.13.0", setuptools="68.0.0"))
    (finding,) = ask(tf_version="2.13.0", python_version="3.12.3").findings
    assert (finding.name, finding.severity, finding.confidence) == ("distutils-removed", "warning", "possible")
    assert names(ask(tf_version="2.16.1", python_version="3.12.3")) == []


def test_pkg_resources_removed() -> None:
    found = ask("ModuleNotFoundError: No module named 'pkg_resources'")
    assert (found.findings[0].name, found.findings[0].severity) == ("pkg-resources-removed", "error")
    found = machine(tensorflow="2.20.0", tensorboard="2.20.0", setuptools="82.0.0")
    assert [(row.name, row.severity) for row in found.findings] == [("pkg-resources-removed", "warning")]
    found = machine(tensorflow="2.20.0", tensorflow_hub="0.16.1")
    assert [(row.name, row.severity) for row in found.findings] == [("pkg-resources-removed", "error")]
    (finding,) = ask(python_version="3.13", packages={"tensorflow-hub": "0.16.1"}).findings
    assert (finding.severity, finding.confidence) == ("note", "possible")
    assert names(ask(python_version="3.11", packages={"tensorflow-hub": "0.16.1"})) == []
    found = ask(packages={"tb-nightly": "2.21.0a20251023", "setuptools": "82.0.1"})
    assert names(found) == ["pkg-resources-removed"]
    assert names(machine(tensorflow="2.20.0", tensorboard="2.20.0", setuptools="81.0.0")) == []
    assert names(machine(tensorflow="2.20.0", tensorboard="2.21.0")) == []


def test_wrong_interpreter() -> None:
    log = (
        "Requirement already satisfied: tensorflow in /usr/lib/python3.8/site-packages (2.4.0)\n"
        "ModuleNotFoundError: No module named 'tensorflow'"
    )
    assert names(ask(log, python_version="3.10.4")) == ["wrong-interpreter"]
    assert names(ask(log, python_version="3.8.2")) == []
    alone = ask(log.splitlines()[1], python_version="3.8.2").findings
    assert [(found.name, found.severity, found.confidence) for found in alone] == [
        ("wrong-interpreter", "warning", "possible")
    ]
    log = "pip 22.0 from /opt/lib/python3.9/site-packages/pip (python 3.9)\nNo module named 'tensorflow'"
    assert names(ask(log, python_version="3.11")) == ["wrong-interpreter"]


@pytest.mark.parametrize(
    "log",
    [
        "C:\\\\Users\\\\u\\\\Python36\\\\python.exe - CMD\nD:\\\\Anaconda\\\\python.exe - Jupyter\n",
        "pip 20.1 from /h/env/lib/python3.7/site-packages/pip (python 3.7)\n>>> sys.executable\n'/usr/bin/python3'\n",
        "Requirement already satisfied: tensorflow in /opt/a/lib/python3.9/site-packages (2.9)\n/opt/b/bin/python3.9\n",
    ],
)
def test_wrong_interpreter_by_places(log: str) -> None:
    assert names(ask(log + "ModuleNotFoundError: No module named 'tensorflow'")) == ["wrong-interpreter"]
    assert names(ask(log)) == []


def test_one_interpreter_is_not_a_wrong_one() -> None:
    missing = "ModuleNotFoundError: No module named 'tensorflow'"
    for log in (
        "/opt/a/bin/python train.py\n",
        "pip 20.1 from /opt/a/lib/python3.7/site-packages/pip (python 3.7)\n/opt/a/bin/python3\n",
        "pip 20.1 from /home/u/.local/lib/python3.7/site-packages/pip (python 3.7)\n/usr/bin/python3\n",
    ):
        assert names(ask(log + missing)) == []


FILESYSTEM = "Unable to find installation candidates for tensorflow-io-gcs-filesystem (0.26.0)"


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"container": "docker (alpine)", "python_version": "3.10"}, "platform-wheel-missing"),
        ({"os": "Windows", "python_version": "3.11", "tf_version": "2.14.0"}, "platform-wheel-missing"),
        ({"os": "macOS", "python_version": "3.11"}, "platform-wheel-missing"),
        ({"os": "Linux", "python_version": "3.13"}, "plugin-no-wheel-for-python"),
    ],
)
def test_the_file_system_of_tensorflow_io(environment: dict[str, Any], name: str) -> None:
    assert names(ask(FILESYSTEM, **environment)) == [name]


def test_a_listed_tensorflow_that_the_interpreter_does_not_find() -> None:
    log = "ModuleNotFoundError: No module named 'tensorflow'"
    assert names(ask(log, os="Window 10", packages={"tensorflow": "2.0.0"}))[0] == "wrong-interpreter"
    hollow = ask(log, os="Windows 10", packages={"tensorflow": "2.13.0"}, install_method="poetry")
    assert "wrong-interpreter" not in names(hollow)


def test_uv_names_the_platforms_that_have_wheels() -> None:
    log = (
        "hint: You're on Windows (`win_amd64`), but `tensorflow-io-gcs-filesystem` (v0.37.1) only has wheels for the "
        "following platforms: `manylinux_2_17_aarch64`, `manylinux_2_17_x86_64`"
    )
    assert names(ask(log)) == ["platform-wheel-missing"]


@pytest.mark.parametrize(("wanted", "offered"), [("2.1.0", "2.2.0rc1, 2.2.0rc4"), ("2.14", "2.16.0rc0")])
def test_offered_candidates_tell_the_python(wanted: str, offered: str) -> None:
    log = f"Could not find a version that satisfies the requirement tensorflow=={wanted} (from versions: {offered})"
    assert names(ask(log))[0] == "python-version-no-wheel"


def test_the_path_of_pip_in_a_traceback_tells_the_python() -> None:
    log = (
        "ERROR: tensorflow-1.13.1-cp36-cp36m-linux_x86_64.whl is not a supported wheel on this platform.\n"
        'File "/usr/lib/python3.8/site-packages/pip/_internal/cli/base_command.py", line 188, in main'
    )
    assert names(ask(log))[0] == "python-version-no-wheel"
