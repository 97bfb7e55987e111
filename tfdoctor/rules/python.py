"""Python: the interpreter, and the wheels that there are for it."""

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.matrix.releases import Release
from tfdoctor.rules import _wheels as wheels
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._rule import PYTHON, Conclusion, rule

# Distributions with wheels for a few Pythons only, which people install beside TensorFlow.
PLUGINS = (
    "tensorflow-metal", "tensorflow-directml-plugin", "tensorflow-directml", "tensorflow-text", "tensorflow-io",
    "tensorflow-addons", "tensorflow-decision-forests", "tensorflow-io-gcs-filesystem", "tensorflow-model-analysis",
    "tensorflow-transform", "tfx-bsl", "tensorflow-data-validation", "tensorflow-quantum", "tensorflow-recommenders",
    "tensorflow-compression", "tensorflow-federated", "tensorflow-lattice", "tensorflow-rocm", "tflite-runtime",
    "tflite-model-maker", "tflite-support",
)  # fmt: skip


@rule("TFD101", PYTHON)
def python_32bit(case: Case) -> Iterator[Conclusion]:
    """The interpreter is a 32-bit program, and TensorFlow has wheels for 64-bit interpreters only.

    ## What it checks
    The pointer width of the interpreter, where TensorFlow is not installed or could not be installed.

    ## Why it matters
    No release has a wheel for a 32-bit Python on any system, so pip finds "no matching distribution" whatever version
    is asked for. A 64-bit Windows may well run a 32-bit Python.

    ## How to fix it
    Install a 64-bit Python (on Windows the installer is called "Windows installer (64-bit)") and make a new
    environment with it.

    ## Sources
    The tags of all wheels of all releases; https://www.tensorflow.org/install/pip
    """
    asked = wheels.failure(case)
    refused = wheels.narrow_process(case)
    installed = case.tensorflow is not None and asked is None and refused is None
    unloaded = any("pywrap" in event["module"] for event in case.events.of("module-missing"))
    if wheels.bits(case) != 32 or case.arch in {"armv7l", "armv6l"} or installed:
        return
    yield Conclusion(
        message="This Python is a 32-bit program; TensorFlow exists for 64-bit Python only.",
        evidence=(
            Evidence(fact="interpreter.bits", value="32", source=known(case.snapshot.interpreter.executable) or ""),
            *logged((refused,) if refused else case.events.of("interpreter-bits")[:1]),
            *(asked.evidence if asked else ()),
        ),
        remedies=(
            Remedy(
                kind="create-environment",
                text="Make the environment with a 64-bit Python.",
                python=wheels.python_text(case) or "",
                requirements=(asked.text if asked else "tensorflow",),
            ),
        ),
        confidence="likely" if refused else "certain",
        symptom=(asked is not None and asked.logged) or refused is not None or unloaded,
    )


@rule("TFD102", PYTHON)
def python_version_no_wheel(case: Case) -> Iterator[Conclusion]:
    """The wanted TensorFlow has no wheel for this Python version.

    ## What it checks
    The interpreter's version against the interpreter tags of all wheels of the wanted release (of all releases, where
    none is named) on this platform; what the installer's log says of Python versions and wheel tags.

    ## Why it matters
    Each release has wheels for four or five Python versions. For any other, pip says "no matching distribution", uv
    "no wheels with a matching Python ABI tag", conda "incompatible with the existing python installation".

    ## How to fix it
    Make an environment with a Python that the release has wheels for, or take a release that has wheels for this
    Python.

    ## Sources
    The file names of all wheels of all releases.
    """
    asked = wheels.failure(case)
    python = wheels.python_text(case)
    if asked is None:
        return
    refused = next((event for event in asked.events if event.kind == "python-refused"), None)
    if refused is not None:
        yield _no_wheel(case, asked, python or "of this project", f"it wants Python {refused['wanted'].strip()}")
        return
    rows = wheels.candidates(case, asked)
    if python is None:
        seen = _python_of_offers(case, asked, rows)
        elsewhere = case.os and case.arch and not wheels.wheels(rows, None, case.os, case.arch)
        if seen and not elsewhere:  # else it is the platform that has none
            yield _no_wheel(case, asked, seen, "the versions offered are those for another Python", sure=False)
        return
    other = _refused_tag(case, python)
    if other:
        yield _no_wheel(case, asked, python, f"the wheel is for CPython {other}")
        return
    if not rows or wheels.bits(case) == 32:
        return
    fits = wheels.wheels(rows, python, None, None)
    here = wheels.wheels(rows, python, case.os, case.arch)
    platform = wheels.wheels(rows, None, case.os, case.arch)
    if not fits or (not here and platform):
        yield _no_wheel(
            case,
            asked,
            python,
            f"its wheels are for {wheels.pythons_text(platform or wheels.wheels(rows, None, None, None))}",
        )
    elif here and asked.open and wheels.usual(case) and wheels.first(rows, here) > wheels.first(rows, platform):
        first = wheels.first(rows, here)
        why = f"the first release with a wheel for it is {first}; before that there was none"
        yield _no_wheel(case, asked, python, why, sure=False)


