"""The operating system: what it is, what it limits, and which C and C++ libraries it gives."""

import re
from typing import Final

from tfdoctor.facts import ABSENT, Fact, System, Unknown
from tfdoctor.probes import container
from tfdoctor.probes.libc import find_libc, find_libstdcxx
from tfdoctor.probes.libraries import loader_of
from tfdoctor.probes.machine import Machine
from tfdoctor.probes.registry import parse_value, query

MSVC_DLLS: Final = ("msvcp140.dll", "msvcp140_1.dll", "vcruntime140.dll", "vcruntime140_1.dll")
_FILE_SYSTEM_KEY: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem"
_WINDOWS_KEY: Final = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def parse_os_release(text: str) -> dict[str, str]:
    """Read /etc/os-release, quotes taken off."""
    fields = {}
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            fields[key] = value.strip().strip("\"'")
    return fields


def parse_meminfo(text: str) -> int | None:
    """Return the memory in bytes of /proc/meminfo, or None."""
    found = re.search(r"^MemTotal:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else None


def parse_ver(text: str) -> str | None:
    """Return the version that Windows' `ver` prints ("10.0.22631.3007"), in whatever language, or None."""
    found = re.search(r"\[\D*(\d+(?:\.\d+)+)\]", text)
    return found.group(1) if found else None


def _text(machine: Machine, path: str) -> str | None:
    try:
        return machine.read(path, 1 << 16).decode("utf-8", "replace")
    except OSError:
        return None


def _printed(machine: Machine, *argv: str) -> str | None:
    try:
        done = machine.run(argv, timeout=5)
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.code == 0 else None


def probe(machine: Machine, *, interpreter_path: str | None = None, tensorflow_path: str | None = None) -> System:
    """Look at the system as the program at `interpreter_path` with TensorFlow in `tensorflow_path` meets it."""
    if machine.platform == "win32":
        return _windows(machine)
    if machine.platform == "darwin":
        return _macos(machine)
    return _linux(machine, interpreter_path, tensorflow_path)


def _linux(machine: Machine, interpreter_path: str | None, tensorflow_path: str | None) -> System:
    release = parse_os_release(_text(machine, "/etc/os-release") or _text(machine, "/usr/lib/os-release") or "")
    unnamed = Unknown(reason="there is no os-release file")
    loader = loader_of(machine, tensorflow_path, interpreter_path)
    libc, libc_version = find_libc(machine, loader, interpreter_path)
    kernel = _text(machine, "/proc/sys/kernel/osrelease")
    memory = parse_meminfo(_text(machine, "/proc/meminfo") or "")
    return System(
        os="linux",
        os_version=release.get("PRETTY_NAME") or unnamed,
        distribution=release.get("ID") or unnamed,
        distribution_version=release.get("VERSION_ID") or (ABSENT if release else unnamed),
        kernel=kernel.strip() if kernel else Unknown(reason="/proc/sys/kernel/osrelease cannot be read"),
        arch=machine.architecture,
        libc=libc,
        libc_version=libc_version,
        libstdcxx=find_libstdcxx(loader),
        container=container.container(machine),
        wsl=container.wsl(machine),
        virtualisation=container.virtualisation(machine),
        translated=_emulated(machine),
        memory_bytes=memory or Unknown(reason="/proc/meminfo cannot be read"),
        memory_limit_bytes=container.memory_limit(machine),
        cpu_limit=container.cpu_limit(machine),
    )


def _emulated(machine: Machine) -> Fact[str]:
    """qemu-user and Rosetta in a Linux machine leave the host's processor in /proc/cpuinfo."""
    cpuinfo = _text(machine, "/proc/cpuinfo")
    if cpuinfo is None:
        return Unknown(reason="/proc/cpuinfo cannot be read")
    if machine.architecture == "x86_64":
        if re.search(r"^vendor_id\s*:\s*VirtualApple", cpuinfo, re.MULTILINE):
            return "rosetta"
        if re.search(r"^CPU implementer\s*:", cpuinfo, re.MULTILINE):
            return "qemu"
        if re.search(r"^model name\s*:\s*QEMU TCG", cpuinfo, re.MULTILINE):
            return "qemu"
    return ABSENT


def _macos(machine: Machine) -> System:
    version = _printed(machine, "/usr/bin/sw_vers", "-productVersion")
    translated = _printed(machine, "/usr/sbin/sysctl", "-n", "sysctl.proc_translated")
    kernel = _printed(machine, "/usr/sbin/sysctl", "-n", "kern.osrelease")
    memory = _printed(machine, "/usr/sbin/sysctl", "-n", "hw.memsize")
    silent = Unknown(reason="the program that tells it cannot be run")
    return System(
        os="macos",
        os_version=version or silent,
        distribution="macos",
        distribution_version=version or silent,
        kernel=kernel or silent,
        arch=machine.architecture,
        libc="none",
        libc_version=ABSENT,
        libstdcxx=ABSENT,
        container=ABSENT,
        wsl=ABSENT,
        translated="rosetta" if translated == "1" else ABSENT,
        memory_bytes=int(memory) if memory and memory.isdigit() else silent,
        memory_limit_bytes=ABSENT,
        cpu_limit=ABSENT,
    )


def _windows(machine: Machine) -> System:
    silent = Unknown(reason="the registry cannot be asked")
    current = query(machine, _WINDOWS_KEY)
    file_system = query(machine, _FILE_SYSTEM_KEY, "/v", "LongPathsEnabled")
    version = parse_ver(_printed(machine, "cmd", "/c", "ver") or "")
    system = machine.environ.get("SYSTEMROOT", machine.environ.get("SystemRoot", "C:\\Windows"))
    return System(
        os="windows",
        os_version=version or silent,
        distribution=(parse_value(current, "ProductName") if current else None) or silent,
        distribution_version=(parse_value(current, "DisplayVersion") if current else None) or silent,
        kernel=version or silent,
        arch={"AMD64": "x86_64", "ARM64": "arm64", "x86": "i686"}.get(machine.architecture, machine.architecture),
        libc="none",
        libc_version=ABSENT,
        libstdcxx=ABSENT,
        container=ABSENT,
        wsl=ABSENT,
        translated=ABSENT,
        memory_bytes=_memory(),
        memory_limit_bytes=ABSENT,
        cpu_limit=ABSENT,
        long_paths=(parse_value(file_system, "LongPathsEnabled") == "0x1") if file_system else False,
        msvc_runtime=tuple(dll for dll in MSVC_DLLS if machine.glob(f"{system}\\System32\\{dll}")),
    )


def _memory() -> Fact[int]:
    import psutil

    return int(psutil.virtual_memory().total)
