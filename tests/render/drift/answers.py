"""Answers to be shown: of two releases, of a program with a notebook, and one that is hostile in every field."""

import tempfile
from functools import cache
from pathlib import Path

import msgspec

from tests.drift.making import MATRIX, notebook, program
from tests.model.title import h5
from tests.render.html.pages import hostile as filled
from tfdoctor.drift.compare import compare
from tfdoctor.drift.edits import edits
from tfdoctor.drift.findings import diagnosis
from tfdoctor.drift.fix import plan
from tfdoctor.drift.releases import Span
from tfdoctor.model.read import read
from tfdoctor.render.drift.view import ChangeView, DriftView, NumbersView, PlaceView, view

replace = msgspec.structs.replace
OLD = Span("1.15", "2.3")


@cache
def releases(before: str = "1.15", after: str = "2.3") -> DriftView:
    """What changed between two releases."""
    answer = compare(Span(before, after), MATRIX)
    return view(answer, diagnosis(answer), MATRIX)


@cache
def code() -> DriftView:
    """What of it touches a program and a notebook, and how the program is rewritten; paths are relative."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program(folder)
        notebook(folder, "import tensorflow as tf\n", "a = 1\ncell = tf.keras.layers.GRUCell(3)\n")
        program(folder, "print 'two'\n", "old.py")
        answer = compare(OLD, MATRIX, [folder])
        made = view(answer, diagnosis(answer), MATRIX, fixes=plan(list(edits(answer.hits))))
    data = msgspec.json.encode(made).replace(f"{name}/".encode(), b"")
    return msgspec.json.decode(data, type=DriftView)


@cache
def nothing() -> DriftView:
    """A program that nothing touches."""
    with tempfile.TemporaryDirectory() as name:
        answer = compare(Span("2.3", "2.4"), MATRIX, [program(Path(name), "import tensorflow as tf\ntf.abs(1)\n")])
        return view(answer, diagnosis(answer), MATRIX, fixes=())


@cache
def model() -> DriftView:
    """What touches a saved model."""
    with tempfile.TemporaryDirectory() as name:
        answer = compare(Span("2.6", "2.16"), MATRIX, (), read(h5(Path(name), "tf-2.6-cnn")))
        return view(answer, diagnosis(answer), MATRIX)


@cache
def hostile(start: int = 0) -> DriftView:
    """Hostile texts in all places, with numbers that are hard to draw."""
    made = filled(DriftView, start=start)
    one = code().changes[0]
    told = filled(ChangeView, start=start)
    many = tuple(map(float, range(400)))
    numbers = (
        NumbersView(experiment="training-<b>", value="<i>", before=(0.0, 3.0), after=(1.0,)),
        NumbersView(experiment="a", value="b", before=(), after=()),
        NumbersView(experiment="c", value="d", before=many, after=(5.0,) * 400),
    )
    changes = (
        replace(told, id=0, finding=one.finding, kind="default", effect="results", numbers=numbers),
        replace(told, id=1, finding=one.finding, kind="behaviour", effect="raises", numbers=()),
    )
    place = filled(PlaceView, start=start)
    places = (replace(place, change=0, cell=None), replace(place, change=1, cell=3))
    subject = replace(made.subject, kind="code")
    return replace(made, subject=subject, status="error", changes=changes, places=places)
