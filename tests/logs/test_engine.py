from tfdoctor.logs import read
from tfdoctor.logs._engine import Events, pattern, scan

PATTERNS = (
    pattern("missing-library", r"could not load dynamic library '(?P<soname>[^']+)'"),
    pattern("words", r"library(?P<plural>ies)?"),
)


def test_a_line_gives_every_event_that_it_states() -> None:
    events = scan("fine\n  Could not load dynamic library 'libcudart.so.11.0'\n\n", PATTERNS)
    assert [event.kind for event in events] == ["missing-library", "words"]
    first = events.of("missing-library")[0]
    assert (first.line, first["soname"], first.text) == (
        2, "libcudart.so.11.0", "Could not load dynamic library 'libcudart.so.11.0'",
    )  # fmt: skip
    assert events.of("words")[0]["plural"] == ""


def test_the_first_event_can_be_asked_for_by_kind_and_value() -> None:
    events = scan("could not load dynamic library 'a'\ncould not load dynamic library 'libcudnn.so.8'", PATTERNS)
    found = events.first("missing-library", soname="LIBCUDNN")
    assert found is not None
    assert found.line == 2
    assert events.first("missing-library", soname="libcublas") is None
    assert events.first("other") is None
    assert Events().first("words") is None


def test_a_line_of_megabytes_is_cut() -> None:
    assert scan("x" * 5_000_000 + "library", PATTERNS) == ()


def test_a_name_without_a_module_gets_that_of_the_statement_above() -> None:
    text = "    from tensorflow.python.keras.engine import keras_tensor\nImportError: cannot import name 'keras_tensor'"
    (event,) = read(text).of("name-missing")
    assert (event["symbol"], event["module"]) == ("keras_tensor", "tensorflow.python.keras.engine")
    (other,) = read("from a import b\nImportError: cannot import name 'c'").of("name-missing")
    assert other["module"] == ""
