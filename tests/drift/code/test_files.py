"""Files, folders and notebooks: what is read, what is left out, and that nothing breaks the reader."""

import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drift.code.reading import notebook, skipped, uses
from tfdoctor.drift.code import Skipped, Use, program, read
from tfdoctor.drift.code.modules import Modules
from tfdoctor.errors import UsageError

CALL = b"import tensorflow as tf\ntf.f()\n"


def test_folders_are_read_in_a_steady_order(tmp_path: Path) -> None:
    for name in ("b/x.py", "a/y.py", "a.py", "c.txt", ".git/h.py", "__pycache__/c.py", "w.pyw", "node_modules/n.py",
                 "env/lib/python3.9/site-packages/tensorflow/t.py", "env/pyvenv.cfg", "s/site-packages/p.py",
                 "conda/conda-meta/history"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CALL)
    found = list(read([tmp_path, tmp_path / "a.py"]))
    files = [
        Path(one.path).relative_to(tmp_path).as_posix() for one in found if isinstance(one, Use) and one.kind == "call"
    ]
    assert files == ["a.py", "w.pyw", "a/y.py", "b/x.py"]
    assert skipped(tmp_path) == [
        "conda: a Python environment",
        "env: a Python environment",
        "node_modules: modules of Node.js",
        "s/site-packages: installed distributions",
    ]
    inside = tmp_path / "s" / "site-packages"
    assert [one.path for one in read([inside])] == [str(inside / "p.py")] * 2


def test_what_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "script"
    path.write_bytes(b"#!/usr/bin/env python\n" + CALL)
    assert [one.name for one in read([path]) if isinstance(one, Use)] == ["tf", "tf.f"]
    with pytest.raises(UsageError, match="nowhere: no such file or folder"):
        list(read([path, tmp_path / "nowhere"]))


