"""The GPU itself: its compute capability against the build, settings that hide it, memory."""

import re
from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.rules import _sonames as sonames
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import Cuda, cuda
from tfdoctor.rules._rule import DRIVER, Conclusion, rule
from tfdoctor.rules.capability import misfits
from tfdoctor.rules.cudnn import explains_failure


@rule("TFD207", DRIVER, severity="warning", verdict="degraded")
def gpu_hidden_or_ignored_by_setting(case: Case) -> Iterator[Conclusion]:
    """A setting hides the GPU: CUDA_VISIBLE_DEVICES or the multiprocessor minimum.

    ## What it checks
    Whether CUDA_VISIBLE_DEVICES is empty, -1, or names no GPU that is there, and whether TensorFlow ignored a GPU for
    its number of multiprocessors (TF_MIN_GPU_MULTIPROCESSOR_COUNT).

    ## Why it matters
    CUDA stops at the first index that does not exist, so `CUDA_VISIBLE_DEVICES=1` hides the only GPU (index 0) and
    cuInit answers CUDA_ERROR_NO_DEVICE. Where several GPUs differ, TensorFlow leaves out the small ones.

    ## How to fix it
    Unset the variable, or name an index that `nvidia-smi -L` lists; lower TF_MIN_GPU_MULTIPROCESSOR_COUNT.

    ## Sources
    https://docs.nvidia.com/cuda/cuda-c-programming-guide/#env-vars;
    https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/common_runtime/gpu/gpu_device.cc
    """
    view = cuda(case)
    value = case.variable("CUDA_VISIBLE_DEVICES")
    none = [
        event for event in case.events.of("cuinit-failed", "cuda-error") if event["error"] == "CUDA_ERROR_NO_DEVICE"
    ]
    if value is not None and _hides(view, value, refused=bool(none)) and not view.works:
        yield Conclusion(
            message=f"CUDA_VISIBLE_DEVICES={value} hides every GPU from CUDA.",
            evidence=(Evidence(fact="environ.CUDA_VISIBLE_DEVICES", value=value), *logged(none[:2])),
            remedies=(Remedy(kind="unset-variable", text="Let CUDA see the GPU.", variable="CUDA_VISIBLE_DEVICES"),),
            severity="error" if none else None,
            symptom=bool(none) or view.symptom,
        )
    for event in case.events.of("gpu-ignored-multiprocessors"):
        yield Conclusion(
            message=f"TensorFlow ignores a GPU of {event['count']} multiprocessors: it wants {event['minimum']}.",
            evidence=logged([event]),
            remedies=(
                Remedy(
                    kind="set-variable",
                    text="Admit the smaller GPU as well.",
                    variable="TF_MIN_GPU_MULTIPROCESSOR_COUNT",
                    value=event["count"],
                ),
            ),
            symptom=True,
        )
        return


def _hides(view: Cuda, value: str, *, refused: bool) -> bool:
    """Whether a value of CUDA_VISIBLE_DEVICES leaves no GPU; where their number is unknown cuInit's refusal decides."""
    text = value.strip()
    if not view.intended and not refused:
        return False
    if text in {"", "-1"} or text.lower() in {"none", "nodevfiles"}:
        return True
    first = text.split(",")[0].strip()
    stated = known(view.case.snapshot.accelerators.gpus)
    count = len([gpu for gpu in stated if gpu.vendor == "nvidia"]) if stated else 0
    if first.isdigit():
        return int(first) >= count if count else refused and int(first) > 0
    return refused and not first.upper().startswith(("GPU-", "MIG-"))


