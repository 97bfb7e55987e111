"""Edits of programs: what is asked is done, everything else stays, what is not safe is refused."""

import ast
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import tfdoctor.drift.fix
from tfdoctor.drift.code import Use, read
from tfdoctor.drift.fix import Edit, FileFix, plan
from tfdoctor.drift.fix.edit import Kind
from tfdoctor.errors import UsageError


def fixed(folder: Path, source: str | bytes, kind: Kind, name: str, *, text: str = "", new: str = "") -> FileFix:
    """Make one edit at every call or string that the reader finds (all of tf.f, tf.*.Adam or strings)."""
    path = folder / "program.py"
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    uses = [one for one in read([path]) if isinstance(one, Use) and one.name != "tf"]
    assert uses
    return plan(
        [
            Edit(use.path, use.line, use.column, use.end_line, use.end_column, _kind(kind, use), name, text, new)
            for use in uses
            if (use.kind == "string") == (kind == "string") and (kind != "move" or use.name.endswith(ENDS))
        ]
    )[0]


def _kind(kind: Kind, use: Use) -> Kind:
    return "import" if kind == "move" and use.kind == "import" else kind


def after(fix: FileFix) -> str:
    assert not fix.refused
    return fix.after.decode()


HEAD = "import tensorflow as tf\n"
ENDS = (".Adam", ".f", ".g")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("tf.f()", "tf.f(a=1)"),
        ("tf.f( )", "tf.f( a=1)"),
        ("tf.f(x)", "tf.f(x, a=1)"),
        ("tf.f(x,)", "tf.f(x, a=1,)"),
        ("tf.f(x,y , b = 2)", "tf.f(x,y , b = 2, a = 1)"),
        ("tf.f(tf.f(x), y)", "tf.f(tf.f(x, a=1), y, a=1)"),
        ("tf.f(\n    x,\n    y\n)", "tf.f(\n    x,\n    y,\n    a=1\n)"),
        ("tf.f(\n    x,\n    y,\n)", "tf.f(\n    x,\n    y,\n    a=1,\n)"),
        ("tf.f(\n    x,\n)", "tf.f(\n    x,\n    a=1,\n)"),
        ("tf.f(x,\n     y)", "tf.f(x,\n     y,\n     a=1)"),
        ("tf.f(\n    x,  # ex\n    y  # why\n)", "tf.f(\n    x,  # ex\n    y,  # why\n    a=1\n)"),
        ("tf.f(\n    x,  # ex\n\n    y,  # why\n)", "tf.f(\n    x,  # ex\n\n    y,  # why\n    a=1,\n)"),
        ("tf.f(\n    x  # ex\n)", "tf.f(\n    x,  # ex\n    a=1\n)"),
        ("tf.f(\n    x, y,\n    z)", "tf.f(\n    x, y,\n    z,\n    a=1)"),
        ("m = (tf.f(x)\n  .g())", "m = (tf.f(x, a=1)\n  .g())"),
    ],
)
def test_arguments_are_added_in_the_layout_of_the_call(tmp_path: Path, before: str, expected: str) -> None:
    path = tmp_path / "program.py"
    path.write_text(HEAD + before + "\n")
    uses = [one for one in read([path]) if isinstance(one, Use) and one.name == "tf.f"]
    places = [Edit(one.path, one.line, one.column, one.end_line, one.end_column, "add", "a", "1") for one in uses]
    assert after(plan(places)[0]) == HEAD + expected + "\n"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("tf.f(a=1)", "tf.f()"),
        ("tf.f(x, a=1)", "tf.f(x)"),
        ("tf.f(a=1, b=2)", "tf.f(b=2)"),
        ("tf.f(x, a=1, b=2)", "tf.f(x, b=2)"),
        ("tf.f(x, a=1,)", "tf.f(x,)"),
        ("tf.f(\n    x,\n    a=1\n)", "tf.f(\n    x\n)"),
        ("tf.f(\n    x,\n    a=1,\n)", "tf.f(\n    x,\n)"),
        ("tf.f(\n    a=1,\n    b=2,\n)", "tf.f(\n    b=2,\n)"),
        ("tf.f(\n    x,  # ex\n    a=1,\n    b=2,\n)", "tf.f(\n    x,  # ex\n    b=2,\n)"),
        ("tf.f(\n    x,\n    a=1,  # one\n    b=2,\n)", "tf.f(\n    x,  # one\n    b=2,\n)"),
        ("tf.f(\n    x,  # ex\n    a=1,  # one\n    b=2,\n)", "tf.f(\n    x,  # ex\n    # one\n    b=2,\n)"),
        ("tf.f(\n    x,  # ex\n    a=1  # one\n)", "tf.f(\n    x  # ex\n    # one\n)"),
        ("tf.f(x, a=1  # one\n)", "tf.f(x  # one\n)"),
        ("tf.f(x,\n     a=1)", "tf.f(x)"),
        ("tf.f(x,  # ex\n     a=1)", "tf.f(x  # ex\n     )"),
    ],
)
def test_arguments_are_removed_and_comments_stay(tmp_path: Path, before: str, expected: str) -> None:
    assert after(fixed(tmp_path, HEAD + before + "\n", "remove", "a")) == HEAD + expected + "\n"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("tf.f('k', (3,))", "tf.f(a='k', b=(3,))"),
        ("tf.f(x, 'k',\n  (3,),  # why\n  c=1)", "tf.f(x, a='k',\n  b=(3,),  # why\n  c=1)"),
    ],
)
def test_arguments_are_given_by_name(tmp_path: Path, before: str, expected: str) -> None:
    assert after(fixed(tmp_path, HEAD + before + "\n", "by-name", "a b")) == HEAD + expected + "\n"


