"""Messages of TensorFlow's GPU side, of the CUDA driver and its tools, and of pip about the CUDA extra.

The wordings are those of TensorFlow 1.0 to 2.21 (stream_executor, tsl, xla); a renamed source file changes nothing.
"""

from tfdoctor.logs._engine import Pattern, pattern

# File names that dlopen or LoadLibrary is asked for.
_CUDA_FILE = (
    r"(?:lib)?(?:cuda|cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|cudnn|cupti|nccl|nvrtc|nvjitlink"
    r"|nvcuda|nvinfer(?:_plugin)?)"
    r"(?:64_\d+(?:_\d+)?|\.\d+)*\.(?:so(?:\.\d+)*|dll)"
)

PATTERNS: tuple[Pattern, ...] = (
    # --- libraries ---
    pattern(
        "library-missing",
        rf"(?:could not|couldn't|cannot|can't|failed to|unable to)\W+(?:dlopen|load|open(?:ed)?|find|locate)\W+"
        rf"(?:(?:the|cuda|dynamic|shared)\s+)*(?:library\s+|file\s+)?['\"`]?(?P<library>{_CUDA_FILE})",
    ),
    pattern("library-missing", rf"(?P<library>{_CUDA_FILE}): cannot open shared object file"),
    pattern("library-missing", rf"dlerror: (?P<library>{_CUDA_FILE})(?::| not found|$|;)"),
    pattern("library-linked-missing", rf"ImportError: .*?(?P<library>{_CUDA_FILE}): cannot open shared object file"),
    pattern("library-linked-missing", rf"could not (?:find|load) '(?P<library>{_CUDA_FILE})'"),
    pattern("library-preload-failed", r"ctypes\.WinDLL\(build_info\.(?P<which>\w+)_dll_name\)"),
    pattern("library-opened", rf"successfully opened (?:cuda|dynamic) library (?P<library>{_CUDA_FILE})"),
    pattern("library-path", r"LD_LIBRARY_PATH:\s?(?P<value>\S*)"),
    pattern("gpu-libraries-missing", r"cannot dlopen some gpu libraries"),
    pattern("cuda-not-found", r"could not find cuda drivers on your machine"),
    pattern(
        "cudnn-part-missing",
        r"could not (?:load|locate|find)(?: library| the file)?\W+"
        r"(?P<library>(?:lib)?cudnn_\w+\.(?:so(?:\.\d+)*|dll)|zlibwapi\.dll)",
    ),
    pattern("cudnn-part-missing", r"(?P<library>zlibwapi\.dll)\W.*(?:not found|library path)"),
    # --- cuDNN ---
    pattern(
        "cudnn-mismatch",
        r"loaded (?:runtime )?cudnn (?:runtime )?library:? (?P<loaded>\d[\d.]*)(?P<old> \(c)?"
        r"(?:.*?compiled (?:with|against):? (?P<compiled>\d[\d.]*\d))?",
    ),
    pattern("cudnn-loaded", r"loaded cudnn version (?P<version>\d[\d.]*)"),
    pattern("cudnn-failed", r"could not create cudnn handle: (?P<status>\w+)"),
    pattern("cudnn-failed", r"failed to get convolution algorithm"),
    pattern("cudnn-failed", r"\b(?P<status>CUDNN_STATUS_(?:INTERNAL_ERROR|NOT_INITIALIZED|ALLOC_FAILED))"),
    pattern("cudnn-failed", r"(?:dnn|cudnn) library (?:is not found|initiali[sz]ation failed)"),
    pattern("cudnn-failed", r"no dnn in stream executor"),
    pattern("cudnn-arch", r"CUDNN_STATUS_(?:ARCH_MISMATCH|NOT_SUPPORTED_ARCH\w*)"),
    pattern("cublas-failed", r"(?P<status>CUBLAS_STATUS_(?:NOT_INITIALIZED|ALLOC_FAILED))"),
    pattern("cublas-failed", r"failed to create cublas handle"),
    pattern("cublas-failed", r"blas x?gemm\w*(?: ?strided)?(?: ?batched)? launch failed"),
    pattern("cublas-failed", r"blas operation using streamexecutor without blas support"),
    # --- driver ---
    pattern(
        "cuinit-failed",
        r"failed call to cuInit: (?:(?:INTERNAL|UNKNOWN|FAILED_PRECONDITION): )?(?:CUDA error: )?"
        r"(?P<error>CUDA_ERROR_\w+|UNKNOWN ERROR|[A-Za-z][\w ]*?)(?: \((?P<number>-?\d+)\))?(?=:|$|;|\.|\s*$)",
    ),
    pattern("cuinit-failed", r"failed call to cuInit: CUresult\((?P<number>-?\d+)\)"),
    pattern("cuda-error", r"\b(?P<error>CUDA_ERROR_[A-Z_]+)"),
    pattern("driver-insufficient", r"cuda driver version is insufficient for cuda runtime version"),
    pattern("driver-insufficient", r"cudaErrorInsufficientDriver"),
    pattern("driver-insufficient", r"provided PTX was compiled with an unsupported toolchain"),
    pattern("driver-insufficient", r"possibly insufficient driver version: (?P<driver>\d[\d.]*\d)"),
    pattern("driver-insufficient", r"unsatisfied condition: (?P<condition>(?:cuda|driver|brand)\s*[<>=].*)"),
    pattern(
        "driver-mismatch", r"kernel version (?P<kernel>[\d.]+\d) does not match DSO version (?P<library>[\d.]+\d)"
    ),
    pattern("driver-mismatch", r"driver/library version mismatch|CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"),
    pattern("libcuda-version", r"libcuda reported version is: (?P<version>\d[\d.]*\d)"),
    pattern("kernel-driver-version", r"kernel reported version is: (?P<version>\d[\d.]*\d)"),
    pattern("driver-not-running", r"kernel driver does not appear to be running on this host"),
    pattern("driver-not-running", r"nvidia-smi has failed because it couldn't communicate with the nvidia driver"),
    pattern("forward-compatibility-refused", r"CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE"),
    pattern("forward-compatibility-refused", r"forward compatibility was attempted"),
    pattern("no-gpu-node", r"no nvidia gpu device is present|/dev/nvidia\d* does not exist"),
    pattern("gpu-permission", r"/dev/nvidia[\w-]*\W+.*permission denied|insufficient permissions"),
    pattern("gpu-lost", r"gpu is lost|fallen off the bus|\bXid\b.*\b79\b"),
    pattern("nvidia-smi", r"driver version: (?P<driver>\d[\d.]*).*?cuda version: (?P<cuda>\d[\d.]*)"),
    # the start script of NVIDIA's images
    pattern("no-gpu-node", r"the nvidia driver was not detected\.\s+gpu functionality will not be available"),
    pattern("kernel-module", r"NVRM version: NVIDIA UNIX .*?Kernel Module\s+(?P<version>\d[\d.]*\d)"),
    pattern("docker-gpus", r"docker run\b(?P<options>.*)"),
    pattern("docker-gpus", r"could not select device driver \"\" with capabilities: \[\[gpu\]\]"),
    # --- toolkits ---
    pattern("nvcc", r"cuda compilation tools, release (?P<version>\d+\.\d+)"),
    pattern("cuda-image", r"^(?:.*\|\s*)?cuda version (?P<version>\d+\.\d+(?:\.\d+)?)\s*$"),
    # --- GPUs ---
    pattern("gpu-found", r"name: (?P<name>[^:,]+?) major: (?P<major>\d+) minor: (?P<minor>\d+)"),
    pattern("gpu-found", r"name: (?P<name>[^:,]+?) computeCapability: (?P<capability>\d+\.\d+)"),
    pattern("gpu-found", r"\bname: (?P<name>[^,]+), pci bus id: [^,]+, compute capability: (?P<capability>\d+\.\d+)"),
    pattern("gpu-works", r"created (?:tensorflow )?device \(?/.*gpu:\d+.*with \d+ MB"),
    pattern("gpu-works", r"physicaldevice\(name='/physical_device:gpu"),
    pattern("gpu-works", r"num gpus available:?\s+[1-9]"),
    pattern(
        "built-with-cuda",
        r"(?<![A-Za-z])built[ _]with[ _]cuda\b(?:\(\))?\W*(?:returns?|is|gives)?\W*(?P<value>true|false)\b",
    ),
    pattern("built-with-cuda-asked", r"\bis_built_with_cuda\(\)\W*$"),
    pattern("answer", r"^(?:Out\[\d+\]: )?(?P<value>True|False)$"),
    pattern("gpu-none", r"^\[\s*\]$|num gpus available:?\s+0|gpu device not found"),
    pattern("gpu-none", r"\bis_gpu_available\((?:cuda_only=True)?\)\W*(?:returns?|is|gives)?\W*false\b"),
    pattern(
        "gpu-ignored-capability",
        r"(?:ignoring (?:visible )?gpu device .*?(?:compute capability:? (?P<own>\d+\.\d+).*?)?)?"
        r"with cuda compute capability (?P<capability>\d+\.\d+)\. "
        r"the minimum required cuda capability is (?P<minimum>\d+\.\d+)",
    ),
    pattern(
        "gpu-ignored-multiprocessors",
        r"ignoring (?:visible )?gpu device .*?(?:core count|multiprocessor count): (?P<count>\d+).*?"
        r"minimum required (?:count|multiprocessor count|core count) is (?P<minimum>\d+)",
    ),
    pattern(
        "kernel-image",
        r"no kernel image is available|device kernel image is invalid|CUDA_ERROR_NO_BINARY_FOR_GPU"
        r"|CUDA_ERROR_INVALID_(?:IMAGE|PTX)|cudaErrorNoKernelImageForDevice",
    ),
    pattern(
        "jit-from-ptx",
        r"not built with cuda kernel binaries compatible with compute capability (?P<capability>\d+\.\d+)",
    ),
    pattern("jit-unknown-gpu", r"PTX version \S+ does not support target '?sm_(?P<sm>\d+)"),
    pattern(
        "gpu-ignored-amd",
        r"ignoring (?:visible )?gpu device .*?name: (?P<name>[^,)]+).*?with AMDGPU version ?: ?(?P<chip>gfx\w+)",
    ),
    pattern("gpu-memory", r"CUDA_ERROR_OUT_OF_MEMORY|ran out of memory trying to allocate"),
    # --- XLA's tools ---
    pattern("xla-tool-missing", r"can't find (?:libdevice|nvvm)|(?P<tool>libdevice)(?:\.10\.bc)? (?:is )?not found"),
    pattern("xla-tool-missing", r"no ptx compilation provider is available"),
    pattern(
        "xla-tool-missing",
        r"(?:couldn't|could not|failed to) (?:invoke|find|launch|locate) (?!.*suitable version)"
        r".*?(?P<tool>ptxas|nvlink)",
    ),
    pattern("xla-tool-missing", r"(?P<tool>ptxas|nvlink)(?:\.exe)? not found|couldn't get ptxas version"),
    pattern("xla-fallback", r"relying on driver to perform ptx compilation|let gpu driver compile the ptx"),
    pattern("ptxas-too-old", r"ptxas does not support CC (?P<capability>\d+\.\d+)"),
    pattern("ptxas-too-old", r"ptxas(?: \S+)? too old"),
    pattern("ptxas-too-old", r"value 'sm_(?P<sm>\d+)a?' is not defined for option 'gpu-name'"),
    pattern("ptxas-too-old", r"unsupported \.version (?P<isa>\d+\.\d+); current version is"),
    pattern("ptxas-too-old", r"(?:couldn't|could not) find a suitable version of ptxas"),
    # --- the CUDA extra ---
    pattern(
        "extra-missing",
        r"(?P<distribution>tensorflow[\w-]*) (?P<version>\d[\w.]*) does not (?:provide|have an?) .*?"
        r"extra\W+(?P<extra>[\w-]+)",
    ),
    pattern("extra-missing", r"no matches found: (?P<distribution>tensorflow[\w-]*)\[(?P<extra>and-cuda)\]"),
    pattern(
        "extra-unsatisfied",
        r"(?:no matching distribution found for|satisfies the requirement) (?P<requirement>[\w.-]+\s*[<>=!~][^;]*?)"
        r"\s*;\s*extra == \W?(?P<extra>and-cuda)",
    ),
    pattern(
        "extra-unsatisfied",
        r"tensorflow\[(?P<extra>and-cuda)\].*(?:depends on|requires) "
        r"(?P<requirement>(?:nvidia|tensorrt)[\w.-]*\s*[\(<>=!~][^;,)]*)",
    ),
)  # fmt: skip
