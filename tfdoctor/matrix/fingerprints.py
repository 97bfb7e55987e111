"""A fingerprint beside what was measured for its release: which experiments give the same, and which do not."""

from itertools import islice
from typing import Final

import msgspec

from tfdoctor.facts import Fingerprint
from tfdoctor.matrix.behaviour import Behaviour, Difference, Outcome, Value

LATE: Final = "TimeoutError: did not end within"  # what the one who runs them notes: no outcome of TensorFlow
# Experiments that ask TensorFlow how it is set to compute, and compute nothing.
SETTINGS: Final = frozenset({
    "execution-compiled-defaults", "execution-defaults", "execution-deterministic-ops", "execution-keras-generation",
    "execution-onednn", "execution-policy", "execution-tensor-float-32", "execution-threads", "execution-v2-behavior",
})  # fmt: skip
# A stranger may have written it. The suite has some hundred experiments with at most ten values of 16 numbers.
_EXPERIMENTS: Final = 2000
_VALUES: Final = 32
_NUMBERS: Final = 64
_NAME: Final = 100  # characters
_WORD: Final = 10_000
_LARGEST: Final = 1e150  # what is larger overflows when it is compared
_SHOWN: Final = 4  # numbers of an outcome
_SAID: Final = 160  # characters of a word or an error


class Beside(msgspec.Struct, frozen=True):
    """The comparison with the reference.

    Attributes:
        release: the minor whose reference it is; "" where there is none.
        same: names of experiments that gave what the reference has.
        differences: the others, the largest first; `before` is the reference.
        unknown: names of those without a reference in this release.
        late: names of those that did not end in time.
        keras: the Keras of the reference, where the environment has another minor of it; else "".
    """

    release: str
    same: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    unknown: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    keras: str = ""


def outcomes(found: Fingerprint) -> dict[str, Outcome]:
    """Return the outcomes by the names of the experiments; of what is too much or too large nothing is taken."""
    rows: dict[str, Outcome] = {}
    for row in found.outcomes[:_EXPERIMENTS]:
        if len(row.experiment) <= _NAME:
            values = {one.name: one.value for one in islice(row.values, _VALUES) if _usable(one.name, one.value)}
            rows.setdefault(row.experiment, Outcome(values, row.error[:_WORD]))
    return rows


def _usable(name: str, value: Value) -> bool:
    if len(name) > _NAME:
        return False
    if isinstance(value, str):
        return len(value) <= _WORD
    return len(value) <= _NUMBERS and all(abs(number) < _LARGEST for number in value)


def reference(tensorflow: str, behaviour: Behaviour) -> str:
    """Return the minor that a version is compared with, "" where it was not measured."""
    release = ".".join(tensorflow.split(".")[:2])
    return release if release in behaviour.releases else ""


def beside(found: Fingerprint, behaviour: Behaviour) -> Beside:
    """Compare outcomes of a machine with those that were measured for its release."""
    release = reference(found.tensorflow, behaviour)
    same, unknown, late, differing = [], [], [], []
    for name, outcome in outcomes(found).items():
        if outcome.error.startswith(LATE):
            late.append(name)
            continue
        known = behaviour.outcome(name, release) if release else None
        if known is None or behaviour.experiments[name].kind == "speed":
            unknown.append(name)
            continue
        difference = behaviour.compare(name, release, outcome)
        if difference is None:
            same.append(name)
        else:
            differing.append(difference)
    differing.sort(key=lambda row: (-row.relative, row.experiment))
    keras = other_keras(found.keras, release, behaviour)
    return Beside(release, tuple(same), tuple(differing), tuple(unknown), tuple(late), keras)


def other_keras(keras: str, release: str, behaviour: Behaviour) -> str:
    """Return the Keras with which a minor was measured where it is another minor of Keras; else ""."""
    measured = next((row.keras for row in behaviour.measured if row.minor == release), "")
    if not keras or not measured or keras.split(".")[:2] == measured.split(".")[:2]:
        return ""
    return measured


def setting(row: Difference) -> bool:
    """Whether what differs is how TensorFlow is set to compute (oneDNN, threads), and no number of it."""
    failed = row.before.error or row.after.error
    return row.experiment in SETTINGS and not failed


def told(outcome: Outcome, names: tuple[str, ...] = ()) -> str:
    """Return an outcome as short text: its error, or its first value among `names`."""
    if outcome.error:
        return _cut(outcome.error)
    name = next((name for name in names or outcome.values if name in outcome.values), "")
    value = outcome.values.get(name, "nothing")
    if isinstance(value, str):
        return _cut(f"{name} {value}".strip())
    shown = ", ".join(f"{number:.6g}" for number in value[:_SHOWN])
    return f"{name} {shown}{', ...' if len(value) > _SHOWN else ''}".strip()


def _cut(text: str) -> str:
    return text if len(text) <= _SAID else f"{text[: _SAID - 3]}..."


def both(row: Difference) -> tuple[str, str]:
    """Return both outcomes as short texts that show where they differ most."""
    one, other = told(row.before, row.values), told(row.after, row.values)
    if one != other:
        return one, other
    name = next(iter(row.values), "")
    first, second = row.before.values.get(name), row.after.values.get(name)
    if isinstance(first, str) and isinstance(second, str):  # long words that begin alike
        left, right = _unlike(first, second)
        return f"{name} {left}", f"{name} {right}"
    if not isinstance(first, tuple) or not isinstance(second, tuple) or len(first) != len(second):
        return one, other
    at = max(range(len(first)), key=lambda index: abs(first[index] - second[index]))
    return f"{name}[{at}] {first[at]:.7g}", f"{name}[{at}] {second[at]:.7g}"


def _unlike(one: str, other: str) -> tuple[str, str]:
    """Where two texts begin to differ."""
    at = next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    part = slice(max(at - 20, 0), at + _SAID - 40)
    return f"...{one[part]}", f"...{other[part]}"
