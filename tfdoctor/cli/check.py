"""`tfdoctor check`: examine an environment on this machine."""

from pathlib import Path
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
from tfdoctor.errors import UsageError


def check(  # noqa: PLR0913  one parameter an option
    python: Annotated[
        str | None,
        typer.Option("--python", "-p", help="Interpreter or environment folder to examine [default: the active one]."),
    ] = None,
    *,
    load: Annotated[bool, typer.Option("--load", help="Also import and use TensorFlow, in a child process.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds that --load may take.")] = 120.0,
    write_snapshot: Annotated[
        Path | None, typer.Option("--write-snapshot", help="Also save the facts to this file (not redacted).")
    ] = None,
    form: FormatOption = Format.TEXT,
    fail_on: FailOnOption = FailOn.ERROR,
    no_color: NoColorOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    debug: DebugOption = False,
) -> None:
    """Say what is wrong with a TensorFlow environment, why, and what to do.

    Nothing is changed or downloaded. TensorFlow is not imported unless --load is given.
    """
    from tfdoctor.facts import encode
    from tfdoctor.probes import take_snapshot

    snapshot = take_snapshot(python, load=load, timeout=timeout, debug=debug, meanwhile=_prepare)
    from tfdoctor.diagnose import diagnose
    from tfdoctor.matrix import Matrix
    from tfdoctor.render.view import view

    if write_snapshot is not None:
        try:
            write_snapshot.write_bytes(encode(snapshot))
        except OSError as error:
            raise UsageError(f"cannot write the snapshot: {error}") from None
    matrix = Matrix.locate()
    diagnosis = diagnose(snapshot, matrix, debug=debug)
    seen = view(snapshot, diagnosis, matrix)

    def page() -> str:
        from tfdoctor.render.html import document

        return document(seen, snapshot, matrix)

    _output.show(seen, form, no_color=no_color, quiet=quiet, verbose=verbose, page=page)
    raise typer.Exit(_output.exit_code([diagnosis], fail_on))


def _prepare() -> None:
    """Import what judges and speaks, while the patient's interpreter answers: it is free then."""
    import tfdoctor.diagnose
    import tfdoctor.render.view  # noqa: F401
