"""Folds what the experiments gave into one table: an outcome once, with the set of releases that share it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tfdoctor.matrix.behaviour import FLOOR, FORMAT, Outcome, difference, distance

SOURCE = "https://github.com/tensorflow/tensorflow (run: the CPU wheels for Linux x86_64 of {first} to {last})"
LONGEST = 160  # characters of an error
Noise = Mapping[str, Mapping[str, float]]  # experiment -> value -> part of its largest number
NEGLIGIBLE = FLOOR / 4


def moved(runs: Sequence[Mapping[str, Outcome]]) -> dict[str, dict[str, float]]:
    """Return how far the values of each experiment move between the first run and the others, where both gave some."""
    found: dict[str, dict[str, float]] = {}
    for name, first in runs[0].items():
        for other in (run[name] for run in runs[1:] if name in run and not (first.error or run[name].error)):
            for value in dict.fromkeys((*first.values, *other.values)):
                _, relative = distance(first.values.get(value), other.values.get(value))
                rounded = float(f"{relative:.2g}")
                if rounded > found.get(name, {}).get(value, 0.0):
                    found.setdefault(name, {})[value] = rounded
    return found


def fastest(runs: Sequence[Mapping[str, Outcome]]) -> tuple[dict[str, Outcome], dict[str, dict[str, float]]]:
    """Return the outcomes of the least times, and as their noise how far the second least are from them."""
    least, second = {}, {}
    for name in runs[0]:
        order = sorted((run[name] for run in runs if name in run), key=lambda one: (one.error, *one.values.values()))
        least[name], second[name] = order[0], order[min(1, len(order) - 1)]
    return least, moved([least, second])


def inherited(noise: Sequence[Noise]) -> dict[str, dict[str, float]]:
    """Return the greatest noise of each value in any release: what counts where it was not measured."""
    found: dict[str, dict[str, float]] = {}
    for quiet in noise:
        found = merged(found, quiet)
    return found


def merged(one: Noise, other: Noise) -> dict[str, dict[str, float]]:
    """Return the greater noise of each value of two."""
    found = {name: dict(values) for name, values in one.items()}
    for name, values in other.items():
        known = found.setdefault(name, {})
        known.update({value: max(part, known.get(value, 0.0)) for value, part in values.items()})
    return found


def fold(
    measured: Sequence[Mapping[str, str]],
    outcomes: Sequence[Mapping[str, Outcome]],
    noise: Sequence[Noise],
    suite: Mapping[str, Any],
    checked: str,
) -> str:
    """Return the table as text; `measured`, `outcomes` and `noise` have one item for each release, oldest first."""
    rows = {}
    for name, one in suite.items():
        found = [(number, run[name]) for number, run in enumerate(outcomes) if name in run]
        loud = [quiet.get(name, {}) for quiet in noise]
        if found:
            described = [one.kind, list(one.subject), one.what, list(one.arguments)]
            rows[name] = [*described, _groups((name, one.kind), found, loud), _levels(loud)]
    head = {
        "format": FORMAT,
        "source": SOURCE.format(first=measured[0]["minor"], last=measured[-1]["minor"]),
        "checked": checked,
        "basis": "trained",
        "releases": list(measured),
    }
    lines = [f"{json.dumps(key)}:{_text(value)}" for key, value in head.items()]
    table = ",\n".join(f"{json.dumps(name)}:{_text(row)}" for name, row in rows.items())
    return "{" + ",\n".join(lines) + ',\n"experiments":{\n' + table + "\n}}\n"


def _groups(
    experiment: tuple[str, str], found: Sequence[tuple[int, Outcome]], noise: Sequence[Mapping[str, float]]
) -> list[list[Any]]:
    """Return the outcomes that differ beyond noise, each with its releases; the oldest one's numbers stand for all.

    Times are so noisy that one would stand for much else: only those that are equal share a place. So do words.
    """
    name, kind = experiment
    groups: list[tuple[int, int, Outcome]] = []
    for number, outcome in found:
        for place, (releases, first, known) in enumerate(groups):
            keys = {*noise[number], *noise[first]}
            loud = {key: max(noise[number].get(key, 0.0), noise[first].get(key, 0.0)) for key in keys}
            same = _words(known) == _words(outcome) and difference(name, known, outcome, loud) is None
            if known == outcome or (same and kind != "speed"):
                groups[place] = (releases | 1 << number, first, known)
                break
        else:
            groups.append((1 << number, number, outcome))
    return [[releases, known.error[:LONGEST] or _short(known)] for releases, _, known in groups]


def _words(outcome: Outcome) -> dict[str, str]:
    return {name: value for name, value in outcome.values.items() if isinstance(value, str)}


def _short(outcome: Outcome) -> dict[str, Any]:
    """Return values with whole numbers as such, which JSON writes shorter."""
    return {
        name: value if isinstance(value, str) else [int(one) if one == int(one) else one for one in value]
        for name, value in outcome.values.items()
    }


def _levels(noise: Sequence[Mapping[str, float]]) -> dict[str, list[list[Any]]]:
    """Return the noise of each value that has any, each level with its releases."""
    found: dict[str, dict[float, int]] = {}
    for number, quiet in enumerate(noise):
        for value, part in quiet.items():
            if part > NEGLIGIBLE:
                levels = found.setdefault(value, {})
                levels[part] = levels.get(part, 0) | 1 << number
    return {value: [[part, releases] for part, releases in sorted(found[value].items())] for value in sorted(found)}


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
