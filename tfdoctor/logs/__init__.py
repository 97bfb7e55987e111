"""Log text → events, by the signatures of the matrix."""

from dataclasses import replace

from tfdoctor.logs._engine import scan
from tfdoctor.logs._events import Event, Events
from tfdoctor.matrix.signatures import Signatures

__all__ = ["Event", "Events", "read"]


def read(text: str, signatures: Signatures) -> Events:
    """Return the events of a log."""
    return _completed(scan(text, signatures)) if text else Events()


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
    return Events(found, events.left_out, events.dropped, events.untried)


def _source(event: Event, statements: tuple[Event, ...]) -> str:
    for statement in reversed(statements):
        names = {name.strip() for name in statement["names"].split(",")}
        if 0 < event.line - statement.line <= _NEAR and event["symbol"] in names:
            return statement["source"]
    return ""