def _python_of_offers(case: Case, asked: wheels.Failure, rows: tuple[Release, ...]) -> str:
    """The newest Python for which all versions that the index offered have wheels, where the wanted one has none."""
    offered = [_leading_to(case, asked.distribution, version) for version in asked.offered or ()]
    sets = [{wheel.python_version for wheel in row.wheels} for row in offered if row is not None]
    common = set.intersection(*sets) if sets else set()
    fitting = {wheel.python_version for row in rows for wheel in row.wheels}
    older = bool(asked.offered) and all(row.version < min(asked.offered or ()) for row in rows)
    left = common - fitting  # a Python that has the wanted one would have been offered it
    return max(left, key=Version) if rows and left and (older or not common & fitting) else ""


def _leading_to(case: Case, distribution: str, version: Version) -> Release | None:
    """The release of a version, or the one that a pre-release led to: its wheels were for the same Pythons."""
    releases = case.matrix.releases
    found = releases.get(distribution, version) or releases.get(distribution, version.base_version)
    if found is not None or not version.is_prerelease:
        return found
    return releases.latest_patch(distribution, f"{version.major}.{version.minor}")


def _refused_tag(case: Case, python: str) -> str:
    """The interpreter of a wheel that was refused here, where it is not this one."""
    refused = {event.line for event in case.events.of("wheel-refused")}
    for event in case.events.of("wheel-named"):
        tag = re.fullmatch(r"cp(\d)(\d+)", event["python"].split(".")[0])
        if tag and event.line in refused and f"{tag[1]}.{tag[2]}" != python:
            return f"{tag[1]}.{tag[2]}"
    return ""


def _no_wheel(case: Case, asked: wheels.Failure, python: str, why: str, *, sure: bool = True) -> Conclusion:
    rows = wheels.candidates(case, asked)
    target = wheels.newest(wheels.wheels(rows, None, case.os, case.arch) or wheels.wheels(rows, None, None, None))
    remedies = (
        Remedy(
            kind="create-environment",
            text=f"Make an environment with Python {target}, for which there are wheels.",
            python=target,
            requirements=(asked.text,),
        ),
    )
    return Conclusion(
        message=f"There is no wheel of {asked.text} for Python {python}: {why}.",
        evidence=(Evidence(fact="interpreter.version", value=python), *asked.evidence, _releases_evidence(case, asked)),
        remedies=remedies if target else (Remedy(kind="manual", text="Use a Python that the wheel was made for."),),
        confidence="certain" if sure else "likely",
        symptom=asked.logged,
    )


def _releases_evidence(case: Case, asked: wheels.Failure) -> Evidence:
    rows = wheels.candidates(case, asked)
    found = wheels.wheels(rows, None, case.os, case.arch)
    return Evidence(
        fact=f"matrix.releases.{asked.text}.pythons",
        value=wheels.pythons_text(found),
        source="file names of the wheels",
    )


@rule("TFD103", PYTHON)
def plugin_no_wheel_for_python(case: Case) -> Iterator[Conclusion]:
    """A plugin or companion of TensorFlow has no wheel for this Python version.

    ## What it checks
    Failed installations of tensorflow-metal, tensorflow-directml-plugin and the like in the log.

    ## Why it matters
    Plugins are released later than TensorFlow, and for fewer Pythons; some are not released any more.

    ## How to fix it
    Take a Python that the plugin has wheels for, together with a TensorFlow that has them too.

    ## Sources
    https://developer.apple.com/metal/tensorflow-plugin/ ; https://github.com/microsoft/tensorflow-directml-plugin
    """
    python = wheels.python_text(case)
    for asked in wheels.other_failures(case):
        name = asked.distribution
        if python is None or not _python_excludes(case, name) or _platform_excludes(case, name):
            continue
        yield Conclusion(
            message=f"{asked.distribution} has no wheel for Python {python} on this platform.",
            evidence=(Evidence(fact="interpreter.version", value=python), *asked.evidence),
            remedies=(
                Remedy(
                    kind="create-environment",
                    text="Make an environment with an older Python that the plugin has wheels for.",
                    requirements=(asked.text,),
                ),
            ),
            confidence="likely",
            symptom=True,
        )


