"""Attributes: small values that belong to a group or a data set."""

import math
import struct
from typing import Any, Final

from tfdoctor.model.read.hdf5 import header
from tfdoctor.model.read.hdf5.heap import GlobalHeap
from tfdoctor.model.read.hdf5.medium import Fields, Medium
from tfdoctor.model.read.hdf5.types import Type, cached_type, read_shape
from tfdoctor.model.read.source import DamagedError

_MOST: Final = 1_000_000  # values of one attribute
_FORMATS: Final = {2: "e", 4: "f", 8: "d"}


class Attribute:
    """A value with a name; it is decoded when it is asked for.

    Attributes:
        name: of the attribute.
        dtype: as NumPy or TensorFlow name it.
        shape: () of one value, None where it has no value.
    """

    def __init__(self, medium: Medium, heap: GlobalHeap, data: bytes) -> None:
        """Read what is before the value.

        Raises:
            DamagedError: it is no attribute.
        """
        self._medium, self._heap = medium, heap
        fields = Fields(data, medium)
        version, flags = fields.number(1), fields.number(1)
        if version not in {1, 2, 3}:
            raise DamagedError(f"an attribute of version {version}, which is not known")
        sizes = [fields.number(2) for _ in range(3)]
        if version == 3:
            fields.bytes(1)
        padding = 8 if version == 1 else 1
        name, kind, shape = (fields.bytes(size + -size % padding)[:size] for size in sizes)
        self.name = name.split(b"\0")[0].decode(errors="replace")
        if version > 1:  # the type or the shape may stand elsewhere
            kind = header.elsewhere(medium, header.Message(header.DATATYPE, kind, bool(flags & 1))).data
            shape = header.elsewhere(medium, header.Message(header.DATASPACE, shape, bool(flags & 2))).data
        self._type: Type = cached_type(medium, kind)
        self.shape = read_shape(Fields(shape, medium))
        self._data = fields.bytes(fields.left())

    @property
    def dtype(self) -> str:
        """The type of the value."""
        return self._type.name

    def value(self) -> Any:  # noqa: ANN401  whatever stands there
        """Return the value: text, a number, a truth value; a flat list of them; None where it can't be shown.

        Raises:
            DamagedError: it is not all there, or too large.
        """
        if self.shape is None:
            return None
        count = math.prod(self.shape)
        if count > _MOST:
            raise DamagedError(f"attribute {self.name}: {count} values are more than are read")
        size = self._type.size
        self._medium.budget.value(count * size)
        if count * size > len(self._data):
            raise DamagedError(f"attribute {self.name}: it ends before its value does")
        values = [self._one(self._data[start * size : (start + 1) * size]) for start in range(count)]
        return values if self.shape else values[0]

    def _one(self, data: bytes) -> Any:  # noqa: ANN401  whatever stands there
        kind = self._type
        order = "big" if kind.big else "little"
        match kind.kind:
            case "string":
                return _text(data, kind.padding)
            case "vlen-string":
                fields = Fields(data, self._medium)
                length, address, number = fields.number(4), fields.address(), fields.number(4)
                if not length or not address or self._medium.undefined(address):
                    return ""
                return _text(self._heap.get(address, number, length), 1)
            case "integer":
                return int.from_bytes(data, "big" if order == "big" else "little", signed=kind.signed)
            case "float":
                return struct.unpack((">" if kind.big else "<") + _FORMATS[kind.size], data)[0]
            case "bool":
                return data != b"\0"
            case _:
                return None


def _text(data: bytes, padding: int) -> str:
    if padding == 0:
        data = data.split(b"\0", 1)[0]
    return data.rstrip(b" " if padding == 2 else b"\0").decode(errors="replace")
