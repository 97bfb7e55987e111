"""The names of CUDA, cuDNN and driver files: what a name asks for, and which toolkits have it.

NVIDIA names a file after the interface version of its library, which is not the version of the toolkit:
libcudart.so.11.0 is in every toolkit 11.x, libcusolver.so.10 in 10.1 to 11.0. The table is `sonames.toml`.
"""

import re
from typing import Final

from tfdoctor.matrix.sonames import Sonames
from tfdoctor.versions import Dotted

LIBRARIES: Final = frozenset({"cudart", "cublas", "cublaslt", "cufft", "curand", "cusolver", "cusparse"})
DRIVER_FILES: Final = frozenset({"libcuda.so.1", "libcuda.so", "nvcuda.dll"})
_FILE = re.compile(r"(?:lib)?(?P<base>[a-z_]+?)(?:64_(?P<dll>\d+))?(?:_\d+)?\.(?:so(?:\.(?P<so>\d+))?[\d.]*|dll)$")


def base(name: str) -> str:
    """Return the library that a file is of ("cublas" of libcublas.so.11 and of cublas64_11.dll), or ""."""
    found = _FILE.match(name.lower())
    return found["base"] if found else ""


def is_cuda(name: str) -> bool:
    """Whether the file belongs to a CUDA toolkit and TensorFlow needs it."""
    return base(name) in LIBRARIES


def is_driver(name: str) -> bool:
    """Whether the file comes with the NVIDIA driver."""
    return name.lower() in DRIVER_FILES


def cudnn_major(name: str) -> int | None:
    """Return the cuDNN major that a file name asks for; None where it is no cuDNN or has no number."""
    found = _FILE.match(name.lower())
    if found is None or not found["base"].startswith("cudnn"):
        return None
    number = found["dll"] or found["so"]
    return int(number) if number else None


def cudnn_file(major: int, os: str) -> str:
    """Return the file of a cuDNN major."""
    return f"cudnn64_{major}.dll" if os == "windows" else f"libcudnn.so.{major}"


def runtime(name: str) -> Dotted | None:
    """Return the toolkit that a file name is of, where it tells one minor: libcudart.so.10.1, cublas64_90.dll."""
    low = name.lower()
    found = re.match(r"(?:lib)?(?P<base>[a-z]+)(?:64_(?P<dll>\d+)\.dll|\.so\.(?P<so>\d+\.\d+))$", low)
    if found is None or found["base"] not in LIBRARIES:
        return None
    digits = found["dll"]
    if digits and (len(digits) == 3 or digits in {"75", "80", "90", "91", "92"}):
        version = Dotted(f"{digits[:-1]}.{digits[-1]}")
    elif found["so"]:
        version = Dotted(found["so"])
    else:
        return None
    return version if version < Dotted("11") else None  # libcudart.so.11.0 is of every 11.x


def ships(table: Sonames, toolkit: Dotted, name: str) -> bool:
    """Whether a toolkit has a library file; a toolkit without its minor has what any of its minors has.

    A file that the table does not list (CUDA 7.5 and 8.0 are older than it) is of the toolkit that its name tells.
    """
    named = runtime(name)
    if named is not None and not table.toolkits_with(name):
        return named.covers(toolkit) or toolkit.covers(named)
    if toolkit.minor is None:
        return any(Dotted(row).major == toolkit.major for row in table.toolkits_with(name))
    low = name.lower()
    return any(file.lower() == low for os in ("linux", "windows") for file in table.toolkit(toolkit.text, os))


def first_with(table: Sonames, name: str) -> Dotted | None:
    """Return the oldest toolkit that has a library file."""
    rows = table.toolkits_with(name)
    return Dotted(rows[0]) if rows else runtime(name)
