"""Which files are CUDA, cuDNN, TensorRT and driver libraries, and what their names tell."""

import re
from typing import Final

_STEMS: Final = (
    r"cuda|cudart|cublas|cublasLt|cufft|cufftw|curand|cusolver|cusolverMg|cusparse|cudnn\w*|cupti|nccl|nvvm"
    r"|nvinfer\w*|nvonnxparser|nvrtc(?:-builtins)?|nvJitLink|nvidia-ml|nvidia-ptxjitcompiler|nvshmem_host"
)
_LINUX: Final = re.compile(rf"lib(?P<stem>{_STEMS})\.so(?P<numbers>(?:\.\d+)*)")
_WINDOWS: Final = re.compile(
    r"(?:cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|cudnn\w*|cupti|nvrtc|nvJitLink)(?:64|32)?(?:_[\d_.]+)?\.dll"
    r"|(?:nvcuda|nvml|zlibwapi|nvinfer\w*|nvrtc-builtins\w*)\.dll",
    re.IGNORECASE,
)
PATTERN: Final = "lib[cn][uvc]*.so*"  # a coarse sieve for Machine.glob
_LONG_NAMES: Final = ("nvinfer", "nvonnxparser")  # opened by TensorFlow by their whole version
_DRIVER: Final = ("cuda", "nvidia-ml", "nvidia-ptxjitcompiler")


def wanted(names: list[str]) -> list[str]:
    """Return the names of one folder that a program may ask for.

    The plain "libX.so" of compilers and the fully numbered real files are left out where there is a soname beside.
    """
    stems: dict[str, list[tuple[int, str]]] = {}
    kept = []
    for name in names:
        found = _LINUX.fullmatch(name)
        if found:
            stems.setdefault(found["stem"], []).append((found["numbers"].count("."), name))
        elif _WINDOWS.fullmatch(name):
            kept.append(name)
    for stem, rows in stems.items():
        short = [name for numbers, name in rows if 0 < numbers <= 2 and (numbers == 1 or stem not in _DRIVER)]
        long = [name for numbers, name in rows if numbers > 2]
        kept += (short + long if stem in _LONG_NAMES else short or long) or [name for _, name in rows]
    return sorted(kept)


def version_in_name(real_name: str) -> str | None:
    """Return the version that a real file's name tells ("8.9.7" of "libcudnn.so.8.9.7"), or None.

    A soname such as "libcudart.so.11.0" tells none: it serves all of CUDA 11.
    """
    found = _LINUX.fullmatch(real_name)
    if found is None:
        return None
    numbers = found["numbers"].removeprefix(".")
    least = 1 if found["stem"] in _DRIVER else 2
    return numbers if numbers.count(".") >= least else None


def parse_cudnn_header(text: str) -> str | None:
    """Return the version that cudnn_version.h (or cudnn.h before 8) defines, or None."""
    parts = [re.search(rf"#define\s+CUDNN_{name}\s+(\d+)", text) for name in ("MAJOR", "MINOR", "PATCHLEVEL")]
    numbers = [part.group(1) for part in parts if part]
    return ".".join(numbers) if len(numbers) == 3 else None
