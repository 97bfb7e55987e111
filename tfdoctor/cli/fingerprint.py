"""`tfdoctor fingerprint`: does this machine compute what the same release computes elsewhere?"""

from __future__ import annotations

import os
from enum import Enum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, FailOn, FailOnOption, NoColorOption, QuietOption, VerboseOption
from tfdoctor.errors import PatientError, UsageError

if TYPE_CHECKING:
    from tfdoctor.matrix import Matrix
    from tfdoctor.probes.experiments import Suite


class FingerprintFormat(str, Enum):
    """The outputs of a fingerprint."""

    TEXT = "text"
    JSON = "json"


def fingerprint(  # noqa: PLR0913  one parameter an option
    python: Annotated[
        str, typer.Option("--python", "-p", help="Interpreter or environment to run in [default: the active one].")
    ] = "",
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Experiments by name or pattern: optimizer-* (repeatable).")
    ] = None,
    *,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds that all of it may take.")] = 900.0,
    form: Annotated[FingerprintFormat, typer.Option("--format", "-f", help="Form of the result.")] = (
        FingerprintFormat.TEXT
    ),
    fail_on: FailOnOption = FailOn.ERROR,
    no_color: NoColorOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    debug: DebugOption = False,
) -> None:
    """Run small experiments with TensorFlow in a child process, and say what differs from the same release elsewhere.

    Wrong results of a plugin, TF32, or another build show at once. Nothing is downloaded or sent.
    """
    del debug
    from tfdoctor.drift.fingerprint import Machine, compare, diagnosis
    from tfdoctor.matrix import Matrix
    from tfdoctor.matrix.behaviour import Outcome
    from tfdoctor.probes import find
    from tfdoctor.render.fingerprint.view import view

    matrix = Matrix.locate()
    names = _names(only or [], matrix)
    executable = find.find(python or None, dict(os.environ))
    suite = _run(executable, names, timeout, quiet=quiet)
    if suite.about is None:
        raise PatientError(f"{executable}: {suite.error}")
    machine = Machine(
        executable=executable,
        tensorflow=suite.about.tensorflow,
        keras=suite.about.keras,
        numpy=suite.about.numpy,
        python=suite.about.python,
    )
    left = (f"{len(suite.left)} experiments did not get their turn: {suite.error}",) if suite.left else ()
    outcomes = {name: Outcome(ran.values, ran.error) for name, ran in suite.outcomes.items()}
    found = compare(machine, outcomes, matrix, left)
    told = diagnosis(found, matrix)
    shown = view(found, told, matrix)
    if form is FingerprintFormat.JSON:
        from tfdoctor.render.fingerprint import json_v1

        _output.emit(json_v1.document(shown))
    else:
        from tfdoctor.render.fingerprint import text

        _output.draw(lambda console: text.show(console, shown, quiet=quiet, verbose=verbose), no_color=no_color)
    raise typer.Exit(_output.exit_code([told], fail_on))


def _names(patterns: list[str], matrix: Matrix) -> list[str] | None:
    """The experiments that patterns name; None for all.

    Raises:
        UsageError: a pattern names none.
    """
    known = matrix.behaviour.experiments
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise UsageError(f"--only {pattern}: there is no such experiment; --verbose names all")
    return [name for name in known if any(fnmatchcase(name, each) for each in patterns)] if patterns else None


def _run(executable: str, names: list[str] | None, timeout: float, *, quiet: bool) -> Suite:
    """Run them, with a line of progress on a terminal."""
    from tfdoctor.cli._progress import Progress
    from tfdoctor.probes.experiments import Wish, run

    progress = Progress(wanted=not quiet)

    def step(name: str, done: int, total: int) -> None:
        del name, done, total
        progress.step()

    try:
        return run(executable, dict(os.environ), Wish(names=names), timeout, step)
    finally:
        progress.clear()
