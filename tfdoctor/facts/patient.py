"""The patient: its interpreter, what is installed there, its TensorFlow, and how that was tried."""

from typing import Literal

from tfdoctor.facts._base import NOT_OBSERVED, Fact, Part


class Interpreter(Part, frozen=True):
    """The patient's Python. `version` is "3.9.18"; `environment` says what kind of place it is."""

    executable: Fact[str] = NOT_OBSERVED
    version: Fact[str] = NOT_OBSERVED
    implementation: Fact[str] = NOT_OBSERVED  # "cpython", "pypy"
    bits: Fact[int] = NOT_OBSERVED
    soabi: Fact[str] = NOT_OBSERVED
    machine: Fact[str] = NOT_OBSERVED  # architecture that this interpreter was built for
    platform_tag: Fact[str] = NOT_OBSERVED  # sysconfig.get_platform(): "linux-x86_64", "macosx-10.16-x86_64"
    environment: Fact[Literal["venv", "virtualenv", "conda", "system", "store"]] = NOT_OBSERVED
    prefix: Fact[str] = NOT_OBSERVED
    base_prefix: Fact[str] = NOT_OBSERVED
    user_site: Fact[str] = NOT_OBSERVED  # path, where it is enabled and exists
    path: Fact[tuple[str, ...]] = NOT_OBSERVED  # sys.path as it is with .pth files
    pip_version: Fact[str] = NOT_OBSERVED
    externally_managed: Fact[bool] = NOT_OBSERVED


class Distribution(Part, frozen=True):
    """One installed distribution (its metadata folder), canonical name.

    `location` is the sys.path entry that holds it; `shadowed` True where an earlier entry holds the same name.
    """

    name: str
    version: Fact[str] = NOT_OBSERVED  # Absent: metadata without a version
    folder_version: Fact[str] = NOT_OBSERVED  # in the name of the metadata folder
    location: str = ""
    installer: Fact[str] = NOT_OBSERVED  # "pip", "uv", "conda", "poetry", …
    requires: Fact[tuple[str, ...]] = NOT_OBSERVED  # Requires-Dist
    requires_python: Fact[str] = NOT_OBSERVED
    shadowed: bool = False
    editable: bool = False
    distutils: bool = False  # an .egg-info file without a list of files
    missing_files: Fact[tuple[str, ...]] = NOT_OBSERVED  # in RECORD, not on disk (the first few)
    missing_count: Fact[int] = NOT_OBSERVED
    altered_files: Fact[tuple[str, ...]] = NOT_OBSERVED  # size differs from RECORD (the first few)
    altered_count: Fact[int] = NOT_OBSERVED


class Overlap(Part, frozen=True):
    """Files that several distributions claim; `files` is their number, `modules` the import packages."""

    distributions: tuple[str, ...]
    files: int
    modules: tuple[str, ...] = ()
    differing: Fact[int] = NOT_OBSERVED  # of these, files whose recorded hashes differ


class Shadow(Part, frozen=True):
    """A file or folder that is imported instead of the distribution's module."""

    module: str
    path: str


class Module(Part, frozen=True):
    """What an import of `name` would take: Absent where nothing on sys.path has it."""

    name: str
    path: Fact[str] = NOT_OBSERVED
    namespace: bool = False  # only folders without __init__.py: the import gives an empty module


class Installation(Part, frozen=True):
    """What the patient's import system sees on disk."""

    distributions: Fact[tuple[Distribution, ...]] = NOT_OBSERVED
    overlaps: Fact[tuple[Overlap, ...]] = NOT_OBSERVED
    leftovers: Fact[tuple[str, ...]] = NOT_OBSERVED  # "~ensorflow" folders of interrupted uninstalls
    shadows: Fact[tuple[Shadow, ...]] = NOT_OBSERVED
    orphans: Fact[tuple[str, ...]] = NOT_OBSERVED  # import packages of interest on disk that no distribution owns
    unowned_files: Fact[tuple[str, ...]] = NOT_OBSERVED  # inside tensorflow/ and keras/, in no RECORD (the first few)
    plugins: Fact[tuple[str, ...]] = NOT_OBSERVED  # files in tensorflow-plugins/
    modules: Fact[tuple[Module, ...]] = NOT_OBSERVED  # tensorflow, keras, numpy, pkg_resources, distutils, …


class TensorFlow(Part, frozen=True):
    """What the files of the TensorFlow that would be imported say, without importing it."""

    version: Fact[str] = NOT_OBSERVED
    distribution: Fact[str] = NOT_OBSERVED  # canonical name of the owner
    path: Fact[str] = NOT_OBSERVED  # of the package folder
    git_version: Fact[str] = NOT_OBSERVED
    cuda_build: Fact[bool] = NOT_OBSERVED
    rocm_build: Fact[bool] = NOT_OBSERVED
    cuda: Fact[str] = NOT_OBSERVED
    cudnn: Fact[str] = NOT_OBSERVED
    compute_capabilities: Fact[tuple[str, ...]] = NOT_OBSERVED  # as in build_info: "sm_60", "compute_80"
    runpath: Fact[tuple[str, ...]] = NOT_OBSERVED  # of the library that calls dlopen, $ORIGIN kept
    needed: Fact[tuple[str, ...]] = NOT_OBSERVED  # ELF NEEDED (CUDA sonames here: linked, not dlopened)
    glibc: Fact[str] = NOT_OBSERVED  # floor from ELF version records
    glibcxx: Fact[str] = NOT_OBSERVED
    machine: Fact[str] = NOT_OBSERVED  # of the native libraries
    wanted: Fact[str] = NOT_OBSERVED  # the version whose installation failed (tickets)
    install_method: Fact[str] = NOT_OBSERVED  # free text (tickets)


class Variable(Part, frozen=True):
    """One allow-listed environment variable."""

    name: str
    value: str


class LoadAttempt(Part, frozen=True):
    """What happened when a child process used TensorFlow.

    `stages` are pairs (name, "ok" or the error's one-line text); `signal` the name of the signal that ended it.
    """

    stages: tuple[tuple[str, str], ...] = ()
    signal: Fact[str] = NOT_OBSERVED
    exit_code: Fact[int] = NOT_OBSERVED
    timed_out: bool = False
    seconds: float = 0.0
    stderr: str = ""  # the last 64 KiB, captured at descriptor level
    devices: Fact[tuple[str, ...]] = NOT_OBSERVED  # physical devices that TensorFlow lists


class KerasConfig(Part, frozen=True):
    """~/.keras/keras.json as far as it decides the backend."""

    path: str
    backend: Fact[str] = NOT_OBSERVED
