"""What the files of the patient's TensorFlow say about how it was built, without importing it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final

import msgspec

from tfdoctor.answers import build_info, tensorflow
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
    found = tensorflow.read(installation)
    if isinstance(found.path, (Absent, Unknown)):
        return found
    root = _root(machine, found.path)
    version = _header_version(machine, root) if found.distribution is ABSENT else found.version
    native = _native(machine, root) if platform.startswith("linux") else {}
    return msgspec.structs.replace(found, version=version, **_build(machine, root), **native)


def _root(machine: Machine, path: str) -> str:
    """The folder of the real package: 1.15 to 2.1 keep it beside `tensorflow` as `tensorflow_core`."""
    core = str(PurePath(path).parent / "tensorflow_core")
    plain = machine.glob(f"{path}/python/platform/build_info.py")
    return core if not plain and machine.glob(f"{core}/python") else path


def _build(machine: Machine, root: str) -> dict[str, Any]:
    place = f"{root}/python/platform/build_info.py"
    try:
        found = build_info.parse(machine.read(place).decode("utf-8", "replace"))
    except OSError:
        found = None
    if found is None:
        unknown = Unknown(reason=f"{place} cannot be read")
        return dict.fromkeys(("cuda_build", "rocm_build", "cuda", "cudnn", "compute_capabilities"), unknown)
    return build_info.facts(found)


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
