"""The steps of a plan as single commands, for the shell of the machine that the plan is for."""

import msgspec

from tfdoctor.plan.model import CONDA_FORGE, Plan, Step
from tfdoctor.render.plan import _words
from tfdoctor.render.plan.dialects import Dialect, dialect

SITE = "import sysconfig; print(sysconfig.get_path('purelib'))"
PREFIX = "import sys; print(sys.prefix)"


def commands(step: Step, plan: Plan) -> tuple[str, ...]:
    """Return the commands that carry out a step, in order; none where only a person can do it.

    Those of a new environment are for the working folder that it is made in; those of a repair name the patient's
    Python.
    """
    speech = dialect(plan)
    where = _Where(plan, speech)
    match step.kind:
        case "get-python":
            return () if where.conda else (f"uv python install {step.python or where.minor}",)
        case "create-environment":
            return (_create(step, plan, where),)
        case "uninstall":
            return (*_pip(step, where), f"{where.python} -m pip uninstall -y {speech.joined(step.distributions)}")
        case "delete":
            paths = (speech.path(path, site=where.site, prefix=where.prefix) for path in step.paths)
            return (speech.delete.format(paths=(", " if speech.name == "powershell" else " ").join(paths)),)
        case "install":
            return _install(step, where)
        case "link":  # only plans for Linux have them
            return (link(step, speech, site=where.site, prefix=where.prefix),)
        case "set-variable":
            return (_set(step, plan.chosen.os, where),)
        case "unset-variable":
            return (speech.unset.format(variable=step.variable),)
        case "manual":
            return ()


def install_from(file: str, step: Step, plan: Plan) -> tuple[str, ...]:
    """Return the commands of an install step, its requirements taken from a file."""
    where = _Where(plan, dialect(plan))
    short = msgspec.structs.replace(step, requirements=())
    install = f"{where.python} -m pip install{pip_options(step)} -r {where.speech.quote(file)}"
    return (*_install(short, where), *_pip(step, where), install)


def conda_specs(plan: Plan) -> tuple[str, ...]:
    """Return everything that conda brings, Python and pip first."""
    brought = (spec for step in plan.steps for spec in step.conda)
    return (f"python={_words.python_minor(plan)}", "pip", *dict.fromkeys(brought))


def channels(plan: Plan) -> tuple[str, ...]:
    """Return the channels of everything that conda brings, in their order."""
    return tuple(dict.fromkeys(name for step in plan.steps for name in step.channels)) or CONDA_FORGE


def channel_options(plan: Plan) -> str:
    """Return the options that let conda use the plan's channels alone."""
    return " ".join(("--override-channels", *(f"-c {name}" for name in channels(plan))))


def pip_options(step: Step) -> str:
    """Return the options of `pip install` that a step asks for, a space before each."""
    return ("" if step.dependencies else " --no-deps") + (" --force-reinstall" if step.reinstall else "")


class _Where:
    """The environment in a dialect: its Python, its folder and site-packages as expressions."""

    def __init__(self, plan: Plan, speech: Dialect) -> None:
        self.speech = speech
        self.new = not _words.in_place(plan)
        self.conda = _words.uses_conda(plan)
        self.channels = channel_options(plan)
        self.folder = _words.folder(plan)
        self.minor = _words.python_minor(plan)
        slash = "\\" if speech.name == "powershell" else "/"
        if self.new:
            inside = speech.conda_python if self.conda else speech.python
            self.python = f"{speech.call}{speech.quote(f'{self.folder}{slash}{inside}')}"
            self.prefix = speech.here.format(self.folder)
            self.site = f"{self.prefix}{slash}{speech.site.format(self.minor)}"
        else:
            self.python = f"{speech.call}{speech.quote(_words.interpreter(plan) or 'python')}"
            self.prefix = f'$({self.python} -c "{PREFIX}")'
            self.site = f'$({self.python} -c "{SITE}")'


def _create(step: Step, plan: Plan, where: _Where) -> str:
    speech = where.speech
    if where.conda:
        return f'conda create -y -p "{where.prefix}" {where.channels} {speech.joined(conda_specs(plan))}'
    if step.interpreter:
        return f"{speech.call}{speech.quote(step.interpreter)} -m venv {where.folder}"
    return f"uv venv --seed --python {step.python or where.minor} {where.folder}"


def _install(step: Step, where: _Where) -> tuple[str, ...]:
    speech, lines = where.speech, []
    if step.conda and not where.new:  # a new environment is created with them
        lines.append(f'conda install -y -p "{where.prefix}" {where.channels} {speech.joined(step.conda)}')
    if step.requirements:
        lines += _pip(step, where)
        lines.append(f"{where.python} -m pip install{pip_options(step)} {speech.joined(step.requirements)}")
    return tuple(lines)


def _pip(step: Step, where: _Where) -> tuple[str, ...]:
    """Return the command that brings pip, where a step found none."""
    return (f"{where.python} -m ensurepip",) if step.ensurepip else ()


def _set(step: Step, os: str, where: _Where) -> str:
    return assignment(step, os, where.speech, site=where.site, prefix=where.prefix)


def link(step: Step, speech: Dialect, *, site: str, prefix: str) -> str:
    """Return the command that makes a step's link."""
    return f"ln -sf {speech.quote(step.value)} {speech.path(step.paths[0], site=site, prefix=prefix)}"


def assignment(step: Step, os: str, speech: Dialect, *, site: str, prefix: str) -> str:
    """Return the command that sets a step's variable; what a list held before stays behind the new part."""
    value = speech.value(step.value, site=site, prefix=prefix)
    between = _words.joiner(step, os)
    if between:
        value += speech.rest.format(variable=step.variable, between=between)
    return speech.set.format(variable=step.variable, value=value)
