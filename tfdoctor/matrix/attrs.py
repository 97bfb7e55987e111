"""Values of attributes as text: one form for the defaults of the registry and for what a graph's nodes say.

Text is JSON's ("valid" in quotes), types are "DT_FLOAT", shapes "[2,?]" and "[*]" for an unknown rank, functions
"@name", tensors "tensor(DT_FLOAT,[2])" without their contents, lists "[1, 2]".
"""

import json
import struct
from collections.abc import Iterable
from typing import Final

# https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/types.proto; a reference is 100 more.
_NAMES: Final = (
    "INVALID FLOAT DOUBLE INT32 UINT8 INT16 INT8 STRING COMPLEX64 INT64 BOOL QINT8 QUINT8 QINT32 BFLOAT16 QINT16 "
    "QUINT16 UINT16 COMPLEX128 HALF RESOURCE VARIANT UINT32 UINT64 FLOAT8_E5M2 FLOAT8_E4M3FN FLOAT8_E4M3FNUZ "
    "FLOAT8_E4M3B11FNUZ FLOAT8_E5M2FNUZ INT4 UINT4 INT2 UINT2 FLOAT4_E2M1FN"
)
DTYPES: Final = dict(enumerate(_NAMES.split()))
_REF: Final = 100
_WORDS: Final = {"HALF": "float16", "FLOAT": "float32", "DOUBLE": "float64"}
_SHORTEST, _EXACT = 6, 9  # digits of a float32


def dtype(number: int) -> str:
    """Return the name of a type: "DT_FLOAT"."""
    name = DTYPES.get(number % _REF, str(number % _REF))
    return f"DT_{name}_REF" if number > _REF else f"DT_{name}"


def dtype_word(number: int) -> str:
    """Return the name as Python writes it: "float32"."""
    name = DTYPES.get(number % _REF, str(number % _REF))
    return _WORDS.get(name, name.lower())


def text(value: bytes) -> str:
    """Return a string in JSON's form; bytes that are no UTF-8 stand for themselves, as in Latin-1."""
    try:
        said = value.decode()
    except UnicodeDecodeError:
        said = value.decode("latin-1")
    return json.dumps(said, ensure_ascii=False)


def number(value: float) -> str:
    """Return a float32 with as few digits as tell it."""
    for digits in range(_SHORTEST, _EXACT):
        said = f"{value:.{digits}g}"
        if _single(float(said)) == value:
            return said
    return f"{value:.{_EXACT}g}"


def boolean(value: object) -> str:
    """Return "true" or "false"."""
    return "true" if value else "false"


def shape(sizes: Iterable[int] | None) -> str:
    """Return a shape; None is an unknown rank, -1 an unknown size."""
    return "[*]" if sizes is None else f"[{','.join('?' if size < 0 else str(size) for size in sizes)}]"


def tensor(kind: int, sizes: Iterable[int] | None) -> str:
    """Return type and shape of a tensor."""
    return f"tensor({dtype(kind)},{shape(sizes)})"


def function(name: str) -> str:
    """Return the name of a function."""
    return f"@{name}"


def many(values: Iterable[str]) -> str:
    """Return a list of values in this form."""
    return f"[{', '.join(values)}]"


def _single(value: float) -> float:
    try:
        found: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return value
    return found
