"""Reads the code cells of notebooks (nbformat 3 and 4), without what is IPython's own."""

import json
import re
from typing import Any, Final

from tfdoctor.drift.code.source import UnreadableError, parse

_LINE: Final = re.compile(r"^(\s*)(?:%{1,2}\w|[!?]|[\w.]+\?{1,2}\s*$|(?:[\w.,\s()]+=\s*)(?:%\w|!))")
_CELL: Final = re.compile(r"\s*%%(\w+)")
_OF_PYTHON: Final = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "tensorflow_version"})


def cells(data: bytes) -> list[tuple[int, str]]:
    """Return the code cells with their numbers among all cells, from 1.

    Raises:
        UnreadableError: it is no notebook, or none in Python.
    """
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"no notebook: {error}") from None
    if not isinstance(notebook, dict):
        raise UnreadableError("no notebook")
    language = _language(notebook)
    if language not in {"", "python"}:
        raise UnreadableError(f"a notebook in {language}")
    found = every(notebook)
    if found is None:
        raise UnreadableError("no notebook: it has no cells")
    return [(number, text(cell)) for number, cell in enumerate(found, start=1) if _is_code(cell)]


def every(notebook: dict[str, Any]) -> list[Any] | None:
    """Return all cells, in the order that numbers them; None where there is no place for any."""
    found = notebook.get("cells")
    if found is None:  # nbformat 3
        sheets = notebook.get("worksheets")
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else []
        return [cell for one in lists if isinstance(one, list) for cell in one] if lists else None
    return found if isinstance(found, list) else []


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(part, dict) and isinstance(part.get(name), str):
            return str(part[name]).lower()
    return ""


def _is_code(cell: Any) -> bool:  # noqa: ANN401  any JSON
    if not isinstance(cell, dict):
        return False
    return cell.get("cell_type") == "code" and cell.get("language", "python") == "python"


def text(cell: dict[str, Any]) -> str:
    """Return the source of a cell, whether it is one string or a list of lines; "" where it is neither."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        return "".join(str(line) for line in source)
    return source if isinstance(source, str) else ""


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
