"""What is IPython's own in a cell: code that it runs is read, all else is nothing, lines and columns stay."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.drift.code.reading import notebook
from tfdoctor.drift.code import Skipped, Use, read
from tfdoctor.drift.code.magics import plain
from tfdoctor.drift.code.source import line_count, parse

START = "import tensorflow as tf\nm = tf.keras.Sequential()\n"


def calls(folder: Path, *cells: str) -> list[tuple[int | None, int, int, str]]:
    """The methods of the model that cells call: cell, line, column, name."""
    found = list(read([notebook(folder, START, *cells)]))
    assert not [one for one in found if isinstance(one, Skipped)]
    prefix = "tf.keras.Sequential."
    return [(one.cell, one.line, one.column, one.name.removeprefix(prefix))
            for one in found if isinstance(one, Use) and one.name.startswith(prefix)]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "%time m.fit(1)",
        "  %time   m.fit(1)  # a comment",
        "%timeit m.fit(1)",
        "%timeit -n 1 m.fit(1)",
        "%timeit -n1 -r 3 -qo m.fit(1)",
        "%prun m.fit(1)",
        "%prun -s cumulative -l 20 -D é.prof m.fit(1)",
        "%memit -r 1 m.fit(1)",
        "%lprun -f m.fit -f f m.fit(1)",
        "%time --no-raise-error m.fit(1)",
        "h = %time m.fit(1)",
        "a, (b.c, d) = %time m.fit(1)",
        "t = %timeit -o m.fit(1)",
        "%time x = 1; m.fit(1)",
        "%time h = m.fit(1)",
        "%time await m.fit(1)",
        "%time -m.fit(1)",
    ],
)
def test_code_on_the_line_of_a_magic_is_read(tmp_path: Path, line: str) -> None:
    indent = line[: len(line) - len(line.lstrip())]
    head = "if m:\n" if indent else "x = 1\n"
    assert calls(tmp_path, f"{head}{line}\n{indent}m.summary()") == [
        (3, 2, line.index("m.fit(") + 1, "fit"),
        (3, 3, len(indent) + 1, "summary"),
    ]


def test_code_of_a_magic_goes_on_behind_a_backslash(tmp_path: Path) -> None:
    assert calls(tmp_path, "%timeit -n 1 \\\n m.fit(1, \\\n  workers=2)\nm.summary()") == [
        (3, 2, 2, "fit"),
        (3, 4, 1, "summary"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "%cd m.fit(1)",
        "%load_ext m.fit(1)",
        "!pip install \\\n  m.fit(1) \\\n  x",
        "!!m.fit(1)",
        "files = !m.fit(1)",
        "files = %sx m.fit(1)",
        "m.fit?",
        "m.fit??",
        "?m.fit",
        "x = m.fit?",
        "m.fit(1); m[0]?",
        "*m.f*?",
        "%time?",
        "%time m.fit?",
        "%time print m.fit(1)",
        "%time",
        "%timeit -n 1",
    ],
)
def test_what_runs_no_python_is_nothing(tmp_path: Path, line: str) -> None:
    where = 2 + line.count("\n") + 1
    assert calls(tmp_path, f"x = 1\n{line}\nm.summary()") == [(3, where, 1, "summary")]


def test_a_comment_or_text_that_ends_in_a_question_stays(tmp_path: Path) -> None:
    assert plain("%pylab\nx = 1  # why?\ny = 'why?'\n# why?\n") == "pass \nx = 1  # why?\ny = 'why?'\n# why?\n"
    assert calls(tmp_path, "!ls\nm.fit(1)  # why?") == [(3, 2, 1, "fit")]


@pytest.mark.parametrize(
    "head",
    [
        "%%time",
        "\n\n%%time",
        "%%timeit -n 1 -r 1",
        "%%capture out",
        "%%capture --no-stderr",
        "%%prun -q",
        "%%capture\n%%time",
    ],
)
def test_cell_magics_with_a_python_body_are_read(tmp_path: Path, head: str) -> None:
    where = head.count("\n") + 2
    assert calls(tmp_path, f"{head}\nm.fit(1)\n%time m.summary()") == [
        (3, where, 1, "fit"),
        (3, where + 1, 7, "summary"),
    ]


def test_what_is_set_up_on_the_line_of_a_cell_magic_is_read(tmp_path: Path) -> None:
    assert calls(tmp_path, "%%timeit -n 1 n = m\nn.fit(1)") == [(3, 2, 1, "fit")]


@pytest.mark.parametrize("head", ["%%bash", "%%html", "%%writefile a.py", "%%R -i x", "%%capture\n%%bash"])
def test_cells_of_another_kind_are_not_read(tmp_path: Path, head: str) -> None:
    assert calls(tmp_path, f"{head}\nm.fit(1)\n", "m.summary()") == [(4, 1, 1, "summary")]


def test_help_on_a_cell_magic_is_no_cell_magic(tmp_path: Path) -> None:
    assert calls(tmp_path, "%%bash?\nm.fit(1)") == [(3, 2, 1, "fit")]


def test_what_a_magic_gives_is_its_value_where_it_is(tmp_path: Path) -> None:
    cells = "n = %time tf.keras.Sequential()\nt = %timeit -o m\nn.fit(1)\nt.summary()"
    assert calls(tmp_path, cells) == [(3, 3, 1, "fit")]


_PARTS = st.sampled_from(
    ["%time ", "%timeit -n 1 ", "%%time", "%%bash", "!ls", "x = ", "f(1)", "?", "\\", "\n", "\r\n", "\r", " ", "é", "%"]
)


@given(st.lists(_PARTS, max_size=12).map("".join))
def test_lines_stay(source: str) -> None:
    made = plain(source)
    assert line_count(made) == line_count(source)
    assert plain("%%time\n" + source).split("\n", 1)[1] == made


@pytest.mark.parametrize(
    "source", ["%%time\n" * 20_000, " " * 200_000 + "x", "x" * 200_000 + "\n!ls", "a?  " * 50_000 + "\n"]
)
def test_long_cells_take_no_time(source: str) -> None:
    assert line_count(plain(source)) == line_count(source)


def test_what_is_python_stays_as_it_is() -> None:
    source = "x = 7 \\\n  % 3\n'''\n!ls\nwhy?\n'''\n"
    assert plain(source) == source
    assert isinstance(parse(plain(source)), ast.Module)
