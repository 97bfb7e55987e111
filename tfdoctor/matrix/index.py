"""The bundled index: releases of the distributions around TensorFlow, from `compat_matrix/index.json`.

TensorFlow itself is in `releases.json`. The file is split when it is opened; a distribution is decoded when it is
asked for, a requirement is parsed when a resolver looks at it.
"""

from functools import cached_property
from typing import Final

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.errors import MatrixError

FORMAT: Final = 1
_SDIST, _YANKED, _UNREAD = 1, 2, 4


class _Row(msgspec.Struct, frozen=True, array_like=True):
    version: str
    requires: tuple[int, ...]
    requires_python: str
    wheels: tuple[int, ...]
    flags: int


class _Distribution(msgspec.Struct, frozen=True):
    extras: tuple[str, ...]
    requires: tuple[str, ...]
    wheels: tuple[str, ...]
    releases: tuple[_Row, ...]


class _File(msgspec.Struct, frozen=True):
    format: int
    harvested: str
    limits: dict[str, int]
    distributions: dict[str, msgspec.Raw]


class Indexed(msgspec.Struct, frozen=True, kw_only=True):
    """One release.

    Attributes:
        name: canonical name of the distribution.
        version: of the release.
        requires: Requires-Dist, in one spelling, without lines that can hold nowhere.
        requires_python: the specifier, "" where there is none.
        wheels: each a platform tag and interpreters ("manylinux_2_17_x86_64 cp39 cp310", "any py3"); "cp39+" also
            serves later interpreters.
        sdist: whether there is a source distribution.
        yanked: whether the release was withdrawn.
        read: whether its requirements are known; False for a large source distribution.
    """

    name: str
    version: Version
    requires: tuple[str, ...]
    requires_python: str
    wheels: tuple[str, ...]
    sdist: bool
    yanked: bool
    read: bool


class Index:
    """All distributions of the bundled index."""

    def __init__(self, data: bytes) -> None:
        """Split the file.

        Raises:
            MatrixError: it is no index, or of a format that this tfdoctor does not read.
        """
        try:
            self._file = msgspec.json.decode(data, type=_File)
        except msgspec.DecodeError as error:
            raise MatrixError(f"index.json of the compatibility matrix: {error}") from None
        if self._file.format != FORMAT:
            raise MatrixError(f"index.json: format {self._file.format}, this tfdoctor reads {FORMAT}")
        self._decoded: dict[str, tuple[Indexed, ...]] = {}

    @property
    def harvested(self) -> str:
        """ISO date of the harvest."""
        return self._file.harvested

    @property
    def limits(self) -> dict[str, int]:
        """How many of the newest releases the index has, of the distributions of which it does not have all."""
        return self._file.limits

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Canonical names of all distributions."""
        return tuple(sorted(self._file.distributions))

    def __contains__(self, name: str) -> bool:
        return canonicalize_name(name) in self._file.distributions

    def releases(self, name: str) -> tuple[Indexed, ...]:
        """Return the releases of a distribution, newest first; none for one that the index does not have."""
        canonical = canonicalize_name(name)
        found = self._decoded.get(canonical)
        if found is None:
            found = self._decoded[canonical] = self._decode(canonical)
        return found

    def get(self, name: str, version: Version) -> Indexed | None:
        """Return one release."""
        return next((row for row in self.releases(name) if row.version == version), None)

    def _decode(self, name: str) -> tuple[Indexed, ...]:
        raw = self._file.distributions.get(name)
        if raw is None:
            return ()
        try:
            tables = msgspec.json.decode(raw, type=_Distribution)
        except msgspec.DecodeError as error:
            raise MatrixError(f"index.json of the compatibility matrix, {name}: {error}") from None
        return tuple(
            Indexed(
                name=name,
                version=Version(row.version),
                requires=tuple(tables.requires[number] for number in row.requires),
                requires_python=row.requires_python,
                wheels=tuple(tables.wheels[number] for number in row.wheels),
                sdist=bool(row.flags & _SDIST),
                yanked=bool(row.flags & _YANKED),
                read=not row.flags & _UNREAD,
            )
            for row in reversed(tables.releases)
        )
