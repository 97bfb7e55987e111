"""Applies costly expressions only to the lines that can hold a match: finding a plain text costs next to nothing."""

from collections.abc import Callable, Iterable


def lowered(text: str) -> str:
    """Return a text in lower case with every character at its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(one if len(one := char.lower()) == 1 else char for char in text)


def on_lines(text: str, hints: Iterable[str], change: Callable[[str], str], lower: str | None = None) -> str:
    """Change the lines that hold one of the hints; with `lower`, the text in lower case, case is ignored."""
    searched = text if lower is None else lower
    starts: dict[int, int] = {}
    for hint in hints:
        place = searched.find(hint)
        while place >= 0:
            end = searched.find("\n", place)
            end = len(searched) if end < 0 else end + 1
            starts[searched.rfind("\n", 0, place) + 1] = end
            place = searched.find(hint, end)
    if not starts:
        return text
    pieces = []
    done = 0
    places = sorted(starts)
    index = 0
    while index < len(places):
        start = places[index]
        end = starts[start]
        while index + 1 < len(places) and places[index + 1] == end:  # neighbours are one piece
            index += 1
            end = starts[end]
        pieces += [text[done:start], change(text[start:end])]
        done = end
        index += 1
    pieces.append(text[done:])
    return "".join(pieces)
