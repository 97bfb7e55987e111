"""Where nothing fits: the smallest sets of constraints that would have to give way, each with the plan it leads to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
from packaging.version import Version

from tfdoctor.plan.choice import compose
from tfdoctor.plan.choice.candidates import Candidate, Constraint, Field
from tfdoctor.plan.choice.ranking import in_order
from tfdoctor.plan.model import Plan, Relaxation, Situation, Target
from tfdoctor.plan.target import published
from tfdoctor.versions import Dotted, minor, release

_SETS = 4
_WISHES = frozenset({"target", "as-of", "python", "accelerator"})
_TRIES = 6  # releases, or requirements, that are tried for one way out


@dataclass(frozen=True)
class WayOut:
    """What has to give way, and the plan that there is then."""

    relaxation: Relaxation
    plan: Plan


def ways_out(
    field: Field, ranked: tuple[Candidate, ...], situation: Situation, *, wishes_only: bool = False
) -> Iterator[WayOut]:
    """Return the nearest plans: of each smallest set the best, and of other releases also the closest.

    `wishes_only`: nothing speaks against the machine, so nothing about it has to give way.
    """
    contradicted = bool(field.wanted.lines) and not any(map(field.wanted.means, published(field.matrix.releases)))
    for names, candidates in _smallest(ranked):
        if (wishes_only and not names <= _WISHES) or (contradicted and "target" in names):
            continue
        orders: list[Iterable[Candidate]] = [candidates]
        if "target" in names:
            orders.insert(0, sorted(candidates, key=lambda item: _distance(item, field)))
        elif any(item.least for item in candidates[0].objections):
            orders.insert(0, sorted(candidates, key=least))
        seen: set[Version] = set()
        for order in orders:
            found = _first(order, field, situation)
            if found is not None and found[0].version not in seen:
                seen.add(found[0].version)
                yield _way(*found, field)
    yield from _without_one(ranked, field, situation)
    yield from _without_wish(field, situation)


def least(candidate: Candidate) -> tuple[Dotted, ...]:
    """Return the versions that a candidate asks of the machine; the smallest step is the nearest."""
    return tuple(item.least for item in candidate.objections if item.least is not None)


def _smallest(ranked: tuple[Candidate, ...]) -> Iterator[tuple[frozenset[Constraint], list[Candidate]]]:
    """The sets of constraints of which no part would do, the cheapest first; their candidates, the best first."""
    found: dict[frozenset[Constraint], list[Candidate]] = {}
    for item in ranked:
        if item.objections and "lock" not in item.failing:
            found.setdefault(item.failing, []).append(item)
    smallest = [names for names in found if not any(other < names for other in found)]
    smallest.sort(key=lambda names: (found[names][0].cost, sorted(names)))
    for names in smallest[:_SETS]:
        yield names, found[names]


def _first(candidates: Iterable[Candidate], field: Field, situation: Situation) -> tuple[Candidate, Plan] | None:
    """The first candidate that also keeps the user's requirements; one Python stands for a release."""
    releases: dict[Version, Candidate] = {}
    for item in candidates:
        if item.version not in releases and compose.hopeless(item, field, strict=False) is None:
            releases[item.version] = item
        if len(releases) == _TRIES:
            break
    for item in releases.values():
        made = compose.plan(item, field, situation)
        if isinstance(made, Plan):
            return item, made
    return None


def _way(candidate: Candidate, plan: Plan, field: Field) -> WayOut:
    cures = dict.fromkeys(item.cure for item in candidate.objections)
    relaxation = Relaxation(constraints=tuple(sorted(candidate.failing)), text=" and ".join(cures))
    return WayOut(relaxation, msgspec.structs.replace(plan, target=_relaxed(candidate, field)))


def _without_one(ranked: tuple[Candidate, ...], field: Field, situation: Situation) -> Iterator[WayOut]:
    """The best candidate's plan without one of the user's requirements."""
    best = next((item for item in ranked if not item.objections), None)
    for line in field.wanted.others[:_TRIES] if best is not None else ():
        fewer = field.without(line)
        made = compose.plan(best, fewer, situation) if best else None
        if isinstance(made, Plan):
            yield WayOut(Relaxation(constraints=("requirements",), text=f"drop or change {line}"), made)


def _without_wish(field: Field, situation: Situation) -> Iterator[WayOut]:
    """Where several wishes on TensorFlow exclude each other: the best plan without one of them."""
    if not field.wanted.lines:
        return
    for line in (*field.wanted.lines, ""):
        fewer = field.without(line) if line else field.without_target()
        ranked = in_order(fewer.all, situation, field.machine) if fewer is not None else ()
        best = next((item for item in ranked if not item.objections), None)
        made = compose.plan(best, fewer, situation) if best is not None and fewer is not None else None
        if isinstance(made, Plan):
            what = line or f"--target {field.wanted.asked.tensorflow}"
            yield WayOut(Relaxation(constraints=("target",), text=f"drop {what}"), made)


def _distance(candidate: Candidate, field: Field) -> float:
    """How many minor versions lie between a candidate and the target."""
    versions = published(field.matrix.releases)
    minors = sorted({minor(version) for version in versions})
    place = minors.index(minor(candidate.version))
    meant = {minor(version) for version in versions if field.wanted.means(version)}
    asked = release(field.wanted.asked.tensorflow or str(field.wanted.specifier))
    if not meant and asked is not None:  # a release that never was
        if minor(asked) in minors:
            meant = {minor(asked)}
        else:
            return abs(place + 0.5 - sum(one < minor(asked) for one in minors))
    return min((abs(place - minors.index(one)) for one in meant), default=len(minors) - place)


def _relaxed(candidate: Candidate, field: Field) -> Target:
    """The target that asks for an alternative."""
    asked, failing = field.wanted.asked, candidate.failing
    return msgspec.structs.replace(
        asked,
        tensorflow=str(candidate.version) if "target" in failing else asked.tensorflow,
        python=candidate.python if "python" in failing else asked.python,
        accelerator=candidate.accelerator if "accelerator" in failing else asked.accelerator,
        as_of="" if "as-of" in failing else asked.as_of,
    )
