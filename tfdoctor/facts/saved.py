"""A saved model as it lies on the disk: what can be read of it without TensorFlow, and without running anything in it.

None means that the file does not say; a tuple that is empty means that it says there is none.
"""

from typing import Any, Literal

from tfdoctor.facts._base import Part

Format = Literal[
    "savedmodel",  # a folder with saved_model.pb (or .pbtxt), of TensorFlow 1 or 2, with or without Keras
    "hub-tf1",  # a folder of TF-Hub's first format (tfhub_module.pb beside saved_model.pb)
    "keras-zip",  # .keras of Keras 3 and of TensorFlow 2.12 to 2.15: config.json, metadata.json, model.weights.h5
    "keras-folder",  # such an archive unpacked, which Keras 3.4 and newer read
    "h5",  # a whole Keras model in HDF5, whatever the file's name
    "h5-weights",  # Keras weights in HDF5 by the names of layers (Keras 1, 2 and tf.keras)
    "keras-weights",  # .weights.h5 of Keras 3 and of TensorFlow 2.12 to 2.15: by the places of variables
    "checkpoint",  # PREFIX.index of TensorFlow's second format, by object graph or by names
    "checkpoint-v1",  # the first format: one file that is a table itself
    "metagraph",  # PREFIX.meta
    "graphdef",  # a frozen graph
    "tflite",
    "keras-json",  # the architecture alone: model.to_json()
]


class Writer(Part, frozen=True):
    """Who wrote it. Versions as they are written in the file; `sources` say where each was found."""

    tensorflow: str | None = None
    keras: str | None = None
    backend: str | None = None  # of Keras
    saved: str | None = None  # date, as the file has it
    sources: tuple[tuple[str, str], ...] = ()  # ("keras", "metadata.json: keras_version")


class AttrUse(Part, frozen=True):
    """An attribute as the nodes of one operation use it.

    Attributes:
        name: of the attribute.
        values: distinct values in the canonical form of `tfdoctor.matrix.ops`, at most 16, sorted.
        default: whether each use equals the default in the file's own list of operations (the producer's);
            None where the file has no such list, or the list no such default.
        node: place of the first node of the graph itself that has it at another value than that default; -1 for none.
        function: the first use in a function, as in `OpUse`.
        called: the first call of a function that uses it, as in `OpUse`.
    """

    name: str
    values: tuple[str, ...] = ()
    default: bool | None = None
    node: int = -1
    function: tuple[int, int] | None = None
    called: int = -1


class OpUse(Part, frozen=True):
    """An operation that the graph or its functions use.

    Attributes:
        name: of the operation.
        count: nodes.
        attrs: its attributes, by name.
        node: place of its first node in the graph itself; -1 where only functions use it.
        function: the first use in a function: the function's place in the order in which TensorFlow makes them, and the
            node's place in it; None where no function uses it.
        called: place of the first node of the graph itself that calls a function which uses it, itself or through
            others; -1 for none.
    """

    name: str
    count: int
    attrs: tuple[AttrUse, ...] = ()
    node: int = -1
    function: tuple[int, int] | None = None
    called: int = -1


class Variable(Part, frozen=True):
    """A stored array. `name` as the file has it; dtype in NumPy's or TensorFlow's lower-case word ("float32").

    `own` is the variable's own name in the program ("dense/kernel"), where an object graph tells it beside the key.
    """

    name: str
    dtype: str | None = None
    shape: tuple[int, ...] | None = None
    own: str = ""


class TensorSpec(Part, frozen=True):
    """An input or output of a signature or an interpreter; -1 is an unknown dimension, None an unknown rank."""

    name: str
    dtype: str
    shape: tuple[int, ...] | None = None


class Signature(Part, frozen=True):
    """A function of the model that a server can call."""

    name: str
    method: str = ""
    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()


class SavedObject(Part, frozen=True):
    """A node of a SavedModel's object graph that is a Python object.

    `kind` is "user_object", "variable", "function", "bare_concrete_function", "asset", "constant", "resource" or
    "captured_tensor"; `identifier` is a user object's ("_tf_keras_layer", "_generic_user_object"); `path` the first
    path from the root ("root.layer-0.cell"); `metadata` what Keras of TensorFlow 2.0 to 2.4 wrote into it;
    `registered` the name under which its class was registered ("" for none); `slots` the number of an optimizer's
    variables that belong to variables of the model.
    """

    node: int
    kind: str
    path: str
    identifier: str = ""
    producer: int | None = None
    min_consumer: int | None = None
    metadata: str | None = None
    registered: str = ""
    slots: int = 0


class MetaGraph(Part, frozen=True):
    """One meta graph of a SavedModel or of a .meta file, or a graph by itself.

    Attributes:
        stripped_ops: names in the producer's list of operations (stripped to those used), or None without a list.
        functions: names of the function library, at most 10,000.
        collections: names of TensorFlow 1's collections.
        objects: nodes of the object graph other than functions and constants; None without an object graph.
        structure: the main op's or initialiser's kind where it matters ("saved_model_main_op", "legacy_init_op", ...).
    """

    tags: tuple[str, ...] = ()
    tensorflow: str | None = None
    git: str | None = None
    producer: int | None = None
    min_consumer: int | None = None
    bad_consumers: tuple[int, ...] = ()
    stripped_default_attrs: bool | None = None
    stripped_ops: tuple[str, ...] | None = None
    ops: tuple[OpUse, ...] = ()
    nodes: int = 0
    functions: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    collections: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    objects: tuple[SavedObject, ...] | None = None
    structure: str = ""


