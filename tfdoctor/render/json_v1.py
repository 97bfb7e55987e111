"""A diagnosis as JSON (schema version 1): indented for one, one line each for many."""

import msgspec

from tfdoctor.render.view import DiagnosisView


def document(diagnosis: DiagnosisView) -> str:
    """Return one diagnosis as an indented JSON document."""
    return msgspec.json.format(msgspec.json.encode(diagnosis), indent=2).decode()


def line(diagnosis: DiagnosisView) -> str:
    """Return one diagnosis as one line of JSON."""
    return msgspec.json.encode(diagnosis).decode()
