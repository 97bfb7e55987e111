"""CUDA run-time libraries: missing, of another version, or not reached."""

from collections.abc import Iterator

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import Cuda, cuda
from tfdoctor.rules._cure import extra_version, matching_cuda, search_path
from tfdoctor.rules._gpus import is_jetson
from tfdoctor.rules._missing import Cause, Problem, forgotten, problems
from tfdoctor.rules._rule import CUDA, Conclusion, rule
from tfdoctor.versions import cuda_minor, minor


def _of(view: Cuda, cause: Cause) -> Iterator[Problem]:
    return (problem for problem in problems(view) if problem.cause == cause)


def _conclude(view: Cuda, problem: Problem, message: str, remedies: tuple[Remedy, ...]) -> Conclusion:
    return Conclusion(
        message=message,
        evidence=problem.evidence,
        remedies=remedies,
        confidence=problem.confidence,
        severity=None if view.certainly_intended and view.failing and problem.confidence != "possible" else "warning",
        verdict="broken" if view.links else "degraded",
        symptom=problem.seen,
    )


def _effect(view: Cuda) -> str:
    return "the import fails" if view.links else "TensorFlow runs on the CPU"


def _wants(view: Cuda) -> str:
    name = f"TensorFlow {view.case.tensorflow}" if view.case.tensorflow else "This TensorFlow build"
    return f"{name} was built with CUDA {cuda_minor(view.wanted)}" if view.wanted else name


@rule("TFD301", CUDA, verdict="degraded")
def cuda_libs_missing(case: Case) -> Iterator[Conclusion]:
    """The CUDA run-time libraries that this build opens are not installed.

    ## What it checks
    Which library files the build opens by exact name (libcudart.so.11.0, cudart64_110.dll, …), and whether any copy
    or any toolkit that ships them is there. Only where an NVIDIA GPU is there or meant to be used.

    ## Why it matters
    Builds before 1.14 link these files: `import tensorflow` fails. Later builds open them at run time and go on
    without the GPU. The "CUDA Version" that nvidia-smi prints is what the driver could serve, not an installed
    toolkit.

    ## How to fix it
    From 2.14 on Linux: `pip install tensorflow[and-cuda]`. Otherwise install the CUDA toolkit (or conda's
    cudatoolkit) and cuDNN of the versions that the build was made with.

    ## Sources
    The wheels' build information; https://www.tensorflow.org/install/pip;
    https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/
    """
    view = cuda(case)
    for problem in _of(view, "libraries-missing"):
        names = ", ".join(problem.names[:3]) or "the CUDA libraries"
        message = f"{_wants(view)}, but no CUDA run time that has {names} is installed: {_effect(view)}."
        yield _conclude(view, problem, message, matching_cuda(view))


@rule("TFD303", CUDA, verdict="degraded")
def cuda_toolkit_too_new(case: Case) -> Iterator[Conclusion]:
    """The only CUDA toolkit that is installed is newer than this build opens.

    ## What it checks
    The file names that the build opens against those that the installed toolkits ship.

    ## Why it matters
    TensorFlow asks for a file by its exact name: libcudart.so.10.1 is in CUDA 10.1 alone, not in 10.2. A newer
    toolkit is no replacement, although a newer driver is.

    ## How to fix it
    Install the CUDA version that the build was made with beside the newer one, or take a TensorFlow release that
    was built with the installed version.

    ## Sources
    The wheels' build information; https://www.tensorflow.org/install/source#gpu;
    https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/
    """
    yield from _other_version(cuda(case), "toolkit-too-new", "newer")


@rule("TFD304", CUDA, verdict="degraded")
def cuda_toolkit_too_old(case: Case) -> Iterator[Conclusion]:
    """The only CUDA toolkit that is installed is older than this build needs.

    ## What it checks
    The file names that the build opens against those that the installed toolkits ship.

    ## Why it matters
    TensorFlow asks for a file by its exact name, and an older toolkit has files of other names. The distribution's
    own package (Ubuntu 20.04's nvidia-cuda-toolkit is 10.1) is often the one that is found. The "CUDA Version" of
    nvidia-smi is a capability of the driver and proves no toolkit.

    ## How to fix it
    Install the CUDA version that the build was made with, or a TensorFlow release built with the installed one.

    ## Sources
    The wheels' build information; https://www.tensorflow.org/install/source#gpu;
    https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/
    """
    yield from _other_version(cuda(case), "toolkit-too-old", "older")


