"""What several forms of a plan say: its heading, its command line, its folder."""

import shlex
from collections.abc import Iterator

from tfdoctor import __version__
from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Chosen, Plan, Step, Target

_FLAGS = {"XLA_FLAGS", "TF_XLA_FLAGS"}  # several options with a space between; other lists hold paths


def in_place(plan: Plan) -> bool:
    """Say whether the plan changes an environment that exists."""
    return all(step.kind != "create-environment" for step in plan.steps)


def uses_conda(plan: Plan) -> bool:
    """Say whether the plan needs a conda environment."""
    return any(step.conda for step in plan.steps)


def folder(plan: Plan) -> str:
    """Return the name of the folder that a new environment is made in where nothing else is said."""
    return f".venv-tf{plan.chosen.version}"


def interpreter(plan: Plan) -> str:
    """Return the interpreter that the plan names; "" where one has to be got, or is not known."""
    return next((step.interpreter for step in plan.steps if step.interpreter), "")


def python_minor(plan: Plan) -> str:
    """Return the minor version of the plan's Python, "3.9"."""
    return ".".join(plan.chosen.python.split(".")[:2])


def variables(plan: Plan) -> tuple[Step, ...]:
    """Return the steps that set or remove a variable."""
    return tuple(step for step in plan.steps if step.kind in {"set-variable", "unset-variable"})


def line(text: str) -> str:
    """Return a text as one line."""
    return " ".join(text.split())


def joiner(step: Step, os: str) -> str | None:
    """Return what stands between a new value and an older one that stays behind it; None where none stays."""
    if not step.prepend:
        return None
    return " " if step.variable in _FLAGS else ";" if os == "windows" else ":"


def title(chosen: Chosen) -> str:
    """Return what is installed and where, in one line."""
    extra = f"[{chosen.extra}]" if chosen.extra else ""
    return f"{chosen.distribution}{extra} {chosen.version} on CPython {chosen.python}, {chosen.platform}, {use(chosen)}"


def use(chosen: Chosen) -> str:
    """Return "CPU", or the GPU and what it computes with."""
    if chosen.accelerator == "cpu":
        return "CPU"
    versions = [f"{name} {value}" for name, value in (("CUDA", chosen.cuda), ("cuDNN", chosen.cudnn)) if value]
    return f"GPU ({', '.join((chosen.gpu or 'any that fits', *versions))})"


def asked(target: Target) -> str:
    """Return what was asked for, in words."""
    newest = "what is there, repaired" if target.repair else "the newest TensorFlow that fits"
    parts = [f"tensorflow {target.tensorflow}" if target.tensorflow else newest]
    if target.python:
        parts.append(f"Python {target.python}")
    if target.accelerator:
        parts.append(target.accelerator.upper())
    if target.extras:
        parts.append(f"with {', '.join(target.extras)}")
    if target.requirements:
        number = len(target.requirements)
        parts.append(f"{number} line{'s' if number > 1 else ''} of requirements")
    if target.unjudged:
        parts.append(f"{', '.join(target.unjudged)} (not judged)")
    if target.as_of:
        parts.append(f"as of {target.as_of}")
    if target.repair and target.tensorflow:
        parts.append("as a repair of what is there")
    return ", ".join(parts)


def command(plan: Plan, options: tuple[str, ...] = ()) -> str:
    """Return the command line that asks for just this plan; `options` are words that no plan holds (`--machine X`)."""
    chosen, target = plan.chosen, plan.target
    words = ["tfdoctor", "plan", "--target", chosen.version]
    if target.repair:
        words.append("--repair")
    else:
        words += ["--python", python_minor(plan), f"--{chosen.accelerator}"]
    if target.extras:
        words += ["--with", ",".join(target.extras)]
    if target.as_of:
        words += ["--as-of", target.as_of]
    return shlex.join((*words, *options))


def heading(plan: Plan, matrix: Matrix) -> Iterator[str]:
    """Yield the lines that head every file made from a plan: what, for whom, how sure."""
    yield f"{title(plan.chosen)}"
    yield f"Asked for: {asked(plan.target)}. Planned by tfdoctor {__version__}, matrix {matrix.version}."
    yield f"Basis: {plan.basis}."
    for row in plan.evidence:
        yield f"{row.about} ({row.basis}): {line(row.text)}"
    for note in plan.notes:
        yield f"Note: {line(note)}"
    for left in plan.unresolved:
        yield f"Not resolved: {left.name}: {line(left.because)}"


def whole(plan: Plan) -> str:
    """Return what a file says of its pins: whether they are all, so that no dependencies are to be looked at."""
    if not plan.unresolved:
        return "The closure is whole: dependencies need not be looked at."
    names = ", ".join(dict.fromkeys(left.name for left in plan.unresolved))
    return f"Not settled: {names} (see above); what they need may be missing."


def comment(lines: Iterator[str] | list[str], mark: str = "#") -> str:
    """Return lines as comments, each ended."""
    return "".join(f"{mark} {line}".rstrip() + "\n" for line in lines)
