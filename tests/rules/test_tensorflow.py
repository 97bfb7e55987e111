"""Rules on which TensorFlow is installed."""

from typing import Any

import pytest

from tfdoctor import facts
from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.facts import (
    ABSENT,
    Accelerators,
    Distribution,
    Gpu,
    Installation,
    Interpreter,
    Snapshot,
    System,
    TensorFlow,
)
from tfdoctor.matrix import Matrix
from tfdoctor.rules import RULES
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
OURS = [rule for rule in RULES if rule.family.name in {"platform", "tensorflow", "installation"}]
T4 = Gpu(name="Tesla T4", compute_capability="7.5")


def check(snapshot: Snapshot) -> Diagnosis:
    return diagnose(snapshot, MATRIX, OURS, debug=True)


def ask(log: str = "", **environment: Any) -> Diagnosis:
    return check(ticket.snapshot(form.from_object({"environment": environment, "log": log})))


def names(found: Diagnosis) -> list[str]:
    return [finding.name for finding in found.findings]


def machine(*distributions: tuple[str, str], os: str = "linux", arch: str = "x86_64", **parts: Any) -> Diagnosis:
    found = tuple(Distribution(name=name, version=version, requires=()) for name, version in distributions)
    return check(
        Snapshot(
            system=System(os=os, arch=arch),
            interpreter=parts.pop("interpreter", Interpreter(version="3.10.2", bits=64)),
            installation=Installation(distributions=found),
            **parts,
        )
    )


def test_two_tensorflow_distributions() -> None:
    found = machine(("tensorflow", "2.10.0"), ("tensorflow-cpu", "2.10.0"))
    assert [(row.name, row.verdict) for row in found.findings] == [("two-tensorflow-distributions", "degraded")]
    assert found.findings[0].remedies[0].distributions == ("tensorflow", "tensorflow-cpu")
    found = machine(("tensorflow", "2.10.0"), ("tensorflow-gpu", "2.4.0"))
    assert [(row.name, row.verdict) for row in found.findings] == [("two-tensorflow-distributions", "broken")]
    assert names(machine(("tensorflow", "2.10.0"))) == []
    assert (
        names(ask(tf_version="1.14", tf_distribution="tensorflow over tensorflow-gpu"))[0]
        == "two-tensorflow-distributions"
    )


def test_the_last_of_two_distributions_can_be_whole() -> None:
    whole = Distribution(name="tensorflow-cpu", version="2.19.0", missing_count=0, altered_count=0)
    buried = Distribution(name="tensorflow", version="2.20.0", missing_count=3, altered_count=3386)
    case = Snapshot(
        system=System(os="linux", arch="x86_64"),
        interpreter=Interpreter(version="3.12.1", bits=64, machine="x86_64"),
        installation=Installation(distributions=(whole, buried)),
        tensorflow=TensorFlow(version="2.19.0", distribution="tensorflow-cpu"),
    )
    found = [row for row in check(case).findings if row.name == "two-tensorflow-distributions"]
    assert [(row.severity, row.verdict) for row in found] == [("warning", "degraded")]
    assert "the files on disk are those of tensorflow-cpu 2.19.0" in found[0].message


@pytest.mark.parametrize(
    ("os", "arch", "contents"),
    [
        ("windows", "x86_64", "tensorflow-intel"),
        ("linux", "aarch64", "tensorflow-cpu-aws"),
        ("macos", "arm64", "tensorflow-macos"),
    ],
)
def test_a_shell_and_its_contents_are_one(os: str, arch: str, contents: str) -> None:
    assert names(machine(("tensorflow", "2.14.0"), (contents, "2.14.0"), os=os, arch=arch)) == []


def test_tensorflow_intel_missing() -> None:
    found = machine(("tensorflow", "2.15.0"), os="windows")
    assert [(row.name, row.confidence) for row in found.findings] == [("tensorflow-intel-missing", "certain")]
    assert found.findings[0].remedies[0].requirements == ("tensorflow-intel==2.15.0",)
    assert names(machine(("tensorflow", "2.19.0"), os="windows")) == []
    assert names(machine(("tensorflow", "2.10.0"), os="windows")) == []
    assert names(machine(("tensorflow", "2.15.0"))) == []
    assert names(ask(tf_version="2.16.1", os="Windows", install_method="uv lock")) == ["tensorflow-intel-missing"]
    log = "ModuleNotFoundError: No module named 'tensorflow'"
    assert ask(log, tf_version="2.13.0", os="Windows").findings[0].symptom
    assert names(ask(tf_version="2.16.1", os="Windows", install_method="pip")) == []


