"""How the broken side is made like the other: offered only where the findings are then gone, and no new error is."""

from collections.abc import Iterable, Iterator

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Remedy
from tfdoctor.rules import Case
from tfdoctor.tickets.compare.graft import graft
from tfdoctor.tickets.compare.model import Cure, Only
from tfdoctor.tickets.compare.roots import World, identity

_KINDS = ("distributions.", "environ.", "tensorflow.")


def cures(worlds: Iterable[World], alone: tuple[Only, ...]) -> Iterator[Cure]:
    """Yield what makes a side like the other in what its errors and warnings rest on."""
    for world in worlds:
        rows = [row for row in alone if row.side == world.side and row.proven and row.finding.severity != "note"]
        facts = tuple(dict.fromkeys(fact for row in rows for fact in row.facts if fact.startswith(_KINDS)))
        gone = _gone(world, facts, rows) if facts else ()
        if gone:
            yield from (Cure(side=world.side, remedy=remedy, resolves=gone) for remedy in _remedies(world, facts))


def _gone(world: World, facts: tuple[str, ...], rows: list[Only]) -> tuple[str, ...]:
    """The findings that go; none where an error comes that was not there."""
    changed = world.bare
    for fact in facts:
        changed = graft(fact, world.other, changed)
    after = diagnose(changed, world.matrix).findings
    left = frozenset(map(identity, after))
    if any(row.severity == "error" and identity(row) not in world.bare_identities for row in after):
        return ()
    return tuple(dict.fromkeys(row.finding.name for row in rows if identity(row.finding) not in left))


def _remedies(world: World, facts: tuple[str, ...]) -> Iterator[Remedy]:
    there = Case(world.other, world.matrix)
    other = "B" if world.side == "a" else "A"
    names = dict.fromkeys(_distribution(fact, there) for fact in facts if not fact.startswith("environ."))
    pins = tuple(f"{name}=={version}" for name in names if (version := there.version(name)) is not None)
    if pins:
        yield Remedy(kind="install", text=f"Install what {other} has.", requirements=pins)
    extra = tuple(name for name in names if name and there.has(name) is False)
    if extra:
        yield Remedy(kind="uninstall", text=f"Remove what {other} does not have.", distributions=extra)
    for fact in facts:
        if fact.startswith("environ."):
            yield _variable(fact.partition(".")[2], there, other)


def _distribution(fact: str, there: Case) -> str:
    head, _, rest = fact.partition(".")
    return (there.distribution or "") if head == "tensorflow" else rest.partition(".")[0]


def _variable(name: str, there: Case, other: str) -> Remedy:
    value = there.variable(name)
    if value is None:
        return Remedy(kind="unset-variable", text=f"Unset {name}, as {other} has it.", variable=name)
    return Remedy(kind="set-variable", text=f"Set {name} as {other} has it.", variable=name, value=value)
