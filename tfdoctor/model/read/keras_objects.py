"""What Keras wrote about its objects in a SavedModel.

TensorFlow 2.5 to 2.15 have keras_metadata.pb for it, 2.0 to 2.4 the object graph itself.
"""

import json
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tfdoctor.facts.saved import Keras, KerasObject, SavedObject
from tfdoctor.model.read import wire
from tfdoctor.model.read.source import DamagedError, Source

_FILE: Final = 256 << 20  # bytes of keras_metadata.pb
_OBJECTS: Final = 100_000
_TEXT: Final = 64 << 20  # bytes of metadata that are decoded
_KERAS: Final = "_tf_keras_"  # how the identifiers of Keras's objects begin


def file(source: Source) -> tuple[tuple[KerasObject, ...], list[str]]:
    """Read keras_metadata.pb (SavedMetadata); what is damaged becomes a remark."""
    found: list[KerasObject] = []
    remarks: list[str] = []
    walker = wire.Walker(source)
    room = _TEXT
    try:
        for field, offset, length in walker.fields(0, source.size):
            if field != 1 or length < 0:
                continue
            if len(found) >= _OBJECTS or length > room:
                remarks.append(f"{source.name}: read up to its entry {len(found)}")
                break
            room -= length
            found.append(_entry(walker.take(offset, length)))
    except DamagedError as error:
        remarks.append(str(error))
    return tuple(found), remarks


def _entry(data: bytes) -> KerasObject:
    found = wire.message(data)
    version = wire.message(wire.blob(found, 6))
    return KerasObject(
        node=wire.number(found, 2),
        path=wire.text(found, 3),
        identifier=wire.text(found, 4),
        producer=wire.number(version, 1) if 6 in found else None,
        min_consumer=wire.number(version, 2) if 6 in found else None,
        metadata=decoded(wire.blob(found, 5)),
    )


def graph(objects: Iterable[SavedObject]) -> tuple[KerasObject, ...]:
    """Return the objects of Keras in an object graph that carry metadata themselves."""
    found = []
    room = _TEXT
    for item in objects:
        if not item.identifier.startswith(_KERAS) or item.metadata is None or len(item.metadata) > room:
            continue
        room -= len(item.metadata)
        found.append(
            KerasObject(
                node=item.node,
                path=item.path,
                identifier=item.identifier,
                producer=item.producer,
                min_consumer=item.min_consumer,
                metadata=decoded(item.metadata.encode(errors="surrogatepass")),
            )
        )
    return tuple(found)


def decoded(data: bytes) -> dict[str, Any] | None:
    """Return JSON as Keras writes it (with NaN and Infinity); None where it is none, or no mapping."""
    found: Any
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def root(objects: tuple[KerasObject, ...]) -> dict[str, Any]:
    """Return the metadata of the root; empty where the root is no object of Keras."""
    first = min(objects, key=lambda item: item.node, default=None)
    return first.metadata or {} if first is not None and first.node == 0 else {}


def keras(objects: tuple[KerasObject, ...]) -> Keras:
    """Return what Keras says of the whole model."""
    found = root(objects)
    config = found.get("model_config")
    if not isinstance(config, dict) and isinstance(found.get("class_name"), str):
        # A model without a configuration of its own (subclassed) still has a class.
        config = {key: found[key] for key in ("class_name", "config") if key in found}
    compiled = found.get("training_config")
    return Keras(
        config=config if isinstance(config, dict) else None,
        compile_config=compiled if isinstance(compiled, dict) else None,
        objects=objects,
    )
