"""Reads what tells which CUDA, cuDNN and driver are there: nvcc, version files, headers, dpkg, rpm, listings."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets.prose.claims import ENVIRONMENT, MEASURED, Claim
from tfdoctor.tickets.prose.lines import Line

_V: Final = r"(\d{1,4}(?:\.\d{1,4}){1,3})"
_NVCC: Final = re.compile(rf"^Cuda compilation tools, release (\d{{1,2}}\.\d)(?:, V{_V})?", re.IGNORECASE)
_NVCC_NOISE: Final = re.compile(
    r"^(?:nvcc: NVIDIA \(R\) Cuda|Copyright \(c\) .{0,20}NVIDIA|Built on \w{3}_|Build cuda_)"
)
_VERSION_TXT: Final = re.compile(rf"^CUDA Version {_V}$")
_JSON_SDK: Final = re.compile(r"^\"name\" ?: ?\"CUDA SDK\"")
_JSON_VERSION: Final = re.compile(r"^\"version\" ?: ?\"(\d{1,2}\.\d{1,2})[\d.]{0,20}\"")
_DEFINE: Final = re.compile(r"^(?:\S{1,200}:)?#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) (\d{1,2})$")
_NVRM: Final = re.compile(rf"^NVRM version: NVIDIA UNIX .{{0,60}}?Kernel Module(?: for \w{{1,12}})?\s{{1,8}}{_V}")
_DPKG: Final = re.compile(r"^(?:ii|hi)\s{1,8}(\S{1,80}?)(?::\w{1,10})?\s{1,200}(\d\S{0,80})\s{1,80}(?:\w{1,10})\b")
_APT: Final = re.compile(r"^(\S{1,80})/\S{1,80} (\d\S{0,80}) \w{1,10} \[(?:installed|upgradable).{0,60}\]$")
_RPM: Final = re.compile(
    r"^(libcudnn\d|cuda(?:-toolkit)?(?:-\d{1,2}-\d)?|nvidia-driver)-(\d{1,4}\.\d\S{0,60}?)(?:\.el\d)?\.x86_64$"
)
_LIBRARY: Final = re.compile(rf"\blib(cudart|cudnn)\.so\.{_V}")
_LISTING: Final = re.compile(
    r"^(?:[-lrwx]{10}\S?\s|/\S|\s{0,8}lib\S{1,80} \(libc6|[\w./-]{1,120}\.so[\d.]{0,20}(?: ->|$))"
)


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield the versions that tools and files name."""
    cudnn: dict[str, str] = {}
    for at, line in enumerate(lines):
        text = line.text.strip()
        if not text:
            continue
        if text[0] in 'nNBCcb"#':
            yield from _first(lines, at, text)
        if "CUDNN_" in text and (defined := _DEFINE.match(text)):
            cudnn = {**({} if defined[1] == "MAJOR" else cudnn), defined[1]: defined[2]}
            version = ".".join(cudnn[part] for part in ("MAJOR", "MINOR", "PATCHLEVEL") if part in cudnn)
            if len(cudnn) == 3:
                yield _claim("cudnn_versions_found", version, line, "cudnn header")
        if "cud" in text or "nvidia" in text:
            yield from _packaged(line, text)
        if ".so." in text and _LISTING.match(text) and "Could not" not in text and ".cc:" not in text:
            for found in _LIBRARY.finditer(text):
                key = "cuda_versions_found" if found[1] == "cudart" else "cudnn_versions_found"
                if found[2].count(".") == 2 or found[1] == "cudart":
                    yield _claim(key, found[2], line, "listing of files")


def _claim(key: str, value: str, line: Line, reader: str) -> Claim:
    return Claim(ENVIRONMENT + key, value, line.number, line.number, MEASURED, reader, taken=True)


def _first(lines: Sequence[Line], at: int, text: str) -> Iterator[Claim]:
    line = lines[at]
    nvcc = _NVCC.match(text)
    if nvcc:
        yield _claim("cuda_versions_found", nvcc[2] or nvcc[1], line, "nvcc")
    elif _NVCC_NOISE.match(text):
        yield Claim("-", "", line.number, line.number, MEASURED, "nvcc", taken=True)
    elif version := _VERSION_TXT.match(text):
        yield _claim("cuda_versions_found", version[1], line, "version.txt")
    elif _JSON_SDK.match(text) and at + 1 < len(lines):
        found = _JSON_VERSION.match(lines[at + 1].text.strip())
        if found:
            yield _claim("cuda_versions_found", found[1], lines[at + 1], "version.json")
    elif driver := _NVRM.match(text):
        yield _claim("driver_version", driver[1], line, "kernel module")


def _packaged(line: Line, text: str) -> Iterator[Claim]:
    """A row of dpkg, apt or rpm."""
    found = _DPKG.match(text) or _APT.match(text) or _RPM.match(text)
    if not found:
        return
    name, version = found[1], found[2].split(":")[-1]
    number = re.match(r"\d+(?:\.\d+)*", version)
    if not number:
        return
    plain, reader = number.group(), "system packages"
    if re.match(r"libcudnn\d", name) or name == "cudnn":
        yield _claim("cudnn_versions_found", plain, line, reader)
        flavour = re.search(r"cuda(\d{1,2}\.\d{1,2})", version)
        if flavour:
            yield _claim("version_notes", f"cudnn: {plain} (for CUDA {flavour[1]})", line, reader)
    elif re.match(
        r"(?:cuda-cudart-\d|libcudart\d|cuda-toolkit|nvidia-cuda-toolkit$|cuda-\d{1,2}-\d$|cuda$|cuda-runtime-)", name
    ):
        yield _claim("cuda_versions_found", plain, line, reader)
    elif re.match(r"nvidia-(?:driver-)?\d{3}(?:-server|-open)?$|nvidia-driver$", name):
        yield _claim("driver_version", plain, line, reader)
