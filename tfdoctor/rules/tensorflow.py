"""Which TensorFlow is installed: none, two, the wrong one for this machine, or a shell without contents."""

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import Absent, known
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.matrix.releases import Release
from tfdoctor.rules import _markers as markers
from tfdoctor.rules import _wheels as wheels
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import TENSORFLOW, Conclusion, rule


@rule("TFD401", TENSORFLOW, severity="warning", verdict="degraded")
def two_tensorflow_distributions(case: Case) -> Iterator[Conclusion]:
    """Two distributions that contain the package tensorflow are installed over each other.

    ## What it checks
    Whether more than one of tensorflow, tensorflow-gpu, tensorflow-cpu, tf-nightly, … is installed that brings files of
    its own (a mere shell that requires the other does not count).

    ## Why it matters
    Both write the same folder: the one installed last wins, file by file. A CPU build over a GPU build loses the GPU;
    two versions mixed do not import; uninstalling one removes files of the other.

    ## How to fix it
    Uninstall both, then install the wanted one alone.

    ## Sources
    RECORD files of the wheels.
    """
    names = tuple(name for name in case.tensorflow_distributions if not _is_shell(case, name))
    if len(names) < 2:
        return
    versions = {str(case.version(name)) for name in names if case.version(name)}
    whole = next((name for name in names if _untouched(case, name)), None)
    mixed = len(versions) > 1 and whole is None
    keep = case.distribution if case.distribution in names else names[0]
    version = case.version(keep or "")
    yield Conclusion(
        message=f"{' and '.join(names)} are installed over each other"
        + (", in different versions" if len(versions) > 1 else "")
        + (f"; the files on disk are those of {whole} {case.version(whole)}." if whole else "."),
        evidence=case.installed(*names),
        remedies=(
            Remedy(kind="uninstall", text="Uninstall all of them.", distributions=names),
            Remedy(
                kind="install",
                text="Install the wanted one alone.",
                requirements=(f"tensorflow=={version}" if version else "tensorflow",),
            ),
        ),
        severity="error" if mixed and case.imported is not True else None,
        verdict="broken" if mixed and case.imported is not True else None,
        confidence="likely" if mixed else "certain",
    )


def _untouched(case: Case, name: str) -> bool:
    """Whether every file that a distribution recorded is on disk as it was recorded."""
    item = case.distributions.get(name)
    return item is not None and (known(item.missing_count), known(item.altered_count)) == (0, 0)


def _is_shell(case: Case, name: str) -> bool:
    """Whether a distribution has no files of its own but requires the one that has."""
    version = case.version(name)
    release = case.matrix.releases.get(name, version) if version else None
    here = (
        [wheel for wheel in release.wheels if wheel.fits(case.os or "linux", case.arch or "x86_64")] if release else []
    )
    return bool(here) and all(wheel.build is None for wheel in here)


def _shell_requires(case: Case, release: Release) -> str:
    """The distribution with the contents that a shell requires on this platform, "" where it is none."""
    here = [wheel for wheel in release.wheels if wheel.fits(case.os or "", case.arch or "x86_64")]
    if not here or any(wheel.build is not None for wheel in here):
        return ""
    for line in here[-1].requires:
        need = markers.parse(line)
        if (
            need is not None
            and canonicalize_name(need.name) in TENSORFLOW_DISTRIBUTIONS
            and markers.applies(case, need)
        ):
            return canonicalize_name(need.name)
    return ""


