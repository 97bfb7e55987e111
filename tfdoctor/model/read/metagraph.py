"""A meta graph: who wrote it, its graph, functions, signatures, collections and objects."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from tfdoctor.facts.saved import MetaGraph, Signature, TensorSpec
from tfdoctor.matrix.attrs import dtype_word
from tfdoctor.model.read import attrs, objects, wire
from tfdoctor.model.read.ops import Defaults, Uses
from tfdoctor.model.read.source import DamagedError

_FUNCTIONS: Final = 10_000
_SMALL: Final = 16 << 20  # bytes of a part that is read into memory
_MANY: Final = 10_000  # signatures, assets, collections, tags, operations in the list
_INIT: Final = ("saved_model_main_op", "legacy_init_op")  # collections that name what runs after loading
_PASSED: Final = b"\x22\x2a\x32\x3a\x42"  # of a function: ret, attr, control_ret, arg_attr, resource_arg_unique_id
_INIT_OP: Final = "__saved_model_init_op"


class Parts:
    """The fields of a `MetaGraph` while they are found, so that a file that breaks off leaves what came before."""

    def __init__(self, walker: wire.Walker) -> None:
        self.walker = walker
        self.found: dict[str, Any] = {}
        self.defaults: Defaults | None = None
        self.functions: list[str] = []
        self.lists: dict[str, list[Any]] = {}
        self.uses = Uses()
        self.remarks: list[str] = []

    def add(self, name: str, value: object) -> None:
        """Add an item to a part that is a list, up to a bound."""
        items = self.lists.setdefault(name, [])
        if len(items) < _MANY:
            items.append(value)

    def take(self, offset: int, length: int) -> bytes:
        """Return the bytes of a part that is small as a rule; a large one is refused."""
        if length > _SMALL:
            raise DamagedError(f"{self.walker.source.name}: a part of {length} bytes at {offset} is passed over")
        return self.walker.take(offset, length)

    def done(self) -> MetaGraph:
        """Return the meta graph."""
        if self.uses.full:
            self.remarks.append(f"the graph is read up to its node {self.uses.nodes}")
        self.found |= {name: tuple(values) for name, values in self.lists.items()}
        return MetaGraph(
            **self.found,
            ops=self.uses.found(self.functions),
            nodes=self.uses.nodes,
            functions=tuple(self.functions),
        )


def read(walker: wire.Walker, start: int, end: int) -> tuple[MetaGraph, list[str]]:
    """Read a MetaGraphDef; what is damaged becomes a remark."""
    parts = Parts(walker)
    seen = Counter[int]()
    for field, offset, length in guarded(parts, walker.fields(start, end)):
        seen[field] += 1
        if length < 0 or field not in _FIELDS or seen[field] > _MANY:
            continue
        try:
            _FIELDS[field](parts, offset, length)
        except DamagedError as error:
            parts.remarks.append(f"{_FIELDS[field].__name__.strip('_')} of a meta graph: {error}")
    return parts.done(), parts.remarks


def graph(walker: wire.Walker, start: int, end: int) -> tuple[MetaGraph, list[str]]:
    """Read a GraphDef by itself."""
    parts = Parts(walker)
    try:
        _graph(parts, start, end - start)
    except DamagedError as error:
        parts.remarks.append(str(error))
    return parts.done(), parts.remarks


def guarded(parts: Parts, fields: Iterator[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Return fields until the message breaks off, which becomes a remark."""
    try:
        yield from fields
    except DamagedError as error:
        parts.remarks.append(str(error))


def _info(parts: Parts, offset: int, length: int) -> None:
    for field, place, size in parts.walker.fields(offset, offset + length):
        if field == 7:
            parts.found["stripped_default_attrs"] = bool(place)
        elif size < 0:
            continue
        elif field == 2:
            _op_list(parts, place, size)
        elif field == 4:
            parts.add("tags", wire.string(parts.take(place, size)))
        elif field == 5:
            parts.found["tensorflow"] = wire.string(parts.take(place, size))
        elif field == 6:
            parts.found["git"] = wire.string(parts.take(place, size))


