"""The object graph of a SavedModel of TensorFlow 2: which Python objects it has, and the way to each from the root."""

from collections import deque
from typing import Final

from tfdoctor.facts.saved import SavedObject
from tfdoctor.model.read import wire
from tfdoctor.model.read.source import DamagedError

_KINDS: Final = {
    4: "user_object", 5: "asset", 6: "function", 7: "variable", 8: "bare_concrete_function", 9: "constant",
    10: "resource", 12: "captured_tensor",
}  # fmt: skip
_LEFT_OUT: Final = {6, 8, 9}  # functions and constants: many, and nothing depends on them
_NODES: Final = 200_000
_CHILDREN: Final = 1_000_000
_STEPS: Final = 64  # of a path


class _Graph:
    """Nodes as they come, and who is whose child."""

    def __init__(self) -> None:
        self.children: list[list[bytes]] = []
        self.kept: list[tuple[int, int, wire.Message]] = []  # node, field of its kind, message
        self.edges = 0

    def add(self, data: bytes) -> None:
        """Read a SavedObject."""
        if len(self.children) >= _NODES:
            raise DamagedError(f"the object graph is read up to its node {_NODES}")
        found = wire.message(data)
        kind = next((field for field in found if field in _KINDS), 0)
        children = [child for child in found.get(1, ()) if isinstance(child, bytes)]
        self.edges += len(children)
        if self.edges > _CHILDREN:
            raise DamagedError("the object graph has too many edges")
        if kind and kind not in _LEFT_OUT:
            found.pop(1, None)
            self.kept.append((len(self.children), kind, found))
        self.children.append(children)

    def parents(self) -> dict[int, tuple[int, bytes]]:
        """Return the parent of each node on the first path from the root, and the name there."""
        found: dict[int, tuple[int, bytes]] = {0: (-1, b"root")}
        queue = deque([0])
        while queue:
            node = queue.popleft()
            for child in self.children[node] if node < len(self.children) else ():
                number, name = _child(child)
                if number not in found:
                    found[number] = (node, name)
                    queue.append(number)
        return found


def read(walker: wire.Walker, start: int, end: int) -> tuple[tuple[SavedObject, ...], list[str]]:
    """Read a SavedObjectGraph; what is damaged becomes a remark."""
    graph = _Graph()
    remarks = []
    try:
        for field, offset, length in walker.fields(start, end):
            if field == 1 and length >= 0:
                graph.add(walker.take(offset, length))
    except DamagedError as error:
        remarks.append(str(error))
    try:
        parents = graph.parents()
    except DamagedError as error:
        remarks.append(str(error))
        parents = {}
    damaged: list[int] = []
    found = tuple(_object(node, kind, message, parents, damaged) for node, kind, message in graph.kept)
    if damaged:
        remarks.append(f"objects that can't be read: {', '.join(map(str, damaged[:20]))}")
    return found, remarks


def _child(data: bytes) -> tuple[int, bytes]:
    """The node and the name of a reference: 08 <node> 12 <length> <name> as a rule."""
    if data[:1] == b"\x08" and data[2:3] == b"\x12" and data[1] < 128 and len(data) == data[3] + 4:
        return data[1], data[4:]
    found = wire.message(data)
    return wire.number(found, 1), wire.blob(found, 2)


def _path(node: int, parents: dict[int, tuple[int, bytes]]) -> str:
    names: list[str] = []
    while node in parents and len(names) < _STEPS:
        node, name = parents[node]
        names.append(wire.string(name))
    if node >= 0 and names:
        names.append("...")
    return ".".join(reversed(names))


def _object(
    node: int, kind: int, found: wire.Message, parents: dict[int, tuple[int, bytes]], damaged: list[int]
) -> SavedObject:
    path = _path(node, parents)
    registered = wire.text(found, 13)
    if kind != 4:
        return SavedObject(node, _KINDS[kind], path, registered=registered)
    try:
        user = wire.message(wire.blob(found, kind))
        version = wire.message(wire.blob(user, 2))
    except DamagedError:
        damaged.append(node)
        return SavedObject(node, _KINDS[kind], path, registered=registered)
    return SavedObject(
        node=node,
        kind=_KINDS[kind],
        path=path,
        identifier=wire.text(user, 1),
        producer=wire.number(version, 1) if 2 in user else None,
        min_consumer=wire.number(version, 2) if 2 in user else None,
        metadata=wire.text(user, 3) or None,
        registered=registered,
        slots=len(found.get(3, ())),
    )
