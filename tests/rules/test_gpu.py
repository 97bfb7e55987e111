"""The GPU itself: capability, settings, memory, and XLA's tools."""

from typing import Any

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


def machine(*copies: facts.LibraryCopy, name: str = "GeForce RTX 3060", **rest: Any) -> facts.Snapshot:
    gpu = facts.Gpu(name=name, mig=rest.pop("mig", facts.NOT_OBSERVED))
    libraries = facts.Libraries(copies=copies, **rest)
    return facts.Snapshot(
        system=facts.System(os="linux", arch="x86_64"),
        accelerators=facts.Accelerators(gpus=(gpu,), nvml=facts.Nvml(status="ok")),
        libraries=libraries,
        tensorflow=facts.TensorFlow(version="2.11.0", distribution="tensorflow"),
    )


def of_driver(found: Diagnosis) -> list[str]:
    return [finding.name for finding in found.findings if finding.family == "driver"]


# --- compute capability -------------------------------------------------------------------------------


def test_a_gpu_below_the_least_capability() -> None:
    log = (
        "Ignoring visible gpu device (device: 0, name: Quadro K2000M, pci bus id: 0000:01, compute capability: 3.0)"
        " with Cuda compute capability 3.0. The minimum required Cuda capability is 3.5."
    )
    assert (first(ask(log)).name, first(ask(log)).verdict) == ("gpu-cc-too-old", "degraded")
    assert names(ask(tf_version="2.17.0", os="Linux", gpus=["GeForce GTX 960M"])) == ["gpu-cc-too-old"]
    assert names(ask(tf_version="2.0", gpus=[{"name": "Quadro K4200", "compute_capability": "3.0"}])) == [
        "gpu-cc-too-old"
    ]


def test_a_gpu_between_the_capabilities_of_the_build() -> None:
    found = ask("no kernel image is available for execution on the device", tf_version="2.3.1", gpus=["GeForce 940MX"])
    assert (first(found).name, first(found).verdict, first(found).symptom) == ("gpu-cc-gap-in-build", "broken", True)
    assert not names(ask(tf_version="2.4.0", gpus=["GeForce 940MX"]))
    assert not names(ask(tf_version="2.2.0", gpus=["GeForce 940MX"]))


def test_a_gap_of_a_build_that_no_version_is_told_of() -> None:
    log = "GpuLaunchKernel(...) status: Internal: no kernel image is available for execution on the device"
    found = first(ask(log, os="Windows 10", gpus=["GTX 750 Ti"], cuda_versions_found=["10.1"]))
    assert (found.name, found.confidence) == ("gpu-cc-gap-in-build", "likely")
    assert "2.3" in found.message
    assert not names(ask(log, os="Linux", gpus=["GTX 1080"]))
    assert not names(ask(os="Linux", gpus=["GTX 750 Ti"]))


def test_a_generation_that_the_build_does_not_know() -> None:
    found = ask(tf_version="2.3.0", gpus=["GeForce RTX 3090"])
    assert (first(found).name, first(found).severity, first(found).verdict) == ("gpu-cc-too-new", "error", "broken")
    found = ask(tf_version="2.15.0", os="Linux", gpus=["NVIDIA H100"])
    assert (first(found).name, first(found).severity, first(found).verdict) == ("gpu-cc-too-new", "warning", "degraded")
    found = ask("device kernel image is invalid", tf_version="2.15.0", os="Linux", gpus=["NVIDIA H100"])
    assert (first(found).severity, first(found).verdict) == ("error", "broken")


def test_the_message_about_ptx_is_enough() -> None:
    log = "TensorFlow was not built with CUDA kernel binaries compatible with compute capability 12.0."
    assert names(ask(log)) == ["gpu-cc-too-new"]
    assert first(ask(log)).severity == "warning"


