"""What `tfdoctor model` was asked, and the answer: facts, targets, verdicts, cures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tfdoctor.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tfdoctor.facts.saved import SavedModel
    from tfdoctor.matrix import Matrix
    from tfdoctor.model.answer import Answer, Judged
    from tfdoctor.model.judge.target import Target
    from tfdoctor.model.judge.verdict import Verdict


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """The options that decide what is judged."""

    target: str = ""
    targets: str = ""
    python: str = ""
    ways: tuple[str, ...] = ()
    legacy: bool = False
    script: Path | None = None
    debug: bool = False

    @property
    def python_version(self) -> str | None:
        """The minor version that --python names, or None where it names a place."""
        if not self.python:
            return None
        from tfdoctor.plan.target import PYTHON

        return ".".join(self.python.split(".")[:2]) if PYTHON.fullmatch(self.python) else None


def checked(wish: Wish, *, prove: bool, unsafe: bool, custom: Path | None) -> None:
    """Refuse options that do not go together.

    Raises:
        UsageError: one line that says which.
    """
    if wish.target and wish.targets:
        raise UsageError("--target is one release, --targets a table of several: give one of them")
    place = bool(wish.python) and wish.python_version is None
    if place and (wish.target or wish.targets):
        raise UsageError("--python names an environment, which is the target: it does not go with --target(s)")
    if wish.python and not place and not wish.target:
        raise UsageError(f"--python {wish.python} is a version: it goes with --target, or name an environment")
    if wish.script is not None and not wish.target:
        raise UsageError("--script writes for one release: name it with --target")
    if prove and not (wish.target or place):
        raise UsageError("--prove loads the model in one release: name it with --target, or an environment (--python)")
    if unsafe and not prove:
        raise UsageError("--unsafe lets --prove run code of the model; without --prove nothing is run")
    if custom is not None and not unsafe:
        raise UsageError("--custom is code that --prove runs: it needs --prove --unsafe")


def answered(path: Path, wish: Wish, matrix: Matrix) -> Answer:
    """Read the model and judge it for what was asked, or for the active environment where that has a TensorFlow.

    Raises:
        UsageError: the path is no model, or a target none that is known.
    """
    from tfdoctor.model.answer import Answer

    if wish.target or wish.targets:
        from tfdoctor.model.read import read

        model = read(path)
        judged = tuple(_judged(model, target, wish, matrix) for target in _targets(wish, matrix))
        return Answer(model, judged)
    return _here(path, wish, matrix)


def _targets(wish: Wish, matrix: Matrix) -> list[Target]:
    from tfdoctor.model.judge.target import target, targets

    if wish.target:
        return [target(wish.target, matrix, legacy=wish.legacy, python=wish.python_version)]
    found = list(targets(wish.targets, matrix))
    # Where tf.keras is Keras 3, Keras 2 is at hand as well.
    late = [row for row in targets(wish.targets, matrix, legacy=True) if row.legacy]
    return late if wish.legacy else [*found, *late]


def _here(path: Path, wish: Wish, matrix: Matrix) -> Answer:
    """Judge for the environment that is named or active; it answers while the model is read."""
    from tfdoctor.cli._patient import asked, found
    from tfdoctor.model.answer import Answer
    from tfdoctor.model.read import read

    with asked(wish.python or None) as running:
        model = read(path)
        patient = found(running, named=bool(wish.python), matrix=matrix, legacy=wish.legacy)
    if patient is None:
        return Answer(model)
    return Answer(model, (_judged(model, patient.target, wish, matrix, patient.executable),), remarks=patient.remarks)


def _judged(model: SavedModel, target: Target, wish: Wish, matrix: Matrix, executable: str = "") -> Judged:
    from tfdoctor.model.answer import Judged
    from tfdoctor.model.judge import judge

    crashed = ""

    def ask(model: SavedModel, target: Target) -> tuple[Verdict, ...]:
        nonlocal crashed
        try:
            return judge(model, target, matrix)
        except Exception as error:  # a file that no Keras wrote must not cost the facts
            if wish.debug:
                raise
            crashed = crashed or repr(error)[:300]
            return ()

    every = ask(model, target)
    if crashed:
        return Judged(target, (), executable=executable, crashed=crashed)
    verdicts = tuple(row for row in every if not wish.ways or row.way in wish.ways)
    if wish.ways and not verdicts:
        known = ", ".join(row.way for row in every) or "none is known"
        raise UsageError(f"--way {', '.join(wish.ways)}: not a way to load this format (ways: {known})")
    if wish.targets:  # a table says what happens; cures are for one release
        return Judged(target, verdicts, executable=executable)
    from tfdoctor.model.cures import cures

    return Judged(target, verdicts, cures(model, target, verdicts, matrix, ask), executable)
