"""The files of each distribution as the package index lists them, read once a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from pypi_simple import PyPISimple


class Listed(msgspec.Struct, frozen=True):
    """One file of a release; `url` stays in this run."""

    name: str
    sha256: str
    size: int | None
    url: str


class Index:
    """Pages of the index, each asked for once."""

    def __init__(self, client: PyPISimple) -> None:
        self._client = client
        self._pages: dict[str, dict[Version, list[Listed]]] = {}

    def files(self, name: str) -> dict[Version, list[Listed]]:
        """Return the files of all stable releases of a distribution that are not yanked."""
        name = canonicalize_name(name)
        if name not in self._pages:
            found: dict[Version, list[Listed]] = {}
            for package in self._client.get_project_page(name).packages:
                digest = (package.digests or {}).get("sha256")
                try:
                    version = Version(package.version or "")
                except InvalidVersion:
                    continue
                if digest and package.package_type in {"wheel", "sdist"}:
                    listed = Listed(package.filename, digest, package.size, package.url)
                    found.setdefault(version, []).append(listed)
            self._pages[name] = dict(sorted(found.items()))
        return self._pages[name]

    def versions(self, name: str) -> list[Version]:
        """Return the stable versions, oldest first."""
        return [version for version in self.files(name) if not version.is_prerelease]
