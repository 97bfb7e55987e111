"""Which joint of the stack a finding breaks: the one table of it.

A pair of the same part twice means the part itself; None that the finding is about no joint.
"""

from typing import Final, Literal

Part = Literal["gpu", "driver", "cuda", "cudnn", "tensorflow", "distributions", "python", "system"]
Pair = tuple[Part, Part]

ORDER: Final[tuple[Part, ...]] = (
    "gpu", "driver", "cuda", "cudnn", "tensorflow", "distributions", "python", "system",
)  # fmt: skip

_NAMES: Final[dict[str, Pair | None]] = {
    "python-32bit": ("python", "system"),
    "distutils-removed": ("distributions", "python"),
    "pkg-resources-removed": ("distributions", "python"),
    "macos-python-reports-10-16": ("python", "system"),
    "pip-too-old": ("distributions", "python"),
    "driver-too-old": ("driver", "cuda"),
    "forward-compatibility-unsupported": ("driver", "cuda"),
    "cuda-stub-library-loaded": ("driver", "cuda"),
    "gpu-hidden-or-ignored-by-setting": ("gpu", "tensorflow"),
    "non-nvidia-gpu": ("gpu", "tensorflow"),
    "gpu-cc-too-old": ("gpu", "tensorflow"),
    "gpu-cc-gap-in-build": ("gpu", "tensorflow"),
    "gpu-cc-too-new": ("gpu", "tensorflow"),
    "gpu-memory-preallocation": ("gpu", "tensorflow"),
    "cudnn-missing": ("cudnn", "tensorflow"),
    "cudnn-major-mismatch": ("cudnn", "tensorflow"),
    "cudnn-shadowed-by-other-copy": ("cudnn", "tensorflow"),
    "cudnn-runtime-older-than-compiled": ("cudnn", "tensorflow"),
    "cudnn-runtime-newer-than-compiled": ("cudnn", "tensorflow"),
    "cudnn-wrong-cuda-flavour": ("cuda", "cudnn"),
    "cudnn-too-new-for-gpu": ("gpu", "cudnn"),
    "two-tensorflow-distributions": ("tensorflow", "tensorflow"),
    "tensorflow-intel-missing": ("tensorflow", "distributions"),
    "jetson-wheel-jetpack-mismatch": ("cuda", "tensorflow"),
    "windows-native-gpu-unsupported": ("gpu", "tensorflow"),
    "cpu-only-package-installed": ("gpu", "tensorflow"),
    "tensorflow-files-missing": ("tensorflow", "tensorflow"),
    "tensorflow-without-distribution": ("tensorflow", "tensorflow"),
}
_FAMILIES: Final[dict[str, Pair | None]] = {
    "doctor": None,
    "python-version": ("tensorflow", "python"),
    "platform": ("tensorflow", "system"),
    "tensorflow": ("tensorflow", "python"),
    "installation": ("distributions", "python"),
    "protobuf": ("tensorflow", "distributions"),
    "numpy": ("tensorflow", "distributions"),
    "keras-generation": ("tensorflow", "distributions"),
    "dependency-version": ("tensorflow", "distributions"),
    "binary-abi": ("tensorflow", "distributions"),
    "driver": ("gpu", "driver"),
    "cuda": ("cuda", "tensorflow"),
    "loading": ("tensorflow", "tensorflow"),
    "harmless": None,
}


def joint(name: str, family: str) -> Pair | None:
    """Return the two parts between which a finding lies, the one nearer to the hardware first."""
    return _NAMES[name] if name in _NAMES else _FAMILIES.get(family)