# Where a companion never had wheels, or has none any more (the READMEs of tensorflow/io, /text, /decision-forests).
_NOT_ON = {
    "tensorflow-text": ("windows",),
    "tensorflow-io": ("windows",),
    "tensorflow-io-gcs-filesystem": ("windows",),
    "tensorflow-decision-forests": ("windows",),
    "tensorflow-metal": ("windows", "linux"),
    "tensorflow-directml-plugin": ("macos", "linux"),
}


def _platform_excludes(case: Case, distribution: str) -> bool:
    musl = known(case.snapshot.system.libc) == "musl"  # none of these has a wheel for it
    return musl or case.os in _NOT_ON.get(distribution, ())


def _python_excludes(case: Case, distribution: str) -> bool:
    """Whether a plugin or companion that is not to be had lacks a wheel for this Python, as far as can be told.

    tensorflow-io-gcs-filesystem, a requirement of TensorFlow 2.8 to 2.19, has wheels up to Python 3.12.
    """
    if distribution == "tensorflow-io-gcs-filesystem":
        return case.python is not None and case.python >= Version("3.13")
    return distribution in PLUGINS


@rule("TFD104", PYTHON)
def platform_wheel_missing(case: Case) -> Iterator[Conclusion]:
    """A dependency of TensorFlow has no wheel for this platform.

    ## What it checks
    Failed installations of TensorFlow's dependencies and companions in the log, against the platforms that they
    are published for.

    ## Why it matters
    tensorflow-io-gcs-filesystem has no Windows wheels after 0.31.0, tensorflow-text none after 2.10. A lock file made
    on another system pins a version that this one cannot install.

    ## How to fix it
    Pin the last version that has a wheel for this platform, with an environment marker, or leave the companion out.

    ## Sources
    https://github.com/tensorflow/io/issues ; https://github.com/tensorflow/text
    """
    for asked in wheels.other_failures(case):
        if asked.distribution.startswith(("nvidia-", "tensorrt")):
            continue  # the CUDA extra has a rule of its own
        if case.os == "macos" and case.arch != "arm64" and any("-macosx_" in event["wheel"] for event in asked.events):
            continue  # a wheel for macOS is at hand: this Python refuses it
        excluded = _platform_excludes(case, asked.distribution)
        if not excluded and (
            _python_excludes(case, asked.distribution) or not _is_dependency(case, asked.distribution)
        ):
            continue
        yield Conclusion(
            message=f"{asked.text} has no wheel for this platform ({case.os or 'of unknown kind'}).",
            evidence=asked.evidence,
            remedies=(
                Remedy(
                    kind="manual",
                    text=f"Pin a version of {asked.distribution} that has a wheel for this platform by an environment "
                    "marker in the project file and make the lock file anew, or leave it out where it is optional.",
                ),
            ),
            confidence="certain" if excluded else "likely",
            symptom=True,
        )


def _is_dependency(case: Case, distribution: str) -> bool:
    """Whether the installed release, or else one of the last years, requires a distribution."""
    releases = case.matrix.releases
    rows = (case.release,) if case.release else (releases.get("tensorflow", one) for one in _RECENT)
    lines = (line for row in rows if row is not None for wheel in row.wheels for line in wheel.requires)
    names = (re.match(r"[\w.-]+", line) for line in lines)
    return distribution in {canonicalize_name(found.group()) for found in names if found}


_RECENT = ("2.12.0", "2.15.1", "2.18.0", "2.21.0")


