"""The releases of one distribution as the index lists them, and the metadata of each release."""

from __future__ import annotations

import re
import tarfile
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec
import requests
from harvest.remote import open_wheel
from harvest.texts import metadata
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import parse_tag
from packaging.version import InvalidVersion, Version

from index.names import LAST_PATCHES, NEWEST, PRERELEASES

if TYPE_CHECKING:
    from pypi_simple import DistributionPackage, PyPISimple

OLDEST = 6  # CPython 3.6 is the oldest interpreter that the planner knows
NEW = 12  # from CPython 3.12 on the newest releases of everything will do
LAST = 4  # of what serves an older interpreter, so many releases are there in any case
_ARCHITECTURES = re.compile(r"(?:x86_64|aarch64|arm64|amd64|universal2|intel|fat64|universal|any)$")
_TIMEOUT = (15, 120)
_SMALL_TAIL = 48 * 1024
_SDIST_LIMIT = 4 << 20


class File(msgspec.Struct, frozen=True):
    """One file of a release: its name, where it is, and whether it is yanked."""

    name: str
    url: str
    yanked: bool
    requires_python: str | None


class Listed(msgspec.Struct, frozen=True):
    """One release: its wheels and, where there is one, its source distribution."""

    version: str
    wheels: tuple[File, ...]
    sdist: File | None


class Read(msgspec.Struct, frozen=True):
    """What a release's metadata says; `source` is the file that was read, "" where none could be."""

    requires: tuple[str, ...]
    requires_python: str | None
    extras: tuple[str, ...]
    source: str


def releases(client: PyPISimple, name: str) -> list[Listed]:
    """Return the releases that the bundled index is to have, oldest first."""
    found: dict[Version, tuple[list[File], list[File]]] = {}
    for package in client.get_project_page(name).packages:
        version = _version(name, package)
        if version is None:
            continue
        wheels, sdists = found.setdefault(version, ([], []))
        file = File(package.filename, package.url, bool(package.is_yanked), package.requires_python)
        if package.package_type == "wheel":
            if _usable(package.filename):
                wheels.append(file)
        elif package.package_type == "sdist":
            sdists.append(file)
    rows = [
        Listed(
            str(version),
            tuple(sorted(wheels, key=lambda file: file.name)),
            min(sdists, key=lambda file: (not file.name.endswith(".tar.gz"), file.name), default=None),
        )
        for version, (wheels, sdists) in sorted(found.items())
        if wheels or sdists
    ]
    newest = NEWEST.get(name, len(rows))
    older = rows[:-newest]
    kept = {row.version for minor in range(OLDEST, NEW) for row in [row for row in rows if _serves(row, minor)][-LAST:]}
    if name in LAST_PATCHES:
        kept |= {row.version for row in {Version(row.version).release[:2]: row for row in older}.values()}
    return [*(row for row in older if row.version in kept), *rows[-newest:]]


def _serves(row: Listed, minor: int) -> bool:
    """Whether a release can be installed on a CPython 3 from a wheel, or has none at all."""
    return any(_admits(file, minor) and _built_for(file.name, minor) for file in row.wheels) or (
        not row.wheels and row.sdist is not None and _admits(row.sdist, minor)
    )


def _admits(file: File, minor: int) -> bool:
    try:
        return SpecifierSet(file.requires_python or "").contains(f"3.{minor}.30")
    except InvalidSpecifier:
        return True


def _built_for(filename: str, minor: int) -> bool:
    python, abi, _ = filename.removesuffix(".whl").split("-")[-3:]
    if abi == "none":
        return "py3" in python or f"cp3{minor}" in python.split(".")
    found = re.search(r"cp3(\d+)", python)
    return f"cp3{minor}" in python.split(".") or (abi == "abi3" and found is not None and int(found[1]) <= minor)


def _version(name: str, package: DistributionPackage) -> Version | None:
    try:
        version = Version(package.version or "")
    except InvalidVersion:
        return None
    if version.is_prerelease and not SpecifierSet(PRERELEASES.get(name, "<0")).contains(version, prereleases=True):
        return None
    return version


