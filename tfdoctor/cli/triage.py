"""`tfdoctor triage`: diagnose machines that are not at hand, from what their users sent."""

from typing import Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import (
    DebugOption,
    FailOn,
    FailOnOption,
    Format,
    FormatOption,
    NoColorOption,
    QuietOption,
    VerboseOption,
)


def triage(  # noqa: PLR0913  one parameter an option
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Tickets (.json, .jsonl), snapshots (.json), folders, or -.")
    ],
    *,
    form: FormatOption = Format.TEXT,
    fail_on: FailOnOption = FailOn.ERROR,
    no_color: NoColorOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    debug: DebugOption = False,
) -> None:
    """Diagnose tickets and saved snapshots, in order, offline.

    With --format jsonl one diagnosis a line is printed, each with the ticket's id.
    """
    from tfdoctor.diagnose import diagnose
    from tfdoctor.matrix import Matrix
    from tfdoctor.render.view import view
    from tfdoctor.tickets.read import read_inputs

    matrix = Matrix.locate()
    diagnoses = []
    for _, snapshot in read_inputs(inputs):
        diagnosis = diagnose(snapshot, matrix, debug=debug)
        diagnoses.append(diagnosis)
        _output.show(view(snapshot, diagnosis, matrix), form, no_color=no_color, quiet=quiet, verbose=verbose)
    raise typer.Exit(_output.exit_code(diagnoses, fail_on))
