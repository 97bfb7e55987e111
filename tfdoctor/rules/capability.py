"""The GPU's compute capability against the code that the build has: binary (SASS) and PTX."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import Gpu, known
from tfdoctor.matrix.gpucode import code_for
from tfdoctor.matrix.releases import Build
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import Cuda, cuda
from tfdoctor.rules._missing import problems
from tfdoctor.rules._rule import DRIVER, Conclusion, rule
from tfdoctor.versions import Dotted, cuda_minor, dotted, minor

Fit = Literal["old", "gap", "new"]
# conda's builds with CUDA were made with 10.1 at most until TensorFlow 2.4, and with 11 from 2.5 on.
# Source: the files of https://anaconda.org/anaconda/tensorflow-base (gpu_py*) and their cudatoolkit
_CONDA_CUDA = ((2, 4), "10.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A GPU that the build has no code for; `works` where the driver can compile the build's PTX for it."""

    kind: Fit
    capability: Dotted
    gpu: str
    build: str
    works: bool = False


def misfits(view: Cuda) -> tuple[Misfit, ...]:
    """Return the GPUs that the build does not fit, each capability once; from facts alone."""
    known_misfits: tuple[Misfit, ...] | None = vars(view).get("_misfits")
    if known_misfits is None:
        known_misfits = vars(view)["_misfits"] = _judge(view)
    return known_misfits


def _judge(view: Cuda) -> tuple[Misfit, ...]:
    if view.foreign or view.is_cuda is False:
        return ()
    builds = (view.build,) if view.build is not None else _possible(view)
    builds = tuple(build for build in builds if build.sass)
    found: dict[str, Misfit] = {}
    for gpu in view.gpus if builds else ():
        capability = dotted(view.capability(gpu))
        if capability is not None and capability.text not in found:
            judged = [_misfit(view, gpu, capability, build) for build in builds]
            if judged[0] is not None and len({row.kind if row else "" for row in judged}) == 1:
                found[capability.text] = judged[0]
    return tuple(found.values())


def _possible(view: Cuda) -> tuple[Build, ...]:
    """The builds that open what a bare log names: which release it is does not matter where all of them agree."""
    if not view.case.bare or view.wanted is None:
        return ()
    releases = view.case.matrix.releases
    rows = (releases.get("tensorflow", version) for version in releases.versions("tensorflow"))
    found = (row.build(view.os, "x86_64") for row in rows if row is not None)
    wanted = cuda_minor(view.wanted)
    return tuple(
        build for build in found if build is not None and build.cuda and cuda_minor(Dotted(build.cuda)) == wanted
    )


def _misfit(view: Cuda, gpu: Gpu, capability: Dotted, build: Build) -> Misfit | None:
    code = code_for(build, capability.text, view.wanted, view.case.matrix.compute)
    if code is None or code in {"native", "ptx"}:
        return None
    sass = sorted(Dotted(text) for text in build.sass or () if text[0].isdigit())
    ptx = sorted(Dotted(text) for text in build.ptx or () if text[0].isdigit())
    text = ", ".join(str(code) for code in sass) + (f" and PTX {', '.join(map(str, ptx))}" if ptx else "")
    kind: Fit = "old" if code == "old" else "gap" if code == "gap" else "new"
    works = code == "new-ptx" and not view.case.events.of("kernel-image")
    return Misfit(kind=kind, capability=capability, gpu=known(gpu.name) or "the GPU", build=text, works=works)


def _misfit_conclusion(view: Cuda, misfit: Misfit, message: str) -> Conclusion:
    events = view.case.events.of("kernel-image", "jit-from-ptx", "gpu-ignored-capability")
    return Conclusion(
        message=message,
        evidence=(
            Evidence(fact="accelerators.gpus.compute_capability", value=str(misfit.capability), source=misfit.gpu),
            Evidence(fact="matrix.releases.compute_capabilities", value=misfit.build, source="the wheel"),
            *view.build_evidence,
            *logged(events[:2]),
        ),
        remedies=(Remedy(kind="manual", text=_CURE[misfit.kind]),),
        severity="warning" if misfit.works else None,
        verdict="degraded" if misfit.works or misfit.kind == "old" else "broken",
        symptom=bool(events) or (not problems(view) and view.symptom),
    )