def _op_list(parts: Parts, offset: int, length: int) -> None:
    """The producer's definitions of the operations that the graph uses."""
    defaults: Defaults = {}
    for field, place, size in parts.walker.fields(offset, offset + length):
        if field != 1 or size < 0 or len(defaults) >= _MANY:
            continue
        found = wire.message(parts.take(place, size))
        values = defaults[wire.text(found, 1)] = {}
        for attr in map(wire.message, wire.blobs(found, 4)):
            if 3 in attr:
                values[wire.text(attr, 1)] = wire.blob(attr, 3)
    parts.found["stripped_ops"] = tuple(sorted(defaults))
    parts.defaults = defaults


def _graph(parts: Parts, offset: int, length: int) -> None:
    if not parts.functions and not parts.uses.nodes:  # a second graph is merged into the first
        parts.uses = Uses(parts.defaults)
    for field, place, size in parts.uses.walk(parts.walker, offset, offset + length, 1):
        if field == 3 and size < 0:  # the version of graphs before 2015's VersionDef
            parts.found.setdefault("producer", place)
        elif field == 4 and size >= 0:
            found = wire.message(parts.take(place, size))
            parts.found["producer"] = wire.number(found, 1)
            parts.found["min_consumer"] = wire.number(found, 2)
            parts.found["bad_consumers"] = tuple(wire.numbers(found, 3))[:_MANY]
        elif field == 2 and size >= 0:
            _library(parts, place, size)


def _library(parts: Parts, offset: int, length: int) -> None:
    for field, place, size in parts.walker.fields(offset, offset + length):
        if field != 1 or size < 0 or parts.uses.full:
            continue
        parts.uses.enter()
        others = parts.uses.walk(parts.walker, place, place + size, 3, _PASSED)
        if len(parts.functions) < _FUNCTIONS:  # one name for each function, so that places agree
            parts.functions.append(next((_name(parts, at, many) for inner, at, many in others if inner == 1), ""))


def _name(parts: Parts, offset: int, length: int) -> str:
    """The name in a function's signature, its first field."""
    for field, place, size in parts.walker.fields(offset, offset + length):
        if field == 1 and size >= 0:
            return wire.string(parts.walker.take(place, min(size, 1000)))
    return ""


def _collection(parts: Parts, offset: int, length: int) -> None:
    name, value = "", (0, 0)
    for field, place, size in parts.walker.fields(offset, offset + length):
        if field == 1 and size >= 0:
            name = wire.string(parts.take(place, size))
        elif field == 2 and size >= 0:
            value = place, size
    parts.add("collections", name)
    if name in _INIT:
        parts.found["structure"] = name
    elif name == "saved_model_assets":  # of TensorFlow 1: AssetFileDef messages, each in an Any
        for item in wire.blobs(wire.message(wire.blob(wire.message(parts.take(*value)), 5)), 1):
            _add_asset(parts, wire.blob(wire.message(item), 2))


def _signature(parts: Parts, offset: int, length: int) -> None:
    entry = wire.message(parts.take(offset, length))
    found = wire.message(wire.blob(entry, 2))
    name = wire.text(entry, 1)
    if name == _INIT_OP:
        parts.found["structure"] = name
        return
    parts.add(
        "signatures",
        Signature(name, wire.text(found, 3), tuple(_tensors(found, 1)), tuple(_tensors(found, 2))),
    )


def _tensors(found: wire.Message, field: int) -> Iterator[TensorSpec]:
    entries = sorted(
        (wire.text(entry, 1), wire.blob(entry, 2)) for entry in map(wire.message, wire.blobs(found, field))
    )
    for name, data in entries:
        info = wire.message(data)
        shape = attrs.shape(wire.blob(info, 3)) if 3 in info else None
        yield TensorSpec(name, dtype_word(wire.number(info, 2)), shape)


def _asset(parts: Parts, offset: int, length: int) -> None:
    _add_asset(parts, parts.take(offset, length))


def _add_asset(parts: Parts, data: bytes) -> None:
    name = wire.text(wire.message(data), 2)
    if name not in parts.lists.get("assets", ()):  # the collection has them too
        parts.add("assets", name)


def _objects(parts: Parts, offset: int, length: int) -> None:
    found, remarks = objects.read(parts.walker, offset, offset + length)
    parts.found["objects"] = found
    parts.remarks += remarks


_FIELDS: Final = {1: _info, 2: _graph, 4: _collection, 5: _signature, 6: _asset, 7: _objects}
