"""Remedies that several GPU rules share, as data."""

from tfdoctor.diagnosis import Remedy
from tfdoctor.rules._cuda import Cuda
from tfdoctor.versions import cuda_minor, minor


def matching_cuda(view: Cuda) -> tuple[Remedy, ...]:
    """Bring the CUDA and cuDNN that the build wants: by the extra where it works, else by a toolkit."""
    remedies = []
    version = view.case.tensorflow
    if version is not None and view.os == "linux" and minor(version) >= (2, 14) and not view.foreign:
        remedies.append(
            Remedy(
                kind="install",
                text="Let pip bring the CUDA and cuDNN libraries that this release was built with.",
                requirements=(f"tensorflow[and-cuda]=={extra_version(str(version))}",),
            )
        )
    wanted = cuda_minor(view.wanted) if view.wanted is not None else "of the missing files"
    cudnn = f" and cuDNN {view.wanted_cudnn}" if view.wanted_cudnn is not None else ""
    remedies.append(
        Remedy(
            kind="manual",
            text=f"Install CUDA {wanted}{cudnn} beside what is there, and put its library folder on the search path; "
            "in a conda environment, conda-forge's cudatoolkit and cudnn of these versions do.",
        )
    )
    return tuple(remedies)


def extra_version(version: str) -> str:
    """Return the release whose CUDA extra works: 2.15.0 asks for files that the index lacks, 2.16.1 ignores them."""
    return {"2.15": "2.15.1", "2.15.0": "2.15.1", "2.16": "2.16.2", "2.16.1": "2.16.2"}.get(version, version)


def search_path(view: Cuda, folder: str = "") -> Remedy:
    """Let the loader find a folder of libraries."""
    if view.os == "windows":
        return Remedy(
            kind="set-variable",
            text="Put the bin folder of the CUDA toolkit (and that of cuDNN) on PATH, and use a Python that searches "
            "PATH: the one from the Microsoft Store does not.",
            variable="PATH",
            value=folder or "%CUDA_PATH%\\bin;%PATH%",
        )
    return Remedy(
        kind="set-variable",
        text="Let the loader search the folder that holds the libraries (lib64 of the toolkit).",
        variable="LD_LIBRARY_PATH",
        value=f"{folder or '/usr/local/cuda/lib64'}:$LD_LIBRARY_PATH",
    )
