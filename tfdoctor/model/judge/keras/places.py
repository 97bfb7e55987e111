"""Variables by their places in the tree of objects: what a Keras calls the places that another one wrote.

Keras 2.12 and 2.13 count layers with weights of one class by twos (dense, dense_2, dense_4), 2.14 and later by ones;
until 2.14 a model keeps its layers under `_layer_checkpoint_dependencies`, from 2.15 on under `layers`. Keras 3 looks
in both.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import WeightGroup
from tfdoctor.model.judge.keras import reasons
from tfdoctor.model.judge.keras.eras import Era
from tfdoctor.model.judge.keras.failure import Failure

OLD: Final = "_layer_checkpoint_dependencies"
NEW: Final = "layers"
_NUMBERED: Final = re.compile(r"(.*[^_\d])_(\d+)")
_BY_TWOS: Final = ((2, 12), (2, 13))
_ATTENTION: Final = frozenset({"key_dense", "query_dense", "value_dense", "output_dense"})  # private before Keras 3
_PASSED: Final = ("metrics", "optimizer", "_loss_tracker", "_metrics")


@dataclass(frozen=True)
class Place:
    """A layer's place, whatever Keras wrote it: names with the number of the layer among those of its class."""

    parts: tuple[tuple[str, int, bool], ...]  # name, number, whether it is inside a container
    group: WeightGroup


def check(groups: Sequence[WeightGroup], own: Era, order: Sequence[str] = ()) -> None:
    """Look for the variables of each layer where a Keras expects them.

    Args:
        groups: the stored variables by place.
        own: the Keras that looks.
        order: classes of the root model's layers, in the order in which they are looked for.

    Raises:
        Failure: they are not there, or others are.
    """
    stored = {group.name: group for group in groups}
    ranks = _ranks(order)
    for place in sorted(read(groups), key=lambda place: ranks.get(place.parts[0][:2], len(ranks))):
        name = written(place, own)
        found = _find(stored, name, own)
        got = len(found.variables) if found else 0
        if got != len(place.group.variables):
            raise _failure(own, name, f"but received {got} variables during loading")
        if found is not None and _shapes(found) != _shapes(place.group):
            raise _failure(own, name, "Shape mismatch")


def _find(stored: Mapping[str, WeightGroup], name: str, own: Era) -> WeightGroup | None:
    """Keras 3 also looks where older ones kept layers, and under the private names of attributes."""
    names = [name]
    if own.keras3:
        parent, _, last = name.rpartition("/")
        private = f"{parent}/_{last}"
        names += [private, name.replace(NEW, OLD), private.replace(NEW, OLD)]
    found = [stored[each] for each in names if each in stored]
    return next((each for each in found if each.variables), found[0] if found else None)


def _ranks(order: Sequence[str]) -> dict[tuple[str, int], int]:
    """The place of each layer among all, by the name that its class gives it and its number."""
    seen: Counter[str] = Counter()
    ranks = {}
    for rank, name in enumerate(order):
        snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()
        ranks[snake, seen[snake]] = rank
        seen[snake] += 1
    return ranks


def _failure(own: Era, name: str, message: str) -> Failure:
    evidence = Evidence(fact="weights", value=f"nothing that fits under {name!r}, where this Keras looks")
    if own.keras3:
        message = "could not be loaded. Example error message for object <"
    return Failure(reasons.WEIGHT_KEYS, "ValueError", message, evidence)


def _shapes(group: WeightGroup) -> tuple[tuple[int, ...] | None, ...]:
    return tuple(each.shape for each in group.variables)


def read(groups: Sequence[WeightGroup]) -> Iterator[Place]:
    """Return the places of layers with variables."""
    doubled = by_twos([group.name for group in groups if group.variables])
    for group in groups:
        if group.variables and group.name and not group.name.startswith(_PASSED):
            yield Place(tuple(_parts(group.name, doubled=doubled)), group)


def by_twos(names: Sequence[str]) -> bool:
    """Whether layers are counted by twos: no layer of an odd number, and one of an even number."""
    numbers = [int(found[2]) for name in names for _, inside, found in _split(name) if inside and found]
    return bool(numbers) and OLD in "".join(names) and not any(number % 2 for number in numbers)


def _split(name: str) -> Iterator[tuple[str, bool, "re.Match[str] | None"]]:
    inside = False
    for part in name.split("/"):
        if part in {OLD, NEW}:
            inside = True
            continue
        yield part, inside, _NUMBERED.fullmatch(part) if inside else None
        inside = False


def _parts(name: str, *, doubled: bool) -> Iterator[tuple[str, int, bool]]:
    for part, inside, found in _split(name):
        if found:
            number = int(found[2])
            yield found[1], number // 2 if doubled else number, inside
        else:
            yield part, 0, inside


def written(place: Place, own: Era) -> str:
    """Return what a Keras calls a place."""
    container = NEW if own.minor >= (2, 15) else OLD
    parts = []
    for name, number, inside in place.parts:
        if inside:
            parts.append(container)
        plain = name.removeprefix("_")
        called = name
        if plain in _ATTENTION and parts and parts[-1].startswith("multi_head_attention"):
            called = plain if own.keras3 else f"_{plain}"
        step = number * 2 if own.minor in _BY_TWOS else number
        parts.append(f"{called}_{step}" if step else called)
    return "/".join(parts)