@rule("TFD208", DRIVER, severity="warning", verdict="degraded")
def non_nvidia_gpu(case: Case) -> Iterator[Conclusion]:
    """The only GPU is not NVIDIA's, and this is a CUDA build.

    ## What it checks
    The makers of the GPUs that are stated or that the driver lists, against the kind of build.

    ## Why it matters
    The wheels named tensorflow on Linux and Windows know CUDA only. On an AMD, Intel or other GPU they run on the CPU,
    and cuInit's complaint is then harmless.

    ## How to fix it
    For AMD use AMD's tensorflow-rocm build on a supported chip; on Windows tensorflow-directml-plugin with 2.10; on
    Apple silicon tensorflow-metal.

    ## Sources
    https://rocm.docs.amd.com/projects/install-on-linux/; https://developer.apple.com/metal/tensorflow-plugin/
    """
    view = cuda(case)
    stated = known(case.snapshot.accelerators.gpus) or ()
    others = [gpu for gpu in stated if gpu.vendor != "nvidia"]
    if not others or len(others) != len(stated) or view.works or view.os == "macos":
        return
    plugins = (
        "tensorflow-directml-plugin",
        "tensorflow-metal",
        "intel-extension-for-tensorflow",
        "tensorflow-directml",
    )
    if case.distribution in {"tensorflow-rocm", *plugins} or any(case.has(name) for name in plugins):
        return
    if view.is_cuda is False:
        return
    names = ", ".join(known(gpu.name) or gpu.vendor for gpu in others)
    events = case.events.of("cuinit-failed", "gpu-none")
    yield Conclusion(
        message=f"{names}: no NVIDIA GPU, so this CUDA build of TensorFlow runs on the CPU.",
        evidence=(
            *(Evidence(fact="accelerators.gpus", value=known(gpu.name) or gpu.vendor) for gpu in others),
            *logged(events[:2]),
            *view.build_evidence,
        ),
        remedies=(Remedy(kind="manual", text="Use a build for this GPU (ROCm for AMD on Linux), or accept the CPU."),),
        symptom=bool(events),
    )


# --- memory and the rest ------------------------------------------------------------------------------


@rule("TFD231", DRIVER)
def gpu_memory_preallocation(case: Case) -> Iterator[Conclusion]:
    """The cuDNN or cuBLAS library cannot start although the versions fit: TensorFlow has taken all GPU memory.

    ## What it checks
    Messages that cuDNN or cuBLAS could not be initialised, where no version explains them.

    ## Why it matters
    TensorFlow reserves nearly all memory of the GPU at once. On cards that also serve a display, or with a second
    process, cuDNN then finds none for its handle: "Failed to get convolution algorithm", CUDNN_STATUS_INTERNAL_ERROR,
    CUBLAS_STATUS_NOT_INITIALIZED.

    ## How to fix it
    Set TF_FORCE_GPU_ALLOW_GROWTH=true (or tf.config.experimental.set_memory_growth) and end other processes on the
    GPU.

    ## Sources
    https://www.tensorflow.org/guide/gpu#limiting_gpu_memory_growth
    """
    view = cuda(case)
    events = case.events.of("cudnn-failed", "cublas-failed")
    explained = case.events.of(
        "driver-insufficient", "cudnn-mismatch", "cudnn-arch", "cudnn-part-missing", "kernel-image"
    )
    if events and not explained and not view.missing:
        grows = case.variable("TF_FORCE_GPU_ALLOW_GROWTH")
        yield Conclusion(
            message="cuDNN or cuBLAS could not be initialised; most often TensorFlow has reserved all GPU memory.",
            evidence=(*logged(events[:3]), *logged(case.events.of("gpu-memory")[:1]), *view.build_evidence),
            remedies=(
                Remedy(
                    kind="set-variable",
                    text="Let TensorFlow take GPU memory as it needs it.",
                    variable="TF_FORCE_GPU_ALLOW_GROWTH",
                    value="true",
                ),
            ),
            confidence="possible" if grows or misfits(view) or explains_failure(view) else "likely",
            symptom=True,
        )


@rule("TFD232", DRIVER, verdict="degraded")
def forward_compatibility_unsupported(case: Case) -> Iterator[Conclusion]:
    """NVIDIA's forward-compatibility libcuda is found first, and this GPU does not support it.

    ## What it checks
    Whether the libcuda that the loader opens lies in a folder `compat` while the GPU is not a data-centre model, and
    CUDA's refusal of it.

    ## Why it matters
    CUDA images carry a newer libcuda in /usr/local/cuda/compat. It runs on an older kernel module only with
    data-centre GPUs; a GeForce answers CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE.

    ## How to fix it
    Update the host's driver, or take the compat folder off the search path (remove the package cuda-compat).

    ## Sources
    https://docs.nvidia.com/deploy/cuda-compatibility/#forward-compatibility
    """
    view = cuda(case)
    events = case.events.of("forward-compatibility-refused")
    copies = [
        copy
        for copy in view.copies or ()
        if copy.order == 0 and sonames.is_driver(copy.name) and re.search(r"/(?:cuda-)?compat\b", copy.path)
    ]
    consumer = any(re.search(r"geforce|\b[gr]tx\b|titan", known(gpu.name) or "", re.IGNORECASE) for gpu in view.gpus)
    if view.works or case.events.of("driver-mismatch") or not (events or (copies and consumer)):
        return
    yield Conclusion(
        message="The forward-compatibility libcuda is used, which this GPU does not support.",
        evidence=(*logged(events[:2]), *(Evidence(fact=f"libraries.{c.name}", value=c.path) for c in copies)),
        remedies=(
            Remedy(kind="manual", text="Update the host's driver, or remove the compat folder from the search path."),
        ),
        symptom=bool(events),
    )


