"""Edits of notebooks: the code of a cell changes, everything else stays byte for byte."""

import json
from pathlib import Path
from typing import Any

import pytest

from tfdoctor.drift.code import Use, read
from tfdoctor.drift.fix import Edit, FileFix, plan

CELL = ["%matplotlib inline\n", "!pip install \\\n", "   x\n", "import tensorflow as tf\n", 'tf.f("é")']


def fixed(path: Path) -> FileFix:
    uses = [one for one in read([path]) if isinstance(one, Use) and one.name == "tf.f"]
    assert uses
    return plan(
        [
            Edit(one.path, one.line, one.column, one.end_line, one.end_column, "add", "a", "'ü'", cell=one.cell)
            for one in uses
        ]
    )[0]


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("form", ["lines", "text", "one line"])
@pytest.mark.parametrize(("indent", "plain"), [(1, True), (4, False), (None, False)])
def test_the_rest_of_a_notebook_stays(
    tmp_path: Path, version: int, form: str, *, indent: int | None, plain: bool
) -> None:
    source = {"lines": CELL, "text": "".join(CELL), "one line": ["import tensorflow as tf; tf.f('é')"]}[form]
    key = "source" if version == 4 else "input"
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "source": ["tf.f()"], "metadata": {"source": "x"}},
        {"cell_type": "code", key: ["x = '\\u00e9\\/'\n"], "outputs": [{"data": [1.0, 1e5, None, True]}]},
        {"outputs": [], "cell_type": "code", key: source},
    ]
    content: dict[str, Any] = {"metadata": {"cells": "no"}}
    content |= {"cells": cells} if version == 4 else {"worksheets": [{"cells": cells[:1]}, {"cells": cells[1:]}]}
    text = "\n" + json.dumps(content, indent=indent, ensure_ascii=plain) + "\n\n"
    text = text.replace("1.0", "1.00").replace("\\\\/", "\\\\/")
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8", newline="")
    fix = fixed(path)
    assert not fix.refused
    added = ", a='ü'"
    spelled = json.dumps(added, ensure_ascii=plain)[1:-1]
    old, new = fix.before.decode(), fix.after.decode()
    ends = {'\\u00e9\\")', "\\u00e9')", 'é\\")', "é')"}
    end = next(one for one in ends if one in old[old.rindex("tf.f(") :])
    at = old.rindex(end) + len(end) - 1
    assert new == old[:at] + spelled + old[at:]
    assert fix.diff.count("\n-") == 1 or indent is None


def test_line_ends_of_a_notebook_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cell = {"cell_type": "code", "source": ["import tensorflow as tf\n", "tf.f(\n", "  1,\n", "  2)\n"]}
    data = json.dumps({"cells": [cell]}, indent=1).replace("\n", "\r\n").encode()
    path.write_bytes(data)
    expected = data.replace(b'"  2)\\n"', b'"  2,\\n",\r\n    "  a=\'\\u00fc\')\\n"')
    assert fixed(path).after == expected


def test_cells_that_are_not_there_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(
        json.dumps({"cells": [{"cell_type": "code", "source": "f(1)\n!x"}, {"cell_type": "code", "source": "("}]})
    )
    edits = [Edit(str(path), 1, 1, 1, 5, "add", "a", "1", cell=cell) for cell in (None, 7, 2, 1)]
    (fix,) = plan(edits)
    reasons = [one.reason.partition(":")[0] for one in fix.refused]
    assert reasons == ["there is no such cell", "there is no such cell", "cannot be parsed"]
    assert json.loads(fix.after)["cells"][0]["source"] == "f(1, a=1)\n!x"
    assert fix.made == (edits[3],)


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("%time tf.f('é')", "%time tf.f('é', a='ü')"),
        ("h = %time tf.f(1)  # why", "h = %time tf.f(1, a='ü')  # why"),
        ("  %timeit -n 1 -r 2 tf.f(1); tf.f(2)", "  %timeit -n 1 -r 2 tf.f(1, a='ü'); tf.f(2, a='ü')"),
        ("pass; tf.f(1)", "pass; tf.f(1, a='ü')"),
        ("!tf.f(1) pass", "!tf.f(1) pass"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_code_of_magics_is_changed(tmp_path: Path, line: str, after: str, end: str) -> None:
    head = ["import tensorflow as tf", "%matplotlib inline", "if tf.f(0):" if line.startswith(" ") else "tf.f(0)"]
    path = tmp_path / "a.ipynb"
    cells = [{"cell_type": "code", "source": end.join([*head, line, "!ls tf.f(3)", ""])}]
    path.write_text(json.dumps({"cells": cells}))
    fix = fixed(path)
    assert not fix.refused
    head[2] = head[2].replace("(0)", "(0, a='ü')")
    assert json.loads(fix.after)["cells"][0]["source"] == end.join([*head, after, "!ls tf.f(3)", ""])


def test_comments_that_look_like_marks_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    source = f"import tensorflow as tf\n%pylab\ntf.f(1)  # tfdoctor line 2\nx = 1  # tfdoctor line {'9' * 5000}"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source}]}))
    assert json.loads(fixed(path).after)["cells"][0]["source"] == source.replace("f(1)", "f(1, a='ü')")


