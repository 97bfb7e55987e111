"""The driver, and whether the GPU reaches the process: each rule from a log, a ticket and a machine."""

from typing import Any

from msgspec import structs

from tfdoctor import facts
from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.matrix import Matrix
from tfdoctor.rules import RULES
from tfdoctor.tickets import form, ticket

MATRIX = Matrix.locate()
GPU_RULES = [rule for rule in RULES if rule.family.name in {"driver", "cuda"}]


def check(snapshot: facts.Snapshot) -> Diagnosis:
    return diagnose(snapshot, MATRIX, GPU_RULES, debug=True)


def ask(log: str = "", **environment: Any) -> Diagnosis:
    return check(ticket.snapshot(form.from_object({"environment": environment, "log": log})))


def names(found: Diagnosis) -> list[str]:
    return [finding.name for finding in found.findings]


def first(found: Diagnosis) -> Finding:
    assert found.primary is not None
    return found.primary


T4 = (facts.Gpu(name="Tesla T4", compute_capability="7.5"),)


def machine(container: str | None = None, **accelerators: Any) -> facts.Snapshot:
    return facts.Snapshot(
        system=facts.System(os="linux", arch="x86_64", container=container or facts.ABSENT),
        accelerators=facts.Accelerators(**accelerators),
        tensorflow=facts.TensorFlow(version="2.11.0", distribution="tensorflow"),
    )


def driver_names(found: Diagnosis) -> list[str]:
    return [finding.name for finding in found.findings if finding.family == "driver"]


# --- driver-missing -----------------------------------------------------------------------------------


def test_the_import_fails_without_the_driver() -> None:
    found = ask("ImportError: libcuda.so.1: cannot open shared object file: No such file or directory",
                tf_version="1.13.1", tf_distribution="tensorflow-gpu")  # fmt: skip
    assert (first(found).name, first(found).verdict) == ("driver-missing", "broken")
    found = ask("Could not find 'nvcuda.dll'. TensorFlow requires that", tf_distribution="tensorflow-gpu", os="Windows")
    assert names(found) == ["driver-missing"]


def test_a_gpu_without_a_driver() -> None:
    log = "failed call to cuInit: UNKNOWN ERROR (303)\nkernel driver does not appear to be running on this host"
    found = ask(log, tf_version="2.6.0", gpus=["GeForce RTX 3060"])
    assert (first(found).name, first(found).verdict) == ("driver-missing", "degraded")
    found = check(machine(nvml=facts.Nvml(status="no-library"), gpus=(), pci_display=("10de:1b06",), device_nodes=()))
    assert driver_names(found) == ["driver-missing"]


def test_no_driver_is_needed_without_a_gpu() -> None:
    log = "Could not load dynamic library 'libcuda.so.1'\nfailed call to cuInit: UNKNOWN ERROR (303)"
    assert not names(ask(log, tf_version="2.6.0", os="Linux"))
    assert not names(check(machine(nvml=facts.Nvml(status="no-library"), gpus=(), pci_display=("1002:73bf",),
                                   device_nodes=())))  # fmt: skip


def test_a_driver_that_is_seen_is_not_missing() -> None:
    nvml = facts.Nvml(status="no-library")
    libcuda = facts.LibraryCopy(name="libcuda.so.1", path="/usr/lib/wsl/lib/libcuda.so.1", order=0)
    snapshot = machine(nvml=nvml, gpus=(), pci_display=("10de:1b06",), device_nodes=("/dev/dxg",))
    known = structs.replace(snapshot, libraries=facts.Libraries(copies=(libcuda,)))
    assert "driver-missing" not in names(check(known))
    assert "nvml-library-missing" in names(check(known))
    versioned = machine(nvml=nvml, pci_display=("10de:1b06",), device_nodes=(), driver=facts.Driver(version="535.1"))
    assert "driver-missing" not in names(check(versioned))


# --- mismatch and age ---------------------------------------------------------------------------------


