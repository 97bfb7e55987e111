"""`tfdoctor plan --online`: the same plan, its closure asked of the index that the user has configured."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tfdoctor.errors import NoPlanError

if TYPE_CHECKING:
    from tfdoctor.matrix import Matrix
    from tfdoctor.plan.model import Plan, Situation


def asked_online(plan: Plan, situation: Situation, matrix: Matrix) -> Plan:
    """Return the plan with the versions that the real index leads to.

    Raises:
        CannotApplyError: there is no uv, or the index cannot be reached.
        NoPlanError: the real index cannot keep everything together; the text is uv's explanation.
    """
    from packaging.utils import canonicalize_name

    from tfdoctor.apply.online import Contradiction, Question, resolve
    from tfdoctor.facts import known
    from tfdoctor.plan.machine import Machine
    from tfdoctor.plan.online import answered, ask

    wanted = ask(plan, Machine(situation.snapshot, matrix), matrix)
    question = Question(
        requirements=wanted.requirements,
        constraints=wanted.constraints,
        preferred=wanted.preferred,
        python=wanted.python,
        platform=wanted.platform,
        system=wanted.system,
        interpreter=next((step.interpreter for step in plan.steps if step.interpreter), ""),
    )
    found = resolve(question, dict(os.environ))
    if isinstance(found, Contradiction):
        raise NoPlanError(f"your index has no versions that go together: {found.text}")
    there = known(situation.snapshot.installation.distributions) or () if plan.target.repair else ()
    installed: dict[str, str] = {
        canonicalize_name(item.name): known(item.version) or "" for item in there if not item.shadowed
    }
    return answered(plan, found.pins, installed)
