"""Object headers: the messages that make an object a group, a data set or a type."""

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from tfdoctor.model.read.hdf5.medium import BoundError, Fields, Medium
from tfdoctor.model.read.source import DamagedError

DATASPACE: Final = 0x01
LINK_INFO: Final = 0x02
DATATYPE: Final = 0x03
LINK: Final = 0x06
LAYOUT: Final = 0x08
GROUP_INFO: Final = 0x0A
ATTRIBUTE: Final = 0x0C
CONTINUATION: Final = 0x10
SYMBOL_TABLE: Final = 0x11
ATTRIBUTE_INFO: Final = 0x15

_SHARED: Final = 0x02
_OLD: Final = Struct("<HHB")  # kind, bytes, flags
_NEW: Final = Struct("<BHB")
_BLOCK: Final = 16 << 20  # bytes of one block of a header; the library writes 64 KiB for a message


class Message(NamedTuple):
    """One message of a header. `shared` says that it stands elsewhere and `data` says where."""

    kind: int
    data: bytes
    shared: bool


class _Form(NamedTuple):
    """How the messages of a header are written: version 1, or 2 with or without the order of their making."""

    old: bool
    ordered: bool


def messages(medium: Medium, address: int) -> list[Message]:
    """Return the messages of the object header at an address; of a damaged one those before the damage.

    Raises:
        DamagedError: there is no header at all.
        BoundError: the file has too many structures.
    """
    form, blocks = _first(medium, address)
    seen = {place for place, _ in blocks}
    found: list[Message] = []
    while blocks:
        place, length = blocks.pop(0)
        try:
            for message in _of_block(medium, place, length, form):
                if message.kind == CONTINUATION:
                    blocks.append(_further(medium, Fields(message.data, medium), form, seen))
                else:
                    found.append(message)
        except BoundError:
            raise
        except DamagedError as error:
            medium.remark(f"object header at {address}: {error}")
    return found


def _first(medium: Medium, address: int) -> tuple[_Form, list[tuple[int, int]]]:
    start = medium.at(address, 6)
    if start[:4] != b"OHDR":
        if start[0] != 1:
            raise DamagedError(f"no object header at {address}")
        length = int.from_bytes(medium.at(address + 8, 4), "little")
        return _Form(old=True, ordered=False), [(address + 16, length)]
    if start[4] != 2:
        raise DamagedError(f"object header of version {start[4]}, which is not known, at {address}")
    flags = start[5]
    at = address + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    length = int.from_bytes(medium.at(at, width), "little")
    return _Form(old=False, ordered=bool(flags & 0x04)), [(at + width, length)]


def _further(medium: Medium, fields: Fields, form: _Form, seen: set[int]) -> tuple[int, int]:
    place, length = fields.address(), fields.length()
    if place in seen:
        raise DamagedError("it goes on where it has been")
    seen.add(place)
    if form.old:
        return place, length
    if length < 8 or medium.at(place, 4) != b"OCHK":
        raise DamagedError("it goes on where nothing is")
    return place + 4, length - 8  # without the signature and the checksum


def _of_block(medium: Medium, place: int, length: int, form: _Form) -> Iterator[Message]:
    if length > _BLOCK:
        raise DamagedError(f"a block of {length} bytes")
    medium.budget.structure(length)
    data = medium.at(place, length)
    layout = _OLD if form.old else _NEW
    head = 8 if form.old else 6 if form.ordered else 4
    at = 0
    while at + head <= length:
        kind, size, flags = layout.unpack_from(data, at)
        start, at = at + head, at + head + size
        medium.budget.small()  # a block may have thousands
        if at > length:
            raise DamagedError("a message ends after its block")
        if kind:
            yield Message(kind, data[start:at], bool(flags & _SHARED))


def elsewhere(medium: Medium, message: Message) -> Message:
    """Return the message that a shared one stands for: that of a type which has a name of its own.

    Raises:
        DamagedError: it can't be found.
    """
    if not message.shared:
        return message
    fields = Fields(message.data, medium)
    version, kind = fields.number(1), fields.number(1)
    if version == 1:
        fields.bytes(6)
    elif version == 3 and kind != 2:
        raise DamagedError("a message in the heap of shared messages, which is not read")
    for other in messages(medium, fields.address()):
        if other.kind == message.kind and not other.shared:
            return other
    raise DamagedError("a shared message that is not there")