def test_capabilities_of_the_same_generation_run() -> None:
    assert not names(ask(tf_version="2.4.0", gpus=["GeForce RTX 3090"]))
    assert not names(ask(tf_version="2.3.0", gpus=["GeForce RTX 2080 Ti"]))
    assert not names(ask(tf_version="1.15.2+nv20.2", gpus=[{"name": "Jetson Nano", "compute_capability": "5.3"}]))
    assert not names(ask(tf_version="2.3.0", gpus=["A card of tomorrow"]))
    assert not names(ask(tf_version="2.6.0", tf_distribution="tensorflow-cpu", gpus=["Quadro K4200"]))


def test_missing_libraries_come_before_missing_kernels() -> None:
    log = "Could not load dynamic library 'libcudart.so.10.1'"
    found = ask(log, tf_version="2.3.0", os="Linux", gpus=["GeForce RTX 3090"], cuda_versions_found=["11.1"])
    assert names(found) == ["cuda-toolkit-too-new", "gpu-cc-too-new"]


# --- settings -----------------------------------------------------------------------------------------


def test_an_index_that_does_not_exist() -> None:
    log = "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"
    found = ask(log, env_vars={"CUDA_VISIBLE_DEVICES": "1"})
    assert (first(found).name, first(found).severity) == ("gpu-hidden-or-ignored-by-setting", "error")
    assert first(found).remedies[0].variable == "CUDA_VISIBLE_DEVICES"
    assert names(ask(log, env_vars={"CUDA_VISIBLE_DEVICES": "(a wrong index)"})) == ["gpu-hidden-or-ignored-by-setting"]
    assert names(ask(gpus=["Tesla T4"], env_vars={"CUDA_VISIBLE_DEVICES": "2"})) == ["gpu-hidden-or-ignored-by-setting"]
    assert first(ask(gpus=["Tesla T4"], env_vars={"CUDA_VISIBLE_DEVICES": "-1"})).severity == "warning"


def test_values_that_hide_nothing() -> None:
    log = "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"
    assert not names(ask(log, env_vars={"CUDA_VISIBLE_DEVICES": "0"}))
    assert not names(ask(log, env_vars={"CUDA_VISIBLE_DEVICES": "GPU-8932f937"}))
    assert not names(ask(gpus=["Tesla T4", "Tesla T4"], env_vars={"CUDA_VISIBLE_DEVICES": "1"}))
    assert not names(ask(env_vars={"CUDA_VISIBLE_DEVICES": "-1"}))


def test_too_few_multiprocessors() -> None:
    log = (
        "Ignoring visible gpu device (device: 1, name: Quadro K620) with Cuda multiprocessor count: 3. "
        "The minimum required count is 8."
    )
    found = ask(log)
    assert names(found) == ["gpu-hidden-or-ignored-by-setting"]
    assert first(found).remedies[0].value == "3"


def test_gpus_of_other_makers() -> None:
    found = ask("failed call to cuInit: CUDA_ERROR_NO_DEVICE: x", tf_distribution="tensorflow (CUDA build)", os="Linux",
                gpus=["AMD Radeon VII"])  # fmt: skip
    assert (first(found).name, first(found).severity) == ("non-nvidia-gpu", "warning")
    assert not names(ask(gpus=["AMD Radeon VII", "Tesla T4"], tf_version="2.6.0"))
    assert not names(ask(gpus=["Apple M2 Max"], os="macOS", tf_version="2.18.0"))
    assert not names(ask(gpus=["AMD Radeon VII"], tf_version="2.4.0", tf_distribution="tensorflow-rocm"))
    assert not names(ask(gpus=["AMD Radeon VII"], tf_version="2.10.0", packages={"tensorflow-directml-plugin": "0.4"}))
    assert not names(ask(gpus=["AMD Radeon VII"], tf_version="2.6.0", tf_distribution="tensorflow-cpu"))


# --- memory and libraries of the driver ---------------------------------------------------------------


