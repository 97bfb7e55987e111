"""Log text → events. One module per family of messages; `read` knows them all."""

from tfdoctor.logs import cuda, python, system
from tfdoctor.logs._engine import Event, Events, Pattern, scan

__all__ = ["Event", "Events", "read"]

PATTERNS: tuple[Pattern, ...] = (*python.PATTERNS, *cuda.PATTERNS, *system.PATTERNS)


def read(text: str) -> Events:
    """Return the events of a log."""
    return scan(text, PATTERNS)
