"""The fewest changes to an environment with which it diagnoses clean, as ordered steps; the rest is named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.version import Version

from tfdoctor.diagnose import diagnose
from tfdoctor.diagnosis import Diagnosis, Finding
from tfdoctor.facts import Snapshot, known
from tfdoctor.matrix import Matrix
from tfdoctor.plan.goal import Goal, curable, unclean
from tfdoctor.plan.joint import Joint, solve
from tfdoctor.plan.machine import Machine
from tfdoctor.plan.model import Change, Step, Unresolved
from tfdoctor.plan.order import changes, ordered
from tfdoctor.plan.place import Place
from tfdoctor.plan.present import Present
from tfdoctor.plan.simulate import simulate, unsure
from tfdoctor.plan.stay import remaining

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

    @property
    def rank(self) -> tuple[int, int, int]:
        """The place among several: fewest findings left, fewest things given up, fewest steps' distributions."""
        left = sum(map(unclean, self.after.findings))
        touched = sum(len(step.requirements) + len(step.distributions) for step in self.steps)
        return left, len(self.joint.unresolved), touched


def repair(snapshot: Snapshot, matrix: Matrix, asked: str = "") -> Repair:
    """Return the repair of a snapshot's environment.

    Args:
        snapshot: the environment as it is.
        matrix: the facts.
        asked: version of TensorFlow to bring where none is installed; "" is the newest that fits.
    """
    before = diagnose(snapshot, matrix)
    place = Place.of(Machine(snapshot, matrix))
    if place is None or not any(map(curable, before.findings)):
        return _nothing(snapshot, matrix, before, place)
    present = Present(snapshot, matrix, place)
    options = remaining(snapshot, present, before, asked)
    attempts = [_attempt(snapshot, present, before, option) for option in options]
    best = min(attempts, key=lambda one: one.rank)
    left = [_left(finding) for finding in best.after.findings if unclean(finding)]
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
        unresolved=(*left, *best.joint.unresolved),
        notes=(*unsure(best.steps), *text),
        before=before,
        after=best.after,
    )


def _attempt(
    snapshot: Snapshot, present: Present, before: Diagnosis, tensorflow: tuple[str, Version] | None
) -> _Attempt:
    """Work towards one goal: change what findings ask for, look again, until it is clean or nothing is gained."""
    goal = Goal(tensorflow=tensorflow, installed=frozenset(present.distributions))
    goal.take(before.findings, versions=False)
    best: _Attempt | None = None
    for _ in range(_ROUNDS):
        joint = solve(goal, present)
        steps = tuple(ordered(goal, joint.versions, present))
        after = diagnose(simulate(snapshot, steps, present.matrix), present.matrix)
        attempt = _Attempt(goal, joint, steps, after)
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
    steps = tuple(attempt.steps)
    return _Attempt(attempt.goal, attempt.joint, tuple(_resolving(steps, cured)), attempt.after)


def _resolving(steps: Iterable[Step], cured: list[Finding]) -> Iterator[Step]:
    import msgspec

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


def _left(finding: Finding) -> Unresolved:
    remedy = finding.remedies[0].text if finding.remedies else "nothing is known that cures it"
    return Unresolved(name=finding.name, code=finding.code, because=f"{finding.message} {remedy}")


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
        unresolved=tuple(_left(finding) for finding in before.findings if unclean(finding)),
        notes=unknown,
        before=before,
        after=before,
    )
