"""A plan as an environment.yml of conda, mamba and micromamba."""

import json
from collections.abc import Iterator

from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Plan, Step
from tfdoctor.render.plan import _words, dialects, pins, steps


def document(plan: Plan, matrix: Matrix) -> str:
    """Return the file: Python and what conda brings, everything else through pip.

    Conda takes the values of variables literally, and an old value goes. So only those are in the file that replace
    it and do not name the environment's own folder, which is not known before the environment exists; what to do about
    the others, and about links, stands in the comments.
    """
    parts = [
        _words.comment([*_words.heading(plan, matrix), *_how(plan, matrix)]),
        f"name: {name(plan)}\n",
        "channels:\n",
        *(f"  - {_scalar(row)}\n" for row in _channels(plan)),
        "dependencies:\n",
        *(f"  - {_scalar(spec)}\n" for spec in steps.conda_specs(plan)),
    ]
    if plan.requirements:
        parts += ["  - pip:\n", *(f"      - {_scalar(line)}\n" for line in plan.requirements)]
    literal = [step for step in _words.variables(plan) if _is_literal(step)]
    if literal:
        parts += ["variables:\n", *(f"  {step.variable}: {_scalar(step.value, always=True)}\n" for step in literal)]
    return "".join(parts)


def name(plan: Plan) -> str:
    """Return the name of the environment."""
    return f"tf{plan.chosen.version}-py{_words.python_minor(plan)}"


def _channels(plan: Plan) -> tuple[str, ...]:
    named = steps.channels(plan)
    return named if "defaults" in named else (*named, "nodefaults")


def _is_literal(step: Step) -> bool:
    return step.kind == "set-variable" and not step.prepend and not dialects.has_placeholder(step.value)


def _how(plan: Plan, matrix: Matrix) -> Iterator[str]:
    windows = plan.chosen.os == "windows"
    make = "conda env create -f environment.yml"
    yield f"{_words.whole(plan)} Make the environment with:"
    yield f'  $env:PIP_NO_DEPS = "1"; {make}' if windows else f"  PIP_NO_DEPS=1 {make}"
    against = list(pins.against_metadata(plan, matrix))
    if against:
        yield "Without PIP_NO_DEPS pip refuses it, for it goes against what is declared:"
        yield from (f"  {text}" for text in against)
    if _words.in_place(plan):
        yield "This is a new environment with the pins that the repair ends with, not the repair."
    for step in plan.steps:
        if step.kind == "manual":
            yield f"By hand: {_words.line(step.text)}"
    once, always = _commands(plan)
    if once:
        yield f"Then, once, after `conda activate {name(plan)}`:"
        yield from (f"  {line}" for line in once)
    if always:
        yield f"Then, after each `conda activate {name(plan)}` (conda would lose what a variable held before):"
        yield from (f"  {line}" for line in always)


def _commands(plan: Plan) -> tuple[list[str], list[str]]:
    """Return what no environment.yml can hold: the commands for once, and those for every activation."""
    speech = dialects.dialect(plan)
    if speech.name == "powershell":
        prefix, inside = "${env:CONDA_PREFIX}", "\\Lib\\site-packages"
    else:
        prefix, inside = "$CONDA_PREFIX", f"/lib/python{_words.python_minor(plan)}/site-packages"
    site, once, always = f"{prefix}{inside}", [], []
    for step in plan.steps:
        match step.kind:
            case "link":
                once.append(steps.link(step, speech, site=site, prefix=prefix))
            case "set-variable" if step.prepend:
                always.append(steps.assignment(step, plan.chosen.os, speech, site=site, prefix=prefix))
            case "set-variable" if not _is_literal(step):
                value = speech.value(step.value, site=site, prefix=prefix)
                once.append(f'conda env config vars set "{step.variable}={value}"')
            case "unset-variable":
                always.append(speech.unset.format(variable=step.variable))
            case _:
                pass
    return once, always


def _scalar(text: str, *, always: bool = False) -> str:
    """Return a YAML scalar: plain where nothing in it means something to YAML, else a double-quoted one."""
    plain = not always and all(sign.isalnum() or sign in "_.=+-/!" for sign in text) and text[:1].isalnum()
    return text if plain else json.dumps(text)
