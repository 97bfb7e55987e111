"""`tfdoctor drift`: what changed between two releases that changes results."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, FailOn, FailOnOption, NoColorOption, QuietOption, VerboseOption
from tfdoctor.errors import UsageError

if TYPE_CHECKING:
    from tfdoctor.drift.answer import Answer
    from tfdoctor.drift.fix import FileFix
    from tfdoctor.render.drift.view import DriftView


class DriftFormat(str, Enum):
    """The outputs of a comparison of releases."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"
    HTML = "html"


def drift(  # noqa: PLR0913, PLR0917  one parameter an option
    before: Annotated[
        str,
        typer.Argument(
            metavar="FROM", help="Where the program ran: a release (2.3), a dump, a ticket, an environment."
        ),
    ] = "",
    after: Annotated[str, typer.Argument(metavar="TO", help="Where it is to run: the same.")] = "",
    code: Annotated[
        list[Path] | None, typer.Option("--code", help="Only what these files, folders, notebooks use (repeatable).")
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Only what concerns the layers and optimizer of this saved model.")
    ] = None,
    from_env: Annotated[
        str,
        typer.Option(
            "--from-env",
            metavar="ENV",
            help="Instead of FROM (a word is TO then): an environment, . for the active one.",
        ),
    ] = "",
    to_env: Annotated[str, typer.Option("--to-env", metavar="ENV", help="Instead of TO: an environment.")] = "",
    *,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix", help="Show how --code is rewritten to keep what it did, where that is safe (needs tfdoctor[fix])."
        ),
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="With --fix: write it.")] = False,
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
    if fix and not code:
        raise UsageError("--fix rewrites programs: name them with --code")
    if write and not fix:
        raise UsageError("--write writes what --fix shows: it needs --fix")
    from tfdoctor.cli._drift import ends
    from tfdoctor.drift.compare import compare
    from tfdoctor.drift.findings import diagnosis
    from tfdoctor.matrix import Matrix
    from tfdoctor.render.drift.view import view

    matrix = Matrix.locate()
    where = ends([word for word in (before, after) if word], from_env, to_env, matrix)
    held = None
    if model is not None:
        from tfdoctor.model.read import read

        held = read(model)
    answer = compare(where, matrix, tuple(code or ()), held, debug=debug)
    found = diagnosis(answer)
    fixes, written = _fixed(answer, write=write) if fix else (None, ())
    shown = view(answer, found, matrix, asked=where.asked, remarks=where.remarks, fixes=fixes, written=written)
    _say(shown, form, no_color=no_color, quiet=quiet, verbose=verbose)
    raise typer.Exit(_output.exit_code([found], fail_on))


def _fixed(answer: Answer, *, write: bool) -> tuple[list[FileFix], tuple[str, ...]]:
    """Return what rewriting makes of the files, and the paths of those that it wrote.

    Raises:
        UsageError: what rewrites is not installed, or a file cannot be written.
    """
    from tfdoctor.drift.edits import edits
    from tfdoctor.drift.fix import plan

    fixes = plan(tuple(edits(answer.hits)))
    if not write:
        return fixes, ()
    from tfdoctor.cli._rewrite import write as written

    written(fixes)
    return fixes, tuple(row.path for row in fixes if row.after != row.before)


def _say(shown: DriftView, form: DriftFormat, *, no_color: bool, quiet: bool, verbose: bool) -> None:
    if form is DriftFormat.TEXT:
        from tfdoctor.render.drift import text

        _output.draw(lambda console: text.show(console, shown, quiet=quiet, verbose=verbose), no_color=no_color)
    else:
        _output.emit(_document(shown, form))


def _document(shown: DriftView, form: DriftFormat) -> str:
    """Return the answer for programs, or as a page."""
    if form is DriftFormat.JSON:
        from tfdoctor.render.drift import json_v1

        return json_v1.document(shown)
    if form is DriftFormat.HTML:
        from tfdoctor.render.drift import html

        return html.document(shown)
    for said in shown.remarks:  # annotations have places only
        _output.complain(said)
    root = str(Path.cwd())
    if form is DriftFormat.SARIF:
        from tfdoctor.render.drift import sarif

        return sarif.document(shown, root)
    from tfdoctor.render.drift import github

    return github.annotations(shown, root)
