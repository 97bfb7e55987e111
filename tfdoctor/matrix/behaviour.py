"""What small experiments gave in each minor of TensorFlow, from `compat_matrix/behaviour.json`: measured by runs.

The experiments are those of `tfdoctor/probes/foreign/experiments`. Each value has its noise: how far it moved between
repeated runs in one release, with oneDNN on and off, and with one thread and several.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Final, Literal

import msgspec

from tfdoctor.matrix.harvested import Harvested, Head

FORMAT: Final = 1
_OFF: Final = ("none", "None", "False")
FLOOR: Final = 5e-5  # of the largest number of a value: below it lies the rounding of float32 in another order
MARGIN: Final = 4.0  # how many times the measured noise a difference has to exceed
SPEED: Final = 1 / 3  # times are those of one machine: below half as much again they are the same
ELSEWHERE: Final = 2e-4  # the floor for other machines: other instruction sets add in another order

Kind = Literal[
    "initializer", "optimizer", "layer", "loss", "metric", "image", "random", "data", "execution", "saving",
    "training", "speed",
]  # fmt: skip
Value = tuple[float, ...] | str


class Experiment(msgspec.Struct, frozen=True):
    """A small deterministic experiment.

    Attributes:
        name: "optimizer-adam-default".
        kind: its family; the numbers of "speed" are ratios of times, and noisy.
        subject: the symbols that it is about ("tf.keras.optimizers.Adam").
        what: one sentence: what is done, and what the numbers are.
        arguments: those that it leaves at their defaults and that matter to its numbers.
    """

    name: str
    kind: Kind
    subject: tuple[str, ...]
    what: str
    arguments: tuple[str, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """What an experiment gave: named numbers or words, or why it can't run there ("AttributeError: ...")."""

    values: dict[str, Value] = {}
    error: str = ""


class Difference(msgspec.Struct, frozen=True):
    """How two outcomes of an experiment differ beyond noise.

    Attributes:
        experiment: its name.
        before: the one outcome.
        after: the other.
        values: the names of the values that differ; empty where one of them could not run.
        absolute: the largest difference of two numbers, 0 where words or errors differ.
        relative: the largest difference as a part of the largest number of its value, 1 where words or errors differ.
        noise: the part of the largest number up to which the value with the largest difference may move by itself.
    """

    experiment: str
    before: Outcome
    after: Outcome
    values: tuple[str, ...]
    absolute: float
    relative: float
    noise: float


class Measured(msgspec.Struct, frozen=True):
    """A release in which the experiments ran: its minor, and the versions of what was installed."""

    minor: str
    tensorflow: str
    keras: str
    numpy: str
    python: str


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """An experiment. A set of releases has one bit for each, in their order.

    `outcomes`: (releases, values or error); `noise`: value -> ((part of its largest number, releases), ...).
    """

    kind: Kind
    subject: tuple[str, ...]
    what: str
    arguments: tuple[str, ...]
    outcomes: tuple[tuple[int, dict[str, Value] | str], ...]
    noise: dict[str, tuple[tuple[float, int], ...]] = {}


class _File(Head, frozen=True):
    basis: str
    releases: tuple[Measured, ...]
    experiments: dict[str, msgspec.Raw]


