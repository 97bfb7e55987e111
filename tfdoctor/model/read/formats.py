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
_SHARD: Final = re.compile(r"(.+)\.(index|data-\d{5}-of-\d{5})")
_OTHERS: Final = (
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\xfd7zXZ", "an xz archive: unpack it first"),
    (b"\x80\x02", "pickled Python, which only runs: no format of TensorFlow or Keras"),
    (b"\x80\x03", "pickled Python, which only runs: no format of TensorFlow or Keras"),
    (b"\x80\x04", "pickled Python, which only runs: no format of TensorFlow or Keras"),
    (b"\x80\x05", "pickled Python, which only runs: no format of TensorFlow or Keras"),
    (b"\x93NUMPY", "a NumPy array, no model"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself: fetch it with git lfs pull"),
)


class Found(NamedTuple):
    """A model that was found: how it is read, and which files belong to it."""

    read: Callable[[], SavedModel]
    files: Callable[[], tuple[int, tuple[tuple[str, int], ...], list[str]]]


def find(path: Path) -> Found:
    """Find the model at a path.

    Raises:
        InputError: there is none that is known.
    """
    from tfdoctor.model.read import checkpoint

    try:
        if path.is_dir():
            return _folder(path)
        exists = path.exists()
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r}: {error}") from None
    if not exists:
        if checkpoint.exists(path):
            return _checkpoint(path)
        raise InputError(f"{path}: no such file, folder or checkpoint ({path.name}.index)")
    if (named := _SHARD.fullmatch(path.name)) and checkpoint.exists(path.with_name(named[1])):
        return _checkpoint(path.with_name(named[1]))
    return _file(path)


def _folder(path: Path) -> Found:
    from tfdoctor.model.read import checkpoint, savedmodel

    if savedmodel.is_folder(path):
        return Found(lambda: savedmodel.read(path), lambda: folder.listing(path))
    prefix = checkpoint.folder(path)
    if prefix is not None:
        # The first format is one file, named by the prefix itself.
        return _file(prefix) if prefix.is_file() and not checkpoint.exists(prefix) else _checkpoint(prefix)
    prefixes = sorted(item.with_suffix("") for item in path.glob("*.index"))[:5]
    if len(prefixes) == 1:
        return _checkpoint(prefixes[0])
    if prefixes:
        raise InputError(f"{path}: several checkpoints, name one: {', '.join(str(item) for item in prefixes)}")
    inner = [item for item in sorted(path.glob("*"))[:1000] if item.is_dir() and savedmodel.is_folder(item)]
    if inner:
        raise InputError(f"{path}: no model by itself; name one of those in it: {', '.join(map(str, inner[:5]))}")
    raise InputError(f"{path}: a folder without saved_model.pb, a file named checkpoint or an .index")


def _checkpoint(prefix: Path) -> Found:
    from tfdoctor.model.read import checkpoint

    return Found(lambda: checkpoint.read(prefix), lambda: _shards(prefix))


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

    return Found(read, lambda: (size, ((path.name, size),), []))


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
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise InputError(f"{path}: {what}")
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
    from tfdoctor.model.read import graphs, keras_json

    start = source.at(0, 4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return keras_json.read
    reader = graphs.reader(source, path)
    if reader is None:
        raise InputError(f"{path}: no format of TensorFlow or Keras that is known")
    return reader
