"""GPUs and the NVIDIA driver: by NVML where it is installed, and by what the kernel shows in any case."""

import re
from collections.abc import Callable
from typing import Final

from tfdoctor.facts import ABSENT, Accelerators, Driver, Fact, Gpu, Nvml, Unknown
from tfdoctor.probes import nvml
from tfdoctor.probes.cudanames import version_in_name
from tfdoctor.probes.libraries import loader_of
from tfdoctor.probes.machine import Machine

NODES: Final = ("/dev/nvidia[0-9]*", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-caps/*", "/dev/dxg", "/dev/kfd")
_VERSION_FILE: Final = "/proc/driver/nvidia/version"
_NVML_NAMES: Final = {"win32": "nvml.dll"}
_LIBCUDA_NAMES: Final = {"win32": "nvcuda.dll"}


def parse_driver_version(text: str) -> str | None:
    """Return the version of the loaded kernel module in /proc/driver/nvidia/version, or None."""
    found = re.search(r"NVRM version:.*?\s(\d{3,}(?:\.\d+)+)", text)
    return found.group(1) if found else None


def probe(machine: Machine, *, ask: Callable[[], nvml.Answer] = nvml.ask) -> Accelerators:
    """Look for GPUs; `ask` asks NVML."""
    if machine.platform == "darwin":
        return _macos(machine)
    loader = loader_of(machine)
    library = loader.opened(_NVML_NAMES.get(machine.platform, "libnvidia-ml.so.1"))
    answer = ask() if library else _without_nvml(machine)
    libcuda = loader.opened(_LIBCUDA_NAMES.get(machine.platform, "libcuda.so.1"))
    pci = _pci(machine)
    windows = machine.platform == "win32"
    nodes = tuple(path for pattern in NODES for path in machine.glob(pattern) if not windows)
    driver = Driver(
        version=answer.driver,
        cuda_version=answer.cuda,
        kernel_version=ABSENT if windows else _kernel_version(machine),
        libcuda_version=_libcuda_version(machine, libcuda.path) if libcuda else ABSENT,
    )
    return Accelerators(
        nvml=answer.nvml,
        gpus=_gpus(machine, answer, pci, nodes),
        driver=ABSENT if _none(driver, answer.nvml, nodes) else driver,
        device_nodes=nodes,
        unreadable_nodes=tuple(path for path in nodes if not machine.may_open(path)),
        pci_display=pci,
    )


def _without_nvml(machine: Machine) -> nvml.Answer:
    missing = Unknown(reason="NVML is not installed")
    name = _NVML_NAMES.get(machine.platform, "libnvidia-ml.so.1")
    return nvml.Answer(Nvml(status="no-library", detail=f"{name} is not found"), missing, missing, missing)


def _none(driver: Driver, answer: Nvml, nodes: tuple[str, ...]) -> bool:
    return (
        answer.status == "no-library"
        and driver.kernel_version is ABSENT
        and driver.libcuda_version is ABSENT
        and not any(node.startswith(("/dev/nvidia", "/dev/dxg")) for node in nodes)
    )


def _gpus(
    machine: Machine, answer: nvml.Answer, pci: Fact[tuple[str, ...]], nodes: tuple[str, ...]
) -> Fact[tuple[Gpu, ...]]:
    """GPUs as NVML names them, with those of other vendors from the PCI bus."""
    if not isinstance(pci, tuple):
        return answer.gpus
    vendors = {"1002": "amd", "8086": "intel"}
    others = tuple(Gpu(vendor=vendors[device[:4]]) for device in pci if device[:4] in vendors)
    if isinstance(answer.gpus, tuple):
        return (*answer.gpus, *others)
    # Without NVML the bus proves that there is no NVIDIA device, but not which one there is;
    # Jetson boards and WSL have theirs elsewhere.
    elsewhere = machine.architecture != "x86_64" or any("nvidia" in node or "dxg" in node for node in nodes)
    nvidia = any(device.startswith("10de:") for device in pci)
    silent = answer.nvml.status in {"no-library", "no-driver"}
    return others if silent and not elsewhere and not nvidia else answer.gpus


def _pci(machine: Machine) -> Fact[tuple[str, ...]]:
    folders = machine.glob("/sys/bus/pci/devices/*")
    if not folders:
        return Unknown(reason="/sys/bus/pci shows no devices")
    found = []
    for folder in folders:
        try:
            kind, vendor, device = (
                machine.read(f"{folder}/{name}", 64).decode("ascii", "replace").strip().removeprefix("0x")
                for name in ("class", "vendor", "device")
            )
        except OSError:
            continue
        if kind.startswith("03"):  # display controllers: VGA, XGA, 3D
            found.append(f"{vendor}:{device}")
    return tuple(found)


def _kernel_version(machine: Machine) -> Fact[str]:
    for path in (_VERSION_FILE, "/sys/module/nvidia/version"):
        try:
            text = machine.read(path, 4096).decode("utf-8", "replace")
        except FileNotFoundError:
            continue
        except OSError as error:
            return Unknown(reason=f"{path} cannot be read: {error.strerror or error}")
        version = parse_driver_version(text) if path == _VERSION_FILE else text.strip()
        return version or Unknown(reason=f"{path} names no version")
    return ABSENT


def _libcuda_version(machine: Machine, path: str) -> Fact[str]:
    real = machine.real_path(path)
    version = version_in_name(real.rpartition("/")[2])
    return version or Unknown(reason=f"the name of {real} does not tell its version")


def _macos(machine: Machine) -> Accelerators:
    apple = machine.architecture == "arm64"
    return Accelerators(
        nvml=Nvml(status="no-library", detail="there is no NVIDIA driver for this macOS"),
        gpus=(Gpu(vendor="apple"),) if apple else Unknown(reason="GPUs of Intel Macs are not looked for"),
        driver=ABSENT,
        device_nodes=(),
        unreadable_nodes=(),
        pci_display=ABSENT,
    )
