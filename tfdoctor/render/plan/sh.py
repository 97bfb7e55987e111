"""A plan as a script of a POSIX shell, which needs nothing but Python and pip (or conda, where the plan has specs)."""

import shlex

from tfdoctor.errors import UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Plan, Step
from tfdoctor.render.plan import _sh, _words, requirements, steps
from tfdoctor.render.plan.dialects import POSIX


def document(plan: Plan, matrix: Matrix, *, hashes: bool = False) -> str:
    """Return the script.

    It can be run again: what is there is kept. For a new environment it takes the folder as its argument and writes
    variables into that environment's own activation; for a repair it takes the interpreter from PYTHON and prints the
    variables. A file of the user's shell is never touched.

    Raises:
        UsageError: the plan is for Windows, or a hash is asked for and not known.
    """
    if plan.chosen.os == "windows":
        raise UsageError("the plan is for Windows: ask for the form powershell")
    new, conda = not _words.in_place(plan), _words.uses_conda(plan)
    pins = requirements.lines(plan, matrix, hashes=True) if hashes else ""
    parts = []
    for number, step in enumerate(plan.steps, 1):
        body = _step(step, plan, new=new, pins=pins)
        if body:
            parts.append(f"\n{_words.comment([f'{number}. {_words.line(step.text)}'])}{body}")
    parts.append(_variables(plan, conda=conda) if new else _told(plan))
    head = f"#!/bin/sh\n{_words.comment(_words.heading(plan, matrix))}{_sh.HEAD}"
    body = "".join(parts)
    return head + _start(plan, new=new, conda=conda) + _folders(body) + body + _end(new=new, conda=conda)


def _start(plan: Plan, *, new: bool, conda: bool) -> str:
    found = shlex.quote(_words.interpreter(plan)) if _words.interpreter(plan) else ""
    if not new:
        return _sh.THERE.format(python=found or "python") + _sh.PIP
    made = (_sh.CONDA if conda else _sh.VENV).format(
        minor=_words.python_minor(plan),
        found=f"{found} " if found else "",
        options=steps.channel_options(plan),
        specs=POSIX.joined(steps.conda_specs(plan)),
    )
    return _sh.NEW.format(folder=shlex.quote(_words.folder(plan))) + made + _sh.PIP


def _folders(body: str) -> str:
    """Return the assignments of the environment's folders that the rest of the script names."""
    known = {"site": steps.SITE, "prefix": steps.PREFIX}
    return "".join(f'{name}=$("$python" -c "{code}")\n' for name, code in known.items() if f"${name}" in body)


def _step(step: Step, plan: Plan, *, new: bool, pins: str) -> str:
    match step.kind:
        case "uninstall":
            return f'"$python" -m pip uninstall -y {POSIX.joined(step.distributions)}\n'
        case "delete":
            paths = (POSIX.path(path, site="$site", prefix="$prefix") for path in step.paths)
            return f"rm -rf -- {' '.join(paths)}\n"
        case "link":
            return f"{steps.link(step, POSIX, site='$site', prefix='$prefix')}\n"
        case "install":
            conda = f'conda install -y -p "$prefix" {steps.channel_options(plan)} {POSIX.joined(step.conda)}\n'
            return (conda if step.conda and not new else "") + _pins(step, plan, pins)
        case "manual":
            return f"printf '%s\\n' {shlex.quote(f'By hand: {_words.line(step.text)}')}\n"
        case _:  # made at the start, or told at the end
            return ""


def _pins(step: Step, plan: Plan, hashed: str) -> str:
    if not step.requirements:
        return ""
    whole = hashed and step.requirements == plan.requirements
    known = hashed if whole else "".join(f"{line}\n" for line in step.requirements)
    return f"install{steps.pip_options(step)} <<'END'\n{known}END\n"


def _variables(plan: Plan, *, conda: bool) -> str:
    """Return the part that writes variables into the new environment's own activation."""
    prefix = "$CONDA_PREFIX" if conda else "$VIRTUAL_ENV"
    site = f"{prefix}/lib/python{_words.python_minor(plan)}/site-packages"
    change, restore = [], []
    for step in _words.variables(plan):
        if step.kind == "set-variable":
            command = steps.assignment(step, plan.chosen.os, POSIX, site=site, prefix=prefix)
        else:
            command = POSIX.unset.format(variable=step.variable)
        if conda and step.variable == "PATH":  # conda takes its own folders away before, and would get them back
            change.append(f"{command}\n")
            continue
        change.append(_sh.KEEP.format(variable=step.variable) + command + "\n")
        restore.append(_sh.RESTORE.format(variable=step.variable))
    if not change:
        return ""
    return (_sh.CONDA_VARIABLES if conda else _sh.VENV_VARIABLES).format(
        change="".join(change), restore="".join(restore)
    )


def _told(plan: Plan) -> str:
    """Return the part of a repair that prints the variables to set."""
    lines = []
    for step in _words.variables(plan):
        if step.kind == "set-variable":
            command = steps.assignment(step, plan.chosen.os, POSIX, site="\0site", prefix="\0prefix")
        else:
            command = POSIX.unset.format(variable=step.variable)
        lines.append(command.replace("\\", "\\\\").replace("$", "\\$").replace("`", "\\`").replace("\0", "$"))
    return _sh.TOLD.format(lines="".join(f"    {line}\n" for line in lines)) if lines else ""


def _end(*, new: bool, conda: bool) -> str:
    if not new:
        return _sh.REPAIRED
    return _sh.READY.format(start='conda activate "$env"' if conda else '. "$env/bin/activate"')
