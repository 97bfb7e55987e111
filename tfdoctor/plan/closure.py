"""The user's own requirements beside a lock: the fewest pins that have to move."""

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.version import Version

from tfdoctor.plan.asks import YOU, needs
from tfdoctor.plan.candidates import Candidate, Field
from tfdoctor.plan.model import Statement, Unresolved
from tfdoctor.plan.place import Place
from tfdoctor.plan.resolve import Conflict, Question, Resolution, resolve

_SHOWN = 6
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
    question = Question(
        place=place,
        tensorflow=(candidate.release.distribution, candidate.version),
        asked=asked,
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
    statements = (*_statements(moved, pins, found), *_verified(whole, candidate, question, field))
    return Reconciled(whole, statements, unresolved)


def _because(conflict: Conflict) -> str:
    if not conflict.clashes:
        return "no versions were found that keep all requirements"
    return ". ".join(clash.text for clash in conflict.clashes)


def _statements(moved: dict[str, str], pins: dict[str, str], found: Resolution) -> list[Statement]:
    if not moved:
        return []
    rows = [f"{name} {version}" + (f" (was {pins[name]})" if name in pins else "") for name, version in moved.items()]
    listed = ", ".join(rows[:_SHOWN]) + (f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else "")
    built = f"; built from source: {', '.join(found.built)}" if found.built else ""
    text = f"for your requirements: {listed}: resolved, not run{built}"
    return [Statement(about="requirements", text=text, basis="resolved", source="compat_matrix/index.json")]


def _verified(whole: dict[str, str], candidate: Candidate, question: Question, field: Field) -> Iterator[Statement]:
    """Yield what was seen to work of the companions that are asked for: the pair, or the whole environment."""
    runs, source = field.matrix.companion_runs, "compat_matrix/companions.json"
    tensorflow = f"TensorFlow {candidate.version}"
    same = runs.whole(f"{name}=={version}" for name, version in whole.items())
    for need in question.asked:
        run = runs.of(candidate.version, need.name, whole.get(need.name, ""))
        if run is None:
            continue
        here = "in just this environment" if same is not None and same.used.get(need.name) else "in another environment"
        text = (
            f"{need.name} {whole[need.name]} with {tensorflow}: imported and used {here}, "
            f"on CPython {(same or run).interpreter}, Linux x86_64, CPU, on {(same or run).date}"
        )
        yield Statement(about=f"with {need.name}", text=text, basis="installed", source=source)
