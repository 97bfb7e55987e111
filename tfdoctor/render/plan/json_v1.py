"""A plan as JSON (schema version 1), indented."""

import msgspec

from tfdoctor.matrix import Matrix
from tfdoctor.plan.model import Answer
from tfdoctor.render.plan.view import view


def document(answer: Answer, matrix: Matrix, options: tuple[str, ...] = ()) -> str:
    """Return an answer as one JSON document; `options` are words of the command line that no plan holds."""
    return msgspec.json.format(msgspec.json.encode(view(answer, matrix, options)), indent=2).decode() + "\n"
