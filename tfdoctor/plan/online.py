"""What is asked of the real index where the bundled one does not know enough, and the plan that its answer makes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.matrix import Matrix
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.model import Change, Plan, Statement, Step
from tfdoctor.plan.resolution.bans import excludes

_ABOUT = "requirements"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a resolver over the real index has to keep.

    Attributes:
        requirements: what has to be there, PEP 508.
        constraints: versions that must not be taken beside this TensorFlow ("numpy!=2.0.0").
        preferred: exact pins to take where they fit.
        python: "3.9".
        platform: "linux-x86_64".
        system: version of the machine's glibc, on a Mac of macOS; "" where it is not known.
    """

    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    preferred: tuple[str, ...]
    python: str
    platform: str
    system: str


def ask(plan: Plan, machine: Machine, matrix: Matrix) -> Ask:
    """Return the question behind a plan: its TensorFlow, what the user or the environment has, measured bounds."""
    chosen = plan.chosen
    tensorflow = f"{chosen.distribution}=={chosen.version}"
    others = (*plan.target.extras, *plan.target.requirements)
    if plan.target.repair:
        others = tuple(pin.partition("==")[0] for pin in plan.requirements)
    own = [line for line in others if canonicalize_name(Requirement(line).name) != chosen.distribution]
    system = machine.macos if chosen.os == "macos" else machine.glibc
    return Ask(
        requirements=(tensorflow, *own),
        constraints=tuple(_constraints(plan, matrix)),
        preferred=plan.requirements,
        python=chosen.python,
        platform=chosen.platform,
        system=str(system or ""),
    )


def _constraints(plan: Plan, matrix: Matrix) -> Iterator[str]:
    """Every version that is known to break this TensorFlow; where the newest does, also what will come after it."""
    chosen = plan.chosen
    rows = matrix.bounds.for_tensorflow(Version(chosen.version), Version(chosen.python), chosen.os)
    for bound in rows:
        if bound.row.when or not excludes(bound):
            continue
        name = bound.row.distribution
        versions = sorted(row.version for row in matrix.index.releases(name))
        broken = [version for version in versions if bound.hits(version)]
        if broken and broken[-1] == versions[-1]:
            first = next(version for version in versions if all(map(bound.hits, versions[versions.index(version) :])))
            yield f"{name}<{first}"
            broken = [version for version in broken if version < first]
        yield from (f"{name}!={version}" for version in broken)


def answered(plan: Plan, pins: tuple[str, ...], installed: Mapping[str, str]) -> Plan:
    """Return the plan with the versions that the real index led to.

    Args:
        plan: the plan that was asked about.
        pins: the whole closure.
        installed: what is there before a repair, by canonical name; empty for a new environment.
    """
    known = {_name(pin): pin for pin in (*plan.requirements, *pins)}
    moved = [pin for name, pin in sorted(known.items()) if pin not in plan.requirements]
    text = f"asked of your index: {', '.join(moved[:6])}{' …' if len(moved) > 6 else ''}: resolved, not run"
    statement = Statement(
        about=_ABOUT, text=text if moved else "your index leads to the same versions", basis="resolved"
    )
    changes = tuple(
        Change(distribution=name, was=installed.get(name), becomes=pin.partition("==")[2])
        for name, pin in sorted(known.items())
        if plan.target.repair and installed.get(name) != pin.partition("==")[2]
    )
    return msgspec.structs.replace(
        plan,
        requirements=tuple(known[name] for name in sorted(known)),
        basis="resolved" if moved else plan.basis,
        evidence=(*(row for row in plan.evidence if row.about != _ABOUT), statement),
        steps=tuple(_step(step, plan, known, installed) for step in plan.steps),
        unresolved=tuple(row for row in plan.unresolved if row.code or _name(row.name) not in known),
        changes=changes,
    )


def _step(step: Step, plan: Plan, known: Mapping[str, str], installed: Mapping[str, str]) -> Step:
    """An install step with the new versions: of a repair, what it installed before and what differs now."""
    if step.kind != "install":
        return step
    names = set(known)
    if plan.target.repair:
        before = {_name(pin) for pin in step.requirements}
        names = {name for name, pin in known.items() if name in before or pin != f"{name}=={installed.get(name)}"}
    return msgspec.structs.replace(step, requirements=tuple(known[name] for name in sorted(names)))


def _name(line: str) -> str:
    return canonicalize_name(Requirement(line).name)
