"""What changed between two releases as JSON (schema version 1)."""

import msgspec

from tfdoctor.render.drift.view import DriftView
from tfdoctor.render.safe import encodable, harmless, json_text


def document(answer: DriftView) -> str:
    """Return the answer as an indented JSON document; texts of strangers cannot drive a terminal."""
    data = msgspec.json.encode(harmless(answer, encodable))
    return json_text(msgspec.json.format(data, indent=2).decode())
