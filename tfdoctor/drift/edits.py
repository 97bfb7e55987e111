"""Which hits are mended in the code itself, so that it behaves as before: those with a cure that are no mere guess."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from tfdoctor.drift.change import Hit
from tfdoctor.drift.code.use import Spot, Use
from tfdoctor.drift.cure import AsVersion1, ByName, Cure, LeaveOut, MoveTo, Rename, Respell, WriteOut
from tfdoctor.drift.fix import Edit
from tfdoctor.drift.fix.edit import Kind
from tfdoctor.facts import ABSENT

_VERSION_1: Final = "tensorflow.compat.v1"
_NAMES: Final = frozenset({"call", "reference", "import"})


def edits(hits: Iterable[Hit]) -> Iterator[Edit]:
    """Yield the edits, each once: defaults written out, arguments renamed or left out, names that moved.

    What may be one of several things is edited only where all of them ask for the same; what gets the name under which
    it is as it was, or all of TensorFlow 1, needs no more.
    """
    hits = list(hits)
    asking = {hit.use.path for hit in hits if isinstance(hit.change.cure, AsVersion1) and _is_sure(hit)}
    roots = dict.fromkeys((hit.use.path, hit.use.root) for hit in hits if hit.use.path in asking and hit.use.root)
    yield from (_version_1(*one) for one in roots)
    yield from _single(hit for hit in hits if (hit.use.path, hit.use.root) not in roots or _is_version_1(hit.use))


def _is_version_1(use: Use) -> bool:
    return use.name.startswith("tf.compat.v1.")


def _single(hits: Iterable[Hit]) -> Iterator[Edit]:
    """Yield the edits of single places."""
    asked: dict[Edit, set[str]] = defaultdict(set)
    among: dict[Edit, int] = {}
    for hit in hits:
        found = _edit(hit.change.cure, hit.use) if _is_sure(hit) else None
        if found is not None:
            asked[found].add(hit.use.name)
            among[found] = hit.use.among
    whole = [edit for edit, names in asked.items() if len(names) >= among[edit]]
    moved = {_place(edit) for edit in whole if edit.kind == "move"}
    yield from (edit for edit in whole if edit.kind == "move" or _place(edit) not in moved)


def _is_sure(hit: Hit) -> bool:
    """Whether a place is edited: what may be the same, or changes no result, is left as it is."""
    return bool(hit.use.line) and hit.use.certain and hit.confidence != "possible" and hit.change.effect != "cosmetic"


def _version_1(path: str, root: Spot) -> Edit:
    place = (root.line, root.column, root.end_line, root.end_column)
    return Edit(path, *place, kind="version-1", name="tensorflow", new=_VERSION_1, cell=root.cell)


def _place(edit: Edit) -> tuple[object, ...]:
    return edit.path, edit.cell, edit.line, edit.column, edit.end_line, edit.end_column


def _edit(cure: Cure | None, use: Use) -> Edit | None:
    match cure:
        case WriteOut(argument=name, value=value) if use.kind == "call" and _is_literal(value):
            return None if any(one.starred for one in use.given) else _made(use, "add", name, text=value)
        case Rename(argument=name, to=new) if use.kind == "call":
            return _made(use, "rename", name, new=new)
        case LeaveOut(argument=name, value=value) if use.kind == "call":
            return _made(use, "remove", name) if not value or _gives(use, name, value) else None
        case ByName(place=place, names=names) if use.kind == "call":
            count = sum(one.position is not None for one in use.given) - place + 1
            return _made(use, "by-name", " ".join(names[:count])) if 0 < count <= len(names) else None
        case MoveTo(name=new) | AsVersion1(name=new) if new and use.kind in _NAMES:
            return _made(use, "import" if use.kind == "import" else "move", use.name, new=new)
        case Respell(text=new) if use.kind == "string" and use.given:
            return _made(use, "string", str(use.given[0].literal), new=new)
        case _:
            return None


def _made(use: Use, kind: Kind, name: str, *, text: str = "", new: str = "") -> Edit:
    return Edit(
        path=use.path,
        line=use.line,
        column=use.column,
        end_line=use.end_line,
        end_column=use.end_column,
        kind=kind,
        name=name,
        text=text,
        new=new,
        cell=use.cell,
    )


def _gives(use: Use, name: str, value: str) -> bool:
    """Whether an argument is given as a value that is written out."""
    return any(one.name == name and one.literal is not ABSENT and repr(one.literal) == value for one in use.given)


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    return True
