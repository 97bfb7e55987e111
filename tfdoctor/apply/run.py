"""Carries out a plan: all of it, or everything is put back."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final, NoReturn

from tfdoctor.apply import undo, variables
from tfdoctor.apply.asked import Asked
from tfdoctor.apply.backup import Backup
from tfdoctor.apply.environment import Environment, describe, refuse_unless_free, refuse_unless_own
from tfdoctor.apply.interruption import ended_politely, undisturbed
from tfdoctor.apply.outcome import ApplyError, CannotApplyError, Outcome
from tfdoctor.apply.process import ToolError, Tools
from tfdoctor.apply.reasons import reason
from tfdoctor.apply.steps import Steps
from tfdoctor.plan.model import Plan

# Room that is needed, against what is downloaded. Measured with TensorFlow 2.6.5: 1.2 GB in the environment for 0.46 GB
# of wheels, which pip keeps in its cache as well.
_UNPACKED: Final = 4


def apply(plan: Plan, asked: Asked, *, where: Path | None = None, python: str = "") -> Outcome:
    """Carry out the steps of a plan in their order.

    Where one fails, or the user interrupts, all is put back: a new environment is removed, one that was there gets its
    old files again. The system's Python, conda's base environment, files of the user's shell and the driver are never
    touched; what only a person can do is left to them and told.

    Args:
        plan: what to do.
        asked: how.
        where: folder of the new environment, for a plan that makes one; `.venv-tfVERSION` here by default.
        python: interpreter of the environment to repair, for a plan that makes none.

    Raises:
        CannotApplyError: it cannot be done here; nothing was changed.
        ApplyError: a step failed; everything is as it was, unless the text says otherwise.
        KeyboardInterrupt: the user interrupted; everything is as it was.
    """
    handle, name = tempfile.mkstemp(prefix="tfdoctor-", suffix=".log")
    os.close(handle)
    log = Path(name)
    tools = Tools(asked.environ, log, asked.progress, asked.limit)
    failed = False
    try:
        with ended_politely(), tempfile.TemporaryDirectory(prefix="tfdoctor-") as scratch:
            if any(step.kind == "create-environment" for step in plan.steps):
                folder = (where or Path(f".venv-tf{plan.chosen.version}")).absolute()
                return _make(Steps(plan, asked, tools, Path(scratch)), folder)
            environment = describe(python, tools)
            return _repair(Steps(plan, asked, tools, Path(scratch), environment))
    except ApplyError:
        failed = True
        raise
    finally:
        if not failed:
            log.unlink(missing_ok=True)


def _make(steps: Steps, where: Path) -> Outcome:
    """Make a new environment, or nothing."""
    refuse_unless_free(where)
    _see_to_room(steps.asked, where)
    made = next(folder for folder in (where, *where.parents) if folder.parent.exists())
    was = where.exists()
    try:
        steps.carry_out(where)
    except BaseException as error:  # noqa: BLE001  an interruption too; it is raised again
        with undisturbed():
            shutil.rmtree(made, ignore_errors=True)
            if was:
                where.mkdir(exist_ok=True)
        _explain(error, steps, f"{where} was removed again")
    return _outcome(steps)


def _repair(steps: Steps) -> Outcome:
    """Change an environment that is there, or leave it as it was."""
    environment, asked = steps.environment, steps.asked
    if all(step.kind == "manual" for step in steps.plan.steps):
        steps.carry_out(Path(environment.prefix))
        return _outcome(steps)
    refuse_unless_own(environment, asked.environ)
    backup = Backup(environment.prefix)
    _heal(backup, environment, steps)
    _see_to_room(asked, Path(environment.purelib))
    changes = [change.distribution for change in steps.plan.changes]
    what = ", ".join(changes) if changes else f"{len(steps.plan.steps)} steps"
    if not asked.confirm(f"Change the environment {environment.prefix} ({what})?"):
        raise CannotApplyError("nothing was changed: it was not confirmed (--yes confirms)")
    before = undo.freeze(environment)
    asked.progress("keeping the old files")
    try:
        backup.take(environment)
    except OSError as error:
        raise CannotApplyError(f"{environment.prefix}: the old files cannot be kept: {reason(error).what}") from None
    try:
        steps.carry_out(Path(environment.prefix))
        record = undo.write(before, environment)
    except BaseException as error:  # noqa: BLE001  an interruption too; it is raised again
        _put_back(backup, steps)
        _explain(error, steps, "the environment is as it was")
    with undisturbed():
        backup.drop()
    return _outcome(steps, str(record))


def _heal(backup: Backup, environment: Environment, steps: Steps) -> None:
    """See to what an earlier run left behind that was killed in the middle."""
    record = backup.record
    if record is not None and record.alive:
        raise CannotApplyError(
            f"{environment.prefix}: another tfdoctor (process {record.process}) is changing this environment"
        )
    if record is None or not record.whole:
        backup.drop()
        return
    cut = f"a change of {record.taken} was cut off in the middle"
    if not steps.asked.confirm(f"{cut[0].upper()}{cut[1:]}. Put the old files back first?"):
        raise CannotApplyError(
            f"{environment.prefix}: {cut}, and the old files are in {backup.folder}: let tfdoctor put them back, or "
            "delete this folder"
        )
    _put_back(backup, steps)
    raise ApplyError(
        f"{environment.prefix}: {cut}, and the old files were put back now. The plan was made for another state: run "
        "the same command again"
    )


def _put_back(backup: Backup, steps: Steps) -> None:
    steps.asked.progress("putting the old files back")
    try:
        with undisturbed():
            backup.restore()
    except OSError as error:
        why = reason(error)
        raise ApplyError(
            f"the old files could not be put back: {why.what}. They are in {backup.folder}. To go on: {why.advice}; "
            "the next run puts them back",
            step=steps.current,
            log=str(steps.tools.log),
        ) from None


def _see_to_room(asked: Asked, place: Path) -> None:
    """Make sure that there is room, as far as the sizes are known."""
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    needed, free = asked.download * _UNPACKED, shutil.disk_usage(there).free
    if needed > free:
        raise CannotApplyError(
            f"{there}: about {needed / 1e9:.1f} GB are needed there and {free / 1e9:.1f} GB are free: make room first"
        )


def _outcome(steps: Steps, record: str = "") -> Outcome:
    environment = steps.environment
    wanted = variables.settings(steps.plan.steps, environment)
    return Outcome(
        python=environment.python,
        prefix=environment.prefix,
        done=tuple(steps.done),
        manual=tuple(steps.manual),
        start=variables.start(environment),
        variables=tuple((item.name, item.whole(steps.asked.environ)) for item in wanted),
        undo=record,
    )


def _explain(error: BaseException, steps: Steps, state: str) -> NoReturn:
    """Raise what the caller is to see of an error."""
    if isinstance(error, KeyboardInterrupt):
        steps.asked.progress(f"interrupted: {state}")
    if not isinstance(error, (ToolError, OSError)):
        raise error
    number = len(steps.done) + len(steps.manual) + 1
    step = steps.current
    at = f"step {number} of {len(steps.plan.steps)} ({step.text.rstrip('.')})" if step else "the last step"
    why = reason(error)
    log = f" All that was printed: {steps.tools.log}" if isinstance(error, ToolError) else ""
    raise ApplyError(
        f"{at} failed: {why.what}. {state[0].upper()}{state[1:]}. To go on: {why.advice}.{log}",
        step=step,
        done=tuple(steps.done),
        tail=error.tail if isinstance(error, ToolError) else "",
        log=str(steps.tools.log),
    ) from None
