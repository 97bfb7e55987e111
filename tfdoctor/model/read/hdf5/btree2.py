"""B-trees of version 2: the records of large groups, of objects with many attributes, of large objects of a heap."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from tfdoctor.model.read.hdf5.medium import BoundError, Fields, Medium
from tfdoctor.model.read.source import DamagedError

LINKS_BY_NAME: Final = 5
ATTRIBUTES_BY_NAME: Final = 8
HUGE_BY_NUMBER: Final = 1
_NODE: Final = 1 << 20
_DEPTH: Final = 16
_OVERHEAD: Final = 10  # signature, version, type, checksum


class _Tree(NamedTuple):
    kind: int
    node: int  # bytes of a node
    record: int  # bytes of a record
    number: int  # bytes of the number of records in a child
    totals: tuple[int, ...]  # bytes of the number of all records under a child of a node at this depth


def records(medium: Medium, address: int, kind: int) -> Iterator[Fields]:
    """Yield the records of a tree, in no order; of a damaged tree those that can be read.

    Raises:
        DamagedError: there is no such tree.
        BoundError: the file has too many structures.
    """
    fields = medium.signed(address, 22 + medium.offsets + medium.lengths, b"BTHD")
    fields.bytes(1)
    found, node, record, depth = fields.number(1), fields.number(4), fields.number(2), fields.number(2)
    fields.bytes(2)
    root, count = fields.address(), fields.number(2)
    if found != kind or depth > _DEPTH or not record or not _OVERHEAD + record <= node <= _NODE:
        raise DamagedError(f"a tree at {address} that is not as it should be")
    if medium.undefined(root):
        return
    tree = _measured(medium, kind, node, record, depth)
    todo, seen = [(root, count, depth)], {root}
    while todo:
        place, number, level = todo.pop()
        try:
            fields = medium.signed(place, tree.node, b"BTIN" if level else b"BTLF")
            fields.bytes(2)
            for _ in range(number):
                yield Fields(fields.bytes(tree.record), medium)
            children = _children(fields, tree, number, level)
        except BoundError:
            raise
        except DamagedError as error:
            medium.remark(f"tree at {address}: {error}")
            continue
        for child in children:
            if child[0] in seen:
                medium.remark(f"tree at {address}: a branch that is there twice")
            else:
                seen.add(child[0])
                todo.append(child)


def _children(fields: Fields, tree: _Tree, number: int, level: int) -> list[tuple[int, int, int]]:
    if not level:
        return []
    found = []
    for _ in range(number + 1):
        child = fields.address(), fields.number(tree.number), level - 1
        fields.bytes(tree.totals[level])
        found.append(child)
    return found


def _measured(medium: Medium, kind: int, node: int, record: int, depth: int) -> _Tree:
    """Find how wide the numbers in the nodes are: as wide as the largest that fits a node of this size needs."""
    leaf = (node - _OVERHEAD) // record
    count = _width(leaf)
    totals, below, width = [0, 0], leaf, 0
    for _ in range(depth):
        pointer = medium.offsets + count + width
        most = (node - _OVERHEAD - pointer) // (record + pointer)
        below = (most + 1) * below + most
        width = _width(below)
        totals.append(width)
    return _Tree(kind, node, record, count, tuple(totals))


def _width(number: int) -> int:
    return max(1, (number.bit_length() + 7) // 8)
