"""Finds versions that go together: all requirements kept, nothing that is known to break, what is installed first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfdoctor.facts import Distribution, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.bounds import ABSENT, Bound
from tfdoctor.plan.place import Place
from tfdoctor.plan.resolution.asks import YOU, Ban, Need, parse
from tfdoctor.plan.resolution.bans import Bans, excludes
from tfdoctor.plan.resolution.pool import Candidate, Pool
from tfdoctor.versions import release as read_release

_ROUNDS = 500
_REPEATS = 12


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be resolved.

    Attributes:
        place: where it is to be installed.
        tensorflow: canonical name and version of the TensorFlow that is to be there; None where none is.
        asked: requirements of the user, of installed distributions, of findings.
        bans: what must not be taken, besides what is known to break this TensorFlow.
        installed: what is there, by canonical name; tried first.
        preferred: versions that are tried next (a lock's), by canonical name.
        held: requirements of distributions that stay as they are, by the distribution required.
        mend: installed distributions whose requirements have to be met even where they are not met now.
        serving: companions that are to work with TensorFlow, even those that could do without.
    """

    place: Place
    tensorflow: tuple[str, Version] | None
    asked: tuple[Need, ...] = ()
    bans: tuple[Ban, ...] = ()
    installed: Mapping[str, Distribution] = field(default_factory=dict)
    preferred: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    held: Mapping[str, tuple[Need, ...]] = field(default_factory=dict)
    mend: frozenset[str] = frozenset()
    serving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict: who asks for what."""

    by: str
    asks: str
    measured: bool = False  # a bound, not a requirement

    @property
    def owner(self) -> str:
        """The name of who asks, without its version."""
        return self.by.partition(" ")[0]

    def __str__(self) -> str:
        return f"{self.by} {'ask' if self.by == YOU else 'asks'} for {self.asks}"


@dataclass(frozen=True, kw_only=True)
class Clash:
    """A conflict: the asks on one distribution that no release meets together."""

    distribution: str
    sides: tuple[Side, ...]

    @property
    def text(self) -> str:
        """Both sides in one sentence; of several releases of one distribution the first stands for all."""
        telling = [side for side in self.sides if side.owner == YOU or side.asks != self.distribution]
        telling = telling or list(self.sides)
        asked: dict[str, list[Side]] = {}
        for side in telling:
            asked.setdefault(str(side) if side.measured else side.owner, []).append(side)
        rows = [f"{found[0]}{' (so do other releases of it)' if len(found) > 1 else ''}" for found in asked.values()]
        fits = "is right for all" if len(rows) > 1 else "that can be installed here is right"
        return f"no release of {self.distribution} {fits}: {'; '.join(rows)}"


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """Versions that go together.

    `pins` are those that the asks lead to, by name; `built` those that have no wheel; `unknown` the requirements on
    distributions that neither the index nor the environment has.
    """

    pins: Mapping[str, Candidate]
    unknown: tuple[Need, ...] = ()

    @property
    def built(self) -> tuple[str, ...]:
        """The names of those that have no wheel here and are built at installation."""
        return tuple(sorted(name for name, one in self.pins.items() if one.sdist))


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Nothing goes together."""

    clashes: tuple[Clash, ...]

    @property
    def parties(self) -> frozenset[str]:
        """Who asks, in all sides."""
        return frozenset(side.by for clash in self.clashes for side in clash.sides)


