"""SavedModels and graphs: tf.saved_model.load, keras.layers.TFSMLayer, and tf.compat.v1.

Read from tensorflow/python/saved_model/load.py, load_v1_in_v2.py, loader_impl.py and keras/src/export/tfsm_layer.py of
each release (https://github.com/tensorflow/tensorflow, https://github.com/keras-team/keras).
"""

from typing import Final

from packaging.version import Version

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import MetaGraph, SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.matrix.ops import OpRelease
from tfdoctor.model.judge.graph import imports, restore
from tfdoctor.model.judge.graph.problems import NEWER, NOT_FOUND
from tfdoctor.model.judge.keras.failure import Failure, Unsure
from tfdoctor.model.judge.target import Target

HUB: Final = "tf1-hub-module-in-tf2"
API: Final = "tf1-graph-api-in-tf2"
DIRECTORY: Final = "savedmodel-dir-in-keras3"
OPTIMIZER: Final = "optimizer-state-legacy-vs-new"

_TWO: Final = Version("2.0")
_FILE_NOT_FOUND: Final = Version("2.3")  # from here on what is not found while functions are made is told so
_CAPTURES: Final = Version("2.6")  # the first that knows captured tensors among the saved objects
_BACKTICKS: Final = Version("2.7")
_OLD_OPTIMIZER: Final = "optimizer"  # the name under which only Keras 2 registers its optimizers
_SERVE: Final = "serve"
_ENDPOINT: Final = "serving_default"


def load(model: SavedModel, target: Target, matrix: Matrix) -> str:
    """Follow tf.saved_model.load(path); return how the result differs.

    Raises:
        Failure: it raises.
        Unsure: facts can't decide.
    """
    if target.tensorflow < _TWO:
        _release(target, matrix)
        said = "load() missing 2 required positional arguments: 'tags' and 'export_dir'"
        raise Failure(API, "TypeError", said)
    difference = make(model, target, matrix)
    restored(model, target)
    return difference


def make(model: SavedModel, target: Target, matrix: Matrix) -> str:
    """Make the functions and objects of a SavedModel, or import its graph; return how the result differs.

    TensorFlow 1.15 has this loader too, under another name.

    Raises:
        Failure: it raises.
        Unsure: facts can't decide.
    """
    release = _release(target, matrix)
    graphs = _graphs(model)
    if len(graphs) == 1 and graphs[0].objects is not None:
        _second_version(graphs[0], target, release, matrix)
        return ""
    if len(graphs) > 1:
        said = f"if there is more than one MetaGraph. Got {_quoted(target)}, but there are {len(graphs)} MetaGraphs"
        raise Failure(HUB, "ValueError", said)
    imports.whole(graphs[0], release, matrix)
    return "a graph of TensorFlow 1: only its signatures can be called"


def restored(model: SavedModel, target: Target) -> None:
    """Restore the variables of what was made.

    Raises:
        Failure: a file is lost.
    """
    graph = _graphs(model)[0]
    if graph.objects is not None:
        restore.objects(model, target)
    elif target.tensorflow >= _TWO:  # before, the operation is part of the graph and waits for a session
        restore.graph(model, graph, target, session=False)


def layer(model: SavedModel, target: Target, matrix: Matrix) -> str:
    """Follow keras.layers.TFSMLayer(path, call_endpoint="serving_default"); return how the result differs.

    Raises:
        Failure: it raises.
        Unsure: facts can't decide.
    """
    load(model, target, matrix)
    graph = model.meta_graphs[0]
    names = {signature.name for signature in graph.signatures}
    if _ENDPOINT not in names:
        said = f"The endpoint '{_ENDPOINT}' is neither an attribute of the reloaded SavedModel"
        raise Failure(DIRECTORY, "ValueError", said)
    return ""


def has_layer(target: Target, matrix: Matrix) -> bool:
    """Say whether the Keras of a target has TFSMLayer."""
    release = matrix.keras.release(target.keras_minor)
    return release is not None and release.exported("keras.layers", "TFSMLayer") is not None


def first_version(model: SavedModel, target: Target, matrix: Matrix) -> str:
    """Follow tf.compat.v1.saved_model.load(session, ["serve"], path), import_meta_graph or import_graph_def.

    Raises:
        Failure: it raises.
        Unsure: facts can't decide.
    """
    release = _release(target, matrix)
    graphs = _graphs(model)
    if model.format in {"graphdef", "metagraph"}:
        imports.whole(graphs[0], release, matrix)
        return ""
    graph = next((graph for graph in graphs if set(graph.tags) == {_SERVE}), None)
    if graph is None:
        raise Failure(HUB, "RuntimeError", "MetaGraphDef associated with tags 'serve' could not be found in SavedModel")
    imports.whole(graph, release, matrix)
    restore.graph(model, graph, target, session=True)
    return ""


def _second_version(graph: MetaGraph, target: Target, release: OpRelease, matrix: Matrix) -> None:
    try:
        imports.functions(graph, release, matrix)
    except Failure as failure:
        if failure.error == NOT_FOUND and target.tensorflow >= _FILE_NOT_FOUND:
            raise Failure(failure.finding, "FileNotFoundError", failure.message, *failure.evidence) from None
        raise
    kinds = {node.kind for node in graph.objects or ()}
    if "captured_tensor" in kinds and target.tensorflow < _CAPTURES:
        raise Failure(NEWER, "ValueError", "Unknown SavedObject type: None")
    old = next((node for node in graph.objects or () if node.slots and node.identifier == _OLD_OPTIMIZER), None)
    if old is not None and target.keras3:
        evidence = Evidence(fact=f"object {old.path}", value=f"an optimizer of Keras 2 with {old.slots} variables")
        raise Failure(OPTIMIZER, "AttributeError", "'_UserObject' object has no attribute 'add_slot'", evidence)


def _release(target: Target, matrix: Matrix) -> OpRelease:
    release = matrix.ops.release(target.minor)
    if release is None:
        raise Unsure(NEWER, f"the operations of TensorFlow {target.minor} are not known")
    return release


def _graphs(model: SavedModel) -> tuple[MetaGraph, ...]:
    if not model.meta_graphs:
        raise Unsure(NEWER, "the file holds no graph that could be read")
    return model.meta_graphs


def _quoted(target: Target) -> str:
    return "`tags=None`" if target.tensorflow >= _BACKTICKS else "'tags=None'"
