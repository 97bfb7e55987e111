"""What is installed in the patient, from the interrogator's answer."""

from collections.abc import Mapping
from typing import Any, TypeVar

from tfdoctor.facts import (
    ABSENT,
    NOT_OBSERVED,
    CudnnVersion,
    Distribution,
    Fact,
    Installation,
    Module,
    Overlap,
    Shadow,
    Unknown,
)

T = TypeVar("T")

_NO_RECORD = Unknown(reason="the distribution has no complete list of its files")


def _or_absent(value: T | None) -> Fact[T]:
    return ABSENT if value is None else value


def read(data: Mapping[str, Any]) -> Installation:
    """Return the facts about what is installed."""
    return Installation(
        distributions=tuple(_distribution(row) for row in data["distributions"]),
        overlaps=tuple(
            Overlap(
                distributions=tuple(row["distributions"]),
                files=row["files"],
                modules=tuple(row["modules"]),
                differing=row["differing"],
            )
            for row in data["overlaps"]
        ),
        leftovers=tuple(data["leftovers"]),
        shadows=tuple(Shadow(module=row["module"], path=row["path"]) for row in data["shadows"]),
        orphans=tuple(data["orphans"]),
        unowned_files=tuple(data["unowned"]),
        plugins=tuple(data["plugins"]),
        modules=tuple(
            Module(name=row["name"], path=_or_absent(row["path"]), namespace=row["namespace"])
            for row in data["modules"]
        ),
    )


def _distribution(row: Mapping[str, Any]) -> Distribution:
    compared = "missing_count" in row
    without = NOT_OBSERVED if row.get("record") and not compared else _NO_RECORD
    requires = row["requires"]
    return Distribution(
        name=row["name"],
        version=_or_absent(row["version"]),
        folder_version=_or_absent(row["folder_version"]),
        location=row["location"],
        installer=_or_absent(row["installer"]),
        requires=Unknown(reason="the metadata cannot be read") if requires is None else tuple(requires),
        requires_python=_or_absent(row["requires_python"]),
        shadowed=row["shadowed"],
        editable=row["editable"],
        distutils=row["distutils"],
        missing_files=tuple(row["missing"]) if compared else without,
        missing_count=row["missing_count"] if compared else without,
        altered_files=tuple(row["altered"]) if compared else without,
        altered_count=row["altered_count"] if compared else without,
    )


def conda_cudnn(data: Mapping[str, Any]) -> tuple[CudnnVersion, ...]:
    """Return the cuDNN that conda's own records name."""
    return tuple(CudnnVersion(version=version) for name, version in data["conda"] or () if name == "cudnn")
