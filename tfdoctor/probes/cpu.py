"""The processor and its instruction sets, as a process of this user sees them."""

import re
import sys
from collections.abc import Callable
from typing import Final

from tfdoctor.facts import ABSENT, Cpu, Fact, Unknown
from tfdoctor.probes.machine import Machine
from tfdoctor.probes.registry import parse_value, query

# IsProcessorFeaturePresent's numbers with the kernel's names for the same (winnt.h, PF_*).
_WINDOWS_FEATURES: Final = {
    6: ("sse",),
    10: ("sse2",),
    13: ("pni",),
    36: ("ssse3",),
    37: ("sse4_1",),
    38: ("sse4_2",),
    39: ("avx",),
    40: ("avx2",),
    41: ("avx512f",),
}
# sysctl's names on macOS where they differ from the kernel's.
_APPLE: Final = {"avx1.0": "avx", "sse3": "pni", "sse4.1": "sse4_1", "sse4.2": "sse4_2", "avx512_bf16": "avx512_bf16"}
_PROCESSOR_KEY: Final = r"HKLM\HARDWARE\DESCRIPTION\System\CentralProcessor\0"


def parse_cpuinfo(text: str) -> Cpu:
    """Read /proc/cpuinfo: of x86 ("flags") or Arm ("Features"); the first processor stands for all."""
    fields: dict[str, str] = {}
    count = 0
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            count += key.strip() == "processor"
            fields.setdefault(key.strip().lower(), value.strip())
    flags = fields.get("flags") or fields.get("features")
    model = fields.get("model name") or fields.get("hardware") or fields.get("cpu part")
    vendor = fields.get("vendor_id") or fields.get("cpu implementer")
    return Cpu(
        model=model or ABSENT,
        vendor=_IMPLEMENTERS.get(vendor, vendor) if vendor else ABSENT,
        flags=tuple(flags.split()) if flags else Unknown(reason="/proc/cpuinfo lists no flags"),
        count=count or Unknown(reason="/proc/cpuinfo lists no processor"),
    )


_IMPLEMENTERS: Final = {
    "0x41": "Arm",
    "0x42": "Broadcom",
    "0x46": "Fujitsu",
    "0x4e": "NVIDIA",
    "0x51": "Qualcomm",
    "0x61": "Apple",
    "0xc0": "Ampere",
}


def parse_cpu_list(text: str) -> int | None:
    """Count the processors of a kernel list ("0-3,8"), or None where it is none."""
    total = 0
    for part in text.strip().split(","):
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        if found is None:
            return None
        total += int(found.group(2) or found.group(1)) - int(found.group(1)) + 1
    return total


def parse_sysctl(text: str) -> Cpu:
    """Read `sysctl machdep.cpu hw.optional hw.ncpu` of macOS, Intel or Apple."""
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    words = " ".join(
        fields.get(f"machdep.cpu.{name}", "") for name in ("features", "leaf7_features", "extfeatures")
    ).lower()
    flags = [_APPLE.get(word, word) for word in words.split()]
    flags += [
        key.removeprefix("hw.optional.").removeprefix("arm.").lower()
        for key, value in fields.items()
        if key.startswith("hw.optional.") and value.strip() == "1"
    ]
    model = fields.get("machdep.cpu.brand_string")
    vendor = fields.get("machdep.cpu.vendor") or ("Apple" if model and model.startswith("Apple") else None)
    count = fields.get("hw.ncpu", "").strip()
    return Cpu(
        model=model or ABSENT,
        vendor=vendor or ABSENT,
        flags=tuple(dict.fromkeys(flags)) if flags else Unknown(reason="sysctl lists no features"),
        count=int(count) if count.isdigit() else Unknown(reason="sysctl names no number of processors"),
    )


def probe(machine: Machine, *, present: Callable[[int], bool] | None = None) -> Cpu:
    """Look at the processor; `present` is Windows' IsProcessorFeaturePresent."""
    if machine.platform == "win32":
        return _windows(machine, present or _feature_present)
    if machine.platform == "darwin":
        return _macos(machine)
    try:
        # Many processors make the file long; they are alike, so the first and their number are enough.
        cpu = parse_cpuinfo(machine.read("/proc/cpuinfo", 1 << 15).decode("utf-8", "replace"))
    except OSError as error:
        unknown = Unknown(reason=f"/proc/cpuinfo cannot be read: {error.strerror or error}")
        return Cpu(model=unknown, vendor=unknown, flags=unknown, count=unknown)
    try:
        online = parse_cpu_list(machine.read("/sys/devices/system/cpu/online", 4096).decode("ascii", "replace"))
    except OSError:
        online = None
    return cpu if online is None else Cpu(model=cpu.model, vendor=cpu.vendor, flags=cpu.flags, count=online)


def _macos(machine: Machine) -> Cpu:
    try:
        done = machine.run(["/usr/sbin/sysctl", "machdep.cpu", "hw.optional", "hw.ncpu"], timeout=5)
    except OSError as error:
        unknown = Unknown(reason=f"sysctl cannot be started: {error.strerror or error}")
        return Cpu(model=unknown, vendor=unknown, flags=unknown, count=unknown)
    return parse_sysctl(done.stdout.decode("utf-8", "replace"))


def _windows(machine: Machine, present: Callable[[int], bool]) -> Cpu:
    text = query(machine, _PROCESSOR_KEY)
    model: Fact[str] = Unknown(reason="the registry cannot be asked")
    vendor: Fact[str] = model
    if text is not None:
        model = (parse_value(text, "ProcessorNameString") or "").strip() or ABSENT
        vendor = parse_value(text, "VendorIdentifier") or ABSENT
    try:
        flags: Fact[tuple[str, ...]] = tuple(
            name for number, names in _WINDOWS_FEATURES.items() if present(number) for name in names
        )
    except OSError as error:
        flags = Unknown(reason=str(error))
    count = machine.environ.get("NUMBER_OF_PROCESSORS", "")
    return Cpu(
        model=model,
        vendor=vendor,
        flags=flags,
        count=int(count) if count.isdigit() else Unknown(reason="NUMBER_OF_PROCESSORS is not set"),
    )


def _feature_present(number: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.kernel32.IsProcessorFeaturePresent(number))
    raise OSError("IsProcessorFeaturePresent is there on Windows only")