def test_a_cell_magic_keeps_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    source = "%%timeit -n 1 import tensorflow as tf\n%prun\ntf.f(1)"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source}]}))
    assert json.loads(fixed(path).after)["cells"][0]["source"] == source.replace("f(1)", "f(1, a='ü')")


def test_a_magic_that_goes_on_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    source = "import tensorflow as tf\n%time tf.f(1, \\\n b=2)"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source}]}))
    fix = fixed(path)
    assert [one.reason for one in fix.refused] == ["the code of a magic goes on behind a backslash"]
    assert fix.after == fix.before


@pytest.mark.parametrize("again", ["input", "source"])
def test_of_a_source_that_is_given_twice_that_is_changed_which_is_read(tmp_path: Path, again: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(f'{{"cells": [{{"cell_type": "code", "{again}": "g(1)", "source": "f(1)"}}]}}')
    (fix,) = plan([Edit(str(path), 1, 1, 1, 5, "add", "a", "1", cell=1)])
    assert fix.after == fix.before.replace(b"f(1)", b"f(1, a=1)")


def test_a_source_with_more_than_strings_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text('{"cells": [{"cell_type": "code", "source": ["f(1)\\n", 7, "g(1)"]}]}')
    (fix,) = plan([Edit(str(path), 1, 1, 1, 5, "add", "a", "1", cell=1)])
    assert [one.reason for one in fix.refused] == ["the notebook cannot be changed without changing more than its code"]
    assert fix.after == fix.before


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[]", "no notebook"),
        ('{"cells": [{"cell_type": "code", "source": "f(1)"}]}'.encode("utf-16"), "not in UTF-8, as notebooks are"),
        ('{"cells": [{"cell_type": "code", "source": "f(1)"}]}'.encode("utf-16-le"), "not in UTF-8, as notebooks are"),
    ],
)
def test_what_is_no_plain_notebook_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(data)
    (fix,) = plan([Edit(str(path), 1, 1, 1, 5, "add", "a", "1", cell=1)])
    assert [one.reason for one in fix.refused] == [reason]
    assert fix.after == fix.before


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(b'\xef\xbb\xbf{"cells": [{"cell_type": "code", "source": "f(1)"}]}')
    (fix,) = plan([Edit(str(path), 1, 1, 1, 5, "add", "a", "1", cell=1)])
    assert fix.after == fix.before.replace(b"f(1)", b"f(1, a=1)")


def test_edits_that_change_nothing_leave_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text('{"cells": [3, {"cell_type": "code", "source": ["f(a=1)"]}], "worksheets": {}}')
    (fix,) = plan([Edit(str(path), 1, 1, 1, 7, "add", "a", "1", cell=2)])
    assert [one.reason for one in fix.refused] == ["a is given already"]
    assert fix.after == fix.before


def test_sheets_that_are_none_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text('{"worksheets": ["x", {"cells": 3}, {"cells": [7, {"cell_type": "code", "input": "f()"}]}]}')
    (fix,) = plan([Edit(str(path), 1, 1, 1, 4, "add", "a", "1", cell=2)])
    assert fix.after == fix.before.replace(b"f()", b"f(a=1)")
