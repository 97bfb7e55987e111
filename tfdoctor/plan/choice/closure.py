"""The user's own requirements beside a lock: the fewest pins that have to move."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from packaging.version import Version

from tfdoctor.matrix.companions import CompanionRun
from tfdoctor.plan.choice.candidates import Candidate, Field
from tfdoctor.plan.model import Statement, Unresolved
from tfdoctor.plan.place import Place
from tfdoctor.plan.resolution.asks import YOU, needs
from tfdoctor.plan.resolution.bans import Bans
from tfdoctor.plan.resolution.companions import excluding
from tfdoctor.plan.resolution.pool import Pool, usable
from tfdoctor.plan.resolution.resolve import Clash, Conflict, Question, Resolution, Side, resolve

_SHOWN = 6
_RUNS = "compat_matrix/companions.json"
_PATCH = 30  # a late patch of a minor version: some releases exclude the first ones by name


@dataclass(frozen=True)
class Reconciled:
    """The whole closure by distribution, what its changed parts rest on, and what nobody could judge."""

    pins: dict[str, str]
    statements: tuple[Statement, ...]
    unresolved: tuple[Unresolved, ...]


def reconcile(candidate: Candidate, pins: dict[str, str], field: Field) -> Reconciled | str:
    """Return the pins with which a candidate and the user's requirements are both kept, or why there are none."""
    place = Place.on(candidate.machine, Version(f"{candidate.python}.{_PATCH}"))
    asked = tuple(needs(field.wanted.others, YOU, place))
    fixed = needs(candidate.stack.requirements, f"CUDA {candidate.stack.cuda}", place) if candidate.stack else ()
    question = Question(
        place=place,
        tensorflow=(candidate.release.distribution, candidate.version),
        asked=(*asked, *fixed),
        serving=frozenset(need.name for need in asked if not need.specifier),
        preferred={name: (Version(version),) for name, version in pins.items()},
    )
    found = resolve(question, field.matrix)
    if isinstance(found, Conflict):
        return _because(found)
    moved = {name: str(one.version) for name, one in found.pins.items() if pins.get(name) != str(one.version)}
    unresolved = tuple(
        Unresolved(name=need.text, because="it is not in the bundled index; --online asks the real one")
        for need in found.unknown
    )
    whole = {**pins, **moved}
    run = _same(whole, place, field)
    statements = (*_statements(moved, pins, found, run), *_verified(whole, candidate, question, field, run))
    return Reconciled(whole, statements, unresolved)


def contradiction(candidate: Candidate, field: Field, *, strict: bool) -> str:
    """Say which of the user's requirements no release keeps beside this TensorFlow alone; "" where each has one."""
    place = Place.on(candidate.machine, Version(f"{candidate.python}.{_PATCH}"))
    tensorflow = (candidate.release.distribution, candidate.version)
    bans = Bans(field.matrix, place, tensorflow)
    own = list(needs(candidate.wheel.requires, bans.by, place))
    for need in needs(field.wanted.others, YOU, place):
        rows = usable(field.matrix, place, need.name) if need.name in field.matrix.index else ()
        lifted = () if strict else bans.lifted(need.name)
        theirs = [replace(one, lifted=lifted) for one in own if one.name == need.name]
        if rows and not any(
            need.admits(row.version)
            and not bans.against(need.name, row.version)
            and all(one.admits(row.version) for one in theirs)
            for row in rows
        ):
            sides = [Side(one.by, one.text) for one in (need, *theirs)]
            sides += [Side(ban.by, f"{ban.text}: {ban.because}", measured=True) for ban in bans.all(need.name)]
            if (other := excluding(need.name, [need], bans, Pool(field.matrix, place, {}, {}))) is not None:
                sides.append(Side(*other, measured=True))
            return Clash(distribution=need.name, sides=tuple(sides)).text
    return ""


def _because(conflict: Conflict) -> str:
    if not conflict.clashes:
        return "no versions were found that keep all requirements"
    return ". ".join(clash.text for clash in conflict.clashes)


def _same(whole: dict[str, str], place: Place, field: Field) -> CompanionRun | None:
    """Return the run of exactly this environment, where there was one."""
    if (place.os, place.arch) != ("linux", "x86_64"):
        return None
    run = field.matrix.companion_runs.whole(f"{name}=={version}" for name, version in whole.items())
    return run if run is not None and run.interpreter.startswith(f"{place.minor}.") else None


def _statements(
    moved: dict[str, str], pins: dict[str, str], found: Resolution, run: CompanionRun | None
) -> list[Statement]:
    if not moved:
        return []
    rows = [f"{name} {version}" + (f" (was {pins[name]})" if name in pins else "") for name, version in moved.items()]
    listed = ", ".join(rows[:_SHOWN]) + (f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else "")
    built = f"; built from source: {', '.join(found.built)}" if found.built else ""
    if run is not None and run.trained:
        text = f"for your requirements: {listed}: trained as a whole {_where(run)}{built}"
        return [Statement(about="requirements", text=text, basis="trained", source=_RUNS)]
    text = f"for your requirements: {listed}: resolved, not run{built}"
    return [Statement(about="requirements", text=text, basis="resolved", source="compat_matrix/index.json")]


def _verified(
    whole: dict[str, str], candidate: Candidate, question: Question, field: Field, same: CompanionRun | None
) -> Iterator[Statement]:
    """Yield which of the companions that are asked for were seen to work: in this environment, or in another."""
    for name in dict.fromkeys(need.name for need in question.asked if need.name in whole):
        here = same if same is not None and name in same.used else None
        run = here or field.matrix.companion_runs.of(candidate.version, name, whole[name])
        if run is not None:
            which = "in just this environment" if here else "in another environment"
            text = f"{name} {whole[name]} with TensorFlow {candidate.version}: imported and used {which}, {_where(run)}"
            yield Statement(about=f"with {name}", text=text, basis="installed", source=_RUNS)


def _where(run: CompanionRun) -> str:
    return f"on CPython {run.interpreter}, Linux x86_64, CPU, on {run.date}"
