"""What stands at a place of the user's code: the line, and where it stands in the file itself."""

from functools import cache
from pathlib import Path

from msgspec.structs import replace

from tfdoctor.drift.change import Hit, Region
from tfdoctor.drift.code.notebook import Notebook
from tfdoctor.drift.code.source import Text, UnreadableError, decode
from tfdoctor.drift.code.use import Use


class Sources:
    """The files of some places, each read once."""

    def __init__(self) -> None:
        """Read nothing yet."""
        self._program = cache(_program)
        self._notebook = cache(_notebook)

    def placed(self, hit: Hit) -> Hit:
        """Return a hit with its line; as it is where the file is gone or has changed meanwhile."""
        use = hit.use
        if not use.line:
            return hit
        first, last = (use.line, use.column), (use.end_line, use.end_column)
        if use.cell is None:
            return replace(hit, text=_line(self._program(use.path), use), region=Region(*first, *last))
        notebook = self._notebook(use.path)
        if notebook is None:
            return hit
        found = notebook.region(use.cell, first, last)
        return replace(hit, text=_line(notebook.lines(use.cell), use), region=Region(*found) if found else None)


def _line(lines: list[str], use: Use) -> str:
    """The line with the name itself; in a chain of calls that is not the first."""
    number = use.at or use.line
    return lines[number - 1].strip() if number <= len(lines) else ""


def _program(path: str) -> list[str]:
    try:
        return Text(decode(Path(path).read_bytes())).lines
    except (OSError, UnreadableError):
        return []


def _notebook(path: str) -> Notebook | None:
    try:
        return Notebook(Path(path).read_bytes())
    except (OSError, UnreadableError):
        return None
