"""What a machine says of itself, as raw texts: the first aid where tfdoctor itself cannot run.

The standard library only, valid for CPython 3.6. Nothing is judged here; tfdoctor reads the texts elsewhere.
"""

import os
import re
import sys

LIMIT = 1 << 16  # characters of one text
SECONDS = 20  # that one command may take

# The environment variables that decide how TensorFlow is found, loaded and run; names that smell of a secret stay out.
_ALLOWED = re.compile(
    r"(CUDA|NVIDIA|CUDNN|NCCL|TF_|TF2_|XLA_|KERAS|TFHUB_|LD_|DYLD_|PYTHON|PROTOCOL_BUFFERS_|MIOPEN|ROCM|ROCR|HIP|HSA_"
    r"|OMP_|KMP_|MKL_|OPENBLAS_|AUTOGRAPH_|TPU_|COLAB_).*"
    r"|PATH|CONDA_PREFIX|CONDA_DEFAULT_ENV|VIRTUAL_ENV|JAX_PLATFORMS|WSL_DISTRO_NAME|KAGGLE_KERNEL_RUN_TYPE"
)
_SECRET = re.compile(
    r"^TF_(VAR_|CLI_|DATA_DIR$|WORKSPACE|INPUT$|LOG$|LOG_|REGISTRY|PLUGIN_)"
    r"|TOKEN|SECRET|PASS(?![A-Z])|PASSW|PASSPHRASE|PWD|CREDENTIAL|KEY$|AUTH",
    re.IGNORECASE,
)
_LIBRARY = re.compile(
    r"lib(cuda|cudart|cublas|cufft|curand|cusolver|cusparse|cudnn|cupti|nccl|nvinfer|nvidia-ml|nvrtc)"
)


def text_of(path):
    """Return the beginning of a text file, or None."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(LIMIT)
    except OSError:
        return None


def output_of(*command, seconds=SECONDS):
    """Return what a command prints, or None where there is none or it takes too long."""
    import subprocess

    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")[:LIMIT]


def system():
    """Return what the platform module and the system's own files say."""
    import platform

    found = {"platform": sys.platform, "machine": platform.machine(), "release": platform.release()}
    if sys.platform == "darwin":
        found["macos"] = platform.mac_ver()[0]
    elif sys.platform == "win32":
        found["windows"] = platform.version()
    else:
        found["os_release"] = text_of("/etc/os-release")
        found["version"] = text_of("/proc/version")
        found["cgroup"] = text_of("/proc/1/cgroup")
        found["dockerenv"] = os.path.exists("/.dockerenv")
        try:
            found["libc"] = os.confstr("CS_GNU_LIBC_VERSION")
        except (ValueError, OSError, AttributeError):  # musl
            found["libc"] = None
    return found


def processor():
    """Return the model and the flags of the first processor."""
    if sys.platform == "darwin":
        keys = ("machdep.cpu.brand_string", "machdep.cpu.features", "machdep.cpu.leaf7_features", "hw.optional.arm64")
        return {key: output_of("sysctl", "-n", key) for key in keys}
    if sys.platform == "win32":
        return {"model name": os.environ.get("PROCESSOR_IDENTIFIER")}
    found = {}
    for line in (text_of("/proc/cpuinfo") or "").splitlines():
        name, colon, value = line.partition(":")
        if not name.strip() and found:
            break  # the next processor says the same
        if colon and name.strip() in ("model name", "vendor_id", "flags", "Features", "CPU implementer"):
            found.setdefault(name.strip(), value.strip())
    return found


def gpu():
    """Return what the driver's files and NVIDIA's program print, and the device nodes."""
    nodes = []
    if sys.platform.startswith("linux"):
        try:
            nodes = sorted("/dev/" + name for name in os.listdir("/dev") if re.match(r"nvidia|dxg$|kfd$", name))
        except OSError:
            pass
    return {
        "nvidia_smi": output_of("nvidia-smi"),
        "kernel_module": text_of("/proc/driver/nvidia/version"),
        "device_nodes": nodes,
    }


def libraries():
    """Return what the toolkits say and the CUDA files that the loader's cache names."""
    folders = []
    try:
        folders = sorted(name for name in os.listdir("/usr/local") if name.startswith("cuda"))
    except OSError:
        pass
    versions = {
        name: text_of("/usr/local/%s/version.json" % name) or text_of("/usr/local/%s/version.txt" % name)
        for name in folders
    }
    cache = (output_of("ldconfig", "-p") or output_of("/sbin/ldconfig", "-p") or "") if os.name == "posix" else ""
    return {
        "nvcc": output_of("nvcc", "--version"),
        "toolkits": versions,
        "cache": [line.strip() for line in cache.splitlines() if _LIBRARY.search(line)],
    }


def variables():
    """Return the allow-listed environment variables."""
    upper = sys.platform == "win32"
    named = ((name.upper() if upper else name, value) for name, value in os.environ.items())
    return {
        name: value
        for name, value in named
        if _ALLOWED.fullmatch(name) and not _SECRET.search(name.replace("AUTOGRAPH", ""))
    }


def build_info(installation):
    """Return the text of build_info.py of the TensorFlow that an import would take, or None."""
    for row in installation.get("modules", ()):
        if row["name"] == "tensorflow" and row["path"]:
            core = os.path.join(os.path.dirname(row["path"]), "tensorflow_core")
            for root in (row["path"], core):
                text = text_of(os.path.join(root, "python", "platform", "build_info.py"))
                if text is not None:
                    return text
    return None


def load_log():
    """Return what an import of TensorFlow and a look for GPUs print, in a process of its own."""
    code = (
        "import tensorflow as tf; print('tensorflow', tf.__version__); "
        "print(getattr(tf.config, 'list_physical_devices', lambda kind: 'asked of 2.1 and later')('GPU'))"
    )
    return output_of(sys.executable, "-c", code, seconds=180)
