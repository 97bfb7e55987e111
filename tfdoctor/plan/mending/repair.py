"""The fewest changes to an environment with which it diagnoses clean, as ordered steps; the rest is named."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec
from packaging.version import Version

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.facts import Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.mending.goal import Goal, curable, unclean
from tfdoctor.plan.mending.joint import Joint, solve
from tfdoctor.plan.mending.order import changes, ordered
from tfdoctor.plan.mending.present import Present
from tfdoctor.plan.mending.simulate import simulate, unsure
from tfdoctor.plan.mending.stay import none_to_take, remaining
from tfdoctor.plan.model import Change, Step, Unresolved
from tfdoctor.plan.place import Place
from tfdoctor.plan.resolution.asks import YOU, needs
from tfdoctor.plan.target import Wanted

_ROUNDS = 5


@dataclass(frozen=True, kw_only=True)
class Repair:
    """A repair of one environment.

    Attributes:
        tensorflow: the distribution and version that stays or comes; None where there is none.
        steps: what to do, in order; empty where nothing can or need be done.
        changes: the distributions that change their version, come or go.
        renewed: names of distributions that are put in again as they are.
        pins: all versions afterwards, by canonical name.
        unresolved: what stays wrong, or had to give way, with both sides.
        notes: what could not be simulated, and what is built from source.
        before: the diagnosis of the environment as it is.
        after: the diagnosis of what the steps lead to.
        impossible: why no TensorFlow can come although one is asked for or missed; "" where that is not so.
    """

    tensorflow: tuple[str, Version] | None
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    renewed: tuple[str, ...]
    pins: dict[str, Version]
    unresolved: tuple[Unresolved, ...]
    notes: tuple[str, ...]
    before: Diagnosis
    after: Diagnosis
    impossible: str = ""

    @property
    def clean(self) -> bool:
        """Whether nothing that a repair is there to cure is left."""
        return not any(map(unclean, self.after.findings))


@dataclass(frozen=True)
class _Attempt:
    """One goal reached in imagination."""

    goal: Goal
    joint: Joint
    steps: tuple[Step, ...]
    after: Diagnosis
    declined: dict[str, str]

    @property
    def rank(self) -> tuple[int, int, int]:
        """The place among several: fewest findings left, fewest things given up, fewest steps' distributions."""
        left = sum(map(unclean, self.after.findings))
        touched = sum(len(step.requirements) + len(step.distributions) for step in self.steps)
        return left, len(self.joint.unresolved), touched


def repair(snapshot: Snapshot, matrix: Matrix, wanted: Wanted | None = None) -> Repair:
    """Return the repair of a snapshot's environment.

    Args:
        snapshot: the environment as it is.
        matrix: the facts.
        wanted: what the user asks for besides: a TensorFlow, other distributions.
    """
    before = diagnose(snapshot, matrix)
    place = Place.of(Machine(snapshot, matrix))
    idle = wanted is None or not (wanted.specifier or wanted.others)
    if place is None or (idle and not any(map(curable, before.findings))):
        return _nothing(snapshot, matrix, before, place)
    present = Present(snapshot, matrix, place)
    options = remaining(snapshot, present, before, wanted)
    attempts = [_attempt(snapshot, present, before, _goal(option, present, wanted)) for option in options]
    best = min(attempts, key=lambda one: one.rank)
    resolution = best.joint.resolution
    built = resolution.built if resolution is not None else ()
    installs = {line for step in best.steps for line in step.requirements}
    sources = [name for name in built if f"{name}=={best.joint.versions[name]}" in installs]
    text = (f"Built from source at installation, since they have no wheel: {', '.join(sources)}.",) if sources else ()
    return Repair(
        tensorflow=best.goal.tensorflow,
        steps=best.steps,
        changes=changes(best.joint.versions, present, best.goal),
        renewed=tuple(sorted(best.goal.renewed)),
        pins=best.joint.versions,
        unresolved=(*_left(best.after, best.declined), *best.joint.unresolved, *_refused(best)),
        notes=(*unsure(best.steps), *text, *_fixed(best, present)),
        before=before,
        after=best.after,
        impossible=none_to_take(present, before, wanted) if options == (None,) else "",
    )


