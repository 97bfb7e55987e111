"""All changes between two releases, each once, the worst first."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from tfdoctor.diagnosis import Confidence, Evidence
from tfdoctor.drift import api, curated, measured, refused, symbolic
from tfdoctor.drift.change import EFFECTS, Change
from tfdoctor.drift.cure import WriteOut
from tfdoctor.drift.guard import Guard
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.api import Where

_Rank = tuple[int, bool, bool, bool, bool, float, int, float, int, str]
_MEASURED: Final = "measured."
# Among what is used alike; names of TensorFlow 1 come last.
_PLACES: Final = (
    "tf.keras.optimizers", "tf.keras.layers", "tf.keras.losses", "tf.keras.metrics", "tf.keras.Model",
    "tf.keras.initializers", "tf.keras", "tf.nn", "tf.image", "tf.random", "tf.data", "tf.initializers", "tf",
)  # fmt: skip
# What has a page of its own was met by people, who asked about it.
_GENERAL: Final = frozenset({api.REMOVED, api.ARGUMENT, api.DEFAULT, api.DEPRECATED, measured.MEASURED})
_RARE: Final = (
    "tf.autograph.", "tf.compat.", "tf.contrib.", "tf.distribute.cluster_resolver.", "tf.estimator.",
    "tf.experimental.", "tf.keras.applications", "tf.lite.", "tf.profiler.", "tf.raw_ops.", "tf.test.", "tf.tpu.",
    "tf.types.",
)  # fmt: skip


def changes(span: Span, matrix: Matrix, guard: Guard | None = None) -> tuple[Change, ...]:
    """Return what changed from one release to another, ranked by what it does to results."""
    guard = guard or Guard(debug=True)
    written = guard.tried("the written table", lambda: list(curated.changes(span, matrix))) or []
    told = {row.fact for change in written for row in change.evidence if row.fact.startswith(_MEASURED)}
    every = guard.tried("the measurements", lambda: list(measured.changes(span, matrix))) or []
    numbers = [change for change in every if change.evidence[0].fact not in told]
    rows = guard.tried("the public names", lambda: [*api.changes(span, matrix), *refused.changes(span, matrix)]) or []
    rows += guard.tried("symbolic tensors", lambda: list(symbolic.changes(span, matrix))) or []
    equal = guard.tried("the measurements", lambda: _equal(span, matrix)) or {}
    merged = (_kept(row, written) for row in _merged(rows, numbers, equal))
    return tuple(sorted((*written, *merged), key=lambda change: _rank(change, matrix)))


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
        if row.kind != "default" or row.effect != "results":
            yield row
            continue
        keys = [(subject, parameter) for subject in row.subject for parameter in row.parameters]
        mine = sorted({at for key in keys for at in of.get(key, ())})
        used.update(mine)
        if mine:
            proof = tuple(numbers[at].evidence[0] for at in mine)
            sure: Confidence = "likely" if row.confidence == "possible" else row.confidence
            size = max(numbers[at].size for at in mine)
            plotted = tuple(one for at in mine for one in numbers[at].numbers)
            yield replace(row, evidence=(*row.evidence, *proof), size=size, numbers=plotted, confidence=sure)
            continue
        same = next((equal[key] for key in keys if key in equal), "")
        if same:
            proof = (Evidence(fact=f"{_MEASURED}{same}", value="the same in both releases", source="run"),)
            yield replace(row, effect="cosmetic", evidence=(*row.evidence, *proof))
        elif row.confidence == "certain":
            yield replace(row, confidence="likely")  # that another default gives other results was not measured
        else:
            yield row
    yield from (change for at, change in enumerate(numbers) if at not in used)


def _kept(row: Change, written: Iterable[Change]) -> Change:
    """A changed default without advice that the second release refuses: the old value may be an error by now."""
    if not isinstance(row.cure, WriteOut):
        return row
    argument, value = row.cure.argument, row.cure.value.strip("'")
    for change in written:
        mine = change.effect == "raises" and change.given and argument in change.parameters
        if mine and not set(row.subject).isdisjoint(change.subject) and _refuses(change.where, value):
            return replace(row, keep="", cure=None)
    return row


def _refuses(where: Where, value: str) -> bool:
    """Whether a change is about a value that is written out."""
    told = bool(where.unlike) and not re.search(where.unlike, value)
    return told or (bool(where.like) and re.search(where.like, value) is not None)


def _rank(change: Change, matrix: Matrix) -> _Rank:
    """The order: what it does, whether it is sure, what more programs use, how far the numbers are apart."""
    name = change.subject[0] if change.subject else ""
    rare = bool(change.subject) and all(each.startswith(_RARE) for each in change.subject)
    place = next(
        (at for at, start in enumerate(_PLACES) if name == start or name.startswith(f"{start}.")), len(_PLACES)
    )
    used = max((_used(each, matrix) for each in change.subject), default=0)
    guessed = change.confidence == "possible" or (change.finding == measured.MEASURED and not measured.ordinary(change))
    return (
        EFFECTS.index(change.effect), bool(change.positional), rare, guessed, change.finding in _GENERAL, -used, place,
        -change.size, change.positional, change.what,
    )  # fmt: skip


def _used(name: str, matrix: Matrix) -> float:
    """How many programs may meet it: of what belongs to a class, a part of those that use the class."""
    return matrix.uses.of(name) + matrix.uses.of(name.rpartition(".")[0]) / 10


def about(rows: Iterable[Change]) -> dict[str, list[Change]]:
    """Return changes by the symbols that they are about."""
    found: dict[str, list[Change]] = defaultdict(list)
    for row in rows:
        for subject in row.subject:
            found[subject].append(row)
    return found