_CURE: dict[Fit, str] = {
    "old": "Use an older TensorFlow release whose wheel has code for this GPU, or the CPU.",
    "gap": "Use another TensorFlow release whose wheel has code for this GPU (2.4 has 5.0, 1.15 to 2.2 have PTX 3.5).",
    "new": "Use a newer TensorFlow release, built with a CUDA version that knows this GPU.",
}


@rule("TFD221", DRIVER, verdict="degraded")
def gpu_cc_too_old(case: Case) -> Iterator[Conclusion]:
    """The GPU's compute capability is below the least one that the build has code for.

    ## What it checks
    The compute capability (observed, or by the GPU's name) against the capabilities in the wheel; TensorFlow's message
    "The minimum required Cuda capability is".

    ## Why it matters
    TensorFlow ignores such a GPU and runs on the CPU, or finds no kernels.

    ## How to fix it
    Take an older release (3.5 until 2.14, 5.0 until 2.16), or use the CPU.

    ## Sources
    The wheels' build information; https://developer.nvidia.com/cuda-gpus
    """
    view = cuda(case)
    for event in case.events.of("gpu-ignored-capability"):
        yield Conclusion(
            message=f"The GPU has compute capability {event['capability']}; this build needs {event['minimum']}.",
            evidence=(*logged([event]), *view.build_evidence),
            remedies=(Remedy(kind="manual", text=_CURE["old"]),),
            symptom=True,
        )
        return
    for misfit in misfits(view):
        if misfit.kind == "old":
            text = (
                f"{misfit.gpu} has compute capability {misfit.capability}, below what this build has: {misfit.build}."
            )
            yield _misfit_conclusion(view, misfit, text)


@rule("TFD222", DRIVER)
def gpu_cc_gap_in_build(case: Case) -> Iterator[Conclusion]:
    """The GPU's compute capability lies between those that the build has code for.

    ## What it checks
    Whether the wheel has binary code of the same generation (same major, minor not higher) or PTX that is not newer
    than the GPU.

    ## Why it matters
    TensorFlow accepts the GPU, and the first kernel fails: "no kernel image is available for execution on the
    device". TensorFlow 2.3 has 3.5, 3.7, 5.2, … and PTX 7.0: nothing for 5.0.

    ## How to fix it
    Take a release with code for this GPU: 2.2 or 2.4 in place of 2.3.

    ## Sources
    The wheels' build information; https://docs.nvidia.com/cuda/cuda-c-programming-guide/#application-compatibility
    """
    view = cuda(case)
    for misfit in misfits(view):
        if misfit.kind == "gap":
            text = f"This build has no code for {misfit.gpu} (capability {misfit.capability}): {misfit.build}."
            yield _misfit_conclusion(view, misfit, text)
    event = case.events.first("kernel-image")
    if event is None or "no kernel image" not in event.text.lower() or case.tensorflow is not None or view.foreign:
        return
    for gpu in view.gpus[:1]:
        gaps = _releases_with_gap(view, gpu)
        if gaps:
            yield Conclusion(
                message=f"TensorFlow has no code for {known(gpu.name) or 'this GPU'} in {', '.join(gaps)}.",
                evidence=(*logged([event]), Evidence(fact="accelerators.gpus", value=known(gpu.name) or "")),
                remedies=(Remedy(kind="manual", text=_CURE["gap"]),),
                confidence="likely",
                symptom=True,
            )


def _releases_with_gap(view: Cuda, gpu: Gpu) -> tuple[str, ...]:
    """The minors, of the CUDA that is there, whose wheel leaves out this GPU: for a log without a version."""
    capability = dotted(view.capability(gpu))
    here = {cuda_minor(version) for version in view.toolkit_versions}
    found: dict[str, None] = {}
    for version in view.case.matrix.releases.versions("tensorflow") if capability is not None else ():
        release = view.case.matrix.releases.get("tensorflow", str(version))
        build = release.build(view.os, view.case.arch or "x86_64") if release is not None else None
        if build is None or not build.is_cuda or not build.sass or capability is None:
            continue
        if here and (not build.cuda or cuda_minor(Dotted(build.cuda)) not in here):
            continue
        misfit = _misfit(view, gpu, capability, build)
        if misfit is not None and misfit.kind == "gap":
            found[".".join(str(version).split(".")[:2])] = None
    return tuple(found)


