"""The facts of a saved model in lines for people: a name and what is said."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from tfdoctor.render.model.subject import GraphView, ModelSubject, SignatureView, TensorView

FORMATS: Final = {
    "savedmodel": "SavedModel",
    "hub-tf1": "TF-Hub module of TensorFlow 1",
    "keras-zip": ".keras archive",
    "keras-folder": ".keras archive that was unpacked",
    "h5": "Keras model in HDF5",
    "h5-weights": "Keras weights in HDF5",
    "keras-weights": "Keras 3 weights (.weights.h5)",
    "checkpoint": "checkpoint",
    "checkpoint-v1": "checkpoint of TensorFlow's first format",
    "metagraph": "meta graph of TensorFlow 1",
    "graphdef": "frozen graph",
    "tflite": "TFLite model",
    "keras-json": "Keras architecture (JSON)",
}
"""Each format in words."""

_FEW: Final = 8  # of anything, unless all are asked for
_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")


def heading(shown: ModelSubject) -> str:
    """Return path, format and size in one line."""
    number = len(shown.files)
    files = f" in {number} files" if number > 1 else ""
    return f"{shown.path}: {FORMATS[shown.format]}, {size(shown.bytes)}{files}"


def rows(shown: ModelSubject, *, verbose: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the facts, each with its name; long lists are cut unless `verbose` is set."""
    most = 10_000 if verbose else _FEW
    yield "written by", writer(shown, verbose=verbose)
    if shown.root:
        yield "model", " ".join(part for part in (shown.root, f'"{shown.name}"' if shown.name else "") if part)
    if shown.layers:
        yield "layers", _counted(Counter(row.class_name for row in shown.layers), most)
    if shown.custom:
        yield "custom", _few(shown.custom, most)
    for row in shown.lambdas[:most]:
        yield "code inside", _code(row.layer, row.place, row.kind, row.name, row.pythons)
    yield from _stored(shown)
    if shown.optimizer is not None:
        yield "optimizer", _optimizer(shown)
    if shown.loss or shown.metrics:
        yield "compiled", "; ".join(_compiled(shown, most))
    for sign in shown.signatures[:most]:
        yield "signature", signature(sign)
    for graph in shown.graphs[:most]:
        yield "graph", _graph(graph, most)
    yield from _lite(shown, most)
    for remark in shown.remarks[:most]:
        yield "remark", remark


def writer(shown: ModelSubject, *, verbose: bool = False) -> str:
    """Return who wrote it."""
    found = shown.writer
    places = {row.fact: row.place for row in found.sources} if verbose else {}

    def named(fact: str, text: str) -> str:
        return f"{text} ({places[fact]})" if fact in places else text

    parts = [
        named("tensorflow", f"TensorFlow {found.tensorflow}") if found.tensorflow else "",
        named("keras", f"Keras {found.keras}") if found.keras else "",
        f"backend {found.backend}" if found.backend and found.backend != "tensorflow" else "",
        f"Python {' or '.join(found.python)} (by its bytecode)" if found.python else "",
        named("saved", f"on {found.saved}") if found.saved else "",
    ]
    return ", ".join(part for part in parts if part) or "the files do not say"


def size(number: int) -> str:
    """Return a number of bytes in words."""
    value, unit = float(number), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def signature(row: SignatureView) -> str:
    """Return a signature as a function is written."""
    inputs = ", ".join(map(_tensor, row.inputs[:_FEW])) + (", ..." if len(row.inputs) > _FEW else "")
    outputs = ", ".join(map(_tensor, row.outputs[:_FEW])) + (", ..." if len(row.outputs) > _FEW else "")
    return f"{row.name}({inputs}) -> {outputs or 'nothing'}"


def _tensor(row: TensorView) -> str:
    if row.shape is None:
        return f"{row.name}: {row.dtype}"
    return f"{row.name}: {row.dtype}[{','.join('?' if part < 0 else str(part) for part in row.shape)}]"


def _code(layer: str, place: str, kind: str, name: str, pythons: tuple[str, ...]) -> str:
    if kind == "name":
        return f"{layer}: {place} is the function {name or 'without a name'}, which must be given or registered"
    made = f" of Python {' or '.join(pythons)}" if pythons else ""
    return f"{layer}: {place} is bytecode{made}; it runs when the model is loaded"


def _stored(shown: ModelSubject) -> Iterator[tuple[str, str]]:
    if shown.arrays is None:
        return
    numbers = f", {shown.parameters:,} numbers" if shown.parameters is not None else ""
    kinds = f" ({_counted(Counter(shown.dtypes), _FEW)})" if len(shown.dtypes) > 1 else ""
    alone = f" of {next(iter(shown.dtypes))}" if len(shown.dtypes) == 1 else ""
    yield "weights", f"{shown.arrays:,} array{'' if shown.arrays == 1 else 's'}{alone}{numbers}{kinds}"


def _optimizer(shown: ModelSubject) -> str:
    row = shown.optimizer
    if row is None:
        return ""
    rate = f", learning rate {row.learning_rate}" if row.learning_rate else ""
    state = "" if row.arrays is None else f", {row.arrays:,} arrays of state" if row.arrays else ", no state"
    return f"{row.class_name}{rate}{state}"


def _compiled(shown: ModelSubject, most: int) -> Iterator[str]:
    if shown.loss:
        yield f"loss {shown.loss}"
    if shown.metrics:
        yield f"metrics {_few(shown.metrics, most)}"


def _graph(row: GraphView, most: int) -> str:
    tags = ", ".join(row.tags)
    versions = f"producer {row.producer}" if row.producer is not None else ""
    versions += f", for consumers from {row.min_consumer}" if row.min_consumer else ""
    functions = f", {row.functions:,} functions" if row.functions else ""
    head = f"{row.nodes:,} nodes{functions}" + (f", {versions}" if versions else "") + (f" [{tags}]" if tags else "")
    return f"{head}; {len(row.ops)} kinds of operations: {_counted(Counter(row.ops), most)}" if row.ops else head


def _lite(shown: ModelSubject, most: int) -> Iterator[tuple[str, str]]:
    lite = shown.tflite
    if lite is None:
        return
    made = f", made by TensorFlow {lite.conversion}" if lite.conversion else ""
    least = f", for runtimes from {lite.min_runtime}" if lite.min_runtime else ""
    yield "tflite", f"schema {lite.schema}, {lite.subgraphs} subgraphs{made}{least}"
    if lite.operators:
        yield "operators", _few(lite.operators, most)
    if lite.custom:
        yield "custom", _few(lite.custom, most)


def _counted(counts: Counter[str], most: int) -> str:
    shown = [f"{number} {name}" if number > 1 else name for name, number in counts.most_common(most)]
    return ", ".join(shown) + (f" and {len(counts) - most} more" if len(counts) > most else "")


def _few(names: tuple[str, ...], most: int) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
