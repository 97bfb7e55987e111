"""A plan as a requirements file of pip and uv."""

from collections.abc import Iterator

from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Plan
from tfdoctor.render.plan import _words, pins, steps


def document(plan: Plan, matrix: Matrix, *, hashes: bool = False) -> str:
    """Return the file: what it is for as comments, then every distribution of the closure as an exact pin.

    Raises:
        UsageError: a hash is asked for and not known.
    """
    return _words.comment([*_words.heading(plan, matrix), *_how(plan, matrix)]) + lines(plan, matrix, hashes=hashes)


def lines(plan: Plan, matrix: Matrix, *, hashes: bool = False) -> str:
    """Return the pins alone, a line each.

    Raises:
        UsageError: a hash is asked for and not known.
    """
    if not hashes:
        return "".join(f"{line}\n" for line in plan.requirements)
    known = pins.files(plan, matrix)
    return "".join(f"{line} \\\n    --hash=sha256:{known[line].sha256}\n" for line in plan.requirements)


def _how(plan: Plan, matrix: Matrix) -> Iterator[str]:
    against = list(pins.against_metadata(plan, matrix))
    yield f"{_words.whole(plan)} Install it with:"
    yield "  python -m pip install --no-deps -r THIS-FILE"
    if against:
        yield "Without --no-deps an installer refuses it, for it goes against what is declared:"
        yield from (f"  {text}" for text in against)
    kinds = {step.kind for step in plan.steps}
    for kind, what in _BESIDE.items():
        if kind in kinds:
            yield f"The plan also {what}: --format sh has it."
    if _words.uses_conda(plan):
        yield f"The plan also needs what conda brings from {', '.join(steps.channels(plan))}: --format conda has it."


_BESIDE = {
    "uninstall": "uninstalls distributions first",
    "delete": "deletes files first",
    "link": "gives libraries further names",
    "set-variable": "sets variables",
    "unset-variable": "removes variables",
}
