"""Values of attributes in a graph as the text of `tfdoctor.matrix.attrs`, in which the registry has its defaults.

Beyond what the registry has: $name for a placeholder, none for a value that is not set; a text of more than 2000
characters is cut, with its length and checksum.
"""

import zlib
from typing import Final

from tfdoctor.matrix import attrs
from tfdoctor.model.read import wire

_LONGEST: Final = 2000  # characters
_CUT: Final = 200
_REF: Final = 100  # added to the number of a type for a reference to it
_TENSOR: Final = b"\x42"  # the tag of a tensor in an AttrValue
_FUNCTION: Final = b"\x52"
_LIST: Final = b"\x0a"


def type_number(name: str) -> int:
    """Return the number of a type by TensorFlow's name; 0 (DT_INVALID) for an unknown one."""
    base = name.removeprefix("DT_").removesuffix("_REF")
    number = next((number for number, known in attrs.DTYPES.items() if known == base), 0)
    return number + _REF if number and name.endswith("_REF") else number


def shape(data: bytes) -> tuple[int, ...] | None:
    """Return the dimensions of a TensorShapeProto, -1 for an unknown one; None for an unknown rank.

    Raises:
        DamagedError: it breaks off.
    """
    found = wire.message(data)
    if wire.number(found, 3):
        return None
    return tuple(wire.number(wire.message(dim), 1) for dim in wire.blobs(found, 2))


def text(data: bytes) -> str:
    """Return the text of a serialized AttrValue; of a tensor its first bytes are enough.

    Raises:
        DamagedError: it breaks off.
    """
    if data[:1] == _TENSOR:
        _, at = wire.varint(data, 1)
        return _cut(_tensor(data[at : at + _LONGEST]))
    found = wire.message(data)
    if not found:
        return "none"
    field = next(reversed(found))  # of a "oneof" the last counts
    if field == 1:
        inner = wire.message(wire.blob(found, 1))
        return _cut(attrs.many([item for kind in inner for item in _items(inner, kind)]))
    if field == 9:
        return _cut(f"${wire.text(found, 9)}")
    return _cut(next(iter(_items(found, field)), "none"))


def functions(data: bytes) -> list[str]:
    """Return the names of the functions that a serialized AttrValue names.

    Raises:
        DamagedError: it breaks off.
    """
    if data[:1] == _FUNCTION:
        return [wire.text(wire.message(wire.blob(wire.message(data), 10)), 1)]
    if data[:1] != _LIST:
        return []
    return [wire.text(wire.message(one), 1) for one in wire.blobs(wire.message(wire.blob(wire.message(data), 1)), 9)]


def by_text(value: str) -> bool:
    """Say whether equal texts are equal values: not for functions, tensors and what was cut."""
    return "@" not in value and "tensor(" not in value and len(value) <= _CUT


def _cut(value: str) -> str:
    if len(value) <= _LONGEST:
        return value
    data = value.encode(errors="surrogatepass")
    return f"{value[:_CUT]}...{len(data)}:{zlib.crc32(data):08x}"


def _tensor(data: bytes) -> str:
    """Type and shape, which stand before the contents."""
    dims: tuple[int, ...] = ()
    kind = at = 0
    while at < len(data):
        if data[at] == 0x08:
            kind, at = wire.varint(data, at + 1)
        elif data[at] == 0x12:
            length, at = wire.varint(data, at + 1)
            found = shape(data[at : at + length])
            at += length
            if found is None:
                return attrs.tensor(kind, None)
            dims = found
        else:
            break
    return attrs.tensor(kind, dims)


def _items(found: wire.Message, field: int) -> list[str]:
    """The values of one kind: the fields of AttrValue and of its list have the same numbers but for functions."""
    match field:
        case 2:
            return [attrs.text(value) for value in wire.blobs(found, 2)]
        case 3:
            return [str(value) for value in wire.numbers(found, 3)]
        case 4:
            return [attrs.number(value) for value in wire.floats(found, 4)]
        case 5:
            return [attrs.boolean(value) for value in wire.numbers(found, 5)]
        case 6:
            return [attrs.dtype(value) for value in wire.numbers(found, 6)]
        case 7:
            return [attrs.shape(shape(value)) for value in wire.blobs(found, 7)]
        case 8:
            return [_tensor(value[:_LONGEST]) for value in wire.blobs(found, 8)]
        case 9 | 10:
            return [attrs.function(wire.text(wire.message(value), 1)) for value in wire.blobs(found, field)]
    return []
