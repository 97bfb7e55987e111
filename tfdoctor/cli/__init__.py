"""The command line: parse, call, choose the renderer, exit. No judgement and no formatting here."""

import sys
import traceback
from typing import Annotated

import typer

from tfdoctor import __version__
from tfdoctor.cli import _output
from tfdoctor.cli.check import check
from tfdoctor.cli.compare import compare
from tfdoctor.cli.drift import drift
from tfdoctor.cli.dump import dump
from tfdoctor.cli.explain import explain
from tfdoctor.cli.fingerprint import fingerprint
from tfdoctor.cli.model import model
from tfdoctor.cli.plan import plan
from tfdoctor.cli.redact import redact
from tfdoctor.cli.triage import triage
from tfdoctor.errors import TfdoctorError

_INTERNAL = TfdoctorError.exit_code

app = typer.Typer(
    name="tfdoctor",
    help="The doctor for TensorFlow environments: what is wrong, why, and what to do.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(check)
app.command()(plan)
app.command()(model)
app.command()(drift)
app.command()(fingerprint)
app.command()(triage)
app.command()(redact)
app.command()(dump)
app.command()(compare)
app.command()(explain)


def _version(wanted: bool) -> None:  # noqa: FBT001  the signature of a typer callback
    if wanted:
        _output.emit(f"tfdoctor {__version__}")
        raise typer.Exit


@app.callback()
def _global(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line; every way out has its exit code."""
    _output.prepare()
    try:
        app(prog_name="tfdoctor")
    except TfdoctorError as error:
        _output.complain(str(error))
        raise SystemExit(error.exit_code) from None
    except Exception as error:  # noqa: BLE001  the last line of defence: never a traceback unasked
        if "--debug" in sys.argv:
            traceback.print_exc()
        _output.complain(f"internal error: {error!r} (--debug shows the traceback)")
        raise SystemExit(_INTERNAL) from None
