"""The CUDA programs and files that XLA uses while a program runs: ptxas, nvlink, libdevice."""

from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import ABSENT, known
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import Cuda, cuda
from tfdoctor.rules._rule import CUDA, Conclusion, rule
from tfdoctor.versions import Dotted, dotted


@rule("TFD321", CUDA)
def xla_cuda_tools_missing(case: Case) -> Iterator[Conclusion]:
    """XLA does not find libdevice, ptxas or nvlink.

    ## What it checks
    XLA's messages, and on a machine with an NVIDIA GPU whether libdevice.10.bc lies where XLA looks.

    ## Why it matters
    XLA compiles for the GPU (`jit_compile=True`, Keras optimizers from 2.11 on, Keras 3). It needs
    nvvm/libdevice/libdevice.10.bc and ptxas of a CUDA toolkit; the run-time libraries alone do not have them.

    ## How to fix it
    Install the nvcc part of the toolkit (nvidia-cuda-nvcc-cu12, conda's cuda-nvcc) and point
    XLA_FLAGS=--xla_gpu_cuda_data_dir at the folder that holds nvvm/libdevice.

    ## Sources
    https://openxla.org/xla/flags_guidance; https://github.com/tensorflow/tensorflow/issues/57055
    """
    view = cuda(case)
    events = case.events.of("xla-tool-missing")
    fallback = case.events.of("xla-fallback")
    unreached = case.snapshot.libraries.libdevice == ABSENT and view.is_cuda and view.device
    if not events and not unreached:
        return
    yield Conclusion(
        message="XLA does not find libdevice, ptxas or nvlink of a CUDA toolkit.",
        evidence=(
            *logged([*events[:3], *fallback[:1]]),
            *([Evidence(fact="libraries.libdevice", value="not found")] if unreached else []),
            *view.build_evidence,
            *view.toolkit_evidence,
        ),
        remedies=_tools(view),
        severity="warning" if fallback or not events else None,
        verdict="degraded" if fallback or not events else None,
        symptom=bool(events),
    )


@rule("TFD322", CUDA, severity="warning", verdict="degraded")
def xla_ptxas_too_old(case: Case) -> Iterator[Conclusion]:
    """The ptxas that XLA finds does not know this GPU.

    ## What it checks
    XLA's messages, and the version of the first ptxas on the search path against the GPU's compute capability.

    ## Why it matters
    XLA takes the ptxas that it finds first, often an older toolkit on PATH. It falls back to the driver, which
    compiles more slowly; some releases stop.

    ## How to fix it
    Put the ptxas of a toolkit that knows the GPU first on PATH (nvidia-cuda-nvcc-cu12 has one).

    ## Sources
    https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes
    """
    view = cuda(case)
    events = case.events.of("ptxas-too-old")
    rows: list[Evidence] = []
    for tool in known(case.snapshot.libraries.tools) or ():
        version = dotted(known(tool.version))
        if tool.name != "ptxas" or version is None:
            continue
        row = case.matrix.compute.of(".".join(str(part) for part in version.numbers[:2]))
        for gpu in view.gpus:
            capability = dotted(view.capability(gpu))
            if row is not None and capability is not None and capability > Dotted(row.most):
                rows.append(Evidence(fact="libraries.tools.ptxas", value=str(version), source=tool.path))
                rows.append(Evidence(fact="accelerators.gpus.compute_capability", value=str(capability)))
        break  # the first one is used
    if events or rows:
        yield Conclusion(
            message="The ptxas that XLA finds is older than the GPU; the driver compiles in its place, more slowly.",
            evidence=(*logged(events[:3]), *rows, *view.build_evidence),
            remedies=_tools(view),
            symptom=bool(events),
        )


def _tools(view: Cuda) -> tuple[Remedy, ...]:
    """Bring ptxas and libdevice."""
    data = "%CUDA_PATH%" if view.os == "windows" else "/usr/local/cuda"
    flags = Remedy(
        kind="set-variable",
        text="Point XLA at the folder of the toolkit (the one that holds nvvm/libdevice), without spaces in it.",
        variable="XLA_FLAGS",
        value=f"--xla_gpu_cuda_data_dir={data}",
    )
    if view.os == "windows":
        return (flags,)
    major = view.wanted.major if view.wanted is not None else 12
    if major < 12:
        return (Remedy(kind="manual", text=f"Install nvcc of CUDA {view.wanted} (conda's cuda-nvcc)."), flags)
    return (
        Remedy(
            kind="install",
            text="Install ptxas, nvlink and libdevice as a distribution.",
            requirements=(f"nvidia-cuda-nvcc-cu{major}",),
        ),
        flags,
    )
