"""Whether a build has code for a GPU: binary code (SASS), PTX that the driver compiles, or neither."""

from typing import Literal

from tfdoctor.matrix.releases import Build
from tfdoctor.matrix.tables import Compute
from tfdoctor.versions import Dotted, cuda_minor

Code = Literal["native", "ptx", "new-ptx", "new", "old", "gap"]
"""native: binary code. ptx: compiled at first use, by a build that knows the GPU's generation. new-ptx: the same for a
newer generation. new: a newer generation that the build's PTX does not serve. old: below all that the build has.
gap: between what the build has."""


def code_for(build: Build, capability: str, cuda: Dotted | None, compute: Compute) -> Code | None:
    """Return what a build has for a compute capability ("8.6"); None where the wheel does not say.

    Binary code runs on the same major with a minor that is the same or higher; PTX is compiled for anything newer.
    Source: https://docs.nvidia.com/cuda/cuda-c-programming-guide/#application-compatibility
    """
    have = Dotted(capability)
    sass = sorted(Dotted(text) for text in build.sass or () if text[0].isdigit())
    ptx = sorted(Dotted(text) for text in build.ptx or () if text[0].isdigit())
    if not sass:
        return None
    if any(code.major == have.major and code <= have for code in sass):
        return "native"
    if have < sass[0]:
        return "old"
    if have.major > sass[-1].major:
        return "new-ptx" if ptx and _serves_newer(cuda, have, compute) else "new"
    return "ptx" if any(code <= have for code in ptx) else "gap"


def _serves_newer(cuda: Dotted | None, capability: Dotted, compute: Compute) -> bool:
    """Whether PTX of a build can serve a newer generation of GPUs.

    The driver compiles it for any newer one. CUDA 10 and older know nothing of what came after them in cuBLAS and
    cuDNN either (Ampere on CUDA 10: hangs and wrong values); from 11 on the libraries carry PTX of their own.
    """
    if cuda is None:
        return False
    row = compute.of(cuda_minor(cuda))
    return cuda.major >= 11 or (row is not None and Dotted(row.most).major >= capability.major)
