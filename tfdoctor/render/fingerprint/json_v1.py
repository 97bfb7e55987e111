"""A fingerprint as JSON (schema version 1)."""

import msgspec

from tfdoctor.render.fingerprint.view import FingerprintView
from tfdoctor.render.safe import json_text


def document(answer: FingerprintView) -> str:
    """Return the fingerprint as an indented JSON document; texts of strangers cannot drive a terminal."""
    return json_text(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