def test_kernel_module_and_library_differ() -> None:
    log = "libcuda reported version is: 450.142.0\nkernel reported version is: 450.66.0"
    assert names(ask(log)) == ["driver-kernel-library-mismatch"]
    assert names(ask(driver_version="460.91.3", libcuda_version="470.57.2")) == ["driver-kernel-library-mismatch"]
    assert names(ask("Failed to initialize NVML: Driver/library version mismatch")) == [
        "driver-kernel-library-mismatch"
    ]
    found = check(machine(nvml=facts.Nvml(status="version-mismatch", detail="Driver/library version mismatch")))
    assert names(found) == ["driver-kernel-library-mismatch"]


def test_the_same_version_in_other_words() -> None:
    assert not names(ask("libcuda reported version is: 340.101.0\nkernel reported version is: 340.101"))
    assert not names(ask(driver_version="460.91.03", libcuda_version="460.91.3"))


def test_too_old_by_the_runtime_that_is_used() -> None:
    found = ask(
        tf_version="2.11.0", os="Linux", gpus=["Tesla T4"], driver_version="418.87", cuda_versions_found=["11.2"]
    )
    assert names(found) == ["driver-too-old"]
    assert "450.80.02" in first(found).message
    assert names(ask(tf_version="1.11.0", tf_distribution="conda build (CUDA 9.2)", driver_version="390.87")) == [
        "driver-too-old"
    ]
    assert names(ask(tf_version="1.12", install_method="conda", cuda_versions_found=["9.2"], driver_version="390.87",
                     os="Linux")) == ["driver-too-old"]  # fmt: skip
    assert names(ask(tf_version="2.15.1", os="Linux", gpus=["Tesla T4"], driver_cuda_version="11.4")) == [
        "driver-too-old"
    ]


def test_what_says_that_the_driver_is_too_old() -> None:
    log = "cudaGetDevice() failed. Status: CUDA driver version is insufficient for CUDA runtime version"
    assert (first(ask(log)).name, first(ask(log)).verdict) == ("driver-too-old", "broken")
    log = "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=11.6, please update your driver"
    assert names(ask(log)) == ["driver-too-old"]
    log = "Possibly insufficient driver version: 390.87.0"
    assert "390.87.0" in first(ask(log)).message


def test_drivers_that_are_new_enough() -> None:
    assert not names(ask(tf_version="2.11.0", os="Linux", gpus=["Tesla T4"], driver_version="580.65.06"))
    assert not names(ask(tf_version="2.11.0", os="Linux", gpus=["Tesla T4"], driver_cuda_version="11.0"))
    assert not names(ask(tf_version="2.15.1", os="Ubuntu", wsl="WSL2", gpus=["Tesla T4"], driver_version="551.76"))
    assert not names(ask(tf_version="2.6.0", tf_distribution="tensorflow-cpu", driver_version="390.87"))
    assert not names(ask(tf_version="2.6.0", gpus=["Tesla T4"], driver_cuda_version="10"))
    assert not names(ask(driver_version="390.87"))


# --- reaching the process -----------------------------------------------------------------------------


def test_uvm() -> None:
    log = "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error"
    assert names(ask(log, container="lxc with passed-through /dev/nvidia*")) == ["nvidia-uvm-not-ready"]
    found = check(machine(device_nodes=("/dev/nvidia0", "/dev/nvidiactl"), gpus=()))
    assert "nvidia-uvm-not-ready" in names(found)
    nodes = ("/dev/nvidia-uvm", "/dev/nvidia0", "/dev/nvidiactl")
    assert "nvidia-uvm-not-ready" not in names(check(machine(device_nodes=nodes, gpus=())))


