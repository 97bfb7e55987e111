"""`tfdoctor compare`: what tells two environments apart."""

from __future__ import annotations

import os
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfdoctor import errors
from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, FailOn, FailOnOption, NoColorOption, QuietOption, VerboseOption
from tfdoctor.errors import UsageError

if TYPE_CHECKING:
    from tfdoctor.facts import Snapshot
    from tfdoctor.tickets.compare import Comparison

_SUFFIXES = frozenset({".zip", ".json", ".jsonl", ".md", ".txt", ".log"})
# What a program begins with: ELF, Windows, a script, Mach-O in either order.
_PROGRAMS = (b"\x7fELF", b"MZ", b"#!", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"\xca\xfe\xba\xbe")
_LOADING = 120.0  # seconds
_INSIDE = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")


class CompareFormat(str, Enum):
    """The outputs of a comparison."""

    TEXT = "text"
    JSON = "json"


def compare(  # noqa: PLR0913  one parameter an option
    a: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="A dump (.zip), snapshot, ticket or text, an interpreter, an environment; . is the active one.",
        ),
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="The same: where it does not work as in A.")],
    *,
    load: Annotated[
        bool, typer.Option("--load", help="Also import and use TensorFlow in the environments of this machine.")
    ] = False,
    fingerprint: Annotated[
        bool, typer.Option("--fingerprint", help="Also run small experiments in the environments of this machine.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Experiments by name or pattern: optimizer-* (repeatable).")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=1, help="Seconds for each: --load has 120, --fingerprint 900."),
    ] = None,
    form: Annotated[CompareFormat, typer.Option("--format", "-f", help="Form of the result.")] = CompareFormat.TEXT,
    fail_on: FailOnOption = FailOn.ERROR,
    no_color: NoColorOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    debug: DebugOption = False,
) -> None:
    """Say what differs between two environments, and how likely it explains that only one of them works.

    A difference is certain (a finding rests on it), suspicious or harmless; --fail-on counts them as error, warning and
    note. Fingerprints that both sides hold (dump --fingerprint) are compared without being asked for.
    """
    from tfdoctor.cli import _experiments
    from tfdoctor.matrix import Matrix
    from tfdoctor.render.compare.view import Named, view
    from tfdoctor.tickets.compare import compare as compare_snapshots

    if a == b == "-":
        raise UsageError("only one of the two can be standard input")
    matrix = Matrix.locate()
    names = _experiments.named(only or [], matrix)
    here = [is_environment(what) for what in (a, b)]
    one, other = (
        _examine(what, load=load, timeout=(timeout if load else None) or _LOADING, debug=debug) if live else _read(what)
        for what, live in zip((a, b), here, strict=True)
    )
    if fingerprint:
        from tfdoctor.cli._both import Sides

        live = a if here[0] else None, b if here[1] else None
        one, other = Sides((one, other), live, names, timeout or _experiments.LIMIT, quiet).run()
    first, second = (
        Named(what, _experiments.restricted(snapshot, names), live)
        for what, snapshot, live in zip((a, b), (one, other), here, strict=True)
    )
    found = compare_snapshots(first.snapshot, second.snapshot, matrix, debug=debug)
    shown = view(first, second, found, matrix)
    if form is CompareFormat.JSON:
        from tfdoctor.render.compare import json_v1

        _output.emit(json_v1.document(shown))
    else:
        from tfdoctor.render.compare import text

        _output.draw(lambda console: text.show(console, shown, quiet=quiet, verbose=verbose), no_color=no_color)
    raise typer.Exit(exit_code(found, fail_on))


_RANK = {"certain": 3, "suspicious": 2, "harmless": 1, None: 0}
_LEAST = {FailOn.ERROR: 3, FailOn.WARNING: 2, FailOn.NOTE: 1, FailOn.NEVER: 4}


def exit_code(found: Comparison, fail_on: FailOn) -> int:
    """Return 1 where a difference is judged at or above `fail_on`, else 0."""
    return errors.FINDINGS if _RANK[found.judgement] >= _LEAST[fail_on] else errors.OK


def _examine(what: str, *, load: bool, timeout: float, debug: bool) -> Snapshot:
    from tfdoctor.probes import take_snapshot

    return take_snapshot(None if what == "." else what, load=load, timeout=timeout, debug=debug)


def _read(what: str) -> Snapshot:
    """Return the Snapshot of a file.

    Raises:
        UsageError: it is not exactly one entry that can be read.
    """
    from tfdoctor.tickets.read import Rejected, read_inputs

    found = list(islice(read_inputs([what]), 2))  # of a large file no more is needed to say that it is too many
    if not found:
        raise UsageError(f"{what}: nothing in it can be read")
    if len(found) > 1:
        raise UsageError(f"{what}: more than one entry in it; compare takes one on each side")
    entry = found[0]
    if isinstance(entry, Rejected):
        raise UsageError(f"{entry.place}: {entry.reason}")
    for remark in entry.remarks:
        _output.complain(f"{entry.place}: {remark}")
    return entry.snapshot


def is_environment(what: str) -> bool:
    """Whether a word names an interpreter or an environment, rather than a file to read."""
    if what == ".":
        return True
    path = Path(what)
    try:
        if path.is_dir():
            return any((path / place).exists() or (path / place).is_symlink() for place in _INSIDE)
        if not path.exists():
            return what != "-" and path.suffix.lower() not in _SUFFIXES
        return path.suffix.lower() not in _SUFFIXES and os.access(path, os.X_OK) and _starts_a_program(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{what}: {getattr(error, 'strerror', None) or error}") from None


def _starts_a_program(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(8).startswith(_PROGRAMS)
