"""keras.models.load_model on a SavedModel: objects of Keras by their metadata, the graph, compilation.

Until 2.1 every object is made from the graph; 2.2 and 2.3 load the graph and make objects from their metadata on the
way; from 2.4 on objects come first: from the graph's own metadata, from 2.5 on those of keras_metadata.pb.
"""

from collections.abc import Mapping
from typing import Any, Final

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import Keras, KerasObject, SavedModel
from tfdoctor.model.judge.keras import aged, compiled, reasons
from tfdoctor.model.judge.keras.builder import Builder
from tfdoctor.model.judge.keras.eras import Era
from tfdoctor.model.judge.keras.failure import Below, Failure
from tfdoctor.versions import minor, release

_FILE: Final = "keras_metadata.pb"
_METRIC: Final = "_tf_keras_metric"
_INPUT: Final = "_tf_keras_input_layer"
_SEQUENTIAL: Final = "_tf_keras_sequential"

_NO_JSON: Final = "Expecting value: line 1 column 1 (char 0)"

_KNOWN: Final = frozenset({"_tf_keras_layer", _INPUT, "_tf_keras_network", "_tf_keras_model", _SEQUENTIAL})
_OBJECTS: Final = frozenset({*_KNOWN, _METRIC, "_tf_keras_rnn_layer"})
_UNBUILT: Final = frozenset({"MultiHeadAttention"})  # layers whose own layers are built when they are called
_SINCE_TOLD: Final = (2, 6)  # says that metadata are missing, where older ones try to read them
_TWICE: Final = (2, 5)  # reads the metadata of what is not built from the graph too, where 2.6 and newer write none
_SINCE_CONFIG: Final = (2, 2)
_SINCE_INPUT: Final = (2, 1)  # knows objects that are input layers
_SINCE_INT64: Final = (2, 3)


def load(model: SavedModel, builder: Builder, below: Below, *, compiles: bool) -> str:
    """Follow load_model on a SavedModel; return how the loaded model differs, "" for not at all.

    Args:
        model: its facts.
        builder: of the Keras that loads.
        below: what TensorFlow refuses in the graph and of the variables.
        compiles: whether the model is compiled.

    Raises:
        Failure: the first thing that is refused.
    """
    keras = model.keras or Keras()
    objects = [each for each in keras.objects if each.identifier]
    own = builder.era
    first = own.can("objects_first")
    _parsed(model, own)
    _paths(model, own)
    if not first:
        _raise(below.graph)
    _metadata(model, own)
    if own.minor >= _SINCE_CONFIG:
        _objects(model, builder, objects)
    else:
        _plain(model, builder, objects)
    if first:
        _raise(below.graph)
    _raise(below.variables)
    if own.minor < _SINCE_CONFIG:
        _added(model, builder, objects)
    aged.check(model, objects, own.minor)
    if own.minor == _TWICE:
        _reconstruct(model, objects)
    _restored(model, builder)
    root = next((each for each in objects if each.path in {"root", ""} and each.metadata), None)
    if compiles and root is not None:
        _compile(builder, root)
    return _difference(objects, own.minor)


def _difference(objects: list[KerasObject], own: tuple[int, int]) -> str:
    if not objects:
        return "what comes back is no model of Keras: only its functions and signatures can be called"
    if own < _SINCE_INPUT:
        return "a model made from the graph alone, which lacks methods of Keras such as predict"
    return ""


def _parsed(model: SavedModel, own: Era) -> None:
    """Parse the file of the metadata."""
    for lost in model.lost:
        if lost.name == _FILE and own.can("metadata_file"):
            what = "a pointer of Git LFS" if lost.pointer else "cut off or damaged"
            evidence = Evidence(fact=_FILE, value=f"{what}, {lost.size} bytes")
            raise Failure(reasons.KEYS, "OSError", "Cannot parse keras metadata ", evidence)


