"""Values of attributes as canonical text, and the words for types and shapes.

The text is the same for the same value wherever it comes from: a node of a graph, the list of operations in a model, or
the registry of a release (`scripts/harvest_ops.py` hands over serialized AttrValue messages).

    b       true, false
    i       3, -1
    f       1.5, 0.001, 1e-07, inf, nan      the shortest decimal of that float32, always with ".", "e" or letters
    s       "SAME"                           as JSON; beyond 200 bytes cut, with length and checksum
    type    DT_FLOAT, DT_FLOAT_REF           DT_<number> where no name is known
    shape   [1,-1], [], ?                    ? is an unknown rank; -1 an unknown dimension
    list    [1, 2], ["a", "b"], [[1,-1], ?]  beyond 100 items cut, with length and checksum
    func    func
    tensor  tensor
    placeholder  $name
    nothing set  none
"""

import json
import math
import struct
import zlib
from typing import Final

from tfdoctor.model.read import wire

_TYPES: Final = {
    0: "INVALID", 1: "FLOAT", 2: "DOUBLE", 3: "INT32", 4: "UINT8", 5: "INT16", 6: "INT8", 7: "STRING", 8: "COMPLEX64",
    9: "INT64", 10: "BOOL", 11: "QINT8", 12: "QUINT8", 13: "QINT32", 14: "BFLOAT16", 15: "QINT16", 16: "QUINT16",
    17: "UINT16", 18: "COMPLEX128", 19: "HALF", 20: "RESOURCE", 21: "VARIANT", 22: "UINT32", 23: "UINT64",
    24: "FLOAT8_E5M2", 25: "FLOAT8_E4M3FN", 26: "FLOAT8_E4M3FNUZ", 27: "FLOAT8_E4M3B11FNUZ", 28: "FLOAT8_E5M2FNUZ",
    29: "INT4", 30: "UINT4", 31: "INT2", 32: "UINT2", 33: "FLOAT4_E2M1FN",
}  # fmt: skip
_WORDS: Final = {"FLOAT": "float32", "DOUBLE": "float64", "HALF": "float16"}
_REF: Final = 100  # added to the number of a type for a reference to it
_LONGEST: Final = 200  # bytes of a string, characters of an item
_ITEMS: Final = 100


def type_name(value: int) -> str:
    """Return TensorFlow's name of a type: "DT_FLOAT"."""
    if value > _REF:
        base = _TYPES.get(value - _REF)
        return f"DT_{base}_REF" if base else f"DT_{value}"
    return f"DT_{_TYPES.get(value, value)}"


def type_number(name: str) -> int:
    """Return the number of a type by TensorFlow's name; 0 (DT_INVALID) for an unknown one."""
    base = name.removeprefix("DT_").removesuffix("_REF")
    number = next((number for number, known in _TYPES.items() if known == base), None)
    if number is None:
        return int(base) if base.isdigit() and len(base) < 5 else 0
    return number + _REF if name.endswith("_REF") else number


def dtype(value: int) -> str:
    """Return the lower-case word for a type as users write it: "float32"."""
    name = _TYPES.get(value - _REF if value > _REF else value, str(value))
    return _WORDS.get(name, name.lower())


def shape(data: bytes) -> tuple[int, ...] | None:
    """Return the dimensions of a TensorShapeProto, -1 for an unknown one; None for an unknown rank.

    Raises:
        DamagedError: it breaks off.
    """
    found = wire.message(data)
    if wire.number(found, 3):
        return None
    return tuple(wire.number(wire.message(dim), 1) for dim in wire.blobs(found, 2))


def floating(value: float) -> str:
    """Return the shortest decimal that is this float32."""
    for digits in range(6, 10):
        shown = f"{value:.{digits}g}"
        if math.isnan(value) or struct.pack("<f", float(shown)) == struct.pack("<f", value):
            break
    return shown if any(letter in shown for letter in ".en") else f"{shown}.0"


def quoted(data: bytes) -> str:
    """Return a string of the graph (any bytes) as JSON."""
    if len(data) <= _LONGEST:
        return json.dumps(wire.string(data))
    return json.dumps(wire.string(data[:64])) + _mark(data)


def text(data: bytes) -> str:
    """Return the canonical text of a serialized AttrValue.

    Raises:
        DamagedError: it breaks off.
    """
    if data[:1] == b"\x42":  # large, as a rule
        return "tensor"
    found = wire.message(data)
    if not found:
        return "none"
    field = next(reversed(found))  # of a "oneof" the last counts
    if field == 1:
        return _list(wire.blob(found, 1))
    if field == 9:
        return f"${wire.text(found, 9)[:_LONGEST]}"
    return next(iter(_items(found, field)), "none")


def _list(data: bytes) -> str:
    found = wire.message(data)
    return listed([item for field in found for item in _items(found, field)])


def listed(items: list[str]) -> str:
    """Return the text of a list of items."""
    if len(items) <= _ITEMS:
        return f"[{', '.join(items)}]"
    return f"[{', '.join(items[:8])}, ...]{_mark(', '.join(items).encode())}"


def _mark(data: bytes) -> str:
    return f"...{len(data)}:{zlib.crc32(data):08x}"


def _items(found: wire.Message, field: int) -> list[str]:
    """The values of one kind: the fields of AttrValue and of its list have the same numbers but for functions."""
    match field:
        case 2:
            return [quoted(value) for value in wire.blobs(found, 2)]
        case 3:
            return [str(value) for value in wire.numbers(found, 3)]
        case 4:
            return [floating(value) for value in wire.floats(found, 4)]
        case 5:
            return ["true" if value else "false" for value in wire.numbers(found, 5)]
        case 6:
            return [type_name(value) for value in wire.numbers(found, 6)]
        case 7:
            return [dimensions(shape(value)) for value in wire.blobs(found, 7)]
        case 8:
            return ["tensor" for _ in found[8]]
        case 9 | 10:
            return ["func" for _ in found[field]]
    return []


def dimensions(dims: tuple[int, ...] | None) -> str:
    """Return the text of a shape."""
    if dims is None:
        return "?"
    return f"[{','.join(map(str, dims))}]"