def test_tensorflow_gpu_removed() -> None:
    log = "Collecting tensorflow-gpu\n  Downloading tensorflow_gpu-2.12.0.tar.gz (2.6 kB)"
    assert names(ask(log)) == ["tensorflow-gpu-removed"]
    log = "Could not find a version that satisfies the requirement tensorflow-gpu==2.13.0 (from versions: 2.12.0)"
    assert names(ask(log, os="Linux", python_version="3.10")) == ["tensorflow-gpu-removed"]
    log = "ERROR: No matching distribution found for tensorflow-gpu"
    assert names(ask(log, os="Linux", python_version="3.12")) == ["tensorflow-gpu-removed"]
    assert "tensorflow-gpu-removed" not in names(ask(log, os="Linux", python_version="3.8"))
    assert names(ask(tf_version="2.10.0", tf_distribution="tensorflow-gpu", os="Linux")) == []


def test_user_site_shadows_env() -> None:
    log = (
        'File "/home/u/.local/lib/python3.8/site-packages/tensorflow/__init__.py", line 41, in <module>\n'
        'File "/home/u/miniconda3/envs/tf/lib/python3.8/importlib/__init__.py", line 127, in import_module'
    )
    found = ask(log, os="Linux")
    assert [(row.name, row.symptom) for row in found.findings] == [("user-site-shadows-env", True)]
    assert names(ask(log.splitlines()[0], os="Linux")) == []
    assert names(ask(log.replace(".local/lib", "miniconda3/envs/tf/lib"), os="Linux")) == []
    user = "/home/u/.local/lib/python3.10/site-packages"
    inside = Interpreter(version="3.10.2", bits=64, environment="conda", user_site=user)
    taken = TensorFlow(version="2.10.0", path=f"{user}/tensorflow")
    found = machine(("tensorflow", "2.10.0"), interpreter=inside, tensorflow=taken)
    assert [(row.name, row.severity) for row in found.findings] == [("user-site-shadows-env", "warning")]
    plain = Interpreter(version="3.10.2", bits=64, environment="system", user_site=user)
    assert names(machine(("tensorflow", "2.10.0"), interpreter=plain, tensorflow=taken)) == []


def test_a_jetson_has_one_cuda() -> None:
    log = "ImportError: libcublas.so.9.0: cannot open shared object file: No such file or directory"
    here = {"arch": "aarch64", "cuda_versions_found": ["10.0"]}
    for system in ("Jetson TX2", "L4T"):
        assert names(ask(log, os=system, **here)) == ["jetson-wheel-jetpack-mismatch"]
    assert "jetson-wheel-jetpack-mismatch" not in names(ask(log, os="Ubuntu", **here))
    assert names(ask(log.replace("9.0", "10.0"), os="Jetson TX2", **here)) != ["jetson-wheel-jetpack-mismatch"]


def test_jetson_wheel_jetpack_mismatch() -> None:
    jetson = {"os": "L4T", "arch": "aarch64", "tf_distribution": "tensorflow (NVIDIA Jetson wheel)"}
    assert names(ask(tf_version="2.3.1+nv20.12", os_version="JetPack 4.6", **jetson)) == [
        "jetson-wheel-jetpack-mismatch"
    ]
    assert names(ask(tf_version="2.3.1+nv20.12", os_version="JetPack 4.5", **jetson)) == []
    assert names(ask(tf_version="2.3.1", os_version="JetPack 4.5", **jetson)) == []
    found = ask(tf_version="2.3.1+nv19.12", os_version="JetPack 4.5", **jetson)
    assert [row.confidence for row in found.findings] == ["possible"]
    found = ask(tf_version="2.3.1", os_version="JetPack 4.5", install_method="pip jp/v46", **jetson)
    assert names(found) == ["jetson-wheel-jetpack-mismatch"]


def test_windows_native_gpu_unsupported() -> None:
    gpu = Accelerators(gpus=(T4,))
    full = (("tensorflow", "2.15.0"), ("tensorflow-intel", "2.15.0"))
    found = machine(*full, os="windows", accelerators=gpu)
    assert [(row.name, row.severity) for row in found.findings] == [("windows-native-gpu-unsupported", "warning")]
    assert names(machine(*full, os="windows", accelerators=Accelerators(gpus=()))) == []
    assert names(machine(("tensorflow", "2.10.1"), os="windows", accelerators=gpu)) == []
    assert names(machine(*full, ("tensorflow-directml-plugin", "0.4.0"), os="windows", accelerators=gpu)) == []
    rtx = [{"name": "RTX 3070"}]
    found = ask("Num GPUs Available:  0", os="Windows", tf_version="2.13", gpus=rtx)
    assert [(row.name, row.symptom) for row in found.findings] == [("windows-native-gpu-unsupported", True)]
    assert names(ask(os="Windows", cuda_versions_found=["12.3"], gpus=rtx)) == ["windows-native-gpu-unsupported"]
    assert names(ask(os="Windows", wsl="2", tf_version="2.13", gpus=rtx)) == []
    assert names(ask(os="Windows", tf_version="2.10", tf_distribution="tensorflow-gpu", gpus=rtx)) == []


