"""The GPU itself: its compute capability against the build, settings that hide it, memory."""

import re
from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import cuda
from tfdoctor.rules._rule import DRIVER, Conclusion, rule
from tfdoctor.rules.capability import misfits
from tfdoctor.rules.cudnn import explains_failure


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
    yield from _outside_rocm(case)
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
    if all(gpu.vendor == "intel" for gpu in others) and not events:
        return  # the graphics in the processor, named since a form asks: nobody expects TensorFlow to use them
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


# Chips that AMD's builds of TensorFlow leave out, by what the cards are called: the builds have code for gfx900,
# gfx906, gfx908, gfx90a, gfx94x, gfx1030 and, later, gfx1100. Source: the builds' own message (gpu_device.cc);
# https://rocm.docs.amd.com/projects/install-on-linux/en/latest/reference/system-requirements.html
_OUTSIDE_ROCM = re.compile(
    r"\brx ?(?:5[3-7]\d0|6[67][05]0|6[345]00|7[678][05]0)\b|\bgfx(?:101[02]|103[1-6]|110[1-3])\b", re.IGNORECASE
)


def _outside_rocm(case: Case) -> Iterator[Conclusion]:
    """The conclusion that AMD's build has no code for this AMD chip."""
    gpus = [gpu for gpu in known(case.snapshot.accelerators.gpus) or () if gpu.vendor == "amd"]
    named = [gpu for gpu in gpus if _OUTSIDE_ROCM.search(known(gpu.name) or "")]
    event = case.events.first("gpu-ignored-amd")
    built = case.distribution == "tensorflow-rocm" and case.imported is not True
    if event is None and not (built and named and len(named) == len(gpus)):
        return
    name = f"{event['name']} ({event['chip']})" if event else known(named[0].name) or "the GPU"
    yield Conclusion(
        message=f"AMD's build of TensorFlow has no code for {name}: it runs on the CPU.",
        evidence=(*logged((event,) if event else ()), Evidence(fact="accelerators.gpus", value=name)),
        remedies=(Remedy(kind="manual", text="Use a GPU that AMD's build has code for, or the CPU."),),
        confidence="certain" if event else "likely",
        symptom=event is not None,
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
