"""Which differences the findings of one side rest on: by their evidence, and by trying them.

A fact is proven to be the root of a finding where the finding goes once that fact is as on the other side.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace
from packaging.utils import canonicalize_name

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.facts import ABSENT, NOT_OBSERVED, Snapshot
from tfdoctor.matrix import Matrix
from tfdoctor.rules import Case
from tfdoctor.tickets.compare.graft import graft
from tfdoctor.tickets.compare.machine import library
from tfdoctor.tickets.compare.model import Only, Side

_MOST = 60  # facts that are tried for one finding: a diagnosis takes milliseconds

# Facts in evidence under another name, or made of another fact.
_ALIASES = {
    "cpu.flags": "cpu.features", "cpu.model": "cpu.features", "tensorflow.glibc": "tensorflow.version",
    "tensorflow.missing_files": "tensorflow.version", "tensorflow.installer": "tensorflow.version",
    "tensorflow.path": "tensorflow.version", "libraries.wanted": "tensorflow.version",
    "libraries.cudnn": "libraries.libcudnn",
    "system.glibc": "system.libc_version", "interpreter.platform_tag": "interpreter.machine",
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """One side with its diagnosis, and the other side's facts."""

    side: Side
    snapshot: Snapshot
    diagnosis: Diagnosis
    other: Snapshot
    others: Diagnosis
    matrix: Matrix

    @cached_property
    def bare(self) -> Snapshot:
        """The snapshot without what was seen to happen: it would still be seen, whatever is changed."""
        return replace(self.snapshot, load=ABSENT, fingerprint=ABSENT, log=NOT_OBSERVED)

    @cached_property
    def bare_identities(self) -> frozenset[tuple[str, ...]]:
        """What is found without it."""
        return self.identities(self.bare)

    def identities(self, snapshot: Snapshot) -> frozenset[tuple[str, ...]]:
        """What is found in a snapshot, for telling findings apart."""
        return frozenset(map(identity, diagnose(snapshot, self.matrix).findings))


def identity(finding: Finding) -> tuple[str, ...]:
    """What tells two findings of one name apart: the distributions and variables that they speak of."""
    named = (row.fact for row in finding.evidence if row.fact.startswith(("distributions.", "environ.")))
    return (finding.name, *sorted({fact.partition(".")[2].partition(".")[0] for fact in named}))


def only(world: World, differing: tuple[str, ...]) -> Iterator[Only]:
    """Yield the findings that only one side has, with the differences that they rest on."""
    theirs = frozenset(map(identity, world.others.findings))
    undecided = {row.name: row.reason for row in world.others.skipped}
    stopping = _stopping(world)
    for position, finding in enumerate(world.diagnosis.findings):
        if identity(finding) in theirs:
            continue
        note = finding.severity == "note"  # nothing to fix, so nothing to look for
        facts, proven, together = ((), False, False) if note else _roots(world, finding, differing)
        yield Only(
            side=world.side,
            finding=finding,
            primary=position == 0,
            undecided=undecided.get(finding.name, ""),
            stops=finding.name in stopping,
            facts=facts,
            proven=proven,
            together=together,
        )


def _stopping(world: World) -> frozenset[str]:
    """The findings with which TensorFlow cannot be imported, by the bounds that are violated."""
    violations = Case(world.snapshot, world.matrix).violations
    return frozenset(bound.row.finding for bound in violations if bound.row.effect in {"import", "crash"})


def _roots(world: World, finding: Finding, differing: tuple[str, ...]) -> tuple[tuple[str, ...], bool, bool]:
    """The differences that a finding rests on, whether that was shown, and whether only all together cure it."""
    near = tuple(fact for fact in differing if rests(finding, fact))
    if identity(finding) not in world.bare_identities:  # only what happened tells of it
        return near, False, False
    cures = tuple(fact for fact in near if _goes(world, finding, (fact,)))
    if cures:
        return cures, True, False
    if len(near) > 1 and _goes(world, finding, near):
        return near, True, True
    rest = (fact for fact in differing if fact not in near)
    cures = tuple(fact for fact, _ in zip(rest, range(_MOST), strict=False) if _goes(world, finding, (fact,)))
    return (cures, True, False) if cures else (near, False, False)


def _goes(world: World, finding: Finding, facts: Iterable[str]) -> bool:
    """Whether a finding is gone where these facts are as on the other side."""
    changed = world.bare
    for fact in facts:
        changed = graft(fact, world.other, changed)
    return changed != world.bare and identity(finding) not in world.identities(changed)


def rests(finding: Finding, fact: str) -> bool:
    """Whether the evidence of a finding names a fact, a part of it, or that which it is a part of."""
    return any(_names(evidence, fact) for row in finding.evidence for evidence in _places(row.fact))


def _places(evidence: str) -> Iterator[str]:
    """The facts that a place in evidence means."""
    head, _, rest = evidence.partition(".")
    if head == "matrix":
        kind, _, name = rest.partition(".")
        if kind in {"bounds", "companions"}:
            yield f"distributions.{canonicalize_name(name)}"
    elif (head == "libraries" and ".so" in rest) or rest.lower().endswith(".dll"):
        yield f"libraries.{library(rest)}"
    elif head not in {"log", "doctor"}:
        yield _ALIASES.get(evidence, evidence)
        yield evidence


def _names(evidence: str, fact: str) -> bool:
    return evidence == fact or fact.startswith(f"{evidence}.") or evidence.startswith(f"{fact}.")