def test_arguments_are_renamed(tmp_path: Path) -> None:
    source = HEAD + "tf.f(x, lr = 0.1, # rate\n  b=2)\n"
    assert after(fixed(tmp_path, source, "rename", "lr", new="rate")) == source.replace("lr =", "rate =")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("import tensorflow as tf\ntf.opt.Adam(1)", "import tensorflow as tf\ntf.opt.legacy.Adam(1)"),
        ("import tensorflow as tf\nx = [tf.opt.Adam]", "import tensorflow as tf\nx = [tf.opt.legacy.Adam]"),
        ("from tensorflow.opt import Adam", "from tensorflow.opt.legacy import Adam"),
        ("from tensorflow.opt import Adam as A  # mine", "from tensorflow.opt.legacy import Adam as A  # mine"),
        ("from tensorflow.opt import (\n    Adam,\n)", "from tensorflow.opt.legacy import (\n    Adam,\n)"),
    ],
)  # fmt: skip
def test_names_get_another_place(tmp_path: Path, before: str, expected: str) -> None:
    fix = fixed(tmp_path, before + "\n", "move", "tf.opt.Adam", new="tf.opt.legacy.Adam")
    assert after(fix) == expected + "\n"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("import tensorflow as tf\n(tf.a.b.Adam)(1)", "import tensorflow as tf\n(tf.v1.c.Old)(1)"),
        ("import tensorflow\ntensorflow.a.b.Adam", "import tensorflow\ntensorflow.v1.c.Old"),
        ("from tensorflow.a.b import Adam\nAdam(Adam)", "from tensorflow.v1.c import Old as Adam\nAdam(Adam)"),
    ],
)
def test_names_get_another_place_altogether(tmp_path: Path, before: str, expected: str) -> None:
    assert after(fixed(tmp_path, before + "\n", "move", "tf.a.b.Adam", new="tf.v1.c.Old")) == expected + "\n"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (
            "import tensorflow as tf  # old\ntf.f()",
            "import tensorflow.compat.v1 as tf  # old\ntf.disable_v2_behavior()\ntf.f()",
        ),
        (
            "import tensorflow.compat.v1 as tf\ntf.f()",
            "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\ntf.f()",
        ),
        ("import os, tensorflow as t\nt.f()", "import os, tensorflow.compat.v1 as t\nt.disable_v2_behavior()\nt.f()"),
        (
            "def g():\n    import tensorflow as tf\n    tf.f()",
            "def g():\n    import tensorflow.compat.v1 as tf\n    tf.disable_v2_behavior()\n    tf.f()",
        ),
    ],
)
def test_tensorflow_1_as_a_whole(tmp_path: Path, before: str, expected: str) -> None:
    path = tmp_path / "program.py"
    path.write_text(before + "\n")
    root = next(one.root for one in read([path]) if isinstance(one, Use) and one.root)
    place = (root.line, root.column, root.end_line, root.end_column)
    (fix,) = plan([Edit(str(path), *place, kind="version-1", name="tensorflow", new="tensorflow.compat.v1")])
    assert after(fix) == expected + "\n"


