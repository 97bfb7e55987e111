"""`tfdoctor fingerprint`: does this machine compute what the same release computes elsewhere?"""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, FailOn, FailOnOption, NoColorOption, QuietOption, VerboseOption
from tfdoctor.errors import PatientError


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
    from tfdoctor.cli._experiments import fingerprint as ran
    from tfdoctor.cli._experiments import named
    from tfdoctor.drift.fingerprint import compare, diagnosis
    from tfdoctor.facts import Unknown
    from tfdoctor.matrix import Matrix
    from tfdoctor.render.fingerprint.view import view

    matrix = Matrix.locate()
    names = named(only or [], matrix)
    executable, facts = ran(python or None, names, timeout, quiet=quiet)
    if isinstance(facts, Unknown):
        raise PatientError(f"{executable}: {facts.reason}")
    found = compare(executable, facts, matrix)
    told = diagnosis(found, matrix)
    shown = view(found, told, matrix)
    if form is FingerprintFormat.JSON:
        from tfdoctor.render.fingerprint import json_v1

        _output.emit(json_v1.document(shown))
    else:
        from tfdoctor.render.fingerprint import text

        _output.draw(lambda console: text.show(console, shown, quiet=quiet, verbose=verbose), no_color=no_color)
    raise typer.Exit(_output.exit_code([told], fail_on))
