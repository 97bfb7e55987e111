"""The one place that decides which rules about drift explain a case: what was asked for, said, or is used in code."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tfdoctor.facts import known
from tfdoctor.logs import Event
from tfdoctor.matrix.api import Symbols
from tfdoctor.rules._case import Case
from tfdoctor.rules.drift._asked import OPTIMIZERS, Asked, asked, generation, public
from tfdoctor.rules.drift._calls import Use, uses
from tfdoctor.rules.drift._cause import Cause
from tfdoctor.rules.drift._changed import changed
from tfdoctor.rules.drift._metal import metal
from tfdoctor.rules.drift._running import Running, running
from tfdoctor.rules.drift._said import said
from tfdoctor.rules.drift._upgraded import beside, upgraded
from tfdoctor.rules.keras import interface_events
from tfdoctor.rules.model import _judge as model

_KEY: Final = "_drift"
NEWER: Final = "keras-symbol-needs-newer-tf"
BACKEND: Final = "keras3-backend-functions-removed"
# Parts of TensorFlow that ask each other: what fails between them is no matter of the user's code.
_PARTS: Final = frozenset(
    {"tensorflow", "tensorflow_core", "tensorflow_estimator", "tensorboard", "keras", "tf_keras", "keras_preprocessing",
     "tensorflow_addons", "tensorflow_probability"}
)  # fmt: skip
# Newer names that libraries are known to ask for: a bare line about them is most likely theirs.
_LIBRARIES_ASK: Final = frozenset(
    {"keras.optimizers.legacy", "keras.layers.Normalization", "keras.layers.experimental.preprocessing.RandomRotation",
     "keras.utils.register_keras_serializable"}
)  # fmt: skip


@dataclass(frozen=True)
class Judgement:
    """What drift explains of a case."""

    view: Running
    uses: tuple[Use, ...]
    causes: tuple[Cause, ...]

    def of(self, name: str) -> Cause | None:
        """Return the cause of a rule: what the log shows before what the code lets expect."""
        own = [cause for cause in self.causes if cause.name == name]
        return next((cause for cause in own if cause.events), next(iter(own), None))


def judgement(case: Case) -> Judgement | None:
    """Return what drift explains, made once for a case; None without log, code, upgrade and title."""
    facts = case.snapshot
    if not case.events and all(known(each) is None for each in (facts.code, facts.upgrade, facts.title)):
        return None
    kept = vars(case)
    if _KEY not in kept:
        kept[_KEY] = _judge(case)
    found = kept[_KEY]
    return found if isinstance(found, Judgement) else None


def unexplained(case: Case, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return those events whose lines a rule about drift does not explain."""
    found = judgement(case)
    lines = {event.line for cause in found.causes for event in cause.events} if found else set()
    near = {line - number for line in lines for number in range(3)}  # the source line above says the same
    return tuple(event for event in events if event.line not in near)


def _judge(case: Case) -> Judgement:
    named = case.events.of("attribute-missing", "name-missing", "module-missing")
    view = running(case, generation(named))
    used = uses(known(case.snapshot.code) or "")
    if model.explained(case):
        return Judgement(view, used, ())
    shown = (*said(view), *_missing(view, used), *_arguments(view), *_used(view, used), *changed(view, used))
    return Judgement(view, used, (*beside(view, used, shown, (*metal(view), *upgraded(view, used))),))


def _missing(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """Names that the log says are missing."""
    inner = {event.line for event in interface_events(view.case)}
    for one in asked(view.case, used):
        row = None if one.event.line in inner else _row(view, one)
        if one.asker in _PARTS and (row is None or row.module not in {"Optimizer", "Object"}):
            continue
        if row is not None:
            sure = view.has(row, one.path) is False
            yield Cause(
                name=row.finding,
                path=one.path,
                events=(one.event,),
                row=row,
                confidence="certain" if sure else "likely",
            )
        elif one.event.line not in inner and one.path.startswith("keras.backend.") and view.generation == 3:
            yield Cause(name=BACKEND, path=one.path, events=(one.event,))


def _row(view: Running, one: Asked) -> Symbols | None:
    """The row that explains why a name is missing: one whose releases do not have it, or may not."""
    rows = view.case.matrix.api.symbol(one.path)
    if not rows and one.path.startswith(("Model.", "Optimizer.")):
        rows = view.case.matrix.api.symbol(f"Object.{one.path.partition('.')[2]}")
    around = view.case.matrix.api.whole(one.path.rpartition(".")[0]) if one.event.kind == "attribute-missing" else None
    for row in rows:
        if row.tf_keras and one.tf and view.generation == 3:
            continue  # tf.keras of Keras 3 has it
        if row.module == "tensorflow_estimator" and view.has(row, one.path) is not False:
            continue  # estimator-version
        if row.until is not None and around is not None and around.until == row.until:
            continue  # the module around it is there, so this is no release without it
        if row.finding == NEWER and (one.asker or (not one.framed and one.path in _LIBRARIES_ASK)):
            continue  # tf-library-needs-newer-tf
        if view.has(row, one.path) is not True or not (row.since or row.until):
            return row
    return None


def _arguments(view: Running) -> Iterator[Cause]:
    """Arguments that the log says are refused."""
    for event in view.case.events.of("argument-unknown", "config-argument-refused"):
        owner = (event["function"] or event["class"]).removesuffix(".__init__").rpartition(".")[2]
        for row in view.case.matrix.api.arguments(owner, event["argument"]):
            if view.has(row) is not True:
                path = f"{owner}({event['argument']})"
                yield Cause(name=row.finding, path=path, events=(event,), row=row)
                break


def _used(view: Running, used: tuple[Use, ...]) -> Iterator[Cause]:
    """Names and arguments that the code uses and the running release does not have."""
    for use in used:
        path, tf = public(use.path) if not use.path.startswith(".") else (f"Object{use.path}", False)
        for row in view.case.matrix.api.symbol(path):
            inner = row.tf_keras and tf and view.generation == 3
            if not inner and (view.has(row, path) is False or _private(view, row, use)):
                yield Cause(name=row.finding, path=path, uses=(use,), row=row)
                break
        if not use.call:
            continue
        optimizer = use.name in OPTIMIZERS and "optimizers" in use.path
        if use.name in OPTIMIZERS and (not optimizer or ".legacy." in use.path):
            continue
        for name in use.keywords:
            gone = [row for row in view.case.matrix.api.arguments(use.name, name) if view.has(row) is False]
            if gone:
                yield Cause(name=gone[0].finding, path=f"{use.name}({name})", uses=(use,), row=gone[0])


def _private(view: Running, row: Symbols, use: Use) -> bool:
    """Whether a module that never was public is imported in a release that has no such modules at all."""
    return row.until is None and row.since is None and use.imported and (view.since("2.13") or view.generation == 3)
