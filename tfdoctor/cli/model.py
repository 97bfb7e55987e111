"""`tfdoctor model`: will this saved model load in that TensorFlow?"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfdoctor.cli import _output
from tfdoctor.cli._options import DebugOption, FailOn, FailOnOption, NoColorOption, QuietOption, VerboseOption
from tfdoctor.errors import UsageError

if TYPE_CHECKING:
    from tfdoctor.facts.saved import SavedModel
    from tfdoctor.matrix import Matrix
    from tfdoctor.model.answer import Answer
    from tfdoctor.model.judge.target import Target
    from tfdoctor.model.judge.verdict import Verdict
    from tfdoctor.render.model.view import ModelView


class ModelFormat(str, Enum):
    """The outputs of an answer."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


class WayOption(str, Enum):
    """The ways of loading, as the command line names them."""

    LOAD_MODEL = "load_model"
    NOCOMPILE = "load_model-nocompile"
    GRAPH = "saved_model.load"
    SERVING = "TFSMLayer"
    WEIGHTS = "load_weights"
    V1 = "v1"
    LITE = "tflite"


def model(  # noqa: PLR0913, PLR0917  one parameter an option
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A saved model: a file, a folder, a checkpoint's name.")],
    target: Annotated[str, typer.Option("--target", "-t", help="Load it in this release: 2.3 or 2.3.4.")] = "",
    targets: Annotated[str, typer.Option("--targets", help="A table of releases: 2.1..2.21 or 2.3,2.6,2.15.")] = "",
    python: Annotated[
        str,
        typer.Option("--python", "-p", help="Load it in this environment; beside --target a version (3.8)."),
    ] = "",
    ways: Annotated[
        list[WayOption] | None, typer.Option("--way", help="Only this way of loading counts (repeatable).")
    ] = None,
    script: Annotated[
        Path | None, typer.Option("--script", help="Write the script that saves it anew for the target.")
    ] = None,
    environments: Annotated[
        Path | None, typer.Option("--env", help="Folder for the environments that --prove makes [default: here].")
    ] = None,
    custom: Annotated[
        Path | None, typer.Option("--custom", help="Python file with the custom objects, for --prove --unsafe.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds that each load may take.")] = 120.0,
    *,
    legacy: Annotated[
        bool, typer.Option("--legacy", help="With tf-keras and TF_USE_LEGACY_KERAS=1 (from 2.16 on).")
    ] = False,
    prove: Annotated[
        bool, typer.Option("--prove", help="Make the target's environment, and load the model there for real.")
    ] = False,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Let --prove run code of the model: Lambda layers and custom objects.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Install for --prove without asking.")] = False,
    form: Annotated[ModelFormat, typer.Option("--format", "-f", help="Form of the result.")] = ModelFormat.TEXT,
    fail_on: FailOnOption = FailOn.ERROR,
    no_color: NoColorOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    debug: DebugOption = False,
) -> None:
    """Say what a saved model is and whether it loads in a TensorFlow, without TensorFlow and without running it.

    Without a target it is judged for the active environment, where that has a TensorFlow. Nothing is downloaded unless
    --prove is given.
    """
    from tfdoctor.cli._model import Wish, answered, checked

    wish = Wish(
        target=target,
        targets=targets,
        python=python,
        ways=tuple(way.value for way in ways or ()),
        legacy=legacy,
        script=script,
        debug=debug,
    )
    checked(wish, prove=prove, unsafe=unsafe, custom=custom)
    from tfdoctor.matrix import Matrix

    matrix = Matrix.locate()
    answer = answered(path, wish, matrix)
    if script is not None:
        _write(script, answer, matrix)
    if prove:
        from tfdoctor.cli._prove import Asked, proved

        asked = Asked(where=environments, custom=custom, timeout=timeout, unsafe=unsafe, yes=yes, quiet=quiet)
        answer = proved(path, answer, matrix, asked)
    from tfdoctor.model.findings import diagnosis
    from tfdoctor.render.model.view import view

    found = diagnosis(answer.model, answer.targets)
    shown = view(answer, found, matrix)
    _say(shown, form, no_color=no_color, quiet=quiet, verbose=verbose)
    code = _output.exit_code([found], fail_on)
    raise typer.Exit(max(code, _output.status_code("error", fail_on)) if _failed(answer) else code)


def _failed(answer: Answer) -> bool:
    """Whether the way that the model is meant for failed when it was tried, whatever was predicted."""
    from tfdoctor.model.meant import natural

    if answer.proof is None:
        return False
    first = natural(answer.model, answer.targets[0].verdicts)
    return any(first is not None and row.way == first.way and row.outcome == "fails" for row in answer.proof.trials)


def _say(shown: ModelView, form: ModelFormat, *, no_color: bool, quiet: bool, verbose: bool) -> None:
    if form is ModelFormat.JSON:
        from tfdoctor.render.model import json_v1

        _output.emit(json_v1.document(shown))
    elif form is ModelFormat.HTML:
        from tfdoctor.render.model import html

        _output.emit(html.document(shown))
    else:
        from tfdoctor.render.model import text

        _output.draw(lambda console: text.show(console, shown, quiet=quiet, verbose=verbose), no_color=no_color)


def _write(script: Path, answer: Answer, matrix: Matrix) -> None:
    """Write the script that saves the model anew, never over another file.

    Raises:
        UsageError: there is nothing to script, or the file can't be written.
    """
    from tfdoctor.model.cures.script import script_for
    from tfdoctor.model.judge import judge

    judged = answer.targets[0]

    def ask(model: SavedModel, target: Target) -> tuple[Verdict, ...]:
        return () if judged.crashed else judge(model, target, matrix)

    text = script_for(answer.model, judged.target, matrix, ask, script.name)
    try:
        with script.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"--script {script}: this file is already there; nothing was written") from None
    except OSError as error:
        raise UsageError(f"--script {script}: {error.strerror or error}") from None
    _output.complain(f"{script} was written: read it before you run it")
