"""Why the CUDA and cuDNN files that TensorFlow asks for are not opened: one judgement that several rules share."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tfdoctor.diagnosis import Confidence, Evidence
from tfdoctor.facts import LibraryCopy, known
from tfdoctor.matrix.sonames import Provider
from tfdoctor.rules import _builds as builds
from tfdoctor.rules import _sonames as sonames
from tfdoctor.rules._case import logged
from tfdoctor.rules._cuda import Cuda
from tfdoctor.versions import Dotted

Cause = Literal[
    "toolkit-too-new", "toolkit-too-old", "libraries-missing", "path", "pip", "cudnn-missing", "cudnn-major"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Files that are not opened, and why."""

    cause: Cause
    names: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    seen: bool
    confidence: Confidence = "certain"


def problems(view: Cuda) -> tuple[Problem, ...]:
    """Return why files of CUDA and of cuDNN are not opened; nothing where a GPU works or none is meant to be used."""
    found: tuple[Problem, ...] | None = vars(view).get("_problems")
    if found is None:  # judged once, asked by many rules
        found = vars(view)["_problems"] = _judge(view)
    return found


def _judge(view: Cuda) -> tuple[Problem, ...]:
    if view.works or view.is_cuda is False or not (view.intended or view.linked_missing):
        return ()
    if view.links and view.case.imported:
        return ()  # a build that links CUDA and was imported has found it
    if view.copies is not None and view.case.snapshot.origin == "machine":
        cuda, cudnn = _of_machine(view)
    else:
        cuda, cudnn = _of_cuda(view), _of_cudnn(view)
    if cuda is not None and cudnn is not None and (cuda.cause in {"libraries-missing", "pip", "path"}):
        cudnn = None  # cuDNN is missing with all the rest
    return tuple(problem for problem in (cuda, cudnn) if problem is not None)


# --- a machine: what the loader opens -----------------------------------------------------------------


def _of_machine(view: Cuda) -> tuple[Problem | None, Problem | None]:
    opened = {copy.name for copy in view.copies or () if copy.order == 0}  # a broken first copy has its own rule
    missing = tuple(name for name in view.files if name not in opened)
    cuda = tuple(name for name in missing if sonames.is_cuda(name))
    cudnn = tuple(name for name in missing if not sonames.is_cuda(name))
    lying = [copy for copy in view.copies or () if copy.name in missing and copy.usable]
    return (
        _problem(view, cuda, _cause_of_copies(view, cuda, lying), lying) if cuda else None,
        _problem(view, cudnn, _cause_of_cudnn_copies(view, cudnn, lying), lying) if cudnn else None,
    )


def _cause_of_copies(view: Cuda, missing: tuple[str, ...], lying: Iterable[LibraryCopy]) -> Cause:
    there = [copy for copy in lying if copy.name in missing]
    if any(known(copy.distribution) for copy in there):
        return "pip"
    return "path" if there else _cause_of_toolkits(view, missing)


def _cause_of_cudnn_copies(view: Cuda, missing: tuple[str, ...], lying: Iterable[LibraryCopy]) -> Cause:
    there = [copy for copy in lying if copy.name in missing]
    if any(known(copy.distribution) for copy in there):
        return "pip" if _searches_pip(view) else "path"
    if there:
        return "path"
    majors = {sonames.cudnn_major(copy.name) for copy in view.copies or ()} - {None}
    return "cudnn-major" if majors else "cudnn-missing"


# --- a ticket or a log: versions and messages ---------------------------------------------------------


def _of_cuda(view: Cuda) -> Problem | None:
    missing = tuple(name for name in view.missing if sonames.is_cuda(name))
    if not missing and any(event["which"] == "cudart" for event in view.refused):
        missing = tuple(name for name in view.files if sonames.base(name) == "cudart")
    if missing:
        if _pip_unreached(view):
            return _problem(view, missing, "pip")
        if view.case.bare and not view.toolkits:
            return None  # whether another CUDA is there, or none, is not said
        return _problem(view, missing, _cause_of_toolkits(view, missing))
    if view.missing or view.case.events.of("gpu-found", "cudnn-mismatch", "cudnn-failed", "kernel-image"):
        return None  # cuDNN or the driver is missing, or CUDA was opened: the toolkit is not what failed
    return _of_cuda_without_names(view)


def _of_cuda_without_names(view: Cuda) -> Problem | None:
    """Judge by versions: nothing says which files are missing."""
    if view.os == "windows" and view.is_cuda is None:
        return None
    if _pip_unreached(view):
        return _problem(view, view.files, "pip", confidence="likely")
    needed = tuple(name for name in view.files if sonames.is_cuda(name))
    if not needed:
        return None
    table = view.case.matrix.sonames
    if not view.toolkits:
        refused = [event for event in view.refused if event.kind != "gpu-none"]
        if not refused:
            return None
        return _problem(view, needed, "libraries-missing", confidence="likely")
    if any(all(sonames.ships(table, toolkit, name) for name in needed) for toolkit in view.toolkit_versions):
        # The right toolkit is there; without a refusal in the log nothing says that it is not reached.
        if not _refused_for_libraries(view):
            return None
        return _problem(view, needed, "path", confidence="possible" if _the_drivers(view) else "likely")
    absent = tuple(
        name for name in needed if not any(sonames.ships(table, toolkit, name) for toolkit in view.toolkit_versions)
    )
    # The version that a form names is often the driver's, or beside another that is used.
    confidence: Confidence = "certain" if view.failing else "likely"
    return _problem(view, absent or needed, _cause_of_toolkits(view, absent or needed), confidence=confidence)


