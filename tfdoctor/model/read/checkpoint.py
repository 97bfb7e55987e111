"""Checkpoints: variables by names (TensorFlow 1) or by the places of objects (TensorFlow 2), both formats of files.

The second format is an index (a table of BundleEntryProto) and shards of data; of these only the object graph is read,
and that they are there and as long as the index counts on.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Literal, NamedTuple

from tfdoctor.errors import InputError
from tfdoctor.facts.saved import Keras, Lost, SavedModel, Variable
from tfdoctor.matrix.attrs import dtype_word
from tfdoctor.model.read import attrs, table, wire
from tfdoctor.model.read.source import POINTER, DamagedError, File, Source

GRAPH: Final = b"_CHECKPOINTABLE_OBJECT_GRAPH"
_VARIABLES: Final = 100_000
_SHARDS: Final = 10_000
_STRING: Final = 7  # DT_STRING
_LENGTH: Final = 8  # bytes of a string's length and the checksum of it, about
_GRAPH_SIZE: Final = 64 << 20
_NAMED: Final = re.compile(r'^[ \t]*model_checkpoint_path:[ \t]*"((?:[^"\\\n]|\\.)*)"', re.MULTILINE)


class _Held(NamedTuple):
    """What an index places in a shard: the bytes that it counts on, and the end of the first value by name."""

    needed: int
    first: int


class Index(NamedTuple):
    """What an index says: variables, whether an object graph names them, what was passed over, shards not whole."""

    variables: tuple[Variable, ...]
    objects: bool
    remarks: tuple[str, ...]
    lost: tuple[Lost, ...]


def read(prefix: Path) -> SavedModel:
    """Read the checkpoint of a prefix: PREFIX.index beside PREFIX.data-00000-of-00001.

    Raises:
        InputError: the index can't be read.
    """
    found = index(prefix)
    optimizer = tuple(variable for variable in found.variables if of_optimizer(variable.name)) if found.objects else ()
    return SavedModel(
        path=str(prefix),
        format="checkpoint",
        variables=found.variables,
        object_checkpoint=found.objects,
        keras=Keras(optimizer_weights=optimizer) if optimizer else None,
        remarks=found.remarks,
        lost=found.lost,
    )


def of_optimizer(name: str) -> bool:
    """Say whether a key of an object checkpoint is part of an optimizer's state."""
    return name.startswith("optimizer/") or "/.OPTIMIZER_SLOT/" in name


def folder(path: Path) -> Path | None:
    """Return the prefix that the file `checkpoint` of a folder names; None without such a file.

    Raises:
        InputError: the file names none.
    """
    try:
        with closing(File(path / "checkpoint")) as source:
            said = wire.string(source.whole(1 << 20))
    except (InputError, DamagedError):
        return None
    named = _NAMED.search(said)
    if named is None:
        raise InputError(f"{path / 'checkpoint'}: names no checkpoint (model_checkpoint_path)")
    prefix = Path(named[1].replace('\\"', '"').replace("\\\\", "\\"))
    # A folder that was moved names its old place: the checkpoint beside the file is meant, as TensorFlow takes it.
    here = path / prefix.name
    return here if not prefix.is_absolute() or not exists(prefix) else prefix


def exists(prefix: Path) -> bool:
    """Say whether there is a checkpoint of a prefix."""
    return prefix.with_name(f"{prefix.name}.index").is_file()


def index(prefix: Path) -> Index:
    """Read PREFIX.index; what is damaged in it becomes a remark.

    Raises:
        InputError: there is no such file.
    """
    with closing(File(prefix.with_name(f"{prefix.name}.index"))) as source:
        variables: list[Variable] = []
        remarks: list[str] = []
        shards = 1
        held: dict[int, _Held] = {}
        graph: wire.Message = {}
        unread = tuple(_unread(source))
        try:
            for key, value in table.entries(source):
                found = wire.message(value)
                if not key:
                    shards = wire.number(found, 1)
                    continue
                shard, end = wire.number(found, 3), _end(found)
                before = held.get(shard, _Held(0, 0))
                held[shard] = _Held(max(end, before.needed), before.first or (0 if key == GRAPH else end))
                if key == GRAPH:
                    graph = found
                elif len(variables) < _VARIABLES:
                    variables.append(_variable(key, found))
                else:
                    remarks.append(f"{source.name}: the first {_VARIABLES} variables are read")
                    break
        except DamagedError as error:
            remarks.append(f"{source.name}: {error}" if source.name not in str(error) else str(error))
    lost = (*unread, *_lost(prefix, shards, held, graph))
    names: dict[str, str] = {}
    if graph:
        try:
            names = _names(_string(prefix, graph, shards))
        except (DamagedError, InputError) as error:
            remarks.append(f"the object graph of the checkpoint is not read: {error}")
    known = tuple(Variable(item.name, item.dtype, item.shape, names.get(item.name, "")) for item in variables)
    return Index(known, bool(graph), tuple(remarks), lost)