def _other_version(view: Cuda, cause: Cause, word: str) -> Iterator[Conclusion]:
    for problem in _of(view, cause) if not is_jetson(view.case) else ():
        there = ", ".join(str(version) for version in view.toolkit_versions)
        names = ", ".join(problem.names[:3])
        message = f"{_wants(view)} and opens {names}; only the {word} CUDA {there} is installed: {_effect(view)}."
        yield _conclude(view, problem, message, matching_cuda(view))


@rule("TFD306", CUDA, verdict="degraded")
def lib_path_not_set(case: Case) -> Iterator[Conclusion]:
    """The right CUDA libraries are installed, but the loader does not search their folder.

    ## What it checks
    Whether a copy (or a toolkit or cuDNN that ships the file) is there while the file is not opened; on a ticket also
    whether LD_LIBRARY_PATH names a folder of libraries at all.

    ## Why it matters
    The loader searches the RUNPATH of TensorFlow's libraries, LD_LIBRARY_PATH, the ld.so cache and the default
    folders; on Windows PATH. A toolkit's libraries lie in lib64 (Linux) or bin (Windows). Environment modules,
    services and IDEs replace the variable; the Python of the Microsoft Store does not search PATH.

    ## How to fix it
    Add the folder to LD_LIBRARY_PATH (Linux) or PATH (Windows), or run ldconfig.

    ## Sources
    https://man7.org/linux/man-pages/man8/ld.so.8.html;
    https://learn.microsoft.com/windows/win32/dlls/dynamic-link-library-search-order
    """
    view = cuda(case)
    found = False
    for problem in _of(view, "path"):
        found = True
        folder = next((row.value for row in problem.evidence if row.fact.startswith("libraries.lib")), "")
        names = ", ".join(problem.names[:3])
        message = f"{names} is installed, but not where the loader looks: {_effect(view)}."
        yield _conclude(view, problem, message, (search_path(view, folder.rpartition("/")[0]),))
    if not found and not problems(view):
        yield from _useless_variable(view)


def _useless_variable(view: Cuda) -> Iterator[Conclusion]:
    """A stated LD_LIBRARY_PATH that names no folder, where CUDA is looked for."""
    value = view.case.variable("LD_LIBRARY_PATH")
    if view.case.snapshot.origin != "ticket" or value is None or view.works or view.is_cuda is False:
        return
    if view.os != "linux" or "/" in value or "$" in value or view.toolkits or view.pip_cuda:
        return
    yield Conclusion(
        message="LD_LIBRARY_PATH names no folder of libraries, so CUDA and cuDNN are not found there.",
        evidence=(Evidence(fact="environ.LD_LIBRARY_PATH", value=value or "(empty)"), *view.build_evidence),
        remedies=(search_path(view),),
        confidence="possible",
        symptom=view.symptom,
    )


@rule("TFD307", CUDA, verdict="degraded")
def pip_cuda_libs_not_found(case: Case) -> Iterator[Conclusion]:
    """CUDA was installed as nvidia distributions, and TensorFlow does not find it there.

    ## What it checks
    Whether the nvidia-*-cu11/-cu12 distributions (the extra `and-cuda`) are installed while their libraries are not
    opened, and whether the release's main library searches all of their folders.

    ## Why it matters
    From 2.14 on, TensorFlow's libraries search nvidia/*/lib beside themselves. The wheel of 2.16.1 lost nearly all of
    these folders and that of 2.21.0 the one of cuSOLVER; other releases miss them where the distributions lie in
    another site-packages folder than TensorFlow. TensorFlow then runs on the CPU.

    ## How to fix it
    Take 2.16.2 in place of 2.16.1; otherwise install both in one environment with pip, or put the missing
    nvidia/*/lib folders on LD_LIBRARY_PATH.

    ## Sources
    RUNPATH of the wheels 2.14.0 to 2.21.0; https://github.com/tensorflow/tensorflow/issues/63362
    """
    view = cuda(case)
    for problem in _of(view, "pip"):
        version = str(view.case.tensorflow)
        lost = forgotten(view)
        why = " (its main library does not search " + ", ".join(item.folder for item in lost) + ")" if lost else ""
        good = extra_version(version)
        remedies = []
        if _searches(view) and (good != version or not lost):
            remedies.append(
                Remedy(
                    kind="install",
                    text="Install TensorFlow with its CUDA libraries, all in one environment.",
                    requirements=(f"tensorflow[and-cuda]=={good}",),
                )
            )
        site = "$(python -c 'import site; print(site.getsitepackages()[0])')"
        folders = [item.folder for item in lost] or ["nvidia/cudnn"]
        remedies.append(search_path(view, ":".join(f"{site}/{folder}/lib" for folder in folders)))
        message = f"TensorFlow {version} does not find the CUDA libraries of the nvidia distributions{why}."
        yield _conclude(view, problem, message, tuple(remedies))


