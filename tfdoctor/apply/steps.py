"""Carries out single steps of a plan in one environment."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from tfdoctor.apply import installer, removal, variables
from tfdoctor.apply.asked import Asked
from tfdoctor.apply.environment import Environment, describe, python_in
from tfdoctor.apply.outcome import CannotApplyError
from tfdoctor.apply.process import Tools
from tfdoctor.plan.model import CONDA_FORGE, Plan, Step


class Steps:
    """The steps of one plan, in their order.

    Attributes:
        current: the step at which it is; None before the first and behind the last.
        done: the steps that were carried out.
        manual: the steps that are left to a person.
    """

    def __init__(
        self, plan: Plan, asked: Asked, tools: Tools, scratch: Path, environment: Environment | None = None
    ) -> None:
        self.plan = plan
        self.asked = asked
        self.tools = tools
        self.scratch = scratch
        self.installer = installer.choose(tools)
        self.made = environment
        self.interpreter = ""
        self.current: Step | None = None
        self.done: list[Step] = []
        self.manual: list[Step] = []

    @property
    def environment(self) -> Environment:
        """The environment that is worked in."""
        if self.made is None:
            raise CannotApplyError("the plan installs before it makes an environment")
        return self.made

    def carry_out(self, where: Path) -> None:
        """Do all steps; `where` is the folder of a new environment.

        Raises:
            CannotApplyError: a step cannot be done here.
            ToolError: an installer failed.
            OSError: something could not be written or deleted.
        """
        for step in self.plan.steps:
            self.current = step
            self.asked.progress(step.text)
            (self.done if self._one(step, where) else self.manual).append(step)
        self.current = None
        wanted = variables.settings(self.plan.steps, self.environment)
        if wanted:
            variables.write(wanted, self.environment)

    def _one(self, step: Step, where: Path) -> bool:
        """Do one step; return whether it is done, and not left to a person."""
        match step.kind:
            case "get-python":
                self.interpreter = self._get_python(step)
            case "create-environment":
                self._create(step, where)
            case "uninstall":
                self._uninstall(step)
            case "delete":
                return self._delete(step)
            case "install":
                self._install(step)
            case "link":
                return self._link(step)
            case "set-variable" | "unset-variable":  # written at the end, together
                pass
            case "manual":
                return False
        return True

    def _get_python(self, step: Step) -> str:
        uv = installer.uv(self.asked.environ)
        if uv is None:
            raise CannotApplyError(f"there is no CPython {step.python} here, and no uv to get one with: {step.text}")
        if not self.asked.confirm(f"Let uv download CPython {step.python}?"):
            raise CannotApplyError(f"nothing was changed: there is no CPython {step.python} here: {step.text}")
        self.tools.run([uv, "python", "install", step.python])
        return self.tools.run([uv, "python", "find", "--managed-python", step.python], quiet=True).splitlines()[-1]

    def _create(self, step: Step, where: Path) -> None:
        where.parent.mkdir(parents=True, exist_ok=True)
        if step.conda:
            program = installer.conda(self.asked.environ)
            if program is None:
                raise CannotApplyError(f"this plan needs conda, mamba or micromamba, and none is on PATH: {step.text}")
            specs = (f"python={step.python}", "pip", *step.conda)
            self.tools.run([program, "create", "-y", "-p", str(where), *_channels(step), *specs])
        else:
            self.installer.create(self._interpreter(step), where)
        self.made = describe(python_in(where, conda=bool(step.conda)), self.tools)

    def _interpreter(self, step: Step) -> str:
        named = step.interpreter or self.interpreter
        found = named or shutil.which(f"python{step.python}", path=self.asked.environ.get("PATH", ""))
        if not found:
            raise CannotApplyError(f"there is no CPython {step.python} on PATH: {step.text}")
        return found

    def _uninstall(self, step: Step) -> None:
        self._forget(step.distributions)
        for _ in range(3):  # an installer may remove only one of several that have the same name
            there = {name for name, _ in removal.metadata(self.environment)}
            names = [name for name in step.distributions if removal.canonical(name) in there]
            if not names:
                return
            self.installer.uninstall(self.environment, names)

    def _delete(self, step: Step) -> bool:
        places = [removal.inside(path, self.environment) for path in step.paths]
        for path, place in zip(step.paths, places, strict=True):
            if place is None:
                self.asked.progress(f"left alone, since it is not in the environment's site-packages: {path}")
            else:
                removal.delete(place)
        return None not in places

    def _link(self, step: Step) -> bool:
        place = removal.inside(step.paths[0], self.environment)
        if place is None:
            self.asked.progress(f"not made, since it is not in the environment's site-packages: {step.paths[0]}")
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        removal.delete(place)
        place.symlink_to(step.value)
        return True

    def _install(self, step: Step) -> None:
        if step.conda and all(other.kind != "create-environment" for other in self.plan.steps):
            raise CannotApplyError(f"tfdoctor does not change an existing environment with conda: {step.text}")
        if step.conda:
            program = installer.conda(self.asked.environ) or "conda"
            self.tools.run([program, "install", "-y", "-p", self.environment.prefix, *_channels(step), *step.conda])
        if not step.requirements:
            return
        whole = self.asked.requirements and step.requirements == self.plan.requirements
        text = self.asked.requirements if whole else "".join(f"{line}\n" for line in step.requirements)
        file = self.scratch / "requirements.txt"
        file.write_text(text, encoding="utf-8")
        self._forget([removal.name_of(line) for line in step.requirements])
        self.installer.install(self.environment, file, dependencies=step.dependencies, reinstall=step.reinstall)

    def _forget(self, names: Sequence[str]) -> None:
        for path in removal.unlisted(self.environment, names):
            self.asked.progress(f"deleting {path.stem}, which has no list of its files")
            removal.forget(path, self.environment)


def _channels(step: Step) -> tuple[str, ...]:
    """Return the options that let conda use the step's channels alone."""
    return ("--override-channels", *(word for name in step.channels or CONDA_FORGE for word in ("-c", name)))
