"""A plan as an environment.yml of conda, mamba and micromamba."""

import json
from collections.abc import Iterator

from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Plan, Step
from tfdoctor.render.plan import _words, dialects, pins, steps


def document(plan: Plan, matrix: Matrix) -> str:
    """Return the file: Python and what conda brings from conda-forge, everything else through pip.

    A variable that names the environment's own folder is not known before the environment exists, and conda takes
    values literally: how to set it afterwards stands in the comments.
    """
    parts = [
        _words.comment([*_words.heading(plan, matrix), *_how(plan, matrix)]),
        f"name: {name(plan)}\n",
        "channels:\n  - conda-forge\n  - nodefaults\n",
        "dependencies:\n",
        *(f"  - {_scalar(spec)}\n" for spec in steps.conda_specs(plan)),
    ]
    if plan.requirements:
        parts += ["  - pip:\n", *(f"      - {_scalar(line)}\n" for line in plan.requirements)]
    literal = [step for step in _words.variables(plan) if step.value and not dialects.has_placeholder(step.value)]
    if literal:
        parts += ["variables:\n", *(f"  {step.variable}: {_scalar(step.value, always=True)}\n" for step in literal)]
    return "".join(parts)


def name(plan: Plan) -> str:
    """Return the name of the environment."""
    return f"tf{plan.chosen.version}-py{_words.python_minor(plan)}"


def _how(plan: Plan, matrix: Matrix) -> Iterator[str]:
    windows = plan.chosen.os == "windows"
    make = "conda env create -f environment.yml"
    yield "The closure is whole, so pip need not look at dependencies. Make the environment with:"
    yield f'  $env:PIP_NO_DEPS = "1"; {make}' if windows else f"  PIP_NO_DEPS=1 {make}"
    against = list(pins.against_metadata(plan, matrix))
    if against:
        yield "Without PIP_NO_DEPS pip refuses it, for it goes against what is declared:"
        yield from (f"  {text}" for text in against)
    placed = [step for step in _words.variables(plan) if dialects.has_placeholder(step.value)]
    if placed:
        yield f"Then, once, after `conda activate {name(plan)}`:"
        yield from (f"  {_later(step, plan)}" for step in placed)


def _later(step: Step, plan: Plan) -> str:
    speech = dialects.dialect(plan)
    if speech.name == "powershell":
        prefix, inside = "${env:CONDA_PREFIX}", "\\Lib\\site-packages"
    else:
        prefix, inside = "$CONDA_PREFIX", f"/lib/python{_words.python_minor(plan)}/site-packages"
    value = speech.value(step.value, site=f"{prefix}{inside}", prefix=prefix)
    return f'conda env config vars set "{step.variable}={value}"'


def _scalar(text: str, *, always: bool = False) -> str:
    """Return a YAML scalar: plain where nothing in it means something to YAML, else a double-quoted one."""
    plain = not always and all(sign.isalnum() or sign in "_.=+-/!" for sign in text) and text[:1].isalnum()
    return text if plain else json.dumps(text)
