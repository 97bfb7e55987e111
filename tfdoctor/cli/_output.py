"""Standard output and exit codes: only the result goes there, and it survives any terminal and any pipe."""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from tfdoctor import errors
from tfdoctor.cli._options import FailOn, Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from tfdoctor.diagnosis import Diagnosis, Severity
    from tfdoctor.render.view import DiagnosisView

_COLOUR = re.compile(r"(\x1b\[[0-9;]*m)")
_RANK: dict[Severity, int] = {"error": 3, "warning": 2, "note": 1}
_LEAST = {FailOn.ERROR: 3, FailOn.WARNING: 2, FailOn.NOTE: 1, FailOn.NEVER: 4}


def prepare() -> None:
    """Make both streams write any text: what their encoding cannot say is escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def emit(text: str) -> None:
    """Write one part of the result; a reader that went away is no error.

    Raises:
        UsageError: there is nowhere to write, or no space.
    """
    if sys.stdout is None:  # Python's way of saying that the shell closed it
        raise errors.UsageError("the result cannot be written: standard output is closed")
    with _writing():
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        sys.stdout.flush()


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        abandon()
    except OSError as error:
        abandon()
        raise errors.UsageError(f"the result cannot be written: {error.strerror}") from None


def abandon() -> None:
    """Send what is still to be written nowhere, so that the interpreter's last flush is silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """Write one line for people, apart from the result; what it quotes cannot drive their terminal."""
    from tfdoctor.render.safe import safe

    if sys.stderr is not None:
        sys.stderr.write(f"tfdoctor: {safe(text)}\n")


def show(  # noqa: PLR0913  one parameter an option
    diagnosis: DiagnosisView,
    form: Format,
    *,
    no_color: bool,
    quiet: bool,
    verbose: bool,
    page: Callable[[], str] = str,
) -> None:
    """Write one diagnosis in the form that was asked for.

    `page` makes the HTML, which tells the facts as well.
    """
    emit(rendered(diagnosis, form, no_color=no_color, quiet=quiet, verbose=verbose, page=page))


def rendered(  # noqa: PLR0913  one parameter an option
    diagnosis: DiagnosisView,
    form: Format,
    *,
    no_color: bool,
    quiet: bool,
    verbose: bool,
    page: Callable[[], str] = str,
    snapshot: str = "",
) -> str:
    """Return one diagnosis in the form that was asked for; each renderer is imported where it is used.

    `snapshot` is the file with the facts where the machine is not at hand.

    Strangers' texts are made harmless here for all that a terminal shows.
    """
    from tfdoctor.render.safe import harmless, json_text

    match form:
        case Format.JSON | Format.JSONL:
            from tfdoctor.render import json_v1

            return json_text(json_v1.document(diagnosis) if form is Format.JSON else json_v1.line(diagnosis))
        case Format.GITHUB:
            from tfdoctor.render import github

            return github.annotations(harmless(diagnosis))
        case Format.SARIF:
            from tfdoctor.render import sarif

            return sarif.document([diagnosis])
        case Format.HTML:
            return page()
        case Format.TEXT:
            from tfdoctor.render import text

            seen = harmless(diagnosis)
            return drawn(
                lambda console: text.show(console, seen, quiet=quiet, verbose=verbose, snapshot=snapshot),
                no_color=no_color,
            )


def draw(show: Callable[[Console], None], *, no_color: bool) -> None:
    """Write what is drawn for people on a console of the terminal's width."""
    emit(drawn(show, no_color=no_color))


def drawn(show: Callable[[Console], None], *, no_color: bool) -> str:
    """Return what is drawn for people on a console of the terminal's width."""
    from rich.console import Console

    # Rich writes at the end, if only nothing, which a full disk refuses; and it ends the process at a closed pipe.
    file = cast("IO[str]", _Unwritten(sys.stdout)) if sys.stdout is not None else None
    console = Console(file=file, no_color=no_color or None, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        show(console)
    shown = captured.get()
    from tfdoctor.render.safe import safe

    # Where colours are drawn they stay; all else that drives a terminal is a stranger's.
    parts = _COLOUR.split(shown) if console.color_system else [shown]
    shown = "".join(part if at % 2 else safe(part) for at, part in enumerate(parts))
    # Not splitlines: it also cuts at characters that are no line ends to a terminal.
    return "\n".join(line.rstrip() for line in shown.split("\n")).rstrip("\n")


class _Unwritten:
    """Standard output as far as Rich asks what it is; nothing reaches it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


def status_code(status: str, fail_on: FailOn) -> int:
    """Return 1 where the status of a diagnosis is at or above `fail_on`, else 0."""
    rank = {"error": 3, "warning": 2, "note": 1}.get(status, 0)
    return errors.FINDINGS if rank >= _LEAST[fail_on] else errors.OK


def exit_code(diagnoses: list[Diagnosis], fail_on: FailOn) -> int:
    """Return 1 where a finding is at or above `fail_on`, else 0."""
    worst = max((_RANK[finding.severity] for row in diagnoses for finding in row.findings), default=0)
    return errors.FINDINGS if worst >= _LEAST[fail_on] else errors.OK
