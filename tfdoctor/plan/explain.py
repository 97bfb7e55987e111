"""What is said beside a plan, and in place of one: rejections, the smallest relaxations, the nearest alternatives."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec
from packaging.version import Version

from tfdoctor.plan import compose
from tfdoctor.plan.candidates import Candidate, Constraint, Field
from tfdoctor.plan.model import NoPlan, Plan, Rejected, Relaxation, Situation, Target
from tfdoctor.plan.target import published, why_none
from tfdoctor.versions import minor, release

_RELAXATIONS = 4
_ALTERNATIVES = 3


def told(made: Plan, chosen: Candidate, ranked: tuple[Candidate, ...], conflicts: list[Rejected], field: Field) -> Plan:
    """Return a plan with what would have been better and why it was not taken."""
    better = ranked[: ranked.index(chosen)]
    rejected = (*conflicts, *_rejections(better))
    notes = (*made.notes, *_left_out(chosen, ranked, field))
    return msgspec.structs.replace(made, rejected=rejected, notes=notes)


def _rejections(better: Iterable[Candidate]) -> Iterator[Rejected]:
    """Better candidates of the target, one row for neighbours with one reason; what the user excludes needs none."""
    best: dict[tuple[str, Version], Candidate] = {}
    for item in better:
        if item.objections and not item.failing & {"target", "as-of", "accelerator"}:
            key = (item.accelerator, item.version)
            if key not in best or item.cost < best[key].cost:
                best[key] = item
    for (_, failing), group in groupby(best.values(), key=lambda item: (item.accelerator, item.failing)):
        rows = list(group)
        newest, oldest = rows[0], rows[-1]
        span = compose.name(newest) if len(rows) == 1 else f"{compose.name(newest)}, and older ones to {oldest.version}"
        yield Rejected(candidate=span, because=_joined(newest), constraint=", ".join(sorted(failing)))


def _left_out(chosen: Candidate, ranked: tuple[Candidate, ...], field: Field) -> Iterator[str]:
    """What the user may have hoped for: the GPU that is not used, the newer release that needs another Python."""
    if chosen.accelerator == "cpu" and field.machine.gpus and field.wanted.asked.accelerator is None:
        gpu = [item for item in ranked if item.accelerator == "gpu"]
        nearest = min((item for item in gpu if "target" not in item.failing), key=lambda item: item.cost, default=None)
        if nearest is not None and nearest.objections:
            yield f"The GPU is not used: {_joined(nearest)}."
        usable = next((item for item in gpu if not item.failing - {"target"}), None)
        if usable is not None:
            yield f"The newest release that uses this GPU here is {usable.version}, on Python {usable.python}."
    newer = [item for item in ranked if not item.objections and item.version > chosen.version]
    same = [item for item in newer if item.accelerator == chosen.accelerator and item.code == chosen.code]
    if same:
        newest = max(item.version for item in same)
        pythons = sorted({item.python for item in same if item.version == newest}, key=_numbers)
        span = pythons[0] if len(pythons) == 1 else f"{pythons[0]} to {pythons[-1]}"
        yield f"The newest release for this machine, {newest}, needs Python {span}."


# --- no plan ------------------------------------------------------------------------------------------


def no_plan(field: Field, ranked: tuple[Candidate, ...], situation: Situation, conflicts: list[Rejected]) -> NoPlan:
    """Return why nothing fits, the least that would have to give way, and the plans that come nearest."""
    near = [] if conflicts else list(_nearest(ranked, field))
    alternatives = []
    for candidate in near:
        made = compose.plan(candidate, field, situation)
        if isinstance(made, Plan):
            alternatives.append(msgspec.structs.replace(made, target=_relaxed(candidate, field)))
    return NoPlan(
        target=field.wanted.asked,
        reason=_reason(field, ranked, conflicts),
        relax=tuple(_relaxations(near, conflicts)),
        alternatives=tuple(alternatives[:_ALTERNATIVES]),
        rejected=(*conflicts, *_rejections(ranked)),
    )


def _reason(field: Field, ranked: tuple[Candidate, ...], conflicts: list[Rejected]) -> str:
    if conflicts:
        return conflicts[0].because
    nowhere = why_none(field.wanted, field.matrix.releases)
    if nowhere is not None:
        return nowhere
    meant = [item for item in ranked if not item.failing & {"target", "as-of"}]
    wished = [item for item in meant if not item.failing & {"python", "accelerator"}]
    for group in (wished, meant):
        if group:
            return _joined(min(group, key=lambda item: item.cost))
    return f"no release of the target was there on {field.wanted.latest_day}"


def _nearest(ranked: tuple[Candidate, ...], field: Field) -> Iterator[Candidate]:
    """The best candidate of each smallest set of constraints, the cheapest set first."""
    plannable = [item for item in ranked if "lock" not in item.failing]
    best: dict[frozenset[Constraint], list[Candidate]] = {}
    for item in plannable:
        best.setdefault(item.failing, []).append(item)
    smallest = [names for names in best if not any(other < names for other in best)]
    smallest.sort(key=lambda names: (best[names][0].cost, sorted(names)))
    for names in smallest[:_RELAXATIONS]:
        found = best[names]
        if "target" not in names:
            yield found[0]
            continue
        closest = min(found, key=lambda item: _distance(item, field))  # the first of equals is the best ranked
        yield closest
        if found[0].version != closest.version:
            yield found[0]


def _distance(candidate: Candidate, field: Field) -> int:
    """How many releases lie between a candidate and the target; a release of the same minor comes before others."""
    versions = published(field.matrix.releases)
    place = versions.index(candidate.version)
    wanted = [index for index, version in enumerate(versions) if field.wanted.means(version)]
    if wanted:
        return min(abs(place - index) for index in wanted)
    asked = release(field.wanted.asked.tensorflow or str(field.wanted.specifier))
    if asked is None:
        return len(versions) - place
    before = sum(version < asked for version in versions)
    return abs(2 * place + 1 - 2 * before) - (2 * len(versions) if minor(asked) == minor(candidate.version) else 0)


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


def _relaxations(near: list[Candidate], conflicts: list[Rejected]) -> Iterator[Relaxation]:
    seen: set[frozenset[Constraint]] = set()
    for candidate in near:
        if candidate.failing in seen:
            continue
        seen.add(candidate.failing)
        cures = dict.fromkeys(item.cure for item in candidate.objections)
        yield Relaxation(constraints=tuple(sorted(candidate.failing)), text=" and ".join(cures))
    if conflicts:
        yield Relaxation(constraints=("requirements",), text="change one of the two requirements that conflict")


def _joined(candidate: Candidate) -> str:
    return "; ".join(dict.fromkeys(item.text for item in candidate.objections))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))
