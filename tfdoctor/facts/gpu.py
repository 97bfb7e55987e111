"""GPUs, driver, and the CUDA libraries on disk."""

from typing import Literal

from tfdoctor.facts._base import NOT_OBSERVED, Fact, Part


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
