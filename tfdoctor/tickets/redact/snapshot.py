"""Redacts a Snapshot field by field: paths as paths, versions as they are, everything else as text."""

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from tfdoctor.facts import Snapshot, Variable

if TYPE_CHECKING:
    from tfdoctor.tickets.redact.redactor import Redactor

T = TypeVar("T")

PATHS: Final = frozenset({
    "Toolkit.path", "Tool.path", "SearchFolder.path", "LibraryCopy.path", "LibraryCopy.real_path",
    "Libraries.libdevice", "LibStdCxx.path",
    "Interpreter.executable", "Interpreter.prefix", "Interpreter.base_prefix", "Interpreter.user_site",
    "Interpreter.path",
    "Distribution.location", "Shadow.path", "Module.path", "Installation.leftovers", "Installation.orphans",
    "TensorFlow.path",
    "TensorFlow.runpath", "KerasConfig.path",
})  # fmt: skip
# Names that rules ask for, which a user may share: secrets and addresses go, nothing else.
NAMES: Final = frozenset({
    "Distribution.name", "Overlap.distributions", "Overlap.modules", "Module.name", "Shadow.module",
    "TensorFlow.distribution", "Cpu.flags",
    "LibraryCopy.name", "LibraryCopy.origin", "LibraryCopy.distribution", "SearchFolder.origin", "Tool.name",
    "Toolkit.source", "System.os",
    "System.arch", "System.distribution", "System.libc", "System.container", "System.virtualisation",
    "TensorFlow.compute_capabilities",
    "TensorFlow.needed", "Interpreter.soabi", "Interpreter.machine", "Interpreter.platform_tag",
    "Distribution.installer", "Distribution.requires",
    "Interpreter.implementation", "Gpu.vendor", "Gpu.name", "System.msvc_runtime", "LoadAttempt.signal",
    "KerasConfig.backend", "ProbeFailure.probe",
    "Fingerprint.left", "Outcome.experiment", "Measurement.name", "Measurement.value",
    "Framework.format", "TensorFlow.machine", "Cpu.vendor", "Cpu.model", "System.translated", "System.wsl",
})  # fmt: skip
_VERSION: Final = re.compile(
    r"[<>=!~ "
    r"v]{0,4}\d{1,10}(?:[._]\d{1,10}){0,5}(?:[-+.~]?[a-z]{1,8}[\d.]{0,12}){0,3}(?:,\s?[<>=!~]{1,2}[\d.*]{1,20})*",
    re.IGNORECASE,
)
_LISTS: Final = re.compile(r"PATH$|^PATH|DIRS?$|ROOT$|HOME$|PREFIX$|VIRTUAL_ENV$|^CUDA_PATH|DATA_DIR|_FOLDERS?$")


def texts(value: Any) -> str:  # noqa: ANN401  any part of a Snapshot
    """Return all texts of a value, one a line: what names are learnt from."""
    found: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, msgspec.Struct):
            stack.extend(getattr(item, name) for name in item.__struct_fields__)
        elif isinstance(item, tuple):
            stack.extend(item)
    return "\n".join(reversed(found))


def walk(value: Snapshot, redactor: "Redactor") -> Snapshot:
    """Return a Snapshot with every text redacted."""
    return _struct(value, redactor)


S = TypeVar("S", bound=msgspec.Struct)


def _struct(value: S, redactor: "Redactor") -> S:
    if isinstance(value, Variable):
        return msgspec.structs.replace(value, name=redactor.name(value.name), value=variable(value, redactor))
    kind = type(value).__name__
    changed = {}
    for name in value.__struct_fields__:
        old = getattr(value, name)
        new = _value(old, f"{kind}.{name}", redactor)
        if new is not old:
            changed[name] = new
    return msgspec.structs.replace(value, **changed) if changed else value


def _value(value: Any, place: str, redactor: "Redactor") -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return _text(value, place, redactor)
    if isinstance(value, msgspec.Struct):
        return _struct(value, redactor)
    if isinstance(value, tuple):
        return tuple(_value(item, place, redactor) for item in value)
    return value


def _text(value: str, place: str, redactor: "Redactor") -> str:
    if not value or (_VERSION.fullmatch(value) and "version" in _version_places(place)):
        return value
    if place in NAMES:
        return redactor.name(value)
    if place in PATHS:
        return path(value, redactor)
    return redactor.value(value)


def _version_places(place: str) -> str:
    """A text with "version" in it where the field holds one."""
    name = place.partition(".")[2]
    return "version" if "version" in name or name in _VERSION_FIELDS else ""


_VERSION_FIELDS: Final = frozenset({
    "nvcc", "ptxas", "cuda", "cudnn", "glibc", "glibcxx", "cxxabi", "wanted", "compute_capability", "kernel",
    "requires_python", "before", "after",
    "tensorflow", "keras", "python", "numpy",
})  # fmt: skip


def path(value: str, redactor: "Redactor") -> str:
    """Redact a field that holds a path; what is no path in it (a secret) goes as in any text."""
    if re.match(r"[A-Za-z]:[\\/]|[\\/~$.%]", value) and not re.search(r"://|[\r\n=@]", value):
        return redactor.value(redactor.path(value))
    return redactor.value(value)


def variable(value: Variable, redactor: "Redactor") -> str:
    """Redact the value of an environment variable: a list of paths by its members."""
    if _LISTS.search(value.name) and ("/" in value.value or "\\" in value.value) and "://" not in value.value:
        between = ";" if ";" in value.value or re.match(r"[A-Za-z]:\\", value.value) else ":"
        return between.join(path(part, redactor) if part else part for part in value.value.split(between))
    if value.name == "CONDA_DEFAULT_ENV" and value.value:
        return redactor.value(redactor.path(value.value))
    return redactor.value(value.value, value.name)
