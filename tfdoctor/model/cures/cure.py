"""What a cure is: one thing to do about a model that does not load, with what is predicted after it."""

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from tfdoctor.diagnosis import Remedy
from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.judge.target import Target
from tfdoctor.model.judge.verdict import Outcome, Verdict, Way

Kind = Literal[
    "fetch",
    "pack",
    "without-compile",
    "legacy-keras",
    "serving-layer",
    "graph",
    "custom-objects",
    "trust",
    "resave",
    "convert",
    "release",
    "retrain",
]
"""In order of cost."""

Judge: TypeAlias = Callable[[SavedModel, Target], tuple[Verdict, ...]]


class Cure(msgspec.Struct, frozen=True):
    """One cure.

    Attributes:
        text: one plain sentence.
        way: the way of loading that it makes possible; None where that is another model.
        checked: what the judge says of this way with the cure; None where facts can't tell before it is done.
        remedies: the same as data, where it is done to an environment.
        commands: of a POSIX shell, in order, beside those of the remedies.
        notes: what to know about it.
    """

    kind: Kind
    text: str
    way: Way | None = None
    checked: Outcome | None = None
    remedies: tuple[Remedy, ...] = ()
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