def test_a_container_without_the_gpu() -> None:
    log = "failed call to cuInit: UNKNOWN ERROR (-1)\nno NVIDIA GPU device is present: /dev/nvidia0 does not exist"
    found = ask(log, tf_distribution="docker tensorflow/tensorflow:latest-gpu", container="docker run without --gpus")
    assert names(found) == ["gpu-not-passed-to-container-or-job"]
    assert "--gpus all" in first(found).remedies[0].text
    assert names(ask("GPU device not found", os="Colab")) == ["gpu-not-passed-to-container-or-job"]
    inside = machine("docker", gpus=(), device_nodes=(), driver=facts.Driver(kernel_version="535.104.05"))
    assert names(check(inside)) == ["gpu-not-passed-to-container-or-job"]
    named = structs.replace(
        machine("podman", gpus=()), environ=(facts.Variable(name="NVIDIA_VISIBLE_DEVICES", value="void"),)
    )
    assert "CDI" in first(check(named)).remedies[0].text


def test_containers_that_need_no_gpu() -> None:
    assert not names(check(machine("docker", gpus=(), device_nodes=(), pci_display=())))
    assert not names(ask("no NVIDIA GPU device is present: /dev/nvidia0 does not exist", container="docker",
                         tf_version="2.6.0", tf_distribution="tensorflow-cpu"))  # fmt: skip
    assert not names(ask("docker run --gpus all image", container="docker", gpus=["Tesla T4"]))


def test_permissions() -> None:
    found = check(machine(unreadable_nodes=("/dev/nvidia0",), gpus=()))
    assert "gpu-not-permitted" in names(found)
    assert names(check(machine(nvml=facts.Nvml(status="no-permission"), gpus=()))) == ["gpu-not-permitted"]
    assert names(ask("/dev/nvidiactl: Permission denied")) == ["gpu-not-permitted"]


def test_a_lost_gpu() -> None:
    assert names(ask("Unable to determine the device handle: GPU is lost. Reboot")) == ["gpu-lost"]
    assert names(check(machine(nvml=facts.Nvml(status="gpu-lost"), gpus=()))) == ["gpu-lost"]
    assert not names(check(machine(nvml=facts.Nvml(status="ok"), gpus=())))


def test_jobs_and_notebooks_without_a_gpu() -> None:
    log = "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"
    assert names(ask(log, os="Linux (HPC)", gpus=["NVIDIA A100"])) == ["gpu-not-passed-to-container-or-job"]
    assert names(ask(log, os="Ubuntu", container="docker", gpus=["Tesla T4"])) == ["gpu-not-passed-to-container-or-job"]
    log = "Could not load dynamic library 'libcuda.so.1'\nfailed call to cuInit: UNKNOWN ERROR (303)"
    assert names(ask(log, tf_distribution="docker tensorflow/tensorflow:2.4.1-gpu", tf_version="2.4.1")) == [
        "gpu-not-passed-to-container-or-job"
    ]
    assert not names(ask(log, os="Linux", container="docker", tf_version="2.4.1"))


def test_an_image_for_gpus_says_so() -> None:
    inside = machine("docker", gpus=(), device_nodes=(), driver=facts.Driver(kernel_version="535.104.05"))
    assert first(check(inside)).severity == "warning"
    made = structs.replace(inside, environ=(facts.Variable(name="NVIDIA_REQUIRE_CUDA", value="cuda>=12.2"),))
    assert first(check(made)).severity == "error"


def test_uvm_is_a_module_of_linux() -> None:
    log = "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error"
    found = ask(log, tf_version="2.5.0", os="Windows", driver_version="441.22", gpus=["GeForce GTX 1060"])
    assert names(found) == ["driver-too-old"]


def test_a_build_that_is_only_named_for_gpus_gives_a_warning() -> None:
    log = "failed call to cuInit: UNKNOWN ERROR (303)"
    found = ask(log, tf_version="2.6.0", tf_distribution="tensorflow-gpu", os="Linux")
    assert (first(found).name, first(found).severity) == ("driver-missing", "warning")


# --- messages and code of others ----------------------------------------------------------------------