@rule("TFD223", DRIVER)
def gpu_cc_too_new(case: Case) -> Iterator[Conclusion]:
    """The GPU is newer than the build: there is no binary code for its generation.

    ## What it checks
    The compute capability against the wheel's binary code and PTX, and whether the CUDA version of the build knows
    that generation; TensorFlow's message that kernels are compiled from PTX.

    ## Why it matters
    At best the driver compiles every kernel from PTX at first use, which takes many minutes. Where the build's CUDA
    is older than the generation (CUDA 10 on Ampere), programs hang, compute wrong values or fail with "device kernel
    image is invalid".

    ## How to fix it
    Take a newer release: Ampere needs CUDA 11 (2.4 on), Hopper code came with 2.16.

    ## Sources
    The wheels' build information; https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes
    """
    view = cuda(case)
    found = [misfit for misfit in misfits(view) if misfit.kind == "new"]
    for misfit in found:
        effect = "kernels are compiled from PTX at first use" if misfit.works else "kernels are missing or wrong"
        text = f"{misfit.gpu} ({misfit.capability}) is newer than what this build has ({misfit.build}): {effect}."
        yield _misfit_conclusion(view, misfit, text)
    for event in case.events.of("jit-unknown-gpu")[:1]:
        yield Conclusion(
            message=f"XLA's compiler in this build is older than the GPU: it knows no sm_{event['sm']}.",
            evidence=(*logged([event]), *view.build_evidence),
            remedies=(Remedy(kind="manual", text=_CURE["new"]),),
            symptom=True,
        )
    if not found:
        yield from _newer_than_the_toolkit(view)
    for event in case.events.of("jit-from-ptx")[: 0 if found else 1]:
        yield Conclusion(
            message=f"This build has no binary code for compute capability {event['capability']}: kernels are compiled "
            "from PTX at first use.",
            evidence=(*logged([event]), *view.build_evidence),
            remedies=(Remedy(kind="manual", text=_CURE["new"]),),
            severity="warning",
            verdict="degraded",
            symptom=True,
        )


def _newer_than_the_toolkit(view: Cuda) -> Iterator[Conclusion]:
    """The conclusion that the CUDA of a build that is not on the index is older than the GPU's generation.

    CUDA before 11 brings no code that a newer generation could use. A conda environment has the CUDA that its build
    of TensorFlow was made with.
    """
    cuda_version = _of_environment(view)
    row = view.case.matrix.compute.of(cuda_minor(cuda_version)) if cuda_version and cuda_version.major < 11 else None
    for gpu in view.gpus if row is not None and not view.works else ():
        capability = dotted(view.capability(gpu))
        if row is None or capability is None or capability.major <= Dotted(row.most).major:
            continue
        name = known(gpu.name) or "the GPU"
        yield Conclusion(
            message=f"{name} ({capability}) is newer than CUDA {cuda_version} of this build: programs hang or fail.",
            evidence=(
                Evidence(fact="accelerators.gpus.compute_capability", value=str(capability), source=name),
                Evidence(fact="libraries.toolkits", value=str(cuda_version), source="the conda environment"),
                *view.build_evidence,
            ),
            remedies=(Remedy(kind="manual", text=_CURE["new"]),),
            confidence="likely",
            symptom=view.symptom and not problems(view),
        )
        return


def _of_environment(view: Cuda) -> Dotted | None:
    """The CUDA that comes with a conda build: as stated or listed, else the newest that its release was built with."""
    if not view.foreign and view.release is not None:
        return None
    stated = known(view.case.snapshot.tensorflow.cuda) or view.case.version("cudatoolkit")
    if stated is not None:
        return dotted(str(stated))
    version, conda = view.case.tensorflow, known(view.case.snapshot.interpreter.environment) == "conda"
    return Dotted(_CONDA_CUDA[1]) if conda and version is not None and minor(version) <= _CONDA_CUDA[0] else None
