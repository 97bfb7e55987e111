"""The cells of a notebook: their numbers, their programs, where they stand in the file."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.drift.making import notebook
from tfdoctor.drift.code.notebook import Notebook
from tfdoctor.drift.code.source import UnreadableError

Region = tuple[int, int, int, int]


def read(content: Any, **how: Any) -> Notebook:
    return Notebook(json.dumps(content, **how).encode())


def seen(text: str, region: Region | None) -> str:
    """What a region of a file holds."""
    assert region
    line, column, end_line, end_column = region
    lines = text.split("\n")
    if line == end_line:
        return lines[line - 1][column - 1 : end_column - 1]
    first, *middle, last = lines[line - 1 : end_line]
    return "\n".join([first[column - 1 :], *middle, last[: end_column - 1]])


def test_a_line_of_a_cell_is_found_in_the_file(tmp_path: Path) -> None:
    path = notebook(tmp_path, "import tensorflow as tf\n", 'a = "ü"; b = tf.keras.layers.GRU(\n  "x")\n')
    found, text = Notebook(path.read_bytes()), path.read_text(encoding="utf-8")
    assert found.lines(3) == ['a = "ü"; b = tf.keras.layers.GRU(', '  "x")', ""]
    assert seen(text, found.region(2, (1, 8), (1, 18))) == "tensorflow"
    call = found.region(3, (1, 14), (2, 7))
    shown = seen(text, call)
    assert shown.startswith("tf.keras.layers.GRU(")
    assert shown.endswith(r"\"x\")")
    assert call
    assert call[2] == call[0] + 1


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("form", [str, lambda source: [source[:3], source[3:]]])
def test_escapes_count_as_the_characters_that_they_mean(form: Any, *, ascii_only: bool) -> None:
    source = 'x = "\U0001f600\t\\n"; tf.abs(x)'
    whole = {"cells": [{"cell_type": "code", "source": form(source)}], "n": [1, None, {"a": {}, "b": []}]}
    found = read(whole, ensure_ascii=ascii_only)
    start = source.index("tf.abs") + 1
    region = found.region(1, (1, start), (1, start + len("tf.abs(x)")))
    assert seen(found.text, region) == "tf.abs(x)"


@given(st.lists(st.text(max_size=4), max_size=3), st.booleans(), st.sampled_from([None, 1]))
def test_every_character_is_found(source: list[str], ascii_only: bool, indent: int | None) -> None:  # noqa: FBT001
    found = read({"cells": [{"cell_type": "code", "source": source}]}, ensure_ascii=ascii_only, indent=indent)
    for line, text in enumerate(found.lines(1), start=1):
        for column, character in enumerate(text, start=1):
            region = found.region(1, (line, column), (line, column + 1))
            assert json.loads(f'"{seen(found.text, region)}"') == character


def test_cells_of_the_old_form_are_counted_over_all_sheets() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["a = 1\n", "b = 2"]}, {"cell_type": "code", "input": []}]}
    found = read({"worksheets": [sheet, {"metadata": {}}, 3, {"cells": 4}, sheet]}, indent=1)
    assert list(found.cells) == [1, 2, 3, 4]
    assert found.lines(3) == ["a = 1", "b = 2"]
    first, third = found.region(1, (2, 1), (2, 6)), found.region(3, (2, 1), (2, 6))
    assert seen(found.text, first) == seen(found.text, third) == "b = 2"
    assert first
    assert third
    assert third[0] > first[0]


def test_cells_without_code_are_counted() -> None:
    cells = [3, {"cell_type": "markdown", "source": "x"}, {"cell_type": "code", "source": "y"},
             {"cell_type": "code", "language": "julia", "input": "z"}]  # fmt: skip
    assert [(one.number, one.source) for one in read({"cells": cells}).cells.values()] == [(3, "y")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32-le"])
def test_encodings_of_json_are_read(encoding: str) -> None:
    found = Notebook('{"cells": [{"cell_type": "code", "source": "é"}]}'.encode(encoding))
    assert seen(found.text, found.region(1, (1, 1), (1, 2))) == found.cells[1].source == "é"


def test_of_keys_that_are_given_twice_the_last_counts() -> None:
    text = '{"cells": [], "cells": [{"source": "a", "cell_type": "code", "source": "b", "input": "c"}]}'
    found = Notebook(text.encode())
    assert found.cells[1].source == "b"
    assert seen(text, found.region(1, (1, 1), (1, 2))) == "b"


def test_what_a_cell_does_not_have_is_nowhere() -> None:
    found = read({"cells": [{"cell_type": "code", "source": ["a = 1"]}, {"cell_type": "code", "source": []}]})
    assert found.region(1, (4, 1), (4, 2)) is None
    assert found.region(1, (1, 1), (1, 40)) is None
    assert found.region(2, (1, 1), (1, 1)) is None
    assert found.region(3, (1, 1), (1, 1)) is None
    assert (found.lines(2), found.lines(9)) == ([""], [])


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "[1,]", " 3 ", '"a"', "[[1, 2], []]", '{"source": "c"}'])
def test_what_is_no_notebook_is_said(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"^no notebook"):
        Notebook(text.encode())
