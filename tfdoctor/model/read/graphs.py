"""Graphs in files of their own: frozen graphs, .meta files, and a saved_model.pb that is named by itself."""

from collections.abc import Callable
from typing import Final

from tfdoctor.facts.saved import Format, MetaGraph, SavedModel, Writer
from tfdoctor.model.read import metagraph, savedmodel, wire
from tfdoctor.model.read.source import Bytes, DamagedError, Source

_META_GRAPH: Final = 2  # its field in a SavedModel
_LAST: Final = 7  # field of a meta graph
_TEXTS: Final = {  # the first word of a text, and the message that has such a field
    b"saved_model_schema_version": "SavedModel",
    b"meta_graphs": "SavedModel",
    b"meta_info_def": "MetaGraphDef",
    b"graph_def": "MetaGraphDef",
    b"node": "GraphDef",
    b"versions": "GraphDef",
    b"library": "GraphDef",
}
_Reader = Callable[[Source], SavedModel]


def reader(source: Source) -> _Reader | None:
    """Return the reader of a message by what its fields are; None where it is no graph."""
    words = source.at(0, 4096).split(b"#")[0].split()
    message = _TEXTS.get(words[0].split(b"{")[0].rstrip(b":")) if words else None
    if message is not None:
        return _of_text(message)
    message = _message(source)
    if message == "SavedModel":
        return _saved_model  # under another name than a folder has it
    return _READERS.get(message)


def _of_text(message: str) -> _Reader:
    from tfdoctor.model.read import textproto

    return lambda source: _READERS[message](
        Bytes(textproto.to_wire(source.whole(textproto.LIMIT), message), source.name)
    )


def _message(source: Source) -> str:
    """Tell the message by its first fields."""
    walker = wire.Walker(source)
    try:
        field, offset, length = next(walker.fields(0, source.size))
        if (field, length) == (1, -1) and offset in range(1, 10):
            return "SavedModel" if _is_saved(walker, source.size) else ""
        if length < 0 or field not in {1, 2, 4}:
            return ""
        if field != 1:
            return "GraphDef" if _parses(walker, offset, length) else ""
        inner = {number: kind for number, _, kind in walker.fields(offset, offset + length)}
    except (DamagedError, StopIteration):
        return ""
    # NodeDef: name and op. MetaInfoDef: list of operations, tags, version of TensorFlow.
    if {1, 2} <= inner.keys() <= {1, 2, 3, 4, 5, 6, 7} and _is_node(walker, offset, length):
        return "GraphDef"
    return "MetaGraphDef" if inner.keys() & {2, 4, 5, 6} and inner.keys() <= {1, 2, 3, 4, 5, 6, 7, 8} else ""


def _is_saved(walker: wire.Walker, size: int) -> bool:
    """Say whether what follows the version is a meta graph, or breaks off: ONNX begins in the same way."""
    try:
        second = next((each for each in walker.fields(0, size) if each[0] != 1), None)
    except DamagedError:
        return True
    if second is None:
        return True
    field, offset, length = second
    if field != _META_GRAPH or length < 0:
        return False
    try:
        return all(number <= _LAST for number, _, _ in walker.fields(offset, offset + length))
    except DamagedError:
        return offset + length > size


def _parses(walker: wire.Walker, offset: int, length: int) -> bool:
    return all(field < 100 for field, _, _ in walker.fields(offset, offset + length))


def _is_node(walker: wire.Walker, offset: int, length: int) -> bool:
    """Say whether a message's second field is the name of an operation: a word, and no list."""
    for field, place, size in walker.fields(offset, offset + length):
        if field == 2 and 0 < size < 200:
            return walker.take(place, size).replace(b"_", b"").replace(b">", b"").replace(b".", b"").isalnum()
    return False


def _graph(source: Source) -> SavedModel:
    walker = wire.Walker(source)
    found, remarks = metagraph.graph(walker, 0, source.size)
    return _made(source, "graphdef", found, remarks)


def _meta_graph(source: Source) -> SavedModel:
    found, remarks = metagraph.read(wire.Walker(source), 0, source.size)
    return _made(source, "metagraph", found, remarks)


def _saved_model(source: Source) -> SavedModel:
    remarks: list[str] = []
    found = savedmodel.graphs(source, remarks)
    if not found:
        raise DamagedError(f"no meta graph: {'; '.join(remarks) or 'it is empty'}")
    return _made(source, "savedmodel", found[0], remarks)


def _made(source: Source, form: Format, found: MetaGraph, remarks: list[str]) -> SavedModel:
    writer = Writer()
    if found.tensorflow:
        writer = Writer(tensorflow=found.tensorflow, sources=(("tensorflow", f"{source.name}: tensorflow_version"),))
    return SavedModel(path=source.name, format=form, writer=writer, meta_graphs=(found,), remarks=tuple(remarks))


_READERS: Final[dict[str, _Reader]] = {"GraphDef": _graph, "MetaGraphDef": _meta_graph, "SavedModel": _saved_model}
