"""cuDNN: missing, of another major, older or newer than the build accepts, of another CUDA, hidden by another copy."""

import re
from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import CudnnVersion, known
from tfdoctor.logs import Event
from tfdoctor.rules import _sonames as sonames
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import Cuda, cuda
from tfdoctor.rules._cure import matching_cuda, search_path
from tfdoctor.rules._missing import problems
from tfdoctor.rules._rule import CUDA, Conclusion, rule
from tfdoctor.versions import Dotted, dotted


@rule("TFD302", CUDA, verdict="degraded")
def cudnn_missing(case: Case) -> Iterator[Conclusion]:
    """CUDA is found, but the cuDNN library (or a file that it needs) is not.

    ## What it checks
    Whether libcudnn.so.N or cudnn64_N.dll of the build's major is opened, and whether cuDNN's own parts
    (libcudnn_cnn_infer.so.8, zlibwapi.dll, …) are found. Only where an NVIDIA GPU is there or meant to be used.

    ## Why it matters
    Without cuDNN TensorFlow registers no GPU. cuDNN is no part of the CUDA toolkit, and `tf.sysconfig.get_build_info()`
    says what the wheel was built with, not what is installed.

    ## How to fix it
    Install cuDNN of the build's major and CUDA: the extra `and-cuda` from 2.14 on, the nvidia-cudnn-cu11/-cu12
    distribution, conda's cudnn, or NVIDIA's archive. On Windows cuDNN 8 needs zlibwapi.dll as well.

    ## Sources
    https://docs.nvidia.com/deeplearning/cudnn/; https://www.tensorflow.org/install/source#gpu
    """
    view = cuda(case)
    for problem in problems(view):
        if problem.cause == "cudnn-missing":
            names = ", ".join(problem.names)
            yield Conclusion(
                message=f"{names} is not installed: TensorFlow finds CUDA but no cuDNN.",
                evidence=problem.evidence,
                remedies=matching_cuda(view),
                confidence=problem.confidence,
                verdict="broken" if view.linked_missing else "degraded",
                severity=None if view.certainly_intended else "warning",
                symptom=problem.seen,
            )
    parts = case.events.of("cudnn-part-missing")
    if parts and not _other_majors(view, parts):
        names = ", ".join(dict.fromkeys(event["library"] for event in parts))
        yield Conclusion(
            message=f"cuDNN is incomplete: {names} is not found when an operation needs it.",
            evidence=(*logged(parts[:3]), *view.build_evidence),
            remedies=(*matching_cuda(view), search_path(view)),
            verdict="broken",
            symptom=True,
        )


@rule("TFD305", CUDA, verdict="degraded")
def cudnn_major_mismatch(case: Case) -> Iterator[Conclusion]:
    """Another major version of cuDNN is installed than the build opens.

    ## What it checks
    The major in the file name that the build opens (libcudnn.so.7, cudnn64_8.dll) against the cuDNN that is there.

    ## Why it matters
    Majors are different files: libcudnn.so.8 is never opened by a build that asks for libcudnn.so.7, and TensorFlow
    registers no GPU.

    ## How to fix it
    Install cuDNN of the build's major for the build's CUDA version; several majors can lie side by side.

    ## Sources
    https://docs.nvidia.com/deeplearning/cudnn/; https://www.tensorflow.org/install/source#gpu
    """
    view = cuda(case)
    for problem in problems(view):
        if problem.cause == "cudnn-major":
            there = ", ".join(item.version for item in view.cudnn) or "another major"
            yield Conclusion(
                message=f"The build opens {problem.names[0]}, but cuDNN {there} is installed: TensorFlow gets no GPU.",
                evidence=problem.evidence,
                remedies=matching_cuda(view),
                confidence=problem.confidence,
                severity=None if view.certainly_intended and view.failing else "warning",
                symptom=problem.seen,
            )
    loaded, wanted = view.loaded_cudnn, view.wanted_cudnn
    if view.cudnn_mismatch is not None and loaded and wanted and loaded.major != wanted.major:
        yield _mismatch(view, loaded, wanted, "of another major")
    parts = case.events.of("cudnn-part-missing")
    others = _other_majors(view, parts)
    if others:
        yield Conclusion(
            message=f"{parts[0]['library']} is asked for, but cuDNN {others[-1].version} is installed.",
            evidence=(
                *logged(parts[:2]),
                *view.build_evidence,
                *(Evidence(fact="libraries.cudnn", value=item.version) for item in others),
            ),
            remedies=matching_cuda(view),
            verdict="broken",
            symptom=True,
        )