@rule("TFD402", TENSORFLOW)
def tensorflow_intel_missing(case: Case) -> Iterator[Conclusion]:
    """TensorFlow's wheel for Windows is an empty shell, and tensorflow-intel with the contents is not installed.

    ## What it checks
    Whether the installed release is a shell on this platform (Windows 2.11 to 2.18, where the contents are in
    tensorflow-intel), and whether the distribution with the contents is there; in a log: a resolver that looks for a
    release of tensorflow-intel that does not exist.

    ## Why it matters
    The requirement stands in the metadata of the Windows wheel only. Tools that lock from another platform's metadata
    (poetry, uv, pdm) leave it out, and `import tensorflow` says "No module named 'tensorflow'".

    ## How to fix it
    Add tensorflow-intel of the same version for Windows, or take a release with its contents in one wheel (2.19 and
    later).

    ## Sources
    METADATA of the wheels; https://github.com/tensorflow/tensorflow/issues/75415
    """
    if case.os == "windows":
        yield from _empty_shell(case, "Windows", "tensorflow>=2.19")
    without = tuple(event for event in case.events.of("resolver-without") if event["name"] == "tensorflow-intel")
    if without:
        yield Conclusion(
            message="The lock was made from the metadata of the Windows wheel, which alone requires tensorflow-intel: "
            "that has no such release.",
            evidence=(*logged(without[:2]), *case.tensorflow_evidence()),
            remedies=(
                Remedy(kind="manual", text="Require tensorflow-intel for Windows only, in a release that exists."),
                Remedy(kind="install", text="Or take a release with one wheel.", requirements=("tensorflow>=2.19",)),
            ),
            symptom=True,
        )


def _empty_shell(case: Case, platform: str, whole: str) -> Iterator[Conclusion]:
    """The conclusion that the contents of a shell are missing; `whole` is a requirement that needs no second wheel."""
    needed = _shell_requires(case, case.release) if case.release is not None else ""
    if not needed or (case.has(needed) and case.version(needed) is not None):
        return
    missing = next(
        (event for event in case.events.of("module-missing") if event["module"].startswith("tensorflow")), None
    )
    method = known(case.snapshot.tensorflow.install_method) or ""
    locker = re.search(r"\b(poetry|uv|pdm|pipenv|hatch|rye|conda-lock)\b", method, re.IGNORECASE)
    absent = case.has(needed) is False
    if not (absent or missing or locker):
        return
    yield Conclusion(
        message=f"The wheel of tensorflow {case.tensorflow} for {platform} is an empty shell, and {needed} is not "
        f"installed.",
        evidence=(
            *case.tensorflow_evidence(),
            *case.installed(needed),
            *(logged((missing,)) if missing else ()),
            *((Evidence(fact="tensorflow.install_method", value=method, source="ticket"),) if locker else ()),
        ),
        remedies=(
            Remedy(kind="install", text="Install the contents.", requirements=(f"{needed}=={case.tensorflow}",)),
            Remedy(kind="install", text="Or take a release that needs no second distribution.", requirements=(whole,)),
        ),
        confidence="certain" if absent else "likely",
        symptom=missing is not None,
    )


@rule("TFD403", TENSORFLOW)
def tensorflow_gpu_removed(case: Case) -> Iterator[Conclusion]:
    """The distribution tensorflow-gpu has been removed: its version 2.12.0 is a stub that always fails.

    ## What it checks
    Whether tensorflow-gpu 2.12 or later (or, on Python 3.11 and later, any) is wanted; the stub's traces in the log.

    ## Why it matters
    Since December 2022 tensorflow-gpu installs nothing: the stub's setup ends with an error, sometimes masked by
    "InvalidRequirement".

    ## How to fix it
    Install `tensorflow` (on Linux with `[and-cuda]` from 2.14 on): it contains the GPU support.

    ## Sources
    https://github.com/tensorflow/tensorflow/issues/58676 ; the stub on the package index.
    """
    event = case.events.first("tensorflow-gpu-stub")
    asked = wheels.failure(case)
    gone = Version("2.12")
    wanted = asked is not None and asked.distribution == "tensorflow-gpu" and not wheels.candidates(case, asked)
    wanted = wanted and (case.wanted is None or Version(case.wanted.base_version) >= gone)  # 2.12.0rc0 never was one
    python = case.python is not None and case.python >= Version("3.11")
    unpinned = asked is not None and asked.distribution == "tensorflow-gpu" and not asked.specifier and python
    stated = case.distribution == "tensorflow-gpu" and case.tensorflow is not None and case.tensorflow >= gone
    if event is None and not wanted and not unpinned and not stated:
        return
    yield Conclusion(
        message="tensorflow-gpu has been removed; what is left of it is a stub that cannot be installed.",
        evidence=(
            *(logged((event,)) if event else ()),
            *(asked.evidence if asked else ()),
            *(case.tensorflow_evidence() if stated else ()),
            Evidence(fact="matrix.releases.tensorflow-gpu", value="last release with wheels: "
                                                                  "2.11.0", source="the package index"),
        ),
        remedies=(
            Remedy(kind="install", text="Install tensorflow; on Linux the extra brings CUDA.",
                   requirements=("tensorflow[and-cuda]" if case.os in {"linux", None} else "tensorflow",)),
        ),
        symptom=event is not None or (asked is not None and asked.logged),
    )  # fmt: skip


