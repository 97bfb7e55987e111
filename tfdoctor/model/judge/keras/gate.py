"""Which loader a Keras takes for a path: by the end of its name, by what stands in it, by the release."""

from pathlib import PurePath
from typing import Final

from tfdoctor.facts.saved import Format, SavedModel
from tfdoctor.matrix import Matrix
from tfdoctor.model.judge.keras import archive, form, hdf5, reasons, revived, stored
from tfdoctor.model.judge.keras.builder import Builder
from tfdoctor.model.judge.keras.eras import Era, era
from tfdoctor.model.judge.keras.failure import Below, Failure, Unsure
from tfdoctor.model.judge.target import Target
from tfdoctor.model.judge.verdict import Way

_WHOLE: Final[tuple[Way, ...]] = ("load_model", "load_model-nocompile")
_ARCHIVES: Final[frozenset[Format]] = frozenset({"keras-zip", "keras-folder"})
_HDF5: Final[frozenset[Format]] = frozenset({"h5", "h5-weights", "keras-weights"})
_WAYS: Final[dict[Format, tuple[Way, ...]]] = {
    "h5": _WHOLE,
    "keras-zip": _WHOLE,
    "keras-folder": _WHOLE,
    "savedmodel": _WHOLE,
    "hub-tf1": _WHOLE,
    "h5-weights": ("load_weights", *_WHOLE),
    "keras-weights": ("load_weights", *_WHOLE),
    "checkpoint": ("load_weights",),
}


def ways(model: SavedModel) -> tuple[Way, ...]:
    """Return the ways of Keras that a format is loaded by."""
    return _WAYS.get(model.format, ())


def load(way: Way, model: SavedModel, target: Target, matrix: Matrix, below: Below) -> str:
    """Follow one way of loading; return how the model differs afterwards, "" for not at all.

    Args:
        way: of loading.
        model: its facts.
        target: where it is loaded.
        matrix: what each Keras knows.
        below: what TensorFlow refuses of it when Keras hands it on.

    Raises:
        Failure: the first thing that is refused.
        Unsure: facts can't decide.
    """
    own = era(target)
    release = matrix.keras.release(f"{own.minor[0]}.{own.minor[1]}")
    if release is None:
        raise Unsure(reasons.UNKNOWN, f"no table of what Keras {target.keras_minor} knows")
    if way == "load_weights":
        return stored.load(model, own, below.variables)
    compiles = way == "load_model"
    codes = model.keras.lambdas if model.keras else ()
    builder = Builder(matrix.keras, release, own, zipped=model.format in _ARCHIVES, codes=codes)
    _named(model, own)
    if model.keras and model.keras.config is not None and model.format in _ARCHIVES | {"h5"}:
        told = form.flaw(model.keras.config, model.keras.compile_config)
        if told:
            raise Unsure(reasons.UNKNOWN, f"the configuration is not of the form that Keras writes: {told}")
    if model.format in _ARCHIVES:
        return archive.load(model, builder, compiles=compiles)
    if model.format in _HDF5:
        return hdf5.load(model, builder, compiles=compiles)
    return revived.load(model, builder, below, compiles=compiles)


def _named(model: SavedModel, own: Era) -> None:
    """Find the loader by the end of the name and by the format.

    Raises:
        Failure: there is none.
    """
    name = PurePath(model.path).name
    if model.format == "keras-zip":
        _archive(name, own)
    elif model.format == "keras-folder":
        _unpacked(own)
    if not own.keras3:
        return
    if model.format in {"savedmodel", "hub-tf1"}:
        raise Failure(reasons.DIRECTORY, "ValueError", "File format not supported: filepath=")
    if model.format in _HDF5 and name.endswith(".keras"):
        raise Failure(reasons.KERAS2, "ValueError", "File not found: filepath=")
    if model.format in _HDF5 and not name.endswith((".h5", ".hdf5")):
        raise Failure(reasons.KERAS2, "ValueError", "File format not supported: filepath=")


def _unpacked(own: Era) -> None:
    """A folder is read as an archive where Keras looks for its config.json; else it is taken for a SavedModel."""
    if not own.keras3:
        raise Failure(reasons.ZIP, "OSError", "SavedModel file does not exist at: ")
    if not own.can("folders"):
        raise Failure(reasons.ZIP, "ValueError", "File format not supported: filepath=")


def _archive(name: str, own: Era) -> None:
    """A zip is read where Keras knows its format, under the ending .keras; else it is taken for HDF5 or a folder."""
    if own.can("zip") and name.endswith(".keras"):
        return
    if own.keras3 and not name.endswith((".h5", ".hdf5")):
        raise Failure(reasons.ZIP, "ValueError", "File format not supported: filepath=")
    if own.minor >= (2, 8):
        raise Failure(reasons.ZIP, "OSError", "file signature not found")
    raise Failure(reasons.ZIP, "OSError", "SavedModel file does not exist at: ")
