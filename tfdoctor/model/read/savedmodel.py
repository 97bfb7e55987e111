"""SavedModel folders of TensorFlow 1 and 2, and of TF-Hub's first format."""

from contextlib import closing
from pathlib import Path
from typing import Any, Final

from msgspec import structs

from tfdoctor.errors import InputError
from tfdoctor.facts.saved import Format, Keras, KerasObject, Lost, MetaGraph, SavedModel, Writer
from tfdoctor.model.read import checkpoint, keras_objects, metagraph, others, wire
from tfdoctor.model.read.source import POINTER, Bytes, DamagedError, File, Source

_META_GRAPHS: Final = 64
_HUB: Final = "tfhub_module.pb"
_HUB_FORMAT: Final = 3  # the one that TF-Hub has ever written
_FINGERPRINT: Final = {
    1: "saved_model_checksum",
    2: "graph_def_program_hash",
    3: "signature_def_hash",
    4: "saved_object_graph_hash",
    5: "checkpoint_hash",
}


def is_folder(path: Path) -> bool:
    """Say whether a folder holds a SavedModel."""
    return (path / "saved_model.pb").exists() or (path / "saved_model.pbtxt").exists()


def read(path: Path) -> SavedModel:
    """Read the folder of a SavedModel.

    Raises:
        InputError: saved_model.pb can't be read, or is none.
    """
    remarks: list[str] = []
    with closing(_proto(path)) as source:
        meta_graphs = graphs(source, remarks)
    if not meta_graphs:
        said = "; ".join(remarks) or "it is empty"
        raise InputError(f"{path}: {_told(path / source.name) or f'{source.name} has no meta graph: {said}'}")
    found: dict[str, Any] = {}
    form: Format = "savedmodel"
    if _hub(path, remarks):
        form = "hub-tf1"
    objects, lost = _keras_objects(path, meta_graphs, remarks)
    variables = _variables(path, remarks)
    if variables is not None:
        found["variables"], found["object_checkpoint"] = variables.variables, variables.objects
        lost += tuple(structs.replace(each, name=f"variables/{each.name}") for each in variables.lost)
    keras = _keras(objects, variables, remarks)
    return SavedModel(
        path=str(path),
        format=form,
        writer=_writer(meta_graphs, objects, path),
        meta_graphs=tuple(meta_graphs),
        keras=keras,
        fingerprint=_fingerprint(path, remarks),
        remarks=tuple(remarks),
        lost=lost,
        **found,
    )


def _told(path: Path) -> str:
    """What a file is that stands in the place of saved_model.pb; "" where that is not known."""
    with closing(File(path)) as source:
        told = others.told(source.at(0, 4096), source.size, "") if source.size else ""
    return f"{path.name} is {told}" if told else ""


def _proto(path: Path) -> Source:
    """The message itself; text is made into its wire format first."""
    if (path / "saved_model.pb").exists():
        return File(path / "saved_model.pb")
    from tfdoctor.model.read import textproto

    with closing(File(path / "saved_model.pbtxt")) as source:
        try:
            return Bytes(textproto.to_wire(source.whole(textproto.LIMIT), "SavedModel"), source.name)
        except DamagedError as error:
            raise InputError(f"{path / source.name}: {error}") from None


def graphs(source: Source, remarks: list[str]) -> list[MetaGraph]:
    """Read the meta graphs of a SavedModel message; what is damaged becomes a remark."""
    found: list[MetaGraph] = []
    walker = wire.Walker(source)
    try:
        for field, offset, length in walker.fields(0, source.size):
            if field == 1 and length < 0 and offset != 1:
                remarks.append(f"{source.name}: schema version {offset}, where 1 is known")
            if field == 2 and length >= 0 and len(found) < _META_GRAPHS:
                one, said = metagraph.read(walker, offset, offset + length)
                found.append(one)
                remarks += said
    except DamagedError as error:
        remarks.append(str(error))
    return found


