"""A plan that was carried out: where the environment is, how to start it, what it was found to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tfdoctor.plan.model import SCHEMA_VERSION
from tfdoctor.render.plan.view import PlanView
from tfdoctor.render.view import DiagnosisView

if TYPE_CHECKING:
    from rich.console import Console


class EnvironmentView(msgspec.Struct, frozen=True, kw_only=True):
    """The environment that was made or changed.

    `start` is the shell command that starts it, `variables` what a program needs that is run without it, `undo` the
    file that says what was installed before.
    """

    python: str
    prefix: str
    start: str
    variables: dict[str, str]
    undo: str | None


class AppliedView(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that was carried out, and the diagnosis of the result, with TensorFlow loaded."""

    schema_version: int
    plan: PlanView
    environment: EnvironmentView
    diagnosis: DiagnosisView


def document(plan: PlanView, environment: EnvironmentView, diagnosis: DiagnosisView) -> str:
    """Return all of it as one JSON document."""
    whole = AppliedView(schema_version=SCHEMA_VERSION, plan=plan, environment=environment, diagnosis=diagnosis)
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def show(console: Console, environment: EnvironmentView) -> None:
    """Say how to use the environment."""
    console.print()
    console.print(f"The environment is {environment.prefix}", soft_wrap=True)
    console.print(f"  $ {environment.start}", soft_wrap=True)
    for name, value in environment.variables.items():
        said = f"set {name}={value}" if value else f"unset {name}"
        console.print(f"  without it: {said}", soft_wrap=True)
    if environment.undo:
        console.print(f"What was installed before is listed in {environment.undo}", soft_wrap=True)