@rule("TFD107", PYTHON, severity="error", verdict="broken")
def wrong_interpreter(case: Case) -> Iterator[Conclusion]:
    """TensorFlow was installed for another interpreter than the one that runs.

    ## What it checks
    "No module named 'tensorflow'" beside log lines that show TensorFlow in another Python's site-packages, a pip that
    belongs to another Python, or two interpreters; on a ticket also beside a TensorFlow that is said to be installed.

    ## Why it matters
    `pip` and `python` need not belong together; notebooks and IDEs choose an interpreter of their own.

    ## How to fix it
    Install with the interpreter that runs: `python -m pip install tensorflow`; in a notebook choose the kernel of the
    environment.

    ## Sources
    https://packaging.python.org/en/latest/tutorials/installing-packages/
    """
    named = (event for event in case.events.of("module-missing") if event["module"].split(".")[0] == "tensorflow")
    missing = next(named, None)
    if missing is None:
        return
    found = _by_versions(case) or _by_places(case) or _by_list(case, missing)
    told = case.events.of("installed-into", "pip-version") or case.tensorflow_distributions or wheels.failure(case)
    if found is None and not told and case.snapshot.origin == "ticket" and not case.bare:
        found = _ABSENT if missing["module"] == "tensorflow" else None
    if found is not None:
        message, evidence = found
        yield Conclusion(
            message=message,
            evidence=(*logged((missing,)), *evidence),
            remedies=(Remedy(kind="install", text=_WITH_IT, requirements=("tensorflow",)),),
            confidence="likely" if evidence else "possible",
            severity=None if evidence else "warning",
            symptom=True,
        )


_WITH_IT = "Install with the interpreter that runs: python -m pip install tensorflow."
_ABSENT = "The interpreter that runs has no TensorFlow: it was not installed, or for another one.", ()


def _by_versions(case: Case) -> tuple[str, tuple[Evidence, ...]] | None:
    """A pip, or a folder that it installed TensorFlow into, that is of another Python version."""
    python = wheels.python_text(case)
    for event in case.events.of("installed-into", "pip-version") if python else ():
        other = re.search(r"python(\d\.\d+)", event["path"]) if event["path"] else None
        version = other.group(1) if other else event["python"]
        if version and version != python and ("tensorflow" in event["distribution"] or event.kind == "pip-version"):
            running = Evidence(fact="interpreter.version", value=python or "")
            message = f"TensorFlow was installed for Python {version}; Python {python} runs."
            return message, (*logged((event,)), running)
    return None


# The folder of an environment, by its site-packages; those of a user or of the system serve several interpreters.
_PREFIX = re.compile(r"(?P<prefix>.+?)[\\/](?:lib[\\/]python[\d.]+|Lib)[\\/]site-packages", re.IGNORECASE)
_SHARED = re.compile(r"[\\/]\.local\b|AppData[\\/]Roaming", re.IGNORECASE)


def _by_places(case: Case) -> tuple[str, tuple[Evidence, ...]] | None:
    """Two interpreters that a log names, or one outside the environment that TensorFlow or pip is in."""
    paths = {_plain(event["path"]): event for event in case.events.of("interpreter-path")}
    folders = {path.rpartition("/")[0] for path in paths}
    if len(folders) > 1:
        shown = tuple(paths.values())[:2]
        return "Two interpreters are in use here, and TensorFlow is in one of them only.", logged(shown)
    for event in case.events.of("installed-into", "pip-version"):
        prefix = _PREFIX.match(event["path"])
        ours = "tensorflow" in event["distribution"] or event.kind == "pip-version"
        if prefix is None or not ours or not paths or _SHARED.search(event["path"]):
            continue
        outside = [one for path, one in paths.items() if not path.startswith(_plain(prefix["prefix"]) + "/")]
        if outside:
            message = f"The interpreter that runs is not that of {prefix['prefix']}, where packages were installed."
            return message, logged((event, outside[0]))
    return None


def _plain(path: str) -> str:
    """A path with single forward slashes; case is of no matter on Windows."""
    text = re.sub(r"[\\/]+", "/", path)
    return text.lower() if text[1:2] == ":" else text


def _by_list(case: Case, missing: Event) -> tuple[str, tuple[Evidence, ...]] | None:
    """A TensorFlow that somebody's list has, while the interpreter that runs has none at all.

    A wheel without contents (Windows from 2.11, Apple silicon from 2.13) is missing for every interpreter.
    """
    listed = case.tensorflow_distributions
    hollow = case.release is not None and case.build is None
    if case.snapshot.origin != "ticket" or missing["module"] != "tensorflow" or not listed or hollow:
        return None
    return "TensorFlow is installed, but not for the interpreter that runs.", case.installed(*listed)