def _goal(tensorflow: tuple[str, Version] | None, present: Present, wanted: Wanted | None) -> Goal:
    others = wanted.others if wanted is not None else ()
    asked = {need.text: need for need in needs(others, YOU, present.place)}
    goal = Goal(tensorflow=tensorflow, installed=frozenset(present.distributions), wanted=asked)
    if tensorflow is not None and tensorflow[0] not in present.distributions:
        for name in TENSORFLOW_DISTRIBUTIONS:
            if name in present.distributions:
                goal.removed[name] = f"{tensorflow[0]} takes its place"
    return goal


def _attempt(snapshot: Snapshot, present: Present, before: Diagnosis, goal: Goal) -> _Attempt:
    """Work towards one goal: change what findings ask for, look again, until it is clean or nothing is gained."""
    goal.take(before.findings, versions=False)
    best: _Attempt | None = None
    declined: dict[str, str] = {}
    for _ in range(_ROUNDS):
        joint = solve(goal, present)
        steps = tuple(ordered(goal, joint.versions, present))
        after = diagnose(simulate(snapshot, steps, present.matrix), present.matrix)
        declined |= joint.declined
        attempt = _Attempt(goal, joint, steps, after, declined)
        if best is None or attempt.rank < best.rank:
            best = attempt
        size = goal.size
        goal = goal.copy()
        goal.take(after.findings, versions=True)
        if goal.size == size:
            break
    return _credited(best, before) if best is not None else attempt


def _credited(attempt: _Attempt, before: Diagnosis) -> _Attempt:
    """Name in each step the findings that it cures."""
    left = {(finding.code, finding.message) for finding in attempt.after.findings}
    cured = [one for one in before.findings if unclean(one) and (one.code, one.message) not in left]
    return replace(attempt, steps=tuple(_resolving(attempt.steps, cured)))


def _resolving(steps: Iterable[Step], cured: list[Finding]) -> Iterator[Step]:
    for step in steps:
        codes = [one.code for one in cured if _serves(step, one)]
        yield msgspec.structs.replace(step, resolves=tuple(dict.fromkeys((*step.resolves, *codes))))


def _serves(step: Step, finding: Finding) -> bool:
    """Whether a step belongs to the cure of a finding."""
    kinds = {remedy.kind for remedy in finding.remedies[:1]}
    if step.kind == "delete":
        return any(path in remedy.paths for remedy in finding.remedies for path in step.paths)
    if step.kind == "install":
        return not kinds <= {"delete", "set-variable", "unset-variable"}
    if step.kind == "uninstall":
        return any(name in remedy.distributions for remedy in finding.remedies for name in step.distributions)
    return False


def _left(after: Diagnosis, declined: Mapping[str, str]) -> Iterator[Unresolved]:
    """Yield what stays wrong: why its cure is not possible, or what it is; a cure of several is told once."""
    told: set[str] = set()
    for finding in filter(unclean, after.findings):
        why = declined.get(finding.name)
        if why is None and finding.remedies:
            why = f"No change of versions cures it. {finding.remedies[0].text}"
        because = why or "No cure is known."
        text = f"{finding.message} (The cure is the same.)" if because in told else f"{finding.message} ({because})"
        told |= {because} if finding.remedies else set()
        yield Unresolved(name=finding.name, code=finding.code, because=text)


def _fixed(attempt: _Attempt, present: Present) -> Iterator[str]:
    """Yield what stands in the way of an installer: distributions that it cannot take away."""
    changed = {change.distribution for change in changes(attempt.joint.versions, present, attempt.goal)}
    for name in sorted(changed | attempt.goal.renewed):
        item = present.distributions.get(name)
        if item is not None and item.distutils:
            yield f"{name} was installed without a list of its files: no installer can replace it; delete it by hand."


def _refused(attempt: _Attempt) -> Iterator[Unresolved]:
    """Yield the user's own requirements that had to give way."""
    because = attempt.joint.declined.get(YOU)
    if because is not None:
        yield Unresolved(name="your requirements", because=because)


def _nothing(snapshot: Snapshot, matrix: Matrix, before: Diagnosis, place: Place | None) -> Repair:
    """Return a repair that changes nothing."""
    versions = Present(snapshot, matrix, place).versions if place is not None else {}
    text = "The interpreter's version is not known, so nothing can be said of what to install."
    unknown = (text,) if place is None and known(snapshot.interpreter.version) is None else ()
    return Repair(
        tensorflow=None,
        steps=(),
        changes=(),
        renewed=(),
        pins=versions,
        unresolved=tuple(_left(before, {})),
        notes=unknown,
        before=before,
        after=before,
    )
