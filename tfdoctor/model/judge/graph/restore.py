"""The variables of a SavedModel or a checkpoint: what their loaders say where files of them are lost or cut off.

Two readers exist. Objects are restored from Python, which takes the object graph out of the checkpoint first; a graph
runs its own operation RestoreV2. Read from tensorflow/python/training/py_checkpoint_reader.py, saver.py and
saved_model/load.py of each release (https://github.com/tensorflow/tensorflow), and tried in eight of them.
"""

from pathlib import PurePath
from typing import Final

from packaging.version import Version

from tfdoctor.diagnosis import Evidence
from tfdoctor.facts.saved import Lost, MetaGraph, SavedModel
from tfdoctor.model.judge.keras.failure import Failure
from tfdoctor.model.judge.target import Target

PART: Final = "training-config-key-missing"
_FOUND: Final = "FileNotFoundError"
_READ_IN_PYTHON: Final = Version("2.2")  # from here on errors of the reader lose their class on the way to Python
_FILE_NOT_FOUND: Final = Version("2.3")
_NONE: Final = "Failed to find any matching files for"
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
    own = target.tensorflow >= _READ_IN_PYTHON
    unfound = _FOUND if saved and target.tensorflow >= _FILE_NOT_FOUND else "NotFoundError"
    if model.variables is None and not model.remarks:
        raise Failure(PART, unfound, _NONE, _absent(model))
    for lost in sorted(model.lost, key=lambda each: not each.objects):
        if lost.size is None:
            raise _gone(lost, "OpError" if own and lost.objects else unfound)
        raise _cut(lost, "IndexError" if own and lost.objects else "OutOfRangeError")


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
    if model.variables is None and not model.remarks:
        said = "The passed save_path is not a valid checkpoint: "
        raise Failure(PART, "ValueError", said, _absent(model)) if session else _unfound(model)
    if not model.variables:
        return  # nothing but the object graph, which a graph does not read
    for lost in model.lost:
        if lost.size is not None:
            raise _cut(lost, "OutOfRangeError")
        tried = session and lost.objects and target.tensorflow >= _READ_IN_PYTHON
        raise _gone(lost, "OpError" if tried else "NotFoundError")


def _unfound(model: SavedModel) -> Failure:
    return Failure(PART, "NotFoundError", _NONE, _absent(model))


def _gone(lost: Lost, error: str) -> Failure:
    return Failure(PART, error, f"{lost.name}; No such file or directory", _evidence(lost, "not there"))


def _cut(lost: Lost, error: str) -> Failure:
    return Failure(PART, error, _SHORT, _evidence(lost, f"{lost.size} bytes"))


def _evidence(lost: Lost, value: str) -> Evidence:
    return Evidence(fact=lost.name, value=f"{value}, where its index counts on {lost.needed} bytes")


def _absent(model: SavedModel) -> Evidence:
    return Evidence(fact="files", value=f"{PurePath(model.path).name} has no variables/variables.index")
