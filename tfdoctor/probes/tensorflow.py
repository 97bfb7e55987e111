"""What the files of the patient's TensorFlow say about how it was built, without importing it."""

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final

from tfdoctor.facts import ABSENT, Absent, Fact, TensorFlow, Unknown
from tfdoctor.probes import elf
from tfdoctor.probes.machine import Machine

# Of old and new releases; the first that is there opens the CUDA libraries with dlopen.
_LIBRARIES: Final = (
    "libtensorflow_framework.so.2",
    "libtensorflow_framework.so.1",
    "libtensorflow_framework.so",
    "libtensorflow_cc.so.2",
    "python/_pywrap_tensorflow_internal.so",
)
_VERSION_HEADERS: Final = ("release_version.h", "version.h")


def probe(machine: Machine, installation: Mapping[str, Any], platform: str) -> TensorFlow:
    """Return what the TensorFlow that an import would take says of itself.

    Args:
        machine: the seam.
        installation: the part of that name in the interrogator's answer.
        platform: the patient's `sys.platform`.
    """
    path = next((row["path"] for row in installation["modules"] if row["name"] == "tensorflow"), None)
    owner = _owner(installation["distributions"], path)
    if path is None:
        return TensorFlow(version=ABSENT if owner is None else _version(owner), path=ABSENT, distribution=_name(owner))
    root = _root(machine, path)
    built = _build(machine, root)
    native = _native(machine, root) if platform.startswith("linux") else {}
    version = _version(owner) if owner is not None else _header_version(machine, root)
    return TensorFlow(version=version, distribution=_name(owner), path=path, **built, **native)


def _name(owner: Mapping[str, Any] | None) -> Fact[str]:
    return ABSENT if owner is None else str(owner["name"])


def _version(owner: Mapping[str, Any]) -> Fact[str]:
    return Unknown(reason="its metadata name no version") if owner["version"] is None else str(owner["version"])


def _owner(distributions: Iterable[Mapping[str, Any]], path: str | None) -> Mapping[str, Any] | None:
    """The distribution that the files in `path` come from: of several the one whose files are as it left them."""
    rows = [row for row in distributions if "tensorflow" in row["tops"] and row["name"] not in _GUESTS]
    if path is not None:
        rows = [row for row in rows if str(PurePath(path).parent) == row["location"]]
    return min(rows, key=lambda row: row.get("missing_count", 0) + row.get("altered_count", 0), default=None)


# Distributions that put files under tensorflow/ without being a TensorFlow.
_GUESTS: Final = frozenset({"tensorflow-metal", "tensorflow-directml-plugin", "tensorflow-io", "tensorflow-estimator"})


def _root(machine: Machine, path: str) -> str:
    """The folder of the real package: 1.15 to 2.1 keep it beside `tensorflow` as `tensorflow_core`."""
    core = str(PurePath(path).parent / "tensorflow_core")
    plain = machine.glob(f"{path}/python/platform/build_info.py")
    return core if not plain and machine.glob(f"{core}/python") else path


def _build(machine: Machine, root: str) -> dict[str, Any]:
    place = f"{root}/python/platform/build_info.py"
    try:
        found = parse_build_info(machine.read(place).decode("utf-8", "replace"))
    except OSError:
        found = None
    if found is None:
        unknown = Unknown(reason=f"{place} cannot be read")
        return dict.fromkeys(("cuda_build", "rocm_build", "cuda", "cudnn", "compute_capabilities"), unknown)
    cuda_build = found.get("is_cuda_build")
    capabilities = found.get("cuda_compute_capabilities")
    # A build without CUDA has none; a CUDA build whose file says nothing leaves it to the matrix.
    without: Absent | Unknown = ABSENT if cuda_build is False else Unknown(reason="build_info.py does not say")
    return {
        "cuda_build": cuda_build if isinstance(cuda_build, bool) else Unknown(reason="build_info.py does not say"),
        "rocm_build": bool(found.get("is_rocm_build")),
        "cuda": cuda_number(str(found.get("cuda_version") or "")) or without,
        "cudnn": cuda_number(str(found.get("cudnn_version") or "")) or without,
        "compute_capabilities": tuple(map(str, capabilities)) if isinstance(capabilities, list) else without,
    }


def parse_build_info(text: str) -> dict[str, object] | None:
    """Return the values of a build_info.py of any release without running it; None where it is damaged.

    Until 2.2 it assigns plain names, 2.3 a dict, later releases an OrderedDict of pairs.
    """
    renames = {"cuda_version_number": "cuda_version", "cudnn_version_number": "cudnn_version"}
    found: dict[str, object] = {}
    try:
        for node in ast.parse(text).body:
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            name = node.targets[0].id
            value = node.value.args[0] if isinstance(node.value, ast.Call) and node.value.args else node.value
            literal = ast.literal_eval(value)
            if name == "build_info":
                found.update(literal)
            else:
                found[renames.get(name, name)] = literal
    except (SyntaxError, ValueError, TypeError, RecursionError):
        return None
    return found or None


def cuda_number(text: str) -> str | None:
    """Return a CUDA or cuDNN version: "64_112" (the suffix of a Windows DLL) is 11.2, "10" the major alone."""
    digits = text.removeprefix("64_")
    if re.fullmatch(r"\d{3}|[89]\d", digits):
        digits = f"{digits[:-1]}.{digits[-1]}"
    return digits if re.fullmatch(r"\d+(\.\d+)*", digits) else None


def _header_version(machine: Machine, root: str) -> Fact[str]:
    """The version that the C++ headers name, for a TensorFlow that belongs to no distribution."""
    for name in _VERSION_HEADERS:
        try:
            text = machine.read(f"{root}/include/tensorflow/core/public/{name}").decode("utf-8", "replace")
        except OSError:
            continue
        numbers = [re.search(rf"#define TF_{part}_VERSION (\d+)", text) for part in ("MAJOR", "MINOR", "PATCH")]
        suffix = re.search(r'#define TF_VERSION_SUFFIX "-?([\w.]*)"', text)
        if all(numbers):
            return ".".join(found[1] for found in numbers if found) + (suffix[1] if suffix else "")
    return Unknown(reason="it belongs to no distribution, and its headers name no version")


def _native(machine: Machine, root: str) -> dict[str, Any]:
    present = [f"{root}/{name}" for name in _LIBRARIES if machine.glob(f"{root}/{name}")]
    runpath: tuple[str, ...] = ()
    needed: dict[str, None] = {}
    versions: set[str] = set()
    kind = ""
    for place in present:
        try:
            found = elf.read_dynamic(place)
        except (OSError, elf.ElfError):
            continue
        kind = kind or found.machine
        runpath = runpath or tuple(dict.fromkeys(found.runpath or found.rpath))
        needed.update(dict.fromkeys(found.needed))
        versions.update(version for names in found.version_needs.values() for version in names)
    if not kind:
        unknown = Unknown(reason="no native library of TensorFlow can be read")
        return dict.fromkeys(("runpath", "needed", "glibc", "glibcxx", "machine"), unknown)
    return {
        "runpath": runpath,
        "needed": tuple(needed),
        "glibc": newest(versions, "GLIBC") or ABSENT,
        "glibcxx": newest(versions, "GLIBCXX") or ABSENT,
        "machine": kind,
    }


def newest(versions: Iterable[str], family: str) -> str | None:
    """Return the newest of one family ("GLIBC", "GLIBCXX") among the names of symbol versions."""
    found = [match[1] for name in versions if (match := re.fullmatch(rf"{family}_(\d+(?:\.\d+)*)", name))]
    return max(found, key=lambda text: tuple(map(int, text.split("."))), default=None)
