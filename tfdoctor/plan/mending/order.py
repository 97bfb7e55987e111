"""The steps of a repair in their order: uninstall what lies over each other, delete what is left, install."""

from collections.abc import Iterator

from packaging.version import Version

from tfdoctor.facts import known
from tfdoctor.plan.mending.goal import Goal
from tfdoctor.plan.mending.present import Present
from tfdoctor.plan.model import Change, Step


def changes(versions: dict[str, Version], present: Present, goal: Goal) -> tuple[Change, ...]:
    """Return what changes its version, comes or goes, by name."""
    was = {name: known(item.version) for name, item in present.distributions.items()}
    names = sorted({*versions, *was, *goal.removed})
    if not present.complete:
        asked = {need.name for need in goal.wanted.values()} | {goal.tensorflow[0] if goal.tensorflow else ""}
        names = [name for name in names if name in was or name in asked]
    found = []
    for name in names:
        becomes = None if name in goal.removed else versions.get(name)
        before = was.get(name)
        if name in was and name not in present.versions and name not in goal.removed:
            continue  # its version cannot be read: it stays unless it is renewed
        same = becomes is not None and becomes == present.versions.get(name)
        if not same and (before is not None or becomes is not None):
            found.append(Change(distribution=name, was=before, becomes=str(becomes) if becomes is not None else None))
    return tuple(found)


def ordered(goal: Goal, versions: dict[str, Version], present: Present) -> Iterator[Step]:
    """Yield the steps."""
    changed = {one.distribution: one.becomes for one in changes(versions, present, goal)}
    renewed = {name for name in goal.renewed if name in versions and name not in changed}
    touched = {name for name in (*changed, *renewed) if name in present.distributions}
    mixed = _over_each_other(touched, present) - goal.removed.keys()
    renewed |= {name for name in mixed if name not in changed and name in versions}
    first = sorted({*goal.removed} & present.distributions.keys() | (mixed & present.distributions.keys()))
    if first:
        text = f"Uninstall {_list(first)}" + (", whose files lie over each other." if len(first) > 1 else ".")
        yield Step(kind="uninstall", text=text, distributions=tuple(first))
    if goal.deleted:
        yield Step(kind="delete", text="Delete what is left of earlier installations.", paths=tuple(goal.deleted))
    install = {name: text for name, text in changed.items() if text is not None}
    install |= {name: str(versions[name]) for name in renewed if name in first}
    if install:
        pins = tuple(f"{name}=={install[name]}" for name in sorted(install))
        yield Step(kind="install", text=f"Install {_list(pins)}.", requirements=pins)
    again = sorted(renewed - set(first))
    if again:
        pins = tuple(f"{name}=={versions[name]}" for name in again)
        text = f"Install {_list(pins)} again: files are missing or altered."
        yield Step(kind="install", text=text, requirements=pins, reinstall=True)
    yield from goal.variables


def _over_each_other(touched: set[str], present: Present) -> set[str]:
    """Return all distributions that share files with one that is touched, and the touched ones among them."""
    found: set[str] = set()
    for overlap in present.overlaps:
        if touched & set(overlap.distributions):
            found |= set(overlap.distributions)
    return found


def _list(names: list[str] | tuple[str, ...]) -> str:
    shown = list(names)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
