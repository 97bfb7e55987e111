import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from tfdoctor.logs import Events, read
from tfdoctor.logs._engine import LONGEST_LINE, LONGEST_TEXT, MOST_EVENTS, MOST_TRIED, scan
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.signatures import Row, SignatureFile, Signatures

SIGNATURES = Matrix.locate().signatures


def row(kind: str, words: tuple[str, ...], match: str) -> Row:
    return Row(kind=kind, words=words, match=match, source="", checked=dt.date(2026, 11, 21), example="")


def of(*rows: Row) -> Signatures:
    return Signatures([("test.toml", SignatureFile(rows))])


LIBRARIES = of(
    row("missing-library", ("could not load",), r"could not load dynamic library '(?P<soname>[^']+)'"),
    row("words", ("library", "librar"), r"library(?P<plural>ies)?"),
)


def test_a_line_gives_every_event_that_it_states() -> None:
    events = scan("fine\n  Could not load dynamic library 'libcudart.so.11.0'\n\n", LIBRARIES)
    assert [event.kind for event in events] == ["missing-library", "words"]
    first = events.of("missing-library")[0]
    assert (first.line, first["soname"], first.text) == (
        2, "libcudart.so.11.0", "Could not load dynamic library 'libcudart.so.11.0'",
    )  # fmt: skip
    assert events.of("words")[0]["plural"] == ""
    assert [event.kind for event in events.of("words", "missing-library")] == ["missing-library", "words"]


def test_the_first_event_can_be_asked_for_by_kind_and_value() -> None:
    events = scan("could not load dynamic library 'a'\ncould not load dynamic library 'libcudnn.so.8'", LIBRARIES)
    found = events.first("missing-library", soname="LIBCUDNN")
    assert found is not None
    assert found.line == 2
    assert events.first("missing-library", soname="libcublas") is None
    assert events.first("other") is None
    assert Events().first("words") is None


def test_a_line_of_megabytes_is_cut() -> None:
    assert scan("x" * 5_000_000 + "library", LIBRARIES) == ()
    assert len(scan("x" * (LONGEST_LINE - 7) + "library", LIBRARIES)) == 1


def test_of_a_huge_text_the_first_and_the_last_part_are_read() -> None:
    lines = LONGEST_TEXT // 100 + 1000
    text = "library\n" + ("." * 99 + "\n") * lines + "library"
    events = scan(text, LIBRARIES)
    assert [event.line for event in events] == [1, lines + 2]
    assert events.left_out == len(text) - LONGEST_TEXT
    assert str(events.left_out) in events.passed_over[0]
    assert scan("library", LIBRARIES).left_out == 0


def test_a_huge_text_may_be_one_line() -> None:
    events = scan("library " + "." * LONGEST_TEXT + "\nlibrary", LIBRARIES)
    assert events[0].line == 1
    assert events[-1].text == "library"


def test_of_very_many_events_of_a_form_the_first_and_the_last_are_kept() -> None:
    many = MOST_EVENTS + 500
    events = scan("library\n" * many, LIBRARIES)
    assert [event.line for event in events] == [*range(1, MOST_EVENTS // 2 + 1), *range(1001, many + 1)]
    assert events.dropped == 500
    assert "500 were not" in events.passed_over[0]


def test_an_expression_is_tried_on_the_first_and_the_last_of_very_many_lines() -> None:
    line = "could not load: " + "." * 983 + "\n"
    found = "could not load dynamic library 'a'\n"
    each = MOST_TRIED // 2 // 1000
    events = scan(found + line * (2 * each) + found + line * (2 * each) + found, LIBRARIES)
    assert [event.line for event in events.of("missing-library")] == [1, 4 * each + 3]
    assert events.untried == 2 * each
    assert "compared" in events.passed_over[0]
    assert scan(found * 3, LIBRARIES).passed_over == ()


def test_a_name_without_a_module_gets_that_of_the_statement_above() -> None:
    text = "    from tensorflow.python.keras.engine import keras_tensor\nImportError: cannot import name 'keras_tensor'"
    (event,) = read(text, SIGNATURES).of("name-missing")
    assert (event["symbol"], event["module"]) == ("keras_tensor", "tensorflow.python.keras.engine")
    (other,) = read("from a import b\nImportError: cannot import name 'c'", SIGNATURES).of("name-missing")
    assert other["module"] == ""
    assert read("", SIGNATURES) == ()


def plainly(text: str) -> list[tuple[str, int]]:
    """What must be found: every expression, tried on every line."""
    return [
        (signature.kind, number)
        for number, line in enumerate(text.splitlines(), 1)
        for signature in SIGNATURES
        for _ in signature.regex.finditer(line.strip()[:LONGEST_LINE])
    ]


EXAMPLES = [signature.row.example for signature in SIGNATURES if signature.row.example]
PIECES = (
    st.sampled_from(EXAMPLES)
    | st.text(max_size=30)
    | st.sampled_from(["İ", "\u017f", "\u212a", "\x0b", "\r", "\n", "  "])
)


@given(st.lists(PIECES, max_size=6).map("".join))
def test_the_words_lose_no_match(text: str) -> None:
    assert [(event.kind, event.line) for event in scan(text, SIGNATURES)] == plainly(text)
