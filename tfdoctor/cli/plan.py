"""`tfdoctor plan`: exact instructions for an environment that works."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, FailOn, Format, NoColorOption, QuietOption, VerboseOption
from tfdoctor.cli._situation import situation_of
from tfdoctor.errors import OK, NoPlanError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from tfdoctor.cli._apply import Proof
    from tfdoctor.matrix import Matrix
    from tfdoctor.plan.model import Accelerator, Answer, Plan, Situation, Target


class PlanFormat(str, Enum):
    """The outputs of a plan."""

    TEXT = "text"
    JSON = "json"
    REQUIREMENTS = "requirements"
    CONDA = "conda"
    SH = "sh"
    POWERSHELL = "powershell"
    DOCKERFILE = "dockerfile"
    PYLOCK = "pylock"


def plan(  # noqa: PLR0913, PLR0917  one parameter an option
    target: Annotated[
        str, typer.Option("--target", "-t", help="2.6, 2.6.5 or '>=2.10,<2.13' [default: the newest that runs here].")
    ] = "",
    python: Annotated[
        str, typer.Option("--python", "-p", help="A version (3.9), or an interpreter or environment folder.")
    ] = "",
    requirements: Annotated[
        list[str] | None, typer.Option("--requirements", "-r", help="A requirements file to keep to (repeatable).")
    ] = None,
    extras: Annotated[
        str, typer.Option("--with", help="Further distributions, by comma: tensorflow-text,transformers.")
    ] = "",
    as_of: Annotated[str, typer.Option("--as-of", help="No TensorFlow newer than this month (2021-06) or day.")] = "",
    machine: Annotated[
        str | None,
        typer.Option("--machine", help="Plan for a described machine: 'RTX 3090, driver 470.57, ubuntu 20.04'."),
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", help="Plan for the machine of a saved snapshot or ticket.")
    ] = None,
    *,
    gpu: Annotated[bool | None, typer.Option("--gpu/--cpu", help="Insist on the GPU, or do without.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="The fewest changes that make the examined environment work.")
    ] = False,
    form: Annotated[PlanFormat, typer.Option("--format", "-f", help="Form of the plan.")] = PlanFormat.TEXT,
    online: Annotated[
        bool, typer.Option("--online", help="Ask your index, through uv, what the bundled one does not know.")
    ] = False,
    hashes: Annotated[bool, typer.Option("--hashes", help="Pin every file by its SHA-256.")] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Carry the plan out, then prove it with check --load.")
    ] = False,
    environment: Annotated[
        Path | None, typer.Option("--env", help="Folder of the new environment [default: .venv-tfVERSION here].")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Change what is there without asking.")] = False,
    no_color: NoColorOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    debug: DebugOption = False,
) -> None:
    """Say exactly what to install for a TensorFlow that works on a machine, or why nothing does.

    Nothing is changed or downloaded unless --apply is given.
    """
    from msgspec.structs import replace

    from tfdoctor.facts import known
    from tfdoctor.matrix import Matrix
    from tfdoctor.plan.model import NoPlan
    from tfdoctor.plan.target import PYTHON

    if machine is not None and not machine.strip():
        raise UsageError("--machine describes nothing: name the GPU, the driver, the system, the Python")
    if python.isdigit() and len(python) == 1:
        raise UsageError(f"--python {python} is no minor version: write 3.9")
    version, path = (python, "") if PYTHON.fullmatch(python) else ("", python)
    if sum(map(bool, (machine, snapshot, path))) > 1 or (machine and repair):
        raise UsageError("a plan is for one machine: --machine, --snapshot, --repair and a path exclude each other")
    if apply and (machine or snapshot):
        raise UsageError("--apply changes this machine: it does not go with --machine or --snapshot")
    if apply and form not in {PlanFormat.TEXT, PlanFormat.JSON}:
        raise UsageError(f"--apply prints a report: it goes with --format text or json, not {form.value}")
    matrix = Matrix.locate()
    asked = _target(target, version, requirements, extras, as_of, gpu=gpu, repair=repair)
    situation = situation_of(matrix, machine or "", snapshot, path, repair=repair, debug=debug)
    if path and not repair:  # a new environment with the Python that is named
        asked = replace(asked, python=known(situation.snapshot.interpreter.version) or "")
    answer = _answer(asked, situation, matrix)
    if online and not isinstance(answer, NoPlan):
        from tfdoctor.cli._online import asked_online

        answer = asked_online(answer, situation, matrix)
    words = _words(machine or "", snapshot, path if repair else "", requirements, online=online)
    speaker = Speaker(
        form=form, matrix=matrix, words=words, hashes=hashes, no_color=no_color, quiet=quiet, verbose=verbose
    )
    if not apply or isinstance(answer, NoPlan):
        speaker.plan(answer)
        raise typer.Exit(NoPlanError.exit_code if isinstance(answer, NoPlan) else OK)
    from tfdoctor.cli import _apply

    if form is PlanFormat.TEXT and not quiet:
        speaker.plan(answer)
    patient = known(situation.snapshot.interpreter.executable) or ""
    outcome = _apply.carry_out(answer, matrix, where=environment, python=patient, yes=yes, hashes=hashes, quiet=quiet)
    proof = _apply.examine(outcome, matrix)
    speaker.proof(answer, proof)
    raise typer.Exit(_output.exit_code([proof.diagnosis], FailOn.ERROR))


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """How the result is to be shown; `words` are those of the command line that no plan holds."""

    form: PlanFormat
    matrix: Matrix
    words: tuple[str, ...]
    hashes: bool
    no_color: bool
    quiet: bool
    verbose: bool

    def plan(self, answer: Answer) -> None:
        """Write the plan, or why there is none."""
        if self.form is not PlanFormat.TEXT:
            from tfdoctor.render.plan import render

            _output.emit(render(answer, self.form.value, self.matrix, hashes=self.hashes, options=self.words))
            return
        from tfdoctor.render.plan import text

        def draw(console: Console) -> None:
            text.show(console, answer, verbose=self.verbose, quiet=self.quiet, options=self.words)

        _output.draw(draw, no_color=self.no_color)

    def proof(self, plan: Plan, proof: Proof) -> None:
        """Write what was found in the environment afterwards, and how to use it."""
        from tfdoctor.render.plan import applied

        if self.form is PlanFormat.JSON:
            from tfdoctor.render.plan.view import view

            document = applied.document(view(plan, self.matrix, self.words), proof.environment, proof.report)
            _output.emit(document)
            return
        _output.show(proof.report, Format.TEXT, no_color=self.no_color, quiet=self.quiet, verbose=self.verbose)
        _output.draw(lambda console: applied.show(console, proof.environment), no_color=self.no_color)


def _target(  # noqa: PLR0913  one parameter an option
    target: str,
    python: str,
    requirements: list[str] | None,
    extras: str,
    as_of: str,
    *,
    gpu: bool | None,
    repair: bool,
) -> Target:
    from tfdoctor.plan.model import Target
    from tfdoctor.tickets.requirements import read_requirements

    asked = read_requirements(tuple(requirements or ()))
    accelerator: Accelerator | None = None if gpu is None else "gpu" if gpu else "cpu"
    return Target(
        tensorflow=target,
        python=python,
        accelerator=accelerator,
        extras=tuple(part.strip() for part in re.split(r",(?![^\[]*\])(?=\s*[A-Za-z])", extras) if part.strip()),
        requirements=asked.requirements,
        unjudged=asked.unjudged,
        as_of=as_of,
        repair=repair,
    )


def _words(
    machine: str, snapshot: Path | None, python: str, requirements: list[str] | None, *, online: bool
) -> tuple[str, ...]:
    """Return the words of the command line that no plan holds, for the commands that the result names."""
    words = [("--machine", machine), ("--snapshot", str(snapshot or "")), ("--python", python)]
    words += [("-r", file) for file in requirements or ()]
    given = tuple(word for name, value in words if value for word in (name, value))
    return (*given, "--online") if online else given


def _answer(target: Target, situation: Situation, matrix: Matrix) -> Answer:
    if target.repair:
        from tfdoctor.plan.mending.mend import mend

        return mend(target, situation, matrix)
    from tfdoctor.plan.choice.choose import plan as choose

    return choose(target, situation, matrix)
