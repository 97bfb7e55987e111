"""Reads names of TensorFlow's wheels: the release, the distribution, and what platform they are for."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets.prose.claims import ENVIRONMENT, TYPED, Claim, Pair, of_line
from tfdoctor.tickets.prose.lines import Line

_WHEEL: Final = re.compile(
    r"(?<![\w.-])(?P<name>tensorflow(?:[-_](?:gpu|cpu|macos|intel|rocm|directml))?|tf[-_]nightly(?:[-_]gpu)?)-"
    r"(?P<version>\d{1,2}\.\d{1,3}(?:\.\d{1,3})?(?:(?:rc|a|b|\.dev|\.post)\d{1,8})?)"
    r"(?:\+[\w.]{1,30})?-(?P<python>(?:cp|py)\d{1,3})-(?P<abi>\w{1,12})-(?P<platform>[\w.]{3,80}?)\.whl",
    re.IGNORECASE,
)
_REFUSED: Final = re.compile(r"is not a supported wheel|no matching distribution|404|not found", re.IGNORECASE)
_SYSTEMS: Final = (("win", "Windows"), ("macosx", "macOS"), ("manylinux", "Linux"), ("linux", "Linux"))
_MOST: Final = 3  # names of other wheels: a list of what there is says nothing of this environment


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield what the name of the wheel tells that somebody installs or has installed."""
    found = [(line, match) for line in lines if ".whl" in line.text for match in _WHEEL.finditer(line.text)]
    if not found or len({match.group() for _, match in found}) > _MOST:
        return
    refused = any(_REFUSED.search(line.text) for line in lines if not line.heading)
    if len({match["version"] for _, match in found}) == 1:
        line, match = found[0]
        yield from of_line(list(_said(match, refused=refused)), line, TYPED, "name of a wheel")


def _said(match: re.Match[str], *, refused: bool) -> Iterator[Pair]:
    yield f"{ENVIRONMENT}{'tf_version_wanted' if refused else 'tf_version'}", match["version"]
    name = match["name"].lower().replace("_", "-")
    if name != "tensorflow":
        yield f"{ENVIRONMENT}tf_distribution", name
    if refused:
        return  # a wheel that does not fit says nothing of the machine
    tag = match["python"].lower()
    if tag.startswith("cp") and len(tag) > 3:
        yield f"{ENVIRONMENT}python_version", f"{tag[2]}.{tag[3:]}"
    platform = match["platform"].lower()
    system = next((name for prefix, name in _SYSTEMS if platform.startswith(prefix)), "")
    if system:
        yield f"{ENVIRONMENT}os", system
        yield f"{ENVIRONMENT}arch", "x86_64" if platform.endswith(("amd64", "x86_64")) else platform.rpartition("_")[2]
