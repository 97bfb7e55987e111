"""Experiments of two sides for people, and as JSON."""

import io
import json
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

import tfdoctor
from tests.measured import MATRIX, fingerprint, row, snapshot
from tfdoctor import facts
from tfdoctor.facts import Fingerprint
from tfdoctor.matrix.behaviour import Outcome
from tfdoctor.render.compare import json_v1, text
from tfdoctor.render.compare.view import ComparisonView, Named, view
from tfdoctor.tickets.compare import compare

SCHEMA = json.loads((Path(tfdoctor.__file__).parent / "schemas" / "comparison.json").read_text())


def made(a: Fingerprint, b: Fingerprint) -> ComparisonView:
    one, other = snapshot(a), snapshot(b)
    return view(Named("a.zip", one), Named("b.zip", other), compare(one, other, MATRIX, debug=True), MATRIX)


def drawn(shown: ComparisonView, *, width: int = 100, encoding: str = "utf-8", **options: bool) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    console = Console(file=stream, width=width, color_system=None, highlight=False, markup=False, emoji=False)
    text.show(console, shown, **options)
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode(encoding)


def test_releases() -> None:
    shown = made(fingerprint("2.3"), fingerprint("2.6"))
    out = drawn(shown)
    assert "Known between TensorFlow 2.3 and 2.6; tfdoctor drift 2.3 2.6 says what it means (24)" in out
    assert "and 16 more (--verbose lists them)" in out
    assert "all as TensorFlow 2.6 gives elsewhere" in " ".join(out.split())
    told = drawn(shown, verbose=True)
    assert "more (--verbose" not in told.partition("Experiments:")[2]
    assert "known: TensorFlow 2.3 and 2.6 give these numbers elsewhere, too" in told
    assert "Experiments" not in drawn(shown, quiet=True)


@pytest.mark.parametrize(("width", "encoding"), [(60, "utf-8"), (60, "ascii"), (72, "cp1252"), (40, "ascii")])
def test_narrow_and_plain(width: int, encoding: str) -> None:
    wrong = fingerprint("2.9", changed={"layer-dense": 1.01, "loss-huber": Outcome(error="InternalError: no")})
    out = drawn(made(fingerprint("2.9"), wrong), width=width, encoding=encoding)
    section = out.partition("Experiments:")[2]
    assert max(map(len, section.splitlines())) <= width
    assert "Own to B (2)" in section
    assert "layer-dense" in section
    assert "InternalError" in section
    assert "B departs from what" in section


def test_all_origins_sets_and_noise() -> None:
    names = ("layer-dense", "loss-huber", "optimizer-adam-default")
    a = fingerprint("2.9", *names, changed={"layer-dense": 1.1, "loss-huber": 1.0001})
    b = fingerprint("2.9", *names, changed={"layer-dense": 1.3})
    more = [row(f"e{number}", {"x": (1.0,)}) for number in range(9)]
    a, b = (
        facts.Fingerprint(tensorflow=side.tensorflow, outcomes=(*side.outcomes, *rows))
        for side, rows in ((a, [*more, row("new", {"x": (1.0,)})]), (b, [row("new", {"x": (9.0,)})]))
    )
    shown = made(a, b)
    out = drawn(shown, verbose=True)
    for said in (
        "Own to both: not what their releases give elsewhere (1)", "Not measured elsewhere (1)",
        "1 more within the noise",
        "one is not as TensorFlow 2.9", "ran in A only, so not compared: e0, e1, e2, e3, e4, e5, e6, e7, e8",
        "within the noise: loss-huber",
    ):  # fmt: skip
        assert said in out
    assert "e5 and 3 more" in drawn(shown)
    data = json.loads(json_v1.document(shown))
    jsonschema.validate(data, SCHEMA)
    assert data["experiments"]["near"] == ["loss-huber"]
    assert {one["origin"] for one in data["experiments"]["differences"]} == {"both", "unknown"}


def test_nothing_in_common_and_releases_of_tomorrow() -> None:
    a, b = fingerprint("2.9", "layer-dense", version="9.9.9"), fingerprint("2.9", "loss-huber", version="9.9.9")
    out = drawn(made(a, b))
    assert "Experiments: none ran on both sides" in out
    assert "TensorFlow 9.9.9 was not measured elsewhere" in out


def test_what_strangers_wrote_is_harmless() -> None:
    evil = "\x1b]0;pwned\x07\n[bold]"
    a, b = (
        facts.Fingerprint(tensorflow=evil, outcomes=(row(f"new{evil}", {evil: value}),), error=evil, left=(evil,))
        for value in (evil, "other")
    )
    shown = made(a, b)
    out = drawn(shown, verbose=True)
    assert "\x1b" not in out
    assert "\x07" not in out
    jsonschema.validate(json.loads(json_v1.document(shown)), SCHEMA)
