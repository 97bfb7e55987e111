"""All changes between two releases, each once, the worst first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from tfdoctor.diagnosis import Evidence
from tfdoctor.drift import api, curated, measured
from tfdoctor.drift.change import EFFECTS, Change
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix

_MEASURED: Final = "measured."
# What more programs use comes first; names of TensorFlow 1 come last.
_PLACES: Final = (
    "tf.keras.optimizers", "tf.keras.layers", "tf.keras.losses", "tf.keras.metrics", "tf.keras.Model",
    "tf.keras.initializers", "tf.keras", "tf.nn", "tf.image", "tf.random", "tf.data", "tf.initializers", "tf",
)  # fmt: skip
_RARE: Final = (
    "tf.compat.",
    "tf.contrib.",
    "tf.raw_ops.",
    "tf.estimator.",
    "tf.experimental.",
    "tf.keras.applications",
)


def changes(span: Span, matrix: Matrix) -> tuple[Change, ...]:
    """Return what changed from one release to another, ranked by what it does to results."""
    written = list(curated.changes(span, matrix))
    told = {row.fact for change in written for row in change.evidence if row.fact.startswith(_MEASURED)}
    numbers = [change for change in measured.changes(span, matrix) if change.evidence[0].fact not in told]
    merged = _merged(list(api.changes(span, matrix)), numbers, _equal(span, matrix))
    return tuple(sorted((*written, *merged), key=_rank))


def _equal(span: Span, matrix: Matrix) -> dict[tuple[str, str], str]:
    """Defaults of symbols that experiments leave alone and whose numbers are the same: (symbol, parameter) -> name."""
    behaviour = matrix.behaviour
    found: dict[tuple[str, str], str] = {}
    for experiment in behaviour.experiments.values():
        one = behaviour.outcome(experiment.name, span.before)
        other = behaviour.outcome(experiment.name, span.after)
        ran = one is not None and other is not None and not one.error and not other.error
        if ran and experiment.kind != "speed" and not behaviour.differs(experiment.name, span.before, span.after):
            found.update(((s, p), experiment.name) for s in experiment.subject for p in experiment.arguments)
    return found


def _merged(rows: list[Change], numbers: list[Change], equal: dict[tuple[str, str], str]) -> Iterator[Change]:
    """A changed default takes the measurements that leave it alone; one that is measured as the same is cosmetic."""
    of: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, change in enumerate(numbers):
        for subject in change.subject:
            for parameter in change.parameters:
                of[subject, parameter].append(at)
    used: set[int] = set()
    for row in rows:
        if row.finding != api.DEFAULT or row.effect != "results":
            yield row
            continue
        keys = [(subject, parameter) for subject in row.subject for parameter in row.parameters]
        mine = sorted({at for key in keys for at in of.get(key, ())})
        used.update(mine)
        if mine:
            proof = tuple(numbers[at].evidence[0] for at in mine)
            size = max(numbers[at].size for at in mine)
            plotted = tuple(one for at in mine for one in numbers[at].numbers)
            yield replace(row, evidence=(*row.evidence, *proof), size=size, numbers=plotted)
            continue
        same = next((equal[key] for key in keys if key in equal), "")
        if same:
            proof = (Evidence(fact=f"{_MEASURED}{same}", value="the same in both releases", source="run"),)
            yield replace(row, effect="cosmetic", evidence=(*row.evidence, *proof))
        else:
            yield replace(row, confidence="likely")  # that another default gives other results was not measured
    yield from (change for at, change in enumerate(numbers) if at not in used)


def _rank(change: Change) -> tuple[int, int, bool, int, float, str]:
    name = change.subject[0] if change.subject else ""
    rare = name.startswith(_RARE)
    place = next(
        (at for at, start in enumerate(_PLACES) if name == start or name.startswith(f"{start}.")), len(_PLACES)
    )
    return EFFECTS.index(change.effect), change.positional, rare, place, -change.size, change.what


def about(rows: Iterable[Change]) -> dict[str, list[Change]]:
    """Return changes by the symbols that they are about."""
    found: dict[str, list[Change]] = defaultdict(list)
    for row in rows:
        for subject in row.subject:
            found[subject].append(row)
    return found