@pytest.mark.parametrize(
    ("source", "end", "reason"),
    [
        ("import tensorflow as t; x = 1", 23, "other statements stand on the same line"),
        ("import tensorflow", 18, "tensorflow gets no name of its own here"),
    ],
)
def test_tensorflow_1_is_not_taken_where_its_line_has_more(tmp_path: Path, source: str, end: int, reason: str) -> None:
    path = tmp_path / "program.py"
    path.write_text(source + "\n")
    (fix,) = plan([Edit(str(path), 1, 8, 1, end, kind="version-1", name="tensorflow", new="tensorflow.compat.v1")])
    assert ([one.reason for one in fix.refused], fix.after) == ([reason], fix.before)


def test_what_an_import_brings_is_changed_there_alone(tmp_path: Path) -> None:
    source = "from tensorflow import a\na.b.Adam(1)\na.b.Adam\n"
    fix = fixed(tmp_path, source, "move", "tf.a.b.Adam", new="tf.v1.c.Old")
    told = "Adam has its own name here: it is to be changed where it gets that"
    assert [one.reason for one in fix.refused] == [told, told]
    assert fix.after == fix.before


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("from tensorflow.opt import Adam, SGD",
         "from tensorflow.opt import SGD\nfrom tensorflow.opt.legacy import Adam"),
        ("if 1:\n    from tensorflow.opt import (  # all\n        SGD,\n        Adam,\n    )",
         ("if 1:\n    from tensorflow.opt import (  # all\n        SGD,\n    )\n"
          "    from tensorflow.opt.legacy import Adam")),
    ],
)  # fmt: skip
def test_other_names_of_an_import_stay(tmp_path: Path, before: str, expected: str) -> None:
    path = tmp_path / "program.py"
    path.write_text(before + "\n")
    use = next(one for one in read([path]) if isinstance(one, Use) and one.name.endswith(".Adam"))
    place = (use.path, use.line, use.column, use.end_line, use.end_column)
    (fix,) = plan([Edit(*place, kind="import", name="tf.opt.Adam", new="tf.opt.legacy.Adam")])
    compile(fix.after, "x", "exec")
    assert after(fix) == expected + "\n"
    (fix,) = plan([Edit(*place, kind="import", name="tf.opt.Adam", new="tf.opt.Other")])
    assert "import Other as Adam" in after(fix)


def test_strings_keep_their_quotes(tmp_path: Path) -> None:
    source = HEAD + "m = tf.keras.Model()\nm.compile(metrics=['acc', u\"acc\", '''acc'''])\n"
    fix = fixed(tmp_path, source, "string", "acc", new="accuracy")
    assert after(fix) == source.replace("acc", "accuracy")


@pytest.mark.parametrize(
    ("source", "kind", "name", "new", "reason"),
    [
        ("tf.f(a=1)", "add", "a", "", "a is given already"),
        ("tf.f(**k)", "add", "a", "", "a may be given already by * or **"),
        ("tf.f(*k)", "add", "a", "", "a may be given already by * or **"),
        ("tf.f(i for i in x)", "add", "a", "", "a generator without parentheses takes no argument beside it"),
        ("tf.f(x)", "by-name", "a b", "", "other arguments are given by position"),
        ("tf.f(x, *y)", "by-name", "a", "", "other arguments are given by position"),
        ("tf.f(x, a=1)", "by-name", "a", "", "a is given already"),
        ("tf.f(x)", "remove", "a", "", "a is not given by its name"),
        ("tf.f(a=[g()])", "remove", "a", "", "the value of a is computed by a call, which may do more"),
        ("tf.f(x)", "rename", "a", "b", "a is not given by its name"),
        ("tf.f(a=1, b=2)", "rename", "a", "b", "b is given already"),
        ("tf.f(1)", "move", "tf.g", "tf.h", "the name does not end in g"),
        ("tf.f(1)", "move", "tf.f", "tf.h()", "'tf.h()' is no name"),
        ("tf.f(1)", "move", "tf.f", "keras.f", "f has its own name here: it is to be changed where it gets that"),
        ("g = tf.f; g(1)", "move", "tf.f", "tf.h", "f has its own name here: it is to be changed where it gets that"),
        ("from tensorflow import f; x = 1", "move", "tf.f", "tf.h", "it is no import of a name alone"),
        ("from tensorflow import g", "move", "tf.f", "tf.h", "f is not imported here"),
        ("import tensorflow.f", "move", "tf.f", "tf.h", "it is no import of a name alone"),
        ("tf.keras.layers.Dense(1, 'relu')", "string", "elu", "x", "the string is not 'elu'"),
        ("tf.keras.layers.Dense(1, 'relu')", "string", "relu", "'", '"\'" cannot stand in these quotes'),
        ("tf.keras.layers.Dense(1, 'relu')", "string", "relu", "\\x41", "'\\\\x41' cannot stand in these quotes"),
        ("tf.keras.layers.Dense(1, 're' 'lu')", "string", "relu", "x", "nothing that it could be made at"),
    ],
)
def test_what_is_not_safe_is_refused(  # noqa: PLR0917
    tmp_path: Path, source: str, kind: Kind, name: str, new: str, reason: str
) -> None:
    fix = fixed(tmp_path, HEAD + source + "\n", kind, name, text="1", new=new)
    assert reason in [one.reason for one in fix.refused]
    if source[:2] != "g ":
        assert fix.after == fix.before
        assert fix.diff == ""
        assert fix.made == ()