def _optional(path: Path, remarks: list[str]) -> File | None:
    """A file of the folder; None where it is not there."""
    try:
        return File(path) if path.is_symlink() or path.exists() else None
    except (InputError, OSError) as error:  # a folder that may not be entered, too
        remarks.append(str(error))
        return None


def _hub(path: Path, remarks: list[str]) -> bool:
    source = _optional(path / _HUB, remarks)
    if source is None:
        return False
    with closing(source):
        try:
            found = wire.message(source.whole(1 << 20))
        except DamagedError as error:
            remarks.append(f"{_HUB}: {error}")
            return True
    if wire.number(found, 1) != _HUB_FORMAT:
        remarks.append(f"{_HUB}: format {wire.number(found, 1)}, where {_HUB_FORMAT} is known")
    remarks += [f"{_HUB}: requires the feature {wire.string(name)}" for name in list(wire.blobs(found, 2))[:20]]
    return True


def _keras_objects(
    path: Path, graphs: list[MetaGraph], remarks: list[str]
) -> tuple[tuple[KerasObject, ...], tuple[Lost, ...]]:
    """The objects of Keras, and keras_metadata.pb where it is not whole."""
    source = _optional(path / "keras_metadata.pb", remarks)
    if source is None:
        return keras_objects.graph(graphs[0].objects or ()), ()
    with closing(source):
        found, said, damaged = keras_objects.file(source)
        pointer = source.at(0, len(POINTER)) == POINTER
    remarks += said
    return found, (Lost(source.name, source.size, pointer=pointer),) if damaged else ()


def _keras(objects: tuple[Any, ...], variables: checkpoint.Index | None, remarks: list[str]) -> Keras | None:
    if not objects:
        return None
    found, said = keras_objects.keras(objects)
    remarks += said
    if variables is None or not variables.objects:
        return found
    states = tuple(item for item in variables.variables if checkpoint.of_optimizer(item.name))
    return structs.replace(found, optimizer_weights=states or None)


def _variables(path: Path, remarks: list[str]) -> checkpoint.Index | None:
    prefix = path / "variables" / "variables"
    source = _optional(prefix.with_name("variables.index"), remarks)
    if source is None:
        return None
    source.close()
    try:
        found = checkpoint.index(prefix)
    except InputError as error:
        remarks.append(str(error))
        return None
    remarks += found.remarks
    return found


def _fingerprint(path: Path, remarks: list[str]) -> tuple[tuple[str, str], ...] | None:
    source = _optional(path / "fingerprint.pb", remarks)
    if source is None:
        return None
    with closing(source):
        try:
            found = wire.message(source.whole(1 << 20))
            version = wire.message(wire.blob(found, 6)) if 6 in found else {}
        except DamagedError as error:
            remarks.append(f"fingerprint.pb: {error}")
            return ()
    unsigned = {field: wire.number(found, field) % (1 << 64) for field in _FINGERPRINT if field in found}
    rows = [(_FINGERPRINT[field], str(value)) for field, value in unsigned.items()]
    return (*rows, ("version", str(wire.number(version, 1)))) if version else tuple(rows)


def _writer(graphs: list[MetaGraph], objects: tuple[Any, ...], path: Path) -> Writer:
    tensorflow = next((one.tensorflow for one in graphs if one.tensorflow), None)
    said = keras_objects.root(objects)
    keras, backend = (
        value if isinstance(value := said.get(key), str) else None for key in ("keras_version", "backend")
    )
    sources = []
    if tensorflow:
        sources.append(("tensorflow", "saved_model.pb: tensorflow_version"))
    if keras:
        place = "keras_metadata.pb" if (path / "keras_metadata.pb").exists() else "saved_model.pb"
        sources.append(("keras", f"{place}: keras_version"))
    return Writer(tensorflow=tensorflow, keras=keras, backend=backend, sources=tuple(sources))
