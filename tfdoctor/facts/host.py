"""The machine: operating system, C library, processor."""

from tfdoctor.facts._base import NOT_OBSERVED, Fact, Part


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
