"""What is said beside a plan, and in place of one: rejections, the smallest relaxations, the nearest alternatives."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec
from packaging.version import Version

from tfdoctor.plan.choice import compose
from tfdoctor.plan.choice.candidates import Candidate, Field
from tfdoctor.plan.choice.relax import least, ways_out
from tfdoctor.plan.model import NoPlan, Plan, Rejected, Situation
from tfdoctor.plan.target import why_none
from tfdoctor.versions import Dotted, minor


def told(made: Plan, chosen: Candidate, ranked: tuple[Candidate, ...], conflicts: list[Rejected], field: Field) -> Plan:
    """Return a plan with what would have been better and why it was not taken."""
    better = ranked[: ranked.index(chosen)]
    rejected = (*conflicts, *_rejections(better, field))
    notes = (*made.notes, *_left_out(chosen, ranked, field))
    return msgspec.structs.replace(made, rejected=rejected, notes=notes)


def _rejections(better: Iterable[Candidate], field: Field) -> Iterator[Rejected]:
    """Better candidates of the target, one row for neighbours with one reason; what the user excludes needs none."""
    best: dict[tuple[str, Version], Candidate] = {}
    for item in better:
        real = item.machine is field.machine
        if real and item.objections and not item.failing & {"target", "as-of", "accelerator"}:
            key = (item.accelerator, item.version)
            if key not in best or item.cost < best[key].cost:
                best[key] = item
    rows = sorted(best.values(), key=lambda item: (item.accelerator, item.version), reverse=True)
    for _, group in groupby(rows, key=lambda item: (item.accelerator, item.failing, _cures(item))):
        same = list(group)
        newest, oldest = same[0], same[-1]
        span = compose.name(newest) if len(same) == 1 else f"{compose.name(newest)}, and older ones to {oldest.version}"
        yield Rejected(candidate=span, because=_joined(newest), constraint=", ".join(sorted(newest.failing)))


def _cures(candidate: Candidate) -> tuple[Dotted | None, ...]:
    """What versions would do: neighbours that need other ones are told apart."""
    return tuple(item.least for item in candidate.objections)


def _left_out(chosen: Candidate, ranked: tuple[Candidate, ...], field: Field) -> Iterator[str]:
    """What the user may have hoped for: the GPU that is not used, the newer release that needs another Python."""
    if chosen.accelerator == "cpu" and field.machine.gpus and field.wanted.asked.accelerator is None:
        gpu = [item for item in ranked if item.accelerator == "gpu"]
        nearest = min((item for item in gpu if "target" not in item.failing), key=lambda item: item.cost, default=None)
        without = field.matrix.stacks.without(chosen.version, chosen.machine.os, chosen.machine.arch)
        if nearest is not None and nearest.objections:
            yield f"The GPU is not used: {_joined(nearest)}."
        elif without is not None:
            yield f"The GPU is not used: {without.why}; instead: {without.instead}."
        usable = next((item for item in gpu if not item.failing - {"target"}), None)
        if usable is not None:
            yield f"The newest release that uses this GPU here is {usable.version}, on Python {usable.python}."
    inside = next((item for item in ranked if item.failing == {"system"} and item.accelerator == "gpu"), None)
    if inside is not None and (chosen.accelerator == "cpu" or minor(chosen.version) < minor(inside.version)):
        yield f"TensorFlow {inside.version} uses the GPU if you {inside.objections[0].cure}."
    if field.wanted.others:  # whether a newer release would keep the user's requirements was not asked
        return
    newer = [item for item in ranked if not item.objections and item.version > chosen.version]
    same = [item for item in newer if item.accelerator == chosen.accelerator and item.code == chosen.code]
    if same:
        newest = max(item.version for item in same)
        pythons = sorted({item.python for item in same if item.version == newest}, key=_numbers)
        span = pythons[0] if len(pythons) == 1 else f"{pythons[0]} to {pythons[-1]}"
        of = "of the target" if field.wanted.specifier else "for this machine"
        yield f"The newest release {of}, {newest}, needs Python {span}."


# --- no plan ------------------------------------------------------------------------------------------


def no_plan(field: Field, ranked: tuple[Candidate, ...], situation: Situation, conflicts: list[Rejected]) -> NoPlan:
    """Return why nothing fits, the least that would have to give way, and the plans that come nearest."""
    ways = tuple(ways_out(field, ranked, situation, wishes_only=bool(conflicts)))
    return NoPlan(
        target=field.wanted.asked,
        reason=_reason(field, ranked, conflicts),
        relax=tuple(dict.fromkeys(way.relaxation for way in ways)),
        alternatives=tuple(way.plan for way in ways),
        rejected=(*conflicts, *_rejections(ranked, field)),
    )


def _reason(field: Field, ranked: tuple[Candidate, ...], conflicts: list[Rejected]) -> str:
    if conflicts:
        return conflicts[0].because
    nowhere = why_none(field.wanted, field.matrix.releases)
    if nowhere is not None:
        return nowhere
    meant = [item for item in ranked if not item.failing & {"target", "as-of"}]
    wished = [item for item in meant if not item.failing & {"python", "accelerator", "system"}]
    for group in (wished, meant):
        if group:
            return _joined(min(group, key=lambda item: (item.cost, least(item))))
    if any("target" not in item.failing for item in ranked):
        return f"no release of the target was there on {field.wanted.latest_day}"
    return _nowhere_here(field, ranked)


def _nowhere_here(field: Field, ranked: tuple[Candidate, ...]) -> str:
    """Why a target has releases, but none for this platform."""
    place = f"{field.machine.os_text} {field.machine.arch}"
    has = sorted({item.version for item in ranked if item.machine is field.machine})
    if not has:
        return f"no TensorFlow has a wheel for {place}"
    asked = field.wanted.asked.tensorflow or str(field.wanted.specifier)
    return f"TensorFlow {asked} has no wheel for {place}: there are {has[0]} to {has[-1]}"


def _joined(candidate: Candidate) -> str:
    return "; ".join(dict.fromkeys(item.text for item in candidate.objections))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))