class Lambda(Part, frozen=True):
    """Python code inside a Keras configuration.

    Attributes:
        layer: the name of the layer that carries it.
        place: the key in its configuration ("function", "output_shape", "mask").
        kind: "bytecode" (a marshalled code object), "name" (a function that must be registered or importable).
        pythons: minor versions of Python that can have written the bytecode, oldest first ("3.8", "3.9"); empty where
            it can't be told.
        name: of the function, where the file tells.
        names: of what the bytecode uses ("tf", "np", "reshape"), in its order, at most 100.
    """

    layer: str
    place: str
    kind: Literal["bytecode", "name"]
    pythons: tuple[str, ...] = ()
    name: str = ""
    names: tuple[str, ...] = ()


class KerasLayer(Part, frozen=True):
    """A layer (or another object with a class) in a Keras configuration, in the order of the file.

    `path` is its place from the root ("model/encoder/dense_1"), `keys` those of its own configuration, `custom`
    whether the file itself tells that no Keras has its class (it was registered, or its module is not of Keras; files
    of Keras 2 often do not tell), `role` "layer" (models and cells too) or "argument" (an initializer, a policy ...).
    """

    path: str
    class_name: str
    name: str = ""
    module: str | None = None
    registered: str | None = None
    keys: tuple[str, ...] = ()
    custom: bool = False
    role: Literal["layer", "argument"] = "layer"


class KerasObject(Part, frozen=True):
    """An entry of keras_metadata.pb (TensorFlow 2.5 to 2.15) or an object's metadata in the graph (2.0 to 2.4)."""

    node: int
    path: str
    identifier: str
    producer: int | None = None
    min_consumer: int | None = None
    metadata: dict[str, Any] | None = None


class Keras(Part, frozen=True):
    """What Keras wrote.

    Attributes:
        config: the configuration of the root model as decoded JSON ({"class_name": ..., "config": ...}); None for
            weights alone.
        compile_config: the compile configuration, in HDF5 `training_config`; None where the model was not compiled.
        optimizer_weights: the optimizer's arrays; None where none are stored.
        objects: SavedModel only: the entries for the objects of the graph.
        layers: all layers in the configuration, nested ones too.
        lambdas: Python code in it.
    """

    config: dict[str, Any] | None = None
    compile_config: dict[str, Any] | None = None
    optimizer_weights: tuple[Variable, ...] | None = None
    objects: tuple[KerasObject, ...] = ()
    layers: tuple[KerasLayer, ...] = ()
    lambdas: tuple[Lambda, ...] = ()


class WeightGroup(Part, frozen=True):
    """The arrays of one layer, in the file's order; `name` is the layer's name, or its place in a Keras 3 file.

    `layer` is the layer's name in a Keras 3 file, where it says it.
    """

    name: str
    variables: tuple[Variable, ...] = ()
    layer: str = ""


class Lost(Part, frozen=True):
    """A file that is not there (`size` None), or that ends too early: it, or a checkpoint's index, tells its length.

    `name` is relative to the model, `needed` the bytes that it should have. `objects` says whether the object graph of
    a checkpoint stands in what is lost, `pointer` whether the file is a pointer of Git LFS to the real one; `mismatch`
    which checksums are wrong in a pointer that is long enough to hold what they stand behind: that of the length of the
    object graph, that of the first value; in an index, that it is too short for a table or none by its end.
    """

    name: str
    size: int | None = None
    needed: int = 0
    objects: bool = False
    pointer: bool = False
    mismatch: tuple[Literal["length", "value", "short", "magic"], ...] = ()


class TfLiteOp(Part, frozen=True):
    """An operator of a TFLite file: a builtin with its code, or a custom one (`code` 32, `name` its own)."""

    name: str
    code: int
    version: int = 1
    custom: bool = False


class TfLite(Part, frozen=True):
    """What a TFLite file says; `min_runtime` is the converter's own metadata."""

    schema: int
    description: str = ""
    min_runtime: str | None = None
    conversion: str | None = None  # the TensorFlow that converted it, where its metadata tells
    ops: tuple[TfLiteOp, ...] = ()
    signatures: tuple[Signature, ...] = ()
    subgraphs: int = 0
    metadata: tuple[str, ...] = ()


class SavedModel(Part, frozen=True):
    """All facts of one saved model.

    Attributes:
        path: as the user named it.
        size: bytes of all its files.
        files: (relative name, bytes) of its files, at most 200, sorted.
        groups: stored weights by layer (HDF5, Keras 3); None where no weights are stored by layers.
        variables: stored arrays of a checkpoint or of a SavedModel's variables index, at most 100,000.
        object_checkpoint: whether those are named by an object graph (TF2) and not by TensorFlow 1's names.
        fingerprint: what fingerprint.pb says, ("graph_def_program_hash", "..."), or None without the file.
        remarks: sentences on what was passed over, damaged or unknown.
        lost: files of a checkpoint, of a SavedModel's variables, or in HDF5 that are not whole.
    """

    path: str
    format: Format
    size: int = 0
    files: tuple[tuple[str, int], ...] = ()
    writer: Writer = Writer()
    meta_graphs: tuple[MetaGraph, ...] = ()
    keras: Keras | None = None
    groups: tuple[WeightGroup, ...] | None = None
    variables: tuple[Variable, ...] | None = None
    object_checkpoint: bool | None = None
    tflite: TfLite | None = None
    fingerprint: tuple[tuple[str, str], ...] | None = None
    remarks: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()
