"""Types and shapes of values, named as NumPy and TensorFlow name them."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from tfdoctor.model.read.hdf5.medium import Fields, Medium
from tfdoctor.model.read.source import DamagedError

Kind = Literal["integer", "float", "string", "vlen-string", "bool", "other"]

_DEPTH: Final = 16
_MEMBERS: Final = 1000
_SHOWN: Final = 8
_LONGEST: Final = 500  # characters of a name of a type
_KEPT: Final = 1000  # types, of not more than so many bytes
_CACHED: Final = 200
_RANK: Final = 64  # the library stops at 32
_FLOATS: Final = {  # bits, of the exponent, of the mantissa
    (16, 5, 10): "float16",
    (16, 8, 7): "bfloat16",
    (32, 8, 23): "float32",
    (64, 11, 52): "float64",
    (8, 4, 3): "float8_e4m3",
    (8, 5, 2): "float8_e5m2",
}


class Type(NamedTuple):
    """A type of values.

    Attributes:
        kind: how a value is decoded; "other" is not.
        name: as NumPy or TensorFlow name it.
        size: bytes of a value.
        signed: whether an integer has a sign.
        big: whether the most significant byte comes first.
        padding: what follows a string that is too short: 0 NUL (the first ends it), 1 NULs, 2 spaces.
    """

    kind: Kind
    name: str
    size: int
    signed: bool = False
    big: bool = False
    padding: int = 0


class _Head(NamedTuple):
    """What each type begins with: the version of its form, flags, bytes of a value; and how deep it stands."""

    version: int
    bits: int
    size: int
    depth: int


def read_type(fields: Fields, depth: int = 0) -> Type:
    """Return the type whose message begins here.

    Raises:
        DamagedError: it is none.
    """
    if depth > _DEPTH:
        raise DamagedError("a type of types without end")
    first = fields.number(1)
    reader = _READERS.get(first & 15)
    if reader is None:
        raise DamagedError(f"a type of class {first & 15}, which is not known")
    return reader(fields, _Head(first >> 4, fields.number(3), fields.number(4), depth))


def _integer(fields: Fields, head: _Head) -> Type:
    fields.bytes(4)
    signed = bool(head.bits & 8)
    return Type("integer", f"{'int' if signed else 'uint'}{8 * head.size}", head.size, signed, bool(head.bits & 1))


def _float(fields: Fields, head: _Head) -> Type:
    fields.bytes(2)
    precision = fields.number(2)
    fields.bytes(1)
    exponent = fields.number(1)
    fields.bytes(1)
    mantissa = fields.number(1)
    fields.bytes(4)
    name = _FLOATS.get((precision, exponent, mantissa), f"float{precision}")
    # Only what `struct` can decode, in as many bytes as it takes, is decoded.
    known = name in {"float16", "float32", "float64"} and 8 * head.size == precision
    return Type("float" if known else "other", name, head.size, big=bool(head.bits & 1))


def _bits(fields: Fields, head: _Head) -> Type:
    fields.bytes(4)
    return Type("integer", f"uint{8 * head.size}", head.size, big=bool(head.bits & 1))


def _time(fields: Fields, head: _Head) -> Type:
    fields.bytes(2)
    return Type("other", "time", head.size)


def _string(_fields: Fields, head: _Head) -> Type:
    return Type("string", "string", head.size, padding=head.bits & 15)


def _opaque(fields: Fields, head: _Head) -> Type:
    fields.bytes(head.bits & 255)
    return Type("other", f"opaque{8 * head.size}", head.size)


def _reference(_fields: Fields, head: _Head) -> Type:
    return Type("other", "reference", head.size)


def _name(fields: Fields, version: int) -> str:
    start = fields.place
    name = fields.text()
    if version < 3:
        fields.bytes(-(fields.place - start) % 8)
    return name


def _compound(fields: Fields, head: _Head) -> Type:
    count = head.bits & 0xFFFF
    if count > _MEMBERS:
        raise DamagedError(f"a type of {count} members")
    members = []
    for _ in range(count):
        name = _name(fields, head.version)
        fields.bytes(4 if head.version < 3 else max(1, (head.size.bit_length() + 7) // 8))
        shape: tuple[int, ...] = ()
        if head.version == 1:
            rank = fields.number(1)
            fields.bytes(11)
            shape = tuple(fields.number(4) for _ in range(4))[:rank]
        members.append((name, read_type(fields, head.depth + 1).name + _extents(shape)))
    if [name for name, _ in members] == ["r", "i"]:
        return Type("other", f"complex{8 * head.size}", head.size)
    shown = ", ".join(f"{name}: {kind}" for name, kind in members[:_SHOWN])
    return Type("other", f"compound({shown}{', ...' if count > _SHOWN else ''})"[:_LONGEST], head.size)


def _extents(shape: tuple[int, ...]) -> str:
    return "".join(f"[{extent}]" for extent in shape)


def _enum(fields: Fields, head: _Head) -> Type:
    count = head.bits & 0xFFFF
    if count > _MEMBERS:
        raise DamagedError(f"an enumeration of {count} names")
    base = read_type(fields, head.depth + 1)
    names = [_name(fields, head.version) for _ in range(count)]
    fields.bytes(count * base.size)
    if names == ["FALSE", "TRUE"] and head.size == 1:  # how h5py writes NumPy's bool
        return Type("bool", "bool", 1)
    return base


def _vlen(fields: Fields, head: _Head) -> Type:
    base = read_type(fields, head.depth + 1)
    if head.bits & 15 == 1:
        return Type("vlen-string", "string", head.size)
    return Type("other", f"list of {base.name}", head.size)


def _array(fields: Fields, head: _Head) -> Type:
    rank = fields.number(1)
    if rank > _RANK:
        raise DamagedError(f"an array of {rank} dimensions")
    if head.version < 3:
        fields.bytes(3)
    shape = tuple(fields.number(4) for _ in range(rank))
    if head.version < 3:
        fields.bytes(4 * rank)
    return Type("other", (read_type(fields, head.depth + 1).name + _extents(shape))[:_LONGEST], head.size)


def _complex(fields: Fields, head: _Head) -> Type:
    return Type("other", f"complex{16 * read_type(fields, head.depth + 1).size}", head.size)


_READERS: Final[dict[int, Callable[[Fields, _Head], Type]]] = {
    0: _integer,
    1: _float,
    2: _time,
    3: _string,
    4: _bits,
    5: _opaque,
    6: _compound,
    7: _reference,
    8: _enum,
    9: _vlen,
    10: _array,
    11: _complex,
}


def cached_type(medium: Medium, data: bytes) -> Type:
    """Return the type that these bytes describe, which has often been seen before.

    Raises:
        DamagedError: they describe none.
    """
    found: Type | None = medium.types.get(data)
    if found is None:
        found = read_type(Fields(data, medium))
        if len(data) <= _CACHED and len(medium.types) < _KEPT:
            medium.types[data] = found
    return found


def read_shape(fields: Fields) -> tuple[int, ...] | None:
    """Return the shape whose message begins here: () of a single value, None where there is no value at all.

    Raises:
        DamagedError: it is none.
    """
    version, rank, _flags = fields.number(1), fields.number(1), fields.number(1)
    if version not in {1, 2} or rank > _RANK:
        raise DamagedError(f"a shape of version {version} with {rank} dimensions")
    if version == 1:
        fields.bytes(5)
    elif fields.number(1) == 2:
        return None
    return tuple(fields.length() for _ in range(rank))
