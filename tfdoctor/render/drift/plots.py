"""Drawings of measured differences: the numbers of one value in both releases, one beside the other."""

from collections.abc import Iterator
from math import isfinite
from typing import Final

from tfdoctor.render.drift.view import NumbersView
from tfdoctor.render.drift.words import apart
from tfdoctor.render.html.element import Markup, element
from tfdoctor.render.html.page import table

_WIDTH, _HEIGHT = 460, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 14, 14, 26
_STEPS: Final = "training-"  # experiments whose numbers follow one another
_MARKS: Final = 60  # numbers up to which each has its mark
_ROWS: Final = 200  # of the table
_HALF: Final = 4.0  # a mark


def plot(row: NumbersView, before: str, after: str, id_: str) -> Markup | None:
    """Return the drawing with its numbers as a table; None where there is nothing to draw.

    Args:
        row: the numbers.
        before: the first release.
        after: the second.
        id_: what the ids begin with; one for each drawing of a page.
    """
    finite = [number for number in (*row.before, *row.after) if isfinite(number)]
    if not finite:
        return None
    name = f"{row.experiment}: {row.value}"
    return element(
        "figure",
        element("figcaption", element("strong", name), " ", _legend("before", before), " ", _legend("after", after)),
        element(
            "svg",
            element("title", name, id=f"{id_}-title"),
            element("desc", _described(row, before, after), id=f"{id_}-desc"),
            *_drawn(row, _Scale(finite, max(len(row.before), len(row.after)))),
            class_="numbers",
            viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
            width=_WIDTH,
            height=_HEIGHT,
            role="img",
            aria_labelledby=f"{id_}-title {id_}-desc",
        ),
        element("details", element("summary", "The numbers"), _table(row, before, after)),
        class_="measured",
    )


class _Scale:
    """From numbers to places of the drawing; zero is on it where the numbers are near it."""

    def __init__(self, numbers: list[float], count: int) -> None:
        low, high = min(numbers), max(numbers)
        if 0 < low <= high / 2:
            low = 0.0
        elif low / 2 <= high < 0:
            high = 0.0
        if low == high:
            low, high = low - (abs(low) or 1.0) / 2, high + (abs(high) or 1.0) / 2
        self.low, self.high, self.count = low, high, count

    def x(self, at: int) -> float:
        inner = _WIDTH - _LEFT - _RIGHT
        return round(_LEFT + inner * (at + 0.5) / max(self.count, 1), 1)

    def y(self, number: float) -> float:
        return round(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (self.high - number) / (self.high - self.low), 1)


def _drawn(row: NumbersView, scale: _Scale) -> Iterator[Markup]:
    yield element("g", _axes(scale), class_="axes")
    yield element("g", _stems(row, scale), class_="stems")
    for kind, numbers in (("before", row.before), ("after", row.after)):
        yield element("g", _series(numbers, scale, kind=kind, line=row.experiment.startswith(_STEPS)), class_=kind)


def _axes(scale: _Scale) -> Iterator[Markup]:
    levels = [scale.low, scale.high]
    if scale.low < 0 < scale.high:
        levels.append(0.0)
    for level in levels:
        y = scale.y(level)
        yield element("path", d=f"M{_LEFT} {y}H{_WIDTH - _RIGHT}")
    for level in levels:
        if level or abs(scale.y(0.0) - scale.y(scale.low)) > 12 < abs(scale.y(0.0) - scale.y(scale.high)):
            yield element("text", f"{level:.4g}", class_="level", x=_LEFT - 8, y=scale.y(level) + 4)
        elif level in {scale.low, scale.high}:
            yield element("text", "0", class_="level", x=_LEFT - 8, y=scale.y(level) + 4)
    if scale.count > 1:
        yield element("text", "1", class_="at", x=scale.x(0), y=_HEIGHT - 8)
        yield element("text", str(scale.count), class_="at", x=scale.x(scale.count - 1), y=_HEIGHT - 8)


def _stems(row: NumbersView, scale: _Scale) -> Iterator[Markup]:
    """What lies between the two numbers of a place."""
    if scale.count > _MARKS:
        return
    for at, (one, other) in enumerate(zip(row.before, row.after, strict=False)):
        if isfinite(one) and isfinite(other):
            yield element("path", d=f"M{scale.x(at)} {scale.y(one)}V{scale.y(other)}")


def _series(numbers: tuple[float, ...], scale: _Scale, *, kind: str, line: bool) -> Iterator[Markup]:
    shown = [(scale.x(at), scale.y(number)) for at, number in enumerate(numbers) if isfinite(number)]
    if len(shown) > 1 and (line or len(shown) > _MARKS):
        yield element("path", d="M" + "L".join(f"{x} {y}" for x, y in shown))
    if len(shown) > _MARKS:
        return
    for x, y in shown:
        if kind == "before":
            yield element("circle", cx=x, cy=y, r=_HALF)
        else:
            yield element("rect", x=round(x - _HALF, 1), y=round(y - _HALF, 1), width=2 * _HALF, height=2 * _HALF)


def _legend(kind: str, release: str) -> Markup:
    mark = element("circle", cx=6, cy=6, r=_HALF) if kind == "before" else element("rect", x=2, y=2, width=8, height=8)
    drawn = element("svg", element("g", mark, class_=kind), class_="numbers key", viewBox="0 0 12 12", width=12,
                    height=12, aria_hidden="true", focusable="false")  # fmt: skip
    return element("span", drawn, f" TensorFlow {release}", class_="key")


def _described(row: NumbersView, before: str, after: str) -> str:
    def told(numbers: tuple[float, ...]) -> str:
        if len(numbers) == 1:
            return f"{numbers[0]:.6g}"
        finite = [number for number in numbers if isfinite(number)] or [0.0]
        return f"{len(numbers)} numbers from {min(finite):.6g} to {max(finite):.6g}"

    far = f"; up to {apart(row):.1%} of the largest number apart" if len(row.before) == len(row.after) else ""
    return f"In TensorFlow {before} {told(row.before)}, in {after} {told(row.after)}{far}."


def _table(row: NumbersView, before: str, after: str) -> Markup:
    count = max(len(row.before), len(row.after))
    rows = [
        (str(at + 1), *(f"{numbers[at]:.7g}" if at < len(numbers) else "" for numbers in (row.before, row.after)))
        for at in range(min(count, _ROWS))
    ]
    more = f" (the first {_ROWS} of {count:,})" if count > _ROWS else ""
    return table(f"{row.value}{more}", ("Place", f"TensorFlow {before}", f"TensorFlow {after}"), list(rows))