def _other_majors(view: Cuda, parts: tuple[Event, ...]) -> tuple[CudnnVersion, ...]:
    """The cuDNN versions that are there, where none is of the major that a missing part belongs to."""
    named = next((found for event in parts if (found := _PART.search(event["library"]))), None)
    wanted = named and int(named[1] or named[2])
    there = tuple(view.cudnn)
    return () if not wanted or any(Dotted(item.version).major == wanted for item in there) else there


_PART = re.compile(r"\.so\.(\d+)|64_(\d+)\.dll")


@rule("TFD308", CUDA)
def cudnn_shadowed_by_other_copy(case: Case) -> Iterator[Conclusion]:
    """A suitable cuDNN is installed, but another copy is found first.

    ## What it checks
    Which copy of cuDNN the loader opens (or the log says it opened), and whether another copy that is there would
    satisfy the build.

    ## Why it matters
    The first folder on the search path wins: a conda library folder before the distribution's, an old copy in
    System32 or beside another program. TensorFlow then refuses every convolution.

    ## How to fix it
    Remove the older copy, or put the folder of the right one first on the search path.

    ## Sources
    https://man7.org/linux/man-pages/man8/ld.so.8.html; the message "Loaded runtime CuDNN library" of TensorFlow
    """
    view = cuda(case)
    loaded, wanted = _loaded(view), view.wanted_cudnn
    if loaded is None or wanted is None or _accepts(view, wanted, loaded):
        return
    better = _acceptable(view, wanted, loaded)
    if better:
        yield Conclusion(
            message=f"cuDNN {loaded} is opened although {better[-1].version}, which the build accepts, is installed.",
            evidence=_evidence(view, loaded, wanted),
            remedies=(
                Remedy(
                    kind="manual",
                    text=f"Remove the copy of cuDNN {loaded}, or put the folder of {better[-1].version} first on the "
                    "search path.",
                ),
                search_path(view),
            ),
            symptom=view.cudnn_mismatch is not None,
        )


@rule("TFD309", CUDA)
def cudnn_runtime_older_than_compiled(case: Case) -> Iterator[Conclusion]:
    """The cuDNN that is opened is older than the one TensorFlow was compiled with.

    ## What it checks
    The cuDNN that is opened against the one the build was compiled with: the major must be the same, the minor the
    same or higher.

    ## Why it matters
    TensorFlow refuses such a cuDNN ("Loaded runtime CuDNN library: 7.4.2 but source was compiled with: 7.6.0"), and
    every convolution fails. The published table of tested configurations names an older minor for some releases.

    ## How to fix it
    Update cuDNN within its major, for the same CUDA version.

    ## Sources
    The wheels' cuDNN header (2.16 on), else the message of TensorFlow; https://www.tensorflow.org/install/source#gpu
    """
    view = cuda(case)
    loaded, wanted = _loaded(view), view.wanted_cudnn
    if loaded is None or wanted is None or loaded.major != wanted.major or not _older(loaded, wanted):
        return
    if not _acceptable(view, wanted, loaded):
        yield _mismatch(view, loaded, wanted, "older")


@rule("TFD310", CUDA)
def cudnn_runtime_newer_than_compiled(case: Case) -> Iterator[Conclusion]:
    """The cuDNN that is opened is newer than this old build accepts.

    ## What it checks
    The cuDNN that is opened against the one that the build was compiled with, where the build demands the same minor
    (TensorFlow 1.0 to 1.6: the message then names a "compatibility version").

    ## Why it matters
    Those builds refuse a cuDNN 7.1 when they were compiled with 7.0. Images and package sources that moved on to a
    newer cuDNN break them.

    ## How to fix it
    Install the cuDNN minor that the build was compiled with, or update TensorFlow within its CUDA version: later
    releases accept a higher minor.

    ## Sources
    The message "Loaded runtime CuDNN library … but source was compiled with" of TensorFlow 1.0 to 1.6
    """
    view = cuda(case)
    loaded, wanted = _loaded(view), view.wanted_cudnn
    event = view.cudnn_mismatch
    refused = event is not None and (wanted is None or _older(wanted, loaded or wanted))
    if loaded is None or (wanted is not None and wanted.major != loaded.major):
        return  # another major has a rule of its own
    if not (refused or (_strict(view) and wanted is not None and _older(wanted, loaded))):
        return
    if wanted is None or not any(
        _accepts(view, wanted, Dotted(item.version)) for item in view.cudnn if Dotted(item.version) != loaded
    ):
        yield _mismatch(view, loaded, wanted, "newer")


