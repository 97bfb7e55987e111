"""The command lines that ask for the plans that were offered in place of the one that does not exist."""

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tfdoctor.matrix.names import TENSORFLOW_DISTRIBUTIONS
from tfdoctor.plan.model import NoPlan, Plan, Target
from tfdoctor.render.plan import _words


def command(plan: Plan, answer: NoPlan, options: tuple[str, ...] = ()) -> str | None:
    """Return the command line that asks for a plan that was offered; None where none does.

    That is so where the machine has to change first, or where a wish that was given up cannot be left out: it stands in
    a file beside lines that only a file can hold.
    """
    if first(plan):
        return None
    kept, dropped = _kept(plan), set()
    if answer.target.repair and not kept.repair:
        dropped.add("--python")  # the environment that is not repaired
    if kept.requirements != answer.target.requirements:
        if kept.unjudged:
            return None
        dropped.add("-r")
        kept = msgspec.structs.replace(kept, extras=(*kept.extras, *kept.requirements), requirements=())
    pairs = zip(options[::2], options[1::2], strict=False)  # a flag without a value can only be the last word
    words = [word for pair in pairs if pair[0] not in dropped for word in pair]
    asks = msgspec.structs.replace(plan, target=kept)
    return _words.command(asks, (*words, *options[len(options) // 2 * 2 :]))


def first(plan: Plan) -> tuple[str, ...]:
    """Return what has to be done before the plan can be made: an alternative begins with it."""
    texts = []
    for step in plan.steps:
        if step.kind != "manual":
            break
        texts.append(_words.line(step.text))
    return tuple(texts)


def _kept(plan: Plan) -> Target:
    """Return the target without the user's own lines on TensorFlow that exclude the plan's release."""
    target = plan.target
    return msgspec.structs.replace(
        target,
        extras=tuple(line for line in target.extras if not _excludes(line, plan)),
        requirements=tuple(line for line in target.requirements if not _excludes(line, plan)),
    )


def _excludes(line: str, plan: Plan) -> bool:
    need = Requirement(line)
    named = canonicalize_name(need.name) in TENSORFLOW_DISTRIBUTIONS
    return named and not need.specifier.contains(plan.chosen.version, prereleases=True)