def _unread(source: File) -> Iterator[Lost]:
    """Yield the index itself where it is no table at all."""
    if table.is_table(source):
        return
    pointer = source.at(0, len(POINTER)) == POINTER
    why: Literal["short", "magic"] = "short" if source.size < table.FOOTER else "magic"
    yield Lost(source.name, source.size, objects=True, pointer=pointer, mismatch=(why,))


def _end(entry: wire.Message) -> int:
    """The place after an entry's bytes."""
    return wire.number(entry, 4) + wire.number(entry, 5)


def _lost(prefix: Path, shards: int, held: dict[int, "_Held"], graph: wire.Message) -> Iterator[Lost]:
    """Yield the shards that are not there, end before the last entry that the index places in them, or are pointers."""
    for shard, (needed, first) in sorted(held.items())[:_SHARDS]:
        path = _shard(prefix, shard, shards)
        size, pointer = _found(path)
        inside = bool(graph) and wire.number(graph, 3) == shard
        if size is None or size < needed or pointer:
            objects = inside and (pointer or _end(graph) > (size or 0))
            mismatch: list[Literal["length", "value"]] = []
            if pointer and inside and wire.number(graph, 4) + _LENGTH <= (size or 0):
                mismatch.append("length")
            if pointer and 0 < first <= (size or 0):
                mismatch.append("value")
            yield Lost(path.name, size, needed, objects, pointer, tuple(mismatch))


def _found(path: Path) -> tuple[int | None, bool]:
    """The size of a file, None where it can't be told, and whether it is a pointer of Git LFS."""
    try:
        with closing(File(path)) as source:
            return source.size, source.at(0, len(POINTER)) == POINTER
    except InputError:
        return None, False


def _shard(prefix: Path, shard: int, shards: int) -> Path:
    return prefix.with_name(f"{prefix.name}.data-{shard:05d}-of-{shards:05d}")


def _variable(key: bytes, found: wire.Message) -> Variable:
    shape = attrs.shape(wire.blob(found, 2))
    return Variable(wire.string(key), dtype_word(wire.number(found, 1)), shape)


def _string(prefix: Path, entry: wire.Message, shards: int) -> bytes:
    """The one string of a scalar in a shard: its length as a number, four bytes of checksum, itself."""
    shard, offset, size = (wire.number(entry, field) for field in (3, 4, 5))
    if wire.number(entry, 1) != _STRING or not 0 <= size <= _GRAPH_SIZE:
        raise DamagedError(f"its entry has {size} bytes of {dtype_word(wire.number(entry, 1))}")
    with closing(File(_shard(prefix, shard, shards))) as source:
        data = source.exactly(offset, size)
    length, at = wire.varint(data, 0)
    found = data[at + 4 : at + 4 + length]
    if len(found) != length:
        raise DamagedError(f"{length} bytes are announced and {len(found)} are there")
    return found


def _names(data: bytes) -> dict[str, str]:
    """Return the name that each variable had in the program by its key, from a TrackableObjectGraph."""
    found: dict[str, str] = {}
    for node in wire.blobs(wire.message(data), 1):
        for attribute in map(wire.message, wire.blobs(wire.message(node), 2)):
            if len(found) < _VARIABLES and (name := wire.text(attribute, 2)):
                found[wire.text(attribute, 3)] = name
    return found


def read_table(source: Source) -> SavedModel:
    """Read a file that is a table: a checkpoint of the first format, or the index of the second by itself.

    Raises:
        DamagedError: it is no checkpoint.
    """
    try:
        _, value = table.first(source)
        found = wire.message(value)
    except DamagedError as error:
        raise DamagedError(f"a table that is no checkpoint ({error})") from None
    if any(isinstance(value, int) for value in found.get(1, ())):  # the number of shards, in the second format
        raise DamagedError("an index of a checkpoint, whose name ends in .index: name it so")
    meta = wire.message(wire.blob(found, 1))
    variables = []
    for item in map(wire.message, wire.blobs(meta, 1)):
        shape = attrs.shape(wire.blob(item, 2))
        variables.append(Variable(wire.text(item, 1), dtype_word(wire.number(item, 3)), shape))
    return SavedModel(
        path=source.name, format="checkpoint-v1", variables=tuple(variables[:_VARIABLES]), object_checkpoint=False
    )
