"""The order in which TensorFlow makes the functions of a SavedModel: those that others call come first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence


def ranks(names: Sequence[str], calls: Sequence[Iterable[str]]) -> list[int]:
    """Return the place of each function in the order of loading; those in a circle come last.

    TensorFlow puts functions without calls on a pile, takes the topmost, and puts on top what then waits for nothing
    more (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/python/saved_model/function_deserialization.py).

    Args:
        names: of all functions, in the order of the file.
        calls: names that each of them calls; those of no function are passed over.
    """
    places = {name: place for place, name in enumerate(names)}
    waiting = [0] * len(names)
    callers: dict[int, list[int]] = defaultdict(list)
    for place, called in enumerate(calls[: len(names)]):
        for other in {places[name] for name in called if name in places}:
            callers[other].append(place)
            waiting[place] += 1
    pile = [place for place, count in enumerate(waiting) if not count]
    found = [len(names)] * len(names)
    count = 0
    while pile:
        place = pile.pop()
        found[place] = count
        count += 1
        for caller in callers[place]:
            waiting[caller] -= 1
            if not waiting[caller]:
                pile.append(caller)
    return found


def reached(names: Sequence[str], calls: Sequence[Iterable[str]], first: Mapping[str, int]) -> dict[int, int]:
    """Return for each function that the graph calls, itself or through others, the first node that does.

    Args:
        names: of all functions, in the order of the file.
        calls: names that each of them calls.
        first: names that the graph itself calls, with the place of the first node that does.
    """
    places = {name: place for place, name in enumerate(names)}
    found: dict[int, int] = {}
    for name, node in sorted(first.items(), key=lambda item: item[1]):
        pile = [places[name]] if name in places else []
        while pile:
            place = pile.pop()
            if place not in found:
                found[place] = node
                pile += [places[other] for other in calls[place] if other in places]
    return found
