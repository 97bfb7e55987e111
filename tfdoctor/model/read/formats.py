"""Tells the format of a model by its content, whatever its name, and gives it to the reader of that format."""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from tfdoctor.errors import InputError
from tfdoctor.facts.saved import SavedModel
from tfdoctor.model.read import folder
from tfdoctor.model.read.source import File, Source

_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_PARTS: Final = frozenset({"keras_metadata.pb", "fingerprint.pb", "tfhub_module.pb"})
_SHARD: Final = re.compile(r"(.+)\.(index|data-\d{5}-of-\d{5})")


class Found(NamedTuple):
    """A model that was found: how it is read, which files belong to it, and how code names it."""

    read: Callable[[], SavedModel]
    files: Callable[[], tuple[int, tuple[tuple[str, int], ...], list[str]]]
    path: Path


def find(path: Path) -> Found:
    """Find the model at a path.

    Raises:
        InputError: there is none that is known.
    """
    from tfdoctor.model.read import checkpoint, near

    try:
        if path.is_dir():
            return _folder(path)
        exists = path.exists()
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r}: {error}") from None
    if not exists:
        if checkpoint.exists(path):
            return _checkpoint(path)
        raise InputError(f"{path}: {near.missing(path)}")
    if (named := _SHARD.fullmatch(path.name)) and checkpoint.exists(path.with_name(named[1])):
        return _checkpoint(path.with_name(named[1]))
    return _part(path) or _file(path)


def _part(path: Path) -> Found | None:
    """The model that a file of a folder stands for; None where the file is one by itself."""
    from tfdoctor.model.read import checkpoint, savedmodel

    folder_ = path.parent
    if path.name in {"saved_model.pb", "saved_model.pbtxt"}:
        return _folder(folder_)
    if path.name in _PARTS and savedmodel.is_folder(folder_):
        raise InputError(f"{path}: a part of the SavedModel {folder_}: name that")
    if path.name == "checkpoint" and checkpoint.folder(folder_) is not None:
        return _folder(folder_)
    return None


def _folder(path: Path) -> Found:
    from tfdoctor.model.read import checkpoint, keras_folder, near, savedmodel

    if savedmodel.is_folder(path):
        return Found(lambda: savedmodel.read(path), lambda: folder.listing(path), path)
    if keras_folder.is_folder(path):
        return Found(lambda: keras_folder.read(path), lambda: folder.listing(path), path)
    prefix = checkpoint.folder(path)
    if prefix is not None:
        # The first format is one file, named by the prefix itself.
        return _file(prefix) if prefix.is_file() and not checkpoint.exists(prefix) else _checkpoint(prefix)
    prefixes = sorted(item.with_suffix("") for item in path.glob("*.index"))[:5]
    if len(prefixes) == 1:
        return _checkpoint(prefixes[0])
    if prefixes:
        raise InputError(f"{path}: several checkpoints, name one: {', '.join(str(item) for item in prefixes)}")
    raise InputError(f"{path}: {near.inside(path)}")


def _checkpoint(prefix: Path) -> Found:
    from tfdoctor.model.read import checkpoint

    return Found(lambda: checkpoint.read(prefix), lambda: _shards(prefix), prefix)


def _shards(prefix: Path) -> tuple[int, tuple[tuple[str, int], ...], list[str]]:
    size, files, remarks = folder.listing(prefix.parent, deep=False)
    own = tuple((name, bytes_) for name, bytes_ in files if name.startswith(f"{prefix.name}."))
    del size
    return sum(bytes_ for _, bytes_ in own), own, remarks


def _file(path: Path) -> Found:
    with closing(File(path)) as source:
        reader = _reader(source, path)
        size = source.size

    def read() -> SavedModel:
        with closing(File(path)) as source:
            return reader(source)

    return Found(read, lambda: (size, ((path.name, size),), []), path)


def _reader(source: Source, path: Path) -> Callable[[Source], SavedModel]:
    from tfdoctor.model.read import checkpoint, table, tflite

    head = source.at(0, 64)
    if not head:
        raise InputError(f"{path}: an empty file")
    if head.startswith(_ZIP):  # first: the weights inside it may lie where a block of the user's would end
        from tfdoctor.model.read import keras_zip

        return keras_zip.read
    if _is_hdf5(source):
        from tfdoctor.model.read import keras_h5

        return keras_h5.read
    if tflite.is_tflite(source):
        return tflite.read
    if table.is_table(source):
        return checkpoint.read_table
    return _by_message(source, path)


def _is_hdf5(source: Source) -> bool:
    """The signature stands at the start, or behind a block of the user's: at 512, 1024, 2048 and so on."""
    at = 0
    while at < source.size and at <= 1 << 24:
        if source.at(at, 8) == _HDF5:
            return True
        at = at * 2 or 512
    return False


def _by_message(source: Source, path: Path) -> Callable[[Source], SavedModel]:
    from tfdoctor.model.read import graphs, keras_json, others

    head = source.at(0, 4096)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return keras_json.read
    reader = graphs.reader(source)
    if reader is None:
        told = others.told(head, source.size, path.name) or "no format of TensorFlow or Keras that is known"
        raise InputError(f"{path}: {told}")
    return reader
