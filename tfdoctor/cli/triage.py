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
        list[str],
        typer.Argument(
            metavar="INPUT...", help="Dumps (.zip), snapshots, tickets (.json, .jsonl), texts, folders of these, or -."
        ),
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
    from tfdoctor import errors
    from tfdoctor.diagnose import diagnose
    from tfdoctor.matrix import Matrix
    from tfdoctor.render.view import view
    from tfdoctor.tickets.read import Rejected, read_inputs

    matrix = Matrix.locate()
    code = errors.OK
    bad = False
    for entry in read_inputs(inputs):
        if isinstance(entry, Rejected):
            bad = True
            _output.complain(f"{entry.place}: {entry.reason}")
            continue
        diagnosis = diagnose(entry.snapshot, matrix, debug=debug)
        code = max(code, _output.exit_code([diagnosis], fail_on))
        shown = view(
            entry.snapshot, diagnosis, matrix, name=entry.id, understood=entry.understood, remarks=entry.remarks
        )
        _output.show(shown, form, no_color=no_color, quiet=quiet, verbose=verbose)
    raise typer.Exit(errors.UsageError.exit_code if bad else code)
