"""Which TensorFlow an import would take and whose it is, from the interrogator's answer."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from tfdoctor.facts import ABSENT, Fact, TensorFlow, Unknown

# Distributions that put files under tensorflow/ without being a TensorFlow.
_GUESTS: Final = frozenset({"tensorflow-metal", "tensorflow-directml-plugin", "tensorflow-io", "tensorflow-estimator"})


def read(installation: Mapping[str, Any]) -> TensorFlow:
    """Return version, distribution and path; one that belongs to no distribution has no version."""
    path = next((row["path"] for row in installation["modules"] if row["name"] == "tensorflow"), None)
    owner = _owner(installation["distributions"], path)
    return TensorFlow(
        version=ABSENT if owner is None else _version(owner),
        path=ABSENT if path is None else path,
        distribution=ABSENT if owner is None else str(owner["name"]),
    )


def _version(owner: Mapping[str, Any]) -> Fact[str]:
    return Unknown(reason="its metadata name no version") if owner["version"] is None else str(owner["version"])


def _owner(distributions: Iterable[Mapping[str, Any]], path: str | None) -> Mapping[str, Any] | None:
    """The distribution that the files in `path` come from: of several the one whose files are as it left them."""
    rows = [row for row in distributions if "tensorflow" in row["tops"] and row["name"] not in _GUESTS]
    if path is not None:
        rows = [row for row in rows if _parent(path) == row["location"]]
    return min(rows, key=lambda row: row.get("missing_count", 0) + row.get("altered_count", 0), default=None)


def _parent(path: str) -> str:
    """The folder of a path of any system: the answer may come from another one."""
    return str((PureWindowsPath if "\\" in path else PurePosixPath)(path).parent)
