"""Keras in HDF5: whole models, weights by the names of layers, weights by the places of variables."""

from typing import Any

import msgspec

from tfdoctor.facts.saved import Keras, Lost, SavedModel, Writer
from tfdoctor.model.read import hdf5, keras_json
from tfdoctor.model.read.hdf5.medium import BoundError
from tfdoctor.model.read.keras_weights import Weights
from tfdoctor.model.read.source import DamagedError, Source


def read(source: Source) -> SavedModel:
    """Read a Keras file in HDF5, whatever its name.

    Raises:
        DamagedError: it is no HDF5, or not of Keras.
    """
    file = hdf5.File(source)
    try:
        found = _whole(file) or _by_layers(file) or _by_places(file)
    except BoundError as error:
        raise DamagedError(f"{source.name}: {error}") from None
    needed = file.medium.needed
    if found is None and needed:
        said = f"HDF5 that is cut off: {needed - source.size} bytes are missing at the end, and the rest tells nothing"
        raise DamagedError(f"{source.name}: {said}")
    if found is None:
        raise DamagedError(f"{source.name}: HDF5, but not of Keras: nothing in it that Keras writes")
    return msgspec.structs.replace(
        found,
        path=source.name,
        size=source.size,
        remarks=tuple(dict.fromkeys((*file.remarks, *found.remarks))),
        lost=(Lost(source.name, source.size, needed),) if needed else (),
    )


def _whole(file: hdf5.File) -> SavedModel | None:
    root = file.root
    stored = root.group("model_weights")
    if "model_config" not in root.attributes and stored is None:
        return None
    keras, remarks = keras_json.describe(_json(file, "model_config"), _json(file, "training_config"))
    weights = Weights(file)
    return SavedModel(
        path="",
        format="h5",
        writer=_writer(root, stored),
        groups=weights.by_layers(stored) if stored is not None else None,
        keras=msgspec.structs.replace(keras, optimizer_weights=weights.at("optimizer_weights")),
        remarks=remarks,
    )


def _by_layers(file: hdf5.File) -> SavedModel | None:
    root = file.root
    if not {"layer_names", "layer_names0", "nb_layers"} & set(root.attributes):
        return None
    groups = Weights(file).by_layers(root)
    return SavedModel(path="", format="h5-weights", writer=_writer(root, None), keras=Keras(), groups=groups)


def _by_places(file: hdf5.File) -> SavedModel | None:
    weights = Weights(file)
    groups = weights.by_places()
    if not groups and weights.optimizer is None:
        return None
    keras = Keras(optimizer_weights=weights.optimizer)
    return SavedModel(path="", format="keras-weights", keras=keras, groups=groups)


def _json(file: hdf5.File, name: str) -> dict[str, Any] | None:
    """The value of an attribute in JSON: None where there is none, or where it is damaged, which is remarked."""
    value = file.root.value(name)
    if value is None:
        return None
    try:
        found = keras_json.decode(value if isinstance(value, str) else "")
    except DamagedError as error:
        file.medium.remark(f"{name}: {error}")
        return None
    if not isinstance(found, dict):
        file.medium.remark(f"{name}: JSON, but no object")
        return None
    return found


def _writer(root: hdf5.Group, stored: hdf5.Group | None) -> Writer:
    """The versions as the root has them, or else the group of the weights."""
    keras, where = keras_json.text(root.value("keras_version")), "keras_version"
    backend = keras_json.text(root.value("backend"))
    if stored is not None:
        if keras is None:
            keras, where = keras_json.text(stored.value("keras_version")), "model_weights: keras_version"
        backend = backend or keras_json.text(stored.value("backend"))
    return Writer(keras=keras, backend=backend, sources=(("keras", where),) if keras else ())
