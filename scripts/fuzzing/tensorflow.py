"""The readers of what TensorFlow itself writes: seeds, changes by the wire format, and calls for `targets`."""

import contextlib
import gzip
import io
import tarfile
import tempfile
import zipfile
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from fuzzing import mutate
from fuzzing.keras import of_numbers
from tfdoctor.errors import UsageError
from tfdoctor.model.read import keras_objects, others, read, wire
from tfdoctor.model.read.source import Bytes, DamagedError

_CAPTURES: Final = Path(__file__).parent.parent.parent / "tests" / "model" / "captures" / "tensorflow"
_NUMBERS: Final = (0, 1, 2, 127, 128, 255, 1 << 20, (1 << 31) - 1, 1 << 31, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)

_NAMES: Final = ("model", "model.h5", "model.keras", "model.pkl", "model.pt", "model.yaml", "model.pb", "a.tflite")
STRANGERS: Final = (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
    b"\x1f\x8b\x08\0", b"BZh91AY&SY", b"\xfd7zXZ\0\0", b"(\xb5/\xfd", b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07\0",
    b"\x80\x04\x95", b"\x93NUMPY\x01\0", b"MATLAB 5.0 MAT-file", b"GGUF\x03\0", b"%PDF-1.4", b"\x89PNG\r\n",
    b"\0" * 600, b"<!DOCTYPE html><html><body>", b'{"error": "unauthorized"}', b"Not Found", b"\0" * 257 + b"ustar",
    b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"~/model", b"gs://bucket/model", b"a/b/../../c", b"*.h5",
)  # fmt: skip


def _captured() -> dict[str, bytes]:
    """All files that releases wrote, by their paths."""
    found = {}
    for path in sorted(_CAPTURES.glob("*.tar.gz")):
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(path.read_bytes()))) as archive:
            for item in archive:
                file = archive.extractfile(item) if item.isfile() else None
                if file is not None:
                    found[item.name] = file.read()
    return found


def files(*ends: str) -> list[bytes]:
    """The files whose names end so."""
    return [data for name, data in _captured().items() if name.endswith(ends)]


def unpacked(archives: list[bytes]) -> list[bytes]:
    """The archives of Keras as the folders that they become, which Keras reads too."""
    return [_zipped(_members(data)) for data in archives]


def folders(*names: str) -> list[bytes]:
    """The folders of these names, each as a zip."""
    captured = _captured()
    found = []
    for folder in sorted({"/".join(name.split("/")[:2]) for name in captured if name.split("/")[1] in names}):
        members = {name.removeprefix(f"{folder}/"): data for name, data in captured.items() if name.startswith(folder)}
        found.append(_zipped(members))
    return found


def _zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def of_wire(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Change a message at some depth: a field left out, repeated, moved, of another number, kind or length."""
    if rng.random() < 0.2:
        return (of_numbers if rng.random() < 0.5 else mutate.of_bytes)(data, rng, seeds)
    for _ in range(rng.choice((1, 1, 2, 5))):
        data = _deeper(data, rng, rng.randrange(9))
    return data


def _deeper(data: bytes, rng: Random, depth: int) -> bytes:
    """Change a field, or a field of the message in one, and put it together again."""
    fields = _taken(data)
    if not fields:
        return rng.choice((b"", b"\x0a\x00", b"\xff" * 11, data * 2, b"\x0b", b"\x08" + wire.encoded(1 << 63)))
    at = rng.randrange(len(fields))
    number, kind, value = fields[at]
    if depth and kind == wire.BYTES and len(value) > 1:
        fields[at] = number, kind, _deeper(value, rng, depth - 1)
    else:
        match rng.randrange(9):
            case 0:
                del fields[at]
            case 1:
                fields[at:at] = [fields[at]] * rng.choice((1, 3, 200))
            case 2:
                fields.insert(rng.randrange(len(fields)), fields.pop(at))
            case 3:
                fields[at] = rng.randrange(1, 20), kind, value
            case 4:
                fields[at] = number, wire.VARINT, wire.encoded(rng.choice(_NUMBERS))
            case 5:
                fields[at] = number, wire.BYTES, rng.choice((b"", b"_", b"\xff\xfe", value * 20, data[:2000]))
            case 6:
                fields[at] = number, rng.choice((1, 3, 4, 5, 6)), value[:8]
            case _:
                fields[at] = number, kind, rng.choice((wire.encoded(rng.choice(_NUMBERS)), value[:-1], value + b"\x01"))
    made = b"".join(_made(*field) for field in fields)
    return made[: rng.randrange(len(made) + 1)] if rng.random() < 0.03 else made


def _taken(data: bytes) -> list[tuple[int, int, bytes]]:
    """The fields of what may be a message; none where it is no message."""
    found = []
    walker = wire.Walker(Bytes(data, "message"))
    at = 0
    try:
        while at < len(data):
            number, offset, length, behind = walker.field(at, len(data))
            kind = data[at] & 7
            found.append((number, kind, wire.encoded(offset) if length < 0 else data[offset : offset + length]))
            at = behind
    except DamagedError:
        return []
    return found


def _made(number: int, kind: int, value: bytes) -> bytes:
    length = wire.encoded(len(value)) if kind == wire.BYTES else b""
    return wire.encoded(number << 3 | kind) + length + value


def of_folder(data: bytes, rng: Random, seeds: list[bytes]) -> bytes:
    """Change a file of a folder, drop one, or take one from another folder."""
    try:
        members = _members(data)
    except (ValueError, zipfile.BadZipFile):
        members = {}
    if not members:
        return rng.choice(seeds)
    name = rng.choice(list(members))
    match rng.randrange(12):
        case 0:
            del members[name]
        case 1:
            members |= rng.sample(sorted(_members(rng.choice(seeds)).items()), 1)
        case 2:
            members[rng.choice(("tfhub_module.pb", "fingerprint.pb", "keras_metadata.pb"))] = members[name][:3000]
        case _:
            change = mutate.of_text if name.endswith(("txt", "checkpoint")) else of_wire
            members[name] = (of_numbers if "index" in name else change)(members[name], rng, list(members.values()))
    return _zipped(members)


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {item.filename: archive.read(item) for item in archive.infolist()[:40] if item.file_size < 1 << 22}


def read_folder(data: bytes) -> None:
    """Read a folder, and write what was found as JSON; and what is said to one who names a part of it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        members: dict[str, bytes] = {}
        with contextlib.suppress(zipfile.BadZipFile):  # an input that was cut at its longest
            members = _members(data)
        for name, inside in members.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(inside)
        _read(place)
        for name in [name for name in members if "/" in name][:2]:
            _read((place / name).parent)


def read_file(data: bytes) -> None:
    """Read a file by its content, and write what was found as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        path.write_bytes(data)
        _read(path)


def _read(path: Path) -> None:
    with contextlib.suppress(UsageError):
        msgspec.json.encode(read(path))


def read_any(data: bytes) -> None:
    """Read a file of any content, of a name that follows from it: what is no model is told, and how it is called."""
    name = _NAMES[len(data) % len(_NAMES)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        _read(path)
        with contextlib.suppress(ValueError):  # null bytes and what no file system takes
            _read(Path(folder) / data[:200].decode(errors="replace"))
    if "\x1b" in (said := others.told(data[:4096], len(data), name)):
        raise AssertionError(f"drives the terminal: {said!r}")


def metadata(data: bytes) -> None:
    """Read keras_metadata.pb."""
    found, *_ = keras_objects.file(Bytes(data, "keras_metadata.pb"))
    msgspec.json.encode(keras_objects.keras(found)[0])
