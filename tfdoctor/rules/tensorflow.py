"""Which TensorFlow is installed: none, two, the wrong one for this machine, or a shell without contents."""

import re
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import ABSENT, Distribution, known
from tfdoctor.matrix.releases import Release
from tfdoctor.rules import _wheels as wheels
from tfdoctor.rules._case import TENSORFLOW_DISTRIBUTIONS, Case, logged
from tfdoctor.rules._gpus import gpu_evidence, wants_gpu
from tfdoctor.rules._rule import TENSORFLOW, Conclusion, rule

_LAST_WINDOWS_GPU = Version("2.10.1")


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
    mixed = len(versions) > 1
    keep = case.distribution if case.distribution in names else names[0]
    version = case.version(keep or "")
    yield Conclusion(
        message=f"{' and '.join(names)} are installed over each other" + (", in different versions." if mixed else "."),
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
    system = {"linux": "Linux", "windows": "Windows", "macos": "Darwin"}.get(case.os or "", "")
    machine = case.arch or ("AMD64" if case.os == "windows" else "x86_64")
    for line in here[-1].requires:
        try:
            need = Requirement(line)
        except InvalidRequirement:
            continue
        name = canonicalize_name(need.name)
        applies = need.marker is None or need.marker.evaluate(
            {"platform_system": system, "platform_machine": machine, "extra": ""}
        )
        if name in TENSORFLOW_DISTRIBUTIONS and applies:
            return name
    return ""


@rule("TFD402", TENSORFLOW)
def tensorflow_intel_missing(case: Case) -> Iterator[Conclusion]:
    """TensorFlow's wheel for Windows is an empty shell here: tensorflow-intel, which has the contents, is not installed.

    ## What it checks
    Whether the installed release is a shell on this platform (Windows 2.11 to 2.18, where the contents are in
    tensorflow-intel), and whether the distribution with the contents is there.

    ## Why it matters
    The requirement stands in the metadata of the Windows wheel only. Tools that lock from another platform's metadata
    (poetry, uv, pdm) leave it out, and `import tensorflow` says "No module named 'tensorflow'".

    ## How to fix it
    Add tensorflow-intel of the same version for Windows, or take a release with its contents in one wheel (2.19 and
    later).

    ## Sources
    METADATA of the wheels; https://github.com/tensorflow/tensorflow/issues/75415
    """
    if case.os != "windows" or case.release is None:
        return
    needed = _shell_requires(case, case.release)
    if not needed or case.has(needed):
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
        message=f"The wheel of tensorflow {case.tensorflow} for Windows is an empty shell, and {needed} is not installed.",
        evidence=(
            *case.tensorflow_evidence(),
            *case.installed(needed),
            *(logged((missing,)) if missing else ()),
            *((Evidence(fact="tensorflow.install_method", value=method, source="ticket"),) if locker else ()),
        ),
        remedies=(
            Remedy(kind="install", text="Install the contents.", requirements=(f"{needed}=={case.tensorflow}",)),
            Remedy(
                kind="install",
                text="Or take a release that needs no second distribution.",
                requirements=("tensorflow>=2.19",),
            ),
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
    wanted = wanted and (case.wanted is None or case.wanted >= gone)
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
            Evidence(fact="matrix.releases.tensorflow-gpu", value="last release with wheels: 2.11.0", source="the package index"),
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
    which the index offered nothing though Intel Macs have wheels.

    ## Why it matters
    `tensorflow` has no arm64 wheels for macOS before 2.13: pip says "from versions: none".

    ## How to fix it
    Install tensorflow-macos of that version, or `tensorflow` 2.13 or later.

    ## Sources
    The file names of all wheels; https://developer.apple.com/metal/tensorflow-plugin/
    """
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
    if wheels.wheels(rows, None, "macos", "arm64") or not intel or case.arch == "x86_64":
        return
    if case.arch is None and not (asked.logged and not asked.offered):
        return
    newest = rows[-1].version
    mac = case.matrix.releases.latest_patch("tensorflow-macos", f"{newest.major}.{newest.minor}")
    yield Conclusion(
        message=f"{asked.text} has no wheel for Apple silicon; Apple's builds of that time are called tensorflow-macos.",
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


# The JetPack releases and the NVIDIA builds made for them: the tag is the year and month of the build.
_JETPACKS = (
    ("4.2", (19, 3), (19, 11)), ("4.3", (19, 12), (20, 2)), ("4.4", (20, 4), (20, 10)), ("4.5", (20, 12), (21, 6)),
    ("4.6", (21, 7), (22, 1)), ("5.0", (22, 3), (22, 9)), ("5.1", (22, 10), (23, 12)), ("6.0", (24, 1), (24, 9)),
)  # fmt: skip


@rule("TFD406", TENSORFLOW)
def jetson_wheel_jetpack_mismatch(case: Case) -> Iterator[Conclusion]:
    """NVIDIA's TensorFlow for Jetson was built for another JetPack than this one.

    ## What it checks
    The NVIDIA tag of the version ("+nv20.7") or the folder that the wheel comes from ("jp/v42") against the JetPack
    of this machine.

    ## Why it matters
    Each JetPack has one CUDA, cuDNN and TensorRT; a wheel for another JetPack does not find its libraries.

    ## How to fix it
    Install the build for this JetPack from NVIDIA's folder of that JetPack.

    ## Sources
    https://docs.nvidia.com/deeplearning/frameworks/install-tf-jetson-platform-release-notes/tf-jetson-rel.html
    """
    system = case.snapshot.system
    stated = " ".join((known(system.distribution_version) or "", known(system.os_version) or "", *case.snapshot.notes))
    here = re.search(r"jetpack\W*(\d)\.(\d)", stated, re.IGNORECASE)
    method = known(case.snapshot.tensorflow.install_method) or ""
    built = _jetpack_of(str(case.tensorflow or ""), method)
    if here is None or built is None or built == f"{here[1]}.{here[2]}":
        return
    yield Conclusion(
        message=f"This TensorFlow was built for JetPack {built}; the machine has JetPack {here[1]}.{here[2]}.",
        evidence=(
            *case.tensorflow_evidence(),
            Evidence(fact="system.jetpack", value=f"{here[1]}.{here[2]}"),
            *((Evidence(fact="tensorflow.install_method", value=method),) if method else ()),
        ),
        remedies=(
            Remedy(
                kind="manual",
                text=f"Install NVIDIA's build for JetPack {here[1]}.{here[2]} (folder jp/v{here[1]}{here[2]} of its index).",
            ),
        ),
        confidence="likely",
    )


def _jetpack_of(version: str, method: str) -> str | None:
    folder = re.search(r"jp/?v?(\d)(\d)", method)
    if folder:
        return f"{folder[1]}.{folder[2]}"
    tag = re.search(r"\+nv(\d\d)\.0?(\d+)", version)
    if tag is None:
        return None
    date = int(tag[1]), int(tag[2])
    return next((name for name, first, last in _JETPACKS if first <= date <= last), None)


@rule("TFD407", TENSORFLOW, severity="warning", verdict="degraded")
def windows_native_gpu_unsupported(case: Case) -> Iterator[Conclusion]:
    """TensorFlow for native Windows has no GPU support since 2.11.

    ## What it checks
    Whether TensorFlow 2.11 or later runs on Windows itself (not in WSL) on a machine with an NVIDIA GPU, or with a CUDA
    toolkit installed for it.

    ## Why it matters
    2.10 was the last release with CUDA for Windows; later ones run on the CPU whatever CUDA is installed.

    ## How to fix it
    Use WSL 2 with `tensorflow[and-cuda]`, or TensorFlow 2.10 with CUDA 11.2 and cuDNN 8.1 and Python 3.7 to 3.10.

    ## Sources
    https://www.tensorflow.org/install/pip#windows-native ; is_cuda_build in the wheels.
    """
    if case.os != "windows" or known(case.snapshot.system.wsl) or not wants_gpu(case) or _has_directml(case):
        return
    version = case.tensorflow
    toolkits = [item.version for item in known(case.snapshot.libraries.toolkits) or ()]
    newer = any(text.split(".")[0].isdigit() and int(text.split(".")[0]) >= 12 for text in toolkits)
    if (
        case.distribution in {"tensorflow-gpu", "tensorflow-rocm", "tensorflow-directml"}
        and version is not None
        and version <= _LAST_WINDOWS_GPU
    ):
        return
    if (version is None and (not newer or wheels.failure(case))) or (
        version is not None and version <= _LAST_WINDOWS_GPU
    ):
        return
    seen = case.events.of("gpu-none", "gpu-not-available")
    yield Conclusion(
        message=f"TensorFlow {version or 'of today'} for Windows is built without GPU support; 2.10 was the last with it.",
        evidence=(*case.tensorflow_evidence(), Evidence(fact="system.os", value="windows"), *gpu_evidence(case), *logged(seen[:1])),
        remedies=(
            Remedy(kind="manual", text="Use WSL 2 and install tensorflow[and-cuda] there."),
            Remedy(kind="create-environment", text="Or use the last release with GPU support for Windows, with CUDA 11.2 and cuDNN 8.1.",
                   python="3.10", requirements=("tensorflow==2.10.1", "numpy<2", "protobuf<3.20")),
        ),
        confidence="certain" if version is not None else "likely",
        symptom=bool(seen),
    )  # fmt: skip


def _has_directml(case: Case) -> bool:
    return any("directml" in name for name in case.distributions)


@rule("TFD408", TENSORFLOW, severity="warning", verdict="degraded")
def cpu_only_package_installed(case: Case) -> Iterator[Conclusion]:
    """The installed TensorFlow is a CPU build, though the machine has a GPU.

    ## What it checks
    Whether the installed build has CUDA, on a machine with an NVIDIA GPU or a CUDA toolkit; releases of `tensorflow`
    without GPU support whose predecessors had it.

    ## Why it matters
    tensorflow-cpu never has CUDA. `tensorflow` itself is a CPU build before 1.15, in 1.15.2 to 1.15.5 and in 2.0; there
    the GPU build is called tensorflow-gpu. conda's mkl and eigen builds are CPU builds too.

    ## How to fix it
    Install the GPU build: tensorflow-gpu up to 2.0, `tensorflow` from 2.1 on, conda's cuda build in conda.

    ## Sources
    build_info.py and the libraries of the wheels.
    """
    version = case.tensorflow
    if version is None or len(case.tensorflow_distributions) > 1 or case.os == "macos":
        return
    if case.os == "windows" and version > _LAST_WINDOWS_GPU:
        return
    stated = known(case.snapshot.tensorflow.cuda_build)
    cuda = stated if stated is not None else case.build.is_cuda if case.build else None
    rocm = known(case.snapshot.tensorflow.rocm_build) is True
    if cuda is not False or rocm or _has_directml(case):
        return
    known_gpu = wants_gpu(case)
    gpus = known(case.snapshot.accelerators.gpus)
    if not known_gpu and (gpus is not None or not _lost_its_gpu(case)):
        return
    name = case.distribution or "tensorflow"
    older = version < Version("2.1")
    yield Conclusion(
        message=f"{name} {version} is a CPU build: it does not use a GPU.",
        evidence=(
            *case.tensorflow_evidence(),
            Evidence(fact="tensorflow.distribution", value=name),
            Evidence(fact="tensorflow.cuda_build", value="False", source="the files" if stated is not None else "matrix.releases"),
            *gpu_evidence(case),
        ),
        remedies=(
            Remedy(kind="uninstall", text="Uninstall the CPU build.", distributions=(name,)),
            Remedy(kind="install", text="Install the GPU build.",
                   requirements=(f"tensorflow-gpu=={version}" if older else f"tensorflow=={version}",)),
        ),
        confidence="certain" if known_gpu else "possible",
        symptom=bool(case.events.of("gpu-none", "gpu-not-available")) and known_gpu,
    )  # fmt: skip


def _lost_its_gpu(case: Case) -> bool:
    """Whether an earlier release of this distribution had GPU support on this platform."""
    releases, name = case.matrix.releases, case.distribution or "tensorflow"
    if case.tensorflow is None or name != "tensorflow":
        return False
    earlier = (releases.get(name, version) for version in releases.versions(name) if version < case.tensorflow)
    builds = (row.build(case.os or "linux", case.arch or "x86_64") for row in earlier if row)
    return any(build is not None and build.is_cuda for build in builds)


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
    if case.tensorflow_distributions or case.tensorflow is not None or known(case.snapshot.tensorflow.path):
        return
    if (
        "tensorflow" in (known(case.snapshot.installation.orphans) or ())
        or (case.snapshot.tensorflow.path == ABSENT
        and _elsewhere(case))
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


def tensorflow_item(case: Case) -> Distribution | None:
    """The distribution that TensorFlow's files come from."""
    return case.distributions.get(case.distribution or "")
