"""Log text → events. One module per family of messages; `read` knows them all."""

from dataclasses import replace

from tfdoctor.logs import cuda, python, system
from tfdoctor.logs._engine import Event, Events, Pattern, scan

__all__ = ["Event", "Events", "read"]

PATTERNS: tuple[Pattern, ...] = (*python.PATTERNS, *cuda.PATTERNS, *system.PATTERNS)


def read(text: str) -> Events:
    """Return the events of a log."""
    return _completed(scan(text, PATTERNS))


_NEAR = 3  # lines between a statement and its error: markers and the name of the exception


def _completed(events: Events) -> Events:
    """Add the module to "cannot import name" of Python 3.6 and older, which stands in the statement above it only."""
    statements = events.of("import-statement")
    if not statements:
        return events
    found: list[Event] = []
    for event in events:
        module = "" if event["module"] or event.kind != "name-missing" else _source(event, statements)
        found.append(replace(event, values={**event.values, "module": module}) if module else event)
    return Events(found)


def _source(event: Event, statements: tuple[Event, ...]) -> str:
    for statement in reversed(statements):
        names = {name.strip() for name in statement["names"].split(",")}
        if 0 < event.line - statement.line <= _NEAR and event["symbol"] in names:
            return statement["source"]
    return ""
