"""Lays two Snapshots side by side and orders what tells them apart."""

from msgspec.structs import replace

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis
from tfdoctor.facts import Snapshot, Unknown
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.differences import CHANGES
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.rules import FAMILY_ORDER, Case
from tfdoctor.tickets.compare import environment, machine
from tfdoctor.tickets.compare.cures import cures
from tfdoctor.tickets.compare.experiments import experiments
from tfdoctor.tickets.compare.experiments import uncompared as not_run
from tfdoctor.tickets.compare.headline import headline
from tfdoctor.tickets.compare.judge import Judge
from tfdoctor.tickets.compare.model import JUDGEMENTS, Comparison, Difference, Only, Side, Uncompared
from tfdoctor.tickets.compare.places import Places
from tfdoctor.tickets.compare.readings import Readings, Value, same, vague
from tfdoctor.tickets.compare.roots import World, identity, only
from tfdoctor.tickets.compare.symptoms import symptoms

_SEVERITY = {"error": 0, "warning": 1, "note": 2}
# Facts that follow from another: where that one differs they say nothing new.
_FOLLOWS = {
    **{f"distributions.{name}": ("tensorflow.version", "tensorflow.distribution") for name in TENSORFLOW_DISTRIBUTIONS},
    "tensorflow.git_version": ("tensorflow.version", "tensorflow.distribution"),
    "tensorflow.compute_capabilities": ("tensorflow.version", "tensorflow.distribution"),
    "tensorflow.rocm_build": ("tensorflow.distribution",),
    "accelerators.driver.cuda_version": ("accelerators.driver.version",),
    "accelerators.driver.kernel_version": ("accelerators.driver.version",),
    "accelerators.driver.libcuda_version": ("accelerators.driver.version",),
    "accelerators.nvml": ("accelerators.driver.version",),
    "interpreter.machine": ("system.arch",),
}


def compare(a: Snapshot, b: Snapshot, matrix: Matrix, *, debug: bool = False) -> Comparison:
    """Return what tells two environments apart, the likeliest explanation of a difference in behaviour first."""
    sides = readings(a, matrix), readings(b, matrix)
    found = diagnose(a, matrix, debug=debug), diagnose(b, matrix, debug=debug)
    differing, uncompared, equal = _lay(*sides)
    facts = tuple(fact for fact, _, _ in differing)
    worlds = (
        World("a", a, found[0], b, found[1], matrix),
        World("b", b, found[1], a, found[0], matrix),
    )
    alone = tuple(sorted((row for world in worlds for row in only(world, facts)), key=_weight))
    judge = Judge(*sides, alone, matrix)
    judged = sorted((judge.difference(*row) for row in differing), key=_rank)
    result = Comparison(
        headline="",
        only=alone,
        common=_common(*found),
        symptoms=symptoms(sides[0].case, sides[1].case),
        differences=tuple(judged),
        uncompared=(*uncompared, *not_run(a, b)),
        cures=tuple(cures(worlds, alone)),
        same=equal,
        experiments=experiments(a, b, matrix),
    )
    return replace(result, headline=headline(result))


def readings(snapshot: Snapshot, matrix: Matrix) -> Readings:
    """Return a Snapshot as facts that can be compared."""
    side = Readings(Case(snapshot, matrix), Places.of(snapshot))
    environment.read(side)
    machine.read(side)
    return side


Row = tuple[str, str | None, str | None]
Laid = tuple[list[Row], tuple[Uncompared, ...], int]


def _lay(a: Readings, b: Readings) -> Laid:
    """Return the facts that differ, those that are known of one side only, and the number of those that are equal."""
    differing: list[Row] = []
    unknown: dict[tuple[Side, str], list[str]] = {}
    equal = 0
    for fact in dict.fromkeys((*a.facts, *b.facts)):
        one, other = a.get(fact), b.get(fact)
        if one is None or other is None:
            continue
        if isinstance(one, Unknown) or isinstance(other, Unknown):
            if isinstance(one, Unknown) and isinstance(other, Value):
                unknown.setdefault(("a", one.reason), []).append(fact)
            elif isinstance(other, Unknown) and isinstance(one, Value):
                unknown.setdefault(("b", other.reason), []).append(fact)
            continue
        left = one if isinstance(one, Value) else None
        right = other if isinstance(other, Value) else None
        if left == right or (left and right and same(left.key, right.key)):
            equal += 1
        elif left and right and "ticket" in {s.case.snapshot.origin for s in (a, b)} and vague(left.key, right.key):
            less: Side = "a" if len(left.key) < len(right.key) else "b"
            unknown.setdefault((less, "stated less precisely"), []).append(fact)
        else:
            differing.append((fact, left.text if left else None, right.text if right else None))
    differing = _without_echoes(differing)
    rows = (
        Uncompared(facts=tuple(sorted(listed)), unknown=side, reason=reason)
        for (side, reason), listed in sorted(unknown.items())
    )
    return differing, tuple(rows), equal


def _without_echoes(rows: list[Row]) -> list[Row]:
    """Leave out facts that follow from another that differs, and those of a thing that one side does not have."""
    names = {fact for fact, _, _ in rows}
    alone = any(fact == "tensorflow.version" and None in {a, b} for fact, a, b in rows)
    missing = {fact for fact, a, b in rows if fact.startswith("distributions.") and None in {a, b}}
    kept = (
        row
        for row in rows
        if not names.intersection(_FOLLOWS.get(row[0], ())) and row[0].rpartition(".")[0] not in missing
    )
    return [row for row in kept if not alone or not row[0].startswith("tensorflow.") or row[0] == "tensorflow.version"]


def _common(a: Diagnosis, b: Diagnosis) -> tuple[str, ...]:
    there = frozenset(map(identity, b.findings))
    both = (row.name for row in a.findings if identity(row) in there and row.severity != "note")
    return tuple(dict.fromkeys(both))


def _weight(row: Only) -> tuple[object, ...]:
    finding = row.finding
    return (
        finding.severity == "note",
        _SEVERITY[finding.severity],
        not row.primary,
        FAMILY_ORDER[finding.family],
        finding.code,
        row.side,
    )


def _rank(row: Difference) -> tuple[object, ...]:
    strength = min((CHANGES.index(change) for change in row.changes), default=len(CHANGES))
    return (JUDGEMENTS.index(row.judgement), not row.proven, row.weight, FAMILY_ORDER[row.family], strength, row.fact)
