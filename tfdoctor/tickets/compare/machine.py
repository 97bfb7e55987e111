"""Readings of the machine: system, processor, GPUs, driver, CUDA libraries."""

import re
from typing import Final

from tfdoctor.facts import ABSENT, Driver, Gpu, LibraryCopy, Unknown, known
from tfdoctor.tickets.compare.readings import Readings, Value, text_of

# The instruction sets by which Eigen and oneDNN choose their kernels, in the kernel's spelling.
FEATURES: Final = (
    "sse4_1", "sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16",
    "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16", "asimd", "asimdhp", "asimddp", "sve", "bf16", "i8mm",
)  # fmt: skip
_GIB: Final = 2**30
_VENDOR: Final = re.compile(r"\b(?:nvidia|geforce|tesla|quadro|corporation)\b|\s+", re.IGNORECASE)
_STEM: Final = re.compile(r"(?:lib)?(?P<stem>[a-z]+)", re.IGNORECASE)


def read(side: Readings) -> None:
    """Note what the machine's facts say."""
    _system(side)
    _cpu(side)
    _gpus(side)
    _libraries(side)


def _system(side: Readings) -> None:
    found = side.case.snapshot.system
    for name in (
        "os", "os_version", "distribution", "distribution_version", "kernel", "arch", "libc", "libc_version",
        "container", "wsl", "virtualisation", "translated",
    ):  # fmt: skip
        side.put(f"system.{name}", getattr(found, name))
    library = known(found.libstdcxx)
    if library is not None:
        side.put("system.libstdcxx.glibcxx", library.glibcxx)
        side.put("system.libstdcxx.cxxabi", library.cxxabi)
    side.put("system.memory", found.memory_bytes, _gib)
    side.put("system.memory_limit", found.memory_limit_bytes, _gib)
    side.put("system.cpu_limit", found.cpu_limit, lambda number: f"{number:g}")
    side.put("system.long_paths", found.long_paths, lambda flag: "yes" if flag else "no")
    side.put_list("system.msvc_runtime", found.msvc_runtime)


def _gib(number: int) -> str:
    return f"{number / _GIB:.1f} GiB"


def _cpu(side: Readings) -> None:
    found = side.case.snapshot.cpu
    side.put("cpu.vendor", found.vendor)
    side.put("cpu.model", found.model)
    side.put("cpu.count", found.count)
    side.put("cpu.features", found.flags, lambda flags: " ".join(name for name in FEATURES if name in flags) or None)


def _gpus(side: Readings) -> None:
    found = side.case.snapshot.accelerators
    gpus = known(found.gpus)
    side.put("accelerators.gpus", found.gpus, _names)
    if gpus:
        side.put("accelerators.gpus.count", str(len(gpus)))
        side.put_list("accelerators.gpus.compute_capability", _capabilities(side, gpus))
        sizes = tuple(size for gpu in gpus if (size := known(gpu.memory_bytes)) is not None)
        side.put_list("accelerators.gpus.memory", sizes or Unknown(reason="not stated"), _gib)
        modes = tuple(mode for gpu in gpus if (mode := known(gpu.mig)) is not None)
        side.put_list("accelerators.gpus.mig", modes or Unknown(reason="not stated"), lambda on: "on" if on else "off")
    nvml = known(found.nvml)
    if nvml is not None:
        side.put("accelerators.nvml", nvml.status)
    driver = known(found.driver)
    if driver is not None:
        _driver(side, driver)
    else:
        side.facts["accelerators.driver.version"] = ABSENT if not isinstance(found.driver, Unknown) else found.driver
    side.put_list("accelerators.device_nodes", found.device_nodes)
    side.put_list("accelerators.unreadable_nodes", found.unreadable_nodes)
    side.put_list("accelerators.pci_display", found.pci_display)


def _driver(side: Readings, driver: Driver) -> None:
    for name in ("version", "cuda_version", "kernel_version", "libcuda_version"):
        side.put(f"accelerators.driver.{name}", getattr(driver, name))


def _names(gpus: tuple[Gpu, ...]) -> Value | None:
    names = [text_of(gpu.name) or f"{gpu.vendor} GPU" for gpu in gpus]
    texts = [f"{names.count(name)} x {name}" if names.count(name) > 1 else name for name in dict.fromkeys(names)]
    return (
        Value(", ".join(texts), "|".join(sorted({_VENDOR.sub("", name).lower() for name in names}))) if gpus else None
    )


def _capabilities(side: Readings, gpus: tuple[Gpu, ...]) -> tuple[str, ...] | Unknown:
    """The compute capabilities, as stated or by the names."""
    table = side.case.matrix.gpus
    found = [known(gpu.compute_capability) or table.compute_capability(text_of(gpu.name)) for gpu in gpus]
    stated = tuple(text for text in found if text is not None)
    return stated or Unknown(reason="the GPU's name tells no compute capability")


def _libraries(side: Readings) -> None:
    found = side.case.snapshot.libraries
    side.put_list("libraries.toolkits", found.toolkits, lambda row: row.version)
    side.put("libraries.libdevice", found.libdevice, lambda path: Value(path, "there"))
    if known(found.tools) is not None:
        side.missing["libraries.tools."] = ABSENT
    for tool in known(found.tools) or ():
        side.put(f"libraries.tools.{tool.name}", text_of(tool.version) or "there")
    search = known(found.search)
    if search is not None:
        folders = [row.path for row in search if row.exists]
        key = "\0".join(side.places.plain(path) for path in folders)
        side.facts["libraries.search"] = Value(", ".join(folders), key)
    copies = known(found.copies)
    if copies is None:
        side.put_list("libraries.cudnn", found.cudnn, lambda row: row.version)
        return
    side.missing["libraries.lib"] = ABSENT
    opened: dict[str, list[LibraryCopy]] = {}
    for copy in copies:
        if copy.order == 0 and copy.usable:
            opened.setdefault(library(copy.name), []).append(copy)
    for stem, rows in opened.items():
        side.facts[f"libraries.{stem}"] = _opened(side, rows)


def library(name: str) -> str:
    """Return the library that a file belongs to, whatever its version: "libcudnn" of "libcudnn_ops_infer.so.8"."""
    found = _STEM.match(name)
    return f"lib{found['stem'].lower()}" if found else name.replace(".", "-")


def _opened(side: Readings, rows: list[LibraryCopy]) -> Value:
    """The copies of one library that the loader opens: their version, their names, who brought them."""
    names = sorted({row.name for row in rows})
    versions = sorted({text for row in rows if (text := known(row.version))})
    owners = sorted({text for row in rows if (text := known(row.distribution))})
    where = ", ".join(owners) or side.places.plain(rows[0].path)
    head = f"{', '.join(versions)} " if versions else ""
    short = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    key = ", ".join((*versions, *names)) if versions else ", ".join((*names, where))
    return Value(f"{head}({short}; {where})", key)
