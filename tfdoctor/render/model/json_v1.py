"""An answer on a saved model as JSON (schema version 1)."""

import msgspec

from tfdoctor.render.model.view import ModelView
from tfdoctor.render.safe import json_text


def document(answer: ModelView) -> str:
    """Return the answer as an indented JSON document; texts of strangers cannot drive a terminal."""
    return json_text(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
