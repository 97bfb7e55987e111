"""`tfdoctor model --prove`: makes the environments and loads the model there for real, beside what was predicted."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from tfdoctor.errors import NoPlanError, UsageError

if TYPE_CHECKING:
    from tfdoctor.facts.saved import SavedModel
    from tfdoctor.matrix import Matrix
    from tfdoctor.model.answer import Answer, Trial
    from tfdoctor.model.judge.target import Target
    from tfdoctor.model.judge.verdict import Verdict, Way
    from tfdoctor.plan.model import Plan
    from tfdoctor.probes.loading import Loaded

# What stands in for a way of loading where the source release does not have it: the answers are the same.
_STAND_IN: Final[dict[Way, Way]] = {"TFSMLayer": "saved_model.load"}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How it is to be proved; `where` is the folder of the environments."""

    where: Path | None
    custom: Path | None
    timeout: float
    unsafe: bool
    yes: bool
    quiet: bool


class Place(msgspec.Struct, frozen=True):
    """An environment to load in: there already, or to be made by a plan."""

    release: str
    folder: Path
    executable: str = ""
    plan: Plan | None = None


def proved(path: Path, answer: Answer, matrix: Matrix, asked: Asked) -> Answer:
    """Return the answer with its proof.

    Raises:
        UsageError: it was not confirmed.
        NoPlanError: no environment can be made here for the target.
        ApplyError: an environment could not be made; nothing is left of it.
    """
    from tfdoctor.model.answer import Proof

    judged = answer.targets[0]
    where = asked.where or Path()
    target = _place(judged.target, where, matrix, judged.executable)
    source, remarks = _source(answer.model, judged.target, where, matrix)
    _confirm([place for place in (target, source) if place is not None and place.plan is not None], matrix, asked)
    ready = _ready(target, matrix, asked)
    trials = [_trial(path, answer.model, row, ready, asked, legacy=judged.target.legacy) for row in judged.verdicts]
    if source is not None:
        trials, more = _compared(path, answer.model, trials, _ready(source, matrix, asked), asked)
        remarks += more
    first = next((row for _, row in trials if row is not None), None)
    there = (first.tensorflow if first else "") or target.release
    if there != target.release:
        remarks.append(f"TensorFlow {there} is in this environment, where {target.release} was expected")
    proof = Proof(
        tensorflow=there,
        python=(first.python if first else "") or judged.target.python or "",
        executable=ready,
        source=source.release if source else "",
        trials=tuple(trial for trial, _ in trials),
        remarks=tuple(dict.fromkeys(remarks)),
    )
    return replace(answer, proof=proof)


def _place(target: Target, where: Path, matrix: Matrix, executable: str = "") -> Place:
    """The environment of a target: the one that was named, one that was made before, else the plan of one.

    Raises:
        NoPlanError: there is none, and none can be made.
    """
    release = str(target.tensorflow)
    folder = (where / f".venv-tf{release}{'-legacy' if target.legacy else ''}").absolute()
    if executable:
        return Place(release, folder, executable)
    if folder.exists():
        from tfdoctor.probes import find

        return Place(release, folder, find.find(str(folder), os.environ))
    from tfdoctor.cli._situation import situation_of
    from tfdoctor.plan.choice.choose import plan
    from tfdoctor.plan.model import NoPlan
    from tfdoctor.plan.model import Target as Wanted

    wanted = Wanted(
        tensorflow=release,
        python=target.python or "",
        accelerator="cpu",
        extras=("tf-keras",) if target.legacy else (),
    )
    situation = situation_of(matrix, "", None, "", repair=False, debug=False)
    found = plan(wanted, situation, matrix)
    if isinstance(found, NoPlan) and wanted.python:  # any Python that is at hand
        from msgspec.structs import replace as changed

        found = plan(changed(wanted, python=""), situation, matrix)
    if isinstance(found, NoPlan):
        raise NoPlanError(f"no environment of TensorFlow {release} can be made here: {found.reason}")
    return Place(release, folder, plan=found)


def _source(model: SavedModel, target: Target, where: Path, matrix: Matrix) -> tuple[Place | None, list[str]]:
    """The environment of the release that wrote the model, for its answers; None with the reason for none."""
    from tfdoctor.model.cures.resave import source_of
    from tfdoctor.model.judge.target import environment
    from tfdoctor.model.judge.target import target as target_of

    release = source_of(model, matrix)
    if release is None:
        return None, ["the files do not say which release wrote it: no answers are compared"]
    written = target_of(model.writer.tensorflow or release, matrix) if model.writer.tensorflow else None
    source = written or target_of(release, matrix)
    if source.minor == target.minor and not target.legacy:
        return None, [f"TensorFlow {source.minor} wrote it: there are no other answers to compare with"]
    pythons = [row.pythons for row in (model.keras.lambdas if model.keras else ()) if row.pythons]
    if pythons and source.python not in pythons[0]:
        source = environment(source.tensorflow, matrix, python=pythons[0][-1])
    try:
        return _place(source, where, matrix), []
    except NoPlanError as error:
        return None, [f"{error}: no answers are compared"]


