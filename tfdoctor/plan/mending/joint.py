"""All that a repair wants, resolved at once: as little as possible is moved, and what has to give way is named."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.plan.mending.goal import Goal
from tfdoctor.plan.mending.present import NUMPY_1, Present
from tfdoctor.plan.model import Unresolved
from tfdoctor.plan.resolution.asks import YOU, Ban, Need
from tfdoctor.plan.resolution.bans import Bans
from tfdoctor.plan.resolution.resolve import Conflict, Question, Resolution, resolve

_KEPT = "what is installed"
_ATTEMPTS = 40


@dataclass
class Leeway:
    """What may move and what is given up, grown from conflict to conflict.

    Attributes:
        freed: installed distributions that may change their version because others need it.
        ignored: installed distributions whose requirements are not kept.
        tolerated: distributions of TensorFlow's family whose unmet requirements stay unmet.
        declined: wishes of findings that cannot be met, by their text.
        reasons: the conflicts that led to giving something up, by the distribution or wish that gave way.
    """

    freed: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)
    tolerated: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Joint:
    """The versions of a repaired environment, and what had to give way.

    `declined` says why the wish of a finding cannot be met, by the finding's name.
    """

    versions: dict[str, Version]
    resolution: Resolution | None
    unresolved: tuple[Unresolved, ...]
    declined: dict[str, str]

    def changed(self, present: Present) -> int:
        """Return how many distributions change their version or come."""
        return sum(present.versions.get(name) != version for name, version in self.versions.items())


def solve(goal: Goal, present: Present) -> Joint:
    """Return the versions with which everything wanted is there and the least is changed.

    The lock's versions are tried first: they were run together. Where they bring in distributions that are not there,
    the versions nearest to what is installed may do with less.
    """
    known = _solve(goal, present, near=False)
    if known.versions.keys() <= present.versions.keys():
        return known
    near = _solve(goal, present, near=True)
    return min(known, near, key=lambda one: (len(one.unresolved), len(one.declined), one.changed(present)))


def _solve(goal: Goal, present: Present, *, near: bool) -> Joint:
    solver = _Solver(goal, present, near=near)
    found = solver.run()
    versions = {name: version for name, version in present.versions.items() if name not in goal.removed}
    if found is not None:
        versions |= {name: one.version for name, one in found.pins.items()}
    return Joint(
        versions=versions,
        resolution=found,
        unresolved=tuple(solver.unresolved(versions)),
        declined=solver.declined(),
    )


class _Solver:
    """One search: ask, and where there is a conflict let the next thing give way."""

    def __init__(self, goal: Goal, present: Present, *, near: bool) -> None:
        self._near = near
        self._goal = goal
        self._present = present
        self._rest = {name: item for name, item in present.distributions.items() if name not in goal.removed}
        self._leeway = Leeway()
        self._bans = Bans(present.matrix, present.place, goal.tensorflow, self._forbidden())
        self._leeway.freed |= set(self._wrong())
        self._stuck = ""
        self._core = present.reached(goal.tensorflow[0]) if goal.tensorflow is not None else frozenset()

    def run(self) -> Resolution | None:
        """Return the first resolution; None where nothing that can give way is left."""
        for _ in range(_ATTEMPTS):
            found = resolve(self._question(), self._present.matrix)
            if isinstance(found, Resolution):
                return found
            if not self._give_way(found):
                self._stuck = "; ".join(clash.text for clash in found.clashes) or "no versions were found in time"
                return None
        self._stuck = "no versions were found in time"
        return None

    # --- the question ---------------------------------------------------------------------------------

    def _forbidden(self) -> list[Ban]:
        return [Ban(name, "the repair", because) for name, because in self._goal.removed.items()]

    def _wrong(self) -> Iterator[str]:
        """Yield what cannot stay as it is: known to break TensorFlow, or of its family with unmet requirements."""
        for name, version in self._present.versions.items():
            if name in self._goal.removed or (self._goal.tensorflow and name == self._goal.tensorflow[0]):
                continue
            unmet = name in self._present.family and any(self._present.unmet(name))
            if unmet or self._bans.against(name, version) is not None:
                yield name

    def _question(self) -> Question:
        leeway, goal, present = self._leeway, self._goal, self._present
        named = {need.name for need in goal.wanted.values()}
        roots = sorted((leeway.freed | named) & self._rest.keys() - leeway.ignored)
        wishes = (need for text, need in goal.wanted.items() if text not in leeway.declined)
        return Question(
            place=present.place,
            tensorflow=goal.tensorflow,
            asked=(*(Need(name, SpecifierSet(), _KEPT) for name in roots), *wishes),
            bans=tuple(self._forbidden()),
            installed=self._rest,
            preferred=self._preferred(),
            held=self._held(),
            mend=present.family - leeway.tolerated,
        )

    def _preferred(self) -> dict[str, tuple[Version, ...]]:
        """Return the pins of the lock for this TensorFlow; `near`, only those of distributions that are not there."""
        if self._goal.tensorflow is None:
            return {}
        name, version = self._goal.tensorflow
        place = self._present.place
        lock = self._present.matrix.locks.get(name, version, place.minor, f"{place.os}-{place.arch}")
        pins = getattr(lock, "pins", ())
        return {pin.name: (Version(pin.version),) for pin in pins if not self._near or pin.name not in self._rest}

    def _held(self) -> dict[str, tuple[Need, ...]]:
        """Return the requirements of what stays as it is, by the distribution required."""
        tensorflow = self._goal.tensorflow
        moving = self._leeway.freed | self._leeway.ignored
        if tensorflow is not None:
            moving |= self._present.reached(tensorflow[0]) | {tensorflow[0]}
        held: dict[str, list[Need]] = {}
        for name in self._rest.keys() - moving:
            for need in self._present.needs[name]:
                one = self._meant(need, name)
                if one is None:
                    continue
                version = self._present.versions.get(one.name)
                met = version is None or one.declared(version)
                held.setdefault(one.name, []).append(one if met or version is None else _admitting(one, version))
        return {name: tuple(found) for name, found in held.items()}

    def _meant(self, need: Need, by: str) -> Need | None:
        """Return a requirement on any TensorFlow as one on the TensorFlow that stays; None where it is known to fit."""
        tensorflow = self._goal.tensorflow
        if tensorflow is None or need.name not in TENSORFLOW_DISTRIBUTIONS:
            return need
        version = self._present.versions.get(by)
        if version is not None and self._bans.fits(by, version):
            return None
        return Need(tensorflow[0], need.specifier, need.by, need.extras)

    # --- conflicts ------------------------------------------------------------------------------------

    def _give_way(self, conflict: Conflict) -> bool:
        """Let the cheapest party of a conflict give way; False where none can."""
        parties = {side.owner: clash.text for clash in conflict.clashes for side in clash.sides}
        parties |= {clash.distribution: clash.text for clash in conflict.clashes if clash.distribution not in parties}
        tensorflow = self._goal.tensorflow[0] if self._goal.tensorflow else ""
        leeway, family = self._leeway, self._present.family
        there = [name for name in sorted(parties) if name in self._rest]
        others = [name for name in there if name != tensorflow and name not in leeway.ignored]
        movable = {name for name in others if name not in leeway.freed and self._present.movable(name)}
        if movable:
            leeway.freed |= movable
            return True
        wishes = [text for text, need in self._goal.wanted.items() if need.by in parties and need.by != YOU]
        mine = [text for text, need in self._goal.wanted.items() if need.by == YOU and YOU in parties]
        ways = (
            (leeway.tolerated, [name for name in others if name in family]),
            (leeway.declined, wishes),
            (leeway.ignored, [name for name in others if name not in self._core]),
            (leeway.tolerated, [name for name in there if name == tensorflow]),
            (leeway.declined, mine),
            (leeway.ignored, others),
        )
        for where, names in ways:
            for name in names:
                if name not in where:
                    where.add(name)
                    owner = self._goal.wanted[name].by if where is leeway.declined else name
                    leeway.reasons[name] = parties[owner]
                    self._begin_again(where)
                    return True
        return False

    def _begin_again(self, given: set[str]) -> None:
        """Take back what was done for the sake of what is given up now: nothing is moved in vain."""
        leeway = self._leeway
        if given is leeway.declined:
            reasons = {name: text for name, text in leeway.reasons.items() if name in leeway.declined}
            self._leeway = Leeway(freed=set(self._wrong()), declined=leeway.declined, reasons=reasons)
        elif given is leeway.ignored:
            leeway.freed = set(self._wrong())

    # --- what is left ---------------------------------------------------------------------------------

    def unresolved(self, versions: dict[str, Version]) -> Iterator[Unresolved]:
        """Yield what had to give way and is in fact not kept by these versions."""
        reasons = self._leeway.reasons
        for name in sorted(self._rest):
            if versions.get(name) != self._present.versions.get(name):
                continue
            for need in self._present.needs[name]:
                if need.name in self._goal.removed and not self._served(need, name):
                    because = f"{need.by} requires {need.text}; it goes: {self._goal.removed[need.name]}"
                    yield Unresolved(name=name, because=because)
            for need in self._present.unmet(name, versions):
                if need.declared(self._present.versions.get(need.name, versions[need.name])):
                    what = "may be built for NumPy 1" if self._compiled(need, name) else f"requires {need.text}"
                    because = f"{need.by} {what}, and gets {need.name} {versions[need.name]}"
                    why = reasons.get(name, "")
                    yield Unresolved(name=name, because=f"{because}: {why}" if why else because)
        if self._stuck:
            yield Unresolved(name="versions", because=self._stuck)

    def _compiled(self, need: Need, by: str) -> bool:
        """Whether it is compiled code that asks for it, and no metadata."""
        return by in self._present.built and need.text == NUMPY_1

    def _served(self, need: Need, by: str) -> bool:
        """Whether the TensorFlow that stays does for a requirement on one that goes."""
        if self._goal.tensorflow is None or need.name not in TENSORFLOW_DISTRIBUTIONS:
            return False
        one = self._meant(need, by)
        return one is None or one.declared(self._goal.tensorflow[1])

    def declined(self) -> dict[str, str]:
        """Return why wishes cannot be met, by the name of the finding whose wish it is."""
        return {self._goal.wanted[text].by: self._leeway.reasons[text] for text in self._leeway.declined}


def _admitting(need: Need, version: Version) -> Need:
    return Need(need.name, need.specifier, need.by, need.extras, need.lifted, need.admitted | {version})
