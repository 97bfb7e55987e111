"""Locks: whole, exact pin sets of a TensorFlow release, from `compat_matrix/locks.json` and `lock_files.json`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Literal

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tfdoctor.errors import MatrixError

FORMAT = 1

Basis = Literal["trained", "installed", "resolved"]
Platform = Literal["linux-x86_64", "linux-aarch64", "windows-x86_64", "macos-x86_64", "macos-arm64"]


class LockedFile(msgspec.Struct, frozen=True, array_like=True):
    """A file that a lock installs; `size` in bytes, None where the index does not tell."""

    name: str
    sha256: str
    size: int | None = None

    @property
    def is_sdist(self) -> bool:
        """Whether installing it means building it."""
        return not self.name.endswith(".whl")


class Pin(msgspec.Struct, frozen=True):
    """One distribution of a lock; `files` is empty until `Locks.with_files` fills it."""

    name: str
    version: str
    files: tuple[LockedFile, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


class LockEvidence(msgspec.Struct, frozen=True, array_like=True):
    """The run of a lock's environment.

    Attributes:
        date: ISO date.
        interpreter: "3.9.18".
        system: where it ran, in words.
        stages: the stages that passed, in order.
        failed: the first stage that did not, with its error; None when all passed.
    """

    date: str
    interpreter: str
    system: str
    stages: tuple[str, ...]
    failed: str | None = None


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one environment needs, exactly.

    Attributes:
        extra: "" or what was asked with the release: "and-cuda", "tensorboard".
        pins: the whole closure, the release itself included, by name.
        basis: "trained" when every stage passed, "installed" when it could be imported, else "resolved".
        glibc: oldest GNU C library that can install and load the files; None off Linux.
        macos: oldest macOS, likewise.
        sdists: names of the pins that have no wheel here and are built at installation.
    """

    distribution: str
    version: str
    python: str
    platform: str
    extra: str
    pins: tuple[Pin, ...]
    basis: Basis
    evidence: LockEvidence | None
    glibc: str | None
    macos: str | None
    sdists: tuple[str, ...]

    def version_of(self, name: str) -> str | None:
        """Return the pinned version of a distribution."""
        wanted = canonicalize_name(name)
        return next((pin.version for pin in self.pins if pin.name == wanted), None)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """No lock exists for a release that has a wheel here, and why."""

    distribution: str
    version: str
    python: str
    platform: str
    extra: str
    reason: str


class LockRow(msgspec.Struct, frozen=True, array_like=True):
    """A lock as the file has it; `pins` points into the pin sets, `evidence` into the runs, -1 to nothing.

    A refusal has -1 for `pins` and points with `evidence` into the reasons.
    """

    python: str
    platform: str
    extra: str
    pins: int
    evidence: int
    basis: Basis = "resolved"
    glibc: str | None = None
    macos: str | None = None


class LockFile(msgspec.Struct, frozen=True):
    """locks.json: a set points to the pins besides the release itself, by ~n to a pin that has no wheel."""

    format: int
    checked: str
    pins: tuple[str, ...]
    sets: tuple[msgspec.Raw, ...]
    runs: tuple[msgspec.Raw, ...]
    reasons: tuple[str, ...]
    locks: dict[str, dict[str, msgspec.Raw]]