class Behaviour(Harvested[_File], kind=_File, file="behaviour.json", format=FORMAT):
    """All experiments and their outcomes; a row is decoded when it is asked for."""

    def __init__(self, data: bytes) -> None:
        """Read the table; see `Harvested`."""
        super().__init__(data)
        self.basis = self._file.basis
        self.measured = self._file.releases
        self.releases = tuple(one.minor for one in self.measured)
        self._rows: dict[str, _Row] = {}

    @cached_property
    def experiments(self) -> Mapping[str, Experiment]:
        """All experiments by name."""
        return {name: Experiment(name, *self._described(name)) for name in self._file.experiments}

    def about(self, symbol: str) -> Iterator[Experiment]:
        """Give the experiments about a symbol ("tf.keras.layers.GRU")."""
        return (one for one in self.experiments.values() if symbol in one.subject)

    def outcome(self, name: str, release: str) -> Outcome | None:
        """Return what an experiment gave in a minor; None where there is no such experiment or minor."""
        bit, row = self._bit(release), self._row(name)
        found = next((told for releases, told in row.outcomes if releases & bit), None) if row else None
        if found is None:
            return None
        return Outcome(error=found) if isinstance(found, str) else Outcome(found)

    def noise(self, name: str, release: str) -> dict[str, float]:
        """Return how far the values of an experiment moved by themselves, as parts of their largest number."""
        bit, row = self._bit(release), self._row(name)
        rows = row.noise.items() if row else ()
        return {value: part for value, found in rows for part, releases in found if releases & bit}

    def differs(self, name: str, before: str, after: str) -> Difference | None:
        """Return how the outcomes in two minors differ; None where they do not beyond noise, or one is not known.

        A value that could not be had before is no difference: no program had it.
        """
        one, other = self.outcome(name, before), self.outcome(name, after)
        if one is None or other is None:
            return None
        had = tuple(value for value, found in one.values.items() if not _failed(found))
        first, second = self.noise(name, before), self.noise(name, after)
        noise = {key: max(first.get(key, 0.0), second.get(key, 0.0)) for key in (*first, *second)}
        floor = SPEED if self.experiments[name].kind == "speed" else FLOOR
        return difference(name, one, other, noise, floor, only=had)

    def compare(self, name: str, release: str, found: Outcome, floor: float = ELSEWHERE) -> Difference | None:
        """Return how an outcome of another machine differs from the one that was measured in the same minor."""
        known = self.outcome(name, release)
        return difference(name, known, found, self.noise(name, release), floor) if known else None

    def _bit(self, release: str) -> int:
        return 1 << self.releases.index(release) if release in self.releases else 0

    def _row(self, name: str) -> _Row | None:
        if name in self._file.experiments and name not in self._rows:
            self._rows[name] = msgspec.json.decode(self._file.experiments[name], type=_Row)
        return self._rows.get(name)

    def _described(self, name: str) -> tuple[Kind, tuple[str, ...], str, tuple[str, ...]]:
        row = msgspec.json.decode(self._file.experiments[name], type=_Row)
        return row.kind, row.subject, row.what, row.arguments


def difference(  # noqa: PLR0913  two outcomes, and what counts as a difference
    name: str,
    before: Outcome,
    after: Outcome,
    noise: Mapping[str, float],
    floor: float = FLOOR,
    *,
    only: Collection[str] | None = None,
) -> Difference | None:
    """Return how two outcomes of an experiment differ beyond the noise of its values, None where they do not.

    All values are compared, or `only` some. Two errors are the same when they are of one type: their texts name other
    versions and places.
    """
    if before.error or after.error:
        same = before.error.partition(":")[0] == after.error.partition(":")[0]
        return None if same else Difference(name, before, after, (), 0.0, 1.0, 0.0)
    found: list[tuple[float, float, float, str]] = []
    for value in dict.fromkeys((*before.values, *after.values)) if only is None else only:
        allowed = max(floor, MARGIN * noise.get(value, 0.0))
        absolute, relative = distance(before.values.get(value), after.values.get(value))
        if relative > allowed:
            found.append((relative, absolute, allowed, value))
    if not found:
        return None
    relative, absolute, allowed, _ = max(found)
    return Difference(name, before, after, tuple(row[3] for row in found), absolute, relative, allowed)


def _failed(value: Value) -> bool:
    return value == "none" or (isinstance(value, str) and value.endswith("Error"))


def distance(one: Value | None, other: Value | None) -> tuple[float, float]:
    """Return the largest difference of two values, and it as a part of their largest number.

    Words, and numbers that are not equally many or not finite in one of them only, differ by (0, 1); what is not there,
    None and False are the same word.
    """
    if one in _OFF and other in _OFF:
        return 0.0, 0.0
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None or len(one) != len(other):
        return (0.0, 0.0) if one == other else (0.0, 1.0)
    scale = largest = 0.0
    for a, b in zip(one, other, strict=True):
        scale = max(scale, abs(a), abs(b))
        largest = max(largest, abs(a - b))
    return largest, largest / scale if scale else 0.0