def test_text_that_is_no_expression_is_refused(tmp_path: Path) -> None:
    fix = fixed(tmp_path, HEAD + "tf.f()\n", "add", "a", text="1; import os")
    assert [one.reason for one in fix.refused] == ["'1; import os' is no expression"]


@pytest.mark.parametrize(
    "source",
    [
        HEAD.encode() + b"tf.f(x)  # \xc3\xa9\r\n",
        b"\xef\xbb\xbf" + HEAD.encode() + b"tf.f(x)\n",
        b"# -*- coding: latin-1 -*-\n" + HEAD.encode() + b"s = '\xe9'\ntf.f(x)",
        b"# coding: gbk\n" + HEAD.encode() + "s = '中'; tf.f(x)\n".encode("gbk"),
        HEAD.encode() + b"s = '\xc3\xa9\xf0\x9f\x98\x80'; tf.f(x)\r\ny = 1\nz = 2\r\n",
        HEAD.encode() + b"if 1:\n\t \tpass ;\n\\\n\n\x0c\ntf.f(x) ;\n\n\n",
    ],
)
def test_all_else_stays_byte_for_byte(tmp_path: Path, source: bytes) -> None:
    fix = fixed(tmp_path, source, "add", "a", text="1")
    assert fix.after == source.replace(b"tf.f(x)", b"tf.f(x, a=1)")
    assert fix.before == source
    ast.parse(fix.after)


def test_the_diff_can_be_read(tmp_path: Path) -> None:
    fix = fixed(tmp_path, HEAD + "x = 1\r\ntf.f(x)", "add", "a", text="1")
    lines = fix.diff.splitlines()
    assert lines[0].startswith("--- a/")
    assert lines[0].endswith("/program.py")
    assert (
        lines[2:]
        == dedent("""\
        @@ -1,3 +1,3 @@
         import tensorflow as tf
         x = 1
        -tf.f(x)
        \\ No newline at end of file
        +tf.f(x, a=1)
        \\ No newline at end of file""").splitlines()
    )


def test_files_come_in_order_and_each_edit_once(tmp_path: Path) -> None:
    edits = []
    for name in ("b.py", "a.py"):
        (tmp_path / name).write_text("f(1)\n")
        edits += [Edit(str(tmp_path / name), 1, 1, 1, 5, "add", "a", "1")] * 2
    fixes = plan(edits)
    assert [Path(fix.path).name for fix in fixes] == ["a.py", "b.py"]
    assert {fix.after for fix in fixes} == {b"f(1, a=1)\n"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"f(\n", "cannot be parsed: "),
        (b"\xff\n", "cannot be parsed: "),
        (b"f" + b"()" * 600 + b"\n", "nested too deeply"),
        (None, "No such file or directory"),
    ],
)
def test_files_that_cannot_be_read_are_left_alone(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "a.py"
    if content is not None:
        path.write_bytes(content)
    (fix,) = plan([Edit(str(path), 1, 1, 1, 5, "add", "a", "1")])
    assert fix.refused[0].reason.startswith(reason)
    assert fix.before == fix.after == (content or b"")


def test_without_libcst_the_extra_is_named() -> None:
    program = "import sys; sys.modules['libcst'] = None; from tfdoctor.drift.fix import plan; plan([])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.endswith("UsageError: rewriting programs needs libcst: install tfdoctor[fix]\n")


@pytest.mark.parametrize(
    ("missing", "error"), [("libcst", UsageError), ("tfdoctor.drift.code.source", ModuleNotFoundError)]
)
def test_other_modules_that_are_missing_are_faults(
    monkeypatch: pytest.MonkeyPatch, missing: str, error: type[Exception]
) -> None:
    monkeypatch.delattr(tfdoctor.drift.fix, "whole", raising=False)
    for name in [one for one in sys.modules if one.startswith("tfdoctor.drift.fix.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(error):
        plan([])
