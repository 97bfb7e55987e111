"""A plan in every form: one file an output, all made of the same Answer."""

from collections.abc import Mapping
from typing import Literal

from tfdoctor.errors import NoPlanError, UsageError
from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Answer, NoPlan

Form = Literal["json", "requirements", "conda", "sh", "powershell", "dockerfile", "pylock"]


def render(  # noqa: PLR0913  the last three are for some forms only
    answer: Answer,
    form: Form,
    matrix: Matrix,
    *,
    hashes: bool = False,
    urls: Mapping[str, str] | None = None,
    options: tuple[str, ...] = (),
) -> str:
    """Return an answer in a form; text for people is in `tfdoctor.render.plan.text`.

    Args:
        answer: a plan, or why there is none: only JSON can say that.
        form: the output.
        matrix: the tables that the answer was made from; files and hashes are read from its locks.
        hashes: pin every file by its hash, where the form has pins as text (requirements, sh, powershell, dockerfile).
        urls: for pylock, where each file is to be had, by file name; without it the lock names local files.
        options: for JSON, words of the user's command line that no plan holds, to repeat in commands: `--machine X`.

    Raises:
        NoPlanError: there is no plan, and the form can only hold one.
        UsageError: the form cannot hold this plan; the message says why.
    """
    if form == "json":
        from tfdoctor.render.plan import json_v1

        return json_v1.document(answer, matrix, options)
    if isinstance(answer, NoPlan):
        raise NoPlanError(f"no plan: {answer.reason}")
    match form:
        case "requirements":
            from tfdoctor.render.plan import requirements

            return requirements.document(answer, matrix, hashes=hashes)
        case "conda":
            if hashes:
                raise UsageError("an environment.yml has no place for hashes: ask for requirements or pylock")
            from tfdoctor.render.plan import conda

            return conda.document(answer, matrix)
        case "sh":
            from tfdoctor.render.plan import sh

            return sh.document(answer, matrix, hashes=hashes)
        case "powershell":
            from tfdoctor.render.plan import powershell

            return powershell.document(answer, matrix, hashes=hashes)
        case "dockerfile":
            from tfdoctor.render.plan import dockerfile

            return dockerfile.document(answer, matrix, hashes=hashes)
        case "pylock":
            from tfdoctor.render.plan import pylock

            return pylock.document(answer, matrix, urls=urls)
