"""Which of the places that use what changed meet the change: what else the call must show."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.drift.code.known import TRAINING
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.naming import written
from tfdoctor.matrix.api import Where

_FILES: Final = (".keras", ".weights.h5", ".hdf5")  # a text that ends as these do may be one of them
_WRITTEN: Final = (bool, int, float, str)

# By the name of the condition, with what it asks for, the call, and those of its arguments that the change is about.
CHECKS: Final[dict[str, Callable[[Any, Use, Sequence[Given]], bool]]] = {
    "defined": lambda _, use, __: use.kind == "subclass",
    "called": lambda _, use, __: use.kind == "call",
    "symbolic": lambda _, use, __: use.of_keras or any(one.symbolic for one in use.given),
    "without": lambda texts, use, _: not any(map(texts.__contains__, _spelled(use))),
    "gives": lambda texts, use, _: any(map(texts.__contains__, _spelled(use))),
    "holds": lambda pattern, use, _: any(re.search(pattern, of) for one in use.given for of in one.of),
    "text": lambda _, use, __: any(one.position == 0 and isinstance(one.literal, str) for one in use.given),
    "constant": lambda _, use, __: any(one.position and _is_constant(one) for one in use.given),
    "fraction": lambda _, __, given: any(one.fraction for one in given),
    "like": lambda pattern, _, given: any(re.search(pattern, _end(one)) for one in given[:1]),
    "number": lambda _, __, given: any(type(one.literal) is int for one in given),
    "spelled": lambda pattern, _, given: any(re.search(pattern, one.text) for one in given[:1]),
    "together": lambda number, _, given: len({one.name for one in given}) >= number,
    "plain": lambda _, __, given: any(one.plain for one in given),
}


def meets(use: Use, where: Where, given: Sequence[Given]) -> Confidence | None:
    """Say how sure it is that a call is one of those that are asked for; None where it is not.

    Args:
        use: the call.
        where: what it must show.
        given: those of its arguments that the change is about, the first of its parameters first.
    """
    asked = ((check, getattr(where, name)) for name, check in CHECKS.items())
    if use.stores is not where.stored or not all(check(wanted, use, given) for check, wanted in asked if wanted):
        return None
    return _unlike(where.unlike, given) if where.unlike else "certain"


def _spelled(use: Use) -> Iterator[str]:
    """Yield the arguments of a call that have names: as they are written, by value, by what of the library they are."""
    for one in use.given:
        yield f"{one.name}={one.text}"
        yield f"{one.name}={one.literal!r}"
        yield from (f"{one.name}={written(of)}" for of in one.of)


def _is_constant(one: Given) -> bool:
    return isinstance(one.literal, _WRITTEN) or one.text in TRAINING


def _end(one: Given) -> str:
    """Return a text, or what it certainly ends with; "" for what is none."""
    return one.literal if isinstance(one.literal, str) else one.ends


def _unlike(pattern: str, given: Sequence[Given]) -> Confidence | None:
    """How sure it is that an argument is not of the kind that is wanted; its end may tell."""
    for one in given[:1]:
        text = _end(one) or (one.text if one.items else "")
        if re.search(pattern, text):
            return None
        open_ = any(name.endswith(text) and re.search(pattern, name) for name in _FILES)
        return "possible" if open_ else "certain"
    return None