def test_memory_where_the_versions_fit() -> None:
    log = "Failed to get convolution algorithm. This is probably because cuDNN failed to initialize"
    found = ask(log, tf_version="2.0.0", cuda_versions_found=["10.0"], cudnn_versions_found=["7.6.4"])
    assert (first(found).name, first(found).confidence) == ("gpu-memory-preallocation", "likely")
    assert first(found).remedies[0].variable == "TF_FORCE_GPU_ALLOW_GROWTH"
    assert names(ask("failed to create cublas handle: CUBLAS_STATUS_NOT_INITIALIZED")) == ["gpu-memory-preallocation"]
    grows = ask(log, env_vars={"TF_FORCE_GPU_ALLOW_GROWTH": "true"})
    assert first(grows).confidence == "possible"


def test_memory_is_not_blamed_for_what_a_version_explains() -> None:
    log = "Could not create cudnn handle: CUDNN_STATUS_NOT_INITIALIZED\nPossibly insufficient driver version: 390.87.0"
    assert names(ask(log)) == ["driver-too-old"]
    log = (
        "Failed to get convolution algorithm.\nLoaded runtime CuDNN library: 8.0.5 but source was compiled with: 8.1.0"
    )
    assert names(ask(log)) == ["cudnn-runtime-older-than-compiled"]


def test_forward_compatibility() -> None:
    compat = facts.LibraryCopy(name="libcuda.so.1", path="/usr/local/cuda-12.2/compat/libcuda.so.1", order=0)
    assert "forward-compatibility-unsupported" in names(check(machine(compat)))
    assert "forward-compatibility-unsupported" not in names(check(machine(compat, name="Tesla T4")))
    log = "failed call to cuInit: CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE: forward compatibility was attempted"
    assert names(ask(log)) == ["forward-compatibility-unsupported"]


def test_the_stub_of_the_driver() -> None:
    stub = facts.LibraryCopy(name="libcuda.so.1", path="/usr/local/cuda/lib64/stubs/libcuda.so.1", order=0)
    assert "cuda-stub-library-loaded" in names(check(machine(stub)))
    behind = facts.LibraryCopy(name="libcuda.so.1", path="/usr/local/cuda/lib64/stubs/libcuda.so.1", order=1)
    assert "cuda-stub-library-loaded" not in names(check(machine(behind)))


def test_mig_is_a_note() -> None:
    found = [item for item in check(machine(name="NVIDIA A100", mig=True)).findings if item.name == "mig-mode-on"]
    assert [item.severity for item in found] == ["note"]
    assert "mig-mode-on" not in names(check(machine(name="NVIDIA A100", mig=False)))


# --- XLA ----------------------------------------------------------------------------------------------


def test_tools_that_xla_does_not_find() -> None:
    log = "error: Can't find libdevice directory ${CUDA_DIR}/nvvm/libdevice"
    found = ask(log, tf_version="2.9.1", os="Windows", cuda_versions_found=["11.7"], gpus=["GeForce GTX 1060"])
    assert (first(found).name, first(found).verdict) == ("xla-cuda-tools-missing", "broken")
    assert [remedy.variable for remedy in first(found).remedies] == ["XLA_FLAGS"]
    found = ask("./bin/ptxas not found\nRelying on driver to perform ptx compilation.", tf_version="2.4.0", os="Linux")
    assert (first(found).severity, first(found).verdict) == ("warning", "degraded")
    found = ask("No PTX compilation provider is available. Neither ptxas/nvlink nor nvjtlink is available.",
                tf_version="2.18.0", os="Linux")  # fmt: skip
    assert first(found).remedies[0].requirements == ("nvidia-cuda-nvcc-cu12",)
    lacking = check(machine(libdevice=facts.ABSENT))
    assert [item.severity for item in lacking.findings if item.name == "xla-cuda-tools-missing"] == ["warning"]


