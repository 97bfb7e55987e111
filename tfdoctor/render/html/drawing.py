"""The stack as a drawing: boxes in a column, the joints between them, and lanes for joints of distant parts."""

from typing import Final

from tfdoctor.render.html.element import Markup, element, visible
from tfdoctor.render.html.joints import Part
from tfdoctor.render.html.stack import TITLES, Box, Joint, Stack, State

GLYPHS: Final[dict[State, str]] = {"error": "✕", "warning": "!", "note": "i", "ok": "✓", "unknown": "?", "idle": "·"}
WORDS: Final[dict[State, str]] = {
    "error": "broken", "warning": "strained", "note": "noted", "ok": "no fault found", "unknown": "not known",
    "idle": "not in use",
}  # fmt: skip

_WIDTH = 420
_LEFT, _BOX, _GAP = 2, 300, 38
_LINES = (22, 41, 57)  # of a box, from its top
_BELOW = 12  # its last line
_LANES = (340, 362, 384)
_CHARACTERS = 40  # of the small type fit into a box
_PILL, _PILL_HEIGHT = 68, 22


def drawing(stack: Stack, prefix: str) -> Markup:
    """Return the drawing; ids begin with `prefix`. The table beside it says the same in words."""
    place: dict[Part, tuple[float, float]] = {}
    bottom = 2 - _GAP
    for box in stack.boxes:
        top = bottom + _GAP
        bottom = top + _LINES[len(_lines(box)) - 1] + _BELOW
        place[box.part] = (top, bottom)
    marked = {joint.between[0]: joint for joint in stack.others if joint.between[0] == joint.between[1]}
    arcs = [joint for joint in stack.others if joint.between[0] != joint.between[1]][: len(_LANES)]
    width = _WIDTH if arcs else _LEFT + _BOX + 2
    return element(
        "svg",
        element("title", "The stack", id=f"{prefix}stack-title"),
        element("desc", described(stack), id=f"{prefix}stack-desc"),
        (_near(joint, place[joint.between[0]][1]) for joint in stack.neighbours),
        (_far(joint, lane, *(sum(place[part]) / 2 for part in joint.between)) for lane, joint in enumerate(arcs)),
        (_box(box, place[box.part], marked.get(box.part)) for box in stack.boxes),
        class_="stack",
        viewBox=f"0 0 {width} {bottom + 2}",
        width=width,
        height=bottom + 2,
        role="img",
        aria_labelledby=f"{prefix}stack-title {prefix}stack-desc",
    )


def described(stack: Stack) -> str:
    """Return what the drawing shows, in words."""
    said = [f"{box.title}: {box.said}" for box in stack.boxes]
    for joint in (*stack.neighbours, *stack.others):
        if joint.findings:
            codes = ", ".join(finding.code for finding in joint.findings)
            said.append(f"{between(joint)}: {WORDS[joint.state]} ({codes})")
    return ". ".join(said) + "."


def between(joint: Joint) -> str:
    """Return the names of the parts that a joint holds together."""
    one, other = joint.between
    return TITLES[one] if one == other else f"{TITLES[one]} and {TITLES[other]}"


def _lines(box: Box) -> list[tuple[str, str]]:
    """The lines of a box with their kinds: its name, what is there (two lines where there is room), what is needed."""
    said = visible(" ".join(box.said.split()))
    lines = [("part", box.title)]
    if box.needed:
        return [*lines, ("found", _short(said)), ("needed", _short(f"needs {box.needed}", _CHARACTERS + 6))]
    head, comma, rest = said[:_CHARACTERS].rpartition(", ") if len(said) > _CHARACTERS else (said, "", "")
    if not comma:
        return [*lines, ("found", _short(said))]
    return [*lines, ("found", f"{head},"), ("found", _short(f"{rest}{said[_CHARACTERS:]}"))]


def _box(box: Box, place: tuple[float, float], mark: Joint | None) -> Markup:
    top, bottom = place
    return element(
        "g",
        element("rect", x=_LEFT, y=top, width=_BOX, height=bottom - top, rx=7),
        (element("text", text, class_=kind, x=_LEFT + 14, y=top + y)
         for (kind, text), y in zip(_lines(box), _LINES, strict=False)),
        _pill(mark, _LEFT + _BOX - _PILL - 18, top + 8) if mark else None,
        class_=f"box {box.presence}{f' {mark.state}' if mark else ''}",
    )  # fmt: skip


def _near(joint: Joint, top: float) -> Markup:
    """The joint of two neighbours: a line down, with its mark at the side."""
    middle, x = top + _GAP / 2, _LEFT + 40
    bare = not joint.findings
    return element(
        "g",
        element("path", d=f"M{x} {top}V{top + _GAP}"),
        element("circle", cx=x, cy=middle, r=9) if bare else None,
        element("text", GLYPHS[joint.state], class_="glyph", x=x, y=middle + 4) if bare else None,
        None if bare else _pill(joint, x - 14, middle - _PILL_HEIGHT / 2),
        None if bare else element("text", _short(_names(joint), 28), class_="name", x=x + _PILL - 6, y=middle + 4),
        class_=f"joint {joint.state}",
    )


def _far(joint: Joint, lane: int, one: float, other: float) -> Markup:
    """The joint of parts further apart: out of the first box, along a lane, into the second."""
    x, start, end = _LANES[lane], one + 6 * lane, other - 6 * lane
    edge = _LEFT + _BOX
    middle = (start + end) / 2 + (_PILL_HEIGHT + 6) * (lane - 1)
    left = min(x - _PILL / 2, _WIDTH - _PILL - 2)
    return element(
        "g",
        element(
            "path", d=f"M{edge} {start}H{x - 8}Q{x} {start} {x} {start + 8}V{end - 8}Q{x} {end} {x - 8} {end}H{edge}"
        ),
        _pill(joint, left, middle - _PILL_HEIGHT / 2),
        class_=f"joint {joint.state}",
    )


def _pill(joint: Joint, left: float, top: float) -> Markup:
    more = f"+{len(joint.findings) - 1}" if len(joint.findings) > 1 else ""
    said = f"{GLYPHS[joint.state]} {joint.findings[0].code}{more}"
    width = _PILL + (10 if more else 0)
    return element(
        "g",
        element("rect", x=left, y=top, width=width, height=_PILL_HEIGHT, rx=_PILL_HEIGHT / 2),
        element("text", said, x=left + width / 2, y=top + 15),
        class_=f"pill {joint.state}",
    )


def _names(joint: Joint) -> str:
    return ", ".join(finding.name for finding in joint.findings)


def _short(text: str, characters: int = _CHARACTERS) -> str:
    text = visible(" ".join(text.split()))
    return text if len(text) <= characters else text[: characters - 1] + "…"