def _paths(model: SavedModel, own: Era) -> None:
    """Walk through the graph's objects, which a graph of TensorFlow 1 has not, where Keras wrote no file of its own."""
    if not own.can("objects_first") or any(name == _FILE for name, _ in model.files):
        return
    if model.meta_graphs and model.meta_graphs[0].objects is None:
        evidence = Evidence(fact="objects", value="none: a graph of TensorFlow 1")
        raise Failure(reasons.FIRST_GRAPH, "IndexError", "list index", evidence)


def _raise(failure: Failure | None) -> None:
    if failure is not None:
        raise failure


def _objects(model: SavedModel, builder: Builder, objects: list[KerasObject]) -> None:
    """Make layers from their metadata; what can't be made is made from the graph, unless it must not be."""
    made: list[str] = []
    bare = bare_nodes(model) if builder.era.minor == _TWICE else frozenset()
    builder.called = False
    for each in objects:
        metadata = each.metadata
        if each.identifier == _METRIC or metadata is None or not isinstance(metadata.get("config"), dict):
            continue
        if each.node in bare and (each.identifier == _SEQUENTIAL or metadata.get("class_name") in _UNBUILT):
            raise _twice(each)
        if any(each.path.startswith(f"{path}.") for path in made) or _is_network(metadata):
            continue
        try:
            builder.legacy({"class_name": metadata.get("class_name"), "config": decoded(metadata["config"])})
        except Failure as failure:
            _or_from_graph(builder, metadata, failure)
        else:
            made.append(each.path)


def bare_nodes(model: SavedModel) -> frozenset[int]:
    """Return the nodes of Keras in the graph that have no metadata there."""
    graph = model.meta_graphs[0].objects if model.meta_graphs else None
    return frozenset(each.node for each in graph or () if each.identifier in _OBJECTS and not each.metadata)


def _twice(each: KerasObject) -> Failure:
    evidence = Evidence(fact=each.path, value=f"metadata in {_FILE} alone, where 2.5 looks in the graph as well")
    return Failure(reasons.METADATA, "JSONDecodeError", _NO_JSON, evidence)


def _reconstruct(model: SavedModel, objects: list[KerasObject]) -> None:
    """Put functional models together as 2.5 does: it reads their configuration from the graph."""
    bare = bare_nodes(model)
    for each in objects:
        if each.node in bare and each.metadata and _is_network(each.metadata) and each.metadata.get("config"):
            raise _twice(each)


def _metadata(model: SavedModel, own: Era) -> None:
    """Find the metadata of Keras: in its own file, which 2.5 and newer write and look for, or in the graph."""
    there = own.can("metadata_file") and any(name == _FILE for name, _ in model.files)
    bare = bare_nodes(model)
    if there or not bare:
        return
    if own.minor < _SINCE_TOLD:
        evidence = Evidence(fact="files", value=f"the metadata of Keras is in {_FILE}, where 2.5 and newer look")
        raise Failure(reasons.METADATA, "JSONDecodeError", _NO_JSON, evidence)
    evidence = Evidence(fact="files", value=f"no {_FILE}: lost, or saved with tf.saved_model.save")
    raise Failure(reasons.NO_METADATA, "ValueError", "Unable to create a Keras model from ", evidence)


def _is_network(metadata: Mapping[str, Any]) -> bool:
    """Whether an object is a functional model: its layers are made one by one."""
    return bool(metadata.get("is_graph_network")) or metadata.get("class_name") in {"Sequential", "Functional"}


def _or_from_graph(builder: Builder, metadata: Mapping[str, Any], failure: Failure) -> None:
    """Raise what an object's failure becomes, if it is one of the loader."""
    name, own = metadata.get("class_name"), builder.era.minor
    must = bool(metadata.get("must_restore_from_config"))
    refused = failure.error in {"TypeError", "KeyError"}
    known = builder.release.lookup("layers", str(name)) is not None
    if refused and own >= (2, 8):
        if known:
            failure = failure.within(f"Unable to restore object of class '{name}'", "RuntimeError")
        if own < (2, 12) or must:
            raise failure
        return
    if refused:
        raise failure
    if must:
        if own < (2, 8):
            raise failure.within(f"Unable to restore a layer of class {name}", "RuntimeError")
        raise failure


