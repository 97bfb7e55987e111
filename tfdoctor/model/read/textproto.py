"""The text form of graphs and SavedModels (.pbtxt), made into the wire format, which the readers know.

Only the fields that the readers look at have a schema; what else stands in the text is passed over.
"""

import re
import struct
from collections.abc import Iterator
from typing import Final

from tfdoctor.model.read import attrs, wire
from tfdoctor.model.read.source import DamagedError

_Schema = dict[str, tuple[int, str]]
LIMIT: Final = 32 << 20  # bytes of a text that is read
_DEPTH: Final = 200


def _schema(said: str) -> _Schema:
    """Make "name=1:s value=2:AttrValue" a schema: s bytes, v a whole number, f a float32, else a message."""
    found = {}
    for item in said.split():
        name, _, rest = item.partition("=")
        number, _, kind = rest.partition(":")
        found[name] = (int(number), kind)
    return found


_SCHEMAS: Final = {
    name: _schema(said)
    for name, said in {
        "SavedModel": "saved_model_schema_version=1:v meta_graphs=2:MetaGraphDef",
        "MetaGraphDef": "meta_info_def=1:MetaInfoDef graph_def=2:GraphDef collection_def=4:Collection"
        " signature_def=5:Signature asset_file_def=6:Asset object_graph_def=7:ObjectGraph",
        "MetaInfoDef": "meta_graph_version=1:s stripped_op_list=2:OpList tags=4:s tensorflow_version=5:s"
        " tensorflow_git_version=6:s stripped_default_attrs=7:v",
        "OpList": "op=1:OpDef",
        "OpDef": "name=1:s attr=4:AttrDef",
        "AttrDef": "name=1:s type=2:s default_value=3:AttrValue",
        "AttrValue": "list=1:ListValue s=2:s i=3:v f=4:f b=5:v type=6:v shape=7:Shape tensor=8:Tensor"
        " placeholder=9:s func=10:Func",
        "ListValue": "s=2:s i=3:v f=4:f b=5:v type=6:v shape=7:Shape tensor=8:Tensor func=9:Func",
        "Tensor": "dtype=1:v tensor_shape=2:Shape",
        "Func": "name=1:s",
        "Nothing": "",
        "Shape": "dim=2:Dim unknown_rank=3:v",
        "Dim": "size=1:v",
        "Attr": "key=1:s value=2:AttrValue",
        "GraphDef": "node=1:NodeDef library=2:Library version=3:v versions=4:Versions",
        "NodeDef": "name=1:s op=2:s input=3:s device=4:s attr=5:Attr",
        "Versions": "producer=1:v min_consumer=2:v bad_consumers=3:v",
        "Library": "function=1:FunctionDef",
        "FunctionDef": "signature=1:OpDef node_def=3:NodeDef",
        "Collection": "key=1:s value=2:CollectionDef",
        "CollectionDef": "any_list=5:AnyList",
        "AnyList": "value=1:Any",
        "Any": "value=2:s []=2:Asset",  # the only messages of unknown kind that are looked at
        "Signature": "key=1:s value=2:SignatureDef",
        "SignatureDef": "inputs=1:TensorEntry outputs=2:TensorEntry method_name=3:s",
        "TensorEntry": "key=1:s value=2:TensorInfo",
        "TensorInfo": "name=1:s dtype=2:v tensor_shape=3:Shape",
        "Asset": "filename=2:s",
        "ObjectGraph": "nodes=1:Object",
        "Object": "children=1:Child user_object=4:UserObject asset=5:Nothing function=6:Nothing variable=7:Nothing"
        " bare_concrete_function=8:Nothing constant=9:Nothing resource=10:Nothing captured_tensor=12:Nothing"
        " registered_name=13:s",
        "Child": "node_id=1:v local_name=2:s",
        "UserObject": "identifier=1:s version=2:Versions metadata=3:s",
    }.items()
}
_TOKEN: Final = re.compile(
    r"""(?:\s|\#[^\n]*\n)*(?P<item>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\[[\w./%-]*[./][\w./%-]*\]"""
    r"""|[A-Za-z_][\w.]*|[-+]?(?:\d|\.\d)[\w.]*(?:(?<=[eE])[-+]\d+)?f?|[-+]?(?:inf|nan)\w*|[-{}<>\[\]:;,])""",
    re.DOTALL,
)
_REST: Final = re.compile(r"(?:\s|#[^\n]*(?:\n|\Z))*")
_VALUES: Final = {"true", "false", "inf", "nan"}
_ESCAPE: Final = re.compile(rb"""\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|(.))""", re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def to_wire(data: bytes, message: str) -> bytes:
    """Return a text as the message that it stands for.

    Raises:
        DamagedError: it is no such text.
    """
    reader = _Reader(message)
    for item in _tokens(data.decode(errors="surrogateescape")):
        reader.take(item)
    return reader.done()


class _Reader:
    """Builds the message: one level for each that is open, of which an unknown one has no schema."""

    def __init__(self, message: str) -> None:
        self._levels: list[tuple[str | None, int, bytearray]] = [(message, 0, bytearray())]
        self._field: tuple[int, str] | None = None  # whose value comes next, or may come in a list

    def done(self) -> bytes:
        if len(self._levels) != 1:
            raise DamagedError("the text breaks off")
        return bytes(self._levels[0][2])

    def take(self, item: str) -> None:
        """Take the next token."""
        built, field = self._levels[-1][2], self._field
        if item in "{<":
            self._open()
        elif item in "}>":
            self._close()
        elif item[0] in "\"'":
            if field and field[1] == "s":
                _add_bytes(built, field[0], _unquoted(item))
        elif item[0].isalpha() or item[0] == "_":
            self._word(item)
        elif item[0] == "[" and len(item) > 1:  # the kind of a message in an Any
            self._word("[]")
        elif field and item not in ":;,[]":
            _add_number(built, field, item)

    def _open(self) -> None:
        if len(self._levels) >= _DEPTH:
            raise DamagedError("the text is nested too deep")
        number, kind = self._field or (0, "")
        self._levels.append((kind if kind in _SCHEMAS else None, number, bytearray()))
        self._field = None

    def _close(self) -> None:
        schema, number, built = self._levels.pop()
        if not self._levels:
            raise DamagedError("the text closes more than it opens")
        self._field = None
        if schema is not None:
            _add_bytes(self._levels[-1][2], number, built)
            self._field = (number, schema)  # in a list further ones may follow

    def _word(self, item: str) -> None:
        """Take the name of a field, or a value that is a word (true, DT_FLOAT)."""
        schema, _, built = self._levels[-1]
        field = self._field
        known = _SCHEMAS[schema].get(item) if schema is not None else None
        if known is None and field and field[1] in "vf" and (item in _VALUES or item.startswith("DT_")):
            _add_number(built, field, item)
        else:
            self._field = known


def _tokens(said: str) -> Iterator[str]:
    """Return tokens; a string that goes on in a further one is one string."""
    at, pending = 0, ""
    end = len(said)
    while at < end:
        found = _TOKEN.match(said, at)
        if found is None:
            if _REST.fullmatch(said, at):
                break
            raise DamagedError(f"no text form of a message at character {at}")
        at, item = found.end(), found["item"]
        if item[0] in "\"'":
            pending = f'{pending[:-1]}{item[1:-1]}"' if pending else f'"{item[1:-1]}"'
            continue
        if pending:
            yield pending
            pending = ""
        yield item
    if pending:
        yield pending


def _add_number(built: bytearray, field: tuple[int, str], item: str) -> None:
    number, kind = field
    try:
        if kind == "f":
            value = float(item if "n" in item else item.rstrip("fF"))
            built += wire.encoded(number << 3 | 5) + struct.pack("<f", value)
        elif kind == "v":
            built += wire.encoded(number << 3) + wire.encoded(_whole(item))
    except (ValueError, OverflowError):
        raise DamagedError(f"no number: {item[:40]}") from None


def _whole(item: str) -> int:
    if item in _VALUES:
        return int(item == "true")
    if item.startswith("DT_"):
        return attrs.type_number(item)
    if len(item) > 1 and item[0] == "0" and item.isdigit():
        return int(item, 8)
    return int(item, 0)


def _add_bytes(built: bytearray, number: int, data: bytes | bytearray) -> None:
    built += wire.encoded(number << 3 | 2) + wire.encoded(len(data)) + data


def _unquoted(item: str) -> bytes:
    def plain(found: "re.Match[bytes]") -> bytes:
        if found[1]:
            return bytes([int(found[1], 8) & 255])
        if found[2]:
            return bytes([int(found[2], 16)])
        return _LETTERS.get(found[3], found[3])

    return _ESCAPE.sub(plain, item[1:-1].encode(errors="surrogateescape"))
