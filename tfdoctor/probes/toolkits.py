"""CUDA toolkits on disk, their versions, and the programs that XLA runs."""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from tfdoctor.facts import ABSENT, Fact, Tool, Toolkit, Unknown
from tfdoctor.probes.machine import Machine
from tfdoctor.probes.owners import Owners
from tfdoctor.probes.search import escape, exists, path_variable

PLACES: Final = (
    "/usr/local/cuda",
    "/usr/local/cuda-*",
    "/opt/cuda",
    "/opt/cuda-*",
    "/usr/lib/cuda",
    "/usr/lib/nvidia-cuda-toolkit",
    "/opt/nvidia/hpc_sdk/*/*/cuda/*.*",
)
VARIABLES: Final = ("CUDA_HOME", "CUDA_PATH", "CUDA_ROOT")
_WINDOWS_PLACES: Final = "C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA\\v*"
LIBDEVICE: Final = "nvvm/libdevice/libdevice.10.bc"
TOOLS: Final = ("ptxas", "nvlink", "nvcc")
_TIMEOUT: Final = 5.0
Asked: TypeAlias = dict[str, Fact[str]]  # folder → version that one of its programs printed


def parse_version_json(text: str, part: str = "cuda") -> str | None:
    """Return the version of a part ("cuda", "cuda_nvcc") in a toolkit's version.json, or None where it names none."""
    try:
        return str(json.loads(text)[part]["version"])
    except (ValueError, KeyError, TypeError):
        return None


def parse_version_txt(text: str) -> str | None:
    """Return the CUDA version of a toolkit's version.txt ("CUDA Version 10.1.243"), or None."""
    found = re.search(r"CUDA Version (\d+(?:\.\d+)+)", text)
    return found.group(1) if found else None


def parse_cuda_header(text: str) -> str | None:
    """Return the version that cuda.h defines (12020 is 12.2), or None."""
    found = re.search(r"#define\s+CUDA_VERSION\s+(\d{4,5})", text)
    if found is None:
        return None
    number = int(found.group(1))
    return f"{number // 1000}.{number % 1000 // 10}"


def parse_tool_version(text: str) -> str | None:
    """Return the version that nvcc, ptxas and nvlink print ("release 12.2, V12.2.140"), or None."""
    found = re.search(r"release \S+ V(\d+(?:\.\d+)+)", text) or re.search(r"release (\d+(?:\.\d+)+)", text)
    return found.group(1) if found else None


def _text(machine: Machine, path: str, limit: int = 1 << 16) -> str | None:
    try:
        return machine.read(path, limit).decode("utf-8", "replace")
    except OSError:
        return None


def version_of(machine: Machine, root: str) -> tuple[str, str] | None:
    """Return the version of the toolkit at `root` and what told it, or None where nothing does."""
    for name, parse in (
        ("version.json", parse_version_json),
        ("version.txt", parse_version_txt),
        ("include/cuda.h", parse_cuda_header),
    ):
        text = _text(machine, f"{root}/{name}", 1 << 18)
        version = parse(text) if text else None
        if version:
            return version, name
    for path in machine.glob(f"{escape(root)}/lib*/libcudart.so.*.*.*"):
        return posixpath.basename(path).partition(".so.")[2], "libcudart"
    found = re.search(r"(?:cuda-|[\\/]v|[\\/])(\d+\.\d+)$", root) or re.search(
        r"cuda-(\d+\.\d+)", machine.real_path(root)
    )
    return (found.group(1), "directory") if found else None


def _places(machine: Machine, prefix: str | None) -> Iterator[tuple[str, str]]:
    for name in VARIABLES:
        if machine.environ.get(name):
            yield machine.environ[name], "variable"
    patterns = (_WINDOWS_PLACES,) if machine.platform == "win32" else PLACES
    for pattern in patterns:
        for path in machine.glob(pattern):
            yield path, "directory"
    for name, value in machine.environ.items():
        if name.startswith("CUDA_PATH_V"):
            yield value, "variable"
    if prefix and machine.glob(f"{escape(prefix)}/conda-meta/cud*.json"):
        yield prefix, "conda"


