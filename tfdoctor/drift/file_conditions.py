"""What else the files use: what a change asks of the file around a place."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.drift.change import Change
from tfdoctor.drift.code.use import Given, Use
from tfdoctor.drift.naming import written

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
        graph: it switches eager execution off.
    """

    names: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    compiled: set[str] = field(default_factory=set)
    closes: bool = False
    single: bool = False
    outputs: int = 0
    metrics: int = 0
    assigned: dict[str, set[str]] = field(default_factory=dict)
    graph: bool = False


# By the name of the condition, with what it asks for, what the file shows, and the use. What else such a change takes,
# that the same model and the same data are meant, is not seen: none of them makes sure.
CHECKS: Final[dict[str, Callable[[Any, Shown, Use], bool]]] = {
    "beside": lambda names, shown, _: not shown.names.isdisjoint(names),
    "unless": lambda names, shown, _: not shown.graph and shown.names.isdisjoint(names),
    "compiled": lambda pattern, shown, _: any(re.search(pattern, of) for of in shown.compiled),
    "closes": lambda _, shown, __: shown.closes,
    "several": lambda _, shown, __: not shown.single,
    "branches": lambda _, shown, __: shown.outputs > 1,
    "outputs": lambda _, shown, __: 0 < shown.metrics != shown.outputs > 1,
    "assigned": lambda text, shown, use: use.stores and shown.assigned.get(use.name.rpartition(".")[2]) == {text},
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
        self._graph = False  # whether one of them switches eager execution off
        for use, names in uses:
            name, shown = written(use.name), self._files.setdefault(use.path, Shown())
            shown.graph |= name in _NOT_EAGER
            self._graph |= shown.graph
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

    def meet(self, use: Use, change: Change) -> Confidence | None:
        """Say how sure it is that the file of a use is one that a change concerns; None where it is not.

        Which of the other files run together with it is not known.
        """
        shown, where = self._files[use.path], change.where
        if change.kind in {"gone", "moved"} and any(_below(written(use.name), one) for one in shown.imported):
            return None
        asked = [(check, wanted) for name, check in CHECKS.items() if (wanted := getattr(where, name))]
        if not all(check(wanted, shown, use) for check, wanted in asked):
            return None
        return "possible" if where.unless and self._graph else "likely" if asked else "certain"


def _at(use: Use, position: int, name: str) -> Iterator[Given]:
    return (one for one in use.given if one.position == position or one.name == name)


def _below(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")