def resolve(question: Question, matrix: Matrix) -> Resolution | Conflict:
    """Return versions that keep every ask, or the asks that exclude each other.

    Bounds that depend on other versions are judged once all versions are known: what they break is banned and the
    question asked again; where that leaves nothing, the other side of the condition has to give way.
    """
    lessons: list[_Lesson] = []
    for _ in range(_REPEATS):
        found = _once(question, matrix, lessons)
        if isinstance(found, Conflict):
            if not lessons or lessons[-1].turned:
                return found
            lessons[-1] = lessons[-1].turn()
            continue
        bound = _violated(question, matrix, found)
        if bound is None:
            return found
        lessons.append(
            _Lesson(bound, f"{question.tensorflow[0]} {question.tensorflow[1]}" if question.tensorflow else "")
        )
    return Conflict(clashes=())


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A bound with conditions that versions were seen to violate; `turned`: the condition is to give way."""

    bound: Bound
    by: str
    turned: bool = False

    def turn(self) -> "_Lesson":
        """Return the same, the other way round."""
        return _Lesson(self.bound, self.by, turned=True)

    def bans(self) -> Iterator[Ban]:
        """Yield what must not be taken."""
        row = self.bound.row
        if not self.turned:
            yield Ban(row.distribution, self.by, row.message, (self.bound,))
            return
        for text in row.when:
            need = parse(text)
            if need is not None:
                because = f"with it {row.distribution} {row.breaks} fails"
                yield Ban(canonicalize_name(need.name), self.by, because, excluded=need.specifier)

    def needs(self) -> Iterator[Need]:
        """Yield what has to be there."""
        row = self.bound.row
        if not self.turned:
            if self.bound.hits(None):
                yield Need(row.distribution, SpecifierSet(), self.by)
            return
        for text in row.when:
            name, _, word = text.partition(" ")
            if word == ABSENT:
                yield Need(canonicalize_name(name), SpecifierSet(), self.by)


def _once(question: Question, matrix: Matrix, lessons: Sequence[_Lesson]) -> Resolution | Conflict:
    from resolvelib import BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver

    from tfdoctor.plan.resolution.provider import Key, Provider

    pool = Pool(matrix, question.place, question.installed, question.preferred)
    bans = [ban for lesson in lessons for ban in lesson.bans()]
    rules = Bans(matrix, question.place, question.tensorflow, (*question.bans, *bans), question.serving)
    provider = Provider(pool, rules, question.held, question.mend)
    roots = []
    if question.tensorflow is not None:
        name, version = question.tensorflow
        roots.append(Need(name, SpecifierSet(f"=={version}"), "the plan"))
    unknown: list[Need] = []
    for need in (*question.asked, *(need for lesson in lessons for need in lesson.needs())):
        one = provider.adapt(need)
        if one is not None:
            (roots if pool.knows(one.name) else unknown).append(one)
    reporter: BaseReporter[Need, Candidate, Key] = BaseReporter()
    try:
        result = Resolver(provider, reporter).resolve(roots, max_rounds=_ROUNDS)
    except ResolutionImpossible as error:
        return Conflict(clashes=tuple(_clashes(error.causes, rules, pool, question.held)))
    except ResolutionTooDeep:
        return Conflict(clashes=())
    pins = {name: one for (name, extras), one in result.mapping.items() if not extras}
    return Resolution(pins=dict(sorted(pins.items())), unknown=(*unknown, *provider.unknown.values()))


def _clashes(
    causes: Iterable[object], rules: Bans, pool: Pool, held: Mapping[str, tuple[Need, ...]]
) -> Iterable[Clash]:
    from tfdoctor.plan.resolution.companions import excluding  # only to explain a failure

    needs: dict[str, list[Need]] = {}
    for cause in causes:
        need: Need = cause.requirement  # type: ignore[attr-defined]  # resolvelib's named tuple
        needs.setdefault(need.name, []).append(need)
    for name, wanted in needs.items():
        asked = [*wanted, *held.get(name, ())]
        found = [Side(need.by, need.text) for need in asked]
        bans = [Side(ban.by or "the plan", f"{ban.text}: {ban.because}", measured=True) for ban in rules.all(name)]
        if (other := excluding(name, asked, rules, pool)) is not None:
            bans.append(Side(*other, measured=True))
        yield Clash(distribution=name, sides=tuple(dict.fromkeys((*found, *bans))))


def _violated(question: Question, matrix: Matrix, found: Resolution) -> Bound | None:
    """Return the first bound with conditions that the versions violate together."""
    if question.tensorflow is None:
        return None
    versions = {name: one.version for name, one in found.pins.items()}
    for name, item in question.installed.items():
        version = read_release(known(item.version))
        if name not in versions and version is not None:
            versions[name] = version
    place = question.place
    hits = matrix.bounds.hits(question.tensorflow[1], versions, place.python, place.os, complete=True)
    return next((bound for bound in hits if bound.row.when and excludes(bound)), None)
