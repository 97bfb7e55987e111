"""Which CUDA toolkit ships which library file, on Linux and on Windows.

NVIDIA names a file after the interface version of its library, which is not the version of the toolkit:
libcudart.so.11.0 is in every toolkit 11.x, libcusolver.so.10 in 10.1 to 11.0.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from tfdoctor.versions import Dotted

_MINORS: Final = {7: (0, 5), 8: (0,), 9: (0, 1, 2), 10: (0, 1, 2), 11: range(9), 12: range(10), 13: range(4)}
TOOLKITS: Final = tuple(f"{major}.{minor}" for major, minors in _MINORS.items() for minor in minors)

# Interface versions from 10.1 on, where they left the version of the toolkit; cudart is apart.
_INTERFACES: Final = {
    "10.1": {"cublas": "10", "cublaslt": "10", "cufft": "10", "curand": "10", "cusolver": "10", "cusparse": "10"},
    "11.0": {"cublas": "11", "cublaslt": "11", "cufft": "10", "curand": "10", "cusolver": "10", "cusparse": "11"},
    "11.1": {"cublas": "11", "cublaslt": "11", "cufft": "10", "curand": "10", "cusolver": "11", "cusparse": "11"},
    "12.0": {"cublas": "12", "cublaslt": "12", "cufft": "11", "curand": "10", "cusolver": "11", "cusparse": "12"},
    "13.0": {"cublas": "13", "cublaslt": "13", "cufft": "12", "curand": "10", "cusolver": "12", "cusparse": "12"},
}
LIBRARIES: Final = ("cudart", "cublas", "cublaslt", "cufft", "curand", "cusolver", "cusparse")
DRIVER_FILES: Final = frozenset({"libcuda.so.1", "libcuda.so", "nvcuda.dll"})
_FILE = re.compile(r"(?:lib)?(?P<base>[a-z_]+?)(?:64_(?P<dll>\d+(?:_\d+)?))?\.(?:so(?:\.(?P<so>[\d.]+))?|dll)$")
_NAMES = {"cublaslt": "cublasLt"}


@dataclass(frozen=True, slots=True)
class Library:
    """A library file by its parts: "libcublas.so.11" is base "cublas", interface "11"."""

    base: str
    interface: str


@cache
def library(name: str) -> Library | None:
    """Read a file name; None where it is no library of CUDA's kind."""
    found = _FILE.match(name.lower())
    if found is None:
        return None
    interface = (found["so"] or "").rstrip(".")
    if found["dll"]:
        digits = found["dll"].partition("_")[0]
        # cudart64_101.dll is of 10.1, cublas64_11.dll of interface 11, cudart64_90.dll of 9.0.
        interface = (
            f"{digits[:-1]}.{digits[-1]}" if len(digits) == 3 or (len(digits) == 2 and digits[0] > "2") else digits
        )
    if found["base"] == "cudart" and interface.startswith("11."):
        interface = "11.0"  # one interface for all of 11.x; TensorFlow's build_info says cudart64_112.dll
    return Library(found["base"], interface)


def _interface(base: str, toolkit: Dotted) -> str:
    major, minor = toolkit.major, toolkit.minor or 0
    if base == "cudart":
        return f"{major}" if major >= 12 else "11.0" if major == 11 else f"{major}.{minor}"
    if (major, minor) < (10, 1):
        return f"{major}.{minor}"
    key = max((name for name in _INTERFACES if Dotted(name) <= Dotted(f"{major}.{minor}")), key=Dotted)
    return _INTERFACES[key][base]


@cache
def _interfaces(toolkit: str) -> frozenset[Library]:
    version = Dotted(toolkit)
    bases = LIBRARIES if version >= Dotted("10.1") else tuple(base for base in LIBRARIES if base != "cublaslt")
    return frozenset(Library(base, _interface(base, version)) for base in bases)


def names(toolkit: Dotted, os: str) -> dict[str, str]:
    """Return the file that each library has in a toolkit: {"cudart": "libcudart.so.11.0", …}."""
    result = {}
    for item in _interfaces(_known(toolkit.text)[0]):
        base = _NAMES.get(item.base, item.base)
        short = item.interface.replace(".", "")
        result[item.base] = f"{base}64_{short}.dll" if os == "windows" else f"lib{base}.so.{item.interface}"
    return result


@cache
def _known(toolkit: str) -> tuple[str, ...]:
    """The toolkits that a stated version can be: "11.2.152" is 11.2, "12" is any 12."""
    stated = Dotted(".".join(toolkit.split(".")[:2]))
    return tuple(name for name in TOOLKITS if stated.covers(Dotted(name))) or (stated.text,)


def ships(toolkit: Dotted, name: str) -> bool:
    """Whether a toolkit has a library file; a toolkit without its minor has what any of its minors has."""
    wanted = library(name)
    return wanted is not None and any(wanted in _interfaces(candidate) for candidate in _known(toolkit.text))


@cache
def shipped_by(name: str) -> tuple[Dotted, ...]:
    """Return the toolkits that have a library file, oldest first."""
    return tuple(Dotted(toolkit) for toolkit in TOOLKITS if ships(Dotted(toolkit), name))


def is_cuda(name: str) -> bool:
    """Whether the file belongs to a CUDA toolkit and TensorFlow needs it."""
    found = library(name)
    return found is not None and found.base in LIBRARIES


def cudnn_major(name: str) -> int | None:
    """Return the cuDNN major that a file name asks for; None where it is no cuDNN or has no number."""
    found = library(name)
    if found is None or not found.base.startswith("cudnn"):
        return None
    digits = re.match(r"\d+", found.interface)
    return int(digits.group()) if digits else None


def is_driver(name: str) -> bool:
    """Whether the file comes with the NVIDIA driver."""
    return name.lower() in DRIVER_FILES
