"""What changed between releases as text, JSON, SARIF, annotations and a page."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from rich.console import Console

import tfdoctor
from tests.render.drift.answers import code, hostile, model, nothing, releases
from tests.render.html.pages import HOSTILE
from tests.render.test_sarif import VALIDATOR
from tfdoctor.render.drift import github, html, json_v1, sarif, text
from tfdoctor.render.drift.fold import entries
from tfdoctor.render.drift.results import relative, results
from tfdoctor.render.drift.view import DriftView, RefusedView
from tfdoctor.render.drift.words import keeping, measured, sentence
from tfdoctor.rules import RULES

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "drift.json").read_text())
replace = msgspec.structs.replace
GREEN = "32m"  # ends what switches to it, bold or not
EVERY: dict[str, Callable[[], DriftView]] = {
    "releases": lambda: releases("2.5", "2.6"),
    "code": code,
    "nothing": nothing,
    "model": model,
    "hostile": hostile,
}


def shown(answer: DriftView, width: int = 100, encoding: str = "utf-8", **how: bool) -> str:
    class Stream(StringIO):
        @property
        def encoding(self) -> str:  # type: ignore[override]  # a text stream's is read-only
            return encoding

    stream = Stream()
    console = Console(file=stream, width=width, no_color=True, highlight=False, markup=False, emoji=False)
    text.show(console, answer, **how)
    return stream.getvalue()


def coloured(answer: DriftView) -> str:
    """The text as a terminal with colours shows it, without the list of what is the same."""
    stream = StringIO()
    console = Console(file=stream, force_terminal=True, color_system="standard", highlight=False, markup=False)
    text.show(console, replace(answer, same=()))
    return stream.getvalue()


def flat(said: str) -> str:
    return " ".join(said.split())


# --- text ---------------------------------------------------------------------------------------------


def test_the_list_is_folded_and_says_what_it_leaves_out() -> None:
    said = flat(shown(releases()))
    assert said.startswith("TensorFlow 1.15 → 2.3 Other results, without an error: ")
    assert (
        "[≠] tf.keras.layers.GRU, GRUCell: recurrent_activation 'hard_sigmoid' → 'sigmoid'; reset_after False" in said
    )
    assert re.search(r"\[✗\] tf: Session, .* and [\d,]+ more - is in tf\.compat\.v1 now", said)
    assert re.search(r"[\d,]+ rarer changes not shown \(--verbose, --format json\)", said)
    assert "The same in both " in said
    assert said.endswith("add --code PATH or --model PATH.")


def test_verbose_leaves_nothing_out_and_quiet_leaves_one_line_a_change() -> None:
    said = flat(shown(releases(), verbose=True))
    assert "rarer changes not shown" not in said
    assert "Changes no result" in said
    assert "api.1.15.tf.keras.layers.GRU = (units" in said
    quiet = shown(releases(), quiet=True)
    assert "as before" not in quiet
    assert "The same in both" not in quiet


def test_code_is_told_with_its_places() -> None:
    said = flat(shown(code()))
    assert "in 2 files not read: old.py: Python 2" in said
    assert "train.py:5 L.GRU(16)," in said
    assert "study.ipynb:cell 3:2 cell = tf.keras.layers.GRUCell(3)" in said
    assert "as before: random_normal(…, stddev=1.0)" in said
    assert "as before: GRU(…, recurrent_activation='hard_sigmoid', reset_after=False)" in said
    assert "train.py:9 held = tf.placeholder(tf.float32) as before: import tensorflow.compat.v1 as tf;" in said
    assert "train.py would become: 3 changes" in said
    assert "study.ipynb would become: 2 changes" in said
    assert "+    L.GRU(16, recurrent_activation='hard_sigmoid', reset_after=False)," in shown(code(), 60)  # not broken
    assert said.endswith("Nothing was written: add --write.")


def test_what_was_written_and_what_was_not_rewritten_is_said() -> None:
    refused = RefusedView(line=3, cell=2, text="add a=1", reason="it is given")
    fixes = tuple(replace(row, written=True, refused=(refused,)) for row in code().fixes or ())
    said = flat(shown(replace(code(), fixes=fixes)))
    assert "train.py was rewritten: 3 changes" in said
    assert "left: add a=1 in line 3 of cell 2: it is given" in said
    assert "add --write" not in said
    assert "Nothing that can be rewritten safely" in shown(replace(code(), fixes=()))


def test_nothing_is_said_to_be_nothing() -> None:
    said = flat(shown(nothing()))
    assert "Nothing that changed between these releases concerns it, as far as is known." in said
    assert "1 file" in said


def unsure() -> dict[str, DriftView]:
    """Answers that found nothing, of which not all was read or looked at."""
    crash = replace(code().findings[0], family="doctor", code="TFD002", name="rule-crashed")
    none = replace(nothing(), fixes=())
    return {
        "unread": replace(none, unread=code().unread),
        "crashed": replace(none, findings=(crash,), status="warning"),
        "both": replace(none, unread=code().unread, findings=(crash,), status="warning"),
    }


def test_nothing_is_good_news_only_where_all_was_read_and_looked_at() -> None:
    good = coloured(nothing())
    assert good.count(GREEN) == 2  # nothing concerns it; nothing to be rewritten
    for name, answer in unsure().items():
        said = flat(shown(answer))
        assert GREEN not in coloured(answer), name
        assert ("in what could be read" in said) == (name != "crashed")
        assert ("what the part that crashed would have found is not" in said) == (name != "unread")


def test_a_page_says_what_is_not_known() -> None:
    assert "Nothing found" in html.document(nothing())
    for answer in unsure().values():
        page = html.document(answer)
        assert "Not known" in page
        assert "Whether what changed from TensorFlow 2.3 to 2.4 concerns the code is not known in whole" in page
        assert not {"Nothing found", "Other results<"} & set(page.split(">"))


def test_a_model_is_told_by_its_parts() -> None:
    said = flat(shown(model()))
    assert "tf-2.6-cnn.h5: its layers and what it was compiled with" in said
    assert "use of TensorFlow" not in said


def test_cases_of_experiments_are_told_apart() -> None:
    rows = [row for row in entries(code().changes, "2.3", code().places) if row.aside]
    brief, whole = flat(shown(code())), flat(shown(code(), verbose=True))
    assert bool(rows) == ("in cases that it may not meet" in brief)
    for row in rows:
        assert sentence(row) not in brief
        assert sentence(row) in whole
    assert "in cases that it may not meet" not in shown(code(), quiet=True) or rows


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", EVERY)
def test_text_fits_any_terminal_and_drives_none(name: str, width: int) -> None:
    for how in ({}, {"verbose": True}, {"quiet": True}):
        for encoding in ("utf-8", "ascii"):
            said = shown(EVERY[name](), width, encoding, **how)
            assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(said)
            if encoding == "ascii" and name != "hostile":
                assert said.isascii()
    lines = shown(releases("2.5", "2.6"), width).splitlines()
    assert max(map(len, lines)) <= width


def test_crashes_are_told() -> None:
    broken = replace(code(), findings=(replace(code().findings[0], family="doctor", name="rule-crashed"),))
    assert "rule-crashed: " in shown(broken)


# --- folding ------------------------------------------------------------------------------------------


def test_every_change_is_in_one_entry() -> None:
    for answer in (releases(), releases("2.15", "2.16")):
        rows = entries(answer.changes, answer.subject.after)
        assert sorted(change.id for row in rows for change in row.changes) == [row.id for row in answer.changes]
        assert len(rows) < len(answer.changes) / 2
        assert all(sentence(row) for row in rows)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2.3", "2.6", "tf.keras.Sequential.predict_classes - not in TensorFlow 2.6"),
        ("1.15", "2.3", "tf.train: get_global_step, GradientDescentOptimizer"),
        ("1.15", "2.3", "tf.keras.layers.LSTM, LSTMCell: recurrent_activation 'hard_sigmoid' → 'sigmoid'"),
        ("1.15", "2.3", "verify_tensor_all_finite → assert_all_finite"),
        ("1.15", "2.3", "tf.expand_dims: axis must be given"),
        ("2.3", "2.6", "IntegerLookup.set_vocabulary: vocab is called vocabulary"),
        ("2.3", "2.6", "Arguments that are given by position mean others: "),
        ("2.3", "2.6", "tf.keras.losses.BinaryCrossentropy (from the 3rd)"),
        ("2.3", "2.6", "(from the 11th)"),
        ("1.15", "2.3", "tf.keras.Model: evaluate_generator, fit_generator"),
        ("2.3", "2.6", "function(experimental_compile)"),
    ],
)
def test_changes_of_one_kind_are_one_sentence(before: str, after: str, said: str) -> None:
    rows = entries(releases(before, after).changes, after)
    assert [row for row in rows if said in sentence(row)], said


def test_what_keeps_the_old_behaviour_is_a_call() -> None:
    rows = entries(releases().changes, "2.3")
    kept = {keeping(row) for row in rows}
    assert "random_normal_initializer(…, stddev=1.0)" in kept
    assert "recurrent_activation='hard_sigmoid', reset_after=False" in kept  # of two classes


def test_numbers_are_told_in_short() -> None:
    rows = [row for row in entries(releases().changes, "2.3") if any(change.numbers for change in row.changes)]
    assert rows
    assert all(" → " in measured(row)[0] for row in rows if measured(row))
    assert any("% apart)" in line for row in rows for line in measured(row))


# --- JSON ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_json_keeps_to_its_schema(name: str) -> None:
    said = json_v1.document(EVERY[name]())
    jsonschema.validate(json.loads(said), SCHEMA)
    assert not {"\x1b", "\x9b", "\u202e"} & set(said)


def test_places_of_json_are_whole() -> None:
    data = json.loads(json_v1.document(code()))
    assert data["subject"]["asked"] == ["1.15", "2.3"]
    place = next(row for row in data["places"] if row["cell"])
    assert (place["line"], place["source"], place["name"]) == (
        2, "cell = tf.keras.layers.GRUCell(3)", "tf.keras.layers.GRUCell",
    )  # fmt: skip
    assert place["file"]["line"] > 10
    assert data["changes"][place["change"]]["subject"]
    # Of all that changed only what touches the code.
    assert [row["id"] for row in data["changes"]] == sorted({row["change"] for row in data["places"]})
    assert [(row["path"], row["made"], row["written"]) for row in data["fixes"]] == [
        ("study.ipynb", 2, False), ("train.py", 3, False),
    ]  # fmt: skip


# --- code scanning ------------------------------------------------------------------------------------


def scanned(answer: DriftView, root: str = "") -> list[Any]:
    log = json.loads(sarif.document(answer, root))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    (run,) = log["runs"]
    codes = [rule.code for rule in RULES]
    for row in run["results"]:
        assert codes[row["ruleIndex"]] == row["ruleId"]
        (place,) = row["locations"]
        assert set(place["physicalLocation"]["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}
    return list(run["results"])


@pytest.mark.parametrize("name", ["releases", "code", "nothing", "model"])
def test_sarif_keeps_to_its_schema(name: str) -> None:
    rows = scanned(EVERY[name]())
    assert bool(rows) == (name != "nothing")


def test_sarif_is_at_the_places() -> None:
    rows = scanned(code())
    where = [row["locations"][0]["physicalLocation"] for row in rows]
    assert {"uri": "train.py", "uriBaseId": "%SRCROOT%"} in [row["artifactLocation"] for row in where]
    resets = [row for row in rows if "reset_after is True" in row["message"]["text"]]
    reset = next(row for row in resets if "cell" not in row["message"]["text"])
    assert reset["level"] == "warning"
    assert "To keep what it did in 1.15: reset_after=False" in reset["message"]["text"]
    assert reset["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 5, "startColumn": 5, "endLine": 5, "endColumn": 14,
    }  # fmt: skip
    (cell,) = (row for row in resets if row is not reset)
    assert "(cell 3, line 2)" in cell["message"]["text"]
    assert cell["locations"][0]["physicalLocation"]["region"]["startLine"] > 10
    assert any("tf.placeholder" in row["message"]["text"] and row["level"] == "error" for row in rows)


def test_fingerprints_outlast_moved_lines_and_other_releases() -> None:
    def prints(answer: DriftView) -> list[str]:
        return [row["partialFingerprints"]["primaryLocationLineHash"] for row in scanned(answer)]

    moved = tuple(replace(row, line=row.line + 7, source=f"  {row.source}") for row in code().places)
    assert prints(replace(code(), places=moved)) == prints(code())
    assert len(set(prints(code()))) == len(prints(code()))
    other = tuple(replace(row, source="other()") for row in code().places)
    assert prints(replace(code(), places=other)) != prints(code())
    twice = prints(replace(code(), places=code().places * 2))
    assert len(set(twice)) == len(twice) == 2 * len(prints(code()))


def test_releases_have_a_place_too_and_crashes_are_notified() -> None:
    rows = scanned(releases())
    uris = {row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for row in rows}
    assert uris == {"releases/1.15-2.3"}
    broken = replace(nothing(), findings=(replace(code().findings[0], family="doctor", code="TFD002"),))
    log = json.loads(sarif.document(broken))
    assert log["runs"][0]["results"] == []
    told = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert told[0]["associatedRule"]["id"] == "TFD002"
    assert "TFD002" in github.annotations(broken)


def test_annotations_are_at_file_and_line() -> None:
    lines = github.annotations(code()).splitlines()
    place = "file=train.py,line=5,endLine=5,col=5,endColumn=13"
    assert any(line.startswith(f"::warning {place},title=TFD723 gru-reset-after-default::") for line in lines)
    assert any(line.startswith("::error file=train.py,line=9,") for line in lines)
    assert len(lines) == len(list(results(code())))
    several = tuple(replace(row, file=replace(row.file, end_line=99) if row.file else None) for row in code().places)
    assert ",endLine=99,title=" in github.annotations(replace(code(), places=several))
    assert github.annotations(nothing()) == ""
    assert github.annotations(releases()).startswith("::notice title=TFD")
    assert not {"\x1b", "\u202e"} & set(github.annotations(hostile()))


@pytest.mark.parametrize(
    ("path", "root", "told"),
    [
        ("a/b.py", "/srv", "a/b.py"), ("/srv/a/b.py", "/srv", "a/b.py"), ("/other/b.py", "/srv", None),
        ("/srv/b.py", "", None), ("./a.py", "", "a.py"),
    ],
)  # fmt: skip
def test_paths_are_told_from_the_root(path: str, root: str, told: str | None) -> None:
    assert relative(path, root) == told


def test_a_path_outside_of_the_root_is_an_address() -> None:
    places = tuple(replace(row, path="/other/ü b.py") for row in code().places)
    uris = {row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            for row in scanned(replace(code(), places=places), "/srv")}  # fmt: skip
    assert uris == {"file:///other/%C3%BC%20b.py"}


# --- the page -----------------------------------------------------------------------------------------


def test_the_page_of_code() -> None:
    page = html.document(code())
    assert "What changed from TensorFlow 1.15 to 2.3 and concerns the code" in page
    assert "<code>train.py:5</code>" in page
    assert "GRU(…, recurrent_activation=&#x27;hard_sigmoid&#x27;, reset_after=False)" in page
    assert '<svg class="numbers"' in page
    assert "<h3>train.py</h3>" in page
    assert page.index("Other results, without an error") < page.index("The same in both")


def test_the_page_of_releases_and_of_a_model() -> None:
    page = html.document(releases())
    assert "<h1>What changed from TensorFlow 1.15 to 2.3</h1>" in page
    assert "rarer changes" in page
    assert "concerns the model" in html.document(model())
    assert "Nothing that changed from TensorFlow 2.3 to 2.4 concerns the code" in html.document(nothing())
    fixes = tuple(replace(row, written=True, diff="") for row in code().fixes or ())
    assert "It was written." in html.document(replace(code(), fixes=fixes))


def test_several_places_in_a_line_are_one_line() -> None:
    once, twice = code(), replace(code(), places=code().places * 2)
    assert html.document(twice) == html.document(once)


def test_long_lists_of_a_page_end() -> None:
    places = tuple(replace(row, line=row.line + 1000 * copy) for copy in range(70) for row in code().places)
    unread = code().unread * 500
    page = html.document(replace(code(), places=places, unread=unread))
    assert "more places." in page
    assert "And 100 more." in page


def test_hostile_texts_become_no_markup() -> None:
    for start in range(0, len(HOSTILE), 7):
        page = html.document(hostile(start))
        assert "<script" not in page
        assert "<img" not in page
        assert not {"\x1b", "\x9b", "\u202e"} & set(page)
