"""What TensorFlow's build_info.py says of the build."""

import ast
import re
from collections.abc import Mapping
from typing import Any

from tfdoctor.facts import ABSENT, Absent, Unknown


def parse(text: str) -> dict[str, object] | None:
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


def facts(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a build_info.py as fields of a TensorFlow."""
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
