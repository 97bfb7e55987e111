"""`tfdoctor drift`: what changed between two releases that changes results."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, FailOn, FailOnOption, NoColorOption, QuietOption, VerboseOption

if TYPE_CHECKING:
    from tfdoctor.render.drift.view import DriftView


class DriftFormat(str, Enum):
    """The outputs of a comparison of releases."""

    TEXT = "text"
    JSON = "json"


def drift(  # noqa: PLR0913  one parameter an option
    before: Annotated[str, typer.Argument(metavar="FROM", help="The release that the program ran in: 2.3.")],
    after: Annotated[str, typer.Argument(metavar="TO", help="The release that it is to run in: 2.6.")],
    code: Annotated[
        list[Path] | None, typer.Option("--code", help="Only what these files, folders, notebooks use (repeatable).")
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Only what concerns the layers and optimizer of this saved model.")
    ] = None,
    *,
    form: Annotated[DriftFormat, typer.Option("--format", "-f", help="Form of the result.")] = DriftFormat.TEXT,
    fail_on: FailOnOption = FailOn.ERROR,
    no_color: NoColorOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    debug: DebugOption = False,
) -> None:
    """Say what changed between two TensorFlow releases: other results first, then what raises, warns, is slower.

    With --code or --model only what these use, with file and line or layer. Nothing of them is run.
    """
    del debug
    from tfdoctor.drift.compare import compare
    from tfdoctor.drift.findings import diagnosis
    from tfdoctor.drift.releases import span
    from tfdoctor.matrix import Matrix
    from tfdoctor.render.drift.view import view

    matrix = Matrix.locate()
    held = None
    if model is not None:
        from tfdoctor.model.read import read

        held = read(model)
    answer = compare(span(before, after, matrix), matrix, tuple(code or ()), held)
    found = diagnosis(answer)
    _say(view(answer, found, matrix), form, no_color=no_color, quiet=quiet, verbose=verbose)
    raise typer.Exit(_output.exit_code([found], fail_on))


def _say(shown: DriftView, form: DriftFormat, *, no_color: bool, quiet: bool, verbose: bool) -> None:
    if form is DriftFormat.JSON:
        from tfdoctor.render.drift import json_v1

        _output.emit(json_v1.document(shown))
    else:
        from tfdoctor.render.drift import text

        _output.draw(lambda console: text.show(console, shown, quiet=quiet, verbose=verbose), no_color=no_color)
