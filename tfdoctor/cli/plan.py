"""`tfdoctor plan`: exact instructions for an environment that works."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, NoColorOption, QuietOption, VerboseOption
from tfdoctor.errors import NoPlanError, UsageError

if TYPE_CHECKING:
    from tfdoctor.matrix import Matrix
    from tfdoctor.plan.model import Accelerator, Answer, Situation, Target



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
    as_of: Annotated[str, typer.Option("--as-of", help="Nothing newer than this month (2021-06) or day.")] = "",
    machine: Annotated[
        str, typer.Option("--machine", help="Plan for a described machine: 'RTX 3090, driver 470.57, ubuntu 20.04'.")
    ] = "",
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", help="Plan for the machine of a saved snapshot or ticket.")
    ] = None,
    *,
    gpu: Annotated[bool | None, typer.Option("--gpu/--cpu", help="Insist on the GPU, or do without.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="The fewest changes that make the examined environment work.")
    ] = False,
    form: Annotated[PlanFormat, typer.Option("--format", "-f", help="Form of the plan.")] = PlanFormat.TEXT,
    hashes: Annotated[bool, typer.Option("--hashes", help="Pin every file by its SHA-256.")] = False,
    no_color: NoColorOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    debug: DebugOption = False,
) -> None:
    """Say exactly what to install for a TensorFlow that works on a machine, or why nothing does.

    Nothing is changed or downloaded.
    """
    from tfdoctor.matrix import Matrix
    from tfdoctor.plan.target import PYTHON

    version, path = (python, "") if PYTHON.fullmatch(python) else ("", python)
    if machine and (snapshot or path or repair):
        raise UsageError("--machine describes another machine: --snapshot, --repair and a path do not go with it")
    matrix = Matrix.locate()
    asked = _target(target, version, requirements, extras, as_of, gpu=gpu, repair=repair)
    situation = _situation(matrix, machine, snapshot, path, repair=repair, debug=debug)
    answer = _answer(asked, situation, matrix)
    _show(answer, form, matrix, hashes=hashes, no_color=no_color, quiet=quiet, verbose=verbose)
    raise typer.Exit(_exit_code(answer))


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


def _situation(  # noqa: PLR0913  one parameter an option
    matrix: Matrix, machine: str, snapshot: Path | None, path: str, *, repair: bool, debug: bool
) -> Situation:
    """The machine that the plan is for: described, saved, or this one."""
    from tfdoctor.plan.model import Python, Situation

    if machine:
        from tfdoctor.tickets.machine import read_machine

        read = read_machine(machine, matrix)
        pythons = tuple(Python(version=version, path="", origin="described") for version in read.pythons)
        return Situation(snapshot=read.snapshot, pythons=pythons or None)
    if snapshot is not None:
        from tfdoctor.tickets.read import read_inputs

        found = list(read_inputs([str(snapshot)]))
        if len(found) != 1:
            raise UsageError(f"--snapshot {snapshot}: {len(found)} snapshots in it; name one")
        return Situation(snapshot=found[0][1])
    if repair:
        from tfdoctor.probes import take_snapshot

        return Situation(snapshot=take_snapshot(path or None, debug=debug))
    return _here(path, debug=debug)


def _here(path: str, *, debug: bool) -> Situation:
    """This machine with its interpreters; one that the user names is the only one."""
    from tfdoctor.plan.model import Python, Situation
    from tfdoctor.probes import RealMachine, find, take_host
    from tfdoctor.probes.interpreters import find_pythons

    real = RealMachine()
    named = find.find(path, real.environ) if path else ""
    found = find_pythons(real, [named] if named else [])
    pythons = tuple(Python(version=item.version, path=item.path, origin=item.origin) for item in found.pythons)
    return Situation(snapshot=take_host(machine=real, debug=debug), pythons=pythons)


def _answer(target: Target, situation: Situation, matrix: Matrix) -> Answer:
    if target.repair:
        from tfdoctor.plan.mend import mend

        return mend(target, situation, matrix)
    from tfdoctor.plan.choose import plan as choose

    return choose(target, situation, matrix)


def _show(  # noqa: PLR0913  one parameter an option
    answer: Answer, form: PlanFormat, matrix: Matrix, *, hashes: bool, no_color: bool, quiet: bool, verbose: bool
) -> None:
    from tfdoctor.render.plan import render

    if form is not PlanFormat.TEXT:
        _output.emit(render(answer, form.value, matrix, hashes=hashes))
        return
    from tfdoctor.render.plan import text

    _output.draw(lambda console: text.show(console, answer, verbose=verbose), no_color=no_color)


def _exit_code(answer: Answer) -> int:
    from tfdoctor import errors
    from tfdoctor.plan.model import NoPlan

    return NoPlanError.exit_code if isinstance(answer, NoPlan) else errors.OK
