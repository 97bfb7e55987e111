"""Lays the fingerprints of two sides beside each other, and beside what was measured for their releases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tfdoctor.facts import Fingerprint, Snapshot, Unknown, known
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.behaviour import ELSEWHERE, Behaviour, Difference, Outcome, difference
from tfdoctor.matrix.fingerprints import LATE, Beside, beside, both, outcomes, setting
from tfdoctor.tickets.compare.model import (
    JUDGEMENTS,
    Apart,
    Experiments,
    Judgement,
    Origin,
    Ran,
    Side,
    Uncompared,
)

FACT = "experiments"
_NONE = "none were run there (--fingerprint)"
_LARGEST = 1e6  # a part of the largest number; more is as good as this


def experiments(a: Snapshot, b: Snapshot, matrix: Matrix) -> Experiments | None:
    """Return what experiments gave on both sides; None where one side has no fingerprint."""
    one, other = known(a.fingerprint), known(b.fingerprint)
    if one is None or other is None:
        return None
    return _Pair(_Fingerprint(one, matrix.behaviour), _Fingerprint(other, matrix.behaviour), matrix.behaviour).laid()


def uncompared(a: Snapshot, b: Snapshot) -> Iterator[Uncompared]:
    """Yield that one side has no fingerprint, where the other has one or could not have one."""
    states: dict[Side, object] = {"a": a.fingerprint, "b": b.fingerprint}
    if not any(isinstance(state, (Fingerprint, Unknown)) for state in states.values()):
        return
    for side, state in states.items():
        if not isinstance(state, Fingerprint):
            reason = state.reason if isinstance(state, Unknown) else _NONE
            yield Uncompared(facts=(FACT,), unknown=side, reason=reason)


@dataclass(frozen=True)
class _Fingerprint:
    """One side."""

    facts: Fingerprint
    behaviour: Behaviour

    @cached_property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What ended in time."""
        return {name: row for name, row in outcomes(self.facts).items() if not row.error.startswith(LATE)}

    @cached_property
    def beside(self) -> Beside:
        return beside(self.facts, self.behaviour)

    @cached_property
    def own(self) -> frozenset[str]:
        return frozenset(row.experiment for row in self.beside.differences)

    @cached_property
    def unknown(self) -> frozenset[str]:
        return frozenset(self.beside.unknown)

    def ran(self) -> Ran:
        """Return the outward form."""
        facts = self.facts
        return Ran(
            tensorflow=facts.tensorflow,
            keras=facts.keras or None,
            numpy=facts.numpy or None,
            python=facts.python or None,
            reference=self.beside.release or None,
            ran=len(self.outcomes),
            own=tuple(sorted(self.own)),
            left=(*self.beside.late, *facts.left),
        )


@dataclass(frozen=True)
class _Pair:
    a: _Fingerprint
    b: _Fingerprint
    behaviour: Behaviour

    def laid(self) -> Experiments:
        """Compare what ran on both sides."""
        one, other = self.a.outcomes, self.b.outcomes
        same: list[str] = []
        near: list[str] = []
        apart: list[Apart] = []
        for name, outcome in one.items():
            if name not in other or self._timed(name):
                continue
            found = difference(name, outcome, other[name], self._noise(name), ELSEWHERE)
            if found is None:
                (same if outcome.values == other[name].values else near).append(name)
            elif self._alike(name):
                near.append(name)
            else:
                apart.append(self._apart(found))
        apart.sort(key=lambda row: (JUDGEMENTS.index(row.judgement), not row.values, -row.size, row.experiment))
        return Experiments(
            a=self.a.ran(),
            b=self.b.ran(),
            differences=tuple(apart),
            same=tuple(same),
            near=tuple(near),
            only_a=tuple(name for name in one if name not in other),
            only_b=tuple(name for name in other if name not in one),
            remarks=tuple(self._remarks()),
        )

    def _timed(self, name: str) -> bool:
        """Whether its numbers are times."""
        experiment = self.behaviour.experiments.get(name)
        return experiment is not None and experiment.kind == "speed"

    def _noise(self, name: str) -> dict[str, float]:
        first, second = (self.behaviour.noise(name, side.beside.release) for side in (self.a, self.b))
        return {key: max(first.get(key, 0.0), second.get(key, 0.0)) for key in (*first, *second)}

    def _alike(self, name: str) -> bool:
        """Whether both give what the one release gives elsewhere, if on different sides of it."""
        one, other = self.a, self.b
        return one.beside.release == other.beside.release and all(
            name not in side.own and name not in side.unknown for side in (one, other)
        )

    def _apart(self, found: Difference) -> Apart:
        origin = self._origin(found.experiment)
        judgement, reason = self._judged(found, origin)
        one, other = both(found)
        experiment = self.behaviour.experiments.get(found.experiment)
        return Apart(
            experiment=found.experiment,
            what=experiment.what if experiment else "",
            a=one,
            b=other,
            values=found.values,
            size=min(found.relative, _LARGEST),
            noise=found.noise,
            origin=origin,
            judgement=judgement,
            reason=reason,
        )

    def _origin(self, name: str) -> Origin:
        if name in self.a.unknown or name in self.b.unknown:
            return "unknown"
        a, b = name in self.a.own, name in self.b.own
        return "both" if a and b else "a" if a else "b" if b else "releases"

    def _judged(self, found: Difference, origin: Origin) -> tuple[Judgement, str]:
        """The judgement and why. Certain is only what a finding of one side rests on and nothing else explains."""
        first, second = self.a.beside.release, self.b.beside.release
        if origin == "releases":
            return "suspicious", f"known: TensorFlow {first} and {second} give these numbers elsewhere, too"
        if origin == "unknown":
            return "suspicious", "what their releases give elsewhere was not measured"
        if origin == "both":
            return "suspicious", "both depart from what their releases give elsewhere"
        here = self.a if origin == "a" else self.b
        side = origin.upper()
        said = f"{side} departs from what TensorFlow {here.beside.release} gives elsewhere"
        if here.beside.keras:
            return "suspicious", f"{said}; its Keras is {here.facts.keras}, that of the reference {here.beside.keras}"
        if setting(found):
            return "suspicious", f"{said}; it tells how TensorFlow is set to compute"
        if first != second and self.behaviour.differs(found.experiment, first, second) is not None:
            return "suspicious", f"{said}, and {first} and {second} differ in it anyway"
        return "certain", f"{said}, {'B' if origin == 'a' else 'A'} does not"

    def _remarks(self) -> Iterator[str]:
        for letter, side in (("A", self.a), ("B", self.b)):
            if side.facts.left:
                yield f"{letter}: {len(side.facts.left)} experiments did not get their turn: {side.facts.error}"
            if side.beside.late:
                yield f"{letter}: did not end in time: {', '.join(side.beside.late[:4])}" + (
                    f" and {len(side.beside.late) - 4} more" if len(side.beside.late) > 4 else ""
                )
            if not side.beside.release:
                yield f"{letter}: TensorFlow {side.facts.tensorflow} was not measured elsewhere"
            if side.beside.keras:
                yield (
                    f"{letter}: Keras {side.facts.keras}; TensorFlow {side.beside.release} was measured"
                    f" with {side.beside.keras}"
                )