@rule("TFD404", TENSORFLOW)
def macos_arm_needs_tensorflow_macos(case: Case) -> Iterator[Conclusion]:
    """On Apple silicon, TensorFlow before 2.13 is called tensorflow-macos.

    ## What it checks
    Whether a release of `tensorflow` below 2.13 is wanted on a Mac with Apple silicon, or on a Mac of unknown kind for
    which the index offered nothing though Intel Macs have wheels; whether 2.13, 2.14 or 2.15 is there without
    tensorflow-macos, which has its contents.

    ## Why it matters
    `tensorflow` has no arm64 wheels for macOS before 2.13: pip says "from versions: none". Those of 2.13 to 2.15 are
    shells; tools that lock from another platform's metadata (poetry, uv, pdm) leave the contents out.

    ## How to fix it
    Install tensorflow-macos of that version, or `tensorflow` 2.13 or later.

    ## Sources
    The file names of all wheels; https://developer.apple.com/metal/tensorflow-plugin/
    """
    if case.os == "macos":
        yield from _empty_shell(case, "Apple silicon", "tensorflow>=2.16")
    asked = wheels.failure(case)
    if (
        asked is None
        or case.os != "macos"
        or asked.distribution not in {"tensorflow", "tensorflow-cpu"}
        or not asked.specifier
    ):
        return
    python = wheels.python_text(case)
    rows = wheels.candidates(case, asked)
    intel = wheels.wheels(rows, python, "macos", "x86_64")
    arch = "x86_64" if case.events.first("wheel-refused", wheel="x86_64") else case.arch
    if wheels.wheels(rows, None, "macos", "arm64") or not intel or arch == "x86_64":
        return
    if case.arch is None and not (asked.logged and not asked.offered):
        return
    newest = rows[-1].version
    mac = case.matrix.releases.latest_patch("tensorflow-macos", f"{newest.major}.{newest.minor}")
    yield Conclusion(
        message=f"{asked.text} has no wheel for Apple silicon; Apple's builds of that time are called "
        f"tensorflow-macos.",
        evidence=(
            *asked.evidence,
            Evidence(fact="system.arch", value=case.arch or "not stated; Intel Macs have a wheel"),
        ),
        remedies=(
            Remedy(
                kind="install",
                text="Install Apple's build.",
                requirements=(f"tensorflow-macos=={mac.version}" if mac else "tensorflow-macos",),
            ),
            Remedy(
                kind="install",
                text="Or a release with wheels for both kinds of Mac.",
                requirements=("tensorflow>=2.13",),
            ),
        ),
        confidence="certain" if case.arch else "likely",
        symptom=asked.logged,
    )


