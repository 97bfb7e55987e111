"""Let a TensorFlow open its CUDA libraries and say which file each of them is. Runs in the patient: stdlib, 3.9+.

The question is a JSON object: `import` (import TensorFlow and compile a function first), `framework` (its library),
`functions` (name → mangled name of the loader's functions), `admits` and `roots` (mangled names or null), `state` (the
word of a Status that holds its state), `shim` and `nvrtc` (see run_time_compiler). The answer goes to a file, since
TensorFlow writes on both streams.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

WITH_PROPERTIES = ("libcublas", "libcufft", "libcurand", "libcusolver", "libcusparse", "libcudnn")
WITH_VERSION = ("libnccl", "libcupti")
# The check functions of cuDNN's front library open the part that they are named after.
CUDNN_PARTS = ("OpsInfer", "OpsTrain", "CnnInfer", "CnnTrain", "AdvInfer", "AdvTrain", "Ops", "Cnn", "Adv", "Graph")
# cuDNN 9 opens these only when a graph is run.
CUDNN_LATE = ("libcudnn_engines", "libcudnn_heuristic", "libcudnn_ext")


def mapped() -> set[str]:
    """Return the files of CUDA that this process has mapped."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    paths = {line.split(None, 5)[5].strip() for line in lines if "/" in line}
    return {path for path in paths if ".so" in path and is_cuda(path)}


def is_cuda(path: str) -> bool:
    """Whether a file lies in a folder of pip's CUDA or has the name of one of NVIDIA's libraries."""
    return "/nvidia/" in path or path.rpartition("/")[2].startswith(("libcuda", "libcud", "libcub", "libnv", "libnccl"))


def call(library: ctypes.CDLL, name: str, word: int = 0) -> int:
    """Call a function that returns a Status or StatusOr; return the word with its state: 0, 1 and 2 are OK."""
    function = getattr(library, name)
    function.restype, function.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    room = (ctypes.c_uint64 * 16)()
    address = ctypes.addressof(room)
    answer: int | None = function(address)
    return int(room[word]) if answer == address else answer or 0


def roots(library: ctypes.CDLL, name: str) -> list[str]:
    """Return the folders in which TensorFlow looks for ptxas and libdevice: a std::vector<std::string>."""
    function = getattr(library, name)
    function.restype, function.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    vector = (ctypes.c_uint64 * 4)()
    function(ctypes.addressof(vector))
    step = 32 if "cxx11" in name else 8  # the string of the older ABI is one pointer
    starts = range(vector[0], vector[1], step)
    return [ctypes.string_at(ctypes.c_uint64.from_address(start).value).decode() for start in starts]


def versions(files: set[str]) -> dict[str, str]:
    """Ask the opened libraries for their versions."""
    found = {}
    number = ctypes.c_int()
    for path in sorted(files):
        name = Path(path).name.partition(".so")[0]
        if name in WITH_PROPERTIES:
            ask = getattr(ctypes.CDLL(path), f"{name[3:]}GetProperty")
            numbers = [str(number.value) for part in range(3) if ask(part, ctypes.byref(number)) == 0]
            found[name] = ".".join(numbers)
        elif name in WITH_VERSION and getattr(ctypes.CDLL(path), f"{name[3:]}GetVersion")(ctypes.byref(number)) == 0:
            found[name] = str(number.value)
    return found


def cudnn(files: set[str]) -> dict[str, int | str]:
    """Let cuDNN open its parts; return part → status (0 is success), or the loader's message."""
    front = next((path for path in files if Path(path).name.startswith("libcudnn.so")), None)
    if front is None:
        return {}
    library = ctypes.CDLL(front)
    found: dict[str, int | str] = {}
    for part in CUDNN_PARTS:
        if function := getattr(library, f"cudnn{part}VersionCheck", None):
            found[part] = function()
    for path in sorted(Path(front).parent.iterdir()):
        if path.name.startswith(CUDNN_LATE):
            try:
                ctypes.CDLL(str(path), mode=os.RTLD_NOW)
                found[path.name] = 0
            except OSError as error:
                found[path.name] = str(error)
    return found


def run_time_compiler(shim: str, names: list[str]) -> dict[str, Any]:
    """Open NVRTC as cuDNN does, by the first of its names that is found, and compile a kernel with it.

    Args:
        shim: a library that lies beside cuDNN, searches where cuDNN does, and calls dlopen.
        names: the names that cuDNN tries.
    """
    opener = ctypes.CDLL(shim).tfdoctor_open
    opener.restype, opener.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    name = next((name for name in names if opener(name.encode())), None)
    if name is None:
        return {"opened": None}
    library = ctypes.CDLL(next(path for path in mapped() if "/libnvrtc." in path))
    program = ctypes.c_void_p()
    source = b'extern "C" __global__ void k(float *x) { x[threadIdx.x] *= 2; }'
    library.nvrtcCreateProgram(ctypes.byref(program), source, b"k.cu", 0, None, None)
    options = (ctypes.c_char_p * 1)(b"--gpu-architecture=sm_80")
    return {"opened": name, "compiled": library.nvrtcCompileProgram(program, 1, options) == 0}


def compiled() -> tuple[str, float]:
    """Import TensorFlow, compile a function with XLA (which parses XLA_FLAGS) and run it; return version and result."""
    tf: Any = importlib.import_module("tensorflow")
    function = tf.function(lambda x: x * 2.0 + 1.0, jit_compile=True)
    return tf.__version__, float(function(tf.constant(3.0)))


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Answer one question."""
    found: dict[str, Any] = {}
    if question["import"]:
        found["imported"], found["jit"] = compiled()
    library = ctypes.CDLL(question["framework"])
    word = question.get("state", 0)
    found["admits"] = call(library, question["admits"], word) in {0, 1, 2} if question["admits"] else None
    found["refused"] = [
        name
        for name, function in sorted(question["functions"].items())
        if call(library, function, word) not in {0, 1, 2}
    ]
    files = mapped()
    found["cudnn"] = cudnn(files)
    found["versions"] = versions(files)
    found["roots"] = roots(library, question["roots"]) if question["roots"] else None
    if question.get("shim"):
        found["nvrtc"] = run_time_compiler(question["shim"], question["nvrtc"])
    found["mapped"] = sorted(mapped())
    return found


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(answer(json.loads(sys.argv[1]))))
    os._exit(0)  # no destructor of a half-used library gets in the way
