"""TFLite files (FlatBuffers): operators with their versions, signatures, and what the converter wrote about itself.

Only the tables that say so are read, by their places in the file: weights are never touched.
"""

from typing import Final

from tfdoctor.facts.saved import SavedModel, Signature, TensorSpec, TfLite, TfLiteOp, Writer
from tfdoctor.model.read.flat import Table
from tfdoctor.model.read.source import DamagedError, Source
from tfdoctor.model.read.tflite_names import BUILTINS, TYPES

MAGIC: Final = b"TFL3"
_CUSTOM: Final = 32
_PLACEHOLDER: Final = 127  # the old field's value where the code is larger than it holds
_MANY: Final = 10_000
_TEXT: Final = 1 << 20  # bytes of a buffer with metadata


def is_tflite(source: Source) -> bool:
    """Say whether a file begins as a TFLite file does."""
    return source.at(4, 4) == MAGIC


def read(source: Source) -> SavedModel:
    """Read a TFLite file.

    Raises:
        DamagedError: its root can't be read.
    """
    remarks: list[str] = []
    model = Table.root(source)
    version = model.number(0, "I")
    found = _Reader(model, remarks)
    metadata = found.metadata()
    conversion = found.conversion(metadata)
    lite = TfLite(
        schema=version,
        description=found.description(),
        min_runtime=found.min_runtime(metadata),
        conversion=conversion,
        ops=found.ops(),
        signatures=found.signatures(),
        subgraphs=found.count(2),
        metadata=tuple(metadata),
    )
    writer = Writer()
    if conversion:
        writer = Writer(tensorflow=conversion, sources=(("tensorflow", "CONVERSION_METADATA: tensorflow_version"),))
    return SavedModel(path=source.name, format="tflite", tflite=lite, writer=writer, remarks=tuple(remarks))


class _Reader:
    """Reads the parts of a model; each that is damaged becomes a remark and nothing."""

    def __init__(self, model: Table, remarks: list[str]) -> None:
        self.model, self.remarks = model, remarks

    def _missed(self, what: str, error: DamagedError) -> None:
        self.remarks.append(f"{what} can't be read: {error}")

    def count(self, field: int) -> int:
        """Return the length of a vector."""
        try:
            return self.model.length(field)
        except DamagedError as error:
            self._missed("the subgraphs", error)
            return 0

    def description(self) -> str:
        """Return what the converter calls the file."""
        try:
            return self.model.string(3)
        except DamagedError as error:
            self._missed("the description", error)
            return ""

    def ops(self) -> tuple[TfLiteOp, ...]:
        """Return the operators."""
        found: list[TfLiteOp] = []
        try:
            for code in self.model.tables(1, _MANY):
                # The code was a byte (field 0) until it no longer fitted (field 3): the larger one counts.
                number = max(code.number(0, "b"), code.number(3, "i"))
                custom = number == _CUSTOM
                name = code.string(1) if custom else BUILTINS.get(number, f"BUILTIN_{number}")
                found.append(TfLiteOp(name=name, code=number, version=code.number(2, "i", 1), custom=custom))
        except DamagedError as error:
            self._missed("the operators", error)
        return tuple(found)

    def metadata(self) -> dict[str, int]:
        """Return the entries of metadata: name and number of its buffer."""
        found: dict[str, int] = {}
        try:
            for entry in self.model.tables(6, _MANY):
                found[entry.string(0)] = entry.number(1, "I")
        except DamagedError as error:
            self._missed("the metadata", error)
        return found

    def _buffer(self, number: int | None) -> bytes:
        if number is None:
            return b""
        return self.model.item(4, number).bytes(0, _TEXT)

    def min_runtime(self, metadata: dict[str, int]) -> str | None:
        """Return the oldest runtime that the converter names."""
        try:
            said = self._buffer(metadata.get("min_runtime_version"))
        except DamagedError as error:
            self._missed("min_runtime_version", error)
            return None
        return said.split(b"\0")[0].decode(errors="backslashreplace").strip() or None

    def conversion(self, metadata: dict[str, int]) -> str | None:
        """Return the TensorFlow that converted the model, from a FlatBuffer within this one."""
        try:
            said = self._buffer(metadata.get("CONVERSION_METADATA"))
            if not said:
                return None
            environment = Table.inside(said, "CONVERSION_METADATA").table(0)
            return environment.string(0) or None if environment else None
        except DamagedError as error:
            self._missed("CONVERSION_METADATA", error)
            return None

    def signatures(self) -> tuple[Signature, ...]:
        """Return the signatures; of files without any, the inputs and outputs of the first subgraph."""
        found: list[Signature] = []
        try:
            for entry in self.model.tables(7, 100):
                graph = self.model.item(2, entry.number(4, "I"))
                inputs, outputs = (
                    tuple(_spec(graph, pair.number(1, "I"), pair.string(0)) for pair in entry.tables(field, _MANY))
                    for field in (0, 1)
                )
                found.append(Signature(name=entry.string(2), inputs=inputs, outputs=outputs))
            if not found and self.model.length(2):
                graph = self.model.item(2, 0)
                inputs, outputs = (
                    tuple(_spec(graph, number) for number in graph.numbers(field, _MANY)) for field in (1, 2)
                )
                found.append(Signature(name="", inputs=inputs, outputs=outputs))
        except DamagedError as error:
            self._missed("the signatures", error)
        return tuple(found)


def _spec(graph: Table, number: int, name: str = "") -> TensorSpec:
    """An input or output; its shape is the one with unknown dimensions, where the file has one."""
    tensor = graph.item(0, number)
    kind = tensor.number(1, "b")
    # No shape and no word on the rank: files of before schema 3b could not tell a scalar from an unknown rank.
    dims = tuple(tensor.numbers(7, 100)) or tuple(tensor.numbers(0, 100))
    return TensorSpec(name=name or tensor.string(3), dtype=TYPES.get(kind, f"type_{kind}"), shape=dims)
