"""Drawings of numbers in two releases."""

import re

import pytest

from tfdoctor.render.drift.plots import plot
from tfdoctor.render.drift.view import NumbersView
from tfdoctor.render.drift.words import apart


def drawn(before: tuple[float, ...], after: tuple[float, ...], experiment: str = "layer-a") -> str:
    row = NumbersView(experiment=experiment, value="out", before=before, after=after)
    return plot(row, "2.3", "2.6", "plot-1") or ""


def test_each_number_has_its_mark_and_the_table_its_row() -> None:
    page = drawn((1.0, 2.0, 3.0), (1.0, -2.0, 3.0))
    svg = page[page.index('<svg class="numbers" viewBox="0 0 460') :]
    assert svg.count("<circle") == svg.count("<rect") == 3
    assert 'role="img" aria-labelledby="plot-1-title plot-1-desc"' in svg
    assert "In TensorFlow 2.3 3 numbers from 1 to 3, in 2.6 3 numbers from -2 to 3; up to 133.3%" in svg
    assert svg.count("<tr>") == 4
    assert ">0</text>" in svg  # zero lies between
    heights = [float(found) for found in re.findall(r'cy="([\d.]+)"', svg)]
    assert heights == sorted(heights, reverse=True)  # larger is higher


def test_one_number_is_told_as_such() -> None:
    page = drawn((2.0,), (2.0,))
    assert "In TensorFlow 2.3 2, in 2.6 2" in page
    assert '<text class="at"' not in page


def test_steps_are_lines_and_many_numbers_have_no_marks() -> None:
    assert '<path d="M' in drawn((1.0, 2.0), (2.0, 3.0), "training-dense").split('class="before"')[-1]
    many = drawn(tuple(map(float, range(300))), (-1.0,) * 300)
    assert many[many.index('viewBox="0 0 460') :].count("<circle") == 0
    assert "the first 200 of 300" in many


@pytest.mark.parametrize("numbers", [(0.0,), (-4.0, -3.0), (-4.0, -1.0), (3.0, 4.0), (1e-30, 2e30), (0.0, -1.0)])
def test_any_numbers_are_within_the_drawing(numbers: tuple[float, ...]) -> None:
    page = drawn(numbers, numbers)
    places = [float(found) for found in re.findall(r'c[xy]="(-?[\d.]+)"', page)]
    assert all(0 <= place <= 460 for place in places)


def test_what_is_no_number_is_left_out() -> None:
    inf, nan = float("inf"), float("nan")
    assert drawn((nan,), (inf,)) == ""
    assert drawn((nan, 1.0), (inf, 2.0)).count("<circle") == 2  # one of them the key
    assert "numbers from 0 to 0" in drawn((nan, nan), (1.0, 2.0))
    assert apart(NumbersView(experiment="a", value="b", before=(nan,), after=())) == 0.0
    assert apart(NumbersView(experiment="a", value="b", before=(0.0,), after=(0.0,))) == 0.0


def test_other_counts_are_drawn_side_by_side() -> None:
    page = drawn((1.0, 2.0), (1.0,))
    assert "apart" not in page
    assert "2 numbers from 1 to 2, in 2.6 1." in page
