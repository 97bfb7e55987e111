"""Which hits can be mended in the code itself, so that it behaves as before: only where that is certain."""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from tfdoctor.drift.change import Hit
from tfdoctor.drift.fix import Edit

_ARGUMENT: Final = re.compile(r"(\w+)=(.+)", re.DOTALL)
_OPEN: Final = "…"  # a value that only the user knows
_WITHOUT: Final = "without "  # an argument that was ignored
_NAME: Final = re.compile(r"\w+(?:\.\w+)+")


def edits(hits: Iterable[Hit]) -> Iterator[Edit]:
    """Yield the edits, each once: defaults written out, arguments renamed or left out, names that moved."""
    seen: dict[Edit, None] = {}
    for hit in hits:
        # What may be the same, or changes no result, is left as it is.
        sure = hit.use.certain and hit.confidence != "possible" and hit.change.effect != "cosmetic"
        if hit.use.line and sure and hit.change.keep:
            found = _edit(hit)
            if found is not None:
                seen[found] = None
    yield from seen


def _edit(hit: Hit) -> Edit | None:
    change, use = hit.change, hit.use
    argument = _ARGUMENT.fullmatch(change.keep)
    if use.kind == "call" and change.kind == "default" and argument and _literal(argument[2]):
        if any(one.starred for one in use.given):
            return None
        return _made(hit, "add", argument[1], text=argument[2])
    if use.kind == "call" and change.given and argument and argument[2] == _OPEN:
        return _made(hit, "rename", change.parameters[0], new=argument[1])
    if use.kind == "call" and change.given and change.effect == "raises" and change.keep.startswith(_WITHOUT):
        return _made(hit, "remove", change.parameters[0])
    if use.kind in {"call", "reference"} and change.effect == "raises" and _NAME.fullmatch(change.keep):
        owner, _, last = use.name.rpartition(".")
        if change.keep.startswith(f"{owner}."):
            return _made(hit, "attribute", last, new=change.keep.removeprefix(f"{owner}."))
    return None


def _made(
    hit: Hit, kind: Literal["add", "rename", "remove", "attribute"], name: str, *, text: str = "", new: str = ""
) -> Edit:
    use = hit.use
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


def _literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    return True
