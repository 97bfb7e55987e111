"""The user's own requirements beside a lock: the fewest pins that have to move."""

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
    return Reconciled({**pins, **moved}, tuple(_statements(moved, pins, found)), unresolved)


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
