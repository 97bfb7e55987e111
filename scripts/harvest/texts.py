"""What the text members of a TensorFlow wheel say: pure parsers of headers, generated Python and metadata."""

from __future__ import annotations

import ast
import re
from email.parser import HeaderParser
from typing import TypedDict

Value = bool | str | list[str]


class Metadata(TypedDict):
    """The fields of METADATA that decide what can be installed where."""

    requires_python: str | None
    requires: list[str]
    extras: list[str]


def metadata(text: str) -> Metadata:
    """Parse a wheel's METADATA; the requirements keep their order and wording."""
    fields = HeaderParser().parsestr(text)
    return {
        "requires_python": fields.get("Requires-Python"),
        "requires": [" ".join(str(line).split()) for line in fields.get_all("Requires-Dist", [])],
        "extras": sorted(str(line).strip() for line in fields.get_all("Provides-Extra", [])),
    }


def inner_tags(text: str) -> list[str]:
    """Return the tags that a wheel's WHEEL file names."""
    return sorted(str(tag) for tag in HeaderParser().parsestr(text).get_all("Tag", []))


def build_info(text: str) -> dict[str, Value]:
    """Parse `build_info.py` of any release without running it.

    Old releases assign plain names, 2.3 a dict, later ones an OrderedDict of pairs. The names of the old
    form become those of the new one.
    """
    renames = {"cuda_version_number": "cuda_version", "cudnn_version_number": "cudnn_version"}
    found: dict[str, Value] = {}
    for node in ast.parse(text).body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name = node.targets[0].id
        value = node.value.args[0] if isinstance(node.value, ast.Call) else node.value
        literal = ast.literal_eval(value)
        if name == "build_info":
            found.update(literal)
        else:
            found[renames.get(name, name)] = literal
    return found


def defines(text: str) -> dict[str, str]:
    """Return the `#define NAME value` lines of a header, without comments and quotes."""
    lines = re.findall(r"^#define[ \t]+(\w+)[ \t]+(.+?)[ \t]*(?://.*)?$", text, re.MULTILINE)
    return {name: value.strip().strip('"') for name, value in lines if value.strip().strip('"')}


def cuda_number(text: str) -> str | None:
    """Normalise a CUDA version: "64_112" (a Windows DLL suffix) is 11.2, "10" stays the major alone."""
    digits = text.removeprefix("64_")
    if re.fullmatch(r"\d{3}|[89]\d", digits):
        digits = f"{digits[:-1]}.{digits[-1]}"
    return digits if re.fullmatch(r"\d+(\.\d+)*", digits) else None


def capability(digits: str) -> str:
    """Write "75", "7.5" and "120" as "7.5", "7.5" and "12.0"."""
    return digits if "." in digits else f"{digits[:-1]}.{digits[-1]}"


def capabilities(build: dict[str, Value], cuda_config: dict[str, str]) -> tuple[list[str], list[str]] | None:
    """Return the compute capabilities with binary code and those with PTX, or None where nothing says.

    Since 2.3 the build info tells `sm_xy` (binary only) from `compute_xy` (binary and PTX). Older builds
    list plain numbers in `cuda_config.h` and were compiled with both forms of each.
    """
    listed = build.get("cuda_compute_capabilities")
    if isinstance(listed, list) and listed:
        pairs = [entry.split("_") for entry in listed]
        sass = [capability(digits) for _, digits in pairs]
        return sass, [capability(digits) for kind, digits in pairs if kind == "compute"]
    old = re.findall(r'CudaVersion\("([\d.]+)"\)', cuda_config.get("TF_CUDA_CAPABILITIES", ""))
    return (old, list(old)) if old else None


def gencode(pb2: str) -> tuple[str, str | None]:
    """Return the style of a generated protobuf module and the version of its generator where it says so.

    The style is "descriptor" (calls that protobuf 4 refuses), "builder" (protobuf 3.20 and later) or
    "checked" (the runtime's version is compared when the module is imported).
    """
    version = re.search(r"^# Protobuf Python Version: ([\d.]+)", pb2, re.MULTILINE)
    if "ValidateProtobufRuntimeVersion" in pb2:
        return "checked", version[1] if version else None
    style = "builder" if "import builder as" in pb2 else "descriptor"
    return style, version[1] if version else None
