"""What the matrix shows of a difference without any finding: library files that a build opens, code for a GPU."""

from dataclasses import dataclass
from typing import Final

from tfdoctor.facts import known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.gpucode import Code, code_for
from tfdoctor.matrix.sonames import BuildLibraries
from tfdoctor.rules import Case
from tfdoctor.tickets.compare.model import Ground
from tfdoctor.tickets.compare.readings import Readings, Value
from tfdoctor.versions import Dotted, dotted

_OWN: Final = frozenset({"tensorflow", "tensorflow-gpu"})  # the builds that the tables of library files speak of
_APPLICATION: Final = "https://docs.nvidia.com/cuda/cuda-c-programming-guide/#application-compatibility"

_CODES: Final[dict[Code, str]] = {
    "native": "has binary code for its GPU",
    "ptx": "has the driver compile for its GPU, minutes at the first use",
    "new-ptx": "is older than its GPU, for which the driver compiles",
    "new": "is older than its GPU and has no code for it",
    "old": "no longer has code for its GPU",
    "gap": "has no code for its GPU",
}
_DRIVER: Final = ("libcuda.so", "nvcuda")
_NONE: Final = frozenset({"new", "old", "gap"})
_GPU_FACTS: Final = frozenset({"accelerators.gpus.compute_capability", "tensorflow.version", "tensorflow.distribution"})


@dataclass(frozen=True, slots=True)
class Proof:
    """A ground that the matrix gives; `certain` where one side cannot work by it and the other can."""

    ground: Ground
    certain: bool


def proof(fact: str, a: Readings, b: Readings, matrix: Matrix) -> Proof | None:
    """Return what the matrix shows of a difference, None where it shows nothing."""
    if fact in _GPU_FACTS:
        return _gpu_code(a, b, matrix)
    if fact in {"libraries.toolkits", "libraries.cudnn"}:
        return _files(fact, a, b, matrix)
    return None


def _gpu_code(a: Readings, b: Readings, matrix: Matrix) -> Proof | None:
    """That a build has binary code for the GPU of one side only."""
    one, other = _code(a, matrix), _code(b, matrix)
    if one is None or other is None or one == other:
        return None
    ground = Ground(
        text=f"the build of A {_CODES[one]}, that of B {_CODES[other]}",
        source=f"compat_matrix/releases.json; {_APPLICATION}",
        changes=("gpu", "speed"),
    )
    return Proof(ground, certain=(one in _NONE) != (other in _NONE))


def _code(side: Readings, matrix: Matrix) -> Code | None:
    """What the build of a side has for its GPU."""
    capability = side.get("accelerators.gpus.compute_capability")
    build = side.case.build
    if build is None or not isinstance(capability, Value) or dotted(capability.text) is None:
        return None
    first = Dotted(capability.text.partition(",")[0])
    return code_for(build, first.text, dotted(build.cuda), matrix.compute)


def _files(fact: str, a: Readings, b: Readings, matrix: Matrix) -> Proof | None:
    """That the toolkits (or cuDNN) of one side have the files that its build opens, and those of the other have not."""
    lacking = _lacking(fact, a.case, matrix), _lacking(fact, b.case, matrix)
    if lacking[0] is None or lacking[1] is None or bool(lacking[0]) == bool(lacking[1]):
        return None
    case, bad, good = (a.case, "A", "B") if lacking[0] else (b.case, "B", "A")
    names = sorted(lacking[0] or lacking[1])
    what = "CUDA" if fact == "libraries.toolkits" else "cuDNN"
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    files = f"TensorFlow {case.tensorflow} opens {names[0]}{more}"
    ground = Ground(
        text=f"{files}, which the {what} of {good} has and that of {bad} has not",
        source="compat_matrix/sonames.toml",
        changes=("gpu",),
    )
    return Proof(ground, certain=True)


def _lacking(fact: str, case: Case, matrix: Matrix) -> set[str] | None:
    """The files that the build opens and that are not there; None where this cannot be said."""
    os = "windows" if case.os == "windows" else "linux"
    build = None if case.tensorflow is None else matrix.sonames.build(case.tensorflow, os)
    found = case.snapshot.libraries
    elsewhere = known(found.copies) is not None  # then the files themselves are compared
    if build is None or elsewhere or (case.distribution or "tensorflow") not in _OWN:
        return None
    if known(case.snapshot.tensorflow.cuda_build) is False:
        return None
    have: set[str] = set()
    if fact == "libraries.toolkits":
        for toolkit in known(found.toolkits) or ():
            have.update(matrix.sonames.toolkit(toolkit.version, os) if dotted(toolkit.version) else ())
        return _asked(build, cudnn=False) - have if have else None
    for copy in known(found.cudnn) or ():
        version = dotted(copy.version)
        row = None if version is None else matrix.sonames.cudnns.get(version.major)
        if row is not None:
            have.update(row.windows if os == "windows" else row.linux)
    return _asked(build, cudnn=True) - have if have else None


def _asked(build: BuildLibraries, *, cudnn: bool) -> set[str]:
    """The files that a build asks for: those of cuDNN, or all others but the driver's own."""
    return {name for name in build.required if ("cudnn" in name) == cudnn and not name.startswith(_DRIVER)}
