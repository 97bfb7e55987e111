"""Reads the fields of issue forms, and lines of the kind "label: value" that people write in their place."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tfdoctor.tickets.prose import labels, output, values
from tfdoctor.tickets.prose.claims import STATED, Claim
from tfdoctor.tickets.prose.lines import Line

_BULLET: Final = re.compile(
    r"^(?:[-*+\u2022\u00b7\u2013\u25cf][ \t]{0,8}|\d{1,2}[.)][ \t]{1,4}|#{1,6}[ \t]{1,4}|\[[ xX]\][ \t]?)+"
)
_SHORT: Final = 80  # of an answer behind a dash
_LONGEST: Final = 240  # of a label with its examples
_DEFAULTS: Final = re.compile(
    r"e\.?g\.?|source or binary|use command below|if compiling|as opposed|if the issue|if possible|optional"
    r"|if applicable|"
    r"if any|please|required|yes/no|if relevant|if you|version|os|x86|or |include",
    re.IGNORECASE,
)
# Labels that people write without a colon ("TensorFlow installed from binary").
_BARE: Final = re.compile(
    r"^(?P<label>tensorflow installed (?:from|using|via|with)|installed using|os platform and distribution|"
    r"tensorflow version|python version|cuda/cudnn version|cuda version|cudnn version|gpu model and memory|gpu model|"
    r"nvidia driver version|driver version|operating system|keras version|numpy version|protobuf version)"
    r"(?: ?\([^()]{0,80}\))?[ \t]{1,8}(?P<value>[^\s:=(].{0,200})$",
    re.IGNORECASE,
)
READER: Final = "issue form"


def read(lines: Sequence[Line]) -> Iterator[Claim]:
    """Yield what the fields of the text state."""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.python or not line.text.strip():
            continue
        if line.text.lstrip().startswith("|"):
            yield from _row(lines, at - 1)
            continue
        joined, used = _joined(lines, at - 1)
        cut = split(joined)
        if cut is None or (line.fence and not cut[2]):
            continue
        label, value, _ = cut
        answer = labels.answer(label)
        if answer is None or (value and output.printed(value)):
            continue
        last = at - 1 + used
        if values.nothing(value) and not _filled(value):
            value, last = _below(lines, last, heading=joined.lstrip().startswith("#") or line.heading)
        if not value:
            value = _inside(label)
        yield Claim("-", "", line.number, line.number, STATED, READER)
        if value and (not values.nothing(value) or answer is values.gpus):
            for key, text in answer(_bare(value)):
                yield Claim(key, text, line.number, lines[last].number, STATED, READER)


def _filled(value: str) -> bool:
    """Whether something is written there, if only "N/A"."""
    return bool(value.strip(" *_`"))


def _bare(value: str) -> str:
    return value.replace("**", "").replace("`", "").replace("\u201c", '"').replace("\u201d", '"').strip(" \t_*'\"")


def split(text: str) -> tuple[str, str, bool] | None:
    """Cut "- **TensorFlow version (use command below)**: 2.4.1" into label, answer and whether a separator was there.

    None where the line is no field. A heading is a label without an answer.
    """
    stripped = text.strip()
    heading = stripped.startswith("#")
    body = _BULLET.sub("", stripped, count=1).replace("**", "").replace("`", "").lstrip("_* ")
    at = _separator(body)
    if at is not None:
        return body[:at].rstrip(" _*"), body[at + 1 :].strip(" :=\t"), True
    if heading:
        return body, "", True
    if labels.known(body):
        return body, "", False
    bare = _BARE.match(body)
    if bare:
        return bare["label"], bare["value"], True
    return None


def _separator(body: str) -> int | None:
    """Where label and answer meet: at the first ":" or "=" outside of brackets, else at "?" or a dash with room."""
    depth, second = 0, None
    for at, char in enumerate(body[:_LONGEST]):
        if char in "()":
            depth = depth + 1 if char == "(" else max(0, depth - 1)
        elif depth == 0 and char in ":=\uff1a":
            around = body[at - 1 : at] + body[at + 1 : at + 2]
            if not set(around) & set("=<>!~:") and body[at + 1 : at + 3] != "//":
                return at
        elif depth == 0 and second is None:
            room = body[at - 1 : at] in {" ", "-"} and body[at + 1 : at + 2] in {" ", ""} and len(body) - at < _SHORT
            if char == "?" or (char in "-\u2013\u2014>" and room):
                second = at
    return second


def _joined(lines: Sequence[Line], at: int) -> tuple[str, int]:
    """Join a label that was wrapped inside its brackets or its bold marks with the next lines."""
    text = lines[at].text
    used = 0
    while used < 3 and at + used + 1 < len(lines) and _open(text) and len(text) < _LONGEST:
        following = lines[at + used + 1].text
        if not following.strip() or _BULLET.match(following.strip()) or lines[at + used + 1].heading:
            break
        used += 1
        text = f"{text.rstrip()} {following.strip()}"
    return (text, used) if used and not _open(text) else (lines[at].text, 0)


def _open(text: str) -> bool:
    return bool(_BULLET.match(text.strip())) and (text.count("**") % 2 == 1 or text.count("(") > text.count(")"))


def _below(lines: Sequence[Line], at: int, *, heading: bool) -> tuple[str, int]:
    """Return the answer that stands below its label, and the last line of it."""
    found: list[str] = []
    last = at
    for index in range(at + 1, min(len(lines), at + 9)):
        text = lines[index].text.strip()
        if not text:
            if found and not heading:
                break
            continue
        if lines[index].heading or text.startswith("#"):
            break
        cut = split(text)
        if cut is not None and (cut[2] or found or not heading) and labels.known(cut[0]) and not _same(cut):
            break
        if not heading and (text.endswith(":") or (_BULLET.match(text) and not lines[index].text[0].isspace())):
            break
        found.append(_BULLET.sub("", text))
        last = index
        if not heading or len(found) == 3:
            break
    return ", ".join(found)[:400], last


def _same(cut: tuple[str, str, bool]) -> bool:
    """Whether a line under a label says its topic again ("CUDA: 11.2" under "CUDA/cuDNN version")."""
    return labels.answer(cut[0]) in {values.cuda_and_cudnn, values.cudnn, values.tensorflow, values.python} and bool(
        cut[1]
    )


def _inside(label: str) -> str:
    """Return an answer that was written into the brackets of the label in place of the example."""
    found = re.search(r"\(([^()]{2,80})\)\s*$", label)
    return found[1] if found and not _DEFAULTS.search(found[1]) else ""


def _row(lines: Sequence[Line], at: int) -> Iterator[Claim]:
    """Read a row of a table: label and answer, or (in the only row under a head) one answer for each label."""
    cells = _cells(lines[at].text)
    if len(cells) == 2 and labels.answer(cells[0]) is not None and not values.nothing(cells[1]):
        if labels.known(cells[1]):
            yield from _column(lines, at, cells)
            return
        for key, text in (labels.answer(cells[0]) or _none)(_bare(cells[1])):
            yield Claim(key, text, lines[at].number, lines[at].number, STATED, f"{READER}, table")
    elif len(cells) > 2:
        yield from _column(lines, at, cells)


def _none(_: str) -> tuple[()]:
    return ()


def _column(lines: Sequence[Line], at: int, head: list[str]) -> Iterator[Claim]:
    rows = [_cells(line.text) for line in lines[at + 1 : at + 4]]
    if len(rows) < 2 or not rows[0] or set("".join(rows[0])) - set("-: ") or len(rows[1]) != len(head):
        return
    if len(rows) > 2 and len(rows[2]) == len(head):
        return  # several rows: a table of releases, not this environment
    for label, value in zip(head, rows[1], strict=True):
        answer = labels.answer(label)
        if answer is not None and not values.nothing(value):
            for key, text in answer(_bare(value)):
                yield Claim(key, text, lines[at + 2].number, lines[at + 2].number, STATED, f"{READER}, table")


def _cells(text: str) -> list[str]:
    stripped = text.strip()
    return [cell.strip(" *`") for cell in stripped.strip("|").split("|")][:20] if stripped.startswith("|") else []
