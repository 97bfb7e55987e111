import pytest

from tfdoctor.logs import Events
from tfdoctor.logs import read as read_with
from tfdoctor.matrix import Matrix

SIGNATURES = Matrix.locate().signatures


def read(log: str) -> Events:
    return read_with(log, SIGNATURES)


LINES = [
    (("W dso_loader.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open"
     " shared object file: No such file or directory; LD_LIBRARY_PATH: /a"), "library-missing",
     {"library": "libcudart.so.11.0"}),
    ("I dso_loader.cc:53] Could not dlopen library 'libcudnn.so.7'", "library-missing", {"library": "libcudnn.so.7"}),
    ("I dso_loader.cc:105] Couldn't open CUDA library libcudnn.so.5. LD_LIBRARY_PATH:", "library-missing",
     {"library": "libcudnn.so.5"}),
    ("Could not load dynamic library 'cudart64_101.dll'; dlerror: cudart64_101.dll not found", "library-missing",
     {"library": "cudart64_101.dll"}),
    ("ImportError: libcublas.so.9.0: cannot open shared object file: No such file or directory",
     "library-linked-missing", {"library": "libcublas.so.9.0"}),
    ("ImportError: Could not find 'nvcuda.dll'. TensorFlow requires that this DLL be installed",
     "library-linked-missing", {"library": "nvcuda.dll"}),
    ("    ctypes.WinDLL(build_info.cudart_dll_name)", "library-preload-failed", {"which": "cudart"}),
    ("I dso_loader.cc:44] Successfully opened dynamic library libcudnn.so.7", "library-opened",
     {"library": "libcudnn.so.7"}),
    ("I dso_loader.cc:135] successfully opened CUDA library libcublas.so.8.0 locally", "library-opened",
     {"library": "libcublas.so.8.0"}),
    ("W gpu_device.cc:2251] Cannot dlopen some GPU libraries.", "gpu-libraries-missing", {}),
    ("I external/local_tsl/tsl/cuda/cudart_stub.cc:31] Could not find cuda drivers on your machine", "cuda-not-found",
     {}),
    ("Could not load library libcudnn_cnn_infer.so.8. Error: libnvrtc.so: cannot open", "cudnn-part-missing",
     {"library": "libcudnn_cnn_infer.so.8"}),
    ("Could not locate zlibwapi.dll. Please make sure it is in your library path!", "cudnn-part-missing",
     {"library": "zlibwapi.dll"}),
    ("Loaded runtime CuDNN library: 7101 (compatibility version 7100) but source was compiled with 7003 (c",
     "cudnn-mismatch", {"loaded": "7101", "compiled": "7003", "old": " (c"}),
    ("Loaded runtime CuDNN library: 8.0.5 but source was compiled with: 8.1.0.  CuDNN library", "cudnn-mismatch",
     {"loaded": "8.0.5", "compiled": "8.1.0"}),
    ("I cuda_dnn.cc:424] Loaded cuDNN version 8700", "cudnn-loaded", {"version": "8700"}),
    ("Could not create cudnn handle: CUDNN_STATUS_INTERNAL_ERROR", "cudnn-failed",
     {"status": "CUDNN_STATUS_INTERNAL_ERROR"}),
    ("failed call to cuInit: UNKNOWN ERROR (303)", "cuinit-failed", {"error": "UNKNOWN ERROR", "number": "303"}),
    ("failed call to cuInit: CUresult(-1)", "cuinit-failed", {"number": "-1"}),
    ("with Cuda compute capability 3.0. The minimum required Cuda capability is 3.5.", "gpu-ignored-capability",
     {"capability": "3.0", "minimum": "3.5"}),
    ("failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device",
     "cuda-error", {"error": "CUDA_ERROR_NO_DEVICE"}),
    ("failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error", "cuinit-failed", {"error": "CUDA_ERROR_UNKNOWN"}),
    ("Status: CUDA driver version is insufficient for CUDA runtime version", "driver-insufficient", {}),
    ("nvidia-container-cli: requirement error: unsatisfied condition: cuda>=11.6, please update", "driver-insufficient",
     {"condition": "cuda>=11.6, please update"}),
    ("kernel version 460.91.3 does not match DSO version 470.57.2 -- cannot find", "driver-mismatch",
     {"kernel": "460.91.3", "library": "470.57.2"}),
    ("| NVIDIA-SMI 550.60.01   Driver Version: 551.76   CUDA Version: 12.4     |", "nvidia-smi",
     {"driver": "551.76", "cuda": "12.4"}),
    ("Cuda compilation tools, release 11.0, V11.0.221", "nvcc", {"version": "11.0"}),
    ("CUDA Version 12.1.1", "cuda-image", {"version": "12.1.1"}),
    ("name: GeForce RTX 3090 major: 8 minor: 6 memoryClockRate(GHz): 1.7", "gpu-found",
     {"name": "GeForce RTX 3090", "major": "8", "minor": "6"}),
    ("pciBusID: 0000:02:00.0 name: GeForce GTX 960M computeCapability: 5.0", "gpu-found", {"capability": "5.0"}),
    ("Created device /job:localhost/replica:0/task:0/device:GPU:0 with 13272 MB memory", "gpu-works", {}),
    ("Num GPUs Available:  0", "gpu-none", {}),
    (("Ignoring visible gpu device (device: 1, name: Quadro K620, pci bus id: 0000:01:00.0, compute capability: 5.0)"
     " with Cuda multiprocessor count: 3. The minimum required count is 8."), "gpu-ignored-multiprocessors",
     {"count": "3", "minimum": "8"}),
    ("InternalError: no kernel image is available for execution on the device", "kernel-image", {}),
    ("not built with CUDA kernel binaries compatible with compute capability 12.0.", "jit-from-ptx",
     {"capability": "12.0"}),
    ("Couldn't get ptxas version string: INTERNAL: Couldn't invoke ptxas --version", "xla-tool-missing", {}),
    ("libdevice not found at ./libdevice.10.bc", "xla-tool-missing", {"tool": "libdevice"}),
    ("ptxas fatal   : Value 'sm_90a' is not defined for option 'gpu-name'", "ptxas-too-old", {"sm": "90"}),
    ("Couldn't find a suitable version of ptxas. The following locations were considered", "ptxas-too-old", {}),
    ("WARNING: tensorflow 2.13.0 does not provide the extra 'and-cuda'", "extra-missing",
     {"version": "2.13.0", "extra": "and-cuda"}),
    ("zsh: no matches found: tensorflow[and-cuda]", "extra-missing", {"extra": "and-cuda"}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "kind", "values"), LINES)
def test_messages_become_events(line: str, kind: str, values: dict[str, str]) -> None:
    found = read(line).first(kind)
    assert found is not None
    assert {key: found[key] for key in values} == values


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("| NVIDIA-SMI 550.60.01   Driver Version: 551.76   CUDA Version: 12.4     |", "cuda-image"),
        ("Could not load dynamic library 'libtensorflow_framework.so.2'", "library-missing"),
        ("I cpu_feature_guard.cc:182] This TensorFlow binary is optimized", "library-missing"),
        ("name: tensorflow version: 2.0", "gpu-found"),
        ("Couldn't find a suitable version of ptxas.", "xla-tool-missing"),
        ("[PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]", "gpu-works"),
    ],
)
def test_other_lines_do_not(line: str, kind: str) -> None:
    assert not read(line).of(kind)