def _confirm(places: list[Place], matrix: Matrix, asked: Asked) -> None:
    """Ask before anything is installed.

    Raises:
        UsageError: the answer is no, or there is nobody to ask.
    """
    from tfdoctor.render.plan import pins

    if not places or asked.yes:
        return
    size = sum(pins.download(place.plan, matrix) for place in places if place.plan is not None)
    what = " and ".join(f"TensorFlow {place.release} into {place.folder}" for place in places)
    if sys.stdin.isatty() and sys.stderr.isatty():
        import typer

        if typer.confirm(f"Install {what} ({size / 1e9:.1f} GB to download)?", err=True):
            return
    raise UsageError(f"nothing was installed: --prove needs {what}; --yes confirms")


def _ready(place: Place, matrix: Matrix, asked: Asked) -> str:
    """Return the interpreter of an environment, made where it is not there."""
    if place.plan is None:
        return place.executable
    from tfdoctor.cli._apply import carry_out

    made = carry_out(place.plan, matrix, where=place.folder, python="", yes=True, hashes=False, quiet=asked.quiet)
    return made.python


def _trial(  # noqa: PLR0913  what a trial depends on
    path: Path, model: SavedModel, verdict: Verdict, executable: str, asked: Asked, *, legacy: bool
) -> tuple[Trial, Loaded | None]:
    from tfdoctor.model.answer import Trial
    from tfdoctor.model.proof import agrees, danger

    risk = danger(model, verdict.way)
    if not asked.unsafe and risk:
        said = f"it would run {risk}: --unsafe allows it"
        return Trial(verdict.way, verdict.outcome, "not tried", message=said), None
    if verdict.way == "load_weights" and asked.custom is None:
        said = "weights need code that builds their model: --unsafe --custom FILE with a function build()"
        return Trial(verdict.way, verdict.outcome, "not tried", message=said), None
    found = _loaded(path, verdict.way, executable, asked, legacy=legacy)
    as_predicted = agrees(verdict, ok=found.ok, error=found.error, message=found.message)
    trial = Trial(
        verdict.way,
        verdict.outcome,
        "loads" if found.ok else "fails",
        agrees=as_predicted if asked.custom is None else None,
        error=found.error,
        message=found.message[:2000],
        seconds=found.seconds,
        outputs=f"not asked: {found.remark}" if found.remark else "",
    )
    return trial, found


def _loaded(path: Path, way: Way, executable: str, asked: Asked, *, legacy: bool) -> Loaded:
    from tfdoctor.probes.loading import Task, load

    if not asked.quiet:
        sys.stderr.write(f"loading with {way} in {executable}\n")
    environ = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "CONDA_PREFIX"}}
    task = Task(path=path, way=way, custom=asked.custom, legacy=legacy)
    return load(executable, environ, task, asked.timeout)


def _compared(
    path: Path, model: SavedModel, trials: list[tuple[Trial, Loaded | None]], source: str, asked: Asked
) -> tuple[list[tuple[Trial, Loaded | None]], list[str]]:
    """Compare the answers with those of the release that wrote the model, each way with itself."""
    from tfdoctor.model.proof import compared, danger

    known: dict[Way, Loaded | None] = {}
    done: list[tuple[Trial, Loaded | None]] = []
    remarks: list[str] = []
    for trial, found in trials:
        if found is None or found.outputs is None:
            done.append((trial, found))
            continue
        way = _STAND_IN.get(trial.way, trial.way)
        if way not in known:
            blocked = danger(model, way) and not asked.unsafe
            known[way] = None if blocked else _loaded(path, way, source, asked, legacy=False)
        there = known[way]
        if there is None or there.outputs is None:
            said = "the source release was not asked" if there is None else there.remark or there.message
            remarks.append(f"{way} in the release that wrote it: {said[:300]}")
            done.append((trial, found))
            continue
        told = f"{compared(found.outputs, there.outputs)}, beside TensorFlow {there.tensorflow}"
        done.append((replace(trial, outputs=told), found))
    return done, remarks
