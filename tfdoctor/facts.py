"""What can be observed of a machine: the Snapshot and its parts, all immutable.

Every fact is a value, `Absent` (looked, not there) or `Unknown` (could not look, with the reason).
The default of each field is `NOT_OBSERVED`, so a ticket states only what it knows.
A saved Snapshot is the JSON form of these Structs (`encode`, `decode`).
"""

from typing import Final, Literal, TypeAlias, TypeVar, Union

import msgspec

SCHEMA_VERSION: Final = 1

T = TypeVar("T")


class Part(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    """The base of all parts of a Snapshot."""


class Absent(Part, frozen=True):
    """Looked for, and not there."""


class Unknown(Part, frozen=True):
    """Could not be looked for; the reason is one plain sentence."""

    reason: str


ABSENT: Final = Absent()
NOT_OBSERVED: Final = Unknown(reason="not observed")

Fact: TypeAlias = Union[T, Absent, Unknown]  # noqa: UP007  mypy takes no TypeVar with PEP 604 here


class UndeterminedError(Exception):
    """A rule needs a fact that is unknown; the rule is reported as skipped with this reason."""


class NotApplicableError(Exception):
    """A rule needs something that is not there, so it has nothing to say."""


def require(fact: Fact[T], what: str = "a fact") -> T:
    """Return the value of a fact.

    Raises:
        UndeterminedError: the fact is Unknown; the text names `what` and the reason.
        NotApplicableError: the fact is Absent.
    """
    if isinstance(fact, Unknown):
        raise UndeterminedError(f"{what}: {fact.reason}")
    if isinstance(fact, Absent):
        raise NotApplicableError(what)
    return fact


def known(fact: Fact[T]) -> T | None:
    """Return the value of a fact, or None where it is absent or unknown."""
    return None if isinstance(fact, (Absent, Unknown)) else fact


# --- host ---------------------------------------------------------------------------------------------


class System(Part, frozen=True):
    """The machine and its operating system.

    `os` is "linux", "windows" or "macos"; `arch` the architecture of the kernel as seen by the process
    ("x86_64", "aarch64", "arm64", "armv7l", …); `libc` "glibc", "musl" or "none".
    """

    os: Fact[str] = NOT_OBSERVED
    os_version: Fact[str] = NOT_OBSERVED
    distribution: Fact[str] = NOT_OBSERVED  # os-release ID ("ubuntu"), or the ticket's words
    distribution_version: Fact[str] = NOT_OBSERVED
    kernel: Fact[str] = NOT_OBSERVED
    arch: Fact[str] = NOT_OBSERVED
    libc: Fact[str] = NOT_OBSERVED
    libc_version: Fact[str] = NOT_OBSERVED
    libstdcxx: Fact["LibStdCxx"] = NOT_OBSERVED
    container: Fact[str] = NOT_OBSERVED  # "docker", "podman", "lxc", "kubernetes", "colab", "wsl", …
    wsl: Fact[str] = NOT_OBSERVED  # "1" or "2"
    virtualisation: Fact[str] = NOT_OBSERVED  # "kvm", "vmware", "hyperv", …; Absent on bare metal
    translated: Fact[str] = NOT_OBSERVED  # "rosetta" or "qemu": the CPU is emulated for this process
    memory_bytes: Fact[int] = NOT_OBSERVED
    memory_limit_bytes: Fact[int] = NOT_OBSERVED  # cgroup limit
    cpu_limit: Fact[float] = NOT_OBSERVED  # cgroup limit in CPUs
    long_paths: Fact[bool] = NOT_OBSERVED  # Windows: paths above 260 characters allowed
    msvc_runtime: Fact[tuple[str, ...]] = NOT_OBSERVED  # Windows: names of the redistributable DLLs found


class LibStdCxx(Part, frozen=True):
    """The libstdc++ that the patient's loader would open, with its newest symbol versions."""

    path: str
    glibcxx: Fact[str] = NOT_OBSERVED  # "3.4.30"
    cxxabi: Fact[str] = NOT_OBSERVED


class Cpu(Part, frozen=True):
    """The processor as the process sees it; `flags` are the kernel's names ("avx", "avx512f", …)."""

    model: Fact[str] = NOT_OBSERVED
    vendor: Fact[str] = NOT_OBSERVED
    flags: Fact[tuple[str, ...]] = NOT_OBSERVED
    count: Fact[int] = NOT_OBSERVED


# --- GPU ----------------------------------------------------------------------------------------------


class Gpu(Part, frozen=True):
    """One GPU; `memory_bytes` in total; `mig` True where MIG mode is on."""

    name: Fact[str] = NOT_OBSERVED
    compute_capability: Fact[str] = NOT_OBSERVED  # "8.6"
    vendor: str = "nvidia"  # "nvidia", "amd", "intel", "apple"
    memory_bytes: Fact[int] = NOT_OBSERVED
    mig: Fact[bool] = NOT_OBSERVED


class Driver(Part, frozen=True):
    """The NVIDIA driver. Versions keep their original text ("535.104.05")."""

    version: Fact[str] = NOT_OBSERVED  # as NVML or the user says
    cuda_version: Fact[str] = NOT_OBSERVED  # the newest CUDA it can serve ("12.2"): a capability, no toolkit
    kernel_version: Fact[str] = NOT_OBSERVED  # of the loaded kernel module
    libcuda_version: Fact[str] = NOT_OBSERVED  # of libcuda.so.1 on disk


NvmlStatus = Literal[
    "ok", "no-library", "no-driver", "no-device", "no-permission", "version-mismatch", "gpu-lost", "error"
]


class Nvml(Part, frozen=True):
    """How NVML answered; `detail` is its own error text."""

    status: NvmlStatus
    detail: str = ""


class Accelerators(Part, frozen=True):
    """GPUs and driver, by NVML and without it."""

    nvml: Fact[Nvml] = NOT_OBSERVED
    gpus: Fact[tuple[Gpu, ...]] = NOT_OBSERVED  # an empty tuple: looked, none
    driver: Fact[Driver] = NOT_OBSERVED
    device_nodes: Fact[tuple[str, ...]] = NOT_OBSERVED  # /dev/nvidia0, /dev/nvidiactl, /dev/nvidia-uvm, /dev/dxg
    unreadable_nodes: Fact[tuple[str, ...]] = NOT_OBSERVED  # of these, those this user may not open
    pci_display: Fact[tuple[str, ...]] = NOT_OBSERVED  # "10de:1b06" of display controllers on the PCI bus


class Toolkit(Part, frozen=True):
    """A CUDA toolkit on disk, or one that a user names (without a path)."""

    version: str  # "11.2"; as precise as known
    path: str = ""
    source: str = ""  # "directory", "conda", "ticket", …
    nvcc: Fact[str] = NOT_OBSERVED  # version of its nvcc
    ptxas: Fact[str] = NOT_OBSERVED
    libdevice: Fact[bool] = NOT_OBSERVED


class Tool(Part, frozen=True):
    """A CUDA program that TensorFlow would find (ptxas, nvlink, nvcc) with its version."""

    name: str
    path: str
    version: Fact[str] = NOT_OBSERVED


class SearchFolder(Part, frozen=True):
    """One folder that the TensorFlow loader searches, in order.

    `origin` says why: "runpath", "rpath", "variable" (LD_LIBRARY_PATH or PATH), "cache" (ld.so.cache),
    "default", "dll-directory".
    """

    path: str
    origin: str
    exists: bool = True


class LibraryCopy(Part, frozen=True):
    """One file of a CUDA, cuDNN, TensorRT or driver library.

    `name` is the file name that a dlopen would ask for ("libcudnn.so.8", "cudnn64_8.dll").
    `order` is its rank in the loader's search for that name (0 is the copy that is opened);
    None where the loader does not look.
    """

    name: str
    path: str
    real_path: str = ""
    order: int | None = None
    origin: str = ""  # as SearchFolder.origin, or "distribution", "toolkit", "conda" where it is only lying there
    version: Fact[str] = NOT_OBSERVED  # "8.9.7", "11.8.89"
    distribution: Fact[str] = NOT_OBSERVED  # the distribution that owns it
    usable: bool = True  # False: another ELF class or machine, truncated, unreadable


class CudnnVersion(Part, frozen=True):
    """A cuDNN that somebody names or that a file proves; `cuda` is the flavour it was built for."""

    version: str
    cuda: Fact[str] = NOT_OBSERVED


class Libraries(Part, frozen=True):
    """What of CUDA is on this machine, and what the TensorFlow loader would open."""

    toolkits: Fact[tuple[Toolkit, ...]] = NOT_OBSERVED
    cudnn: Fact[tuple[CudnnVersion, ...]] = NOT_OBSERVED
    search: Fact[tuple[SearchFolder, ...]] = NOT_OBSERVED
    copies: Fact[tuple[LibraryCopy, ...]] = NOT_OBSERVED
    tools: Fact[tuple[Tool, ...]] = NOT_OBSERVED  # on PATH or in the nvidia distributions, as XLA would find them
    libdevice: Fact[str] = NOT_OBSERVED  # path of the libdevice that XLA would find


# --- the patient --------------------------------------------------------------------------------------


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


class ProbeFailure(Part, frozen=True):
    """A probe that crashed: a finding of the doctor itself."""

    probe: str
    error: str


class Snapshot(Part, frozen=True):
    """All that a rule may ask about one machine and one environment."""

    schema_version: int = SCHEMA_VERSION
    origin: Literal["machine", "ticket"] = "machine"
    id: str = ""
    taken: str = ""  # UTC, ISO 8601
    system: System = System()
    cpu: Cpu = Cpu()
    accelerators: Accelerators = Accelerators()
    libraries: Libraries = Libraries()
    interpreter: Interpreter = Interpreter()
    installation: Installation = Installation()
    tensorflow: TensorFlow = TensorFlow()
    environ: Fact[tuple[Variable, ...]] = NOT_OBSERVED
    keras_config: Fact[KerasConfig] = NOT_OBSERVED
    load: Fact[LoadAttempt] = NOT_OBSERVED  # Absent: not asked for
    log: Fact[str] = NOT_OBSERVED  # what programs printed (tickets)
    code: Fact[str] = NOT_OBSERVED  # the user's source (tickets)
    notes: tuple[str, ...] = ()  # free-text version notes (tickets); shown, rules may read versions from them
    failures: tuple[ProbeFailure, ...] = ()


def encode(snapshot: Snapshot) -> bytes:
    """Return the Snapshot as JSON (UTF-8)."""
    return msgspec.json.encode(snapshot)


def decode(data: bytes) -> Snapshot:
    """Read a Snapshot from its JSON form.

    Raises:
        msgspec.DecodeError: it is no JSON, or not of this form; the text carries the key path.
    """
    return msgspec.json.decode(data, type=Snapshot)
