"""What else the files use: what a change asks of the file around a place."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tfdoctor.drift.change import Change
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.meant import written

_DENSE: Final = "tf.keras.layers.Dense"
_MODEL: Final = frozenset({"tf.keras.Model", "tf.keras.models.Model"})
_COMPILE: Final = ".compile"
_NOT_EAGER: Final = frozenset(
    f"tf.{root}disable_{what}" for root in ("", "compat.v1.") for what in ("eager_execution", "v2_behavior")
)


@dataclass(slots=True)
class Shown:
    """What one file shows.

    Attributes:
        names: of what it uses, and the words in quotes that stand for some.
        imported: modules that only an import statement reaches.
        compiled: the classes of what its models are compiled with.
        closes: it compiles with a loss or metric that takes symbolic tensors from outside of itself.
        single: its last dense layer has one unit.
        outputs: how many outputs its models have at most.
        metrics: how long its last list of metrics is.
        assigned: the names of attributes, with each text that is assigned to them.
    """

    names: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    compiled: set[str] = field(default_factory=set)
    closes: bool = False
    single: bool = False
    outputs: int = 0
    metrics: int = 0
    assigned: dict[str, set[str]] = field(default_factory=dict)


CHECKS: Final[dict[str, Callable[[Any, Shown], bool]]] = {  # by the name of the condition, with what it asks for
    "beside": lambda names, shown: not shown.names.isdisjoint(names),
    "unless": lambda names, shown: shown.names.isdisjoint(names),
    "compiled": lambda pattern, shown: any(re.search(pattern, of) for of in shown.compiled),
    "closes": lambda _, shown: shown.closes,
    "several": lambda _, shown: not shown.single,
    "branches": lambda _, shown: shown.outputs > 1,
    "outputs": lambda _, shown: 0 < shown.metrics != shown.outputs > 1,
}


class Files:
    """What all files of a program show.

    Args:
        uses: all of them, with their names.
        modules: those that only an import statement reaches.
    """

    def __init__(self, uses: Iterable[tuple[Use, Sequence[str]]], modules: Sequence[str]) -> None:
        self._modules = modules
        self._files: dict[str, Shown] = {}
        self._graph = False  # whether eager execution is switched off
        for use, names in uses:
            name, shown = written(use.name), self._files.setdefault(use.path, Shown())
            self._graph |= name in _NOT_EAGER
            shown.names.update(names)
            self._add(shown, use, name)

    def _add(self, shown: Shown, use: Use, name: str) -> None:
        shown.names.add(name)
        if use.stores:
            shown.assigned.setdefault(name.rpartition(".")[2], set()).update(one.text for one in use.given)
        if use.kind == "string" and use.given:
            shown.names.add(repr(use.given[0].literal))
        elif use.kind == "import":
            shown.imported.update(module for module in self._modules if _below(name, module))
        elif use.kind == "call" and name == _DENSE:
            shown.single = any(one.literal == 1 for one in _at(use, 0, "units"))
        elif use.kind == "call" and name in _MODEL:
            shown.outputs = max(shown.outputs, *(one.items for one in _at(use, 1, "outputs")), 0)
        elif use.kind == "call" and name.endswith(_COMPILE):
            shown.compiled.update(of for one in use.given for of in one.of)
            shown.closes |= any(one.closes for one in use.given)
            shown.metrics = max((one.items for one in _at(use, 2, "metrics")), default=0)

    def meet(self, use: Use, change: Change) -> bool:
        """Whether the file of a use is one that a change may concern."""
        shown, where = self._files[use.path], change.where
        if change.kind in {"gone", "moved"} and any(_below(written(use.name), one) for one in shown.imported):
            return False
        if where.unless and self._graph:
            return False
        if where.assigned and shown.assigned.get(use.name.rpartition(".")[2]) != {where.assigned}:
            return False
        asked = ((check, getattr(where, name)) for name, check in CHECKS.items())
        return all(check(wanted, shown) for check, wanted in asked if wanted)


def _at(use: Use, position: int, name: str) -> Iterator[Given]:
    return (one for one in use.given if one.position == position or one.name == name)


def _below(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")
