"""Which of the places that use what changed meet the change: what else the call, and the file around it, must show."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.drift.change import Change
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.meant import written
from tfdoctor.matrix.api import Where

_FILES: Final = (".keras", ".weights.h5", ".hdf5")  # a text that ends as these do may be one of them
_DENSE: Final = "tf.keras.layers.Dense"
_MODEL: Final = frozenset({"tf.keras.Model", "tf.keras.models.Model"})
_COMPILE: Final = ".compile"
_NOT_EAGER: Final = frozenset(
    f"tf.{root}disable_{what}" for root in ("", "compat.v1.") for what in ("eager_execution", "v2_behavior")
)


class Files:
    """What else the files use, as far as a change asks for it.

    Args:
        uses: all of them.
        modules: those that only an import statement reaches.
    """

    def __init__(self, uses: Iterable[Use], modules: Sequence[str]) -> None:
        self._modules = modules
        self._names: dict[str, set[str]] = {}
        self._imported: set[tuple[str, str]] = set()
        self._single: dict[str, bool] = {}  # whether the last dense layer has one unit
        self._outputs: dict[str, int] = {}  # how many outputs the models of a file have at most
        self._metrics: dict[str, int] = {}  # how long its last list of metrics is
        self._compiled: dict[str, set[str]] = {}  # the classes of what models are compiled with
        self._closes: set[str] = set()  # files that compile with a loss or metric that takes symbolic tensors
        self._graph = False  # whether eager execution is switched off
        for use in uses:
            self._add(use, written(use.name))

    def _add(self, use: Use, name: str) -> None:
        self._graph |= name in _NOT_EAGER
        names = self._names.setdefault(use.path, set())
        names.add(name)
        if use.kind == "string" and use.given:
            names.add(repr(use.given[0].literal))
        elif use.kind == "import":
            self._imported.update((use.path, module) for module in self._modules if _below(name, module))
        elif use.kind == "call" and name == _DENSE:
            self._single[use.path] = any(one.literal == 1 for one in _at(use, 0, "units"))
        elif use.kind == "call" and name in _MODEL:
            count = max((one.items for one in _at(use, 1, "outputs")), default=0)
            self._outputs[use.path] = max(count, self._outputs.get(use.path, 0))
        elif use.kind == "call" and name.endswith(_COMPILE):
            self._compiled.setdefault(use.path, set()).update(of for one in use.given for of in one.of)
            self._closes.update(use.path for one in use.given if one.closes)
            self._metrics[use.path] = max((one.items for one in _at(use, 2, "metrics")), default=0)

    def meet(self, use: Use, change: Change) -> bool:
        """Whether the file of a use is one that a change may concern."""
        path, where = use.path, change.where
        if change.kind in {"gone", "moved"} and any(
            _below(written(use.name), module) and (path, module) in self._imported for module in self._modules
        ):
            return False
        if where.unless and (self._graph or not self._names[path].isdisjoint(where.unless)):
            return False
        if where.compiled and not any(re.search(where.compiled, of) for of in self._compiled.get(path, ())):
            return False
        if where.closes and path not in self._closes:
            return False
        if where.several and self._single.get(path):
            return False
        if where.outputs and not 0 < self._metrics.get(path, 0) != self._outputs.get(path, 0) > 1:
            return False
        return not where.beside or not self._names[path].isdisjoint(where.beside)


def meets(use: Use, where: Where, given: Sequence[Given]) -> Confidence | None:
    """Say how sure it is that a call is one of those that are asked for; None where it is not.

    Args:
        use: the call.
        where: what it must show.
        given: those of its arguments that the change is about, the first of its parameters first.
    """
    if use.stores is not where.stored or (where.called and use.kind != "call"):
        return None
    if where.symbolic and not (use.of_keras or any(one.symbolic for one in use.given)):
        return None
    if where.without and any(f"{one.name}={one.text}" in where.without for one in use.given):
        return None
    if where.holds and not any(re.search(where.holds, of) for one in use.given for of in one.of):
        return None
    if where.text and not any(one.position == 0 and isinstance(one.literal, str) for one in use.given):
        return None
    if where.constant and not any(_is_constant(one) for one in use.given if one.position):
        return None
    if where.number and not any(type(one.literal) is int for one in given):
        return None
    if where.plain and not any(one.plain for one in given):
        return None
    return _unlike(where.unlike, given) if where.unlike else "certain"


def _unlike(pattern: str, given: Sequence[Given]) -> Confidence | None:
    """How sure it is that an argument is not of the kind that is wanted; its end may tell."""
    for one in given[:1]:
        text = one.literal if isinstance(one.literal, str) else one.ends or (one.text if one.items else "")
        if re.search(pattern, text):
            return None
        open_ = any(name.endswith(text) and re.search(pattern, name) for name in _FILES)
        return "possible" if open_ else "certain"
    return None


def _is_constant(one: Given) -> bool:
    """Whether an argument is written out, and is not None."""
    return isinstance(one.literal, (bool, int, float, str))


def _at(use: Use, position: int, name: str) -> Iterator[Given]:
    return (one for one in use.given if one.position == position or one.name == name)


def _below(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")