@rule("TFD405", TENSORFLOW, severity="error", verdict="broken")
def user_site_shadows_env(case: Case) -> Iterator[Conclusion]:
    """A TensorFlow in the user's own folder (~/.local) is imported instead of the environment's.

    ## What it checks
    Where TensorFlow is imported from, by the facts and by the paths in the log, against the environment that runs.

    ## Why it matters
    `pip install --user` puts distributions in front of a conda environment's own. The old copy there looks for other
    CUDA libraries and other dependencies than the environment has.

    ## How to fix it
    Uninstall the copy in the user folder, or set PYTHONNOUSERSITE=1.

    ## Sources
    https://docs.python.org/3/library/site.html
    """
    found = _user_copy(case)
    if found is None:
        return
    evidence, symptom = found
    yield Conclusion(
        message="TensorFlow is imported from the user's own site-packages, not from the environment that runs.",
        evidence=evidence,
        remedies=(
            Remedy(
                kind="set-variable", text="Let Python ignore the user folder.", variable="PYTHONNOUSERSITE", value="1"
            ),
            Remedy(
                kind="uninstall",
                text="Or uninstall the copy in the user folder.",
                distributions=case.tensorflow_distributions or ("tensorflow",),
            ),
        ),
        severity=None if symptom else "warning",
        verdict=None if symptom else "degraded",
        confidence="certain" if not symptom else "likely",
        symptom=symptom,
    )


_USER = re.compile(r"(?:^|/)\.local/lib/|AppData[\\/]Roaming[\\/]Python", re.IGNORECASE)
_ENVIRONMENT = re.compile(r"/envs/|conda|/venv|virtualenv|\.venv", re.IGNORECASE)


def _user_copy(case: Case) -> tuple[tuple[Evidence, ...], bool] | None:
    paths = case.events.of("site-path", "frame", "symbol-version-missing")
    user = next(
        (event for event in paths if _USER.search(event["site"] or event["path"]) and "tensorflow" in event.text), None
    )
    inside = next(
        (
            event
            for event in paths
            if _ENVIRONMENT.search(event["site"] or event["path"]) and not _USER.search(event["path"])
        ),
        None,
    )
    conda = known(case.snapshot.interpreter.environment) in {"conda", "venv", "virtualenv"}
    if user is not None and (inside is not None or conda):
        return logged(event for event in (user, inside) if event), True
    site = known(case.snapshot.interpreter.user_site)
    path = known(case.snapshot.tensorflow.path) or ""
    if site and path.startswith(site) and conda and case.variable("PYTHONNOUSERSITE") is None:
        return (Evidence(fact="tensorflow.path", value=path), Evidence(fact="interpreter.user_site", value=site)), False
    return None


@rule("TFD409", TENSORFLOW)
def tensorflow_not_installed(case: Case) -> Iterator[Conclusion]:
    """No TensorFlow is installed for this interpreter.

    ## What it checks
    Whether any distribution or folder on the interpreter's search path provides the package tensorflow.

    ## Why it matters
    `import tensorflow` raises ModuleNotFoundError. The interpreter examined may not be the one you meant.

    ## How to fix it
    Install TensorFlow into this environment, or examine the right interpreter with `--python`.

    ## Sources
    The installed distributions and the interpreter's search path.
    """
    if case.snapshot.origin != "machine" or known(case.snapshot.installation.distributions) is None:
        return
    if case.tensorflow_distributions or case.tensorflow is not None or known(case.snapshot.tensorflow.path) is not None:
        return
    if "tensorflow" in (known(case.snapshot.installation.orphans) or ()) or (
        isinstance(case.snapshot.tensorflow.path, Absent) and _elsewhere(case)
    ):
        return
    executable = known(case.snapshot.interpreter.executable) or "this interpreter"
    yield Conclusion(
        message=f"TensorFlow is not installed for {executable}.",
        evidence=(Evidence(fact="installation.distributions", value="none provides tensorflow", source=executable),),
        remedies=(
            Remedy(kind="install", text="Install TensorFlow here.", requirements=("tensorflow",)),
            Remedy(kind="manual", text="Or examine another interpreter with --python."),
        ),
        symptom=case.load is not None,
    )


def _elsewhere(case: Case) -> bool:
    return any(item.module == "tensorflow" for item in known(case.snapshot.installation.shadows) or ())