@pytest.mark.skipif(sys.platform == "win32", reason="no links and pipes there")
def test_special_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "gone.py").symlink_to("nowhere")
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.py")
    assert skipped(tmp_path) == ["gone.py: No such file or directory", "pipe.py: no regular file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(CALL)
    (tmp_path / "a.py").chmod(0)
    assert skipped(tmp_path) == ["a.py: Permission denied"]


def test_a_file_that_is_gone_when_its_turn_comes_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(CALL)
    (tmp_path / "b.py").write_bytes(CALL)
    reading = read([tmp_path])
    next(reading)
    (tmp_path / "b.py").unlink()
    assert [one.reason for one in reading if isinstance(one, Skipped)] == ["No such file or directory"]
    assert list(program.uses(tmp_path, Modules())) == [Skipped(str(tmp_path), "Is a directory")]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b'print "a"\n', "Python 2: a print statement in line 1"),
        (b"x = 1\nprint x, y\n", "Python 2: a print statement in line 2"),
        (b"import sys\nprint >>sys.stderr, 1, 'x'\n if\n", "Python 2: a print statement in line 2"),
        (b"try:\n  pass\nexcept A, b:\n  pass\n", "Python 2: `except A, b` in line 3"),
        (b"raise A, 'b'\n", "Python 2: `raise A, b` in line 1"),
        (b"exec 'a'\n", "Python 2: a exec statement in line 1"),
        (b"x = 0777\n", "Python 2: an octal number such as 0777 in line 1"),
        (b"x = ur'a'\n", "Python 2: a string with ur'' in line 1"),
        (b"x = `y`\n", "Python 2: backticks in line 1"),
        (b"x = 1 <> 2\n", "Python 2: `<>` in line 1"),
        (b"x = 10L\n", "Python 2: a long integer in line 1"),
        (b"def f(a, (b, c)):\n  pass\n", "Python 2: a tuple as parameter in line 1"),
        (b"if 1:\n\tx = 1\n        y = 2\n", "Python 2: tabs mixed with spaces in line 3"),
        (b"f(async=1)\n", "Python 3.6 or older: `async` as a name in line 1"),
        (b"x = (\n", "syntax error in line 1: '(' was never closed"),
        (b"x = 1\0\n", "binary: it holds null bytes"),
        (b"# coding: utf-99\n", "encoding: unknown encoding: utf-99"),
        (b"x = 1\ny = '\xe9'\n", "line 2 is not in utf-8, and no other encoding is declared"),
        (
            "x = '\ud800'\n".encode("utf-8", "surrogatepass"),
            "encoding: ",
        ),
        (b"# coding: unicode_escape\nx = '\\ud800'\n", "syntax error: "),
        (b"(" * 300 + b")" * 300, "nested too deeply in line 1"),
        (b"x = " + b"-" * 50000 + b"1\n", "nested too deeply"),
        (b"#" * (2 << 20) + b"\n", "2.0 MB: larger than 2 MB"),
    ],
)
def test_what_is_no_python_3_is_said(tmp_path: Path, source: bytes, reason: str) -> None:
    (tmp_path / "a.py").write_bytes(source)
    (tmp_path / "b.py").write_bytes(CALL)
    (found,) = skipped(tmp_path)
    assert found.startswith(f"a.py: {reason}")


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbf" + CALL,
        b"# -*- coding: latin-1 -*-\n'\xe9'\n" + CALL,
        "# coding: gbk\n'中文'\n".encode("gbk") + CALL,
        CALL.replace(b"\n", b"\r\n"),
        CALL.replace(b"\n", b"\r"),
        b"x = '\\d'\nif x is 1: pass\n" + CALL,
        b"x = " + b"1 + " * 900 + b"1\n" + CALL,
        b"if a: pass\n" + b"elif b: pass\n" * 1000 + CALL,
        b"x = " + b"[" * 90 + b"]" * 90 + b"\n" + CALL,
        b"x = 1\n" + b"x = f(x)\n" * 3000 + CALL,
        b"def f():\n  x = 1\n" + b"  x = tf.g(x)\n" * 300 + b"  def h():\n    x.y()\n" + CALL,
        b"x" + b".y()" * 200 + b"\n" + CALL,
        b"def f(x):\n  return f(f(x))\nf(f)\n" + CALL,
        b"class A(B): pass\nclass B(A): pass\nB().x()\n" + CALL,
        b"f = lambda: g()\ng = lambda: f()\nf().x()\n" + CALL,
        b"x = y\ny = x\nx.z()\n" + CALL,
        b"async def f():\n  async with a as b, c: pass\n  return [x async for x in y]\n" + CALL,
        b"try:\n  pass\nfinally:\n  pass\ndel x[1], y\nassert z, 'no'\n*a, b = c\na, *b = 1, 2, 3\nglobal q\n" + CALL,
        b"nonlocal x\n" + CALL,
        b"x: int\nself.y: int = 3\nx[1]: int = 4\nlambda *a, b=1, **k: a\nprint(f'{x!r:>{y}}')\n" + CALL,
    ],
)  # fmt: skip
def test_hostile_programs_are_read(tmp_path: Path, source: bytes) -> None:
    (tmp_path / "a.py").write_bytes(source)
    found = list(read([tmp_path]))
    assert [one.name for one in found if isinstance(one, Use) and one.name in {"tf", "tf.f"}] == ["tf", "tf.f"], found[
        :3
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(["a.py", "a.ipynb"]))
def test_any_bytes_end_in_uses_or_a_reason(tmp_path: Path, data: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(CALL + data if name == "a.py" else data)
    found = list(read([tmp_path / name]))
    assert all(isinstance(one, (Use, Skipped)) for one in found)
    assert len([one for one in found if isinstance(one, Skipped)]) <= 1


def test_arguments_that_another_cell_spells_are_read_there(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        "import tensorflow as tf\nfrom functools import partial\n\n\noptions = {'learning_rate': 0.1, 'decay':\n 1e-3}",
        "Quick = partial(tf.keras.optimizers.SGD,\n                lr=0.5)",
        "tf.keras.optimizers.Adam(**options); Quick(momentum=0.9)",
    )
    found = [one for one in read([path]) if isinstance(one, Use) and one.kind == "call"]
    placed = [(one.cell, one.line, one.end_line, one.name) for one in found if one.name.endswith(("Adam", "SGD"))]
    assert placed == [(4, 1, 1, "tf.keras.optimizers.Adam"), (4, 1, 1, "tf.keras.optimizers.SGD")]
    given = {one.name.rpartition(".")[2]: {each.name: each.text for each in one.given if each.name} for one in found}
    assert given["Adam"] == {"learning_rate": "0.1", "decay": "1e-3"}
    assert given["SGD"] == {"lr": "0.5", "momentum": "0.9"}


@pytest.mark.parametrize("version", [3, 4])
def test_cells_of_a_notebook_share_their_names(tmp_path: Path, version: int) -> None:
    path = notebook(
        tmp_path,
        ["%matplotlib inline\n", "!pip install \\\n", "  tensorflow\n", "import tensorflow as tf\n"],
        "files = !ls\nx = 7 \\\n  % 3\nmodel = tf.keras.Sequential()\nmodel?",
        ["%%time\n", "await model.fit(1)\n", "model.summary?\n"],
        "%%bash\nls tf.f()",
        "x = (",
        version=version,
        kernelspec={"language": "python"},
    )
    found = list(read([path]))
    assert [(one.cell, one.line, one.name) for one in found if isinstance(one, Use)] == [
        (2, 4, "tf"),
        (3, 4, "tf.keras.Sequential"),
        (4, 2, "tf.keras.Sequential.fit"),
    ]
    assert [one.reason for one in found if isinstance(one, Skipped)] == [
        "cell 6: syntax error in line 1: '(' was never closed"
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[]", "no notebook"),
        ("{", "no notebook: "),
        ("{}", "no notebook: it has no cells"),
        ('{"worksheets": 1}', "no notebook: it has no cells"),
        ('{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}', "a notebook in r"),
        ("[" * 100000, "no notebook: "),
    ],
)
def test_what_is_no_notebook_is_said(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "a.ipynb").write_text(content)
    assert skipped(tmp_path)[0].startswith(f"a.ipynb: {reason}")


@pytest.mark.parametrize(
    "content",
    [
        {"cells": 3},
        {"cells": [{"cell_type": "code", "source": 7}]},
        {
            "cells": [
                3,
                {"cell_type": "code"},
                {"cell_type": "code", "source": None},
                {"cell_type": "code", "source": [1]},
            ]
        },
        {"cells": [], "metadata": 3},
        {"worksheets": [3, {"cells": 4}, {"cells": [{"cell_type": "code", "language": "julia", "input": "("}]}]},
        {"cells": [], "metadata": {"language_info": {"name": 3}}},
    ],
)
def test_strange_notebooks_are_read(tmp_path: Path, content: object) -> None:
    (tmp_path / "a.ipynb").write_text(json.dumps(content))
    assert list(read([tmp_path])) == []


def test_programs_of_others_have_no_uses(tmp_path: Path) -> None:
    assert uses(tmp_path, "import numpy as np\nnp.zeros(3)\n") == []
    assert uses(tmp_path, "# tensorflow\nimport numpy as np\nnp.zeros(3)\n") == []


def test_a_module_whose_name_no_file_has_is_none(tmp_path: Path) -> None:
    assert [one.name for one in uses(tmp_path, f"import tensorflow as tf\nfrom {'m' * 300} import k\ntf.f()\n")] == [
        "tf",
        "tf.f",
    ]
