import json
from typing import Any

import msgspec
import pytest

from tfdoctor import facts
from tfdoctor.facts import NOT_OBSERVED, Absent, Unknown
from tfdoctor.tickets import form, ticket


def read(environment: dict[str, Any] | None = None, **rest: Any) -> facts.Snapshot:
    text = json.dumps({"id": "t", "environment": environment, "expect": {"name": "x"}, "unknown": 3, **rest})
    return ticket.snapshot(form.decode(text))


def test_an_empty_ticket_observes_nothing() -> None:
    found = ticket.snapshot(form.decode(b"{}"))
    assert found == facts.Snapshot(origin="ticket", installation=facts.Installation())
    assert form.decode(b"{}").name == ""


def test_versions_are_canonical_and_unreadable_ones_keep_the_words() -> None:
    found = read({"tf_version": "2.14.0-dev20230531", "python_version": "3", "libc_version": 2.17})
    assert found.tensorflow.version == "2.14.0.dev20230531"
    assert found.interpreter.version == Unknown(reason="the ticket says '3'")
    assert found.system.libc_version == "2.17"
    assert found.system.libc == "glibc"
    assert read({"driver_version": "latest"}).accelerators.driver == facts.Driver(
        version=Unknown(reason="the ticket says 'latest'")
    )


def test_a_number_keeps_its_zero() -> None:
    found = ticket.snapshot(form.decode(b'{"environment": {"tf_version": 2.10, "python_bits": 64}}'))
    assert found.tensorflow.version == "2.10"
    assert found.interpreter.bits == 64


def test_a_container_runs_linux_whatever_the_host_is() -> None:
    found = read({"os": "macOS", "os_version": "12.0", "arch": "arm64", "cpu": "Apple M1 (linux/amd64 under qemu)",
                  "container": "docker"}).system  # fmt: skip
    assert (found.os, found.container, found.arch, found.translated) == ("linux", "docker", "aarch64", "qemu")
    assert found.distribution_version == NOT_OBSERVED
    assert "container: docker" in read({"container": "docker"}).notes


def test_systems() -> None:
    assert read({"os": "Ubuntu", "os_version": "16.04"}).system.distribution_version == "16.04"
    assert read({"os": "Windows", "os_version": "10"}).system.os_version == "10"
    assert read({"os": "Ubuntu", "wsl": "WSL2"}).system.wsl == "2"
    assert read({"os": "Ubuntu", "wsl": True}).system.wsl == "unspecified"
    assert read({"os": "Ubuntu", "wsl": False}).system.wsl == NOT_OBSERVED
    assert read({"container": "docker python:3.12-alpine"}).system.libc == "musl"
    assert read({"libc_version": "musl"}).system.libc == "musl"
    assert read({"os": "Chrome 105"}).system.os == Unknown(reason="the ticket says 'Chrome 105'")


def test_interpreters() -> None:
    assert read({"install_method": "pip 21.0.1 (virtualenv)"}).interpreter.pip_version == "21.0.1"
    assert read({"install_method": "pip 21.0.1 (virtualenv)"}).interpreter.environment == "virtualenv"
    assert read({"install_method": "pip (venv)"}).interpreter.environment == "venv"
    assert read({"conda": "env"}).interpreter.environment == "conda"


def test_packages_and_the_distribution_of_tensorflow() -> None:
    found = read({"tf_version": "2.3.1", "tf_distribution": "tensorflow-gpu", "tf_version_wanted": "2.4.0",
                  "packages": {"Keras_Nightly": "2.7.0", "scipy": None}})  # fmt: skip
    assert found.installation.distributions == (
        facts.Distribution(name="keras-nightly", version="2.7.0"),
        facts.Distribution(name="scipy"),
        facts.Distribution(name="tensorflow-gpu", version="2.3.1"),
    )
    assert found.tensorflow.wanted == "2.4.0"
    assert read({"tf_distribution": "source"}).tensorflow.distribution == Unknown(reason="the ticket says 'source'")
    assert read({"packages": {}}).installation.distributions == NOT_OBSERVED


def test_gpus_in_every_form() -> None:
    gpus = [{"name": "GeForce RTX 3090", "compute_capability": 8.6}, "AMD Radeon VII", {"name": "Apple M2 Max"},
            {"name": "Intel Arc A770"}]  # fmt: skip
    found = read({"gpus": gpus}).accelerators.gpus
    assert not isinstance(found, (Absent, Unknown))
    assert [gpu.vendor for gpu in found] == ["nvidia", "amd", "apple", "intel"]
    assert found[0].compute_capability == "8.6"
    assert read({"gpus": "GTX 1060"}).accelerators.gpus == (facts.Gpu(name="GTX 1060"),)
    assert read({"gpus": []}).accelerators.gpus == ()
    assert read({"gpus": None}).accelerators.gpus == NOT_OBSERVED


def test_libraries_and_the_notes_on_them() -> None:
    found = read({"cuda_versions_found": ["11.0", "11.2"], "cudnn_versions_found": ["8", "8.0.5.39"],
                  "version_notes": ["cuda: 11.2 (nvidia-smi)", "cudnn: 8 (build info only)",
                                    "cudnn: 8.0.5.39 (cuda11.0)"]}).libraries  # fmt: skip
    assert found.toolkits == (facts.Toolkit(version="11.0", source="ticket"),)
    assert found.cudnn == (facts.CudnnVersion(version="8.0.5.39", cuda="11.0"),)
    noted = read({"version_notes": ["cuda: (apt nvidia-cuda-toolkit of Ubuntu 20.04, i.e. 10.1)"]}).libraries
    assert noted.toolkits == (
        facts.Toolkit(version="10.1", source="apt nvidia-cuda-toolkit of Ubuntu 20.04, i.e. 10.1"),
    )
    assert read({"version_notes": "cudnn: (a cuDNN not for CUDA 9.0)"}).libraries == facts.Libraries()
    assert read({"cuda_versions_found": "12"}).libraries.toolkits == (facts.Toolkit(version="12", source="ticket"),)


def test_variables_code_log_and_notes() -> None:
    found = read({"env_vars": {"CUDA_VISIBLE_DEVICES": 1, "X": None}}, log=["a", "b"], code="import tensorflow",
                 statement="never read")  # fmt: skip
    assert found.environ == (facts.Variable(name="CUDA_VISIBLE_DEVICES", value="1"),)
    assert found.log == "a\nb"
    assert found.code == "import tensorflow"
    assert b"never read" not in facts.encode(found)


def test_a_snapshot_of_a_ticket_survives_being_saved() -> None:
    found = read({"os": "macOS", "gpus": [{"name": None, "compute_capability": "8.6"}], "tf_version": "1.x"}, log="x")
    assert facts.decode(facts.encode(found)) == found
    assert found.tensorflow.version == Unknown(reason="the ticket says '1.x'")


@pytest.mark.parametrize(
    ("text", "place"),
    [('{"environment": 3}', "$.environment"), ('{"environment": {"packages": 1}}', "$.environment.packages")],
)
def test_malformed_tickets_name_the_key(text: str, place: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        form.decode(text)
    assert place in str(raised.value)