@rule("TFD233", DRIVER, verdict="degraded")
def cuda_stub_library_loaded(case: Case) -> Iterator[Conclusion]:
    """The CUDA toolkit's stub of libcuda is found before the driver's own.

    ## What it checks
    Whether the libcuda.so.1 that the loader opens lies in a folder `stubs`.

    ## Why it matters
    The stub exists to link programs on machines without a driver; every call in it fails, so no GPU is found.

    ## How to fix it
    Take the folder lib64/stubs off LD_LIBRARY_PATH.

    ## Sources
    https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/
    """
    for copy in cuda(case).copies or ():
        if copy.order == 0 and sonames.is_driver(copy.name) and "/stubs/" in copy.path:
            yield Conclusion(
                message=f"The loader opens the stub {copy.path} in place of the driver's libcuda.",
                evidence=(Evidence(fact=f"libraries.{copy.name}", value=copy.path, source=copy.origin),),
                remedies=(
                    Remedy(
                        kind="unset-variable",
                        text="Take the stubs folder off LD_LIBRARY_PATH.",
                        variable="LD_LIBRARY_PATH",
                        value=copy.path.rpartition("/")[0],
                    ),
                ),
            )


@rule("TFD241", DRIVER, severity="note", verdict="harmless")
def nvml_library_missing(case: Case) -> Iterator[Conclusion]:
    """The driver is there, but its management library (NVML) is not.

    ## What it checks
    Whether libcuda is there while libnvidia-ml.so.1 is not.

    ## Why it matters
    TensorFlow does not need NVML. nvidia-smi and this doctor do: memory, names and MIG mode are unknown without it.

    ## How to fix it
    Install the driver's compute and utility packages, or set NVIDIA_DRIVER_CAPABILITIES=compute,utility.

    ## Sources
    https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html
    """
    view = cuda(case)
    nvml = known(case.snapshot.accelerators.nvml)
    driver = [copy for copy in view.copies or () if sonames.is_driver(copy.name) and copy.usable]
    if nvml is not None and nvml.status == "no-library" and driver and view.device:
        yield Conclusion(
            message="The driver's management library is missing; facts about the GPU are incomplete.",
            evidence=(
                Evidence(fact="accelerators.nvml", value=nvml.status, source=nvml.detail),
                Evidence(fact=f"libraries.{driver[0].name}", value=driver[0].path),
            ),
            remedies=(Remedy(kind="manual", text="Install the driver's utility package (libnvidia-ml)."),),
        )


@rule("TFD242", DRIVER, severity="note", verdict="harmless")
def mig_mode_on(case: Case) -> Iterator[Conclusion]:
    """The GPU is split into MIG instances, of which a process can use one.

    ## What it checks
    Whether MIG mode is on.

    ## Why it matters
    A process sees the first MIG instance, with a part of the memory, or none where no instance was made.

    ## How to fix it
    Name the instance in CUDA_VISIBLE_DEVICES (MIG-…); switch MIG mode off to use the whole GPU.

    ## Sources
    https://docs.nvidia.com/datacenter/tesla/mig-user-guide/
    """
    for gpu in known(case.snapshot.accelerators.gpus) or ():
        if known(gpu.mig):
            yield Conclusion(
                message=f"{known(gpu.name) or 'A GPU'} is in MIG mode: TensorFlow sees one instance of it.",
                evidence=(Evidence(fact="accelerators.gpus.mig", value="on", source=known(gpu.name) or ""),),
            )
