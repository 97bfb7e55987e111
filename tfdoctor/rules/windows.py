"""Windows: the Visual C++ run-time library, and long paths."""

import re
from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Confidence, Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import cuda
from tfdoctor.rules._rule import PLATFORM, Conclusion, rule

_LIMIT = 260
_LONG = 100  # in the log the folder that the environment lies in is often cut; TensorFlow's own part alone is this long


@rule("TFD128", PLATFORM)
def msvc_redist_missing(case: Case) -> Iterator[Conclusion]:
    """The Visual C++ run-time library that TensorFlow for Windows needs is missing or too old.

    ## What it checks
    The DLLs of the redistributable in the system folder; "DLL load failed" and "Could not find the DLL(s)" in the log.

    ## Why it matters
    TensorFlow for Windows is compiled with Visual C++ and needs msvcp140.dll, since 2.1 also msvcp140_1.dll. Python
    brings neither.

    ## How to fix it
    Install the newest "Microsoft Visual C++ Redistributable for Visual Studio" (x64).

    ## Sources
    https://github.com/tensorflow/tensorflow/releases/tag/v2.1.0 ;
    https://learn.microsoft.com/cpp/windows/latest-supported-vc-redist
    """
    named = case.events.first("dll-missing")
    failed = next((event for event in case.events.of("dll-load-failed") if _tensorflows(event["module"])), None)
    lacking = _lacking(case)
    if case.os not in {"windows", None} or case.imported is True:
        return
    crash = case.events.first("illegal-instruction")  # the reason that Windows gives, as a number
    guess = failed is not None and crash is None and (_opens_cuda_late(case) if case.tensorflow else _recent(failed))
    if named is None and not lacking and not guess:
        return
    if lacking and case.tensorflow is None and named is None:
        return
    confidence: Confidence = "certain" if named or lacking else "likely"
    name = named["name"] if named else ", ".join(lacking) or "msvcp140_1.dll"
    yield Conclusion(
        message=f"The Visual C++ run-time library is missing or too old: TensorFlow needs {name}.",
        evidence=(
            *logged(event for event in (named, failed) if event),
            *((Evidence(fact="system.msvc_runtime", value="lacks " + ", ".join(lacking)),) if lacking else ()),
            *case.tensorflow_evidence(),
        ),
        remedies=(
            Remedy(
                kind="manual", text="Install the newest Microsoft Visual C++ Redistributable (x64), then start anew."
            ),
        ),
        confidence=confidence,
        symptom=named is not None or failed is not None,
    )


def _tensorflows(module: str) -> bool:
    """Whether a module whose DLL does not load is TensorFlow's own, or is not named."""
    return not module or module.startswith(("_pywrap", "pywrap", "_tensorflow", "tensorflow"))


def _recent(failed: Event) -> bool:
    """Whether the message is that of Python 3.8 or later, for which there is no TensorFlow that links CUDA."""
    return failed["module"].startswith(("_pywrap_tensorflow", "_pywrap_tf"))


def _opens_cuda_late(case: Case) -> bool:
    """Whether this build opens CUDA when it is used, so that a DLL missing at import is not CUDA's."""
    if case.tensorflow is not None and case.tensorflow >= Version("2.1"):
        return True
    if case.distribution is None and cuda(case).toolkits:
        return False  # CUDA was installed for it: it may well be tensorflow-gpu
    built = known(case.snapshot.tensorflow.cuda_build)
    return (built if built is not None else case.build.is_cuda if case.build else None) is False


def _lacking(case: Case) -> tuple[str, ...]:
    found = known(case.snapshot.system.msvc_runtime)
    if found is None or case.os != "windows":
        return ()
    have = {name.lower() for name in found}
    row = case.matrix.platforms.msvc(case.tensorflow) if case.tensorflow is not None else None
    # Python brings the vcruntime files itself, beside python.exe
    files = tuple(name for name in (row.files if row else ()) if name.startswith("msvcp"))
    return tuple(name for name in files if name not in have)


@rule("TFD129", PLATFORM)
def windows_long_path(case: Case) -> Iterator[Conclusion]:
    """TensorFlow's files have longer paths than this Windows allows.

    ## What it checks
    Installer messages about long paths; files of TensorFlow that were not written though Windows limits paths to 260
    characters and their paths would be longer.

    ## Why it matters
    TensorFlow's headers lie deep; below a deep folder their paths exceed the limit and the installation stops halfway.

    ## How to fix it
    Allow long paths (set LongPathsEnabled to 1 under Control/FileSystem in the registry's current control set), or
    make the environment in a short folder at the root of a drive.

    ## Sources
    https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation
    """
    if case.os not in {"windows", None}:
        return
    hint = case.events.first("path-too-long")
    unwritten = next((event for event in case.events.of("file-not-written") if _is_deep(event["path"])), None)
    missing = _too_long(case)
    if hint is None and unwritten is None and not missing:
        return
    if case.os is None and hint is None and not (unwritten and _DRIVE.match(unwritten["path"])):
        return
    yield Conclusion(
        message="Windows' limit of 260 characters for a path keeps files of TensorFlow from being written.",
        evidence=(
            *logged(event for event in (hint, unwritten) if event),
            *(Evidence(fact="tensorflow.missing_files", value=path) for path in missing[:2]),
        ),
        remedies=(
            Remedy(kind="manual", text="Allow long paths in Windows (LongPathsEnabled = 1) and install again."),
            Remedy(kind="create-environment", text="Or make the environment in a folder with a short path."),
        ),
        symptom=hint is not None or unwritten is not None,
    )


_DRIVE = re.compile(r"[A-Za-z]:\\|.*[\\/]Lib[\\/]site-?packages[\\/]")  # elsewhere the folder is called lib


def _is_deep(path: str) -> bool:
    # Python prints a backslash twice; names of users and folders are often shortened before a log is shown
    length = len(path.replace("\\\\", "\\"))
    return length >= _LONG and ("include" in path or length >= _LIMIT - 50)


def _too_long(case: Case) -> tuple[str, ...]:
    if case.os != "windows" or known(case.snapshot.system.long_paths) is True:
        return ()
    item = case.distributions.get(case.distribution or "")
    if item is None:
        return ()
    paths = (f"{item.location}\\{path}" for path in known(item.missing_files) or ())
    return tuple(path for path in paths if len(path) >= _LIMIT - 1)