def test_cpu_only_package_installed() -> None:
    gpu = Accelerators(gpus=(T4,))
    for version, name in (("2.0.0", "tensorflow"), ("1.14.0", "tensorflow"), ("2.12.0", "tensorflow-cpu")):
        found = machine((name, version), accelerators=gpu)
        assert [(row.name, row.verdict) for row in found.findings] == [("cpu-only-package-installed", "degraded")]
    assert found.findings[0].remedies[1].requirements == ("tensorflow==2.12.0",)
    assert names(machine(("tensorflow-cpu", "2.12.0"), accelerators=Accelerators(gpus=()))) == []
    assert names(machine(("tensorflow", "2.12.0"), accelerators=gpu)) == []
    assert names(ask(tf_version="1.15.5", tf_distribution="tensorflow", os="Linux")) == ["cpu-only-package-installed"]
    assert names(ask(tf_version="1.12.0", tf_distribution="tensorflow", os="Linux")) == []
    conda: dict[str, Any] = {
        "tf_distribution": "conda mkl_py39",
        "os": "Linux",
        "tf_version": "2.9.1",
        "gpus": [{"name": "RTX 3070"}],
    }
    assert names(ask(**conda)) == ["cpu-only-package-installed"]
    assert names(machine(("tensorflow-macos", "2.12.0"), os="macos", arch="arm64", accelerators=gpu)) == []


def test_tensorflow_not_installed() -> None:
    assert names(machine(("numpy", "2.0.0"), tensorflow=TensorFlow(path=ABSENT))) == ["tensorflow-not-installed"]
    assert names(machine(("tf-nightly", "2.22.0.dev20260101"))) == []
    assert names(machine(("numpy", "2.0.0"), tensorflow=TensorFlow(version="2.9.0", path="/x/tensorflow"))) == []
    assert names(ask(python_version="3.10")) == []
    shadowed = Installation(distributions=(), shadows=(facts.Shadow(module="tensorflow", path="/w/tensorflow.py"),))
    hidden = check(Snapshot(installation=shadowed, tensorflow=TensorFlow(path=ABSENT)))
    assert "tensorflow-not-installed" not in names(hidden)


def test_a_lock_that_asks_for_an_intel_wheel_that_does_not_exist() -> None:
    log = (
        "Because no versions of tensorflow match >2.15.0.post1,<3.0.0\n and tensorflow (2.15.0.post1) depends on "
        "tensorflow-intel (2.15.0.post1), tensorflow (>=2.15.0.post1,<3.0.0) requires tensorflow-intel.\n"
        "So, because no versions of tensorflow-intel match 2.15.0.post1, version solving failed."
    )
    found = diagnose(ticket.snapshot(form.from_object({"log": log})), MATRIX, debug=True)
    assert names(found) == ["tensorflow-intel-missing"]


def test_a_candidate_of_the_stub() -> None:
    found = ask(tf_version_wanted="2.12.0rc0", tf_distribution="tensorflow-gpu")
    assert names(found) == ["tensorflow-gpu-removed"]


@pytest.mark.parametrize(
    "log", [">>> tf.test.is_built_with_cuda()\nFalse", "tf.test.is_built_with_cuda() returns False"]
)
def test_a_build_that_says_that_it_has_no_cuda(log: str) -> None:
    conda = {"os": "Windows 10", "tf_version": "2.3.0", "conda": True, "gpus": ["NVIDIA GPU"]}
    assert names(ask(log, **conda)) == ["cpu-only-package-installed"]
    assert not names(ask(log.replace("False", "True"), **conda))


def test_contents_that_a_ticket_names_without_a_version_are_not_there() -> None:
    packages = {"tensorflow": "2.11.0", "tensorflow-intel": None}
    assert "tensorflow-intel-missing" in names(ask(os="Windows", install_method="poetry", packages=packages))
    packages["tensorflow-intel"] = "2.11.0"
    assert names(ask(os="Windows", install_method="poetry", packages=packages)) == []
