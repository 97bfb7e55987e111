"""A comparison as an indented JSON document (schema version 1)."""

import msgspec

from tfdoctor.render.compare.view import ComparisonView
from tfdoctor.render.safe import json_text


def document(comparison: ComparisonView) -> str:
    """Return the document."""
    return json_text(msgspec.json.format(msgspec.json.encode(comparison), indent=2).decode())