def _the_drivers(view: Cuda) -> bool:
    """Whether the only version that is stated is what nvidia-smi prints: people take it for an installed toolkit."""
    return all(item.source == "ticket" and Dotted(item.version) == view.driver_cuda for item in view.toolkits)


def _refused_for_libraries(view: Cuda) -> bool:
    return any(event.kind in {"gpu-libraries-missing", "cuda-not-found"} for event in view.refused)


def _of_cudnn(view: Cuda) -> Problem | None:
    named = tuple(name for name in view.missing if sonames.cudnn_major(name) is not None)
    installed = [major for item in view.cudnn if (major := Dotted(item.version).major)]
    if named:
        wanted = sonames.cudnn_major(named[0])
        if wanted in installed:
            return _problem(view, named, "path")
        return _problem(view, named, "cudnn-major" if installed else "cudnn-missing")
    wanted_version = view.wanted_cudnn
    fails = view.missing or view.case.events.of("cudnn-mismatch", "cudnn-failed")
    if wanted_version is None or not installed or fails or wanted_version.major in installed:
        return None
    if view.loaded_cudnn is not None or view.build is None:
        return None
    name = sonames.cudnn_file(wanted_version.major, view.os)
    return _problem(view, (name,), "cudnn-major", confidence="likely")


def _cause_of_toolkits(view: Cuda, missing: tuple[str, ...]) -> Cause:
    """Compare the toolkits that are there with those that ship the missing files."""
    there = view.toolkit_versions
    if not there:
        return "libraries-missing"
    table = view.case.matrix.sonames
    if any(all(sonames.ships(table, toolkit, name) for name in missing) for toolkit in there):
        return "path"
    lacking = next(name for name in missing if not all(sonames.ships(table, toolkit, name) for toolkit in there))
    oldest = sonames.first_with(table, lacking)
    if oldest is None:
        return "libraries-missing"
    return "toolkit-too-old" if there[-1] < oldest else "toolkit-too-new"


# --- the nvidia distributions -------------------------------------------------------------------------


def _searches_pip(view: Cuda) -> bool:
    """Whether the release looks into the nvidia distributions: from 2.14 on."""
    version = view.case.tensorflow
    search = view.case.matrix.sonames.search(builds.patch(version)) if version is not None else None
    return search is not None and bool(search.folders)


def _pip_unreached(view: Cuda) -> bool:
    """Whether CUDA was installed as distributions (or nothing else is told of a release that cannot reach them)."""
    version = view.case.tensorflow
    if version is None or view.os != "linux" or not _searches_pip(view) or view.foreign:
        return False
    fitting = (f"cu{view.wanted.major}" if view.wanted is not None else "", "runtime", "cublas", "cudnn")
    cuda_by_pip = [name for name in view.pip_cuda if name.endswith(fitting)]
    if view.and_cuda or cuda_by_pip:
        return bool(view.refused or view.missing) or bool(forgotten(view))
    return bool(forgotten(view)) and _refused_for_libraries(view) and not view.toolkits


def forgotten(view: Cuda) -> tuple[Provider, ...]:
    """The distributions that a release of 2.14 or later needs and finds neither where pip puts them nor by variable."""
    version = view.case.tensorflow
    if version is None or view.foreign or not _searches_pip(view):
        return ()
    path = view.case.variable("LD_LIBRARY_PATH") or ""
    unreached = view.case.matrix.sonames.unreached(builds.patch(version))
    return tuple(item for item in unreached if f"{item.folder}/lib" not in path)


def _problem(
    view: Cuda,
    names: tuple[str, ...],
    cause: Cause,
    lying: Iterable[LibraryCopy] = (),
    *,
    confidence: Confidence = "certain",
) -> Problem:
    events = [*view.missing_events, *(event for event in view.refused if event.kind != "gpu-none")]
    rows = [
        *logged(events[:4]),
        *view.build_evidence,
        *(Evidence(fact="libraries.wanted", value=name) for name in names[:4]),
        *view.toolkit_evidence,
        *(Evidence(fact="libraries.cudnn", value=item.version) for item in view.cudnn),
        *(
            Evidence(fact=f"libraries.{copy.name}", value=copy.path, source=copy.origin)
            for copy in lying
            if copy.name in names
        ),
        *view.case.installed(*view.pip_cuda[:4]),
    ]
    return Problem(cause=cause, names=names, evidence=tuple(rows), seen=view.symptom, confidence=confidence)
