"""Whether the installed build of TensorFlow can use this machine's GPU at all."""

import re
from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.diagnosis import Evidence, Remedy
from tfdoctor.facts import known
from tfdoctor.rules import _wheels as wheels
from tfdoctor.rules._case import Case, logged
from tfdoctor.rules._cuda import cuda
from tfdoctor.rules._gpus import gpu_evidence, is_jetson, wants_gpu
from tfdoctor.rules._missing import problems
from tfdoctor.rules._rule import TENSORFLOW, Conclusion, rule

_LAST_WINDOWS_GPU = Version("2.10.1")


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
    if (
        case.os != "windows"
        or known(case.snapshot.system.wsl) is not None
        or not wants_gpu(case)
        or _has_directml(case)
    ):
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
        message=f"TensorFlow {version or 'of today'} for Windows is built without GPU support; 2.10 was the "
                f"last with it.",
        evidence=(
            *case.tensorflow_evidence(),
            Evidence(fact="system.os", value="windows"),
            *gpu_evidence(case),
            *logged(seen[:1]),
        ),
        remedies=(
            Remedy(kind="manual", text="Use WSL 2 and install tensorflow[and-cuda] there."),
            Remedy(kind="create-environment", text="Or use the last release with GPU support for Windows, with "
                                                   "CUDA 11.2 and cuDNN 8.1.",
                   python="3.10", requirements=("tensorflow==2.10.1", "numpy<2", "protobuf<3.20")),
        ),
        confidence="certain" if version is not None else "likely",
        symptom=bool(seen),
    )  # fmt: skip


def _has_directml(case: Case) -> bool:
    return any("directml" in name for name in case.distributions)


def _could_be_the_gpu_build(case: Case, version: Version) -> bool:
    """Whether nothing tells tensorflow from tensorflow-gpu, or what was printed is of a build with CUDA."""
    if cuda(case).linked_missing or any(event["library"] for event in case.events.of("library-opened")):
        return True
    gpu_build = case.matrix.releases.get("tensorflow-gpu", str(version))
    return case.distribution is None and gpu_build is not None and not case.events.of("gpu-none", "gpu-not-available")


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
    printed = cuda(case).printed
    stated = printed if stated is None else stated
    built = stated if stated is not None else case.build.is_cuda if case.build and not cuda(case).foreign else None
    if stated is None and _could_be_the_gpu_build(case, version):
        return
    rocm = known(case.snapshot.tensorflow.rocm_build) is True
    if built is not False or rocm or _has_directml(case):
        return
    known_gpu = wants_gpu(case)
    gpus = known(case.snapshot.accelerators.gpus)
    if not known_gpu and (gpus is not None or not _lost_its_gpu(case)):
        return
    name = case.distribution or "tensorflow"
    older = version < Version("2.1")
    source = "the log" if printed is not None else "the files" if stated is not None else "matrix.releases"
    yield Conclusion(
        message=f"{name} {version} is a CPU build: it does not use a GPU.",
        evidence=(
            *case.tensorflow_evidence(),
            Evidence(fact="tensorflow.distribution", value=name),
            Evidence(fact="tensorflow.cuda_build", value="False", source=source),
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
    if case.tensorflow is None or name != "tensorflow" or known(case.snapshot.interpreter.environment) == "conda":
        return False
    earlier = (releases.get(name, version) for version in releases.versions(name) if version < case.tensorflow)
    builds = (row.build(case.os or "linux", case.arch or "x86_64") for row in earlier if row)
    return any(build is not None and build.is_cuda for build in builds)


# For builds that the matrix does not name: the tag is the year and month of the build, and each JetPack had its time.
_JETPACKS = (
    ("4.2", (19, 3), (19, 11)), ("4.3", (19, 12), (20, 2)), ("4.4", (20, 4), (20, 10)), ("4.5", (20, 12), (21, 6)),
    ("4.6", (21, 7), (22, 1)), ("5.0", (22, 3), (22, 9)), ("5.1", (22, 10), (23, 12)), ("6.0", (24, 1), (24, 9)),
)  # fmt: skip


@rule("TFD406", TENSORFLOW)
def jetson_wheel_jetpack_mismatch(case: Case) -> Iterator[Conclusion]:
    """NVIDIA's TensorFlow for Jetson was built for another JetPack than this one.

    ## What it checks
    The NVIDIA tag of the version ("+nv20.7") or the folder that the wheel comes from ("jp/v42") against the JetPack
    of this machine; on a Jetson also the CUDA version that a build opens against the one that is there.

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
    version = str(case.tensorflow or "")
    seen = case.matrix.platforms.jetpack_of(version)
    built = seen or _jetpack_of(version, method)
    if here is None or built is None:
        yield from _other_cuda(case)
        return
    if built == f"{here[1]}.{here[2]}":
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
                text=f"Install NVIDIA's build for JetPack {here[1]}.{here[2]} (folder jp/v{here[1]}{here[2]} of "
                f"its index).",
            ),
        ),
        confidence="likely" if seen else "possible",
    )


def _other_cuda(case: Case) -> Iterator[Conclusion]:
    """The conclusion that a build opens another CUDA version than the one of this Jetson."""
    view = cuda(case)
    for problem in problems(view) if is_jetson(case) else ():
        if problem.cause in {"toolkit-too-new", "toolkit-too-old"}:
            there = ", ".join(str(version) for version in view.toolkit_versions)
            yield Conclusion(
                message=f"This TensorFlow opens {', '.join(problem.names[:3])}; the JetPack of this Jetson has CUDA "
                f"{there}.",
                evidence=problem.evidence,
                remedies=(
                    Remedy(
                        kind="manual",
                        text="Install NVIDIA's build for this JetPack, or flash the JetPack that the "
                        "build was made for.",
                    ),
                ),
                confidence="likely",
                symptom=problem.seen,
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