@rule("TFD311", CUDA)
def cudnn_wrong_cuda_flavour(case: Case) -> Iterator[Conclusion]:
    """The cuDNN that is installed was built for another CUDA version.

    ## What it checks
    The CUDA version that a cuDNN was built for, where it is known, against the CUDA that the build uses.

    ## Why it matters
    NVIDIA offers one cuDNN for each CUDA version. The file has the same name, it is opened, and fails at the first
    convolution ("cuDNN failed to initialize") or while loading.

    ## How to fix it
    Install the cuDNN package for the CUDA version that TensorFlow uses.

    ## Sources
    https://docs.nvidia.com/deeplearning/cudnn/backend/latest/reference/support-matrix.html
    """
    view = cuda(case)
    target = view.wanted or (view.toolkit_versions[-1] if view.toolkit_versions else None)
    for item in _in_use(view):
        made_for = dotted(known(item.cuda))
        # "cu11", "12": built for a whole major; from 11 on one flavour serves all minors.
        if target is None or made_for is None:
            continue
        loose = made_for.minor is None or made_for.major >= 11
        if made_for.major != target.major or (not loose and made_for.minor != target.minor):
            yield _flavour(view, f"cuDNN {item.version} was built for CUDA {made_for}", str(target), item.version)
            return
    for note in case.snapshot.notes:
        if re.search(r"cudnn\b.*\bnot (?:built |made |meant )?for cuda", note, re.IGNORECASE):
            yield _flavour(view, "The installed cuDNN was not built for this CUDA", str(target or "that is used"), note)
            return


def _in_use(view: Cuda) -> tuple[CudnnVersion, ...]:
    """The cuDNN that TensorFlow uses: on a machine the copy that is opened, on a ticket what is stated."""
    if view.copies is None:
        return view.cudnn
    opened = {known(copy.version) for copy in view.copies if copy.order == 0 and sonames.cudnn_major(copy.name)}
    return tuple(item for item in view.cudnn if item.version in opened)


def _flavour(view: Cuda, what: str, target: str, value: str) -> Conclusion:
    failed = view.case.events.of("cudnn-failed")
    return Conclusion(
        message=f"{what}, but TensorFlow uses CUDA {target}: cuDNN fails to initialise.",
        evidence=(Evidence(fact="libraries.cudnn", value=value), *view.toolkit_evidence, *logged(failed[:2])),
        remedies=matching_cuda(view),
        confidence="likely",
        symptom=bool(failed) or view.symptom,
    )


@rule("TFD313", CUDA, severity="warning", verdict="degraded")
def cudnn_too_new_for_gpu(case: Case) -> Iterator[Conclusion]:
    """The installed cuDNN no longer supports this GPU's compute capability.

    ## What it checks
    cuDNN 9.11 and later on a GPU of compute capability below 7.5.

    ## Why it matters
    TensorFlow 2.17 to 2.21 has code for 6.0 and 7.0, but its extra accepts every cuDNN 9: the newest ones dropped
    Maxwell, Pascal and Volta, so convolutions and recurrent layers fail there although the rest works.

    ## How to fix it
    Hold nvidia-cudnn-cu12 at 9.10.2 or lower.

    ## Sources
    https://docs.nvidia.com/deeplearning/cudnn/backend/latest/reference/support-matrix.html;
    https://docs.nvidia.com/deeplearning/cudnn/backend/latest/release-notes.html
    """
    view = cuda(case)
    loaded = _loaded(view) or (Dotted(view.cudnn[-1].version) if view.cudnn and view.copies is None else None)
    arch = case.events.of("cudnn-arch")
    if loaded is None or loaded < Dotted("9.11") or view.is_cuda is False:
        return
    for gpu in view.gpus:
        capability = dotted(view.capability(gpu))
        if capability is not None and capability < Dotted("7.5"):
            yield Conclusion(
                message=f"cuDNN {loaded} does not support {known(gpu.name) or 'the GPU'} (compute capability "
                f"{capability}): it needs 7.5.",
                evidence=(
                    Evidence(fact="libraries.cudnn", value=str(loaded)),
                    Evidence(fact="accelerators.gpus.compute_capability", value=str(capability)),
                    *logged(arch[:1]),
                ),
                remedies=(
                    Remedy(
                        kind="install",
                        text="Hold cuDNN at the last version that supports this GPU.",
                        requirements=("nvidia-cudnn-cu12<=9.10.2.21",),
                    ),
                ),
                confidence="likely",
                symptom=bool(arch),
            )
            return


