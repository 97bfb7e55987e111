"""Changes of behaviour between two releases that were measured: the same small experiments in each."""

import re
from collections.abc import Iterator
from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.drift.change import Change, Effect, Numbers
from tfdoctor.drift.releases import Span
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import Difference, Experiment
from tfdoctor.matrix.fingerprints import told

MEASURED: Final = "measured-difference"
# Kinds whose experiments make their object as programs do; the others look at one case of many.
_PLAIN: Final = ("initializer-", "optimizer-", "loss-", "metric-")
# An argument that an experiment itself gives, or a name: only programs that give it meet that; signatures tell them.
_REFUSED: Final = re.compile(
    r"Unrecognized keyword|not recognized|has no attribute|is deprecated in the new Keras|is not supported in Keras 3"
)


def changes(span: Span, matrix: Matrix) -> Iterator[Change]:
    """Yield a change for each experiment whose outcomes differ beyond noise; what only starts to work is none."""
    behaviour = matrix.behaviour
    for experiment in behaviour.experiments.values():
        found = behaviour.differs(experiment.name, span.before, span.after)
        if found is not None and not found.before.error and not _REFUSED.search(found.after.error):
            yield _change(experiment, found, span, behaviour.source)


def _change(experiment: Experiment, found: Difference, span: Span, source: str) -> Change:
    effect: Effect = "raises" if found.after.error else "speed" if experiment.kind == "speed" else "results"
    return Change(
        finding=MEASURED,
        effect=effect,
        subject=experiment.subject,
        what=experiment.what,
        before=told(found.before, found.values),
        after=told(found.after, found.values),
        parameters=experiment.arguments,
        size=found.relative,
        evidence=(evidence(found, span, source),),
        numbers=tuple(numbers(found)),
    )


def ordinary(change: Change) -> bool:
    """Whether what was measured is what every program meets that leaves the arguments alone, not a case of its own."""
    name = change.evidence[0].fact.removeprefix("measured.") if change.evidence else ""
    plain = name.endswith("-default") or name.startswith(_PLAIN)
    return plain and len(change.subject) == 1 and bool(change.parameters)


def numbers(found: Difference) -> Iterator[Numbers]:
    """Yield the values that differ and are numbers in both releases."""
    for name in found.values:
        before, after = found.before.values.get(name), found.after.values.get(name)
        if isinstance(before, tuple) and isinstance(after, tuple):
            yield Numbers(found.experiment, name, before, after)


def evidence(found: Difference, span: Span, source: str) -> Evidence:
    """Return a measured difference as evidence."""
    said = f"{told(found.before, found.values)} in {span.before}, {told(found.after, found.values)} in {span.after}"
    size = f", {found.relative:.1%} apart, noise {found.noise:.2%}" if found.absolute else ""
    return Evidence(fact=f"measured.{found.experiment}", value=said + size, source=source)