def decoded(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Return JSON of metadata with its tuples and shapes as lists."""
    if isinstance(value, list):
        return [decoded(each) for each in value]
    if isinstance(value, dict):
        if value.get("class_name") in {"__tuple__", "TensorShape"} and isinstance(value.get("items"), list):
            return decoded(value["items"])
        return {key: decoded(each) for key, each in value.items()}
    return value


def _tuples(model: SavedModel, objects: list[KerasObject]) -> list[tuple[KerasObject, Evidence | None]]:
    """Return objects with what is written of their shapes in the way of 2.2 and newer, which older ones can't read."""
    wrote = release(model.writer.tensorflow)
    if wrote is None or minor(wrote) < _SINCE_CONFIG:
        return []
    told = f"as TensorFlow {wrote} writes a tuple"
    return [
        (each, Evidence(fact=f"{each.path}: batch_input_shape", value=told) if _shape(each) is not None else None)
        for each in objects
        if each.identifier in _KNOWN
    ]


def _shape(each: KerasObject) -> Any:  # noqa: ANN401  any JSON
    return (each.metadata or {}).get("batch_input_shape")


def _plain(model: SavedModel, builder: Builder, objects: list[KerasObject]) -> None:
    """Make objects as 1.15 to 2.1 do: from plain JSON."""
    inputs = builder.era.minor >= _SINCE_INPUT
    for each, evidence in _tuples(model, objects):
        if each.identifier == _INPUT and not inputs:
            continue
        dtype = (each.metadata or {}).get("dtype")
        if isinstance(dtype, dict) and not builder.era.can("dtype_objects"):
            shown = Evidence(fact=f"{each.path}: dtype", value="a policy as an object")
            raise Failure(reasons.METADATA, "TypeError", "unhashable type: 'dict'", shown)
        if evidence is not None and each.identifier == _INPUT:
            raise Failure(reasons.METADATA, "KeyError", "0", evidence)


def _added(model: SavedModel, builder: Builder, objects: list[KerasObject]) -> None:
    """Add layers to a Sequential as 1.15 to 2.1 do, at the end: a layer that tells its shape makes an input of it."""
    parents = {each.path for each in objects if each.identifier == _SEQUENTIAL}
    for each, evidence in _tuples(model, objects):
        if evidence is not None and each.identifier != _INPUT and each.path.rpartition(".")[0] in parents:
            error = "TypeError" if builder.era.minor >= _SINCE_INPUT else "ValueError"
            raise Failure(reasons.METADATA, error, "Error converting shape to a TensorShape: ", evidence)


def _compile(builder: Builder, root: KerasObject) -> None:
    """Compile with what the root's metadata say."""
    training = (root.metadata or {}).get("training_config")
    if not isinstance(training, Mapping):
        return
    if builder.era.minor >= _SINCE_CONFIG:
        compiled.check_training(builder, training)
        return
    if root.identifier == "_tf_keras_network":
        return  # no model to these: nothing is compiled
    loss = training.get("loss")
    if isinstance(loss, Mapping) and "class_name" not in loss:
        compiled.check_training(builder, {**training, "loss": None})
        raise Failure(reasons.METADATA, "ValueError", f"Unknown entries in loss dictionary: {list(loss)}")
    compiled.check_training(builder, training)


def _restored(model: SavedModel, builder: Builder) -> None:
    """Restore variables: the count of a Normalization layer was of another type before 2.3."""
    wanted = "int64" if builder.era.minor >= _SINCE_INT64 else "int32"
    if builder.era.minor < _SINCE_CONFIG:
        return  # variables are what the file says
    for each in model.variables or ():
        place = each.name.removesuffix("/.ATTRIBUTES/VARIABLE_VALUE")
        if place.endswith("/count") and each.dtype in {"int32", "int64"} and each.dtype != wanted:
            message = f"expected dtype {wanted} does not equal original dtype {each.dtype}"
            evidence = Evidence(fact=place, value=each.dtype)
            raise Failure(reasons.VARIABLES, "InvalidArgumentError", message, evidence)