def test_the_stub_of_libcuda_in_a_container() -> None:
    for message in ("failed call to cuInit: CUresult(-1)", "failed call to cuInit: UNKNOWN ERROR (-1)"):
        found = ask(
            message, container="docker", gpus=["Tesla T4"], tf_version="1.9.0", tf_distribution="tensorflow-gpu"
        )
        assert first(found).name == "gpu-not-passed-to-container-or-job"


def test_no_device_in_a_notebook_service_although_the_setting_is_right() -> None:
    log = "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"
    facts = {"container": "colab", "tf_version": "1.13.1", "tf_distribution": "tensorflow-gpu"}
    found = ask(log, **facts, env_vars={"CUDA_VISIBLE_DEVICES": "0"})
    assert names(found) == ["gpu-not-passed-to-container-or-job"]


def test_a_notebook_service_answers_that_there_is_no_gpu() -> None:
    found = ask("tf.test.is_gpu_available() returns False", container="colab")
    assert names(found) == ["gpu-not-passed-to-container-or-job"]
    assert not names(ask("tf.test.is_gpu_available() returns True", container="colab"))


def test_a_setting_in_the_code_hides_the_gpu() -> None:
    refused = "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"
    for code in ('os.environ["CUDA_VISIBLE_DEVICES"]="-1"', "os.environ.setdefault('CUDA_VISIBLE_DEVICES', '3')"):
        snapshot = ticket.snapshot(form.from_object({"environment": {}, "log": refused, "code": code}))
        finding = first(check(snapshot))
        assert finding.name == "gpu-hidden-or-ignored-by-setting"
        assert finding.evidence[0].source == "code"


def test_a_refused_capability_on_a_line_of_its_own() -> None:
    log = "Ignoring gpu device (device: 0, name: GRID K520)\nwith Cuda compute capability 3.0. The minimum required"
    assert names(ask(log + " Cuda capability is 3.5.")) == ["gpu-cc-too-old"]


def test_a_jetson_build_that_asks_for_the_cuda_of_another_jetpack() -> None:
    log = "ImportError: libcusolver.so.8.0: cannot open shared object file: No such file or directory"
    board = {"arch": "aarch64", "gpus": [{"name": "Jetson TX2"}], "tf_version": "1.3.0", "cuda_versions_found": ["9.0"]}
    stated = form.from_object({"environment": board, "log": log})
    assert first(diagnose(ticket.snapshot(stated), MATRIX, debug=True)).name == "jetson-wheel-jetpack-mismatch"


def test_a_driver_too_old_for_the_only_cuda_where_the_release_is_not_known() -> None:
    image: dict[str, Any] = {"container": "docker nvidia/cuda:8.0-cudnn5", "cuda_versions_found": ["8.0.61"]}
    assert first(ask(driver_version="367.35", **image)).name == "driver-too-old"
    assert ask(driver_version="390.48", **image).primary is None


def test_the_right_cuda_of_an_old_release_that_the_loader_does_not_reach() -> None:
    log = "ImportError: libcudart.so.7.5: cannot open shared object file: No such file or directory"
    assert first(ask(log, cuda_versions_found=["7.5"])).name == "lib-path-not-set"
    assert first(ask(log, cuda_versions_found=["7.0"])).name == "cuda-toolkit-too-old"


def test_a_pre_release_is_not_held_to_the_cudnn_of_its_final_release() -> None:
    facts_of = {"cuda_versions_found": ["10.0"], "cudnn_versions_found": ["7.4.1"], "gpus": [{"name": "RTX 2080"}]}
    log = "Could not create cudnn handle: CUDNN_STATUS_INTERNAL_ERROR"
    assert first(ask(log, tf_version="2.0.0", **facts_of)).name == "cudnn-runtime-older-than-compiled"
    assert "cudnn-runtime-older-than-compiled" not in names(ask(log, tf_version="2.0.0-beta0", **facts_of))
