"""`tfdoctor triage`: diagnose machines that are not at hand, from what their users sent."""

from typing import Annotated

import typer

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
from tfdoctor.errors import UsageError


def triage(  # noqa: PLR0913  one parameter an option
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...", help="Dumps (.zip), snapshots, tickets (.json, .jsonl), texts, folders of these, or -."
        ),
    ],
    *,
    summary: Annotated[bool, typer.Option("--summary", help="Only the counts over all inputs.")] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, max=256, help="Processes [default: 0, as many as it is worth].")
    ] = 0,
    form: FormatOption = Format.TEXT,
    fail_on: FailOnOption = FailOn.ERROR,
    no_color: NoColorOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    debug: DebugOption = False,
) -> None:
    """Diagnose what users sent, in order, offline: one input that cannot be read does not end the run.

    With --format jsonl one diagnosis a line is printed, each with the ticket's id. Several inputs are summed up.
    """
    from tfdoctor.cli._judge import Asked
    from tfdoctor.cli._many import Triage

    if summary and form in {Format.GITHUB, Format.SARIF}:
        raise UsageError(f"--summary is no list of findings: it goes with text, json, jsonl and html, not {form.value}")
    asked = Asked(form=form, no_color=no_color, quiet=quiet, verbose=verbose, debug=debug)
    raise typer.Exit(Triage(asked, fail_on=fail_on, jobs=jobs, summary=summary).run(inputs))
