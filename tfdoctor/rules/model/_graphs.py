"""Which rule explains what a log says of a graph: operations, attributes, TensorFlow 1, TensorFlow Lite."""

import re
from collections.abc import Callable
from typing import Final

from tfdoctor.diagnosis import Confidence
from tfdoctor.rules.model._cause import Cause
from tfdoctor.rules.model._facts import GRAPH_API, HUB, LITE, NEWER_GRAPH
from tfdoctor.rules.model._sides import Sides

PLUGIN: Final = "op-not-registered-missing-plugin-import"
ATTR: Final = "graphdef-attr-from-newer-producer"
SHAPES: Final = "tf1-savedmodel-shape-check"


def _op(view: Sides) -> Cause | None:
    """An operation of a plugin, of tf.contrib, or of a later TensorFlow; what is none of these is somebody's own."""
    events = view.case.events.of("op-unknown")
    if not events:
        return None
    name = events[0]["op"] or events[0]["name"]
    ops = view.case.matrix.graph_ops
    said = f"the operation {name!r}"
    core, contrib = ops.core(name), ops.contrib(name)
    writer, reader = view.writer.tensorflow, view.reader.tensorflow
    if ops.plugin(name) is not None:
        return Cause(name=PLUGIN, events=events, what=said, confidence="certain")
    early = writer is not None and writer.before("2")
    if contrib is not None and (core is None or early):
        return Cause(name=PLUGIN, events=events, what=said, confidence="certain" if core is None else "likely")
    if core is None:
        return Cause(name=PLUGIN, events=events, what=said, confidence="likely")
    if reader is not None and reader.since(core.since) and not view.newer:
        return None  # this TensorFlow has it: another program reads, or a build without it
    known = reader is not None and reader.before(core.since)
    return Cause(name=NEWER_GRAPH, events=events, what=said, confidence="certain" if known else "likely")


def _attr(view: Sides) -> Cause | None:
    events = view.case.events.of("attr-unknown")
    if not events:
        return None
    event = next((event for event in events if event["attr"]), events[0])
    said = f"the attribute {event['attr']!r} of {event['op']}" if event["attr"] else "an attribute of an operation"
    sure: Confidence = "certain" if event["attr"] and view.newer else "likely"
    if not event["attr"]:
        sure = "possible"
    return Cause(name=ATTR, events=(event,), what=said, confidence=sure)


def _versions(view: Sides) -> Cause | None:
    events = tuple(event for event in view.case.events.of("graph-versions") if not event["old"])
    newer = tuple(
        event
        for event in events
        if event["minimum"] or (event["producer"] and int(event["producer"]) > int(event["consumer"]))
    )
    return Cause(name=NEWER_GRAPH, events=newer, what="the graph", confidence="certain") if newer else None


def _shapes(view: Sides) -> Cause | None:
    events = view.case.events.of("graph-shapes-refused")
    return Cause(name=SHAPES, events=events, what="the shapes in the graph", confidence="likely") if events else None


def _hub(view: Sides) -> Cause | None:
    events = view.case.events.of("hub-format-refused")
    text = f"{view.log} {view.code} {view.words}".lower()
    direct = tuple(event for event in events if "object is not callable" not in event.text)
    loaded = tuple(event for event in events if "autotrackable" in event.text.lower())
    named = re.search(r"\bhub\b|tfhub|tensorflow_hub|keraslayer", text) is not None
    if not direct and not loaded and not (events and named):
        return None
    sure: Confidence = "likely" if direct or named else "possible"
    return Cause(name=HUB, events=direct or events, what="a module in the format of TensorFlow 1", confidence=sure)


def _api(view: Sides) -> Cause | None:
    events = view.case.events.of("graph-api-refused")
    reader = view.reader.tensorflow
    if not events or (reader is not None and reader.before("2")):
        return None
    sure: Confidence = "certain" if any("meta graphs" in event.text for event in events) else "likely"
    return Cause(name=GRAPH_API, events=events, what="code that loads a graph of TensorFlow 1", confidence=sure)


def _lite(view: Sides) -> Cause | None:
    events = view.case.events.of("lite-op-missing")
    if not events:
        return None
    event = events[0]
    said = f"version {event['version']} of the operation {event['op']}" if event["op"] else "an operation"
    first = event["version"] in {"", "1"} and bool(event["op"])
    older = "older version" in f"{event.text} {view.log}" or "old tflite binary" in view.log.lower()
    sure: Confidence = "possible" if first and not older else "likely"
    return Cause(name=LITE, events=events, what=said, confidence=sure)


_LOOKS: Final[tuple[Callable[[Sides], Cause | None], ...]] = (_op, _versions, _attr, _shapes, _hub, _api, _lite)


def graph_cause(view: Sides) -> Cause | None:
    """Return what explains the messages about a graph, or None."""
    for look in _LOOKS:
        found = look(view)
        if found is not None:
            return found
    return None
