"""The variables of a SavedModel or a checkpoint: what their loaders say where files of them are lost or cut off.

Two readers exist. Objects are restored from Python, which takes the object graph out of the checkpoint first; a graph
runs its own operation RestoreV2. Read from tensorflow/python/training/py_checkpoint_reader.py, saver.py and
saved_model/load.py of each release (https://github.com/tensorflow/tensorflow), and tried in each of them.
"""

from pathlib import PurePath
from typing import Final

from packaging.version import Version

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import Lost, MetaGraph, SavedModel
from tfdoctor.model.judge.keras.failure import Failure
from tfdoctor.model.judge.target import Target

PART: Final = "training-config-key-missing"
_SECOND: Final = Version("2.0")
_READ_IN_PYTHON: Final = Version("2.1")  # from here on errors of the reader lose their class on the way to Python
_FILE_NOT_FOUND: Final = Version("2.3")
_WHOLE: Final = Version("2.3")  # from here on a string is read whole before its checksums are looked at
_VALUES: Final = Version("2.10")  # from here on the operation reads values before strings
_LISTED: Final = Version("2.4")  # before, a folder that is not there was an error of its own
_NONE: Final = "Failed to find any matching files for"
_NO_FOLDER: Final = "Failed to get matching files on"
_SHORT: Final = "Read less bytes than requested"
_RESTORE: Final = "RestoreV2"


def objects(model: SavedModel, target: Target, *, saved: bool = True) -> None:
    """Restore objects, as tf.saved_model.load does and load_weights.

    Args:
        model: its facts.
        target: where it is loaded.
        saved: it is a SavedModel, whose loader says in its own words what is not found.

    Raises:
        Failure: a file is lost.
    """
    in_python = target.tensorflow >= _READ_IN_PYTHON
    unfound = "FileNotFoundError" if saved and target.tensorflow >= _FILE_NOT_FOUND else "NotFoundError"
    if _indexless(model):
        if _folderless(model, target):
            raise Failure(PART, "ValueError" if in_python else "InvalidArgumentError", _NO_FOLDER, _absent(model))
        raise Failure(PART, unfound, _NONE, _absent(model))
    for lost in sorted(_variables(model), key=lambda each: not each.objects):
        if _no_table(lost):
            if not saved and not in_python:  # the file is taken for HDF5
                raise _mismatch(lost, "Unable to open file (unable to open file: name = ", "OSError")
            raise _mismatch(lost, _no_table(lost), "OpError" if in_python else "DataLossError")
        if "length" in lost.mismatch and target.tensorflow < _WHOLE:
            raise _mismatch(lost, "The length checksum does not match", "OpError" if in_python else "DataLossError")
        if lost.size is not None:
            raise _cut(lost, "IndexError" if in_python and lost.objects else "OutOfRangeError")
        if lost.objects and not in_python:
            raise _by_names(model, lost, target, saved=saved)
        raise _gone(lost, "OpError" if lost.objects else unfound)


def _by_names(model: SavedModel, lost: Lost, target: Target, *, saved: bool) -> Failure:
    """Without its object graph a checkpoint is taken for one of TensorFlow 1, whose names nothing has."""
    eager = target.tensorflow >= _SECOND
    if saved and eager and model.variables:
        error, message = "FailedPreconditionError", "Error while reading resource variable"
    elif saved and eager:
        error, message = "AttributeError", "'_NameBasedRestoreCoordinator' object has no attribute 'object_by_proto_id'"
    elif saved:
        error, message = "AssertionError", "Object not restored: "
    elif eager:
        error, message = "AssertionError", "Some objects had attributes which were not restored"
    else:
        message = "Streaming restore not supported from name-based checkpoints when graph building"
        error = "NotImplementedError"
    return Failure(PART, error, message, _evidence(lost, "not there"))


def graph(model: SavedModel, found: MetaGraph, target: Target, *, session: bool) -> None:
    """Restore the variables of a graph by its own operation.

    Args:
        model: its facts.
        found: the graph.
        target: where it is loaded.
        session: by a saver in a session, which looks for the checkpoint first and at its objects afterwards.

    Raises:
        Failure: a file is lost.
    """
    if not any(use.name == _RESTORE for use in found.ops):
        return
    if _indexless(model):
        raise _unfound(model, target, session=session)
    for lost in _variables(model):
        if _no_table(lost):
            raise _mismatch(lost, _no_table(lost))
    if not model.variables:
        return  # nothing but the object graph, which a graph does not read
    for lost in _variables(model):
        if "length" in lost.mismatch and target.tensorflow < _WHOLE:
            raise _mismatch(lost, "The length checksum does not match")
        if "value" in lost.mismatch and (not lost.objects or target.tensorflow >= _VALUES):
            raise _mismatch(lost, "Checksum does not match: stored")
        if lost.size is not None:
            raise _cut(lost, "OutOfRangeError")
        tried = session and lost.objects and target.tensorflow >= _READ_IN_PYTHON
        raise _gone(lost, "OpError" if tried else "NotFoundError")


def _unfound(model: SavedModel, target: Target, *, session: bool) -> Failure:
    """What is said without an index, by a saver or by the operation."""
    folderless = _folderless(model, target)
    if session and folderless:
        return Failure(PART, "NotFoundError", "variables; No such file or directory", _absent(model))
    if session:
        return Failure(PART, "ValueError", "The passed save_path is not a valid checkpoint: ", _absent(model))
    if folderless:
        return Failure(PART, "InvalidArgumentError", _NO_FOLDER, _absent(model))
    return Failure(PART, "NotFoundError", _NONE, _absent(model))


def lacks_variables(model: SavedModel) -> bool:
    """Say whether the index of a SavedModel's variables is not there, though its graph restores some."""
    restores = any(use.name == _RESTORE for graph in model.meta_graphs for use in graph.ops)
    return _indexless(model) and restores and model.format in {"savedmodel", "hub-tf1"}


def _indexless(model: SavedModel) -> bool:
    return model.variables is None and not model.remarks


def _folderless(model: SavedModel, target: Target) -> bool:
    """Whether a release minds that the folder of the variables is not there."""
    return target.tensorflow < _LISTED and not any(name.startswith("variables/") for name, _ in model.files)


def _gone(lost: Lost, error: str) -> Failure:
    return Failure(PART, error, f"{lost.name}; No such file or directory", _evidence(lost, "not there"))


def _cut(lost: Lost, error: str) -> Failure:
    return Failure(PART, error, _SHORT, _evidence(lost, f"{lost.size} bytes"))


def _variables(model: SavedModel) -> list[Lost]:
    """The files that the variables lack; the metadata of Keras are another matter."""
    return [lost for lost in model.lost if lost.name != "keras_metadata.pb"]


def _no_table(lost: Lost) -> str:
    """What is said of an index that is no table; "" for any other file."""
    if "short" in lost.mismatch:
        return "file is too short to be an sstable"
    return "not an sstable (bad magic number)" if "magic" in lost.mismatch else ""


def _mismatch(lost: Lost, message: str, error: str = "DataLossError") -> Failure:
    value = "a pointer of Git LFS, not the file itself" if lost.pointer else f"{lost.size} bytes, cut off"
    return Failure(PART, error, message, Evidence(fact=lost.name, value=value))


def _evidence(lost: Lost, value: str) -> Evidence:
    return Evidence(fact=lost.name, value=f"{value}, where its index counts on {lost.needed} bytes")


def _absent(model: SavedModel) -> Evidence:
    return Evidence(fact="files", value=f"{PurePath(model.path).name} has no variables/variables.index")
