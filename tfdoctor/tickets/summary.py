"""Counts over many tickets, in memory that does not grow with them: per finding, release, system and GPU family."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from tfdoctor import __version__
from tfdoctor.diagnosis import SCHEMA_VERSION, Diagnosis, Severity
from tfdoctor.facts import Gpu, Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.tickets.inputs.entry import Rejected
from tfdoctor.versions import Dotted, dotted, release

NOT_STATED: Final = "not stated"
NONE: Final = "none"
OTHER: Final = "other"
_EXAMPLES: Final = 5  # ids that are named of each finding
_KEYS: Final = 500  # of one counter: what tickets state is not bounded, what is kept of it is

# The architectures that NVIDIA names, by the first compute capability: https://developer.nvidia.com/cuda-gpus
_ARCHITECTURES: Final = (
    ("10.0", "Blackwell"), ("9.0", "Hopper"), ("8.9", "Ada"), ("8.0", "Ampere"), ("7.5", "Turing"), ("7.0", "Volta"),
    ("6.0", "Pascal"), ("5.0", "Maxwell"), ("3.0", "Kepler"), ("2.0", "Fermi"), ("1.0", "Tesla (2006)"),
)  # fmt: skip


class Judge(msgspec.Struct, frozen=True, kw_only=True):
    """The compatibility matrix that judged: `version` is a date, `digest` a hash of its files."""

    version: str
    digest: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One entry's share of a summary: what is counted of it."""

    id: str
    status: str
    primary: str | None
    confidence: str | None
    findings: tuple[tuple[str, str, Severity], ...]  # code, name and severity, root cause first
    release: str
    system: str
    gpu: str


class FindingCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries have a finding: as `primary`, and at `any` place; `examples` are ids, the primary ones first."""

    code: str
    name: str
    severity: Severity
    primary: int
    any: int
    examples: tuple[str, ...]


class ReleaseCount(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of one TensorFlow release (major.minor, "not stated", "other"), and their primary findings by name."""

    release: str
    entries: int
    primary: dict[str, int]


class RejectedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that could not be read: the first ones are named."""

    place: str
    reason: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Many diagnoses in numbers.

    `entries` were diagnosed, `rejected` could not be read. `findings` are ordered by how often they are the primary
    one, `releases` by version. `primary` in `releases` has "none" where nothing was found. `confidence` is that of the
    primary findings, `status`, `systems` and `gpus` count entries.
    """

    schema_version: int = SCHEMA_VERSION
    tool_version: str = __version__
    matrix: Judge
    entries: int
    rejected: int
    status: dict[str, int]
    findings: tuple[FindingCount, ...]
    releases: tuple[ReleaseCount, ...]
    confidence: dict[str, int]
    systems: dict[str, int]
    gpus: dict[str, int]
    errors: tuple[RejectedEntry, ...] = ()


def found(name: str, snapshot: Snapshot, diagnosis: Diagnosis, matrix: Matrix) -> Found:
    """Return what is counted of one diagnosis; `name` is the entry's id."""
    primary = diagnosis.primary
    return Found(
        id=name[:200],
        status=diagnosis.status,
        primary=primary.name if primary else None,
        confidence=primary.confidence if primary else None,
        findings=tuple((row.code, row.name, row.severity) for row in diagnosis.findings),
        release=_release(snapshot),
        system=(known(snapshot.system.os) or NOT_STATED)[:40],
        gpu=_family(snapshot, matrix),
    )


def _release(snapshot: Snapshot) -> str:
    version = release(known(snapshot.tensorflow.version)) or release(known(snapshot.tensorflow.wanted))
    return f"{version.major}.{version.minor}"[:40] if version else NOT_STATED


def _family(snapshot: Snapshot, matrix: Matrix) -> str:
    """The architecture of the first GPU; of others than NVIDIA's the vendor."""
    gpus: tuple[Gpu, ...] | None = known(snapshot.accelerators.gpus)
    if gpus is None:
        return NOT_STATED
    if not gpus:
        return NONE
    gpu = gpus[0]
    if gpu.vendor != "nvidia":
        return gpu.vendor[:40]
    capability = dotted(known(gpu.compute_capability) or matrix.gpus.compute_capability(known(gpu.name) or ""))
    return next((name for least, name in _ARCHITECTURES if capability and Dotted(least) <= capability), "NVIDIA, other")


class Tally:
    """Counts what `add` and `reject` are given."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.entries = 0
        self.rejected = 0
        self._errors: list[RejectedEntry] = []
        self._status: Counter[str] = Counter()
        self._confidence: Counter[str] = Counter()
        self._systems: Counter[str] = Counter()
        self._gpus: Counter[str] = Counter()
        self._releases: Counter[str] = Counter()
        self._table: dict[str, Counter[str]] = {}
        self._primary: Counter[str] = Counter()
        self._any: Counter[str] = Counter()
        self._about: dict[str, tuple[str, Severity]] = {}
        self._examples: dict[str, list[str]] = {}
        self._further: dict[str, list[str]] = {}

    def add(self, row: Found) -> None:
        """Count one diagnosis."""
        self.entries += 1
        self._status[row.status] += 1
        if row.confidence:
            self._confidence[row.confidence] += 1
        self._systems[_kept(self._systems, row.system)] += 1
        self._gpus[_kept(self._gpus, row.gpu)] += 1
        name = _kept(self._releases, row.release)
        self._releases[name] += 1
        self._table.setdefault(name, Counter())[row.primary or NONE] += 1
        if row.primary:
            self._primary[row.primary] += 1
            _remember(self._examples, row.primary, row.id)
        for code, finding, severity in {item[1]: item for item in row.findings}.values():
            self._any[finding] += 1
            self._about.setdefault(finding, (code, severity))
            if finding != row.primary:
                _remember(self._further, finding, row.id)

    def reject(self, row: Rejected) -> None:
        """Count one entry that could not be read."""
        self.rejected += 1
        if len(self._errors) < _EXAMPLES:
            self._errors.append(RejectedEntry(place=row.place[-400:], reason=row.reason[:400]))

    def summary(self, matrix: Matrix) -> Summary:
        """Return the counts so far."""
        order = sorted(self._any, key=lambda name: (-self._primary[name], -self._any[name], self._about[name][0]))
        return Summary(
            matrix=Judge(version=matrix.version, digest=matrix.digest),
            entries=self.entries,
            rejected=self.rejected,
            status=_ordered(self._status),
            findings=tuple(self._finding(name) for name in order),
            releases=tuple(
                ReleaseCount(release=name, entries=self._releases[name], primary=_ordered(self._table[name]))
                for name in sorted(self._releases, key=_version_order)
            ),
            confidence=_ordered(self._confidence),
            systems=_ordered(self._systems),
            gpus=_ordered(self._gpus),
            errors=tuple(self._errors),
        )

    def _finding(self, name: str) -> FindingCount:
        code, severity = self._about[name]
        examples = (*self._examples.get(name, ()), *self._further.get(name, ()))[:_EXAMPLES]
        return FindingCount(
            code=code, name=name, severity=severity, primary=self._primary[name], any=self._any[name], examples=examples
        )


def _kept(counter: Counter[str], key: str) -> str:
    return key if key in counter or len(counter) < _KEYS else OTHER


def _remember(examples: dict[str, list[str]], name: str, entry: str) -> None:
    ids = examples.setdefault(name, [])
    if len(ids) < _EXAMPLES and entry not in ids:
        ids.append(entry)


def _ordered(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _version_order(name: str) -> tuple[int, Iterable[int]]:
    numbers = [int(part) for part in name.split(".") if part.isdecimal()]
    return (0 if numbers else 1, numbers)