def explains_failure(view: Cuda) -> bool:
    """Whether the version or the flavour of cuDNN explains that it does not start."""
    loaded, wanted = _loaded(view), view.wanted_cudnn
    refused = loaded is not None and wanted is not None and not _accepts(view, wanted, loaded)
    return refused or any(cudnn_wrong_cuda_flavour.check(view.case))


# --- versions -----------------------------------------------------------------------------------------


def _loaded(view: Cuda) -> Dotted | None:
    """The cuDNN that TensorFlow opens: as it says, the first copy, or the only one that is stated."""
    if view.works and view.cudnn_mismatch is None:
        return None
    if view.loaded_cudnn is not None:
        return view.loaded_cudnn
    if view.copies is not None:
        for copy in view.copies:
            if copy.order == 0 and sonames.cudnn_major(copy.name) is not None and copy.usable:
                return dotted(known(copy.version))
        return None
    return Dotted(view.cudnn[0].version) if len(view.cudnn) == 1 else None


def _acceptable(view: Cuda, wanted: Dotted, loaded: Dotted) -> list[CudnnVersion]:
    """The copies of cuDNN that the build would take; a stated "8" beside a loaded 8.5.0 may be just that one."""
    found = [item for item in view.cudnn if _accepts(view, wanted, Dotted(item.version))]
    return [
        item for item in found if Dotted(item.version).minor is not None or Dotted(item.version).major != loaded.major
    ]


def _older(one: Dotted, other: Dotted) -> bool:
    """Whether `one` is of a smaller minor; a version without a minor is none the wiser."""
    if one.minor is None or other.minor is None:
        return one.major < other.major
    return (one.major, one.minor) < (other.major, other.minor)


def _strict(view: Cuda) -> bool:
    """Whether the build demands the minor that it was compiled with."""
    event = view.cudnn_mismatch
    if event is not None and event["old"]:
        return True
    version = view.case.tensorflow
    return version is not None and (version.major, version.minor) <= (1, 6)


def _accepts(view: Cuda, wanted: Dotted, there: Dotted) -> bool:
    if there.major != wanted.major or _older(there, wanted):
        return False
    return not (_strict(view) and _older(wanted, there))


def _evidence(view: Cuda, loaded: Dotted, wanted: Dotted | None) -> tuple[Evidence, ...]:
    event = view.cudnn_mismatch
    rows = [*logged([event] if event else []), Evidence(fact="libraries.cudnn", value=str(loaded))]
    if wanted is not None:
        source = "the log" if view.compiled_cudnn else "the build"
        rows.append(Evidence(fact="tensorflow.cudnn", value=str(wanted), source=source))
    rows += [Evidence(fact="libraries.cudnn", value=item.version) for item in view.cudnn if item.version != loaded.text]
    return (*rows, *logged(view.case.events.of("cudnn-failed")[:1]), *view.build_evidence)


def _mismatch(view: Cuda, loaded: Dotted, wanted: Dotted | None, word: str) -> Conclusion:
    seen = bool(view.cudnn_mismatch or view.case.events.of("cudnn-failed"))
    compiled = f"the {wanted} that TensorFlow was compiled with" if wanted else "TensorFlow was compiled with"
    return Conclusion(
        message=f"cuDNN {loaded} is {word} than {compiled}, which refuses it: convolutions fail.",
        evidence=_evidence(view, loaded, wanted),
        remedies=matching_cuda(view),
        confidence="certain" if view.cudnn_mismatch is not None else "likely",
        severity=None if seen or view.failing else "warning",
        symptom=seen,
    )