def _searches(view: Cuda) -> bool:
    return view.case.tensorflow is not None and minor(view.case.tensorflow) >= (2, 14)


@rule("TFD312", CUDA, verdict="broken")
def and_cuda_extra_problem(case: Case) -> Iterator[Conclusion]:
    """The extra `and-cuda` does not exist in this release, or its requirements cannot be met.

    ## What it checks
    pip's, uv's or poetry's messages about the extra, and the release's own list of extras.

    ## Why it matters
    The extra exists from 2.14.0 on. That of 2.15.0 asks for tensorrt-libs 8.6.1, which only NVIDIA's own index
    carries. Its requirements have wheels for Linux only.

    ## How to fix it
    Use 2.15.1 or 2.14.1 in place of 2.15.0; before 2.14 install a CUDA toolkit; on Windows and macOS install without
    the extra.

    ## Sources
    Requires-Dist of the wheels; https://github.com/tensorflow/tensorflow/pull/62520;
    https://github.com/tensorflow/tensorflow/issues/66517
    """
    view = cuda(case)
    events = [
        event for event in case.events.of("extra-missing", "extra-unsatisfied") if event["extra"].lower() == "and-cuda"
    ]
    version = case.wanted or case.tensorflow
    asked = view.and_cuda or bool(events)
    unmet = version is not None and str(version) in {"2.15", "2.15.0"} and case.wanted is not None
    if not asked or not (events or unmet or (version is not None and minor(version) < (2, 14))):
        return
    text = str(version) if version is not None else "this release"
    if version is not None and minor(version) < (2, 14):
        why = "has no such extra: it came with 2.14"
    else:
        wanted = next((event["requirement"] for event in events if event["requirement"]), "")
        why = f"asks for {wanted}, which the index does not offer here" if wanted else "could not be used"
    requirement = "tensorflow[and-cuda]" + (f"=={extra_version(str(version))}" if version is not None else "")
    if version is None or minor(version) < (2, 14) or extra_version(text) == text:
        requirement = "tensorflow[and-cuda]>=2.15.1"
    yield Conclusion(
        message=f"The extra and-cuda of tensorflow {text} {why}.",
        evidence=(
            *logged(events[:2]),
            *(
                [Evidence(fact="tensorflow.install_method", value=known(case.snapshot.tensorflow.install_method) or "")]
                if view.and_cuda
                else []
            ),
            *([Evidence(fact="tensorflow.wanted", value=text)] if version is not None else []),
        ),
        remedies=(
            Remedy(kind="install", text="Use a release whose extra can be satisfied.", requirements=(requirement,)),
        ),
        symptom=bool(events),
    )


@rule("TFD314", CUDA, verdict="degraded")
def cuda_library_unusable(case: Case) -> Iterator[Conclusion]:
    """The first copy of a CUDA library that the loader finds cannot be opened.

    ## What it checks
    Whether the file that the loader opens for each library of the build is whole and of the right kind.

    ## Why it matters
    The loader passes over files of another architecture, but a truncated or unreadable file ends its search: a good
    copy in a later folder is not tried. Interrupted downloads and full disks leave such files.

    ## How to fix it
    Install the distribution or the toolkit that owns the file again, or take its folder off the search path.

    ## Sources
    https://man7.org/linux/man-pages/man8/ld.so.8.html
    """
    view = cuda(case)
    if view.works or view.is_cuda is False or not view.intended:
        return
    for copy in view.copies or ():
        if copy.order == 0 and not copy.usable and copy.name in view.files:
            owner = known(copy.distribution)
            yield Conclusion(
                message=f"{copy.path} cannot be opened, so TensorFlow does without the GPU.",
                evidence=(Evidence(fact=f"libraries.{copy.name}", value=copy.path, source=copy.origin),),
                remedies=(
                    Remedy(kind="reinstall", text="Install its owner again.", requirements=(owner,))
                    if owner
                    else Remedy(kind="manual", text="Install the toolkit that owns the file again."),
                ),
                symptom=case.load is not None,
            )