def find_toolkits(machine: Machine, prefix: str | None = None, asked: Asked | None = None) -> tuple[Toolkit, ...]:
    """Return the toolkits on this machine, each folder once; `prefix` is that of the conda environment."""
    asked = {} if asked is None else asked
    kept: dict[str, Toolkit] = {}
    for place, source in _places(machine, prefix):
        root = place.rstrip("/\\")
        real = machine.real_path(root)
        if real in kept or not exists(machine, root):
            continue
        version = conda_version(machine, root) if source == "conda" else version_of(machine, root)
        if version is None:
            continue
        kept[real] = Toolkit(
            version=version[0],
            path=root,
            source=source,
            nvcc=_program(machine, root, "nvcc", asked),
            ptxas=_program(machine, root, "ptxas", asked),
            libdevice=exists(machine, f"{root}/{LIBDEVICE}"),
        )
    return tuple(kept.values())


def conda_version(machine: Machine, prefix: str) -> tuple[str, str] | None:
    """Return the version of the CUDA run-time libraries among the conda packages of an environment, or None."""
    for name in ("cudatoolkit", "cuda-cudart", "cuda-version"):
        for path in machine.glob(f"{escape(prefix)}/conda-meta/{name}-[0-9]*.json"):
            return posixpath.basename(path).removesuffix(".json").rsplit("-", 2)[1], "conda"
    return None


def _program(machine: Machine, root: str, name: str, asked: Asked) -> Fact[str]:
    suffix = ".exe" if machine.platform == "win32" else ""
    path = f"{root}/bin/{name}{suffix}"
    if not exists(machine, path):
        return ABSENT
    text = _text(machine, f"{root}/version.json")
    return (parse_version_json(text, "cuda_nvcc") if text else None) or _asked_once(machine, path, asked)


def _asked_once(machine: Machine, path: str, asked: Asked) -> Fact[str]:
    # The programs of one folder are of one release, so the first answer serves for all of them.
    folder = machine.real_path(path).rpartition("\\" if machine.platform == "win32" else "/")[0]
    if folder not in asked:
        asked[folder] = tool_version(machine, path)
    return asked[folder]


def tool_version(machine: Machine, path: str) -> Fact[str]:
    """Ask a CUDA program for its version, with a time limit."""
    try:
        done = machine.run([path, "--version"], timeout=_TIMEOUT)
    except OSError as error:
        return Unknown(reason=f"{path} cannot be started: {error.strerror or error}")
    if done.code is None:
        return Unknown(reason=f"{path} --version took longer than {_TIMEOUT:.0f} s")
    version = parse_tool_version(done.stdout.decode("utf-8", "replace"))
    return version or Unknown(reason=f"{path} --version printed no version (exit code {done.code})")


def roots(machine: Machine, site_paths: Iterable[str], toolkits: tuple[Toolkit, ...]) -> tuple[str, ...]:
    """Return the CUDA folders in the order in which XLA looks into them."""
    flag = re.search(r"--xla_gpu_cuda_data_dir=(\S+)", machine.environ.get("XLA_FLAGS", ""))
    wheels = [f"{site}/nvidia/{name}" for site in site_paths for name in ("cuda_nvcc", "cu13")]
    fixed = [toolkit.path for toolkit in toolkits if re.match(r"/usr/local/cuda|[A-Za-z]:", toolkit.path)]
    return tuple(dict.fromkeys([*([flag.group(1)] if flag else []), "./cuda_sdk_lib", *wheels, *fixed, "."]))


def find_tools(
    machine: Machine, folders: tuple[str, ...], owners: Owners, asked: Asked | None = None
) -> tuple[Tool, ...]:
    """Return the ptxas, nvlink and nvcc that XLA would run: of its first root, PATH, the other roots."""
    asked = {} if asked is None else asked
    windows = machine.platform == "win32"
    on_path = [one for one in path_variable(machine).split(";" if windows else ":") if one]
    first = [folders[0]] if "xla_gpu_cuda_data_dir" in machine.environ.get("XLA_FLAGS", "") else []
    order = [*(f"{root}/bin" for root in first), *on_path, *(f"{root}/bin" for root in folders)]
    tools = []
    for name in TOOLS:
        for folder in order:
            path = f"{folder}/{name}{'.exe' if windows else ''}"
            if exists(machine, path):
                owner = owners.of(machine, path)
                version = owner.version if owner else _asked_once(machine, path, asked)
                tools.append(Tool(name=name, path=path, version=version))
                break
    return tuple(tools)


def find_libdevice(machine: Machine, folders: tuple[str, ...]) -> Fact[str]:
    """Return the libdevice that XLA would link, or Absent."""
    for root in folders:
        for name in (LIBDEVICE, "libdevice.10.bc"):
            if exists(machine, f"{root}/{name}"):
                return f"{root}/{name}"
    return ABSENT
