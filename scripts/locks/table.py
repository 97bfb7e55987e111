"""The lock table: entries in, `locks.json` and `lock_files.json` out, and back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from packaging.version import Version

from locks.space import DISTRIBUTIONS, PLATFORMS, Target
from tfdoctor.matrix.locks import FORMAT, Basis, LockedFile, LockEvidence, LockFile, LockRow, Locks, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
STAGES = ("import", "op", "fit", "save_load_h5", "tensorboard_callback", "tensorboard_program")


class Entry(msgspec.Struct, kw_only=True):
    """One lock or refusal, before it is packed.

    Attributes:
        pins: the closure without the release itself; None for a refusal.
        sdists: those of them that are built.
        reason: why there are no pins.
    """

    target: Target
    pins: dict[str, str] | None = None
    sdists: frozenset[str] = frozenset()
    reason: str = ""
    glibc: str | None = None
    macos: str | None = None
    evidence: LockEvidence | None = None

    @property
    def digest(self) -> str:
        """Names the pins: evidence for other pins is no evidence."""
        return digest(self.target, self.pins or {})


def digest(target: Target, pins: dict[str, str]) -> str:
    """Return 12 hexadecimal digits over a lock's pins and where it is for."""
    lines = [str(target), *(f"{name}=={version}" for name, version in sorted(pins.items()))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def unpack(locks: Locks) -> dict[Target, Entry]:
    """Return what a table holds."""
    entries = {}
    for lock in locks:
        target = Target(lock.distribution, lock.version, lock.python, lock.platform, lock.extra)
        if isinstance(lock, Refusal):
            entries[target] = Entry(target=target, reason=lock.reason)
            continue
        entries[target] = Entry(
            target=target,
            pins={pin.name: pin.version for pin in lock.pins if pin.name != lock.distribution},
            sdists=frozenset(lock.sdists),
            glibc=lock.glibc,
            macos=lock.macos,
            evidence=lock.evidence,
        )
    return entries


def pack(entries: Iterable[Entry], checked: str) -> bytes:
    """Return locks.json: the same entries give the same bytes."""
    rows = sorted(entries, key=lambda entry: _order(entry.target))
    pins = sorted({f"{n}=={v}" for entry in rows for n, v in (entry.pins or {}).items()})
    place = {pin: number for number, pin in enumerate(pins)}
    sets, runs, reasons = _Shared[bytes](), _Shared[bytes](), _Shared[str]()
    locks: dict[str, dict[str, list[bytes]]] = {}
    for entry in rows:
        target = entry.target
        if entry.pins is None:
            row = LockRow(target.python, target.platform, target.extra, -1, reasons.add(entry.reason))
        else:
            places = sorted((place[f"{n}=={v}"], n in entry.sdists) for n, v in entry.pins.items())
            row = LockRow(
                target.python,
                target.platform,
                target.extra,
                sets.add(msgspec.json.encode([~number if built else number for number, built in places])),
                runs.add(msgspec.json.encode(entry.evidence)) if entry.evidence else -1,
                basis_of(entry.evidence),
                entry.glibc,
                entry.macos,
            )
        locks.setdefault(target.distribution, {}).setdefault(target.version, []).append(msgspec.json.encode(row))
    table = LockFile(
        format=FORMAT,
        checked=checked,
        pins=tuple(pins),
        sets=tuple(map(msgspec.Raw, sets.items)),
        runs=tuple(map(msgspec.Raw, runs.items)),
        reasons=tuple(reasons.items),
        locks={
            name: {version: msgspec.Raw(b"[\n" + b",\n".join(lines) + b"]") for version, lines in releases.items()}
            for name, releases in locks.items()
        },
    )
    return msgspec.json.encode(table).replace(b"],[", b"],\n[") + b"\n"


def basis_of(evidence: LockEvidence | None) -> Basis:
    """Return what a run shows: all stages, the import alone, or nothing."""
    if evidence is None or "import" not in evidence.stages:
        return "resolved"
    return "trained" if evidence.failed is None else "installed"


def pack_files(files: dict[str, tuple[LockedFile, ...]]) -> bytes:
    """Return lock_files.json, one pin a line."""
    lines = [
        msgspec.json.encode(pin) + b":" + msgspec.json.encode(sorted(rows, key=lambda row: row.name))
        for pin, rows in sorted(files.items())
    ]
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def unpack_files(read: Callable[[], bytes]) -> dict[str, tuple[LockedFile, ...]]:
    """Return the files by pin; none where there is no table."""
    try:
        return msgspec.json.decode(read(), type=dict[str, tuple[LockedFile, ...]])
    except OSError:
        return {}


def _order(target: Target) -> tuple[object, ...]:
    return (
        DISTRIBUTIONS.index(target.distribution),
        Version(target.version),
        PLATFORMS.index(target.platform),
        Version(target.python),
        target.extra,
    )


class _Shared(Generic[T]):
    """Items in the order of their first use, each once."""

    def __init__(self) -> None:
        self._places: dict[T, int] = {}

    def add(self, item: T) -> int:
        return self._places.setdefault(item, len(self._places))

    @property
    def items(self) -> list[T]:
        return list(self._places)
