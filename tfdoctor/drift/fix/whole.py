"""Rewrites one file in memory: program or notebook, with its diff."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from tfdoctor.drift.code.source import UnreadableError, decode, parse
from tfdoctor.drift.fix import notebook
from tfdoctor.drift.fix.edit import Edit, FileFix, Refused
from tfdoctor.drift.fix.rewrite import rewritten


def fixed(path: Path, edits: Sequence[Edit]) -> FileFix:
    """Return what becomes of a file."""
    try:
        before = path.read_bytes()
    except OSError as error:
        return _none(path, b"", edits, error.strerror or str(error))
    try:
        if path.suffix.lower() == ".ipynb":
            after, refused = notebook.rewritten_cells(before, edits)
        else:
            after, refused = rewritten(before, edits)
            parse(decode(after))
    except UnreadableError as error:
        return _none(path, before, edits, str(error))
    left = {one.edit for one in refused}
    made = tuple(edit for edit in edits if edit not in left)
    imported = {(edit.name, edit.new) for edit in made if edit.kind == "import"}
    open_ = (one for one in refused if not (one.elsewhere and (one.edit.name, one.edit.new) in imported))
    return FileFix(
        path=str(path),
        before=before,
        after=after,
        diff=_diff(path, before, after),
        made=made,
        refused=tuple(open_),
    )


def _none(path: Path, before: bytes, edits: Sequence[Edit], reason: str) -> FileFix:
    refused = tuple(Refused(edit, reason) for edit in edits)
    return FileFix(path=str(path), before=before, after=before, refused=refused)


def _diff(path: Path, before: bytes, after: bytes) -> str:
    old, new = (_lines(path, data) for data in (before, after))
    name = path.as_posix()
    lines = list(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(path: Path, data: bytes) -> list[str]:
    text = data.decode(errors="replace") if path.suffix.lower() == ".ipynb" else decode(data)
    return text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
