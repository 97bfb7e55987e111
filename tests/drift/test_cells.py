"""Where the cells of a notebook stand in its file."""

import json
from pathlib import Path

import pytest

from tests.drift.making import notebook
from tfdoctor.drift.cells import Cells
from tfdoctor.drift.change import Region


def seen(text: str, region: Region) -> str:
    """What a region of a file holds."""
    lines = text.split("\n")
    if region.line == region.end_line:
        return lines[region.line - 1][region.column - 1 : region.end_column - 1]
    first, *middle, last = lines[region.line - 1 : region.end_line]
    return "\n".join([first[region.column - 1 :], *middle, last[: region.end_column - 1]])


def test_a_line_of_a_cell_is_found_in_the_file(tmp_path: Path) -> None:
    text = notebook(tmp_path, "import tensorflow as tf\n", 'a = "ü"; b = tf.keras.layers.GRU(\n  "x")\n').read_text()
    cells = Cells(text)
    assert cells.source(3) == ['a = "ü"; b = tf.keras.layers.GRU(', '  "x")', ""]
    first = cells.region(2, Region(1, 8, 1, 18))
    assert first
    assert seen(text, first) == "tensorflow"
    call = cells.region(3, Region(1, 14, 2, 7))
    assert call
    shown = seen(text, call)
    assert shown.startswith("tf.keras.layers.GRU(")
    assert shown.endswith(r"\"x\")")
    assert call.end_line == call.line + 1


@pytest.mark.parametrize("ascii_only", [True, False])
def test_escapes_count_as_the_characters_that_they_mean(*, ascii_only: bool) -> None:
    source = 'x = "\U0001f600\t\\n"; tf.abs(x)'
    whole = {"cells": [{"cell_type": "code", "source": source}], "n": [1, None, {"a": {}, "b": []}]}
    text = json.dumps(whole, ensure_ascii=ascii_only)
    start = source.index("tf.abs") + 1
    region = Cells(text).region(1, Region(1, start, 1, start + len("tf.abs(x)")))
    assert region
    assert seen(text, region) == "tf.abs(x)"


def test_cells_of_the_old_form_are_counted_over_all_sheets() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["a = 1\n", "b = 2"]}, {"cell_type": "code", "input": []}]}
    text = json.dumps({"worksheets": [sheet, sheet]}, indent=1)
    cells = Cells(text)
    assert cells.source(3) == ["a = 1", "b = 2"]
    region = cells.region(3, Region(2, 1, 2, 6))
    assert region
    assert seen(text, region) == "b = 2"
    assert region.line > (cells.region(1, Region(2, 1, 2, 6)) or region).line


def test_what_a_cell_does_not_have_is_nowhere() -> None:
    cells = Cells(json.dumps({"cells": [{"cell_type": "code", "source": ["a = 1"]}]}))
    assert cells.region(1, Region(4, 1, 4, 2)) is None
    assert cells.region(1, Region(1, 1, 1, 40)) is None
    assert cells.region(2, Region(2, 1, 2, 2)) is None
    assert cells.source(9) == [""]


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "[1,]"])
def test_what_is_no_json_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"line 1"):
        Cells(text)


@pytest.mark.parametrize("text", [" 3 ", '"a"', "[[1, 2], []]", '{"cells": {"a": "b"}, "source": "c"}'])
def test_what_is_no_notebook_has_no_cells(text: str) -> None:
    assert Cells(text).source(1) == [""]
