"""`tfdoctor plan --apply`: carries the plan out, shows how far it is, and proves the result with `check --load`."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tfdoctor.apply import Outcome
    from tfdoctor.diagnosis import Diagnosis
    from tfdoctor.matrix import Matrix
    from tfdoctor.plan.model import Plan
    from tfdoctor.render.plan.applied import EnvironmentView
    from tfdoctor.render.view import DiagnosisView

_LOAD_LIMIT = 300.0  # seconds; the first import of a new environment compiles all its modules


def carry_out(  # noqa: PLR0913  one parameter an option
    plan: Plan, matrix: Matrix, *, where: Path | None, python: str, yes: bool, hashes: bool, quiet: bool
) -> Outcome:
    """Carry out a plan; progress goes to standard error.

    Raises:
        CannotApplyError: it cannot be begun.
        ApplyError: a step failed; all is as it was.
    """
    from tfdoctor.apply import ApplyError, Asked, apply
    from tfdoctor.render.plan import pins, render

    with closing(_Progress(silent=quiet)) as progress:
        asked = Asked(
            environ=dict(os.environ),
            confirm=lambda question: yes or progress.ask(question),
            progress=progress.line,
            requirements=render(plan, "requirements", matrix, hashes=True) if hashes else "",
            download=pins.download(plan, matrix),
        )
        try:
            return apply(plan, asked, where=where, python=python)
        except ApplyError as error:
            if error.tail:
                sys.stderr.write(error.tail.rstrip() + "\n")
            raise


@dataclass(frozen=True)
class Proof:
    """What was found in the environment afterwards."""

    environment: EnvironmentView
    diagnosis: Diagnosis
    report: DiagnosisView


def examine(outcome: Outcome, matrix: Matrix) -> Proof:
    """Examine the environment that was made or changed, with its variables set, and use TensorFlow in it."""
    from tfdoctor.diagnose import diagnose
    from tfdoctor.probes import RealMachine, take_snapshot
    from tfdoctor.render.plan.applied import EnvironmentView
    from tfdoctor.render.view import view

    environ = {**os.environ, **{name: value for name, value in outcome.variables if value}}
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", *(name for name, value in outcome.variables if not value)):
        environ.pop(name, None)
    machine = RealMachine(environ=environ)
    snapshot = take_snapshot(outcome.python, load=True, timeout=_LOAD_LIMIT, machine=machine)
    diagnosis = diagnose(snapshot, matrix)
    made = EnvironmentView(
        python=outcome.python,
        prefix=outcome.prefix,
        start=outcome.start,
        variables=dict(outcome.variables),
        undo=outcome.undo or None,
    )
    return Proof(made, diagnosis, view(snapshot, diagnosis, matrix))


class _Progress:
    """One changing line on a terminal; on a file or a pipe, the steps alone; nothing where silence is asked for."""

    def __init__(self, *, silent: bool) -> None:
        from rich.console import Console

        self.silent = silent
        self.console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self.status = self.console.status("") if sys.stderr.isatty() and not silent else None
        if self.status is not None:
            self.status.start()

    def close(self) -> None:
        """Take the line away."""
        if self.status is not None:
            self.status.stop()

    def line(self, text: str) -> None:
        """Show what happens."""
        if self.status is not None:
            self.status.update(text.strip()[: max(20, self.console.width - 4)])
        elif not self.silent and not text.startswith(" "):
            sys.stderr.write(f"{text}\n")

    def ask(self, question: str) -> bool:
        """Ask one question; without a terminal the answer is no."""
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        import typer

        if self.status is not None:
            self.status.stop()
        try:
            return typer.confirm(question, err=True)
        finally:
            if self.status is not None:
                self.status.start()
