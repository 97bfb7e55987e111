"""The outward form of a saved model's facts: what scripts read and what the reports show."""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import prod

import msgspec

from tfdoctor.facts.saved import Format, Keras, KerasLayer, SavedModel, Signature, TensorSpec, Variable
from tfdoctor.matrix import Matrix
from tfdoctor.render.model.compiled import OptimizerView, compiled

_OWN = (".OPTIMIZER_SLOT", "optimizer/", "keras_api/metrics", "save_counter", "_CHECKPOINTABLE", "optimizer_variables")
_MODELS = {"Model", "Functional", "Sequential"}
_ROOTS = {"keras", "tf_keras", "tensorflow"}


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the model; `bytes` is its size."""

    name: str
    bytes: int


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a fact about the writer was found."""

    fact: str
    place: str


class WriterView(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote the model; null where the files do not say. `python` are the minors that its bytecode allows."""

    tensorflow: str | None
    keras: str | None
    backend: str | None
    python: tuple[str, ...]
    saved: str | None
    sources: tuple[SourceView, ...]


class LayerView(msgspec.Struct, frozen=True, kw_only=True):
    """One layer. `custom`: no Keras has its class; `python`: it carries Python code of its own (a Lambda)."""

    path: str
    class_name: str
    name: str
    registered: str | None
    custom: bool
    python: bool


class LambdaView(msgspec.Struct, frozen=True, kw_only=True):
    """Python code in the configuration; `kind` is "bytecode" or "name" (of a function)."""

    layer: str
    place: str
    kind: str
    name: str
    pythons: tuple[str, ...]


class TensorView(msgspec.Struct, frozen=True, kw_only=True):
    """An input or output; -1 is an unknown dimension, null an unknown rank."""

    name: str
    dtype: str
    shape: tuple[int, ...] | None


class SignatureView(msgspec.Struct, frozen=True, kw_only=True):
    """A function that a server can call."""

    name: str
    method: str
    inputs: tuple[TensorView, ...]
    outputs: tuple[TensorView, ...]


class GraphView(msgspec.Struct, frozen=True, kw_only=True):
    """A graph with its operations; `producer` and `min_consumer` are versions of GraphDef."""

    tags: tuple[str, ...]
    producer: int | None
    min_consumer: int | None
    nodes: int
    functions: int
    ops: dict[str, int]


class TfLiteView(msgspec.Struct, frozen=True, kw_only=True):
    """A TFLite file: its operators as "NAME/VERSION", custom ones by themselves."""

    schema: int
    min_runtime: str | None
    conversion: str | None
    subgraphs: int
    operators: tuple[str, ...]
    custom: tuple[str, ...]


class ModelSubject(msgspec.Struct, frozen=True, kw_only=True):
    """A saved model; null and empty where the files do not say.

    `arrays` counts the model's own stored arrays and `parameters` their numbers, the optimizer's left out; `dtypes`
    counts them by type. `remarks` say what was passed over or is damaged.
    """

    kind: str
    path: str
    format: Format
    bytes: int
    files: tuple[FileView, ...]
    writer: WriterView
    root: str | None
    name: str | None
    layers: tuple[LayerView, ...]
    custom: tuple[str, ...]
    lambdas: tuple[LambdaView, ...]
    optimizer: OptimizerView | None
    loss: str | None
    metrics: tuple[str, ...]
    arrays: int | None
    parameters: int | None
    dtypes: dict[str, int]
    signatures: tuple[SignatureView, ...]
    graphs: tuple[GraphView, ...]
    tflite: TfLiteView | None
    remarks: tuple[str, ...]


def subject(model: SavedModel, matrix: Matrix) -> ModelSubject:
    """Return the outward form of a model's facts."""
    own = None if (stored := _stored(model)) is None else [row for row in stored if _is_own(row.name)]
    shaped = [prod(row.shape) for row in own or () if row.shape is not None]
    root = (model.keras.config if model.keras else None) or {}
    inner = root.get("config")
    layers = tuple(_layers(model, matrix))
    built = compiled(model)
    signatures = [*(sign for graph in model.meta_graphs for sign in graph.signatures)]
    signatures += model.tflite.signatures if model.tflite else ()
    return ModelSubject(
        kind="model",
        path=model.path,
        format=model.format,
        bytes=model.size,
        files=tuple(FileView(name=name, bytes=size) for name, size in model.files),
        writer=_writer(model),
        root=_text(root.get("class_name")),
        name=_text(inner.get("name")) if isinstance(inner, dict) else None,
        layers=layers,
        custom=tuple(dict.fromkeys(row.registered or row.class_name for row in layers if row.custom)),
        lambdas=tuple(
            LambdaView(layer=row.layer, place=row.place, kind=row.kind, name=row.name, pythons=row.pythons)
            for row in (model.keras.lambdas if model.keras else ())
        ),
        optimizer=built.optimizer,
        loss=built.loss,
        metrics=built.metrics,
        arrays=None if own is None else len(own),
        parameters=sum(shaped) if own and len(shaped) == len(own) else None,
        dtypes=dict(Counter(row.dtype for row in own or () if row.dtype).most_common()),
        signatures=tuple(map(_signature, signatures)),
        graphs=tuple(_graphs(model)),
        tflite=_tflite(model),
        remarks=model.remarks,
    )


def _writer(model: SavedModel) -> WriterView:
    pythons = [set(row.pythons) for row in (model.keras.lambdas if model.keras else ()) if row.pythons]
    common = set.intersection(*pythons) if pythons else set()
    return WriterView(
        tensorflow=model.writer.tensorflow,
        keras=model.writer.keras,
        backend=model.writer.backend,
        python=tuple(sorted(common, key=lambda text: [int(part) for part in text.split(".")])),
        saved=model.writer.saved,
        sources=tuple(SourceView(fact=fact, place=place) for fact, place in model.writer.sources),
    )


def _layers(model: SavedModel, matrix: Matrix) -> Iterator[LayerView]:
    if model.keras is None:
        return
    coded = {row.layer for row in model.keras.lambdas}
    rows = [row for row in model.keras.layers if row.role == "layer"] or list(_restored(model.keras))
    for row in rows:
        own = row.registered or row.module
        known = (own or "").partition(".")[0] in _ROOTS or _is_known(row.class_name, matrix)
        yield LayerView(
            path=row.path,
            class_name=row.class_name,
            name=row.name,
            registered=row.registered,
            custom=row.custom or not known,
            python=row.name in coded,
        )


def _is_known(class_name: str, matrix: Matrix) -> bool:
    """Whether any Keras has a layer of this name; the table with names of Keras 1 is read only where it is needed."""
    known = class_name in _MODELS or matrix.keras.since("layers", class_name) is not None
    return known or class_name in matrix.keras_configs.names


def _restored(keras: Keras) -> Iterator[KerasLayer]:
    """The layers of a SavedModel, where they stand as objects of their own."""
    for row in keras.objects:
        said = row.metadata or {}
        if row.identifier.startswith("_tf_keras_") and row.identifier != "_tf_keras_metric":
            name = said.get("class_name")
            yield KerasLayer(
                path=row.path.replace("root", "model", 1),
                class_name=name if isinstance(name, str) else row.identifier,
                name=_text(said.get("name")) or "",
            )


def _stored(model: SavedModel) -> Iterable[Variable] | None:
    if model.groups is not None:
        return [row for group in model.groups for row in group.variables]
    return model.variables


def _is_own(name: str) -> bool:
    """Whether an array is the model's own, and not the optimizer's, a metric's or the checkpoint's."""
    return not any(part in name if part.startswith(".") else name.startswith(part) for part in _OWN)


def _signature(row: Signature) -> SignatureView:
    return SignatureView(
        name=row.name,
        method=row.method,
        inputs=tuple(map(_tensor, row.inputs)),
        outputs=tuple(map(_tensor, row.outputs)),
    )


def _tensor(row: TensorSpec) -> TensorView:
    return TensorView(name=row.name, dtype=row.dtype, shape=row.shape)


def _graphs(model: SavedModel) -> Iterator[GraphView]:
    for graph in model.meta_graphs:
        yield GraphView(
            tags=graph.tags,
            producer=graph.producer,
            min_consumer=graph.min_consumer,
            nodes=graph.nodes,
            functions=len(graph.functions),
            ops={row.name: row.count for row in sorted(graph.ops, key=lambda row: (-row.count, row.name))},
        )


def _tflite(model: SavedModel) -> TfLiteView | None:
    lite = model.tflite
    if lite is None:
        return None
    return TfLiteView(
        schema=lite.schema,
        min_runtime=lite.min_runtime,
        conversion=lite.conversion,
        subgraphs=lite.subgraphs,
        operators=tuple(f"{row.name}/{row.version}" for row in lite.ops if not row.custom),
        custom=tuple(row.name for row in lite.ops if row.custom),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
