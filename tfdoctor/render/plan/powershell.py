"""A plan as a script of PowerShell 5.1 or newer."""

from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Plan, Step
from tfdoctor.render.plan import _powershell, _words, requirements, steps
from tfdoctor.render.plan.dialects import POWERSHELL


def document(plan: Plan, matrix: Matrix, *, hashes: bool = False) -> str:
    """Return the script; it does what the one for POSIX shells does, on Windows and wherever PowerShell runs.

    Raises:
        UsageError: a hash is asked for and not known.
    """
    new, conda = not _words.in_place(plan), _words.uses_conda(plan)
    pins = requirements.lines(plan, matrix, hashes=True) if hashes else ""
    parts = [_words.comment(_words.heading(plan, matrix)), _start(plan, new=new, conda=conda)]
    for number, step in enumerate(plan.steps, 1):
        body = _step(step, plan, new=new, pins=pins)
        if body:
            parts.append(f"\n{_words.comment([f'{number}. {_words.line(step.text)}'])}{body}")
    parts.append(_variables(plan, conda=conda) if new else _told(plan))
    parts.append(_end(plan, new=new, conda=conda))
    return "".join(parts)


def _start(plan: Plan, *, new: bool, conda: bool) -> str:
    found = _words.interpreter(plan)
    if not new:
        there = _powershell.THERE.format(python=_literal(found or "python"), prefix=steps.PREFIX)
        return _powershell.HEAD + there + _powershell.PIP
    made = _powershell.CONDA if conda else _powershell.VENV
    body = made.format(
        minor=_words.python_minor(plan),
        found=f"{_literal(found)}, " if found else "",
        inside=_literal(_inside(plan, "python", conda=conda)),
        options=", ".join(map(_literal, steps.channel_options(plan).split())),
        specs=", ".join(map(_literal, steps.conda_specs(plan))),
    )
    head = _powershell.NEW.format(folder=_literal(_words.folder(plan)))  # param() has to come before all else
    return head + _powershell.HEAD + body + _powershell.PIP


def _inside(plan: Plan, file: str, *, conda: bool) -> str:
    """Return the path of a program or of Activate.ps1 within the environment."""
    if plan.chosen.os != "windows":
        return f"bin/{file}"
    name = f"{file}.exe" if file == "python" else file
    return name if conda else f"Scripts\\{name}"


def _step(step: Step, plan: Plan, *, new: bool, pins: str) -> str:
    match step.kind:
        case "uninstall":
            names = ", ".join(map(_literal, step.distributions))
            return f"Invoke-Checked $python @('-m', 'pip', 'uninstall', '-y', {names})\n"
        case "delete":
            paths = (f'"{POWERSHELL.value(path, site="${site}", prefix="${prefix}")}"' for path in step.paths)
            return _powershell.DELETE.format(paths=", ".join(paths))
        case "install":
            return _install(step, plan, new=new, hashed=pins)
        case "manual":
            return f"Write-Output {_literal(f'By hand: {_words.line(step.text)}')}\n"
        case _:  # made at the start, or told at the end
            return ""


def _install(step: Step, plan: Plan, *, new: bool, hashed: str) -> str:
    text = ""
    if step.conda and not new:
        words = ("install", "-y", "-p", *steps.channel_options(plan).split(), *step.conda)
        literal = ", ".join(map(_literal, words)).replace("'-p'", "'-p', $prefix")
        text = f"Invoke-Checked conda @({literal})\n"
    if step.requirements:
        whole = hashed and step.requirements == plan.requirements
        known = hashed if whole else "".join(f"{line}\n" for line in step.requirements)
        options = ", ".join(map(_literal, steps.pip_options(step).split()))
        text += f"Install-Pins -Options @({options}) -Pins @'\n{known}'@\n"
    return text


def _variables(plan: Plan, *, conda: bool) -> str:
    """Return the part that writes variables into the new environment's own activation."""
    windows = plan.chosen.os == "windows"
    prefix = "${env:CONDA_PREFIX}" if conda else "${env:VIRTUAL_ENV}"
    inside = "\\Lib\\site-packages" if windows else f"/lib/python{_words.python_minor(plan)}/site-packages"
    change, restore = [], []
    for step in _words.variables(plan):
        command = f"{_command(step, plan, site=f'{prefix}{inside}', prefix=prefix)}\n"
        if conda and step.variable == "PATH":  # conda takes its own folders away before, and would get them back
            change.append(command)
            continue
        change += [_powershell.KEEP.format(variable=step.variable), command]
        restore.append(_powershell.RESTORE.format(variable=step.variable))
    if not change:
        return ""
    part = _powershell.CONDA_VARIABLES if conda else _powershell.VENV_VARIABLES
    activate = _literal(_inside(plan, "Activate.ps1", conda=conda))
    return part.format(change="".join(change), restore="".join(restore), activate=activate)


def _told(plan: Plan) -> str:
    """Return the part of a repair that prints the variables to set."""
    lines = []
    for step in _words.variables(plan):
        command = _command(step, plan, site="\0{site}", prefix="\0{prefix}")
        lines.append(POWERSHELL.escape(command).replace('`"', '"').replace("\0", "$"))
    return _powershell.TOLD.format(lines="\n".join(f"    {line}" for line in lines)) if lines else ""


def _command(step: Step, plan: Plan, *, site: str, prefix: str) -> str:
    if step.kind == "set-variable":
        return steps.assignment(step, plan.chosen.os, POWERSHELL, site=site, prefix=prefix)
    return POWERSHELL.unset.format(variable=step.variable)


def _end(plan: Plan, *, new: bool, conda: bool) -> str:
    if not new:
        return _powershell.REPAIRED
    activate = POWERSHELL.escape(_inside(plan, "Activate.ps1", conda=conda))
    slash = "\\" if plan.chosen.os == "windows" else "/"
    start = 'conda activate "$prefix"' if conda else f'& "$Folder{slash}{activate}"'
    return _powershell.READY.format(start=start)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