class Locks:
    """All locks; the file is split when this is made, a release's locks are decoded when they are asked for.

    Raises:
        MatrixError: the bytes are no table of locks, or of a format that this tfdoctor does not read.
    """

    def __init__(self, data: bytes, files: Callable[[], bytes] = lambda: b"{}") -> None:
        try:
            self._file = msgspec.json.decode(data, type=LockFile)
        except msgspec.DecodeError as error:
            raise MatrixError(f"locks.json of the compatibility matrix: {error}") from None
        if self._file.format != FORMAT:
            raise MatrixError(f"locks.json: format {self._file.format}, this tfdoctor reads {FORMAT}")
        self._read_files = files

    @property
    def checked(self) -> str:
        """ISO date of the newest resolution."""
        return self._file.checked

    def of(self, version: str | Version, distribution: str = "tensorflow") -> tuple[Lock | Refusal, ...]:
        """Return all locks and refusals of a release, of every Python and platform."""
        name = canonicalize_name(distribution)
        text = self._text(name, version)
        return () if text is None else tuple(self._entry(name, text, row) for row in self.rows(name, text))

    def rows(self, distribution: str, version: str | Version) -> tuple[LockRow, ...]:
        """Return what there is of a release in short: which locks, how sure, for which systems; no pins are read."""
        name = canonicalize_name(distribution)
        text = self._text(name, version)
        return () if text is None else msgspec.json.decode(self._file.locks[name][text], type=tuple[LockRow, ...])

    def get(
        self, distribution: str, version: str | Version, python: str, platform: str, extra: str = ""
    ) -> Lock | Refusal | None:
        """Return the lock of a release for an interpreter ("3.9") and platform ("linux-x86_64"); None without a row."""
        name = canonicalize_name(distribution)
        text = self._text(name, version)
        if text is None:
            return None
        wanted = (python, platform, extra)
        rows = self.rows(name, text)
        found = next((row for row in rows if (row.python, row.platform, row.extra) == wanted), None)
        return None if found is None else self._entry(name, text, found)

    def reason(self, row: LockRow) -> str:
        """Return why a row of `rows` has no pins; "" for one that has."""
        return self._file.reasons[row.evidence] if row.pins < 0 else ""

    def __iter__(self) -> Iterator[Lock | Refusal]:
        """Iterate over everything, by distribution and release."""
        for name, releases in self._file.locks.items():
            for text in releases:
                yield from self.of(text, name)

    def with_files(self, lock: Lock) -> Lock:
        """Return the lock with the files of its pins: for each the one that it installs.

        Raises:
            MatrixError: lock_files.json is damaged or lacks a pin.
        """
        pins = []
        for pin in lock.pins:
            raw = self._files.get(str(pin))
            if raw is None:
                raise MatrixError(f"lock_files.json has no files of {pin}")
            known = msgspec.json.decode(raw, type=tuple[LockedFile, ...])
            chosen = best_file((file.name for file in known), lock.python, lock.platform, lock.glibc, lock.macos)
            pins.append(Pin(pin.name, pin.version, tuple(file for file in known if file.name == chosen)))
        return msgspec.structs.replace(lock, pins=tuple(pins))

    @cached_property
    def _files(self) -> dict[str, msgspec.Raw]:
        try:
            return msgspec.json.decode(self._read_files(), type=dict[str, msgspec.Raw])
        except msgspec.DecodeError as error:
            raise MatrixError(f"lock_files.json of the compatibility matrix: {error}") from None

    def _text(self, name: str, version: str | Version) -> str | None:
        releases = self._file.locks.get(name, {})
        if str(version) in releases:
            return str(version)
        try:
            wanted = Version(str(version))
        except InvalidVersion:
            return None
        return next((text for text in releases if Version(text) == wanted), None)

    def _entry(self, name: str, version: str, row: LockRow) -> Lock | Refusal:
        if row.pins < 0:
            return Refusal(
                distribution=name,
                version=version,
                python=row.python,
                platform=row.platform,
                extra=row.extra,
                reason=self.reason(row),
            )
        numbers = msgspec.json.decode(self._file.sets[row.pins], type=tuple[int, ...])
        texts = [self._file.pins[number] for number in numbers if number >= 0]
        sdists = tuple(self._file.pins[~number].partition("==")[0] for number in numbers if number < 0)
        texts += [self._file.pins[~number] for number in numbers if number < 0]
        pins = [Pin(name, version), *(Pin(pin, exact) for pin, _, exact in (text.partition("==") for text in texts))]
        run = self._file.runs[row.evidence] if row.evidence >= 0 else None
        return Lock(
            distribution=name,
            version=version,
            python=row.python,
            platform=row.platform,
            extra=row.extra,
            pins=tuple(sorted(pins, key=lambda pin: pin.name)),
            basis=row.basis,
            evidence=None if run is None else msgspec.json.decode(run, type=LockEvidence),
            glibc=row.glibc,
            macos=row.macos,
            sdists=sdists,
        )


def best_file(names: Iterable[str], python: str, platform: str, glibc: str | None, macos: str | None) -> str | None:
    """Return the file that suits an interpreter and the oldest system, a wheel before an sdist; None where none fits.

    Args:
        names: files of one release of a distribution.
        python: "3.9".
        platform: "linux-x86_64" and the like.
        glibc: newest GNU C library to count on, for Linux.
        macos: newest macOS to count on.
    """
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    rank = tag_ranks(python, platform, glibc or "2.17", macos or "11.0")
    best: tuple[int, str] | None = None
    for name in names:
        if not name.endswith(".whl"):
            place = len(rank) + (0 if name.endswith(".tar.gz") else 1)
        else:
            try:
                tags = parse_wheel_filename(name)[3]
            except InvalidWheelFilename:
                continue
            places = [rank[str(tag)] for tag in tags if str(tag) in rank]
            if not places:
                continue
            place = min(places)
        best = min(best or (place, name), (place, name))
    return best[1] if best else None


def tag_ranks(python: str, platform: str, glibc: str, macos: str) -> dict[str, int]:
    """Return the wheel tags of a target in order of preference: of equals the one for the oldest system first."""
    from packaging.tags import compatible_tags, cpython_tags

    major, minor = (int(part) for part in python.split("."))
    os, _, arch = platform.partition("-")
    platforms = ["win_amd64"]
    if os == "linux":
        platforms = _linux(arch, glibc)
    elif os == "macos":
        platforms = _macos(arch, macos)
    digits = f"cp{major}{minor}"
    abis = [f"{digits}m"] if minor < 8 else [digits]
    tags = [*cpython_tags((major, minor), abis, platforms), *compatible_tags((major, minor), digits, platforms)]
    ranks: dict[str, int] = {}
    for tag in tags:
        ranks.setdefault(str(tag), len(ranks))
    return ranks


def _linux(arch: str, glibc: str) -> list[str]:
    older = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
    newest = int(glibc.partition(".")[2])
    tags = []
    for number in range(5 if arch == "x86_64" else 17, newest + 1):
        tags.append(f"manylinux_2_{number}_{arch}")
        if number in older:
            tags.append(f"{older[number]}_{arch}")
    return tags


def _macos(arch: str, macos: str) -> list[str]:
    from packaging.tags import mac_platforms

    major, minor = (int(part) for part in macos.split(".")[:2])
    return list(reversed(list(mac_platforms((major, minor), arch))))
