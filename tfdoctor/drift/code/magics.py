"""Replaces what is IPython's own in the cells of notebooks, so that the rest can be parsed."""

import re
from typing import Final

from tfdoctor.drift.code.source import UnreadableError, parse

_LINE: Final = re.compile(r"^(\s*)(?:%{1,2}\w|[!?]|[\w.]+\?{1,2}\s*$|(?:[\w.,\s()]+=\s*)(?:%\w|!))")
_CELL: Final = re.compile(r"\s*%%(\w+)")
_OF_PYTHON: Final = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "tensorflow_version"})


def plain(source: str) -> str:
    """Replace magics and shell lines by nothing that runs, so that line numbers stay; "" for a cell of another kind."""
    magic = _CELL.match(source)
    if magic and magic[1] not in _OF_PYTHON:
        return ""
    if not magic:
        try:
            parse(source, notebook=True)
        except UnreadableError:
            pass
        else:
            return source
    lines = source.split("\n")
    continued = False  # a shell line may go on
    for number, line in enumerate(lines):
        found = _LINE.match(line)
        if found is not None or continued:
            continued = line.rstrip().endswith("\\")
            lines[number] = f"{found[1]}pass" if found is not None else ""
    return "\n".join(lines)
