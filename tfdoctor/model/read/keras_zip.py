"""`.keras` files: a zip of config.json, metadata.json, model.weights.h5 and assets. Nothing of it is unpacked.

Keras stores members as they are, so the weights are read where they lie, whatever their size; a compressed member is
read into memory, up to a bound.
"""

import io
import zipfile
import zlib
from typing import Any, Final, Protocol

import msgspec

from tfdoctor.facts.saved import Format, SavedModel, Variable, WeightGroup, Writer
from tfdoctor.model.read import hdf5, keras_json
from tfdoctor.model.read.keras_weights import Weights
from tfdoctor.model.read.source import WHOLE, Bytes, DamagedError, Source, Window, stream

_CONFIG: Final = "config.json"
_METADATA: Final = "metadata.json"
_WEIGHTS: Final = "model.weights.h5"
_MODELS: Final = ("saved_model.pb", ".h5", ".hdf5", ".keras", ".tflite", ".index", "config.json")
_DIRECTORY: Final = 16 << 20  # bytes of the list of members
_FILES: Final = 200


def read(source: Source) -> SavedModel:
    """Read a `.keras` file that is a zip.

    Raises:
        DamagedError: it is no zip, or holds nothing that Keras writes.
    """
    members = _Members(source)
    if not {_CONFIG, _WEIGHTS} & set(members.known):
        raise DamagedError(f"{source.name}: a zip, but not of Keras: {inside(set(members.known))}")
    found = described(members, source.name, "keras-zip")
    return msgspec.structs.replace(found, size=source.size, files=members.files())


def inside(names: set[str]) -> str:
    """Say what is in a zip that Keras did not write, by the names in it."""
    model = next((name for name in sorted(names) if name.endswith(_MODELS)), "")
    if model:
        return f"unpack it, the model is inside: {model[:200]}"
    if any(name.endswith("/data.pkl") for name in names):
        return "it is of PyTorch"
    if names and all(name.endswith(".npy") for name in names):
        return "it holds arrays of NumPy"
    return f"it has neither {_CONFIG} nor {_WEIGHTS}"


class Members(Protocol):
    """The files of a model by their names, in a zip or in a folder; what is missing or damaged becomes a remark."""

    remarks: list[str]

    def open(self, name: str) -> Source | None:
        """Return a file; None where it is missing."""


def described(members: Members, name: str, form: Format) -> SavedModel:
    """Return the facts of the files that Keras packs into an archive."""
    config = _json(members, _CONFIG)
    if config is not None and not keras_json.is_config(config):
        members.remarks.append(f"{_CONFIG}: not the configuration of a Keras model")
        config = None
    metadata = _json(members, _METADATA) or {}
    compiled = config.get("compile_config") if config else None
    keras, remarks = keras_json.describe(config, compiled if isinstance(compiled, dict) else None)
    groups, optimizer = _weights(members)
    return SavedModel(
        path=name,
        format=form,
        writer=_writer(metadata),
        keras=msgspec.structs.replace(keras, optimizer_weights=optimizer),
        groups=groups,
        remarks=(*members.remarks, *remarks),
    )


def _writer(metadata: dict[str, Any]) -> Writer:
    version = keras_json.text(metadata.get("keras_version"))
    return Writer(
        keras=version,
        saved=keras_json.text(metadata.get("date_saved")),
        sources=(("keras", f"{_METADATA}: keras_version"),) if version else (),
    )


def _json(members: Members, name: str) -> dict[str, Any] | None:
    """Return the object in a file; None where there is none, which is remarked."""
    try:
        source = members.open(name)
        found = keras_json.decode(source.whole()) if source is not None else None
    except DamagedError as error:
        members.remarks.append(f"{name}: {error}")
        return None
    if source is not None and not isinstance(found, dict):
        members.remarks.append(f"{name}: JSON, but no object")
    return found if isinstance(found, dict) else None


def _weights(members: Members) -> tuple[tuple[WeightGroup, ...] | None, tuple[Variable, ...] | None]:
    try:
        source = members.open(_WEIGHTS)
        if source is None:
            return None, None
        file = hdf5.File(source)
    except DamagedError as error:
        members.remarks.append(f"{_WEIGHTS}: {error}")
        return None, None
    weights = Weights(file)
    groups = weights.by_places()
    members.remarks += [f"{_WEIGHTS}: {remark}" for remark in file.remarks]
    return groups, weights.optimizer


class _Bounded(io.BufferedReader):
    """A file for `zipfile`, which reads the list of members whole, as long as it says that it is."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            size = _DIRECTORY
        if size > _DIRECTORY:
            raise zipfile.BadZipFile("the list of members is longer than is read")
        return super().read(size)


class _Members:
    """The members of a zip by their names; the last one of a name counts, as for Keras.

    Attributes:
        known: the members.
        remarks: on what is missing or can't be read.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.remarks: list[str] = []
        try:
            self._archive = zipfile.ZipFile(_Bounded(stream(source).detach()))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise DamagedError(f"{source.name}: not a zip that can be read: {error}") from None
        infos = self._archive.infolist()
        self.known = {info.filename: info for info in infos}
        if len(self.known) < len(infos):
            self.remarks.append(f"{len(infos) - len(self.known)} members have the name of another, the last one counts")

    def files(self) -> tuple[tuple[str, int], ...]:
        """Names and sizes, as facts of a saved model."""
        return tuple(sorted((name[:500], info.file_size) for name, info in self.known.items())[:_FILES])

    def open(self, name: str) -> Source | None:
        """Return a member: where it lies if it is stored as it is, else in memory; None where it is missing.

        Raises:
            DamagedError: it can't be read.
        """
        info = self.known.get(name)
        if info is None:
            self.remarks.append(f"{name} is missing")
            return None
        if info.flag_bits & 0x1:
            raise DamagedError("it is encrypted")
        if info.compress_type == zipfile.ZIP_STORED:
            return self._stored(info)
        if info.compress_type != zipfile.ZIP_DEFLATED:
            raise DamagedError(f"compressed by method {info.compress_type}, which is not read")
        if info.file_size > WHOLE:
            raise DamagedError(f"{info.file_size} bytes compressed: only {WHOLE} are unpacked in memory")
        try:
            with self._archive.open(info) as member:
                return Bytes(member.read(WHOLE + 1)[:WHOLE], name)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise DamagedError(f"it can't be unpacked: {error}") from None

    def _stored(self, info: zipfile.ZipInfo) -> Source:
        """The member's own header says how long its name is there; the rest is its bytes."""
        head = self._source.at(info.header_offset, 30)
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise DamagedError("there is no member where the list of members says")
        start = info.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        found = Window(self._source, start, info.file_size, info.filename)
        if found.size < info.file_size:
            raise DamagedError(f"{found.size} of {info.file_size} bytes are there")
        return found
