"""What Keras wrote about its objects in a SavedModel.

TensorFlow 2.5 to 2.15 have keras_metadata.pb for it, 2.0 to 2.4 the object graph itself.
"""

from collections.abc import Iterable
from typing import Any, Final

from msgspec import structs

from tfdoctor.facts.saved import Keras, KerasObject, SavedObject
from tfdoctor.model.read import keras_config, keras_json, wire
from tfdoctor.model.read.source import DamagedError, Source

_FILE: Final = 256 << 20  # bytes of keras_metadata.pb
_OBJECTS: Final = 100_000
_TEXT: Final = 64 << 20  # bytes of metadata that are decoded
_TUPLE: Final = b"__tuple__"
_METRIC: Final = "_tf_keras_metric"  # part of what the model was compiled with, not of the model
_KERAS: Final = "_tf_keras_"  # how the identifiers of Keras's objects begin


def file(source: Source) -> tuple[tuple[KerasObject, ...], list[str], bool]:
    """Read keras_metadata.pb (SavedMetadata); what is damaged becomes a remark, and is told at the end."""
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
        return tuple(found), [*remarks, str(error)], True
    return tuple(found), remarks, False


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
    """Return the JSON of metadata; None where it is none, or no mapping."""
    try:
        found = keras_json.decode(data)
    except DamagedError:
        return None
    if not isinstance(found, dict):
        return None
    return _plain(found) if _TUPLE in data else found


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Write tuples, which Keras marks ({"class_name": "__tuple__", "items": [...]}), as lists, in place."""
    places: list[Any] = [found]
    while places:
        place = places.pop()
        for key, value in place.items() if isinstance(place, dict) else enumerate(place):
            if isinstance(value, dict) and value.get("class_name") == "__tuple__":
                place[key] = value = value.get("items")  # noqa: PLW2901  what stands there now is looked at next
            if isinstance(value, dict | list):
                places.append(value)
    return found


def root(objects: tuple[KerasObject, ...]) -> dict[str, Any]:
    """Return the metadata of the root; empty where the root is no object of Keras."""
    first = min(objects, key=lambda item: item.node, default=None)
    return first.metadata or {} if first is not None and first.node == 0 else {}


def keras(objects: tuple[KerasObject, ...]) -> tuple[Keras, tuple[str, ...]]:
    """Return what Keras says of the whole model, and remarks."""
    found = root(objects)
    config = found.get("model_config")
    if not keras_json.is_config(config):
        # A model without a configuration of its own (subclassed) still has a class.
        config = {key: found[key] for key in ("class_name", "config") if key in found}
    compiled = found.get("training_config")
    keras, remarks = keras_json.describe(config or None, compiled if isinstance(compiled, dict) else None)
    inside = config.get("config") if isinstance(config, dict) else None
    if not isinstance(inside, dict) or "layers" not in inside:
        keras = _with_parts(keras, objects)
    return structs.replace(keras, objects=objects), remarks


def _with_parts(keras: Keras, objects: tuple[KerasObject, ...]) -> Keras:
    """Add the layers and Python code of the objects themselves: the root's configuration does not hold them."""
    layers = list(keras.layers)
    lambdas = list(keras.lambdas)
    walked: set[str] = set()
    for item in objects:
        if not keras_json.is_config(item.metadata) or item.node == 0 or item.identifier == _METRIC:
            continue
        if _inside(item.path, walked):
            continue
        walked.add(item.path)
        found = keras_config.walk(item.metadata, item.path)
        layers += found.layers
        lambdas += found.lambdas
    return structs.replace(keras, layers=tuple(layers[:_OBJECTS]), lambdas=tuple(lambdas[:_OBJECTS]))


def _inside(path: str, walked: set[str]) -> bool:
    """Say whether an object is part of one that has been walked: its configuration holds it."""
    steps = path.split(".")
    return any(".".join(steps[:length]) in walked for length in range(1, len(steps)))
