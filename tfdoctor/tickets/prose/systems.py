"""Reads what tells the system: os-release, lsb_release, uname, sw_vers, systeminfo, lscpu."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets.prose.claims import ENVIRONMENT, MEASURED, TYPED, Claim, Pair
from tfdoctor.tickets.prose.lines import Line

_NAMED: Final = re.compile(
    r"^(?:PRETTY_NAME=\"|Description:\s{1,8}|OS Name:\s{1,30}(?:Microsoft )?)([^\"\n]{3,80})\"?$"
)
_VERSION: Final = re.compile(r"^VERSION=\"(\d[^\"]{0,60})\"$")
_NAME: Final = re.compile(r"^NAME=\"([^\"]{2,60})\"$")
_ISSUE: Final = re.compile(r"^((?:Ubuntu|Debian GNU/Linux|CentOS|Fedora|Red Hat|Amazon Linux)[^\\]{0,60}?) \\n \\l$")
_UNAME: Final = re.compile(
    r"^Linux \S{1,80} \d\S{1,80} .{0,120}?\b(x86_64|aarch64|armv\dl|ppc64le|i686)\b(?: .{0,40})?(?: GNU/Linux)?$"
)
_DARWIN: Final = re.compile(r"^Darwin \S{1,80} \d{1,2}\.\S{1,20} Darwin Kernel Version .{0,160}\b(x86_64|arm64)$")
_PRODUCT: Final = re.compile(r"^ProductVersion:\s{1,8}(\d{2}(?:\.\d{1,2}){1,2})$")
_TYPE: Final = re.compile(r"^System Type:\s{1,30}(x64|x86|ARM64)-based PC$", re.IGNORECASE)
_CMD: Final = re.compile(r"^Microsoft Windows \[Version 10\.0\.(\d{5})[\d.]{0,10}\]$")
_PLATFORM: Final = re.compile(
    r"^(?:os platform: |platform: )?['\"]?(?:"
    r"Linux-(?P<kernel>\d\S{0,60}?)-(?P<arch>x86_64|aarch64|armv7l|ppc64le|i686)-with-(?P<with>[\w.-]{2,60})"
    r"|Windows-(?P<windows>7|8|8\.1|10|11)-\d{1,2}\.\d\.\d{1,6}(?:-SP\d)?"
    r"|macOS-(?P<macos>\d{2}(?:\.\d{1,2}){0,2})-(?P<mac>arm64|x86_64)-.{0,40}"
    r"|Darwin-\d{2}\.\d{1,2}\.\d{1,2}-(?P<darwin>x86_64|arm64)-.{0,40})['\"]?$"
)
_CPU: Final = re.compile(r"^(?:model name\s{0,8}:|Model name:|machdep\.cpu\.brand_string:)\s{0,60}(\S.{2,80})$")
_FLAGS: Final = re.compile(r"^(?:flags\s{0,8}:|Flags:)\s{1,60}(\S.{20,3500})$")
_LDD: Final = re.compile(r"^ldd \((?:.{0,60})\) (2\.\d{1,2})$")


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield what tools say of the system."""
    for at, line in enumerate(lines):
        text = line.text.strip()
        if len(text) < 6:
            continue
        before = lines[at - 1].text.strip() if at else ""
        for key, value in (*_release(text, before), *_kernel(text), *_platform(text), *_processor(text)):
            rank = TYPED if key == "?os" else MEASURED  # the kernel's name is the weaker witness
            name = ENVIRONMENT + key.lstrip("?")
            yield Claim(name, value, line.number, line.number, rank, "system tools", taken=True)


def _release(text: str, before: str) -> Iterator[Pair]:
    found = _NAMED.match(text) or _ISSUE.match(text)
    version, name, product = _VERSION.match(text), _NAME.match(before), _PRODUCT.match(text)
    cmd = _CMD.match(text)
    if found:
        yield "os", found[1].strip()
    elif version and name:
        yield "os", f"{name[1]} {version[1]}"
    elif version:
        yield "os_version", version[1].partition(" ")[0]
    elif product:
        yield "os", f"macOS {product[1]}"
    elif cmd:
        yield "os", "Windows 11" if int(cmd[1]) >= 22000 else "Windows 10"


def _kernel(text: str) -> Iterator[Pair]:
    linux, darwin, kind, libc = _UNAME.match(text), _DARWIN.match(text), _TYPE.match(text), _LDD.match(text)
    if linux:
        yield "arch", linux[1]
        yield "?os", "Ubuntu" if "-Ubuntu" in text else "Debian" if "Debian" in text else "Linux"
        if "microsoft" in text.lower():
            yield "wsl", "WSL2" if "WSL2" in text else "WSL"
    elif darwin:
        yield "arch", "arm64" if "ARM64" in text else darwin[1]
    elif kind:
        yield "arch", {"x64": "x86_64", "x86": "i686"}.get(kind[1].lower(), "arm64")
    elif libc:
        yield "libc_version", libc[1]


def _platform(text: str) -> Iterator[Pair]:
    found = _PLATFORM.match(text)
    if not found:
        return
    if found["arch"]:
        yield "arch", found["arch"]
        system = re.match(
            r"(Ubuntu|debian|centos|fedora|Ubuntu|redhat)-(\d{1,2}(?:\.\d{1,2}){0,2})", found["with"], re.IGNORECASE
        )
        libc = re.match(r"glibc(2\.\d{1,2})$", found["with"])
        if system:
            yield "os", f"{system[1].capitalize()} {system[2]}"
        elif libc:
            yield "libc_version", libc[1]
        if "microsoft" in found["kernel"].lower():
            yield "wsl", "WSL2"
    elif found["windows"]:
        yield "os", f"Windows {found['windows']}"
    elif found["macos"]:
        yield "os", f"macOS {found['macos']}"
        yield "arch", found["mac"]
    elif found["darwin"]:
        yield "os", "macOS"
        yield "arch", found["darwin"]


def _processor(text: str) -> Iterator[Pair]:
    cpu, flags = _CPU.match(text), _FLAGS.match(text)
    if cpu:
        yield "cpu", cpu[1]
    elif flags:
        names = set(flags[1].split())
        if "sse2" in names and "avx" not in names:
            yield "cpu", "flags without avx (no AVX)"
        elif "avx" in names and "avx2" not in names:
            yield "cpu", "AVX but no AVX2"
