"""What a release's metadata hides: the dependency versions that really break it, from `compat_matrix/bounds.toml`."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.errors import MatrixError

ABSENT = "absent"

Effect = Literal["import", "crash", "op", "fit", "save_load", "tensorboard", "feature", "warning", "none"]
"""How far TensorFlow comes: the first stage that fails, from "import" to "tensorboard"; "crash" is a dead process.

"feature": the stages pass and what `Bound.feature` names fails. "warning": it works and complains.
"none": it works although the release's metadata excludes the version.
"""

Feature = Literal["autograph", "recurrent", "tracked_dict", "saved_model", "tflite", "estimator", "tensorboard_command"]

SEVERITY: tuple[Effect, ...] = (
    "import",
    "crash",
    "op",
    "fit",
    "save_load",
    "tensorboard",
    "feature",
    "warning",
    "none",
)
BREAKING: frozenset[Effect] = frozenset(SEVERITY[: SEVERITY.index("feature")])
"""The effects with which the stages of a smoke test fail."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the table as it is written; specifiers may join alternatives by "||".

    Attributes:
        tensorflow: releases that the row speaks of.
        python: only under these interpreters ("3.12"); None is all.
        os: only on this system; None is all.
        distribution: canonical name of the dependency.
        breaks: versions that have the effect; "absent" as an alternative: not being installed has it too.
        when: only while all of these hold: a name with a specifier ("protobuf>=4.21") or "dm-tree absent".
        effect: see `Effect`.
        feature: what fails, for the effect "feature".
        finding: name of the finding.
        message: why, as one short fact.
        error: what is raised, for people.
        works: versions that do not have the effect.
        recommended: one version that was proven to work.
        broke: the run that showed the effect.
        worked: the run that showed the cure.
        source: where it comes from.
        checked: date of the last check.
        basis: "trained" (all stages run), "installed" (imported only) or "declared".
    """

    tensorflow: str
    distribution: str
    breaks: str
    effect: Effect
    finding: str
    message: str
    source: str
    checked: str
    basis: Literal["trained", "installed", "declared"]
    python: str | None = None
    os: Literal["linux", "macos", "windows"] | None = None
    when: tuple[str, ...] = ()
    feature: Feature | None = None
    error: str | None = None
    works: str | None = None
    recommended: str | None = None
    broke: str | None = None
    worked: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bound: tuple[Row, ...]


class Versions:
    """A set of versions: PEP 440 specifiers joined by "||"; a pre-release counts as the release it leads to."""

    __slots__ = ("_parts", "absent")

    def __init__(self, text: str) -> None:
        """Parse `text`, e.g. "<3.20 || >=4, <4.21", "absent".

        Raises:
            InvalidSpecifier: an alternative is no specifier.
        """
        parts = [part.strip() for part in text.split("||")]
        self.absent = ABSENT in parts
        self._parts = tuple(SpecifierSet(part) for part in parts if part != ABSENT)

    def __contains__(self, version: Version) -> bool:
        plain = not (version.is_prerelease or version.is_postrelease or version.local)
        release = version if plain else Version(version.base_version)
        return any(part.contains(release, prereleases=True) for part in self._parts)


def _presupposed(text: str) -> tuple[str, SpecifierSet | None]:
    """Return the name and specifier of one `when`; None stands for "absent"."""
    name, _, word = text.partition(" ")
    if word == ABSENT:
        return canonicalize_name(name), None
    need = Requirement(text)
    return canonicalize_name(need.name), need.specifier


class Bound:
    """One bound: the written row, and its specifiers parsed when they are asked for."""

    def __init__(self, row: Row) -> None:
        """Wrap `row`."""
        self.row = row

    def __repr__(self) -> str:
        return f"Bound({self.row.distribution} {self.row.breaks} with tensorflow {self.row.tensorflow})"

    @cached_property
    def tensorflow(self) -> Versions:
        """The releases that the row speaks of."""
        return Versions(self.row.tensorflow)

    @cached_property
    def breaks(self) -> Versions:
        """The versions that have the effect."""
        return Versions(self.row.breaks)

    @cached_property
    def _python(self) -> Versions | None:
        return None if self.row.python is None else Versions(self.row.python)

    @cached_property
    def _when(self) -> tuple[tuple[str, SpecifierSet | None], ...]:
        return tuple(_presupposed(text) for text in self.row.when)

    @property
    def breaking(self) -> bool:
        """Whether a stage of the smoke test fails."""
        return self.row.effect in BREAKING

    def speaks_of(self, tensorflow: Version, python: Version | None, os: str | None) -> bool:
        """Whether the row is about this release here; what is limited to an unknown Python or system is not."""
        if self._python is not None and (python is None or python not in self._python):
            return False
        if self.row.os is not None and self.row.os != os:
            return False
        return tensorflow in self.tensorflow

    def hits(self, version: Version | None) -> bool:
        """Whether this version of the dependency has the effect; None stands for "not installed"."""
        return self.breaks.absent if version is None else version in self.breaks

    def applies(self, installed: Mapping[str, Version], *, complete: bool = False) -> bool:
        """Whether what the row presupposes holds; only a `complete` list shows that something is missing."""
        for name, specifier in self._when:
            version = installed.get(name)
            if specifier is None:
                if version is not None or not complete:
                    return False
            elif version is None or not specifier.contains(Version(version.base_version), prereleases=True):
                return False
        return True


class Bounds:
    """All bounds, in the order of the file."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Take the rows; their specifiers are parsed at first use."""
        self.all = tuple(Bound(row) for row in rows)
        self._spoken: dict[tuple[Version, Version | None, str | None], tuple[Bound, ...]] = {}

    @classmethod
    def decode(cls, text: bytes) -> "Bounds":
        """Read the table.

        Raises:
            MatrixError: it is malformed; the message has the key path.
        """
        try:
            return cls(msgspec.toml.decode(text, type=_File).bound)
        except msgspec.DecodeError as error:
            raise MatrixError(f"bounds.toml: {error}") from error

    def check(self) -> None:
        """Parse every specifier.

        Raises:
            MatrixError: a row has one that cannot be read.
        """
        for bound in self.all:
            try:
                for text in (bound.row.tensorflow, bound.row.breaks, bound.row.python, bound.row.works):
                    if text is not None:
                        Versions(text)
                for need in bound.row.when:
                    _presupposed(need)
            except (InvalidSpecifier, ValueError) as error:
                raise MatrixError(f"bounds.toml: {bound}: {error}") from error

    def __iter__(self) -> Iterator[Bound]:
        return iter(self.all)

    def for_tensorflow(
        self, version: Version, python: Version | None = None, os: str | None = "linux"
    ) -> tuple[Bound, ...]:
        """Return the bounds of a release under an interpreter; without `python` only those that hold under all."""
        key = (version, python, os)
        if key not in self._spoken:
            self._spoken[key] = tuple(bound for bound in self.all if bound.speaks_of(version, python, os))
        return self._spoken[key]

    def hits(
        self,
        tensorflow: Version,
        installed: Mapping[str, Version],
        python: Version | None = None,
        os: str | None = "linux",
        *,
        complete: bool = False,
    ) -> list[Bound]:
        """Return the bounds that an environment violates, the worst effect first.

        Args:
            tensorflow: the release.
            installed: canonical name to version of what is installed.
            python: the interpreter's version, where known.
            os: "linux", "macos" or "windows", where known.
            complete: `installed` is everything, so what is not in it is absent.
        """
        found = []
        for bound in self.for_tensorflow(tensorflow, python, os):
            version = installed.get(bound.row.distribution)
            if version is None and not complete:
                continue
            if bound.hits(version) and bound.applies(installed, complete=complete):
                found.append(bound)
        return sorted(found, key=lambda bound: SEVERITY.index(bound.row.effect))