def _usable(filename: str) -> bool:
    """Whether a wheel serves a CPython and an architecture that the planner knows."""
    python, abi, platform = filename.removesuffix(".whl").split("-")[-3:]
    if not _ARCHITECTURES.search(platform) or "i686" in platform:
        return False
    if abi in {"none", "abi3"}:
        return "py3" in python.split(".") or bool(re.search(r"(?:py|cp)3", python)) or python == "any"
    return any(
        tag.interpreter.startswith("cp3") and int(tag.interpreter[3:] or 0) >= OLDEST and not tag.abi.endswith("t")
        for tag in parse_tag(f"{python}-{abi}-any")
    )


def read(session: requests.Session, listed: Listed) -> Read:
    """Return the metadata of one release: of its Linux wheel where it has one, else of any wheel, else of the sdist.

    Raises:
        OSError: no file could be read.
    """
    if listed.wheels:
        file = max(listed.wheels, key=_preference)
        text = _published(session, file) or _from_wheel(session, file)
        fields = metadata(text)
        return Read(tuple(fields["requires"]), fields["requires_python"], tuple(fields["extras"]), file.name)
    if listed.sdist is None:
        raise OSError(f"{listed.version} has no file")
    return _from_sdist(session, listed.sdist)


def _preference(file: File) -> tuple[bool, bool, str]:
    return "-none-any" in file.name, "linux" in file.name and "x86_64" in file.name, file.name


def _published(session: requests.Session, file: File) -> str | None:
    """Return the metadata file that the index publishes beside the wheel (PEP 658), where it does."""
    answer = session.get(f"{file.url.partition('#')[0]}.metadata", timeout=_TIMEOUT)
    if answer.status_code != requests.codes.ok or "Metadata-Version" not in answer.text[:200]:
        return None
    return answer.text.replace("\r\n", "\n").partition("\n\n")[0]


def _from_wheel(session: requests.Session, file: File) -> str:
    remote, archive = open_wheel(session, file.url, tail=_SMALL_TAIL)
    with remote, archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
        if not names:
            raise zipfile.BadZipFile(f"{file.name} has no METADATA")
        text = archive.read(names[0]).decode("utf-8", "replace")
    return text.replace("\r\n", "\n").partition("\n\n")[0]


def _from_sdist(session: requests.Session, file: File) -> Read:
    """Read what setuptools wrote into a source distribution; one that is large gives nothing."""
    nothing = Read((), file.requires_python, (), "")
    size = int(session.head(file.url, timeout=_TIMEOUT, allow_redirects=True).headers.get("Content-Length", 0))
    if size > _SDIST_LIMIT:
        return nothing
    answer = session.get(file.url, timeout=_TIMEOUT)
    answer.raise_for_status()
    texts = _members(file.name, answer.content)
    info = metadata(texts.get("PKG-INFO", "").replace("\r\n", "\n").partition("\n\n")[0])
    requires = info["requires"] or list(_egg_requires(texts.get("requires.txt", "")))
    return Read(tuple(requires), file.requires_python or info["requires_python"], tuple(info["extras"]), file.name)


def _members(name: str, data: bytes) -> dict[str, str]:
    """Return PKG-INFO and requires.txt of a source distribution."""
    texts: dict[str, str] = {}
    if name.endswith(".zip"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for member in archive.namelist():
                if member.endswith(("/PKG-INFO", ".egg-info/requires.txt")) and member.count("/") <= 3:
                    texts.setdefault(member.rpartition("/")[2], archive.read(member).decode("utf-8", "replace"))
        return texts
    with tarfile.open(fileobj=BytesIO(data)) as tar:
        for item in tar:
            if item.name.endswith(("/PKG-INFO", ".egg-info/requires.txt")) and item.name.count("/") <= 3:
                content = tar.extractfile(item)
                if content is not None:
                    texts.setdefault(item.name.rpartition("/")[2], content.read().decode("utf-8", "replace"))
    return texts


def _egg_requires(text: str) -> list[str]:
    """Return the lines of a requires.txt as Requires-Dist; `[extra:marker]` heads become conditions."""
    found, condition = [], ""
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
            parts = [f"({marker})"] if marker else []
            parts += [f'extra == "{extra}"'] if extra else []
            condition = " and ".join(parts)
        elif line and not line.startswith("#"):
            found.append(f"{line} ; {condition}" if condition else line)
    return found