def test_a_ptxas_of_another_age() -> None:
    for log in ("ptxas does not support CC 9.0", "Value 'sm_86' is not defined for option 'gpu-name'"):
        found = ask(log)
        assert (first(found).name, first(found).severity) == ("xla-ptxas-too-old", "warning")
    old = (facts.Tool(name="nvcc", path="/n", version="10.1"), facts.Tool(name="ptxas", path="/p", version="10.1.243"))
    assert "xla-ptxas-too-old" in names(check(machine(tools=old)))
    new = (facts.Tool(name="ptxas", path="/p", version="11.8.89"), *old)
    assert "xla-ptxas-too-old" not in names(check(machine(tools=new)))


# --- builds that are not on the index -----------------------------------------------------------------


def test_a_conda_build_is_as_old_as_its_cuda() -> None:
    old = {"cudatoolkit": "10.1.243"}
    found = ask(tf_distribution="tensorflow-gpu (conda)", conda=True, packages=old, gpus=["Nvidia 3080"])
    assert first(found).name == "gpu-cc-too-new"
    assert "gpu-cc-too-new" in names(ask(tf_version="2.4.1", install_method="conda install", gpus=["RTX3070"]))
    assert not names(ask(tf_version="2.4.1", install_method="conda install", gpus=["RTX 2070"]))
    assert not names(ask(tf_version="2.6.0", install_method="conda install", gpus=["RTX 3070"]))
    new = {"cudatoolkit": "11.2"}
    assert not names(ask(tf_distribution="tensorflow-gpu (conda)", conda=True, packages=new, gpus=["RTX 3080"]))


def test_a_compiler_that_does_not_know_the_gpu() -> None:
    found = ask("LLVM ERROR: PTX version 8.5 does not support target 'sm_120' (or 'sm_120a').")
    assert (first(found).name, first(found).symptom) == ("gpu-cc-too-new", True)


def test_amd_chips_that_amds_build_leaves_out() -> None:
    log = (
        "Ignoring visible gpu device (device: 0, name: AMD Radeon RX 6600 XT, pci bus id: 0000:0c:00.0) with AMDGPU "
        "version : gfx1032. The supported AMDGPU versions are gfx1030, gfx900."
    )
    assert "gfx1032" in first(ask(log)).message
    rocm = {"tf_version": "2.11.0", "tf_distribution": "tensorflow-rocm"}
    assert names(ask(**rocm, gpus=["AMD Radeon RX 6700 XT"])) == ["non-nvidia-gpu"]
    assert not names(ask(**rocm, gpus=["AMD Radeon RX 6800 XT"]))


# --- a GPU that TensorFlow has seen, or an image that is made for one ---------------------------------


def test_a_library_that_is_opened_after_the_gpu_was_seen() -> None:
    log = (
        "Successfully opened dynamic library libcudart.so.10.1\n"
        "Could not load dynamic library 'libcublas.so.10'; dlerror: libcublas.so.10: cannot open shared object file"
    )
    assert first(ask(log, os="Ubuntu", tf_version="2.3.1")).name == "cuda-libs-missing"


def test_containers_without_their_gpu() -> None:
    log = (
        "failed call to cuInit: CUresult(-1)\n"
        'driver version file contents: """NVRM version: NVIDIA UNIX x86_64 Kernel Module 352.93 Tue Apr 5 2016'
    )
    assert first(ask(log, container="docker")).name == "gpu-not-passed-to-container-or-job"
    log = "WARNING: The NVIDIA Driver was not detected.  GPU functionality will not be available."
    found = ask(log, container="nvcr.io/nvidia/tensorflow:19.08-py3", driver_version="390.116")
    assert first(found).name == "gpu-not-passed-to-container-or-job"
    log = "Couldn't open CUDA library libcuda.so.1. LD_LIBRARY_PATH:"
    assert first(ask(log, container="docker x/tensorflow:latest-gpu")).name == "gpu-not-passed-to-container-or-job"
