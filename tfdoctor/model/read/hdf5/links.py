"""Links: what a group holds, in each of the three ways that HDF5 writes it."""

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from tfdoctor.model.read.hdf5 import btree2
from tfdoctor.model.read.hdf5.fractal import FractalHeap
from tfdoctor.model.read.hdf5.header import LINK, LINK_INFO, SYMBOL_TABLE, Message
from tfdoctor.model.read.hdf5.medium import BoundError, Fields, Medium
from tfdoctor.model.read.source import WHOLE, DamagedError

_LEVELS: Final = 32
_NAME: Final = 64 << 10


class Link(NamedTuple):
    """A name in a group: of an object in this file, or of a path, in this file or in another (`external`)."""

    name: str
    address: int | None = None
    path: str = ""
    external: bool = False


def links(medium: Medium, messages: list[Message]) -> dict[str, Link]:
    """Return the links of a group by name, sorted by it; of a damaged group those that can be read.

    Raises:
        BoundError: the file has too many structures.
    """
    found: dict[str, Link] = {}
    for message in messages:
        reader = _READERS.get(message.kind)
        if reader is None:
            continue
        try:
            for link in reader(medium, Fields(message.data, medium)):
                medium.budget.small(len(link.name) + len(link.path))
                found.setdefault(link.name, link)
        except BoundError:
            raise
        except DamagedError as error:
            medium.remark(f"links of a group: {error}")
    return {name: found[name] for name in sorted(found)}


def _message(medium: Medium, fields: Fields) -> Iterator[Link]:
    if fields.number(1) != 1:
        raise DamagedError("a link of a version that is not known")
    flags = fields.number(1)
    kind = fields.number(1) if flags & 0x08 else 0
    fields.bytes((8 if flags & 0x04 else 0) + (1 if flags & 0x10 else 0))
    name = fields.bytes(fields.number(1 << (flags & 3))).decode(errors="replace")
    if kind == 0:
        yield Link(name, fields.address())
    elif kind == 1:
        yield Link(name, path=fields.bytes(fields.number(2)).decode(errors="replace"))
    elif kind == 64:
        file, _, path = fields.bytes(fields.number(2))[1:].partition(b"\0")
        shown = f"{file.decode(errors='replace')}:{path.rstrip(bytes(1)).decode(errors='replace')}"
        yield Link(name, path=shown, external=True)
    else:
        medium.remark(f"a link of a kind that is not known: {name[:100]}")


def _dense(medium: Medium, fields: Fields) -> Iterator[Link]:
    fields.bytes(1)
    flags = fields.number(1)
    fields.bytes(8 if flags & 1 else 0)
    heap_at, tree_at = fields.address(), fields.address()
    if medium.undefined(heap_at):
        return
    heap = FractalHeap(medium, heap_at)
    for record in btree2.records(medium, tree_at, btree2.LINKS_BY_NAME):
        record.bytes(4)
        try:
            yield from _message(medium, Fields(heap.get(record.bytes(heap.identifier)), medium))
        except BoundError:
            raise
        except DamagedError as error:
            medium.remark(f"a link: {error}")


def _table(medium: Medium, fields: Fields) -> Iterator[Link]:
    tree, heap_at = fields.address(), fields.address()
    heap = medium.signed(heap_at, 8 + 2 * medium.lengths + medium.offsets, b"HEAP")
    heap.bytes(4)
    size = heap.length()
    heap.length()
    if size > WHOLE:
        raise DamagedError(f"names of {size} bytes")
    place = heap.address()
    medium.budget.structure(size)
    names = medium.at(place, size)
    for leaf in _leaves(medium, tree):
        try:
            yield from _symbols(medium, leaf, names)
        except BoundError:
            raise
        except DamagedError as error:
            medium.remark(f"links of a group: {error}")


def _leaves(medium: Medium, tree: int) -> Iterator[int]:
    """Yield the places of the symbol tables under a B-tree of version 1; of a damaged tree those that can be read."""
    todo, seen = [(tree, _LEVELS)], {tree}
    while todo:
        place, above = todo.pop()
        try:
            level, children = _branch(medium, place, above)
        except BoundError:
            raise
        except DamagedError as error:
            medium.remark(f"links of a group: {error}")
            continue
        children = [child for child in dict.fromkeys(children) if child not in seen]
        seen.update(children)
        if level:
            todo += [(child, level) for child in reversed(children)]
        else:
            yield from children


def _branch(medium: Medium, place: int, above: int) -> tuple[int, list[int]]:
    head = medium.signed(place, 8 + 2 * medium.offsets, b"TREE")
    kind, level, count = head.number(1), head.number(1), head.number(2)
    if kind or level >= above:
        raise DamagedError(f"a tree at {place} that is not as it should be")
    address, length = medium.codes()
    pairs = Struct(f"<{length}{address}")
    body = medium.structure(place + 8 + 2 * medium.offsets, count * pairs.size)
    return level, [child for _, child in pairs.iter_unpack(body.data)]


def _symbols(medium: Medium, place: int, names: bytes) -> Iterator[Link]:
    head = medium.signed(place, 8, b"SNOD")
    head.bytes(2)
    count = head.number(2)
    code, _ = medium.codes()
    entry = Struct(f"<{code}{code}IxxxxIxxxxxxxxxxxx")
    body = medium.structure(place + 8, count * entry.size)
    for name, address, cache, soft in entry.iter_unpack(body.data):
        if cache == 2:
            yield Link(_at(names, name), path=_at(names, soft))
        else:
            yield Link(_at(names, name), address)


def _at(names: bytes, place: int) -> str:
    end = names.find(b"\0", place, place + _NAME)
    if end < 0:
        raise DamagedError("a name outside the names of its group")
    return names[place:end].decode(errors="replace")


_READERS: Final = {LINK: _message, LINK_INFO: _dense, SYMBOL_TABLE: _table}
